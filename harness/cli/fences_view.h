// A ladder as sheets. Both live in the ladder's arena.
#pragma once
#include "harness/study/ladder.h"
#include "harness/study/ladder_answer.h"
#include "results/sheet.h"

void fences_view_text(const Ladder *ladder, const SheetStyle *style, Text *out);
// A row a fence, as tsv has them.
Sheet *fences_view_rows(const Ladder *ladder);
// An object of the schema weakmem.fences/1.
Sheet *fences_view_object(const Ladder *ladder);
