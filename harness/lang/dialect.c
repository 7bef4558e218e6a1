#include "harness/lang/dialect.h"

#include <stddef.h>
#include <string.h>

const Order *dialect_order(const Dialect *dialect, const char *name) {
  for (unsigned i = 0; i < dialect->order_count; i++)
    if (!strcmp(dialect->orders[i].name, name))
      return &dialect->orders[i];
  return NULL;
}

const DialectFence *dialect_fence(const Dialect *dialect, const char *name) {
  for (unsigned i = 0; i < dialect->fence_count; i++)
    if (!strcmp(dialect->fences[i].name, name))
      return &dialect->fences[i];
  return NULL;
}

bool order_is_grace(const Order *order) { return order && strstr(order->name, "rcu"); }

bool order_is_heavy(const Order *order) { return order && !strcmp(order->name, ORDER_HEAVY); }

const char *order_name(const Order *order) { return order ? order->name : "plain"; }
