// Is what `weakmem cost` says of a machine true of this one? One claim a group, each by figures taken in turns; a claim
// whose rows cannot be had is left out. Prints each with its figures; FAIL, and exit status 1, where one is false by a
// wide margin.
#include "harness/cost/claim.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
  const char *operation, *context;
} Name;

// `more` costs at least `times` what `less` costs. Below 1: it must not cost much less.
typedef struct {
  CostGroup group;
  Name more;
  double times;
  Name less;
  const char *sentence;
} Claim;

static const Claim claims[] = {
    {COST_FENCES, {"fence-seq_cst", COST_ALONE}, 3, {"compiler", COST_ALONE}, "a full fence costs more than none"},
    {COST_FENCES, {"mfence", COST_ALONE}, 1.5, {"lock-add", COST_ALONE}, "a locked instruction is cheaper than mfence"},
    {COST_CONTEXTS,
     {"fence-seq_cst", COST_AFTER_OTHER},
     1.5,
     {"fence-seq_cst", COST_ALONE},
     "a full fence after a store to another core's line costs more than alone"},
    {COST_CONTEXTS,
     {"fence-seq_cst", COST_AFTER_OTHER},
     1.5,
     {"fence-seq_cst", COST_AFTER_STORE},
     "... and more than after a store that hits"},
    {COST_ACCESSES,
     {"store-seq_cst", COST_ALONE},
     1.5,
     {"store-relaxed", COST_ALONE},
     "a seq_cst store costs more than a relaxed one"},
    {COST_ACCESSES,
     {"fetch_add-seq_cst", COST_ALONE},
     1.5,
     {"load-seq_cst", COST_ALONE},
     "a read-modify-write costs more than a load"},
    {COST_INCREMENTS,
     {"increment-seq_cst", "2-cores"},
     1.5,
     {"increment-seq_cst", COST_ALONE},
     "a contended i++ costs more than one alone"},
    {COST_LINES,
     {"read", "other-core-wrote"},
     2,
     {"read", "this-core-wrote"},
     "reading another core's line costs more than reading an own one"},
    {COST_LINES,
     {"write", "both-read"},
     1.5,
     {"write", "this-core-wrote"},
     "writing a line that both have read costs more than writing an own one"},
    {COST_LINES, {"read", "in-no-cache"}, 2, {"read", "this-core-wrote"}, "memory is farther than the cache"},
    {COST_SHARING,
     {"increment-relaxed", "same-line"},
     1.5,
     {"increment-relaxed", "lines-apart"},
     "false sharing costs more than lines apart"},
    {COST_ALIGNMENT,
     {"store-plain", "across-line"},
     1.3,
     {"store-plain", "within-line"},
     "a store across a line costs more than one within"},
    {COST_ALIGNMENT,
     {"fetch_add-relaxed", "across-line"},
     2,
     {"fetch_add-relaxed", "within-line"},
     "a read-modify-write across a line costs more than one within"},
    {COST_IDIOMS,
     {"rwlock-read", COST_ALONE},
     3,
     {"publish-read", COST_ALONE},
     "a reader-writer lock costs a reader more than an acquire load"},
    {COST_IDIOMS,
     {"rwlock-read", "other-core-reads"},
     1.5,
     {"rwlock-read", COST_ALONE},
     "readers of a reader-writer lock are in each other's way"},
};
enum { CLAIMS = sizeof claims / sizeof *claims };

static CostRow *row_of(const Cost *cost, Name name) {
  CostRow *row = cost_find(cost, name.operation, name.context);
  return row && !row->reason ? row : NULL;
}

static void add_once(CostRow **rows, unsigned *count, CostRow *row) {
  for (unsigned i = 0; i < *count; i++)
    if (rows[i] == row)
      return;
  rows[(*count)++] = row;
}

static bool holds(const Cost *cost, const Claim *claim) {
  const CostRow *more = row_of(cost, claim->more), *less = row_of(cost, claim->less);
  if (!more || !less || !more->measured || !less->measured) {
    printf("-     %-10s %s: cannot be had here\n", cost_group_name(claim->group), claim->sentence);
    return true;
  }
  bool good = more->ns >= claim->times * less->ns && more->ns > 0;
  printf("%-5s %-10s %s: %.2f ns, %.2f ns (at least %.1f times)\n", good ? "ok" : "FALSE",
         cost_group_name(claim->group), claim->sentence, more->ns, less->ns, claim->times);
  return good;
}

// A line's way between two cores cannot be shorter than a hit, nor longer than ten microseconds.
static bool latency_holds(CostRow *const *rows, unsigned count) {
  bool good = true;
  for (unsigned i = 0; i < count; i++)
    if (rows[i]->group == COST_LATENCY && rows[i]->measured) {
      bool sane = rows[i]->ns > 2 && rows[i]->ns < 10000;
      printf("%-5s %-10s a line's way from core to core (PUs %s) takes 2 to 10000 ns: %.1f ns\n", sane ? "ok" : "FALSE",
             cost_group_name(COST_LATENCY), rows[i]->context, rows[i]->ns);
      good = good && sane;
    }
  return good;
}

static bool check(Cost *cost) {
  CostRow **rows = ARENA_ARRAY(cost->arena, CostRow *, cost->row_count);
  unsigned count = 0, bad = 0;
  for (unsigned i = 0; i < CLAIMS; i++) {
    CostRow *more = row_of(cost, claims[i].more), *less = row_of(cost, claims[i].less);
    if (more && less) {
      add_once(rows, &count, more);
      add_once(rows, &count, less);
    }
  }
  for (unsigned i = 0; i < cost->row_count; i++)
    if (cost->rows[i].group == COST_LATENCY && !cost->rows[i].reason)
      add_once(rows, &count, &cost->rows[i]);
  cost_measure(cost, rows, count, NULL, NULL);
  for (unsigned i = 0; i < CLAIMS; i++)
    bad += !holds(cost, &claims[i]);
  bad += !latency_holds(rows, count);
  return !bad;
}

int main(void) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Topology *topology = topology_new(&diag);
  Cost *cost = topology ? cost_new(topology, NULL, 0, &diag) : NULL;
  bool passed = cost && check(cost);
  Text text = {0};
  diag_format(&diag, &text);
  fputs(text_string(&text), stderr);
  text_free(&text);
  cost_free(cost);
  topology_free(topology);
  arena_free(arena);
  puts(passed ? "PASS" : "FAIL");
  return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
