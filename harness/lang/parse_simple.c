// Statements that have no others in them: assignments in all of C's forms, calls, expressions for their effect.
#include "harness/lang/parser.h"

#include <string.h>

Stmt *statement_new(Parser *p, StmtKind kind, size_t begin) {
  Stmt *stmt = ARENA_NEW(p->arena, Stmt);
  stmt->kind = kind;
  stmt->span = parser_span_from(p, begin);
  return stmt;
}

bool block_append(Parser *p, Block *block, Stmt *stmt) {
  *block->end = stmt;
  block->end = &stmt->next;
  if (++p->statement_count == LIMIT_STATEMENTS + 1)
    return ERROR_AT(p, stmt->span, "more than %d statements in P%u", LIMIT_STATEMENTS, p->thread);
  return true;
}

// The statement that is an access: a store, a fence, a read-modify-write.
static Stmt *access_statement(Parser *p, Access access, BaseType type, size_t begin) {
  Stmt *stmt = statement_new(p, STMT_EXPR, begin);
  stmt->expr = ARENA_NEW(p->arena, Expr);
  *stmt->expr = (Expr){.kind = EXPR_ACCESS, .type = type, .span = stmt->span, .access = access};
  return stmt;
}

// The left side of an assignment was read as an expression: it is a register or a plain access.
static bool check_target(Parser *p, const Expr *target) {
  bool is_place = target->kind == EXPR_ACCESS && target->access.op == ACCESS_LOAD && !target->access.order;
  return target->kind == EXPR_REGISTER || is_place ||
         ERROR_AT(p, target->span, "only a register or a location such as '*x' can be assigned to");
}

static bool assign(Parser *p, Block *block, const Expr *target, Expr *value, size_t begin) {
  if (!value || !check_conversion(p, value, target->type))
    return false;
  Stmt *stmt;
  if (target->kind == EXPR_REGISTER) {
    stmt = statement_new(p, STMT_ASSIGN, begin);
    stmt->reg = target->reg;
    stmt->expr = value;
  } else {
    Access store = target->access;
    store.op = ACCESS_STORE;
    store.operand = value;
    stmt = access_statement(p, store, BASE_CHAR, begin);
  }
  return block_append(p, block, stmt);
}

// ---- `r0 += e`, `r0++`: the target is read, and what it becomes is written there

typedef struct {
  const char *symbol;
  BinaryOp op;
  AccessOp fetch; // the read-modify-write that does it; ACCESS_LOAD: none
  bool is_step;   // by 1
} Update;

static const Update updates[] = {
    {"++", BINARY_ADD, ACCESS_FETCH_ADD, true},     {"--", BINARY_SUBTRACT, ACCESS_FETCH_SUB, true},
    {"+=", BINARY_ADD, ACCESS_FETCH_ADD, false},    {"-=", BINARY_SUBTRACT, ACCESS_FETCH_SUB, false},
    {"&=", BINARY_AND, ACCESS_FETCH_AND, false},    {"|=", BINARY_OR, ACCESS_FETCH_OR, false},
    {"^=", BINARY_XOR, ACCESS_FETCH_XOR, false},    {"*=", BINARY_MULTIPLY, ACCESS_LOAD, false},
    {"/=", BINARY_DIVIDE, ACCESS_LOAD, false},      {"%=", BINARY_REMAINDER, ACCESS_LOAD, false},
    {"<<=", BINARY_SHIFT_LEFT, ACCESS_LOAD, false}, {">>=", BINARY_SHIFT_RIGHT, ACCESS_LOAD, false},
};

static const Update *update_at(const Parser *p) {
  for (size_t i = 0; i < sizeof updates / sizeof *updates; i++)
    if (parser_at(p, updates[i].symbol))
      return &updates[i];
  return NULL;
}

static bool is_simple(const Expr *expr) { return !expr || expr->kind == EXPR_CONSTANT || expr->kind == EXPR_REGISTER; }

// The target stands on both sides of what is made of this: its index is one that can be evaluated twice.
static bool check_updated(Parser *p, const Expr *target) {
  if (!check_target(p, target))
    return false;
  const Expr *index = target->kind == EXPR_ACCESS ? target->access.address.index : NULL;
  const Expr *pointer = target->kind == EXPR_ACCESS ? target->access.address.pointer : NULL;
  const Expr *complex = !is_simple(index) ? index : pointer;
  return is_simple(complex) ||
         ERROR_AT(p, complex->span, "the place that is updated is given by a register or a constant in this language");
}

