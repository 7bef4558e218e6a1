// Expressions: their operands in the orders that the language leaves open, and what is computed from them.
#include "harness/event/lower.h"

#include <stdint.h>
#include <string.h>

// The operands of an expression that access memory, and the registers that have their values.
enum { OPERANDS_PERMUTED = 4, OPERANDS_KEPT = 32 };
struct Operands {
  const Expr *exprs[OPERANDS_KEPT];
  unsigned registers[OPERANDS_KEPT];
  unsigned count;
  bool kept; // the order is from left to right: there are too many, or one assigns a register
};

static Operand lower_expr(Lowering *l, const Expr *expr);
static Operand lower_arithmetic(Lowering *l, const Expr *expr);

static Operand lower_address(Lowering *l, const Address *address, const Order *order, Span span) {
  if (address->pointer)
    return lower_expr(l, address->pointer);
  const Location *location = &l->test->locations[address->location];
  lower_check_modelled(l, location, order);
  const Expr *index = address->index;
  Operand base = {.constant = {(int)address->location, 0}};
  if (!index)
    return base;
  if (index->kind == EXPR_CONSTANT) {
    base.constant.number = (Value)((uint64_t)index->constant % location->length);
    return base;
  }
  // An index wraps around its array; what it is computed from is an address dependency also where it has one element.
  Operand element = lower_operate(l, span, OP_MOVE, (Width){64, false}, lower_expr(l, index), number(0));
  element = lower_operate(l, span, OP_REM, (Width){64, false}, element, number(location->length));
  return lower_operate(l, span, OP_ADD, (Width){64, true}, base, element);
}

// A compare_exchange that keeps its expected value in a register, which the other operands may read.
static bool assigns_register(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && expr->access.op == ACCESS_COMPARE_EXCHANGE && expr->access.expected_in_register;
}

static Operand truth(Lowering *l, Operand value, BaseType type, Span span) {
  return lower_operate(l, span, OP_NE, width_of(type), value, number(0));
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
    return lower_operate(l, expr->span, is_and ? OP_AND : OP_OR, one, left, other);
  }
  unsigned result = lower_temporary(l);
  lower_move(l, result, left, BASE_INT, BASE_INT, expr->span);
  Operand go_on = is_and ? left : lower_operate(l, expr->span, OP_NOT, one, left, number(0));
  unsigned skip = lower_emit(l, (Instr){.kind = INSTR_BRANCH, .span = expr->span, .text = "branch", .a = go_on});
  Operand other = truth(l, lower_expr(l, right), right->type, expr->span);
  lower_move(l, result, other, BASE_INT, BASE_INT, expr->span);
  lower_patch(l, skip);
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
  Operand a = lower_convert(l, expr->span, lower_expr(l, left), left->type, type);
  Operand b = lower_expr(l, right);
  if (!is_shift)
    b = lower_convert(l, expr->span, b, right->type, type);
  return lower_operate(l, expr->span, operations[op], width_of(type), a, b);
}

static Operand lower_converted(Lowering *l, const Expr *expr, BaseType type) {
  return lower_convert(l, expr->span, lower_expr(l, expr), expr->type, type);
}

// `a ? b : c`: a branch where b or c do something, else a select, whose result depends on all that made it.
static Operand lower_conditional_operator(Lowering *l, const Expr *expr) {
  const Expr *yes = expr->conditional.yes, *no = expr->conditional.no;
  bool branches = expr_accesses(yes) || expr_accesses(no);
  unsigned result = lower_temporary(l);
  Width width = width_of(expr->type);
  Operand condition =
      truth(l, lower_expr(l, expr->conditional.condition), expr->conditional.condition->type, expr->span);
  Instr choose = {.kind = branches ? INSTR_BRANCH : INSTR_CHOOSE, .span = expr->span, .text = "?:", .a = condition};
  unsigned skip = lower_emit(l, choose);
  Operand value = lower_operate(l, expr->span, OP_SECOND, width, condition, lower_converted(l, yes, expr->type));
  lower_move(l, result, value, expr->type, expr->type, expr->span);
  unsigned done = lower_emit(l, (Instr){.kind = INSTR_JUMP, .span = expr->span, .text = "jump"});
  lower_patch(l, skip);
  value = lower_operate(l, expr->span, OP_SECOND, width, condition, lower_converted(l, no, expr->type));
  lower_move(l, result, value, expr->type, expr->type, expr->span);
  lower_patch(l, done);
  return in_register(result);
}

static Operand lower_unary(Lowering *l, const Expr *expr) {
  static const Operation operations[] = {
      [UNARY_NEGATE] = OP_NEG, [UNARY_COMPLEMENT] = OP_COMPLEMENT, [UNARY_NOT] = OP_NOT};
  const Expr *operand = expr->unary.operand;
  Operand value = lower_expr(l, operand);
  if (expr->unary.op != UNARY_NOT)
    value = lower_convert(l, expr->span, value, operand->type, expr->type);
  if (expr->unary.op == UNARY_CAST)
    return value;
  return lower_operate(l, expr->span, operations[expr->unary.op], width_of(expr->type), value, number(0));
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
  lower_move(l, operands->registers[index], lower_expr(l, expr), expr->type, expr->type, expr->span);
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
    operands->registers[i] = lower_temporary(l);
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
        last ? 0 : lower_emit(l, (Instr){.kind = INSTR_EITHER, .span = expr->span, .text = "order of operands"});
    for (unsigned i = 0; i < count; i++)
      lower_operand(l, operands, now[i]);
    if (last)
      break;
    jumps[jump_count++] = lower_emit(l, (Instr){.kind = INSTR_JUMP, .span = expr->span, .text = "jump"});
    lower_patch(l, either);
  }
  for (unsigned i = 0; i < jump_count; i++)
    lower_patch(l, jumps[i]);
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
  unsigned copy = lower_temporary(l);
  lower_move(l, copy, in_register(expr->reg), expr->type, expr->type, expr->span);
  return in_register(copy);
}

// Evaluates what an access works on, then does it.
static Operand lower_access_expr(Lowering *l, const Access *access, Span span) {
  AccessOperands on = {0};
  BaseType type = access_is_fence(access->op) ? BASE_INT : address_base(l->test, &access->address);
  if (!access_is_fence(access->op))
    on.at = lower_address(l, &access->address, access->order, span);
  if (access->op == ACCESS_COMPARE_EXCHANGE && !access->expected_in_register)
    on.expected_at = lower_address(l, &access->expected, NULL, span);
  if (access->compared)
    on.compared = lower_converted(l, access->compared, type);
  if (access->operand)
    on.value = lower_converted(l, access->operand, type);
  return lower_access(l, access, &on, span);
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
  Operand value = expr->kind == EXPR_ACCESS        ? lower_access_expr(l, &expr->access, expr->span)
                  : expr->kind == EXPR_CONDITIONAL ? lower_conditional_operator(l, expr)
                                                   : lower_logical(l, expr);
  l->operands = outer;
  return value;
}

Operand lower_whole(Lowering *l, const Expr *expr) {
  l->copies = expr_each(expr, assigns_register, NULL);
  return lower_expr(l, expr);
}
