#include "harness/build/emit.h"
#include "arch/cpu.h"
#include "arch/cpus.h"
#include "harness/lang/grace.h"

#include <ctype.h>
#include <string.h>

// "__ATOMIC_ACQ_REL". A plain access is made relaxed where it must be atomic.
static void emit_order(const Emit *emit, const Order *order) {
  text_add(emit->out, "__ATOMIC_");
  for (const char *name = !order ? "relaxed" : order->as ? order->as : order->name; *name; name++)
    text_add_char(emit->out, (char)toupper((unsigned char)*name));
}

static const Register *register_of(const Emit *emit, unsigned reg) {
  return &emit->test->threads[emit->thread].registers[reg];
}

// ---- expressions

static void emit_operand(const Emit *emit, const Expr *expr, bool outermost);

// A compare_exchange that keeps its expected value in a register assigns it.
static bool is_assignment(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && expr->access.op == ACCESS_COMPARE_EXCHANGE && expr->access.expected_in_register;
}

static bool assigns(const Expr *expr) { return expr_each(expr, is_assignment, NULL) != NULL; }

// Whether it matters which of two operands is evaluated first. The litmus language says: the left one; C does not.
static bool order_matters(const Expr *left, const Expr *right) {
  return (expr_accesses(left) && expr_accesses(right)) || (assigns(left) && right->kind != EXPR_CONSTANT) ||
         (assigns(right) && left->kind != EXPR_CONSTANT);
}

// ---- where an access is: an element of a location, or what a pointer points to

static const Location *location_of(const Emit *emit, Address address) {
  return &emit->test->locations[address.location];
}

// The element's index; false for the first, which needs none.
static bool emit_index(const Emit *emit, Address address) {
  const Location *location = location_of(emit, address);
  if (!address.index || (address.index->kind == EXPR_CONSTANT && address.index->constant == 0))
    return false;
  if (address.index->kind == EXPR_CONSTANT && address.index->constant > 0 &&
      address.index->constant < location->length) {
    text_printf(emit->out, "%u", (unsigned)address.index->constant);
    return true;
  }
  text_add(emit->out, "kernel_index(");
  emit_expr(emit, address.index);
  text_printf(emit->out, ", %u)", location->length);
  return true;
}

// What the dialect's pointers point to may be what other types point to as well: its compilers are told so.
static void emit_pointer_type(Address address, bool is_volatile, Text *out) {
  text_printf(out, "(%s%s __attribute__((may_alias)) *)", is_volatile ? "volatile " : "", emit_type(address.base));
}

static void emit_pointer(const Emit *emit, Address address, bool is_volatile) {
  emit_pointer_type(address, is_volatile, emit->out);
  text_add_char(emit->out, '(');
  emit_expr(emit, address.pointer);
  text_add_char(emit->out, ')');
}

// A value, or the address of one of the locations that the thread is given.
static void emit_constant(const Emit *emit, Value value, BaseType type) {
  unsigned location, element;
  if (emit->test->dialect->pointers && value_is_address(value, &location, &element))
    text_printf(emit->out, element ? "(%s)&loc_%s[%u]" : "(%s)loc_%s", emit_type(BASE_LONG),
                emit->test->locations[location].name, element);
  else
    emit_value(value, type, emit->out);
}

// Compilers take an atomic access's alignment for granted; it is the CPU that shows what becomes of one that has none.
void emit_address(const Emit *emit, Address address) {
  if (address.pointer) {
    emit_pointer(emit, address, false);
    return;
  }
  const Location *location = location_of(emit, address);
  const char *name = location->name;
  if (emit_is_misaligned(location))
    text_printf(emit->out, "(%s *)", emit_type(location->type));
  if (!address.index || (address.index->kind == EXPR_CONSTANT && address.index->constant == 0)) {
    text_printf(emit->out, "loc_%s", name);
    return;
  }
  text_printf(emit->out, "&loc_%s[", name);
  emit_index(emit, address);
  text_add(emit->out, "]");
}

