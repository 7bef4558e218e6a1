// Fence ladders side by side.
#pragma once
#include "results/compare.h"

// One table a test; nothing if there is none.
void compare_ladders(const Comparison *comparison, const SheetStyle *style, FILE *out);
