// The run in a process of its own, so that a test that hangs or crashes ends all the same, and says so.
#pragma once
#include "harness/base/stop.h"
#include "harness/export/exported.h"

typedef struct {
  const Topology *topology;
  const Placement *placement;
  RunOptions options; // with its seed and timeout
  const Stop *stop;
} ChildRun;

typedef struct {
  RunStatus status;
  const char *message; // why not done; NULL where done
  Report *report;      // of the child, and what it counted: shared memory
  Tally *tally;
  size_t bytes;
} ChildEnd;

// Runs `exported`. Freed by child_end_free.
ChildEnd child_run_exported(const ChildRun *run, Arena *arena);
void child_end_free(ChildEnd *end);
