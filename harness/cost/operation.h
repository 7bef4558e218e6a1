// The tables of what is measured: a row a place where code pays for an operation. Private to cost/.
//
// A body runs the operation a hundred times a round, unrolled; its base is the same loop without the operation. What is
// reported is their difference, measured right after each other, by operation. So the cost of "a fence right after a
// store" is what the fence adds to a loop of stores, with all that the CPU overlaps.
#pragma once
#include "harness/cost/rows.h"
#include "harness/cost/workspace.h"

typedef void CostBody(Worker *worker, unsigned rounds);

// What the workspace's lines went through right before the body passes over them, once. Nobody can see the states of
// the coherence protocol (MESI and its kin), so they are named by how they were prepared.
typedef enum {
  BEFORE_NOTHING,
  BEFORE_OWN_WRITE,
  BEFORE_OTHER_WRITE,
  BEFORE_OTHER_READ, // dropped from every cache, then read by the other core
  BEFORE_BOTH_READ,  // dropped from every cache, then read by the other core and by this one
  BEFORE_FLUSH,      // dropped from every cache
} CostBefore;

// Where the counters of several threads lie.
typedef enum { SHARE_WORD, SHARE_LINE, SHARE_NOTHING } CostShare;

// With how many cores a row is measured, the measuring one included.
typedef enum {
  CORES_ONE,
  CORES_TWO,
  CORES_EACH, // a row for 2, 3, ... of them
  CORES_ENDS, // a row for 2, and one for all
  CORES_PAIRS // a row for each pair
} CostCores;

typedef struct CostOperation {
  const char *operation, *context; // context: with several cores, "2-cores" and so on is added
  CostBody *body;
  CostBody *base;
  CostBody *others;             // what the other cores run meanwhile; NULL: nothing, or only the preparation
  const char *(*missing)(void); // why it cannot be had here; NULL where it can. NULL: it always can
  CostGroup group;
  CostBefore before;
  CostShare share;
  CostCores cores;
  unsigned offset;    // of the worker's `at` in the workspace's pages
  unsigned per_round; // what a round is divided by; 0: 100
  bool may_fault;     // some CPUs refuse it: tried in a process of its own first
} CostOperation;

typedef struct {
  const CostOperation *rows;
  unsigned count;
} CostTable;

// In the order of their groups; a table may hold rows of several.
CostTable cost_fence_table(void);
CostTable cost_access_table(void);
CostTable cost_counter_table(void);
CostTable cost_line_table(void);
CostTable cost_alignment_table(void);
CostTable cost_idiom_table(void);

// The empty loop: the base of most.
CostBody cost_nothing;

#define REPEAT_10(...)                                                                                                 \
  __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__          \
      __VA_ARGS__
#define REPEAT_100(...) REPEAT_10(REPEAT_10(__VA_ARGS__))
enum { COST_UNROLLED = 100 };

// Defines a body: `setup` once, then the rest a hundred times a round.
#define COST_BODY(name, setup, ...)                                                                                    \
  static void name(Worker *worker, unsigned rounds) {                                                                  \
    setup;                                                                                                             \
    for (unsigned round = 0; round < rounds; round++) {                                                                \
      REPEAT_100(__VA_ARGS__)                                                                                          \
    }                                                                                                                  \
    (void)worker;                                                                                                      \
  }
