#include "harness/model/patience.h"

#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

Patience patience_new(const EnumerationLimits *limits, double seconds) {
  return (Patience){.limits = limits, .told = now(), .deadline = seconds > 0 ? now() + seconds : 0};
}

bool patience_ends(Patience *patience, EnumerationResult *result) {
  enum { ASKED_BETWEEN = 16 };     // reading the clock takes as long as a step of a small search
  const double told_between = 0.2; // seconds
  const EnumerationLimits *limits = patience->limits;
  if (limits->stop && *limits->stop) {
    result->gave_up = true;
    result->why = "it was interrupted";
    return true;
  }
  if (++patience->asked % ASKED_BETWEEN)
    return false;
  double time = now();
  if (patience->deadline > 0 && time > patience->deadline) {
    result->gave_up = result->timed_out = true;
    result->why = "it takes longer than it was given";
    return true;
  }
  if (limits->progress && time - patience->told > told_between) {
    patience->told = time;
    limits->progress(limits->progress_context, result->executions);
  }
  return false;
}
