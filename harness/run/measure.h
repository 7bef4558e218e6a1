// A session of an engine in a process of its own, so that a test that hangs or crashes ends all the same. Part of what
// an exported test takes along.
#pragma once
#include "harness/engine/session.h"
#include "harness/machine/placement.h"
#include "harness/run/child.h"

// Where the teams' actors sit in a placement, and the NUMA node that their memory is put on (NULL: where the system
// puts it), a binding an instance, in `arena`. Topology, placement and node must outlive it.
const Binding *measure_bindings(const Topology *topology, const Placement *placement, const unsigned *node,
                                Arena *arena);

typedef struct {
  // Without code, report and tally; of all instances, so that its binding is that of none.
  EngineSession session;
  const Binding *bindings; // by instance
  unsigned instances;      // of the test at once, each in a process of its own; 0: one
  // Called in the child: the code of the test. NULL with a sentence in `reason`, which has so much room.
  const KernelCode *(*load)(const void *context, char *reason, size_t room);
  const void *context;
  double timeout; // seconds after which the child is killed
  const Stop *stop;
  Watch watch;
} Measurement;

// What came of it. Until measured_free.
typedef struct {
  RunStatus status;
  const char *message;  // why not done; NULL where done
  bool killed;          // a crash by a signal that others send
  const Report *report; // what the engine told, settings of the first instance; NULL where there was no memory for it
  const Tally *tally;   // what it counted; NULL where counting did not begin
  ChildResult child;
} Measured;

Measured measure_session(Measurement *measurement, Arena *arena);
void measured_free(Measured *measured);
// From the first counted iteration to the last count, everything between included.
double measured_seconds(const Measured *measured);
// A seed drawn from the system: below 2^53, since readers of JSON may hold numbers as doubles; never 0.
uint64_t measure_seed(void);
