#include "harness/model/deadline.h"

#include "harness/base/time.h"

Deadline deadline_new(const EnumerationLimits *limits, double seconds) {
  return (Deadline){.limits = limits, .told = time_seconds(), .at = seconds > 0 ? time_seconds() + seconds : 0};
}

bool deadline_passed(Deadline *deadline, EnumerationResult *result) {
  enum { ASKED_BETWEEN = 64 };     // reading the clock takes as long as a step of a small search
  const double told_between = 0.2; // seconds
  const EnumerationLimits *limits = deadline->limits;
  if (stop_wanted(limits->stop)) {
    result->gave_up = true;
    result->why = "it was interrupted";
    return true;
  }
  if (++deadline->asked % ASKED_BETWEEN)
    return false;
  double time = time_seconds();
  if (deadline->at > 0 && time > deadline->at) {
    result->gave_up = result->timed_out = true;
    result->why = "it takes longer than it was given";
    return true;
  }
  if (limits->progress && time - deadline->told > told_between) {
    deadline->told = time;
    limits->progress(limits->progress_context, result->executions);
  }
  return false;
}
