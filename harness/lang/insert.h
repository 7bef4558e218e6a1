// Putting fences into a test, between the accesses of its threads.
#pragma once
#include "harness/lang/test.h"

#include <stdint.h>

// The test with the fence put between every two accesses to shared memory that follow each other in a thread (at the
// boundary of the statements that make them), for each thread whose bit is set in `threads`. `fence` is "none",
// one of the dialect's (Dialect.fences), or the name of a CPU's fence in arch/ (not checked here). The new tree lives
// in `arena` and shares what did not change; "none" returns the test itself.
const Test *test_with_fence(const Test *test, const char *fence, uint64_t threads, Arena *arena);

// The same with a fence of its own for each thread: `fences[t]` for thread t.
const Test *test_with_fences(const Test *test, const char *const *fences, Arena *arena);
