#include "harness/lang/strengthen.h"

#include <assert.h>
#include <string.h>

typedef struct {
  const DialectStrength *orders;
  const Dialect *dialect;
  Arena *arena;
} Change;

static bool may_change(const Dialect *dialect, const Access *access) {
  if (!access->order || access_is_fence(access->op))
    return false;
  const char *at = dialect->strengthened ? strstr(dialect->strengthened, access->order->name) : "";
  size_t length = strlen(access->order->name);
  return at && (!dialect->strengthened || !at[length] || at[length] == ' ');
}

static void change_access(const Change *change, Access *access) {
  if (!may_change(change->dialect, access))
    return;
  const char *order = access->op == ACCESS_LOAD    ? change->orders->load
                      : access->op == ACCESS_STORE ? change->orders->store
                                                   : change->orders->update;
  access->order = dialect_order(change->dialect, order);
  if (access->failure) // the kernel's have one order
    access->failure = access->failure->as ? access->order : dialect_order(change->dialect, change->orders->load);
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

const Test *test_with_orders(const Test *test, unsigned strength, uint64_t threads, Arena *arena) {
  assert(test->thread_count <= LIMIT_THREADS && strength < STRENGTH_COUNT && test->dialect->strengths);
  Change change = {.orders = &test->dialect->strengths[strength], .dialect = test->dialect, .arena = arena};
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
