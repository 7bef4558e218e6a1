// The rows of what barriers and atomics cost.
#pragma once
#include "harness/cost/summary.h"
#include "harness/machine/topology.h"

typedef enum {
  COST_FENCES,     // every fence alone
  COST_CONTEXTS,   // every fence where it has something to wait for
  COST_ACCESSES,   // loads, stores, read-modify-writes in every order
  COST_INCREMENTS, // i++, alone and contended
  COST_LINES,      // by what the line went through before
  COST_LATENCY,    // a line's way from core to core
  COST_SHARING,    // true sharing, false sharing, lines apart
  COST_ALIGNMENT,
  COST_IDIOMS, // locks, publication
  COST_KERNEL, // the Linux kernel's barriers and atomics
  COST_GROUPS
} CostGroup;

enum { COST_PUS = 64 }; // more cores than these are not used at once

// One operation in one place. `operation` and `context` together are unique: "mfence", "alone". Rows with a reason have
// no figure, the others none before cost_measure.
typedef struct CostRow {
  const char *operation, *context;
  const char *reason;  // why there is no figure: a static sentence; NULL: there is, or will be, one
  const unsigned *pus; // `cores` of them, the measuring one first
  double ns;           // an operation, less its base. About 0 where nothing can be told; below it where the operation
                       // makes its surroundings faster
  double cycles;       // of the core's clock as it was during the measurement
  double spread;       // of ns, as a share of it: repeated measurements lie within ns times 1 - spread to 1 + spread
  const struct CostOperation *how;
  struct CostSamples *taken;
  const struct CostRow
      *same; // an earlier row of the same machine code in the same place, whose figures these are; NULL
  CostGroup group;
  unsigned cores; // that take part, the measuring one included
  unsigned samples, outliers;
  unsigned shared;   // samples that were left out, as another program ran on the core
  unsigned switches; // times that the measuring thread lost its PU to another
  bool measured, stable;
} CostRow;

typedef struct {
  Arena *arena;
  const Topology *topology;
  unsigned *pus; // one a core: the measuring one, its nearest neighbour, the rest
  unsigned cores;
  CostRow *rows; // by group, in the order of the tables
  unsigned row_count;
  double ghz;         // the core clock, from a chain of dependent adds
  double counter_ghz; // the same from the performance counters; 0 where there are none
  double ns_per_tick; // of the CPU's counter
  double step_ns;     // the smallest time that it shows
  double probe;       // the fastest so far that did not stand alone (quiet.h); 0: none yet
  struct Workspace *workspace;
} Cost;