// C17 6.5.16.2p3: of an atomic object it is one read-modify-write, seq_cst.
static bool update_atomic(Parser *p, Block *block, const Expr *target, const Update *update, Expr *value,
                          size_t begin) {
  const Order *order = dialect_order(p->test->dialect, "seq_cst");
  if (update->fetch == ACCESS_LOAD || target->type == BASE_BOOL || !order)
    return ERROR_AT(p, parser_span_from(p, begin),
                    "'%s' here would be one atomic read-modify-write, which the language does not have: "
                    "write a loop of compare_exchange",
                    update->symbol);
  Access access = {.op = update->fetch, .order = order, .address = target->access.address, .operand = value};
  return check_conversion(p, value, target->type) &&
         block_append(p, block, access_statement(p, access, target->type, begin));
}

// What is printed of it has the target twice, and the value as an operand or an argument, which nests deeper.
enum { UPDATE_TERMS = 2, UPDATE_DEPTH = 2 };

static Expr *parse_updating_value(Parser *p, const Update *update, size_t begin) {
  unsigned depth = p->depth;
  Span span = parser_span_from(p, begin);
  for (unsigned i = 0; i < UPDATE_TERMS; i++)
    if (!parser_count_term(p, span))
      return NULL;
  for (unsigned i = 0; i < UPDATE_DEPTH; i++)
    if (!parser_enter(p))
      return NULL;
  Expr *value = update->is_step ? constant_new(p, 1, BASE_INT, begin) : parse_expression(p);
  p->depth = depth;
  return value;
}

static bool parse_update(Parser *p, Block *block, const Update *update, Expr *target, size_t begin) {
  Expr *value = parse_updating_value(p, update, begin);
  if (!value)
    return false;
  if (target->kind == EXPR_ACCESS && !target->access.address.pointer &&
      address_type(p, &target->access.address).is_atomic)
    return update_atomic(p, block, target, update, value, begin);
  return assign(p, block, target, binary_new(p, update->op, target, value), begin);
}

// ( '++' | '--' ) target
static bool parse_prefix_step(Parser *p, Block *block) {
  size_t begin = p->token.span.offset;
  const Update *update = update_at(p);
  parser_advance(p);
  Expr *target = parse_target(p);
  return target && check_no_step(p) && check_updated(p, target) && parse_update(p, block, update, target, begin);
}

// After a target: '++' | '--' | '+=' expression, and so on
static bool parse_suffix_update(Parser *p, Block *block, Expr *target, bool dereferences, size_t begin) {
  const Update *update = update_at(p);
  if (update->is_step && dereferences)
    return ERROR_AT(p, parser_span_from(p, begin), "in C this moves the pointer: write '(%s)%s'",
                    token_text(p, (Token){.text = p->source->bytes + begin, .span = parser_span_from(p, begin)}),
                    update->symbol);
  if (!check_updated(p, target))
    return false;
  parser_advance(p);
  return parse_update(p, block, update, target, begin);
}

// The call of a primitive that has no value: a store, a fence.
static bool parse_call_statement(Parser *p, const Primitive *primitive, Block *block) {
  size_t begin = p->token.span.offset;
  Access access;
  return parse_access(p, primitive, &access) && block_append(p, block, access_statement(p, access, BASE_CHAR, begin));
}

static bool skip_void_cast(Parser *p) {
  if (!parser_at(p, "(") || !token_is(parser_peek(p), "void"))
    return true;
  parser_advance(p);
  parser_advance(p);
  return parser_expect(p, ")", "after 'void'");
}

// simple := call | [ '(' 'void' ')' ] expression | target '=' expression | target '+=' expression, and so on |
//           target '++' | '++' target
bool parse_simple(Parser *p, Block *block) {
  size_t begin = p->token.span.offset;
  const Primitive *primitive = primitive_find(p, p->token);
  if (primitive && !primitive_has_value(primitive) && token_is(parser_peek(p), "("))
    return parse_call_statement(p, primitive, block);
  if (parser_at(p, "++") || parser_at(p, "--"))
    return parse_prefix_step(p, block);
  if (!skip_void_cast(p))
    return false;
  bool dereferences = parser_at(p, "*");
  Expr *expr = parse_target(p);
  if (!expr)
    return false;
  if (update_at(p))
    return parse_suffix_update(p, block, expr, dereferences, begin);
  if (parser_at(p, "=")) {
    if (!check_target(p, expr))
      return false;
    parser_advance(p);
    return assign(p, block, expr, parse_expression(p), begin);
  }
  Stmt *stmt = statement_new(p, STMT_EXPR, begin);
  stmt->expr = expr;
  return block_append(p, block, stmt);
}
