// Costs for the eye, and for other tools. For `weakmem cost`; private to cli/.
#pragma once
#include "harness/cost/cost.h"
#include "harness/machine/identity.h"
#include "results/view.h"

#include <jansson.h>

// Which rows: those of the groups that are set.
typedef struct {
  bool groups[COST_GROUPS];
} CostChoice;

// Groups under their titles, each sorted by cost, with bars to scale and what the figures mean.
void cost_view_text(const Cost *cost, const CostChoice *choice, const Identity *identity, const ViewStyle *style,
                    Text *out);
// A header and a line for each row; empty where there is no figure.
void cost_view_tsv(const Cost *cost, const CostChoice *choice, Text *out);
// An object of the schema weakmem.cost/1: a new reference.
json_t *cost_view_json(const Cost *cost, const CostChoice *choice, const Identity *identity);
