// Patience: how long a search may go on. Private to model.
#pragma once
#include "harness/model/execution.h"

typedef struct {
  const EnumerationLimits *limits;
  double deadline, told; // monotonic seconds; when the search is to end (0: never), when it was last told of
  unsigned asked;
} Patience;

// From now on, for `seconds` (0: for ever).
Patience patience_new(const EnumerationLimits *limits, double seconds);

// Whether the search is to end: someone stops it, or its time is up. The clock is read only now and then,
// and limits->progress is told how many executions there were.
bool patience_ends(Patience *patience, EnumerationResult *result);
