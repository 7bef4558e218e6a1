// Expressions and statements as text. Parentheses stand where the tree needs them and nowhere else.
#include "harness/lang/print_parts.h"

#include <assert.h>

enum { PRECEDENCE_ADDITIVE = 9, PRECEDENCE_UNARY = 11, PRECEDENCE_PRIMARY = 12 };

typedef struct {
  const char *symbol;
  unsigned precedence;
} OperatorText;

static const OperatorText operators[] = {
    [BINARY_LOGICAL_OR] = {"||", 1},
    [BINARY_LOGICAL_AND] = {"&&", 2},
    [BINARY_OR] = {"|", 3},
    [BINARY_XOR] = {"^", 4},
    [BINARY_AND] = {"&", 5},
    [BINARY_EQUAL] = {"==", 6},
    [BINARY_NOT_EQUAL] = {"!=", 6},
    [BINARY_LESS] = {"<", 7},
    [BINARY_LESS_EQUAL] = {"<=", 7},
    [BINARY_GREATER] = {">", 7},
    [BINARY_GREATER_EQUAL] = {">=", 7},
    [BINARY_SHIFT_LEFT] = {"<<", 8},
    [BINARY_SHIFT_RIGHT] = {">>", 8},
    [BINARY_ADD] = {"+", PRECEDENCE_ADDITIVE},
    [BINARY_SUBTRACT] = {"-", PRECEDENCE_ADDITIVE},
    [BINARY_MULTIPLY] = {"*", 10},
    [BINARY_DIVIDE] = {"/", 10},
    [BINARY_REMAINDER] = {"%", 10},
};

static const char *const fetch_names[] = {
    [FETCH_ADD] = "add", [FETCH_SUB] = "sub", [FETCH_AND] = "and", [FETCH_OR] = "or", [FETCH_XOR] = "xor"};

static unsigned precedence_of(const Expr *expr) {
  switch (expr->kind) {
  case EXPR_BINARY:
    return operators[expr->binary.op].precedence;
  case EXPR_UNARY:
    return PRECEDENCE_UNARY;
  case EXPR_CONSTANT:
    return expr->constant < 0 && base_type_signed(expr->type) ? PRECEDENCE_UNARY : PRECEDENCE_PRIMARY;
  case EXPR_LOAD:
    return expr->load.order == ORDER_PLAIN && !expr->load.address.index ? PRECEDENCE_UNARY : PRECEDENCE_PRIMARY;
  default:
    return PRECEDENCE_PRIMARY;
  }
}

static void print_magnitude(UnsignedValue value, Text *out) {
  char digits[40];
  size_t i = sizeof digits;
  do {
    digits[--i] = (char)('0' + (int)(value % 10));
    value /= 10;
  } while (value);
  text_add_bytes(out, digits + i, sizeof digits - i);
}

// In decimal, with the suffix that gives the number its type again.
static void print_constant(Value value, BaseType type, Text *out) {
  static const char *const suffixes[BASE_COUNT] = {
      [BASE_UINT] = "U",      [BASE_LONG] = "L",        [BASE_ULONG] = "UL",
      [BASE_LONGLONG] = "LL", [BASE_ULONGLONG] = "ULL", [BASE_UINT128] = "U"};
  bool negative = value < 0 && base_type_signed(type);
  if (negative)
    text_add_char(out, '-');
  print_magnitude(negative ? -(UnsignedValue)value : (UnsignedValue)value, out);
  if (suffixes[type])
    text_add(out, suffixes[type]);
}

static void print_within(const Test *test, unsigned thread, const Expr *expr, unsigned weakest, Text *out) {
  bool parentheses = precedence_of(expr) < weakest;
  if (parentheses)
    text_add_char(out, '(');
  expr_print(test, thread, expr, out);
  if (parentheses)
    text_add_char(out, ')');
}

// As an operand of an atomic: `x`, `y + r0`.
static void print_address(const Test *test, unsigned thread, Address address, Text *out) {
  text_add(out, test->locations[address.location].name);
  if (!address.index)
    return;
  text_add(out, " + ");
  print_within(test, thread, address.index, PRECEDENCE_ADDITIVE, out);
}

// As a plain access: `*x`, `y[r0]`.
static void print_place(const Test *test, unsigned thread, Address address, Text *out) {
  const char *name = test->locations[address.location].name;
  if (!address.index) {
    text_printf(out, "*%s", name);
    return;
  }
  text_printf(out, "%s[", name);
  expr_print(test, thread, address.index, out);
  text_add_char(out, ']');
}

static void print_unary(const Test *test, unsigned thread, const Expr *expr, Text *out) {
  const Expr *operand = expr->unary.operand;
  switch (expr->unary.op) {
  case UNARY_CAST:
    text_printf(out, "(%s)", base_type_name(expr->type));
    break;
  case UNARY_NEGATE:
    text_add_char(out, '-');
    bool minus = (operand->kind == EXPR_UNARY && operand->unary.op == UNARY_NEGATE) ||
                 (operand->kind == EXPR_CONSTANT && precedence_of(operand) == PRECEDENCE_UNARY);
    if (minus)
      text_add_char(out, ' ');
    break;
  case UNARY_COMPLEMENT:
    text_add_char(out, '~');
    break;
  case UNARY_NOT:
    text_add_char(out, '!');
    break;
  }
  print_within(test, thread, operand, PRECEDENCE_UNARY, out);
}

