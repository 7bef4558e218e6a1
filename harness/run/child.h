// One test in a process of its own, so that a crash, a hang or a time-out is that test's result.
#pragma once
#include "harness/base/diag.h"
#include "harness/base/stop.h"
#include "harness/engine/names.h"

// What is called again and again while others are at work. NULL: nothing is.
typedef struct {
  void (*look)(void *context);
  void *context;
} Watch;

// `body` runs in a forked child that leads a process group of its own; `report` (report_bytes, zeroed, shared with the
// caller) is where it leaves what it found, as it finds it: what is there when it dies is not lost.
typedef struct {
  void (*body)(void *report, void *context);
  void *context;
  size_t report_bytes;
  double timeout;         // seconds; then the group is killed
  const Stop *stop;       // where not NULL: once non-zero, `*stopping` (in the report, may be NULL) is set to 1 so
                          // that the body can end by itself, and the group is killed where it has not within a second
  size_t stopping_offset; // of an `int` in the report
  Watch watch;            // is called a few times a second
} ChildJob;

typedef struct {
  RunStatus status;    // RUN_DONE, RUN_CRASH, RUN_TIMEOUT, RUN_INTERRUPTED; RUN_REFUSED where it could not start
  int signal;          // of a crash; 0 else
  const char *message; // a sentence, where not done
  void *report;        // freed by child_free; NULL where there was no memory for it
  size_t report_bytes;
} ChildResult;

// Returns when the child and all it started are gone. The child dies with the calling thread too, whatever kills that.
ChildResult child_run(const ChildJob *job, Arena *arena);
void child_free(ChildResult *result);
