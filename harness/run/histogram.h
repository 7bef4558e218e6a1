// Histograms: how often each state was seen.
#pragma once
#include "harness/engine/tally.h"
#include "harness/lang/state.h"

typedef struct {
  State state;
  uint64_t count;
  bool is_witness;
} HistogramRow;

typedef struct {
  HistogramRow *rows; // sorted by state
  unsigned count;
  uint64_t total;     // iterations counted: the sum of the counts
  uint64_t witnesses; // of those, in states that are witnesses
} Histogram;

// The histogram of what was counted, witnesses marked, in `arena`.
Histogram histogram_of(const Tally *tally, const Test *test, Arena *arena);
