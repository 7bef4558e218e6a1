// What `weakmem predict` prints: a test's predictions in each of its formats.
#pragma once
#include "harness/model/judge.h"

#include <jansson.h>

// A test and what each of the models says of it.
typedef struct {
  const Test *test;
  const Prediction *predictions;
  unsigned count;
  double seconds; // that it took
} PredictedTest;

// For people: final states by models, then what is worth a note.
void predict_text(const PredictedTest *predicted, Text *out);

void predict_tsv_header(Text *out);
void predict_tsv(const PredictedTest *predicted, Text *out);

// As herd7 prints, so that mcompare7 reads it: of the first prediction, whose executions were all judged.
void predict_herd(const PredictedTest *predicted, Text *out);

// An object a test; the caller owns it.
json_t *predict_json(const PredictedTest *predicted);
