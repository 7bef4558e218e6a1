// Costs as sheets. For `weakmem cost`; private to cli/.
#pragma once
#include "harness/cost/cost.h"
#include "harness/machine/identity.h"
#include "results/sheet.h"

// Which rows: those of the groups that are set.
typedef struct {
  bool groups[COST_GROUPS];
} CostChoice;

// Groups under their titles, each sorted by cost, with bars to scale and what the figures mean.
void cost_view_text(const Cost *cost, const CostChoice *choice, const Identity *identity, const SheetStyle *style,
                    Text *out);
// All rows in the order of the tables, as tsv has them.
Sheet *cost_view_rows(const Cost *cost, const CostChoice *choice);
// An object of the schema weakmem.cost/1, in the cost's arena.
Sheet *cost_view_object(const Cost *cost, const CostChoice *choice, const Identity *identity);
