// Deadlines: when a search is to end. Private to model.
#pragma once
#include "harness/model/execution.h"

typedef struct {
  const EnumerationLimits *limits;
  double at, told; // monotonic seconds; when the search is to end (0: never), when progress was last told
  unsigned asked;
} Deadline;

// `seconds` from now (0: never).
Deadline deadline_new(const EnumerationLimits *limits, double seconds);

// Whether the search is to end: someone stops it, or its time is up. Then `result` says so. The clock is read only now
// and then, and limits->progress is told how many executions there were.
bool deadline_passed(Deadline *deadline, EnumerationResult *result);
