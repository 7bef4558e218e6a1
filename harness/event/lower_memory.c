// An operation on memory: one event in a language's model, a row of steps in a CPU's table.
#include "harness/event/lower.h"

#include <assert.h>
#include <string.h>

static InstrKind c11_kind(LowerOperation kind) {
  static const InstrKind kinds[] = {[LOWER_LOAD] = INSTR_READ,
                                    [LOWER_STORE] = INSTR_WRITE,
                                    [LOWER_RMW] = INSTR_RMW,
                                    [LOWER_FENCE] = INSTR_FENCE,
                                    [LOWER_FAIL] = INSTR_READ};
  return kinds[kind];
}

static Instr memory_instr(const MemoryOperation *op, InstrKind kind, const char *text, const char *tags) {
  Width width = width_of(op->type);
  return (Instr){.kind = kind,
                 .span = op->span,
                 .text = text,
                 .tags = tags,
                 .operation = op->operation,
                 .dst = op->dst,
                 .address = op->address,
                 .value = op->value,
                 .bits = width.bits,
                 .is_signed = width.is_signed};
}

static void emit_step(Lowering *l, const MemoryOperation *op, const LowerStep *step) {
  // The table's read-modify-write is an exchange; the others are named for what they do and how.
  bool other = op->kind == LOWER_RMW && strcmp(op->name, "exchange") != 0;
  const char *text = other ? arena_printf(l->arena, "%s as %s", op->name, step->instruction) : step->instruction;
  switch (step->kind) {
  case STEP_READ:
    lower_emit(l, memory_instr(op, INSTR_READ, step->instruction, step->tags));
    break;
  case STEP_WRITE:
    lower_emit(l, memory_instr(op, INSTR_WRITE, step->instruction, step->tags));
    break;
  case STEP_RMW:
  case STEP_PAIR: {
    Instr instr = memory_instr(op, INSTR_RMW, text, step->tags);
    instr.write_tags = step->write_tags;
    instr.is_pair = step->kind == STEP_PAIR;
    if (op->kind == LOWER_STORE) // by an exchange whose result nobody wants
      instr.operation = OP_SECOND;
    lower_emit(l, instr);
    break;
  }
  case STEP_FENCE:
    lower_emit(l, (Instr){.kind = INSTR_FENCE, .span = op->span, .text = step->instruction, .tags = step->tags});
    break;
  case STEP_MARK: {
    Instr instr = memory_instr(op, INSTR_FENCE, step->instruction, step->tags);
    instr.marks = true;
    if (op->address.is_register || op->address.constant.location < 0)
      lower_unmodelled(l, arena_printf(l->arena, "%s at an address that is computed", step->instruction));
    lower_emit(l, instr);
    break;
  }
  case STEP_BRANCH:
    assert(op->kind == LOWER_LOAD || op->kind == LOWER_RMW || op->kind == LOWER_FAIL);
    lower_patch(
        l,
        lower_emit(
            l, (Instr){.kind = INSTR_BRANCH, .span = op->span, .text = step->instruction, .a = in_register(op->dst)}));
    break;
  }
}

// The operations themselves are the events of a language's model, and of sc, unless it says otherwise. That a grace
// period waits no such event tells.
static void lower_itself(Lowering *l, const MemoryOperation *op) {
  const char *text = arena_printf(l->arena, "%s %s", op->name, order_name(op->order));
  if (order_is_grace(op->order))
    lower_unmodelled(l, "RCU's grace periods are told by the kernel's own model alone");
  lower_emit(l, memory_instr(op, c11_kind(op->kind), text, op->order ? op->order->tag : l->test->dialect->plain_tag));
}

void lower_memory(Lowering *l, const MemoryOperation *op) {
  if (!l->cpu && !l->model->mapping) {
    lower_itself(l, op);
    return;
  }
  const Dialect *dialect = l->test->dialect;
  const char *order = op->order ? op->order->name : dialect->plain_as;
  const LowerRow *row = l->cpu ? cpu_lower(l->cpu, dialect->name, op->kind, order, l->features)
                               : mapping_row(l->model->mapping, op->kind, order, NULL);
  if (!row)
    lower_unmodelled(
        l, arena_printf(l->arena, "no table says what %s makes of '%s %s'", l->model->title, op->name, order));
  if (!row)
    return;
  for (unsigned i = 0; i < row->step_count; i++)
    emit_step(l, op, &row->steps[i]);
}
