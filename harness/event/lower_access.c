// What each access does, once what it works on has been evaluated.
#include "harness/event/lower.h"

// Models speak of accesses that are single: whole, aligned ones.
void lower_check_modelled(Lowering *l, const Location *location, const Order *order) {
  unsigned bytes = base_type_bits(location->type) / 8;
  if (location->has_offset && location->line_offset % bytes)
    lower_unmodelled(l, arena_printf(l->arena, "%s is misaligned, by its Layout=", location->name));
  if (bytes > 8 && !order)
    lower_unmodelled(l, arena_printf(l->arena, "a plain access to %s, of 128 bits, may tear", location->name));
}

// The access as one operation; its result, where it has one, is in a temporary of its own.
static MemoryOperation operation_of(Lowering *l, const Access *access, LowerOperation kind, const AccessOperands *on,
                                    Span span) {
  return (MemoryOperation){.kind = kind,
                           .name = access_name(access->op),
                           .order = access->order,
                           .span = span,
                           .address = on->at,
                           .value = on->value,
                           .operation = OP_SECOND,
                           .type = address_base(l->test, &access->address),
                           .dst = kind == LOWER_STORE ? NO_REGISTER : lower_temporary(l)};
}

static Operand lower_load(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  MemoryOperation op = operation_of(l, access, LOWER_LOAD, on, span);
  lower_memory(l, &op);
  return in_register(op.dst);
}

static void lower_store(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  MemoryOperation op = operation_of(l, access, LOWER_STORE, on, span);
  lower_memory(l, &op);
}

// One of an operation's two ways: it was done, and `holds` of what it found; `result` says which.
static void end_way(Lowering *l, const MemoryOperation *op, Operand holds, bool fair, unsigned result, Value is) {
  lower_assume(l, holds, op->span, fair);
  Operand told = lower_operate(l, op->span, OP_SECOND, (Width){32, true}, holds, number(is));
  lower_move(l, result, told, BASE_INT, BASE_INT, op->span);
}

static Operand compare(Lowering *l, const MemoryOperation *op, Operation comparison, Operand with) {
  return lower_operate(l, op->span, comparison, width_of(op->type), in_register(op->dst), with);
}

static unsigned lower_jump_on(Lowering *l, Span span) {
  return lower_emit(l, (Instr){.kind = INSTR_JUMP, .span = span, .text = "jump"});
}

// Compare-exchange, as either of two: an exchange that finds what it expected, or a load that does not (a weak one may
// fail all the same) and puts what it found where the expected value came from. The result depends on what was read.
static Operand lower_compare_exchange(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  bool in_reg = access->expected_in_register;
  BaseType type = address_base(l->test, &access->address), expected_type;
  Access kept = {.op = ACCESS_LOAD, .address = access->expected}; // the expected value, where it is in memory
  AccessOperands kept_on = {.at = on->expected_at};
  Operand expected;
  if (in_reg) {
    expected_type = l->test->threads[l->thread].registers[access->expected_register].type.base;
    expected = in_register(access->expected_register);
  } else {
    expected_type = address_base(l->test, &access->expected);
    expected = lower_load(l, &kept, &kept_on, span);
  }
  expected = lower_convert(l, span, expected, expected_type, type);

  unsigned result = lower_temporary(l);
  MemoryOperation op = operation_of(l, access, LOWER_RMW, on, span);
  unsigned either = lower_emit(l, (Instr){.kind = INSTR_EITHER, .span = span, .text = op.name});
  lower_memory(l, &op);
  end_way(l, &op, compare(l, &op, OP_EQ, expected), false, result, 1);
  unsigned done = lower_jump_on(l, span);

  lower_patch(l, either);
  op.kind = LOWER_FAIL;
  op.name = "failed compare_exchange";
  op.order = access->failure;
  lower_memory(l, &op);
  Operand differs = compare(l, &op, OP_NE, expected);
  lower_assume(l, differs, span, access->weak);
  if (in_reg) {
    lower_move(l, access->expected_register, in_register(op.dst), type, expected_type, span);
  } else {
    kept.op = ACCESS_STORE;
    kept_on.value = lower_convert(l, span, in_register(op.dst), type, expected_type);
    lower_store(l, &kept, &kept_on, span);
  }
  Operand failed = lower_operate(l, span, OP_SECOND, (Width){32, true}, differs, number(0));
  lower_move(l, result, failed, BASE_INT, BASE_INT, span);
  lower_patch(l, done);
  return in_register(result);
}

// An operation that is done only where `condition` holds between what it finds and what is expected, as either of two:
// an update where it does, or a read where it does not. The result says which.
static Operand lower_either(Lowering *l, MemoryOperation *op, Operation condition, Operand expected) {
  unsigned result = lower_temporary(l);
  unsigned either = lower_emit(l, (Instr){.kind = INSTR_EITHER, .span = op->span, .text = op->name});
  lower_memory(l, op);
  end_way(l, op, compare(l, op, condition, expected), false, result, 1);
  unsigned done = lower_jump_on(l, op->span);
  lower_patch(l, either);
  op->kind = LOWER_FAIL;
  op->name = arena_printf(l->arena, "failed %s", op->name);
  lower_memory(l, op);
  end_way(l, op, compare(l, op, condition == OP_EQ ? OP_NE : OP_EQ, expected), false, result, 0);
  lower_patch(l, done);
  return in_register(result);
}

