// What `weakmem predict` prints: a test's predictions in each of its formats.
#pragma once
#include "harness/cli/predict_results.h"
#include "results/junit.h"
#include "results/sheet.h"

// A test and what each of the models says of it.
typedef struct {
  const Test *test;
  const Prediction *predictions;
  unsigned count;
  double seconds; // that it took
} PredictedTest;

// Whether the condition was decided, and nothing given up.
bool predict_is_whole(const Prediction *prediction);

// For people: final states by models, then what is worth a note.
void predict_text(const PredictedTest *predicted, const SheetStyle *style, Text *out);

// A row a model; no rows if `predicted` is NULL.
Sheet *predict_rows(const PredictedTest *predicted, Arena *arena);

// As herd7 prints, so that mcompare7 reads it: of the first prediction, whose executions were all judged.
void predict_herd(const PredictedTest *predicted, Text *out);

// An object of the schema weakmem.predict/1.
Sheet *predict_object(const PredictedTest *predicted, Arena *arena);

// A case for each model: failed if a wait never ends, or, with `results`, if the test says otherwise of itself.
void predict_junit(const PredictedTest *predicted, bool results, ResultTally *tally, Arena *arena, Junit *out);