// An access whose address and value both access memory: opens a block in which they are evaluated in order, as `at` and
// `value`. False, with nothing printed, where there is no need.
static bool open_ordered(const Emit *emit, Address address, const Expr *value) {
  const Expr *of = address.pointer ? address.pointer : address.index;
  if (!of || !order_matters(of, value))
    return false;
  text_add(emit->out, "__extension__({ const uint64_t at = ");
  if (address.pointer)
    emit_expr(emit, of);
  else if (!emit_index(emit, address))
    text_add(emit->out, "0");
  text_printf(emit->out, "; const %s value = ", emit_type(value->type));
  emit_expr(emit, value);
  text_add(emit->out, "; ");
  return true;
}

static void close_ordered(const Emit *emit, bool ordered) { text_add(emit->out, ordered ? "; })" : ""); }

// The pointer, and below the element as an lvalue of a plain access; `ordered`: within such a block.
static void emit_target(const Emit *emit, Address address, bool ordered) {
  const Location *location = location_of(emit, address);
  if (ordered && address.pointer) {
    emit_pointer_type(address, false, emit->out);
    text_add(emit->out, "at");
  } else if (ordered) {
    text_printf(emit->out, "(%s *)&loc_%s[at]", emit_type(location->type), location->name);
  } else {
    emit_address(emit, address);
  }
}

// What a pointer points to, as an lvalue.
static void emit_pointed(const Emit *emit, Address address, bool is_volatile, bool ordered) {
  text_add(emit->out, "(*");
  if (ordered) {
    emit_pointer_type(address, is_volatile, emit->out);
    text_add(emit->out, "at");
  } else {
    emit_pointer(emit, address, is_volatile);
  }
  text_add(emit->out, ")");
}

static void emit_element(const Emit *emit, Address address, bool is_volatile, bool ordered) {
  const Location *location = location_of(emit, address);
  if (address.pointer) {
    emit_pointed(emit, address, is_volatile, ordered);
    return;
  }
  if (is_volatile) {
    text_add(emit->out, "((volatile ");
    emit_element_type(location, emit->out);
    text_printf(emit->out, " *)loc_%s)[", location->name);
  } else {
    text_printf(emit->out, "loc_%s[", location->name);
  }
  if (ordered)
    text_add(emit->out, "at");
  else if (!emit_index(emit, address))
    text_add(emit->out, "0");
  text_add(emit->out, "]");
}

static void emit_written(const Emit *emit, const Expr *value, bool ordered) {
  if (ordered)
    text_add(emit->out, "value");
  else
    emit_expr(emit, value);
}

// ---- the kernel's primitives: a fence is what its headers make of it here, an access what C11 has that is closest,
// and between the fences that the headers put around it

static const Cpu *cpu_of(const Emit *emit) { return emit->cpu ? emit->cpu : cpu_here(); }

// The row of an access of the kernel's; NULL of another dialect's, or if there is none.
static const LowerRow *kernel_row(const Dialect *dialect, const Cpu *cpu, const Access *access) {
  bool loads = access->op == ACCESS_LOAD || access->op == ACCESS_IS_LOCKED;
  LowerOperation operation = access->op == ACCESS_FENCE   ? LOWER_FENCE
                             : loads                      ? LOWER_LOAD
                             : access->op == ACCESS_STORE ? LOWER_STORE
                                                          : LOWER_RMW;
  if (dialect != &dialect_linux || !cpu || access->op == ACCESS_SIGNAL_FENCE || access->op == ACCESS_CPU_FENCE)
    return NULL;
  static const char *const none[] = {NULL}; // it is the compiler that knows of those that a CPU may not have
  return cpu_lower(cpu, dialect->name, operation, access->order ? access->order->name : dialect->plain_as, none);
}

static bool has_steps_of(const LowerRow *row, StepKind kind) {
  for (unsigned i = 0; row && i < row->step_count; i++)
    if (row->steps[i].kind == kind)
      return true;
  return false;
}

static void emit_cpu_fence(const Emit *emit, const char *name);

// The fences before or after the access itself, each with `; ` or, if that is all there is, without.
static void emit_fences(const Emit *emit, const LowerRow *row, bool after) {
  bool behind = false;
  for (unsigned i = 0; row && i < row->step_count; i++) {
    behind |= row->steps[i].kind != STEP_FENCE;
    if (row->steps[i].kind != STEP_FENCE || behind != after)
      continue;
    emit_cpu_fence(emit, cpu_fence_of(cpu_of(emit), row->steps[i].instruction)->name);
    text_add(emit->out, "; ");
  }
}

