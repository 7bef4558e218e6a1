#include "harness/lang/test.h"

#include <assert.h>

static const char *const order_names[ORDER_COUNT] = {
    [ORDER_PLAIN] = "plain",
    [ORDER_RELAXED] = "memory_order_relaxed",
    [ORDER_CONSUME] = "memory_order_consume",
    [ORDER_ACQUIRE] = "memory_order_acquire",
    [ORDER_RELEASE] = "memory_order_release",
    [ORDER_ACQ_REL] = "memory_order_acq_rel",
    [ORDER_SEQ_CST] = "memory_order_seq_cst",
};

const char *order_name(Order order) {
  assert(order < ORDER_COUNT);
  return order_names[order];
}

BaseType observable_base(const Test *test, const Observable *observable) {
  return observable->is_register ? test->threads[observable->thread].registers[observable->reg].type.base
                                 : test->locations[observable->location].type;
}
