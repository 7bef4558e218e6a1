// The card of a machine as a table, below a suite's.
#pragma once
#include "harness/study/card.h"
#include "results/sheet.h"

// Nothing, if no test told of any order. `model`: of the machine's CPU.
void card_print(const Card *card, const char *model, const SheetStyle *style, Text *out);
