// Every cycle of some edges, once.
#pragma once
#include "harness/base/stop.h"
#include "harness/cycle/cycle.h"

typedef struct {
  unsigned size, threads; // at most so many edges and threads
  const Stop *stop;       // NULL: none
} CycleLimits;

// A settled and turned cycle that a test exists of; false ends the search.
typedef bool CycleVisit(const Cycle *cycle, void *context);

// Visits each cycle of two threads or more of the patterns' edges, shorter ones first. Of what a shorter cycle says too
// there is none: a thread's order of one access after another is not cut in two by a third that has nothing to it, and
// edges between accesses of one location do not follow each other where another one says the same (`Rfe Fre` is `Coe`).
// Annotations that edges leave open are those of the edges beside them. How many there were.
unsigned cycles_each(const Vocabulary *words, const EdgePattern *patterns, unsigned count, const CycleLimits *limits,
                     CycleVisit *visit, void *context);

// All that the dialect has a word for but plain accesses and annotations: as text for edges_parse, in `arena`.
const char *cycle_all_edges(const Vocabulary *words, Arena *arena);
