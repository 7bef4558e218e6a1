// Predictions: what a model says of a test.
#pragma once
#include "harness/event/lower.h"
#include "harness/lang/state.h"
#include "harness/model/verdict.h"

// A model to judge by, and whose lowering it judges.
typedef struct {
  const char *name; // "c11", "x86-tso", or of the user's file
  const Model *model;
  CatModel *cat;
} Judge;

// Whether what the judge's no-thin-air axiom alone forbids is excused: RC11's, not that of a CPU, which is no stricter
// than the CPU.
bool judge_excuses(const Judge *judge);

typedef struct {
  const Test *test;
  const Judge *judge;
  const Program *program; // NULL where the test cannot be lowered for the judge's architecture
  const char *why;        // a sentence, where it cannot, or where not everything could be decided or shown
  ModelResult result;     // empty where program is NULL
  bool any_witness;       // some allowed state is a witness
  bool all_witnesses;     // every one is
  bool filtered_out;      // executions were looked at, and the test's filter leaves out all: `why` says so
} Prediction;

// Lives in `arena`; the test and the judge must outlive it. options->excused is looked at where the judge excuses.
// `lower` may be NULL.
Prediction prediction_make(const Test *test, const Judge *judge, const LowerOptions *lower, const ModelOptions *options,
                           Arena *arena);

// The verdict on a final state of the test.
Verdict prediction_verdict(const Prediction *prediction, State state);
// Whether the state is forbidden by RC11's no-thin-air axiom alone. ISO C11 has no such axiom. A state that no
// execution ends in is so too, where values that depend on themselves might end in it: none is made of them, for that
// axiom's sake.
bool prediction_excused(const Prediction *prediction, State state);

// A program's state as the test's; its values live in `arena`.
State prediction_state(const Test *test, const EventValue *state, Arena *arena);
