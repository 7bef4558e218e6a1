// What the kernel's tests say of themselves, `Result: Never`, held against a prediction.
#pragma once
#include "harness/model/judge.h"

typedef enum {
  RESULT_SAME,
  RESULT_DIFFERS,
  RESULT_UNKNOWN, // it was not decided
  RESULT_SILENT   // the test has no such line
} ResultVerdict;

typedef struct {
  ResultVerdict verdict;
  const char *said, *found; // "Never", "Sometimes DATARACE"; NULL where there is none
} ResultCheck;

typedef struct {
  unsigned counts[RESULT_SILENT + 1]; // of tests
} ResultTally;

// As herd, of a condition's body: Always, Never, Sometimes; DEADLOCK where no execution ends; DATARACE beside where
// some execution has a race.
ResultCheck result_check(const Prediction *prediction, Arena *arena);

// Prints a line and counts it: the test, what it says, and what the model says where that is another thing. Nothing is
// printed of a test that says nothing.
void result_print(const Prediction *prediction, const ResultCheck *check, ResultTally *tally, Text *out);
void result_summary(const ResultTally *tally, Text *out);
