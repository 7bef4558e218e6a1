#include "harness/base/suggestion.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

// Upper and lower case are one letter.
static bool differ(char a, char b) { return tolower((unsigned char)a) != tolower((unsigned char)b); }

// Levenshtein's distance with transpositions (optimal string alignment), for names that are not long.
static unsigned edit_distance(const char *a, const char *b) {
  enum { LONGEST = 64 };
  size_t m = strlen(a), n = strlen(b);
  if (m > LONGEST || n > LONGEST)
    return LONGEST;
  unsigned rows[3][LONGEST + 1];
  unsigned *before = rows[0], *previous = rows[1], *current = rows[2];
  for (size_t j = 0; j <= n; j++)
    previous[j] = before[j] = (unsigned)j;
  for (size_t i = 1; i <= m; i++) {
    current[0] = (unsigned)i;
    for (size_t j = 1; j <= n; j++) {
      unsigned best = previous[j - 1] + differ(a[i - 1], b[j - 1]);
      if (previous[j] + 1 < best)
        best = previous[j] + 1;
      if (current[j - 1] + 1 < best)
        best = current[j - 1] + 1;
      if (i > 1 && j > 1 && !differ(a[i - 1], b[j - 2]) && !differ(a[i - 2], b[j - 1]) && before[j - 2] + 1 < best)
        best = before[j - 2] + 1;
      current[j] = best;
    }
    unsigned *oldest = before;
    before = previous;
    previous = current;
    current = oldest;
  }
  return previous[n];
}

// A name is near where at most about a third of it differs; a single letter is near to none but itself in the other
// case.
Suggestion suggestion_for(const char *wanted) {
  return (Suggestion){.wanted = wanted, .distance = (unsigned)(strlen(wanted) + 1) / 3};
}

void suggestion_try(Suggestion *suggestion, const char *name) {
  unsigned distance = edit_distance(suggestion->wanted, name);
  if (distance < suggestion->distance || (distance == suggestion->distance && !suggestion->best)) {
    suggestion->best = name;
    suggestion->distance = distance;
  }
}

const char *suggestion_text(const Suggestion *suggestion, Arena *arena) {
  return suggestion->best ? arena_printf(arena, " (did you mean '%s'?)", suggestion->best) : "";
}
