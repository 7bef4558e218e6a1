#include "harness/lang/grace.h"

#include <string.h>

// A walk over a thread, in program order.
typedef struct {
  unsigned depth;             // of RCU's sections
  int here[LIMIT_LOCATIONS];  // SRCU's sections that this thread began and did not end
  int total[LIMIT_LOCATIONS]; // the same of all threads: one may end what another began
  const char *fault;
} Walk;

static bool is_order(const Expr *expr, const char *name) { return !strcmp(expr->access.order->name, name); }

static bool visit(const Expr *expr, void *context) {
  Walk *walk = context;
  if (expr->kind != EXPR_ACCESS || !order_is_grace(expr->access.order))
    return false;
  unsigned location = expr->access.address.location;
  if (is_order(expr, "rcu-lock")) {
    walk->depth++;
  } else if (is_order(expr, "rcu-unlock")) {
    if (!walk->depth)
      walk->fault = "it ends a critical section of RCU's that it did not begin";
    walk->depth -= walk->depth > 0;
  } else if (is_order(expr, "rcu-grace") && walk->depth) {
    walk->fault = "it waits for a grace period within a critical section of its own";
  } else if (is_order(expr, "srcu-lock")) {
    walk->here[location]++;
    walk->total[location]++;
  } else if (is_order(expr, "srcu-unlock")) {
    walk->here[location]--;
    walk->total[location]--;
  } else if (is_order(expr, "srcu-grace") && walk->here[location] > 0) {
    walk->fault = "it waits for a grace period within a critical section of its own";
  }
  return walk->fault != NULL;
}

static bool is_grace(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && order_is_grace(expr->access.order);
}

static void walk_thread(Walk *walk, const Thread *thread) {
  walk->depth = 0;
  memset(walk->here, 0, sizeof walk->here);
  for (const Stmt *stmt = thread->body; stmt && !walk->fault; stmt = stmt->next) {
    if (block_each(stmt->body, is_grace, NULL) || block_each(stmt->else_body, is_grace, NULL))
      walk->fault = "a critical section or grace period of RCU's stands under a condition";
    else
      expr_each(stmt->expr, visit, walk);
  }
  if (walk->depth && !walk->fault)
    walk->fault = "a critical section of RCU's does not end";
}

const char *grace_fault(const Test *test) {
  Walk walk = {0};
  for (unsigned t = 0; t < test->thread_count && !walk.fault; t++)
    walk_thread(&walk, &test->threads[t]);
  for (unsigned l = 0; l < test->location_count && !walk.fault; l++)
    if (walk.total[l])
      walk.fault = "SRCU's critical sections do not begin and end as often";
  return walk.fault;
}
