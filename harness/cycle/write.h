// Cycle -> Test.
#pragma once
#include "harness/cycle/cycle.h"
#include "harness/lang/test.h"

// The test whose condition is the cycle, in `arena`, without a name. NULL where there is none: then *why says why.
Test *cycle_test(const Cycle *cycle, Arena *arena, const char **why);
