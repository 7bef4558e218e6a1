// Test -> Program: thread by thread, statement by statement. What an operation becomes on a CPU is a row of its table.
#include "harness/event/from_test.h"

#include "harness/lang/state.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

// The operands of an expression that access memory, and the registers that have their values.
enum { OPERANDS_PERMUTED = 4, OPERANDS_KEPT = 32 };
typedef struct {
  const Expr *exprs[OPERANDS_KEPT];
  unsigned registers[OPERANDS_KEPT];
  unsigned count;
  bool kept; // the order is from left to right: there are too many, or one assigns a register
} Operands;

// The jumps out of the loop that is being lowered, and those to the end of its body, until they are known: the last
// one of each; its target is the one before it.
typedef struct {
  unsigned breaks, continues;
} Loop;
enum { NO_JUMP = 0x7fffffff };

typedef struct {
  const Test *test;
  const Model *model;
  const Cpu *cpu; // of the model; NULL: the events are what the language's model says they are
  const char *const *features;
  Arena *arena;
  Diag *diag;
  Program *program;
  bool unsequenced;         // the order of an expression's operands is open
  const Operands *operands; // of the expression that is being lowered, where their values are at hand; NULL: none are
  unsigned thread;          // being lowered
  Loop loop;                // the innermost
  bool copies;              // the expression being lowered assigns a register, which may have been read by then
  Instr *instrs;
  size_t count, capacity;
  unsigned temporaries, temporary_peak; // registers beyond the test's: in use, and the most there ever were
} Lowering;

// The type that arithmetic is done in.
typedef struct {
  unsigned bits;
  bool is_signed;
} Width;

static Width width_of(BaseType type) { return (Width){base_type_bits(type), base_type_signed(type)}; }

static Operand number(Value value) { return (Operand){.constant = {-1, value}}; }
static Operand in_register(unsigned reg) { return (Operand){.is_register = true, .reg = reg}; }

static unsigned temporary(Lowering *l) {
  unsigned reg = l->test->threads[l->thread].register_count + l->temporaries++;
  if (l->temporaries > l->temporary_peak)
    l->temporary_peak = l->temporaries;
  return reg;
}

// Appends an instruction and says where it is.
static unsigned emit(Lowering *l, Instr instr) {
  l->instrs = arena_grow(l->arena, l->instrs, &l->capacity, l->count + 1, sizeof *l->instrs);
  if (!instr.tags)
    instr.tags = "";
  if (!instr.write_tags)
    instr.write_tags = "";
  l->instrs[l->count] = instr;
  return (unsigned)l->count++;
}

static void patch(Lowering *l, unsigned at) { l->instrs[at].target = (unsigned)l->count; }

