// What the kernel's tests say of themselves, `Result: Never`, held against a prediction.
#pragma once
#include "harness/model/judge.h"

typedef struct {
  unsigned same, differ, silent; // tests; the last ones have no such line
} ResultTally;

// Prints a line: the test, what it says, and what the model says where that is another thing. As herd, of a condition's
// body: Always, Never, Sometimes; DEADLOCK where no execution ends; DATARACE beside where some execution has a race.
// Nothing is printed of a test that says nothing, nor is what was not decided compared.
void result_check(const Prediction *prediction, Arena *arena, ResultTally *tally, Text *out);
void result_summary(const ResultTally *tally, Text *out);
