// A ladder for the eye, and for other programs.
#pragma once
#include "harness/study/ladder.h"
#include "results/view.h"

void fences_view_text(const Ladder *ladder, const SheetStyle *style, Text *out);
void fences_view_tsv(const Ladder *ladder, Text *out);
// DESIGN.md's weakmem.fences/1. A new reference.
json_t *fences_view_json(const Ladder *ladder);