static void emit_kernel_fence(const Emit *emit, const LowerRow *row) {
  if (!has_steps_of(row, STEP_FENCE))
    text_add(emit->out, "__atomic_signal_fence(__ATOMIC_SEQ_CST)");
  else
    emit_cpu_fence(emit, cpu_fence_of(cpu_of(emit), row->steps[0].instruction)->name);
}

// cmpxchg, add_unless, and what is done to locks.
static void emit_kernel_update(const Emit *emit, const Access *access) {
  const char *type = emit_type(address_base(emit->test, &access->address));
  text_printf(emit->out, "__extension__({ %s *const place = ", type);
  emit_address(emit, access->address);
  text_add(emit->out, "; ");
  switch (access->op) {
  case ACCESS_LOCK:
    text_add(emit->out, "for (unsigned turn = 0; __atomic_exchange_n(place, 1, ");
    emit_order(emit, access->order);
    text_add(emit->out, "); turn = kernel_loop_turn(turn)) {} })");
    return;
  case ACCESS_IS_LOCKED:
    text_add(emit->out, "__atomic_load_n(place, __ATOMIC_RELAXED) != 0; })");
    return;
  case ACCESS_TRY_LOCK:
    text_printf(emit->out, "%s free = 0; (int)__atomic_compare_exchange_n(place, &free, 1, 0, ", type);
    emit_order(emit, access->order);
    text_add(emit->out, ", __ATOMIC_RELAXED); })");
    return;
  default:
    break;
  }
  text_printf(emit->out, "%s found = ", type);
  if (access->op == ACCESS_COMPARE_SWAP)
    emit_expr(emit, access->compared);
  else
    text_add(emit->out, "__atomic_load_n(place, __ATOMIC_RELAXED)");
  text_printf(emit->out, "; const %s operand = ", type);
  emit_expr(emit, access->operand);
  if (access->op == ACCESS_COMPARE_SWAP) {
    text_add(emit->out, "; __atomic_compare_exchange_n(place, &found, operand, 0, ");
  } else {
    text_printf(emit->out, "; const %s unless = ", type);
    emit_expr(emit, access->compared);
    text_add(emit->out, "; while (found != unless && !__atomic_compare_exchange_n(place, &found, found + operand, 1, ");
  }
  emit_order(emit, access->order);
  text_add(emit->out,
           access->op == ACCESS_COMPARE_SWAP ? ", __ATOMIC_RELAXED); found; })" : ", __ATOMIC_RELAXED)) {} found; })");
}

static bool is_kernel_update(AccessOp op) {
  return op == ACCESS_COMPARE_SWAP || op == ACCESS_ADD_UNLESS || op == ACCESS_LOCK || op == ACCESS_TRY_LOCK ||
         op == ACCESS_IS_LOCKED;
}

static bool is_unmade(const Expr *expr, void *context) {
  const Dialect *dialect = context;
  return expr->kind == EXPR_ACCESS && dialect == &dialect_linux && expr->access.op != ACCESS_CPU_FENCE &&
         !order_is_grace(expr->access.order) && !kernel_row(dialect, cpu_here(), &expr->access);
}

const char *emit_refuses(const Test *test) {
  return test_each(test, is_unmade, (void *)test->dialect) ? "no table says what this CPU makes of one of its accesses"
                                                           : grace_fault(test);
}

static void emit_load(const Emit *emit, const Access *load) {
  if (!load->order) {
    emit_element(emit, load->address, load->is_volatile, false);
    return;
  }
  text_add(emit->out, "__atomic_load_n(");
  emit_address(emit, load->address);
  text_add(emit->out, ", ");
  emit_order(emit, load->order);
  text_add_char(emit->out, ')');
}

static void emit_expected(const Emit *emit, const Access *access) {
  if (access->expected_in_register)
    text_printf(emit->out, "reg_%s", register_of(emit, access->expected_register)->name);
  else
    emit_element(emit, access->expected, false, false);
}

