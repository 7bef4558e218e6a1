// Instructions as they are made, and the arithmetic that converts values.
#include "harness/event/lower.h"

unsigned lower_temporary(Lowering *l) {
  unsigned reg = l->test->threads[l->thread].register_count + l->temporaries++;
  if (l->temporaries > l->temporary_peak)
    l->temporary_peak = l->temporaries;
  return reg;
}

unsigned lower_emit(Lowering *l, Instr instr) {
  l->instrs = arena_grow(l->arena, l->instrs, &l->capacity, l->count + 1, sizeof *l->instrs);
  if (!instr.tags)
    instr.tags = "";
  if (!instr.write_tags)
    instr.write_tags = "";
  l->instrs[l->count] = instr;
  return (unsigned)l->count++;
}

void lower_patch(Lowering *l, unsigned at) { l->instrs[at].target = (unsigned)l->count; }

Operand lower_operate(Lowering *l, Span span, Operation operation, Width width, Operand a, Operand b) {
  unsigned dst = lower_temporary(l);
  lower_emit(l, (Instr){.kind = INSTR_OPERATION,
                        .span = span,
                        .text = operation_name(operation),
                        .operation = operation,
                        .dst = dst,
                        .a = a,
                        .b = b,
                        .bits = width.bits,
                        .is_signed = width.is_signed});
  return in_register(dst);
}

static bool width_holds(Width to, Width from) {
  if (to.is_signed == from.is_signed)
    return to.bits >= from.bits;
  return to.is_signed && to.bits > from.bits;
}

Operand lower_convert(Lowering *l, Span span, Operand value, BaseType from, BaseType to) {
  if (to == BASE_BOOL)
    return from == BASE_BOOL ? value : lower_operate(l, span, OP_NE, width_of(from), value, number(0));
  if (width_holds(width_of(to), width_of(from)))
    return value;
  return lower_operate(l, span, OP_MOVE, width_of(to), value, number(0));
}

void lower_assume(Lowering *l, Operand holds, Span span, bool fair) {
  lower_emit(l, (Instr){.kind = INSTR_ASSUME, .span = span, .text = "assume", .a = holds, .fair = fair});
}

void lower_move(Lowering *l, unsigned dst, Operand value, BaseType from, BaseType to, Span span) {
  Width width = width_of(to);
  value = lower_convert(l, span, value, from, to);
  lower_emit(l, (Instr){.kind = INSTR_OPERATION,
                        .span = span,
                        .text = operation_name(OP_MOVE),
                        .operation = OP_MOVE,
                        .dst = dst,
                        .a = value,
                        .b = number(0),
                        .bits = width.bits,
                        .is_signed = width.is_signed});
}

void lower_unmodelled(Lowering *l, const char *reason) {
  if (l->program->unmodelled)
    return;
  l->program->unmodelled = true;
  l->program->unmodelled_reason = reason;
}
