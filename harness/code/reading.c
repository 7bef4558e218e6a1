#include "harness/code/reading.h"

#include <string.h>

CodeValue code_number(Value n) {
  unsigned bits = 0;
  while (bits < 128 && (UnsignedValue)n >> bits)
    bits++;
  return (CodeValue){{.constant = {-1, n}}, bits ? bits : 1};
}

CodeValue code_constant(EventValue value) {
  return value.location < 0 ? code_number(value.number) : (CodeValue){{.constant = value}, 64};
}

CodeValue code_fail(Reading *t, const char *why) {
  if (!t->failed)
    diag_error_at(t->diag, t->source, t->span, "'%s': %s", t->text, why);
  t->failed = true;
  return code_number(0);
}

// ---- Emitting ----

unsigned code_emit(Reading *t, Instr instr) {
  if (t->count >= CODE_INSTRS) {
    code_fail(t, "the thread is too long");
    return 0;
  }
  t->instrs = arena_grow(t->arena, t->instrs, &t->capacity, t->count + 1, sizeof *t->instrs);
  instr.span = t->span;
  instr.text = t->text;
  instr.tags = instr.tags ? instr.tags : "";
  instr.write_tags = instr.write_tags ? instr.write_tags : "";
  t->instrs[t->count] = instr;
  return (unsigned)t->count++;
}

void code_patch(Reading *t, unsigned at) { t->instrs[at].target = (unsigned)t->count; }

unsigned code_temporary(Reading *t) {
  if (++t->temporaries > t->temporary_peak)
    t->temporary_peak = t->temporaries;
  return CODE_TEMPORARY + t->temporaries - 1;
}

void code_emit_operation(Reading *t, unsigned dst, Operation operation, unsigned bits, bool is_signed, CodeValue a,
                         CodeValue b) {
  code_emit(t, (Instr){.kind = INSTR_OPERATION,
                       .operation = operation,
                       .dst = dst,
                       .a = a.operand,
                       .b = b.operand,
                       .bits = bits,
                       .is_signed = is_signed});
}

// A value of its own, that later steps do not change.
CodeValue code_copy(Reading *t, CodeValue v) {
  if (code_is_constant(v) || v.operand.reg >= CODE_TEMPORARY)
    return v;
  unsigned dst = code_temporary(t);
  code_emit_operation(t, dst, OP_SECOND, 64, false, code_number(0), v);
  return code_in_register(dst, v.bits);
}

CodeValue code_operate(Reading *t, Operation operation, unsigned bits, bool is_signed, CodeValue a, CodeValue b) {
  // A part of an address is left to be seen by who asks whether it is used (event/confined.h).
  bool is_part = operation == OP_MOVE && bits < 64 && a.operand.constant.location >= 0 && !code_on_stack(a);
  if (code_is_constant(a) && code_is_constant(b) && !is_part) {
    CodeValue folded =
        code_constant(operation_apply(operation, bits, is_signed, a.operand.constant, b.operand.constant));
    if (is_signed)
      folded.bits = 128;
    return folded;
  }
  if (code_on_stack(a) || code_on_stack(b))
    return code_fail(t, "what it computes from the stack's address is not followed");
  bool truth = operation >= OP_EQ && operation <= OP_GE;
  unsigned dst = code_temporary(t);
  code_emit_operation(t, dst, operation, bits, is_signed, a, b);
  return code_in_register(dst, is_signed && !truth ? 128 : operation == OP_NOT || truth ? 1 : bits);
}

CodeValue code_narrowed(Reading *t, CodeValue v, unsigned bits) {
  if (v.bits <= bits || code_on_stack(v))
    return v;
  return code_operate(t, OP_MOVE, bits, false, v, code_number(0));
}

// As a signed number, which is no register's value.
CodeValue code_signed_from(Reading *t, CodeValue v, unsigned bits) {
  return code_operate(t, OP_MOVE, bits, true, v, code_number(0));
}

// As it is kept: unsigned.
CodeValue code_unsigned_in(Reading *t, CodeValue v, unsigned bits) {
  v.bits = 128;
  return code_narrowed(t, v, bits);
}

CodeValue code_extended(Reading *t, CodeValue v, unsigned from, bool is_signed) {
  if (!is_signed)
    return code_narrowed(t, v, from);
  return from >= 64 ? v : code_unsigned_in(t, code_signed_from(t, v, from), 64);
}

CodeValue code_arithmetic_right(Reading *t, CodeValue v, CodeValue by, unsigned bits) {
  CodeValue s = code_operate(t, OP_SHR, bits, true, code_signed_from(t, v, bits), by);
  return code_unsigned_in(t, s, bits);
}

CodeValue code_rotated(Reading *t, CodeValue v, CodeValue by, unsigned bits) {
  CodeValue low = code_operate(t, OP_SHR, bits, false, code_narrowed(t, v, bits), by);
  CodeValue high = code_operate(t, OP_SHL, bits, false, v, code_operate(t, OP_SUB, 64, false, code_number(bits), by));
  return code_operate(t, OP_OR, bits, false, low, high);
}

void code_assume(Reading *t, CodeValue holds) { code_emit(t, (Instr){.kind = INSTR_ASSUME, .a = holds.operand}); }

// ---- Registers ----

unsigned code_state(Reading *t, const char *name) {
  for (size_t i = 0; i < t->state_count; i++)
    if (!strcmp(t->states[i].name, name))
      return (unsigned)i;
  t->states = arena_grow(t->arena, t->states, &t->state_capacity, t->state_count + 1, sizeof *t->states);
  t->states[t->state_count] = (CodeState){.name = name, .initial = {-1, 0}};
  return (unsigned)t->state_count++;
}

CodeValue code_read_register(Reading *t, const CodeRegister *reg) {
  if (!*reg->name)
    return code_number(0);
  unsigned index = code_state(t, reg->name);
  if (t->states[index].is_lost)
    return code_fail(t, "the ways to this place do not agree on what points into the stack");
  if (t->states[index].is_known && (reg->bits == 64 || t->states[index].known.location == CODE_STACK))
    return code_constant(t->states[index].known);
  CodeValue v = code_in_register(index, reg->kind == 'f' ? 1 : 64);
  if (reg->shift)
    v = code_operate(t, OP_SHR, 64, false, v, code_number(reg->shift));
  return code_narrowed(t, v, reg->bits);
}

void code_set_state(Reading *t, unsigned index, CodeValue v) {
  CodeState *state = &t->states[index];
  state->is_known = code_on_stack(v) || code_in_layout(t->code, v);
  state->is_lost = false;
  if (state->is_known)
    state->known = v.operand.constant;
  if (!code_on_stack(v))
    code_emit_operation(t, index, OP_SECOND, 64, false, code_number(0), v);
}

void code_write_register(Reading *t, const CodeRegister *reg, CodeValue v) {
  if (!reg->name) {
    code_fail(t, "its address has no register to write back to");
    return;
  }
  if (!*reg->name)
    return;
  v = code_narrowed(t, v, reg->bits);
  unsigned index = code_state(t, reg->name);
  if (reg->bits == 8 || reg->bits == 16) { // the rest stays
    Value mask = (((Value)1 << reg->bits) - 1) << reg->shift;
    CodeValue rest =
        code_operate(t, OP_AND, 64, false, code_in_register(index, 64), code_number((Value)(uint64_t)~mask));
    v = code_operate(t, OP_OR, 64, false, rest, code_operate(t, OP_SHL, 64, false, v, code_number(reg->shift)));
  }
  code_set_state(t, index, v);
}
