// What a group's figures mean, in one sentence that is true of them.
#pragma once
#include "harness/cost/cost.h"

// Adds the sentence: of figures that are stable, or which were not, so that nothing can be said. False, and nothing,
// where a row that it speaks of was not measured.
bool cost_claim(const Cost *cost, CostGroup group, Text *out);

// Whether a fence of the CPU or of C11 is a full one: it has the tags of what C11's seq_cst fence compiles to.
bool cost_is_full_fence(const char *operation);