static void print_compare_exchange(const Test *test, unsigned thread, const Expr *expr, Text *out) {
  text_printf(out, "atomic_compare_exchange_%s_explicit(", expr->compare_exchange.weak ? "weak" : "strong");
  print_address(test, thread, expr->compare_exchange.address, out);
  text_add(out, ", ");
  if (expr->compare_exchange.expected_in_register)
    text_printf(out, "&%s", test->threads[thread].registers[expr->compare_exchange.expected_register].name);
  else
    print_address(test, thread, expr->compare_exchange.expected, out);
  text_add(out, ", ");
  expr_print(test, thread, expr->compare_exchange.desired, out);
  text_printf(out, ", %s, %s)", order_name(expr->compare_exchange.success), order_name(expr->compare_exchange.failure));
}

static void print_modify(const Test *test, unsigned thread, Address address, const Expr *operand, Order order,
                         Text *out) {
  print_address(test, thread, address, out);
  text_add(out, ", ");
  expr_print(test, thread, operand, out);
  text_printf(out, ", %s)", order_name(order));
}

void expr_print(const Test *test, unsigned thread, const Expr *expr, Text *out) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
    print_constant(expr->constant, expr->type, out);
    return;
  case EXPR_REGISTER:
    text_add(out, test->threads[thread].registers[expr->reg].name);
    return;
  case EXPR_UNARY:
    print_unary(test, thread, expr, out);
    return;
  case EXPR_BINARY: {
    const OperatorText *op = &operators[expr->binary.op];
    print_within(test, thread, expr->binary.left, op->precedence, out);
    text_printf(out, " %s ", op->symbol);
    print_within(test, thread, expr->binary.right, op->precedence + 1, out);
    return;
  }
  case EXPR_LOAD:
    if (expr->load.order == ORDER_PLAIN) {
      print_place(test, thread, expr->load.address, out);
      return;
    }
    text_add(out, "atomic_load_explicit(");
    print_address(test, thread, expr->load.address, out);
    text_printf(out, ", %s)", order_name(expr->load.order));
    return;
  case EXPR_EXCHANGE:
    text_add(out, "atomic_exchange_explicit(");
    print_modify(test, thread, expr->exchange.address, expr->exchange.value, expr->exchange.order, out);
    return;
  case EXPR_COMPARE_EXCHANGE:
    print_compare_exchange(test, thread, expr, out);
    return;
  case EXPR_FETCH:
    text_printf(out, "atomic_fetch_%s_explicit(", fetch_names[expr->fetch.op]);
    print_modify(test, thread, expr->fetch.address, expr->fetch.operand, expr->fetch.order, out);
    return;
  }
}

static void print_store(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  bool plain = stmt->store.order == ORDER_PLAIN;
  if (plain)
    print_place(test, thread, stmt->store.address, out);
  else
    text_add(out, "atomic_store_explicit(");
  if (!plain)
    print_address(test, thread, stmt->store.address, out);
  text_add(out, plain ? " = " : ", ");
  expr_print(test, thread, stmt->store.value, out);
  if (!plain)
    text_printf(out, ", %s)", order_name(stmt->store.order));
}

void print_simple_statement(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN: {
    const Register *reg = &test->threads[thread].registers[stmt->assign.reg];
    if (stmt->kind == STMT_DECLARE) {
      type_print(reg->type, out);
      text_add_char(out, ' ');
    }
    text_add(out, reg->name);
    if (stmt->assign.value) {
      text_add(out, " = ");
      expr_print(test, thread, stmt->assign.value, out);
    }
    break;
  }
  case STMT_STORE:
    print_store(test, thread, stmt, out);
    break;
  case STMT_FENCE:
    text_printf(out, "atomic_%s_fence(%s)", stmt->fence.is_signal ? "signal" : "thread", order_name(stmt->fence.order));
    break;
  case STMT_CPU_FENCE:
    text_printf(out, "cpu_fence(\"%s\")", stmt->cpu_fence);
    break;
  default:
    assert(stmt->kind == STMT_EXPR);
    expr_print(test, thread, stmt->expr, out);
    break;
  }
  text_add_char(out, ';');
}

void print_head(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  assert(stmt->kind == STMT_IF || stmt->kind == STMT_WHILE);
  text_add(out, stmt->kind == STMT_IF ? "if (" : "while (");
  expr_print(test, thread, stmt->kind == STMT_IF ? stmt->branch.condition : stmt->loop.condition, out);
  text_add(out, ") ");
}

void stmt_print(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  if (stmt->kind != STMT_IF && stmt->kind != STMT_WHILE) {
    print_simple_statement(test, thread, stmt, out);
    return;
  }
  print_head(test, thread, stmt, out);
  const Stmt *body = stmt->kind == STMT_IF ? stmt->branch.then_block : stmt->loop.body;
  text_add(out, body ? "{ ... }" : "{}");
  if (stmt->kind == STMT_IF && stmt->branch.else_block)
    text_add(out, " else { ... }");
}
