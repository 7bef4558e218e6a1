// Test -> cycle.
#pragma once
#include "harness/cycle/cycle.h"
#include "harness/lang/test.h"

#include "harness/event/program.h"

// The cycle that a test is the program of, up to names, values of writes and types, turned as its name is: with no
// other access in it, and nothing asked of its final state but the cycle. NULL, or a sentence that says why it is none.
// `program`: of a test in assembly; NULL of others.
const char *cycle_of_test(const Test *test, const Program *program, Cycle *out);
