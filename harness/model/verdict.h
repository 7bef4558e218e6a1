// Verdicts: which final states of a program a model allows.
#pragma once
#include "harness/model/cat.h"

typedef enum {
  VERDICT_ALLOWED,
  VERDICT_FORBIDDEN,
  VERDICT_UNDEFINED,
  VERDICT_UNMODELLED,
  VERDICT_UNKNOWN /* gave up */
} Verdict;

const char *verdict_name(Verdict verdict); // "allowed"

typedef struct {
  EventValue **states; // allowed final states, sorted, each once; program->observable_count values each
  unsigned state_count;
  EventValue **candidates; // every final state that some candidate execution ends in
  unsigned candidate_count;
  bool undefined; // some allowed execution has a data race (C11)
  const char *flag;
  bool unmodelled;
  uint64_t executions, allowed_executions;
  bool bound_reached, gave_up;
  const char *why;
} ModelResult;

ModelResult model_run(CatModel *model, const Program *program, const EnumerationLimits *limits, Arena *arena);

// The verdict on one state.
Verdict model_verdict(const ModelResult *result, const EventValue *state, unsigned observable_count);
