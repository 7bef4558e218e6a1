// --fence: the fences that are put between the accesses of a test.
#pragma once
#include "harness/cli/options.h"

// Names that this CPU or some dialect has, separated by commas, or "all". Owned by the arena.
error_t option_fences(struct argp_state *state, const char *name, const char *text, Arena *arena,
                      const char *const **fences, unsigned *count);
