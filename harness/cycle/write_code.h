// Cycle -> a test in a CPU's assembly, as text.
#pragma once
#include "harness/cycle/cycle.h"

// The test whose condition is the cycle, of this name, in `arena`. NULL where there is none: then *why says why.
const char *cycle_code(const Cycle *cycle, const char *name, Arena *arena, const char **why);