// The builtin wants the expected value in an object of the location's own type; where it lies in one of another, it is
// copied there and back.
static void emit_compare_exchange(const Emit *emit, const Access *access) {
  BaseType type = address_base(emit->test, &access->address);
  bool in_register = access->expected_in_register;
  bool same = type == (in_register ? register_of(emit, access->expected_register)->type.base
                                   : address_base(emit->test, &access->expected));
  bool ordered = open_ordered(emit, access->address, access->operand);
  if (!same) {
    text_printf(emit->out, "__extension__({ %s expected = ", emit_type(type));
    emit_expected(emit, access);
    text_add(emit->out, "; _Bool done = ");
  }
  text_add(emit->out, "__atomic_compare_exchange_n(");
  emit_target(emit, access->address, ordered);
  text_add(emit->out, ", ");
  if (!same)
    text_add(emit->out, "&expected");
  else if (in_register)
    text_printf(emit->out, "&reg_%s", register_of(emit, access->expected_register)->name);
  else
    emit_address(emit, access->expected);
  text_add(emit->out, ", ");
  emit_written(emit, access->operand, ordered);
  text_printf(emit->out, ", %d, ", access->weak);
  emit_order(emit, access->order);
  text_add(emit->out, ", ");
  emit_order(emit, access->failure->as ? NULL : access->failure);
  text_add_char(emit->out, ')');
  if (!same) {
    text_add(emit->out, "; if (!done) ");
    emit_expected(emit, access);
    text_add(emit->out, " = expected; (int)done; })");
  }
  close_ordered(emit, ordered);
}

static void emit_stored(const Emit *emit, const Access *store, bool ordered) {
  if (emit->stored)
    emit->stored(emit, store);
  else
    emit_written(emit, store->operand, ordered);
}

static void emit_store(const Emit *emit, const Access *store) {
  bool ordered = !emit->stored && open_ordered(emit, store->address, store->operand);
  if (!store->order) {
    emit_element(emit, store->address, store->is_volatile, ordered);
    text_add(emit->out, " = ");
    emit_stored(emit, store, ordered);
  } else {
    text_add(emit->out, "__atomic_store_n(");
    emit_target(emit, store->address, ordered);
    text_add(emit->out, ", ");
    emit_stored(emit, store, ordered);
    text_add(emit->out, ", ");
    emit_order(emit, store->order);
    text_add_char(emit->out, ')');
  }
  close_ordered(emit, ordered);
}

// What an operation writes, of what it read (`old`) and its operand, if no builtin of compilers does it; else NULL.
static const char *written_by(AccessOp op) {
  return op == ACCESS_FETCH_MAX   ? "old > operand ? old : operand"
         : op == ACCESS_FETCH_MIN ? "old < operand ? old : operand"
                                  : NULL;
}

// A loop of compare-exchanges; its reads that fail order nothing.
static void emit_update_loop(const Emit *emit, const Access *access, bool ordered) {
  const char *type = emit_type(address_base(emit->test, &access->address));
  text_printf(emit->out, "__extension__({ %s *const place = ", type);
  emit_target(emit, access->address, ordered);
  text_printf(emit->out, "; const %s operand = ", type);
  emit_written(emit, access->operand, ordered);
  text_printf(emit->out,
              "; %s old = __atomic_load_n(place, __ATOMIC_RELAXED); "
              "while (!__atomic_compare_exchange_n(place, &old, %s, 1, ",
              type, written_by(access->op));
  emit_order(emit, access->order);
  text_add(emit->out, ", __ATOMIC_RELAXED)) {} old; })");
}

static void emit_update(const Emit *emit, const Access *access) {
  bool ordered = open_ordered(emit, access->address, access->operand);
  if (written_by(access->op)) {
    emit_update_loop(emit, access, ordered);
  } else {
    bool negated = access->op == ACCESS_FETCH_ANDNOT;
    text_printf(emit->out, "__atomic_%s%s(", access_name(negated ? ACCESS_FETCH_AND : access->op),
                access->op == ACCESS_EXCHANGE ? "_n" : "");
    emit_target(emit, access->address, ordered);
    text_add(emit->out, negated ? ", ~(" : ", ");
    emit_written(emit, access->operand, ordered);
    text_add(emit->out, negated ? ")" : "");
    text_add(emit->out, ", ");
    emit_order(emit, access->order);
    text_add_char(emit->out, ')');
  }
  close_ordered(emit, ordered);
}

