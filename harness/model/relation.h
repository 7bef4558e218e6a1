// Sets of events and relations between them, as bit sets.
#pragma once
#include "harness/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

// Events are numbered 0 to n-1; a set is `words` 64-bit words, a relation n rows of as many. Rows beyond 64 events are
// common enough (rings, unrolled loops) that nothing here assumes one word, and rare enough that one word is the fast
// case.
typedef struct {
  unsigned n, words;
  uint64_t *bits; // set: words; relation: n * words
} EventSet, Relation;