static Operand operate(Lowering *l, Span span, Operation operation, Width width, Operand a, Operand b) {
  unsigned dst = temporary(l);
  emit(l, (Instr){.kind = INSTR_OPERATION,
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

// The value converted to another type; values that it can hold stay as they are.
static Operand convert(Lowering *l, Span span, Operand value, BaseType from, BaseType to) {
  if (to == BASE_BOOL)
    return from == BASE_BOOL ? value : operate(l, span, OP_NE, width_of(from), value, number(0));
  if (width_holds(width_of(to), width_of(from)))
    return value;
  return operate(l, span, OP_MOVE, width_of(to), value, number(0));
}

// ---- Operations on memory ----

// One operation, of C11's point of view. The same is one event in C11 and a row of steps on a CPU.
typedef struct {
  LowerOperation kind;
  const char *name; // "load", "fetch_add"
  const Order *order;
  Span span;
  Operand address, value; // value: LOWER_STORE, LOWER_RMW
  Operation operation;    // LOWER_RMW
  BaseType type;
  unsigned dst; // LOWER_LOAD, LOWER_RMW, LOWER_FAIL
} MemoryOperation;

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

static void unmodelled(Lowering *l, const char *reason) {
  if (l->program->unmodelled)
    return;
  l->program->unmodelled = true;
  l->program->unmodelled_reason = reason;
}

static void emit_step(Lowering *l, const MemoryOperation *op, const LowerStep *step) {
  // The table's read-modify-write is an exchange; the others are named for what they do and how.
  bool other = op->kind == LOWER_RMW && strcmp(op->name, "exchange") != 0;
  const char *text = other ? arena_printf(l->arena, "%s as %s", op->name, step->instruction) : step->instruction;
  switch (step->kind) {
  case STEP_READ:
    emit(l, memory_instr(op, INSTR_READ, step->instruction, step->tags));
    break;
  case STEP_WRITE:
    emit(l, memory_instr(op, INSTR_WRITE, step->instruction, step->tags));
    break;
  case STEP_RMW:
  case STEP_PAIR: {
    Instr instr = memory_instr(op, INSTR_RMW, text, step->tags);
    instr.write_tags = step->write_tags;
    instr.is_pair = step->kind == STEP_PAIR;
    if (op->kind == LOWER_STORE) // by an exchange whose result nobody wants
      instr.operation = OP_SECOND;
    emit(l, instr);
    break;
  }
  case STEP_FENCE:
    emit(l, (Instr){.kind = INSTR_FENCE, .span = op->span, .text = step->instruction, .tags = step->tags});
    break;
  case STEP_MARK: {
    Instr instr = memory_instr(op, INSTR_FENCE, step->instruction, step->tags);
    instr.marks = true;
    if (op->address.is_register || op->address.constant.location < 0)
      unmodelled(l, arena_printf(l->arena, "%s at an address that is computed", step->instruction));
    emit(l, instr);
    break;
  }
  case STEP_BRANCH:
    assert(op->kind == LOWER_LOAD || op->kind == LOWER_RMW || op->kind == LOWER_FAIL);
    patch(
        l,
        emit(l, (Instr){.kind = INSTR_BRANCH, .span = op->span, .text = step->instruction, .a = in_register(op->dst)}));
    break;
  }
}

// The operations themselves are the events of a language's model, and of sc, unless it says otherwise. That a grace
// period waits no such event tells.
static void lower_itself(Lowering *l, const MemoryOperation *op) {
  const char *text = arena_printf(l->arena, "%s %s", op->name, order_name(op->order));
  if (order_is_grace(op->order))
    unmodelled(l, "RCU's grace periods are told by the kernel's own model alone");
  emit(l, memory_instr(op, c11_kind(op->kind), text, op->order ? op->order->tag : l->test->dialect->plain_tag));
}

static void lower_memory(Lowering *l, const MemoryOperation *op) {
  if (!l->cpu && !l->model->mapping) {
    lower_itself(l, op);
    return;
  }
  const Dialect *dialect = l->test->dialect;
  const char *order = op->order ? op->order->name : dialect->plain_as;
  const LowerRow *row = l->cpu ? cpu_lower(l->cpu, dialect->name, op->kind, order, l->features)
                               : mapping_row(l->model->mapping, op->kind, order, NULL);
  if (!row)
    unmodelled(l, arena_printf(l->arena, "no table says what %s makes of '%s %s'", l->model->title, op->name, order));
  if (!row)
    return;
  for (unsigned i = 0; i < row->step_count; i++)
    emit_step(l, op, &row->steps[i]);
}

// ---- Expressions ----

static Operand lower_expr(Lowering *l, const Expr *expr);
static Operand lower_arithmetic(Lowering *l, const Expr *expr);

// Models speak of accesses that are single: whole, aligned ones.
static void check_modelled(Lowering *l, const Location *location, const Order *order) {
  unsigned bytes = base_type_bits(location->type) / 8;
  if (location->has_offset && location->line_offset % bytes)
    unmodelled(l, arena_printf(l->arena, "%s is misaligned, by its Layout=", location->name));
  if (bytes > 8 && !order)
    unmodelled(l, arena_printf(l->arena, "a plain access to %s, of 128 bits, may tear", location->name));
}

static Operand lower_address(Lowering *l, const Address *address, const Order *order, Span span) {
  if (address->pointer)
    return lower_expr(l, address->pointer);
  check_modelled(l, &l->test->locations[address->location], order);
  const Location *location = &l->test->locations[address->location];
  const Expr *index = address->index;
  Operand base = {.constant = {(int)address->location, 0}};
  if (!index)
    return base;
  if (index->kind == EXPR_CONSTANT) {
    base.constant.number = (Value)((uint64_t)index->constant % location->length);
    return base;
  }
  // An index wraps around its array; what it is computed from is an address dependency also where it has one element.
  Operand element = operate(l, span, OP_MOVE, (Width){64, false}, lower_expr(l, index), number(0));
  element = operate(l, span, OP_REM, (Width){64, false}, element, number(location->length));
  return operate(l, span, OP_ADD, (Width){64, true}, base, element);
}

static BaseType location_type(const Lowering *l, const Address *address) { return address_base(l->test, address); }

static Operand lower_load(Lowering *l, const Address *address, Operand at, const Order *order, Span span) {
  MemoryOperation op = {.kind = LOWER_LOAD,
                        .name = access_name(ACCESS_LOAD),
                        .order = order,
                        .span = span,
                        .address = at,
                        .type = location_type(l, address),
                        .dst = temporary(l)};
  lower_memory(l, &op);
  return in_register(op.dst);
}

static void lower_store(Lowering *l, const Address *address, Operand at, Operand value, const Order *order, Span span) {
  MemoryOperation op = {.kind = LOWER_STORE,
                        .name = access_name(ACCESS_STORE),
                        .order = order,
                        .span = span,
                        .address = at,
                        .value = value,
                        .type = location_type(l, address),
                        .dst = NO_REGISTER};
  lower_memory(l, &op);
}

static void assume(Lowering *l, Operand holds, Span span, bool fair) {
  emit(l, (Instr){.kind = INSTR_ASSUME, .span = span, .text = "assume", .a = holds, .fair = fair});
}

static void move(Lowering *l, unsigned dst, Operand value, BaseType from, BaseType to, Span span) {
  Width width = width_of(to);
  value = convert(l, span, value, from, to);
  emit(l, (Instr){.kind = INSTR_OPERATION,
                  .span = span,
                  .text = operation_name(OP_MOVE),
                  .operation = OP_MOVE,
                  .dst = dst,
                  .a = value,
                  .b = number(0),
                  .bits = width.bits,
                  .is_signed = width.is_signed});
}

// Compare-exchange, as either of two: an exchange that finds what it expected, or a load that does not (a weak one may
// fail all the same) and puts what it found where the expected value came from. The result depends on what was read.
static Operand lower_compare_exchange(Lowering *l, const Access *access, Span span) {
  bool in_reg = access->expected_in_register;
  BaseType type = location_type(l, &access->address), expected_type;
  Operand at = lower_address(l, &access->address, access->order, span), expected_at = {0}, expected;
  if (!in_reg)
    expected_at = lower_address(l, &access->expected, NULL, span);
  Operand desired = convert(l, span, lower_expr(l, access->operand), access->operand->type, type);
  if (in_reg) {
    expected_type = l->test->threads[l->thread].registers[access->expected_register].type.base;
    expected = in_register(access->expected_register);
  } else {
    expected_type = location_type(l, &access->expected);
    expected = lower_load(l, &access->expected, expected_at, NULL, span);
  }
  expected = convert(l, span, expected, expected_type, type);

  unsigned result = temporary(l), found = temporary(l);
  MemoryOperation op = {.kind = LOWER_RMW,
                        .name = access_name(ACCESS_COMPARE_EXCHANGE),
                        .order = access->order,
                        .span = span,
                        .address = at,
                        .value = desired,
                        .operation = OP_SECOND,
                        .type = type,
                        .dst = found};
  Width one = {32, true};
  unsigned either = emit(l, (Instr){.kind = INSTR_EITHER, .span = span, .text = "compare_exchange"});
  lower_memory(l, &op);
  Operand equal = operate(l, span, OP_EQ, width_of(type), in_register(found), expected);
  assume(l, equal, span, false);
  move(l, result, operate(l, span, OP_SECOND, one, equal, number(1)), BASE_INT, BASE_INT, span);
  unsigned done = emit(l, (Instr){.kind = INSTR_JUMP, .span = span, .text = "jump"});

  patch(l, either);
  op.kind = LOWER_FAIL;
  op.name = "failed compare_exchange";
  op.order = access->failure;
  lower_memory(l, &op);
  Operand differs = operate(l, span, OP_NE, width_of(type), in_register(found), expected);
  assume(l, differs, span, access->weak);
  if (in_reg)
    move(l, access->expected_register, in_register(found), type, expected_type, span);
  else
    lower_store(l, &access->expected, expected_at, convert(l, span, in_register(found), type, expected_type), NULL,
                span);
  move(l, result, operate(l, span, OP_SECOND, one, differs, number(0)), BASE_INT, BASE_INT, span);
  patch(l, done);
  return in_register(result);
}

// An operation that is done only where `condition` holds between what it finds and what is expected, as either of two:
// an update where it does, or a read where it does not. `found` has the value found.
static void lower_either(Lowering *l, MemoryOperation *op, Operation condition, Operand expected, Operand results[2]) {
  static const Operation opposite[] = {[OP_EQ] = OP_NE, [OP_NE] = OP_EQ};
  unsigned result = temporary(l);
  Width width = width_of(op->type), one = {32, true};
  unsigned either = emit(l, (Instr){.kind = INSTR_EITHER, .span = op->span, .text = op->name});
  lower_memory(l, op);
  Operand holds = operate(l, op->span, condition, width, in_register(op->dst), expected);
  assume(l, holds, op->span, false);
  move(l, result, operate(l, op->span, OP_SECOND, one, holds, number(1)), BASE_INT, BASE_INT, op->span);
  unsigned done = emit(l, (Instr){.kind = INSTR_JUMP, .span = op->span, .text = "jump"});
  patch(l, either);
  op->kind = LOWER_FAIL;
  op->name = arena_printf(l->arena, "failed %s", op->name);
  lower_memory(l, op);
  holds = operate(l, op->span, opposite[condition], width, in_register(op->dst), expected);
  assume(l, holds, op->span, false);
  move(l, result, operate(l, op->span, OP_SECOND, one, holds, number(0)), BASE_INT, BASE_INT, op->span);
  patch(l, done);
  results[0] = in_register(op->dst);
  results[1] = in_register(result);
}

static MemoryOperation update_of(Lowering *l, const Access *access, Operation operation, Operand value, Span span) {
  return (MemoryOperation){.kind = LOWER_RMW,
                           .name = access_name(access->op),
                           .order = access->order,
                           .span = span,
                           .address = lower_address(l, &access->address, access->order, span),
                           .value = value,
                           .operation = operation,
                           .type = location_type(l, &access->address),
                           .dst = temporary(l)};
}

// A look at a lock, as either of two reads: one that finds it taken, or one that finds it free.
static Operand lower_look(Lowering *l, MemoryOperation op) {
  unsigned result = temporary(l), at[2] = {0};
  Width one = {32, true};
  op.kind = LOWER_LOAD;
  for (unsigned taken = 2; taken-- > 0;) {
    at[0] = taken ? emit(l, (Instr){.kind = INSTR_EITHER, .span = op.span, .text = op.name}) : at[0];
    op.order = dialect_order(l->test->dialect, taken ? "locked" : "unlocked");
    lower_memory(l, &op);
    Operand holds = operate(l, op.span, taken ? OP_NE : OP_EQ, width_of(op.type), in_register(op.dst), number(0));
    assume(l, holds, op.span, false);
    move(l, result, operate(l, op.span, OP_SECOND, one, holds, number(taken)), BASE_INT, BASE_INT, op.span);
    at[1] = taken ? emit(l, (Instr){.kind = INSTR_JUMP, .span = op.span, .text = "jump"}) : at[1];
    patch(l, at[!taken]);
  }
  return in_register(result);
}

// cmpxchg and add_unless, whose value is what was found.
static Operand lower_conditional(Lowering *l, const Access *access, Span span) {
  bool swaps = access->op == ACCESS_COMPARE_SWAP;
  BaseType type = location_type(l, &access->address);
  Operand results[2];
  Operand expected = convert(l, span, lower_expr(l, access->compared), access->compared->type, type);
  Operand value = convert(l, span, lower_expr(l, access->operand), access->operand->type, type);
  MemoryOperation op = update_of(l, access, swaps ? OP_SECOND : OP_ADD, value, span);
  lower_either(l, &op, swaps ? OP_EQ : OP_NE, expected, results);
  return results[0];
}

// A lock that is taken was free: there is no execution in which it waits for ever.
static Operand lower_lock(Lowering *l, const Access *access, Span span) {
  Operand results[2];
  MemoryOperation op = update_of(l, access, OP_SECOND, number(1), span);
  switch (access->op) {
  case ACCESS_LOCK:
    lower_memory(l, &op);
    assume(l, operate(l, span, OP_EQ, width_of(op.type), in_register(op.dst), number(0)), span, false);
    return number(0);
  case ACCESS_TRY_LOCK:
    lower_either(l, &op, OP_EQ, number(0), results);
    return results[1];
  default:
    return lower_look(l, op);
  }
}

static Operand lower_rmw(Lowering *l, const Access *access, Span span) {
  static const Operation updates[] = {
      [ACCESS_EXCHANGE] = OP_SECOND, [ACCESS_FETCH_ADD] = OP_ADD,    [ACCESS_FETCH_SUB] = OP_SUB,
      [ACCESS_FETCH_AND] = OP_AND,   [ACCESS_FETCH_ANDNOT] = OP_AND, [ACCESS_FETCH_OR] = OP_OR,
      [ACCESS_FETCH_XOR] = OP_XOR,   [ACCESS_FETCH_MAX] = OP_MAX,    [ACCESS_FETCH_MIN] = OP_MIN};
  BaseType type = location_type(l, &access->address);
  Operand at = lower_address(l, &access->address, access->order, span);
  MemoryOperation op = {.kind = LOWER_RMW,
                        .name = access_name(access->op),
                        .order = access->order,
                        .span = span,
                        .address = at,
                        .value = convert(l, span, lower_expr(l, access->operand), access->operand->type, type),
                        .operation = updates[access->op],
                        .type = type,
                        .dst = temporary(l)};
  if (access->op == ACCESS_FETCH_ANDNOT)
    op.value = operate(l, span, OP_COMPLEMENT, width_of(type), op.value, number(0));
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
  emit(l, (Instr){.kind = INSTR_FENCE, .span = span, .text = fence->instruction, .tags = fence->tags});
}

// It binds the compiler alone. A full one is where another thread's heavy fence may fall.
static void lower_signal_fence(Lowering *l, const Access *access, Span span) {
  if (!l->cpu && test_has_heavy_fence(l->test) && access->order == dialect_order(l->test->dialect, "seq_cst"))
    emit(l, (Instr){.kind = INSTR_FENCE, .span = span, .text = "light fence", .tags = "LIGHT"});
}

// What it evaluates to; nothing to be read where the access has no value.
static Operand lower_access(Lowering *l, const Access *access, Span span) {
  Operand none = number(0);
  switch (access->op) {
  case ACCESS_LOAD: {
    Operand at = lower_address(l, &access->address, access->order, span);
    return lower_load(l, &access->address, at, access->order, span);
  }
  case ACCESS_STORE: {
    const Expr *value = access->operand;
    Operand at = lower_address(l, &access->address, access->order, span);
    Operand stored = convert(l, span, lower_expr(l, value), value->type, location_type(l, &access->address));
    lower_store(l, &access->address, at, stored, access->order, span);
    return none;
  }
  case ACCESS_COMPARE_EXCHANGE:
    return lower_compare_exchange(l, access, span);
  case ACCESS_COMPARE_SWAP:
  case ACCESS_ADD_UNLESS:
    return lower_conditional(l, access, span);
  case ACCESS_LOCK:
  case ACCESS_TRY_LOCK:
  case ACCESS_IS_LOCKED:
    return lower_lock(l, access, span);
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
    return lower_rmw(l, access, span);
  }
}

// A compare_exchange that keeps its expected value in a register, which the other operands may read.
static bool assigns_register(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && expr->access.op == ACCESS_COMPARE_EXCHANGE && expr->access.expected_in_register;
}

static Operand truth(Lowering *l, Operand value, BaseType type, Span span) {
  return operate(l, span, OP_NE, width_of(type), value, number(0));
}

static bool is_logical(const Expr *expr) {
  return expr->kind == EXPR_BINARY && binary_operators[expr->binary.op].is_logical;
}

// `a && b`, `a || b`: a branch where the right operand does something, else the same in arithmetic.
static Operand lower_logical(Lowering *l, const Expr *expr) {
  bool is_and = expr->binary.op == BINARY_LOGICAL_AND;
  const Expr *right = expr->binary.right;
  Width one = {32, true};
  Operand left = truth(l, lower_expr(l, expr->binary.left), expr->binary.left->type, expr->span);
  if (!expr_accesses(right)) {
    Operand other = truth(l, lower_expr(l, right), right->type, expr->span);
    return operate(l, expr->span, is_and ? OP_AND : OP_OR, one, left, other);
  }
  unsigned result = temporary(l);
  move(l, result, left, BASE_INT, BASE_INT, expr->span);
  Operand go_on = is_and ? left : operate(l, expr->span, OP_NOT, one, left, number(0));
  unsigned skip = emit(l, (Instr){.kind = INSTR_BRANCH, .span = expr->span, .text = "branch", .a = go_on});
  Operand other = truth(l, lower_expr(l, right), right->type, expr->span);
  move(l, result, other, BASE_INT, BASE_INT, expr->span);
  patch(l, skip);
  return in_register(result);
}

static Operand lower_binary(Lowering *l, const Expr *expr) {
  static const Operation operations[] = {
      [BINARY_MULTIPLY] = OP_MUL,  [BINARY_DIVIDE] = OP_DIV,     [BINARY_REMAINDER] = OP_REM,    [BINARY_ADD] = OP_ADD,
      [BINARY_SUBTRACT] = OP_SUB,  [BINARY_SHIFT_LEFT] = OP_SHL, [BINARY_SHIFT_RIGHT] = OP_SHR,  [BINARY_LESS] = OP_LT,
      [BINARY_LESS_EQUAL] = OP_LE, [BINARY_GREATER] = OP_GT,     [BINARY_GREATER_EQUAL] = OP_GE, [BINARY_EQUAL] = OP_EQ,
      [BINARY_NOT_EQUAL] = OP_NE,  [BINARY_AND] = OP_AND,        [BINARY_XOR] = OP_XOR,          [BINARY_OR] = OP_OR,
  };
  BinaryOp op = expr->binary.op;
  const Expr *left = expr->binary.left, *right = expr->binary.right;
  bool is_shift = op == BINARY_SHIFT_LEFT || op == BINARY_SHIFT_RIGHT;
  BaseType type = is_shift ? base_type_promote(left->type) : base_type_common(left->type, right->type);
  Operand a = convert(l, expr->span, lower_expr(l, left), left->type, type);
  Operand b = lower_expr(l, right);
  if (!is_shift)
    b = convert(l, expr->span, b, right->type, type);
  return operate(l, expr->span, operations[op], width_of(type), a, b);
}

static Operand lower_converted(Lowering *l, const Expr *expr, BaseType type) {
  return convert(l, expr->span, lower_expr(l, expr), expr->type, type);
}

// `a ? b : c`: a branch where b or c do something, else a select, whose result depends on all that made it.
static Operand lower_conditional_operator(Lowering *l, const Expr *expr) {
  const Expr *yes = expr->conditional.yes, *no = expr->conditional.no;
  bool branches = expr_accesses(yes) || expr_accesses(no);
  unsigned result = temporary(l);
  Width width = width_of(expr->type);
  Operand condition =
      truth(l, lower_expr(l, expr->conditional.condition), expr->conditional.condition->type, expr->span);
  Instr choose = {.kind = branches ? INSTR_BRANCH : INSTR_CHOOSE, .span = expr->span, .text = "?:", .a = condition};
  unsigned skip = emit(l, choose);
  Operand value = operate(l, expr->span, OP_SECOND, width, condition, lower_converted(l, yes, expr->type));
  move(l, result, value, expr->type, expr->type, expr->span);
  unsigned done = emit(l, (Instr){.kind = INSTR_JUMP, .span = expr->span, .text = "jump"});
  patch(l, skip);
  value = operate(l, expr->span, OP_SECOND, width, condition, lower_converted(l, no, expr->type));
  move(l, result, value, expr->type, expr->type, expr->span);
  patch(l, done);
  return in_register(result);
}

static Operand lower_unary(Lowering *l, const Expr *expr) {
  static const Operation operations[] = {
      [UNARY_NEGATE] = OP_NEG, [UNARY_COMPLEMENT] = OP_COMPLEMENT, [UNARY_NOT] = OP_NOT};
  const Expr *operand = expr->unary.operand;
  Operand value = lower_expr(l, operand);
  if (expr->unary.op != UNARY_NOT)
    value = convert(l, expr->span, value, operand->type, expr->type);
  if (expr->unary.op == UNARY_CAST)
    return value;
  return operate(l, expr->span, operations[expr->unary.op], width_of(expr->type), value, number(0));
}

// Adds the operands that access memory, from left to right. Those of `&&` and `||` are in order.
static void find_operands(const Expr *expr, Operands *operands) {
  if (expr->kind == EXPR_UNARY) {
    find_operands(expr->unary.operand, operands);
  } else if (expr->kind == EXPR_BINARY && !is_logical(expr)) {
    find_operands(expr->binary.left, operands);
    find_operands(expr->binary.right, operands);
  } else if (expr_accesses(expr)) {
    if (operands->count == OPERANDS_KEPT || expr_each(expr, assigns_register, NULL))
      operands->kept = true;
    else
      operands->exprs[operands->count++] = expr;
  }
}

static void lower_operand(Lowering *l, const Operands *operands, unsigned index) {
  const Expr *expr = operands->exprs[index];
  l->operands = NULL;
  move(l, operands->registers[index], lower_expr(l, expr), expr->type, expr->type, expr->span);
  l->operands = operands;
}

// The next order in the lexical one; false after the last.
static bool next_permutation(unsigned *order, unsigned count) {
  unsigned i = count - 1, j = count - 1;
  while (i && order[i - 1] > order[i])
    i--;
  if (!i)
    return false;
  while (order[j] < order[i - 1])
    j--;
  unsigned swapped = order[i - 1];
  order[i - 1] = order[j];
  order[j] = swapped;
  for (j = count - 1; i < j; i++, j--) {
    swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  return true;
}

// Evaluates the operands in any of the orders, then the expression from their values.
static Operand lower_unsequenced(Lowering *l, const Expr *expr, Operands *operands) {
  unsigned order[OPERANDS_KEPT] = {0}, jumps[2 * 3 * 4], jump_count = 0, count = operands->count;
  bool last = false;
  for (unsigned i = 0; i < count; i++) {
    order[i] = i;
    operands->registers[i] = temporary(l);
  }
  while (!last) {
    unsigned now[OPERANDS_KEPT];
    memcpy(now, order, sizeof now);
    if (count <= OPERANDS_PERMUTED) {
      last = !next_permutation(order, count);
    } else {
      last = order[0] != 0;
      for (unsigned i = 0; i < count; i++)
        order[i] = count - 1 - i;
    }
    unsigned either =
        last ? 0 : emit(l, (Instr){.kind = INSTR_EITHER, .span = expr->span, .text = "order of operands"});
    for (unsigned i = 0; i < count; i++)
      lower_operand(l, operands, now[i]);
    if (last)
      break;
    jumps[jump_count++] = emit(l, (Instr){.kind = INSTR_JUMP, .span = expr->span, .text = "jump"});
    patch(l, either);
  }
  for (unsigned i = 0; i < jump_count; i++)
    patch(l, jumps[i]);
  return lower_arithmetic(l, expr);
}

static Operand lower_expr(Lowering *l, const Expr *expr) {
  for (unsigned i = 0; l->operands && i < l->operands->count; i++)
    if (l->operands->exprs[i] == expr)
      return in_register(l->operands->registers[i]);
  if (!l->unsequenced || l->operands || (expr->kind != EXPR_UNARY && expr->kind != EXPR_BINARY))
    return lower_arithmetic(l, expr);
  Operands operands = {0};
  find_operands(expr, &operands);
  bool open = operands.count > 1 && !operands.kept;
  if (!open)
    operands.count = 0;
  l->operands = &operands;
  Operand value = open ? lower_unsequenced(l, expr, &operands) : lower_arithmetic(l, expr);
  l->operands = NULL;
  return value;
}

static Operand lower_register(Lowering *l, const Expr *expr) {
  if (!l->copies)
    return in_register(expr->reg);
  unsigned copy = temporary(l);
  move(l, copy, in_register(expr->reg), expr->type, expr->type, expr->span);
  return in_register(copy);
}

static Operand lower_arithmetic(Lowering *l, const Expr *expr) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
    return (Operand){.constant = event_value_of(l->test, expr->constant)};
  case EXPR_REGISTER:
    return lower_register(l, expr);
  case EXPR_UNARY:
    return lower_unary(l, expr);
  case EXPR_BINARY:
    if (!is_logical(expr))
      return lower_binary(l, expr);
    break;
  case EXPR_CONDITIONAL:
  case EXPR_ACCESS:
    break;
  }
  const Operands *outer = l->operands; // an expression of its own: the order of its operands is not that of the outer's
  l->operands = NULL;
  Operand value = expr->kind == EXPR_ACCESS        ? lower_access(l, &expr->access, expr->span)
                  : expr->kind == EXPR_CONDITIONAL ? lower_conditional_operator(l, expr)
                                                   : lower_logical(l, expr);
  l->operands = outer;
  return value;
}

// ---- Statements ----

static void lower_block(Lowering *l, const Stmt *stmt);

// Of a statement.
static Operand lower_whole(Lowering *l, const Expr *expr) {
  l->copies = expr_each(expr, assigns_register, NULL);
  return lower_expr(l, expr);
}

static void lower_assign(Lowering *l, const Stmt *stmt) {
  if (!stmt->expr)
    return;
  BaseType type = l->test->threads[l->thread].registers[stmt->reg].type.base;
  Operand value = lower_whole(l, stmt->expr);
  move(l, stmt->reg, value, stmt->expr->type, type, stmt->span);
}

// In a language that says so, what follows a statement does not depend on its condition.
static void end_scope(Lowering *l, unsigned branch) {
  if (!l->cpu && l->test->dialect->scoped)
    l->instrs[branch].until = (unsigned)l->count;
}

static void lower_if(Lowering *l, const Stmt *stmt) {
  Operand condition = lower_whole(l, stmt->expr);
  unsigned skip = emit(l, (Instr){.kind = INSTR_BRANCH, .span = stmt->span, .text = "branch", .a = condition});
  lower_block(l, stmt->body);
  if (stmt->else_body) {
    unsigned done = emit(l, (Instr){.kind = INSTR_JUMP, .span = stmt->span, .text = "jump"});
    patch(l, skip);
    lower_block(l, stmt->else_body);
    patch(l, done);
  } else {
    patch(l, skip);
  }
  end_scope(l, skip);
}

// Patches jumps that are chained by their targets.
static void patch_jumps(Lowering *l, unsigned last) {
  while (last != NO_JUMP) {
    unsigned before = l->instrs[last].target;
    patch(l, last);
    last = before;
  }
}

static unsigned lower_condition(Lowering *l, const Stmt *stmt) {
  l->temporaries = 0;
  Operand condition = lower_whole(l, stmt->expr);
  return emit(l, (Instr){.kind = INSTR_BRANCH, .span = stmt->span, .text = "branch", .a = condition});
}

static void lower_loop(Lowering *l, const Stmt *stmt) {
  Loop outer = l->loop;
  unsigned head = (unsigned)l->count, leave = 0;
  l->loop = (Loop){NO_JUMP, NO_JUMP};
  if (!stmt->body_first)
    leave = lower_condition(l, stmt);
  lower_block(l, stmt->body);
  patch_jumps(l, l->loop.continues);
  lower_block(l, stmt->else_body);
  if (stmt->body_first)
    leave = lower_condition(l, stmt);
  emit(l, (Instr){.kind = INSTR_JUMP, .span = stmt->span, .text = "jump", .target = head});
  patch(l, leave);
  patch_jumps(l, l->loop.breaks);
  l->loop = outer;
  end_scope(l, leave);
}

// `break` or `continue`
static void lower_jump(Lowering *l, const Stmt *stmt) {
  unsigned *last = stmt->kind == STMT_BREAK ? &l->loop.breaks : &l->loop.continues;
  *last = emit(l, (Instr){.kind = INSTR_JUMP, .span = stmt->span, .text = "jump", .target = *last});
}

static void lower_stmt(Lowering *l, const Stmt *stmt) {
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN:
    lower_assign(l, stmt);
    break;
  case STMT_EXPR:
    lower_whole(l, stmt->expr);
    break;
  case STMT_IF:
    lower_if(l, stmt);
    break;
  case STMT_WHILE:
    lower_loop(l, stmt);
    break;
  case STMT_BREAK:
  case STMT_CONTINUE:
    lower_jump(l, stmt);
    break;
  }
}

static void lower_block(Lowering *l, const Stmt *stmt) {
  for (; stmt; stmt = stmt->next) {
    l->temporaries = 0; // none outlives its statement: a branch has read its condition before its blocks begin
    lower_stmt(l, stmt);
  }
}

// ---- The program ----

static void lower_thread(Lowering *l, unsigned index) {
  const Thread *thread = &l->test->threads[index];
  l->thread = index;
  l->instrs = NULL;
  l->count = l->capacity = l->temporaries = l->temporary_peak = 0;
  lower_block(l, thread->body);
  unsigned registers = thread->register_count + l->temporary_peak;
  ProgramThread *out = &l->program->threads[index];
  *out = (ProgramThread){.instrs = l->instrs,
                         .instr_count = (unsigned)l->count,
                         .register_count = registers,
                         .initial = ARENA_ARRAY(l->arena, EventValue, registers)};
  for (unsigned r = 0; r < registers; r++)
    out->initial[r] =
        r < thread->register_count ? event_value_of(l->test, thread->registers[r].initial) : (EventValue){-1, 0};
}

static void lower_locations(Lowering *l) {
  for (unsigned i = 0; i < l->test->location_count; i++) {
    const Location *from = &l->test->locations[i];
    ProgramLocation *to = &l->program->locations[i];
    *to = (ProgramLocation){
        .name = from->name, .length = from->length, .initial = ARENA_ARRAY(l->arena, EventValue, from->length)};
    for (unsigned e = 0; e < from->length; e++)
      to->initial[e] = event_value_of(l->test, from->initial[e]);
  }
}

static void lower_observables(Lowering *l) {
  for (unsigned i = 0; i < l->test->observable_total; i++) {
    const Observable *o = &l->test->observables[i];
    l->program->observables[i] = (ProgramObservable){.is_register = o->is_register,
                                                     .thread = o->thread,
                                                     .reg = o->reg,
                                                     .location = o->location,
                                                     .element = o->element};
  }
}

EventValue event_value_of(const Test *test, Value value) {
  unsigned location, element;
  if (!test->dialect || !test->dialect->addresses || !value_is_address(value, &location, &element))
    return (EventValue){-1, value};
  unsigned bytes = test_is_assembly(test) && location < test->location_count
                       ? base_type_bits(test->locations[location].type) / 8
                       : 1;
  return (EventValue){(int)location, (Value)element * bytes};
}

Value value_of_event(const Test *test, EventValue value) {
  if (value.location < 0)
    return value.number;
  bool known = (unsigned)value.location < test->location_count;
  unsigned bytes = known && test_is_assembly(test) ? base_type_bits(test->locations[value.location].type) / 8 : 1;
  return address_value((unsigned)value.location, (unsigned)(value.number / bytes));
}

bool program_keeps(const void *context, const EventValue *state) {
  const Test *test = context;
  Value values[LIMIT_OBSERVABLES];
  assert(test->observable_total <= LIMIT_OBSERVABLES);
  for (unsigned i = 0; i < test->observable_total; i++)
    values[i] = value_of_event(test, state[i]);
  return prop_holds(test, test->filter, (State){values});
}

Program *program_from_test(const Test *test, const Model *model, const LowerOptions *options, Arena *arena,
                           Diag *diag) {
  Program *program = ARENA_NEW(arena, Program);
  *program = (Program){.name = test->name,
                       .source = test->source,
                       .rmw_is_one_event = model->rmw_is_one_event,
                       .unroll = options && options->unroll ? options->unroll : LOWER_UNROLL,
                       .threads = ARENA_ARRAY(arena, ProgramThread, test->thread_count),
                       .thread_count = test->thread_count,
                       .locations = ARENA_ARRAY(arena, ProgramLocation, test->location_count),
                       .location_count = test->location_count,
                       .observables = ARENA_ARRAY(arena, ProgramObservable, test->observable_total),
                       .observable_count = test->observable_count,
                       .observable_total = test->observable_total,
                       .keep = test->filter ? program_keeps : NULL,
                       .keep_context = test};
  if (model->dialect && strcmp(model->dialect, test->dialect->name) != 0) {
    diag_error(diag, "%s speaks of tests in its own language alone", model->title);
    return NULL;
  }
  Lowering lowering = {.test = test,
                       .model = model,
                       .cpu = model->cpu,
                       .unsequenced = model->unsequenced,
                       .features = options ? options->features : NULL,
                       .arena = arena,
                       .diag = diag,
                       .program = program};
  unsigned errors = diag->errors;
  lower_locations(&lowering);
  lower_observables(&lowering);
  for (unsigned t = 0; t < test->thread_count; t++)
    lower_thread(&lowering, t);
  return diag->errors == errors ? program : NULL;
}
