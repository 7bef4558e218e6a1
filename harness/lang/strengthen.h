// Giving the atomic accesses of a test other orders.
#pragma once
#include "harness/lang/test.h"

#include <stdint.h>

typedef enum {
  STRENGTH_RELAXED,
  STRENGTH_RELEASE_ACQUIRE, // loads acquire, stores release, read-modify-writes both
  STRENGTH_SEQ_CST
} Strength;

const char *strength_name(Strength strength); // "relaxed", "release-acquire", "seq_cst"

// The test with every atomic access of each thread whose bit is set in `threads` in these orders. Plain accesses stay
// plain, since their locations need not be atomic, and fences stay as they are. The new tree lives in `arena` and
// shares what did not change.
const Test *test_with_orders(const Test *test, Strength strength, uint64_t threads, Arena *arena);
