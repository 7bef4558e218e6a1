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
  const char *code, *code_end; // the body's machine code (COST_IS); NULL: not known
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
CostTable cost_kernel_table(Arena *arena); // which owns it

// The empty loop: the base of most.
CostBody cost_nothing;

#define REPEAT_10(...)                                                                                                 \
  __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__          \
      __VA_ARGS__
#define REPEAT_100(...) REPEAT_10(REPEAT_10(__VA_ARGS__))
enum { COST_UNROLLED = 100 };

// A body stands in a section of its own, whose begin and end the linker names: so that bodies are known that compilers
// made the same machine code of. A file that has bodies says its name before it includes this one (COST_UNIT), and may
// give them attributes (COST_ATTRIBUTES).
#ifdef COST_UNIT
#ifndef COST_ATTRIBUTES
#define COST_ATTRIBUTES
#endif
#define COST_PASTE_2(a, b, c) a##b##_##c
#define COST_PASTE(a, b, c) COST_PASTE_2(a, b, c)
#define COST_STRING_2(text) #text
#define COST_STRING(text) COST_STRING_2(text)
// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
#define COST_BEGIN(name) COST_PASTE(__start_cost_, COST_UNIT, name)
#define COST_END(name) COST_PASTE(__stop_cost_, COST_UNIT, name)
// NOLINTEND(bugprone-reserved-identifier)
// The head of a body.
#define COST_FUNCTION(name)                                                                                            \
  extern const char COST_BEGIN(name)[], COST_END(name)[];                                                              \
  __attribute__((section(COST_STRING(COST_PASTE(cost_, COST_UNIT, name))))) COST_ATTRIBUTES static void name(          \
      Worker *worker, unsigned rounds)
// A row's body and its code.
#define COST_IS(name) .body = (name), .code = COST_BEGIN(name), .code_end = COST_END(name)

// Counts a round. It stands behind what is measured in every body, so that bodies of the same operations are the same
// code.
#define COST_COUNT(round) cpu_fence_compiler(), (round) = cpu_add(round, 1)

// Defines a body: `setup` once, then the rest a hundred times a round.
#define COST_BODY(name, setup, ...)                                                                                    \
  COST_FUNCTION(name) {                                                                                                \
    setup;                                                                                                             \
    for (uint64_t round = 0; round < rounds; COST_COUNT(round)) {                                                      \
      REPEAT_100(__VA_ARGS__)                                                                                          \
    }                                                                                                                  \
    (void)worker;                                                                                                      \
  }
#endif
