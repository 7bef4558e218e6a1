#include "harness/study/ladder_search.h"

#include <stdlib.h>
#include <string.h>

enum { COMBINATIONS = 20000 };

typedef struct {
  const SearchThread *threads;
  unsigned count;
  SearchForbids *forbids;
  void *context;
  unsigned limit;
  Arena *arena;
  bool cut;      // the limit was reached: something was not asked
  bool **usable; // of a thread's options: those that forbid with the most order elsewhere
  SearchResult result;
} Search;

static double cost_of(const Search *s, const unsigned *pick) {
  double cost = 0;
  for (unsigned t = 0; t < s->count; t++)
    cost += s->threads[t].costs[pick[t]];
  return cost;
}

static bool ask(Search *s, const unsigned *pick) {
  if (s->result.asked >= s->limit) {
    s->cut = true;
    return false;
  }
  s->result.asked++;
  return s->forbids(s->context, pick);
}

static void keep(Search *s, const unsigned *pick, bool cheapest) {
  memcpy(s->result.pick, pick, s->count * sizeof *pick);
  s->result.found = true;
  s->result.cheapest = cheapest;
  s->result.cost = cost_of(s, pick);
}

// An option that does not forbid where all other threads have the most order does so nowhere.
static void find_usable(Search *s, unsigned *pick) {
  s->usable = ARENA_ARRAY(s->arena, bool *, s->count);
  for (unsigned t = 0; t < s->count; t++) {
    unsigned last = s->threads[t].count - 1;
    s->usable[t] = ARENA_ARRAY(s->arena, bool, last + 1);
    for (unsigned i = 0; i < last; i++) {
      pick[t] = i;
      s->usable[t][i] = ask(s, pick);
    }
    pick[t] = last;
    s->usable[t][last] = true;
  }
}

typedef struct {
  double cost;
  unsigned fences; // options other than the first: of equal costs the combination with fewer is asked about first
  unsigned *pick;
} Combination;

static int compare(const void *left, const void *right) {
  const Combination *a = left, *b = right;
  if (a->cost != b->cost)
    return a->cost < b->cost ? -1 : 1;
  if (a->fences != b->fences)
    return a->fences < b->fences ? -1 : 1;
  return a->pick < b->pick ? -1 : a->pick > b->pick; // as they were made
}

// To the next combination of usable options; false after the last.
static bool next(const Search *s, unsigned *pick) {
  for (unsigned t = 0; t < s->count; t++) {
    do
      pick[t]++;
    while (pick[t] < s->threads[t].count && !s->usable[t][pick[t]]);
    if (pick[t] < s->threads[t].count)
      return true;
    for (pick[t] = 0; !s->usable[t][pick[t]];)
      pick[t]++;
  }
  return false;
}

// Every combination, cheapest first. False where there are too many.
static bool try_all(Search *s, unsigned *pick) {
  size_t total = 1;
  for (unsigned t = 0; t < s->count; t++) {
    size_t usable = 0;
    for (unsigned i = 0; i < s->threads[t].count; i++)
      usable += s->usable[t][i];
    total *= usable;
    if (total > COMBINATIONS)
      return false;
    for (pick[t] = 0; !s->usable[t][pick[t]];)
      pick[t]++;
  }
  Combination *all = ARENA_ARRAY(s->arena, Combination, total);
  unsigned *picks = ARENA_ARRAY(s->arena, unsigned, total * s->count);
  for (size_t i = 0; i < total; i++, next(s, pick)) {
    all[i] = (Combination){.cost = cost_of(s, pick), .pick = picks + i * s->count};
    memcpy(all[i].pick, pick, s->count * sizeof *pick);
    for (unsigned t = 0; t < s->count; t++)
      all[i].fences += pick[t] != 0;
  }
  qsort(all, total, sizeof *all, compare);
  for (size_t i = 0; i < total && s->result.asked < s->limit; i++)
    if (ask(s, all[i].pick)) {
      keep(s, all[i].pick, !s->cut);
      return true;
    }
  return false;
}

// From the most order everywhere, thread by thread to the cheapest option that still forbids.
static void weaken(Search *s, unsigned *pick) {
  for (unsigned t = 0; t < s->count; t++)
    pick[t] = s->threads[t].count - 1;
  for (unsigned t = 0; t < s->count; t++) {
    unsigned best = pick[t];
    for (unsigned i = 0; i < s->threads[t].count; i++) {
      if (!s->usable[t][i] || s->threads[t].costs[i] >= s->threads[t].costs[best])
        continue;
      pick[t] = i;
      if (ask(s, pick))
        best = i;
    }
    pick[t] = best;
  }
  keep(s, pick, false);
}

SearchResult ladder_search(const SearchThread *threads, unsigned count, SearchForbids *forbids, void *context,
                           unsigned limit, Arena *arena) {
  Search s = {
      .threads = threads, .count = count, .forbids = forbids, .context = context, .limit = limit, .arena = arena};
  s.result.pick = ARENA_ARRAY(arena, unsigned, count);
  unsigned *pick = ARENA_ARRAY(arena, unsigned, count);
  for (unsigned t = 0; t < count; t++)
    pick[t] = threads[t].count - 1;
  if (!ask(&s, pick))
    return s.result;
  find_usable(&s, pick);
  if (!try_all(&s, pick)) {
    s.limit += limit; // what is left is asked far less
    weaken(&s, pick);
  }
  return s.result;
}
