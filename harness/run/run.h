// Runs a test on this machine: test -> C -> machine code -> pinned threads -> histogram.
#pragma once
#include "harness/base/stop.h"
#include "harness/build/build.h"
#include "harness/engine/histogram.h"
#include "harness/machine/clock.h"
#include "harness/machine/identity.h"
#include "harness/machine/topology.h"

// What the engine chose, as the record's "settings".
typedef struct {
  const char *name;
  bool is_number;
  double number;
  const char *text;
} Setting;

typedef struct {
  RunStatus status;
  const char *message; // why not done: the compiler's own words, the signal, what could not be pinned; NULL where done
  Engine engine;
  Setting *settings;
  unsigned setting_count;
  uint64_t seed;
  Histogram histogram;
  // Perpetual: one frame for each iteration of the first thread, as the literature counts, so that many share
  // iterations of the others; and those that are witnesses. Estimates, from a sample of 1 in 64; 0 elsewhere.
  uint64_t frames, frame_witnesses;
  uint64_t filtered; // iterations that the test's filter leaves out: in no count
  uint64_t lost;     // iterations in states beyond the histogram's room: in no count
  double seconds;    // from the first counted iteration to the last count, everything between included
  Clock clock;
  const char *meeting;        // "clock", "memory", "none": how threads met, and why in `meeting_reason`
  const char *meeting_reason; // NULL where there is nothing to say
} RunResult;

// Runs one compiled test in a child process of its own. Everything that it made is gone when this returns. `stop`,
// where not NULL, is polled: once it is non-zero the run ends early with RUN_INTERRUPTED and what was counted.
RunResult run_test(const Test *test, const Compiled *compiled, const Topology *topology, const Placement *placement,
                   const RunOptions *options, Arena *arena, const Stop *stop);
