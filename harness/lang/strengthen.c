#include "harness/lang/strengthen.h"

#include <assert.h>

// What each kind of access becomes.
typedef struct {
  const char *name;
  Order load, store, update;
} Orders;

static const Orders all_orders[] = {
    [STRENGTH_RELAXED] = {"relaxed", ORDER_RELAXED, ORDER_RELAXED, ORDER_RELAXED},
    [STRENGTH_RELEASE_ACQUIRE] = {"release-acquire", ORDER_ACQUIRE, ORDER_RELEASE, ORDER_ACQ_REL},
    [STRENGTH_SEQ_CST] = {"seq_cst", ORDER_SEQ_CST, ORDER_SEQ_CST, ORDER_SEQ_CST},
};

const char *strength_name(Strength strength) { return all_orders[strength].name; }

typedef struct {
  const Orders *orders;
  Arena *arena;
} Change;

static Expr *change_expr(const Change *change, const Expr *expr);

static void change_address(const Change *change, Address *address) {
  address->index = change_expr(change, address->index);
}

static void change_order(Order *order, Order other) {
  if (*order != ORDER_PLAIN)
    *order = other;
}

static void change_compare_exchange(const Change *change, Expr *made) {
  change_address(change, &made->compare_exchange.address);
  if (!made->compare_exchange.expected_in_register)
    change_address(change, &made->compare_exchange.expected);
  made->compare_exchange.desired = change_expr(change, made->compare_exchange.desired);
  made->compare_exchange.success = change->orders->update;
  made->compare_exchange.failure = change->orders->load;
}

// A copy; NULL of NULL.
static Expr *change_expr(const Change *change, const Expr *expr) {
  if (!expr)
    return NULL;
  Expr *made = ARENA_NEW(change->arena, Expr);
  *made = *expr;
  switch (made->kind) {
  case EXPR_CONSTANT:
  case EXPR_REGISTER:
    break;
  case EXPR_UNARY:
    made->unary.operand = change_expr(change, made->unary.operand);
    break;
  case EXPR_BINARY:
    made->binary.left = change_expr(change, made->binary.left);
    made->binary.right = change_expr(change, made->binary.right);
    break;
  case EXPR_LOAD:
    change_address(change, &made->load.address);
    change_order(&made->load.order, change->orders->load);
    break;
  case EXPR_EXCHANGE:
    change_address(change, &made->exchange.address);
    made->exchange.value = change_expr(change, made->exchange.value);
    made->exchange.order = change->orders->update;
    break;
  case EXPR_COMPARE_EXCHANGE:
    change_compare_exchange(change, made);
    break;
  case EXPR_FETCH:
    change_address(change, &made->fetch.address);
    made->fetch.operand = change_expr(change, made->fetch.operand);
    made->fetch.order = change->orders->update;
    break;
  }
  return made;
}

static Stmt *change_block(const Change *change, const Stmt *block);

static void change_stmt(const Change *change, Stmt *made) {
  switch (made->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN:
    made->assign.value = change_expr(change, made->assign.value);
    break;
  case STMT_STORE:
    change_address(change, &made->store.address);
    made->store.value = change_expr(change, made->store.value);
    change_order(&made->store.order, change->orders->store);
    break;
  case STMT_FENCE:
  case STMT_CPU_FENCE:
    break;
  case STMT_EXPR:
    made->expr = change_expr(change, made->expr);
    break;
  case STMT_IF:
    made->branch.condition = change_expr(change, made->branch.condition);
    made->branch.then_block = change_block(change, made->branch.then_block);
    made->branch.else_block = change_block(change, made->branch.else_block);
    break;
  case STMT_WHILE:
    made->loop.condition = change_expr(change, made->loop.condition);
    made->loop.body = change_block(change, made->loop.body);
    break;
  }
}

static Stmt *change_block(const Change *change, const Stmt *block) {
  Stmt *first = NULL, **end = &first;
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    Stmt *made = ARENA_NEW(change->arena, Stmt);
    *made = *stmt;
    made->next = NULL;
    change_stmt(change, made);
    *end = made;
    end = &made->next;
  }
  return first;
}

const Test *test_with_orders(const Test *test, Strength strength, uint64_t threads, Arena *arena) {
  assert(test->thread_count <= LIMIT_THREADS);
  Change change = {.orders = &all_orders[strength], .arena = arena};
  Test *made = ARENA_NEW(arena, Test);
  *made = *test;
  made->threads = ARENA_ARRAY(arena, Thread, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++) {
    made->threads[t] = test->threads[t];
    if (threads >> t & 1)
      made->threads[t].body = change_block(&change, test->threads[t].body);
  }
  return made;
}
