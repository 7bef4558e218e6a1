#include "harness/lang/strengthen.h"

#include <assert.h>

// What each kind of access becomes.
typedef struct {
  const char *name;
  const char *load, *store, *update; // orders
} Orders;

static const Orders all_orders[] = {
    [STRENGTH_RELAXED] = {"relaxed", "relaxed", "relaxed", "relaxed"},
    [STRENGTH_RELEASE_ACQUIRE] = {"release-acquire", "acquire", "release", "acq_rel"},
    [STRENGTH_SEQ_CST] = {"seq_cst", "seq_cst", "seq_cst", "seq_cst"},
};

const char *strength_name(Strength strength) { return all_orders[strength].name; }

typedef struct {
  const Orders *orders;
  const Dialect *dialect;
  Arena *arena;
} Change;

static void change_access(const Change *change, Access *access) {
  if (!access->order || access_is_fence(access->op))
    return;
  const char *order = access->op == ACCESS_LOAD    ? change->orders->load
                      : access->op == ACCESS_STORE ? change->orders->store
                                                   : change->orders->update;
  access->order = dialect_order(change->dialect, order);
  if (access->failure)
    access->failure = dialect_order(change->dialect, change->orders->load);
}

// A copy; NULL of NULL.
static Expr *change_expr(const Change *change, const Expr *expr) {
  if (!expr)
    return NULL;
  Expr *made = ARENA_NEW(change->arena, Expr);
  *made = *expr;
  Expr **parts[EXPR_PARTS];
  unsigned count = expr_parts(made, parts);
  for (unsigned i = 0; i < count; i++)
    *parts[i] = change_expr(change, *parts[i]);
  if (made->kind == EXPR_ACCESS)
    change_access(change, &made->access);
  return made;
}

static Stmt *change_block(const Change *change, const Stmt *block) {
  Stmt *first = NULL, **end = &first;
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    Stmt *made = ARENA_NEW(change->arena, Stmt);
    *made = *stmt;
    made->next = NULL;
    made->expr = change_expr(change, stmt->expr);
    made->body = change_block(change, stmt->body);
    made->else_body = change_block(change, stmt->else_body);
    *end = made;
    end = &made->next;
  }
  return first;
}

const Test *test_with_orders(const Test *test, Strength strength, uint64_t threads, Arena *arena) {
  assert(test->thread_count <= LIMIT_THREADS);
  Change change = {.orders = &all_orders[strength], .dialect = test->dialect, .arena = arena};
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
