// The cheapest combination of fences, thread by thread.
#pragma once
#include "harness/base/arena.h"

#include <stdbool.h>

// What a thread may be given: the first costs nothing and does nothing, the last orders the most.
typedef struct {
  const double *costs; // of each option; not less than 0
  unsigned count;
} SearchThread;

typedef struct {
  bool found;     // some combination forbids
  bool cheapest;  // and there is none that costs less; else the search was cut short
  unsigned *pick; // an option for each thread; owned by the arena
  double cost;
  unsigned asked; // combinations that the model was asked about
} SearchResult;

// Whether a combination (an option for each thread) forbids. Must be monotone: an option may be replaced by the last
// one of its thread without allowing more.
typedef bool SearchForbids(void *context, const unsigned *pick);

// Asks at most about `limit` times.
SearchResult ladder_search(const SearchThread *threads, unsigned count, SearchForbids *forbids, void *context,
                           unsigned limit, Arena *arena);
