// "did you mean": the nearest of the names that there are.
#pragma once
#include "harness/base/arena.h"

typedef struct {
  const char *wanted, *best; // best: NULL where none is near
  unsigned distance;
} Suggestion;

Suggestion suggestion_for(const char *wanted);
// Offers a name that there is, which must outlive the suggestion. Of several that are as near the first one is kept.
void suggestion_try(Suggestion *suggestion, const char *name);
// " (did you mean 'r0'?)", or "" where nothing is near.
const char *suggestion_text(const Suggestion *suggestion, Arena *arena);
