// What the suite and the models know of records side by side: whether a machine's model allows what a test asks for,
// and for the page each test's story, source and states.
#pragma once
#include "harness/base/stop.h"
#include "results/page.h"

// The suite and the models, read once.
typedef struct Annotator Annotator;

Annotator *annotator_new(Arena *arena);

// Judges each cell that no record judged and whose test the suite has (by digest, if the record has one; as
// "SB+po+fence" too): whether the CPU's model allows what the condition asks for. `stop` ends it early.
void annotate_cells(const Annotator *annotator, Comparison *comparison, const Stop *stop);

// What is known of each row's test: Page.tests, in the comparison's arena. `seconds`: for the models to judge all of
// them; those after that are shown without verdicts.
const PageTest *const *annotate_tests(const Annotator *annotator, const Comparison *comparison, double seconds,
                                      const Stop *stop);
