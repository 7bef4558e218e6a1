// Runs a test on this machine: test -> C -> machine code -> pinned threads -> histogram.
#pragma once
#include "harness/base/stop.h"
#include "harness/build/build.h"
#include "harness/machine/clock.h"
#include "harness/run/histogram.h"
#include "harness/run/measure.h"

typedef struct {
  double seconds;      // of wall time for the test; trials and matching are part of it; 0: no limit
  uint64_t iterations; // 0: as many as the time allows
  bool until_witness;
  Engine engine;
  Actors actors;
  const unsigned *node; // NUMA node that the locations' memory is put on; NULL: where the system puts it
  const char *cc;       // NULL: cc, else gcc, else clang
  const char *cflags;   // NULL: "-O2"
  // 0: one is drawn from the system. What repeats with a seed: the settings tried until the first neighbour of a good
  // one, the sweeps, and every random delay. Which setting wins, and the counts, are the machine's.
  uint64_t seed;
  TuneGiven given;
  double timeout;     // seconds after which the child is killed; 0: the default (a generous multiple of `seconds`)
  Watch watch;        // while a test runs
  const Clock *clock; // the placement's counters; NULL: they are calibrated before the run
} RunOptions;

typedef struct {
  RunStatus status;
  const char *message; // why not done: the compiler's own words, the signal, what could not be pinned; NULL where done
  bool killed;         // a crash by a signal that others send
  Engine engine;
  uint64_t seed;
  Histogram histogram;
  uint64_t lost;  // iterations in states beyond the histogram's room: in no count
  double seconds; // from the first counted iteration to the last count, everything between included
  Report report;  // what else the engine told: its settings, what the filter hid, how threads met
} RunResult;

// Runs one compiled test in a child process of its own. Everything that it made is gone when this returns. `stop`,
// where not NULL, is polled: once it is non-zero the run ends early with RUN_INTERRUPTED and what was counted.
RunResult run_test(const Test *test, const Compiled *compiled, const Topology *topology, const Placement *placement,
                   const RunOptions *options, Arena *arena, const Stop *stop);