static void emit_cpu_fence(const Emit *emit, const char *name) {
  text_add(emit->out, "cpu_fence_");
  for (; *name; name++)
    if (*name == '-')
      text_add_char(emit->out, '_');
    else
      text_add_char(emit->out, *name);
  text_add(emit->out, "()");
}

static void emit_operation(const Emit *emit, const Access *access) {
  if (is_kernel_update(access->op)) {
    emit_kernel_update(emit, access);
    return;
  }
  switch (access->op) {
  case ACCESS_LOAD:
    emit_load(emit, access);
    break;
  case ACCESS_STORE:
    emit_store(emit, access);
    break;
  case ACCESS_COMPARE_EXCHANGE:
    emit_compare_exchange(emit, access);
    break;
  case ACCESS_FENCE:
  case ACCESS_SIGNAL_FENCE:
    text_printf(emit->out, "__atomic_%s_fence(", access->op == ACCESS_FENCE ? "thread" : "signal");
    emit_order(emit, access->order);
    text_add_char(emit->out, ')');
    break;
  case ACCESS_CPU_FENCE:
    emit_cpu_fence(emit, access->cpu_fence);
    break;
  default:
    emit_update(emit, access);
  }
}

// RCU's and SRCU's, as engine/rcu.h has them. Its srcu_read_unlock is a full fence.
static void emit_grace(const Emit *emit, const Access *access) {
  static const struct {
    const char *order, *call;
    bool of_location; // else of the thread
  } calls[] = {
      {"rcu-lock", "rcu_read_lock", false},      {"rcu-unlock", "rcu_read_unlock", false},
      {"rcu-grace", "synchronize_rcu", false},   {"srcu-lock", "srcu_read_lock", true},
      {"srcu-unlock", "srcu_read_unlock", true}, {"srcu-grace", "synchronize_srcu", true},
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    if (strcmp(calls[i].order, access->order->name) != 0)
      continue;
    text_printf(emit->out, "kernel_%s(%u", calls[i].call,
                calls[i].of_location ? access->address.location : emit->thread);
    if (!strcmp(calls[i].order, "rcu-grace"))
      text_printf(emit->out, ", %u", emit->test->thread_count);
    if (!strcmp(calls[i].order, "srcu-unlock")) {
      text_add(emit->out, ", ");
      emit_expr(emit, access->operand);
    }
    text_add(emit->out, ")");
    return;
  }
  text_add(emit->out, "__atomic_signal_fence(__ATOMIC_SEQ_CST)");
}

static void emit_access(const Emit *emit, const Access *access) {
  if (order_is_grace(access->order)) {
    emit_grace(emit, access);
    return;
  }
  if (order_is_heavy(access->order)) {
    text_add(emit->out, "kernel_membarrier()");
    return;
  }
  const LowerRow *row = kernel_row(emit->test->dialect, cpu_of(emit), access);
  if (row && access->op == ACCESS_FENCE) {
    emit_kernel_fence(emit, row);
    return;
  }
  if (!has_steps_of(row, STEP_FENCE)) {
    emit_operation(emit, access);
    return;
  }
  bool has_value = access_has_value(access->op);
  Order relaxed = {.name = "relaxed"};
  Access bare = *access;
  bare.order = has_steps_of(row, STEP_PAIR) && access->op != ACCESS_LOAD ? access->order : &relaxed;
  if (has_value)
    text_printf(emit->out, "__extension__({ ");
  else
    text_add(emit->out, "do { ");
  emit_fences(emit, row, false);
  if (has_value)
    text_add(emit->out, "__auto_type value = ");
  emit_operation(emit, &bare);
  text_add(emit->out, "; ");
  emit_fences(emit, row, true);
  text_add(emit->out, has_value ? "value; })" : "} while (0)");
}

