// Giving the atomic accesses of a test other orders.
#pragma once
#include "harness/lang/test.h"

#include <stdint.h>

// The test with every atomic access of each thread whose bit is set in `threads` in the orders of its dialect's
// strengths of that index, less than STRENGTH_COUNT: those of locks, and others that have no like, stay. Plain accesses
// stay plain, since their locations need not be atomic, and fences stay as they are. The new tree lives in `arena` and
// shares what did not change.
const Test *test_with_orders(const Test *test, unsigned strength, uint64_t threads, Arena *arena);
