// Expressions and statements as text. Parentheses stand where the tree needs them and nowhere else.
#include "harness/lang/print_parts.h"

#include <assert.h>
#include <string.h>

static unsigned precedence_of(const Expr *expr) {
  switch (expr->kind) {
  case EXPR_BINARY:
    return binary_operators[expr->binary.op].precedence;
  case EXPR_UNARY:
    return PRECEDENCE_UNARY;
  case EXPR_CONSTANT:
    return expr->constant < 0 && base_type_signed(expr->type) ? PRECEDENCE_UNARY : PRECEDENCE_PRIMARY;
  case EXPR_ACCESS:
    return !expr->access.order && !expr->access.address.index ? PRECEDENCE_UNARY : PRECEDENCE_PRIMARY;
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

static void print_argument(const Test *test, unsigned thread, const Access *access, char argument, bool second,
                           Text *out) {
  switch (argument) {
  case 'a':
    print_address(test, thread, access->address, out);
    break;
  case 'p':
    print_place(test, thread, access->address, out);
    break;
  case 'e':
    if (access->expected_in_register)
      text_printf(out, "&%s", test->threads[thread].registers[access->expected_register].name);
    else
      print_address(test, thread, access->expected, out);
    break;
  case 'v':
    expr_print(test, thread, access->operand, out);
    break;
  case 'm':
    text_add(out, (second ? access->failure : access->order)->spelling);
    break;
  default:
    text_printf(out, "\"%s\"", access->cpu_fence);
  }
}

// The first row of the dialect that says all of the access.
static const Primitive *primitive_of(const Test *test, const Access *access) {
  for (unsigned i = 0; i < test->dialect->primitive_count; i++) {
    const Primitive *row = &test->dialect->primitives[i];
    if (row->op == access->op && row->weak == access->weak &&
        (!row->order || !strcmp(row->order, order_name(access->order))))
      return row;
  }
  assert(!"an access that the dialect can say");
  return NULL;
}

// `*x`, `*x = 1`, or a call.
static void print_access(const Test *test, unsigned thread, const Access *access, Text *out) {
  if (!access->order && !access_is_fence(access->op)) {
    print_place(test, thread, access->address, out);
    if (!access->operand)
      return;
    text_add(out, " = ");
    expr_print(test, thread, access->operand, out);
    return;
  }
  const Primitive *row = primitive_of(test, access);
  text_printf(out, "%s(", row->name);
  bool second = false;
  for (const char *a = row->arguments; *a; a++) {
    text_add(out, a == row->arguments ? "" : ", ");
    print_argument(test, thread, access, *a, second, out);
    second |= *a == 'm';
  }
  text_add_char(out, ')');
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
    const Operator *op = &binary_operators[expr->binary.op];
    print_within(test, thread, expr->binary.left, op->precedence, out);
    text_printf(out, " %s ", op->symbol);
    print_within(test, thread, expr->binary.right, op->precedence + 1, out);
    return;
  }
  case EXPR_ACCESS:
    print_access(test, thread, &expr->access, out);
    return;
  }
}

void print_simple_statement(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN: {
    const Register *reg = &test->threads[thread].registers[stmt->reg];
    if (stmt->kind == STMT_DECLARE) {
      type_print(reg->type, out);
      text_add_char(out, ' ');
    }
    text_add(out, reg->name);
    if (stmt->expr) {
      text_add(out, " = ");
      expr_print(test, thread, stmt->expr, out);
    }
    break;
  }
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
  expr_print(test, thread, stmt->expr, out);
  text_add(out, ") ");
}

void stmt_print(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  if (stmt->kind != STMT_IF && stmt->kind != STMT_WHILE) {
    print_simple_statement(test, thread, stmt, out);
    return;
  }
  print_head(test, thread, stmt, out);
  text_add(out, stmt->body ? "{ ... }" : "{}");
  if (stmt->else_body)
    text_add(out, " else { ... }");
}
