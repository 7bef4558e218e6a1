// What the suite and the models know of the tests in a comparison, for the page that shows them.
#pragma once
#include "results/page.h"

typedef struct RowFacts RowFacts;

// `seconds`: what all tests together may take to judge; those after that are shown without verdicts.
RowFacts *row_facts_new(double seconds, Arena *arena);

// Page.test, of which `context` is the RowFacts.
bool row_facts_find(const CompareRow *row, const char *const *states, unsigned count, Arena *arena, PageTest *out,
                    void *context);
