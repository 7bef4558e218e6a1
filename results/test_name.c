#include "results/test_name.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

// The last '+' before `end`; SIZE_MAX: there is none.
static size_t plus_before(const char *name, size_t end) {
  const char *plus = end ? memrchr(name, '+', end) : NULL;
  return plus && plus > name ? (size_t)(plus - name) : SIZE_MAX;
}

TestNameOrders test_name_orders(const char *name) {
  TestNameOrders out = {.base = strlen(name)};
  const ArchOrder *found[TEST_NAME_ORDERS] = {0};
  for (size_t plus; out.count < TEST_NAME_ORDERS && (plus = plus_before(name, out.base)) != SIZE_MAX; out.base = plus) {
    const char *word = name + plus + 1;
    size_t length = out.base - plus - 1;
    const ArchOrder *order = arch_order(word, length);
    if (!order && !out.count && length > 1 && word[length - 1] == 's') {
      order = arch_order(word, length - 1);
      out.is_plural = order;
    }
    if (!order || (out.is_plural && out.count))
      break;
    found[out.count++] = order;
  }
  for (unsigned i = 0; i < out.count; i++)
    out.orders[i] = found[out.count - 1 - i];
  return out;
}

static bool orders_all(const ArchOrder *order) { return order->fence && !strcmp(order->fence, "fence-seq_cst"); }

static const char *word_here(const ArchOrder *order) { return orders_all(order) ? "fence" : order->word; }

static bool are_alike(const TestNameOrders *orders) {
  for (unsigned i = 1; i < orders->count; i++)
    if (strcmp(word_here(orders->orders[0]), word_here(orders->orders[i])) != 0)
      return false;
  return orders->is_plural || orders->count > 1;
}

// Where this suite has the singular.
static const char *suite_name(const char *name) {
  static const char *const names[][2] = {
      {"LB+ctrls", "LB+ctrl+ctrl"}, {"LB+datas", "LB+data+data"}, {"3.LB+datas", "3.LB+data+data+data"}};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(name, names[i][0]))
      return names[i][1];
  return name;
}

const char *test_name_here(const char *name, char *buffer, size_t size) {
  TestNameOrders orders = test_name_orders(name);
  if (!orders.count || strlen(name) + 2 * (size_t)orders.count >= size) // "dmb" becomes "fence"
    return name;
  int length = snprintf(buffer, size, "%.*s", (int)orders.base, name);
  bool alike = are_alike(&orders), free_to_go = alike && !strcmp(orders.orders[0]->word, "po");
  for (unsigned i = 0; i < (alike ? !free_to_go : orders.count); i++)
    length += snprintf(buffer + length, size - (size_t)length, "+%s%s", word_here(orders.orders[i]), alike ? "s" : "");
  const char *here = suite_name(buffer);
  return strcmp(here, name) != 0 ? here : name;
}
