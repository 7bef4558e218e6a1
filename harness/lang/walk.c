// Walks over trees.
#include "harness/lang/test.h"

const char *access_name(AccessOp op) {
  static const char *const names[] = {
      [ACCESS_LOAD] = "load",
      [ACCESS_STORE] = "store",
      [ACCESS_EXCHANGE] = "exchange",
      [ACCESS_COMPARE_EXCHANGE] = "compare_exchange",
      [ACCESS_COMPARE_SWAP] = "cmpxchg",
      [ACCESS_ADD_UNLESS] = "fetch_add_unless",
      [ACCESS_IS_LOCKED] = "is_locked",
      [ACCESS_LOCK] = "lock",
      [ACCESS_TRY_LOCK] = "trylock",
      [ACCESS_FETCH_ADD] = "fetch_add",
      [ACCESS_FETCH_SUB] = "fetch_sub",
      [ACCESS_FETCH_AND] = "fetch_and",
      [ACCESS_FETCH_OR] = "fetch_or",
      [ACCESS_FETCH_XOR] = "fetch_xor",
      [ACCESS_FETCH_ANDNOT] = "fetch_andnot",
      [ACCESS_FETCH_MAX] = "fetch_max",
      [ACCESS_FETCH_MIN] = "fetch_min",
      [ACCESS_FENCE] = "fence",
      [ACCESS_SIGNAL_FENCE] = "signal_fence",
      [ACCESS_CPU_FENCE] = "cpu_fence",
  };
  return names[op];
}

bool access_is_fence(AccessOp op) { return op == ACCESS_FENCE || op == ACCESS_SIGNAL_FENCE || op == ACCESS_CPU_FENCE; }

bool access_is_fetch(AccessOp op) { return op >= ACCESS_FETCH_ADD && op <= ACCESS_FETCH_MIN; }

bool access_has_value(AccessOp op) { return op != ACCESS_STORE && op != ACCESS_LOCK && !access_is_fence(op); }

BaseType address_base(const Test *test, const Address *address) {
  return address->pointer ? address->base : test->locations[address->location].type;
}

BaseType pointer_base(const Test *test, unsigned thread, const Expr *pointer) {
  if (pointer->kind != EXPR_REGISTER)
    return BASE_INT;
  Type type = test->threads[thread].registers[pointer->reg].type;
  return type.pointers ? type_pointee(type) : type.base;
}

const Access *stmt_access(const Stmt *stmt) {
  return stmt->kind == STMT_EXPR && stmt->expr->kind == EXPR_ACCESS ? &stmt->expr->access : NULL;
}

unsigned expr_parts(Expr *expr, Expr **parts[EXPR_PARTS]) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
  case EXPR_REGISTER:
    return 0;
  case EXPR_UNARY:
    parts[0] = &expr->unary.operand;
    return 1;
  case EXPR_BINARY:
    parts[0] = &expr->binary.left;
    parts[1] = &expr->binary.right;
    return 2;
  case EXPR_CONDITIONAL:
    parts[0] = &expr->conditional.condition;
    parts[1] = &expr->conditional.yes;
    parts[2] = &expr->conditional.no;
    return 3;
  case EXPR_ACCESS:
    parts[0] = &expr->access.address.index;
    parts[1] = &expr->access.expected.index;
    parts[2] = &expr->access.operand;
    parts[3] = &expr->access.compared;
    parts[4] = &expr->access.address.pointer;
    parts[5] = &expr->access.expected.pointer;
    return 6;
  }
  return 0;
}

const Expr *expr_each(const Expr *expr, ExprVisit *visit, void *context) {
  if (!expr)
    return NULL;
  Expr copy = *expr; // whose parts are read, not written
  Expr **parts[EXPR_PARTS];
  unsigned count = expr_parts(&copy, parts);
  for (unsigned i = 0; i < count; i++) {
    const Expr *found = expr_each(*parts[i], visit, context);
    if (found)
      return found;
  }
  return visit(expr, context) ? expr : NULL;
}

const Expr *block_each(const Stmt *block, ExprVisit *visit, void *context) {
  const Expr *found = NULL;
  for (const Stmt *stmt = block; stmt && !found; stmt = stmt->next) {
    found = expr_each(stmt->expr, visit, context);
    if (!found)
      found = block_each(stmt->body, visit, context);
    if (!found)
      found = block_each(stmt->else_body, visit, context);
  }
  return found;
}

const Expr *test_each(const Test *test, ExprVisit *visit, void *context) {
  const Expr *found = NULL;
  for (unsigned t = 0; t < test->thread_count && !found; t++)
    found = block_each(test->threads[t].body, visit, context);
  return found;
}

static bool is_heavy_fence(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && expr->access.op == ACCESS_FENCE && order_is_heavy(expr->access.order);
}

bool test_has_heavy_fence(const Test *test) { return test_each(test, is_heavy_fence, NULL) != NULL; }

static bool is_grace(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && order_is_grace(expr->access.order);
}

bool test_has_grace(const Test *test) { return test_each(test, is_grace, NULL) != NULL; }

static bool is_lock(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && (expr->access.op == ACCESS_LOCK || expr->access.op == ACCESS_TRY_LOCK);
}

bool test_has_locks(const Test *test) { return test_each(test, is_lock, NULL) != NULL; }

static bool is_address(Value value) {
  unsigned location, element;
  return value_is_address(value, &location, &element);
}

static bool points(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_CONSTANT
             ? is_address(expr->constant)
             : expr->kind == EXPR_ACCESS && (expr->access.address.pointer || expr->access.expected.pointer);
}

bool test_has_addresses(const Test *test) {
  if (!test->dialect->pointers)
    return false;
  for (unsigned l = 0; l < test->location_count; l++)
    for (unsigned e = 0; e < test->locations[l].length; e++)
      if (is_address(test->locations[l].initial[e]))
        return true;
  for (unsigned t = 0; t < test->thread_count; t++)
    for (unsigned r = 0; r < test->threads[t].register_count; r++)
      if (is_address(test->threads[t].registers[r].initial))
        return true;
  return test_each(test, points, NULL) != NULL;
}

static bool accesses(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && !access_is_fence(expr->access.op);
}

bool expr_accesses(const Expr *expr) { return expr_each(expr, accesses, NULL) != NULL; }

static bool block_has_loop(const Stmt *stmt) {
  for (; stmt; stmt = stmt->next)
    if (stmt->kind == STMT_WHILE || block_has_loop(stmt->body) || block_has_loop(stmt->else_body))
      return true;
  return false;
}

bool test_has_loop(const Test *test) {
  for (unsigned t = 0; t < test->thread_count; t++)
    if (block_has_loop(test->threads[t].body))
      return true;
  return false;
}
