// Fence ladders in the page's data.
#pragma once
#include "results/objects.h"
#include "results/sheet.h"

// The ladder as an object, in `arena`.
Sheet *page_ladder(const RecordLadder *ladder, unsigned machine, Arena *arena);