static void emit_unary(const Emit *emit, const Expr *expr) {
  switch (expr->unary.op) {
  case UNARY_NEGATE:
    text_add(emit->out, "(-");
    break;
  case UNARY_COMPLEMENT:
    text_add(emit->out, "(~");
    break;
  case UNARY_NOT:
    text_add(emit->out, "(!");
    break;
  case UNARY_CAST:
    text_printf(emit->out, "((%s)", emit_type(expr->type));
    break;
  }
  emit_operand(emit, expr->unary.operand, false);
  text_add(emit->out, ")");
}

static void emit_binary(const Emit *emit, const Expr *expr, bool outermost) {
  const Expr *left = expr->binary.left, *right = expr->binary.right;
  bool logical = binary_operators[expr->binary.op].is_logical;
  if (!logical && order_matters(left, right)) {
    text_printf(emit->out, "__extension__({ const %s left = ", emit_type(left->type));
    emit_expr(emit, left);
    text_printf(emit->out, "; const %s right = ", emit_type(right->type));
    emit_expr(emit, right);
    text_printf(emit->out, "; left %s right; })", binary_operators[expr->binary.op].symbol);
    return;
  }
  text_add(emit->out, outermost ? "" : "(");
  emit_operand(emit, left, false);
  text_printf(emit->out, " %s ", binary_operators[expr->binary.op].symbol);
  emit_operand(emit, right, false);
  text_add(emit->out, outermost ? "" : ")");
}

static void emit_conditional(const Emit *emit, const Expr *expr) {
  text_add(emit->out, "(");
  emit_operand(emit, expr->conditional.condition, false);
  text_add(emit->out, " ? ");
  emit_operand(emit, expr->conditional.yes, false);
  text_add(emit->out, " : ");
  emit_operand(emit, expr->conditional.no, false);
  text_add(emit->out, ")");
}

static void emit_operand(const Emit *emit, const Expr *expr, bool outermost) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
    emit_constant(emit, expr->constant, expr->type);
    break;
  case EXPR_REGISTER:
    text_printf(emit->out, "reg_%s", register_of(emit, expr->reg)->name);
    break;
  case EXPR_UNARY:
    emit_unary(emit, expr);
    break;
  case EXPR_BINARY:
    emit_binary(emit, expr, outermost);
    break;
  case EXPR_CONDITIONAL:
    emit_conditional(emit, expr);
    break;
  case EXPR_ACCESS:
    emit_access(emit, &expr->access);
    break;
  }
}

void emit_expr(const Emit *emit, const Expr *expr) { emit_operand(emit, expr, true); }

// ---- statements

void emit_registers(const Emit *emit, unsigned indent) {
  const Thread *thread = &emit->test->threads[emit->thread];
  for (unsigned i = 0; i < thread->register_count; i++) {
    const Register *reg = &thread->registers[i];
    text_repeat(emit->out, ' ', indent);
    text_printf(emit->out, "%s reg_%s = ", emit_type(reg->type.base), reg->name);
    emit_constant(emit, reg->initial, reg->type.base);
    text_add(emit->out, ";\n");
  }
}

static void emit_braced(const Emit *emit, const Stmt *block, unsigned indent) {
  text_add(emit->out, "{\n");
  emit_block(emit, block, indent + 2);
  text_repeat(emit->out, ' ', indent);
  text_add(emit->out, "}");
}

static void emit_branch(const Emit *emit, const Stmt *stmt, unsigned indent) {
  text_add(emit->out, "if (");
  emit_expr(emit, stmt->expr);
  text_add(emit->out, ") ");
  emit_braced(emit, stmt->body, indent);
  if (stmt->else_body) {
    text_add(emit->out, " else ");
    emit_braced(emit, stmt->else_body, indent);
  }
  text_add(emit->out, "\n");
}

// A turn is counted where `continue` goes: before the last clause and the condition.
static const char count_turn[] = "turn = kernel_loop_turn(turn)";

