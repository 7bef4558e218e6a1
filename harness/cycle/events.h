// The accesses of a cycle: where each is, and what it reads or writes.
#pragma once
#include "harness/cycle/cycle.h"

typedef struct {
  Direction direction;
  const Annotation *annotation;
  unsigned thread;   // from 0, in the cycle's order
  unsigned location; // from 0, as they come
  unsigned value;    // written: its place in the coherence order, from 1; read: that of what it reads, or 0
} Event;

// Event i is the source of edge i.
typedef struct {
  Event events[CYCLE_EDGES];
  unsigned count, thread_count, location_count;
  unsigned writes[CYCLE_EDGES]; // of each location
} Events;

// Of a settled cycle. NULL, or a sentence that says why no test has it for its condition.
const char *events_of(const Cycle *cycle, Events *out);
