#include "harness/lang/expr_value.h"

#include <assert.h>

static Value unary(const Expr *expr, const Value *registers) {
  Value value = expr_value(expr->unary.operand, registers);
  switch (expr->unary.op) {
  case UNARY_NEGATE:
    return (Value)(0 - (UnsignedValue)value);
  case UNARY_COMPLEMENT:
    return ~value;
  case UNARY_NOT:
    return !value;
  case UNARY_CAST:
    break;
  }
  return value;
}

static bool is_less(Value a, Value b, BaseType type) {
  return base_type_signed(type) ? a < b : (UnsignedValue)a < (UnsignedValue)b;
}

static bool is_shift(BinaryOp op) { return op == BINARY_SHIFT_LEFT || op == BINARY_SHIFT_RIGHT; }

// The type in which the operands meet: C17 6.3.1.8; that of a shift is its left one's.
static BaseType meeting_type(const Expr *expr) {
  BaseType left = expr->binary.left->type;
  return is_shift(expr->binary.op) ? base_type_promote(left) : base_type_common(left, expr->binary.right->type);
}

static Value divide(Value a, Value b, BaseType type, bool remainder) {
  if (base_type_signed(type))
    return remainder ? a % b : a / b; // the parser leaves no divisor 0, nor a signed -1
  UnsignedValue x = (UnsignedValue)a, y = (UnsignedValue)b;
  return (Value)(remainder ? x % y : x / y);
}

static Value shift_right(Value a, Value b, BaseType type) {
  return base_type_signed(type) ? a >> b : (Value)((UnsignedValue)a >> b);
}

static Value binary(const Expr *expr, const Value *registers) {
  BinaryOp op = expr->binary.op;
  Value a = expr_value(expr->binary.left, registers);
  if (op == BINARY_LOGICAL_AND || op == BINARY_LOGICAL_OR)
    return !a == (op == BINARY_LOGICAL_AND) ? a != 0 : expr_value(expr->binary.right, registers) != 0;
  BaseType type = meeting_type(expr);
  Value b = expr_value(expr->binary.right, registers);
  a = type_wrap(type, a);
  b = is_shift(op) ? b : type_wrap(type, b);
  UnsignedValue x = (UnsignedValue)a, y = (UnsignedValue)b;
  switch (op) {
  case BINARY_MULTIPLY:
    return (Value)(x * y);
  case BINARY_DIVIDE:
  case BINARY_REMAINDER:
    return divide(a, b, type, op == BINARY_REMAINDER);
  case BINARY_ADD:
    return (Value)(x + y);
  case BINARY_SUBTRACT:
    return (Value)(x - y);
  case BINARY_SHIFT_LEFT:
    return (Value)(x << b);
  case BINARY_SHIFT_RIGHT:
    return shift_right(a, b, type);
  case BINARY_LESS:
    return is_less(a, b, type);
  case BINARY_LESS_EQUAL:
    return !is_less(b, a, type);
  case BINARY_GREATER:
    return is_less(b, a, type);
  case BINARY_GREATER_EQUAL:
    return !is_less(a, b, type);
  case BINARY_EQUAL:
    return a == b;
  case BINARY_NOT_EQUAL:
    return a != b;
  case BINARY_AND:
    return a & b;
  case BINARY_XOR:
    return a ^ b;
  default:
    assert(op == BINARY_OR);
    return a | b;
  }
}

Value expr_value(const Expr *expr, const Value *registers) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
    return expr->constant;
  case EXPR_REGISTER:
    return registers[expr->reg];
  case EXPR_UNARY:
    return type_wrap(expr->type, unary(expr, registers));
  case EXPR_BINARY:
    return type_wrap(expr->type, binary(expr, registers));
  case EXPR_CONDITIONAL: {
    const Expr *chosen =
        expr_value(expr->conditional.condition, registers) ? expr->conditional.yes : expr->conditional.no;
    return type_wrap(expr->type, expr_value(chosen, registers));
  }
  case EXPR_ACCESS:
    break;
  }
  assert(!"an access has no value here");
  return 0;
}