static void emit_do(const Emit *emit, const Stmt *stmt, unsigned indent) {
  text_add(emit->out, "{\n");
  text_repeat(emit->out, ' ', indent + 2);
  text_add(emit->out, "unsigned turn = 0;\n");
  text_repeat(emit->out, ' ', indent + 2);
  text_add(emit->out, "do ");
  emit_braced(emit, stmt->body, indent + 2);
  text_printf(emit->out, " while (%s, ", count_turn);
  emit_expr(emit, stmt->expr);
  text_add(emit->out, ");\n");
  text_repeat(emit->out, ' ', indent);
  text_add(emit->out, "}\n");
}

static void emit_loop(const Emit *emit, const Stmt *stmt, unsigned indent) {
  text_add(emit->out, "for (unsigned turn = 0; ");
  emit_expr(emit, stmt->expr);
  text_printf(emit->out, "; %s", count_turn);
  if (stmt->else_body) {
    text_add(emit->out, ", __extension__({\n");
    emit_block(emit, stmt->else_body, indent + 4);
    text_repeat(emit->out, ' ', indent);
    text_add(emit->out, "})");
  }
  text_add(emit->out, ") ");
  emit_braced(emit, stmt->body, indent);
  text_add(emit->out, "\n");
}

// An expression for its effect: a value that it has is dropped.
static void emit_effect(const Emit *emit, const Expr *expr) {
  bool has_value = expr->kind != EXPR_ACCESS || access_has_value(expr->access.op);
  text_add(emit->out, has_value ? "(void)(" : "");
  emit_expr(emit, expr);
  text_add(emit->out, has_value ? ");\n" : ";\n");
}

void emit_stmt(const Emit *emit, const Stmt *stmt, unsigned indent) {
  // A register is declared with the others; a declaration without a value leaves nothing to do.
  if (stmt->kind == STMT_DECLARE && !stmt->expr)
    return;
  text_repeat(emit->out, ' ', indent);
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN:
    text_printf(emit->out, "reg_%s = ", register_of(emit, stmt->reg)->name);
    emit_expr(emit, stmt->expr);
    text_add(emit->out, ";\n");
    break;
  case STMT_EXPR:
    emit_effect(emit, stmt->expr);
    break;
  case STMT_IF:
    emit_branch(emit, stmt, indent);
    break;
  case STMT_WHILE:
    if (stmt->body_first)
      emit_do(emit, stmt, indent);
    else
      emit_loop(emit, stmt, indent);
    break;
  case STMT_BREAK:
  case STMT_CONTINUE:
    text_add(emit->out, stmt->kind == STMT_BREAK ? "break;\n" : "continue;\n");
    break;
  }
}

void emit_block(const Emit *emit, const Stmt *stmt, unsigned indent) {
  for (; stmt; stmt = stmt->next) {
    emit_stmt(emit, stmt, indent);
    if (!emit->between || !stmt->next)
      continue;
    text_repeat(emit->out, ' ', indent);
    text_printf(emit->out, "%s\n", emit->between);
  }
}

// ---- what this CPU cannot do

static bool has_fence(const char *name) {
#define FENCE_ROW(row, function, condition)                                                                            \
  if (!strcmp(name, row))                                                                                              \
    return condition;
  CPU_FENCES(FENCE_ROW)
#undef FENCE_ROW
  return !strcmp(name, "compiler");
}

static bool is_missing(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && expr->access.op == ACCESS_CPU_FENCE && !has_fence(expr->access.cpu_fence);
}

const char *emit_missing_fence(const Test *test) {
  const Expr *missing = test_each(test, is_missing, NULL);
  return missing ? missing->access.cpu_fence : NULL;
}

static bool is_cpu_fence(const Expr *expr, void *context) {
  const Emit *emit = context;
  const Dialect *dialect = emit->test->dialect;
  if (expr->kind == EXPR_ACCESS && dialect == &dialect_linux && expr->access.op != ACCESS_CPU_FENCE)
    return has_steps_of(kernel_row(dialect, cpu_of(emit), &expr->access), STEP_FENCE);
  return expr->kind == EXPR_ACCESS && expr->access.op == ACCESS_CPU_FENCE &&
         strcmp(expr->access.cpu_fence, "compiler") != 0;
}

void emit_cpu_fences(const Emit *emit) {
  if (test_each(emit->test, is_cpu_fence, (void *)emit))
    emit_cpu_header(cpu_of(emit)->name, emit->out);
}
