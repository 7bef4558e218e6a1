// Records for the eye, and for other tools: the text of a run, the table of a suite, litmus7's log, columns.
#pragma once
#include "harness/lang/state.h"
#include "results/record.h"
#include "results/sheet.h"

// A run as a paragraph: what it was, a line for each state, what that says of the condition, and how fast. `story` is
// what the test shows, of which the first sentence is printed; NULL: none.
void view_run(const Record *record, const char *story, const SheetStyle *style, Text *out);

// A suite as a table, one line a run, and a last line that counts.
void view_summary(const Record *records, unsigned count, const SheetStyle *style, Text *out);

// As litmus7 logs a test (herdtools7 manual, part II): herdtools' mcompare7 and mproj read it.
void view_litmus7(const Record *record, Text *out);

// The run as rows, one for each state, or one without a state if there is none; no rows if the record is NULL.
Sheet *view_states(const Record *record, Arena *arena);

// How the condition fared. A witness satisfies its body; which of those it asks for is its quantifier.
Quantifier view_condition(const Record *record);
// "Never", "Sometimes", "Always", as litmus7 has it; "" where nothing was counted.
const char *view_observation(const Record *record);
// Whether what was seen agrees with the condition.
bool view_validated(const Record *record);

// A machine, as records have it.
Cell view_machine(const Identity *machine, Arena *arena);
