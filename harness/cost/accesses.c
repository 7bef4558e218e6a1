// Loads, stores and read-modify-writes of a line that stays in the core's first-level cache, in every C11 order, and
// the accesses that the CPU has beside those.
//
// Independent and back to back: what is measured is how many the core can do, not how long one takes.
#define COST_UNIT accesses
#include "harness/cost/operation.h"

#include <sys/auxv.h>

// What these macros take are declarations, statements and initialisers: parentheses would break them.
// NOLINTBEGIN(bugprone-macro-parentheses)

#define OWN _Atomic uint32_t *own = &worker->workspace->own.value
#define PLAIN volatile uint32_t *own = (volatile uint32_t *)&worker->workspace->own.value

#define LOAD_ORDERS(X) X(relaxed) X(consume) X(acquire) X(seq_cst)
#define STORE_ORDERS(X) X(relaxed) X(release) X(seq_cst)
#define RMW_ORDERS(X) X(relaxed) X(consume) X(acquire) X(release) X(acq_rel) X(seq_cst)

#define LOAD_BODY(order) COST_BODY(load_##order, OWN, (void)atomic_load_explicit(own, memory_order_##order);)
#define STORE_BODY(order) COST_BODY(store_##order, OWN, atomic_store_explicit(own, 1, memory_order_##order);)
// What is returned is the next operand: an old value that nobody uses would allow another instruction.
#define EXCHANGE_BODY(order)                                                                                           \
  COST_BODY(exchange_##order, OWN;                                                                                     \
            uint32_t value = 1, value = atomic_exchange_explicit(own, value, memory_order_##order);)
#define FETCH_ADD_BODY(order)                                                                                          \
  COST_BODY(fetch_add_##order, OWN;                                                                                    \
            uint32_t value = 1, value = atomic_fetch_add_explicit(own, value, memory_order_##order);)
// One that succeeds: it stores what was there.
#define COMPARE_BODY(order)                                                                                            \
  COST_BODY(compare_exchange_##order, OWN; uint32_t expected = atomic_load_explicit(own, memory_order_relaxed),        \
                                           (void)atomic_compare_exchange_strong_explicit(                              \
                                               own, &expected, expected, memory_order_##order, memory_order_relaxed);)

COST_BODY(load_plain, PLAIN, (void)*own;)
COST_BODY(store_plain, PLAIN, *own = 1;)
LOAD_ORDERS(LOAD_BODY)
STORE_ORDERS(STORE_BODY)
RMW_ORDERS(EXCHANGE_BODY)
RMW_ORDERS(FETCH_ADD_BODY)
RMW_ORDERS(COMPARE_BODY)

#define ACCESS_BODY(name, access, condition)                                                                           \
  COST_BODY(access##_alone, PLAIN, access(own);)                                                                       \
  static const char *access##_missing(void) {                                                                          \
    unsigned long hwcap = getauxval(AT_HWCAP);                                                                         \
    (void)hwcap;                                                                                                       \
    return (condition) ? NULL : "not on this CPU";                                                                     \
  }
CPU_ACCESSES(ACCESS_BODY)

// clang-format off
#define ALONE(name, function)                                                                                          \
  {.group = COST_ACCESSES, .operation = name, .context = "alone", COST_IS(function), .base = cost_nothing},
#define LOAD_ROW(order) ALONE("load-" #order, load_##order)
#define STORE_ROW(order) ALONE("store-" #order, store_##order)
#define EXCHANGE_ROW(order) ALONE("exchange-" #order, exchange_##order)
#define FETCH_ADD_ROW(order) ALONE("fetch_add-" #order, fetch_add_##order)
#define COMPARE_ROW(order) ALONE("compare_exchange-" #order, compare_exchange_##order)
#define ACCESS_ROW(name, access, condition)                                                                            \
  {.group = COST_ACCESSES, .operation = name, .context = "alone", COST_IS(access##_alone), .base = cost_nothing,      \
   .missing = access##_missing},

static const CostOperation rows[] = {
    ALONE("load-plain", load_plain)
    LOAD_ORDERS(LOAD_ROW)
    ALONE("store-plain", store_plain)
    STORE_ORDERS(STORE_ROW)
    RMW_ORDERS(EXCHANGE_ROW)
    RMW_ORDERS(FETCH_ADD_ROW)
    RMW_ORDERS(COMPARE_ROW)
    CPU_ACCESSES(ACCESS_ROW)
};
// clang-format on

CostTable cost_access_table(void) { return (CostTable){rows, sizeof rows / sizeof *rows}; }
// NOLINTEND(bugprone-macro-parentheses)