// cmpxchg and add_unless, whose value is what was found.
static Operand lower_conditional(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  bool swaps = access->op == ACCESS_COMPARE_SWAP;
  MemoryOperation op = operation_of(l, access, LOWER_RMW, on, span);
  op.operation = swaps ? OP_SECOND : OP_ADD;
  lower_either(l, &op, swaps ? OP_EQ : OP_NE, on->compared);
  return in_register(op.dst);
}

// A look at a lock, as either of two reads: one that finds it taken, or one that finds it free.
static Operand lower_look(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  MemoryOperation op = operation_of(l, access, LOWER_LOAD, on, span);
  unsigned result = lower_temporary(l);
  unsigned either = lower_emit(l, (Instr){.kind = INSTR_EITHER, .span = span, .text = op.name});
  op.order = dialect_order(l->test->dialect, "locked");
  lower_memory(l, &op);
  end_way(l, &op, compare(l, &op, OP_NE, number(0)), false, result, 1);
  unsigned done = lower_jump_on(l, span);
  lower_patch(l, either);
  op.order = dialect_order(l->test->dialect, "unlocked");
  lower_memory(l, &op);
  end_way(l, &op, compare(l, &op, OP_EQ, number(0)), false, result, 0);
  lower_patch(l, done);
  return in_register(result);
}

// A lock that is taken was free: there is no execution in which it waits for ever.
static Operand lower_lock(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  AccessOperands taken = {.at = on->at, .value = number(1)};
  MemoryOperation op = operation_of(l, access, LOWER_RMW, &taken, span);
  if (access->op == ACCESS_TRY_LOCK)
    return lower_either(l, &op, OP_EQ, number(0));
  lower_memory(l, &op);
  lower_assume(l, compare(l, &op, OP_EQ, number(0)), span, false);
  return number(0);
}

static Operand lower_rmw(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  static const Operation updates[] = {
      [ACCESS_EXCHANGE] = OP_SECOND, [ACCESS_FETCH_ADD] = OP_ADD,    [ACCESS_FETCH_SUB] = OP_SUB,
      [ACCESS_FETCH_AND] = OP_AND,   [ACCESS_FETCH_ANDNOT] = OP_AND, [ACCESS_FETCH_OR] = OP_OR,
      [ACCESS_FETCH_XOR] = OP_XOR,   [ACCESS_FETCH_MAX] = OP_MAX,    [ACCESS_FETCH_MIN] = OP_MIN};
  MemoryOperation op = operation_of(l, access, LOWER_RMW, on, span);
  op.operation = updates[access->op];
  if (access->op == ACCESS_FETCH_ANDNOT)
    op.value = lower_operate(l, span, OP_COMPLEMENT, width_of(op.type), op.value, number(0));
  lower_memory(l, &op);
  return in_register(op.dst);
}

static void lower_cpu_fence(Lowering *l, const Access *access, Span span) {
  if (!l->cpu) // C11 gives a CPU's own fence no meaning
    return;
  const CpuFence *fence = cpu_fence(l->cpu, access->cpu_fence);
  if (!fence) {
    diag_error_at(l->diag, l->test->source, span, "%s has no fence '%s'", l->cpu->model->title, access->cpu_fence);
    return;
  }
  lower_emit(l, (Instr){.kind = INSTR_FENCE, .span = span, .text = fence->instruction, .tags = fence->tags});
}

// It binds the compiler alone. A full one is where another thread's heavy fence may fall.
static void lower_signal_fence(Lowering *l, const Access *access, Span span) {
  if (!l->cpu && test_has_heavy_fence(l->test) && access->order == dialect_order(l->test->dialect, "seq_cst"))
    lower_emit(l, (Instr){.kind = INSTR_FENCE, .span = span, .text = "light fence", .tags = "LIGHT"});
}

Operand lower_access(Lowering *l, const Access *access, const AccessOperands *on, Span span) {
  Operand none = number(0);
  switch (access->op) {
  case ACCESS_LOAD:
    return lower_load(l, access, on, span);
  case ACCESS_STORE:
    lower_store(l, access, on, span);
    return none;
  case ACCESS_COMPARE_EXCHANGE:
    return lower_compare_exchange(l, access, on, span);
  case ACCESS_COMPARE_SWAP:
  case ACCESS_ADD_UNLESS:
    return lower_conditional(l, access, on, span);
  case ACCESS_LOCK:
  case ACCESS_TRY_LOCK:
    return lower_lock(l, access, on, span);
  case ACCESS_IS_LOCKED:
    return lower_look(l, access, on, span);
  case ACCESS_FENCE:
    lower_memory(l, &(MemoryOperation){.kind = LOWER_FENCE, .name = "fence", .order = access->order, .span = span});
    return none;
  case ACCESS_CPU_FENCE:
    lower_cpu_fence(l, access, span);
    return none;
  case ACCESS_SIGNAL_FENCE:
    lower_signal_fence(l, access, span);
    return none;
  default:
    return lower_rmw(l, access, on, span);
  }
}
