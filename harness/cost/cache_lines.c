// What an access costs by what its line went through before, one access at a time.
//
// Reads follow a chain, each address known only when the line before has come. After a write a full fence waits until
// it is done, and the base has the same fences without the writes. After a read-modify-write the CPU waits for it, as
// in its base.
#define COST_UNIT lines
#include "harness/cost/operation.h"

// What these macros take are declarations, statements and initialisers: parentheses would break them.
// NOLINTBEGIN(bugprone-macro-parentheses)

COST_FUNCTION(read_lines) {
  Line *line = worker->workspace->order[0];
  for (unsigned round = 0; round < rounds; round++) {
    REPEAT_100(line = atomic_load_explicit(&line->next, memory_order_relaxed);)
  }
  worker->sink = line;
}

#define FENCE() atomic_thread_fence(memory_order_seq_cst)
#define LINES Line *const *line = worker->workspace->order
// Once a preparation: rounds is 1, and each of the lines has its turn.
COST_BODY(write_lines, LINES, atomic_store_explicit(&(*line++)->value, 1, memory_order_relaxed); FENCE(); cpu_wait();)
COST_BODY(fences, , FENCE(); cpu_wait();)
COST_BODY(increment_lines, LINES, atomic_fetch_add_explicit(&(*line++)->value, 1, memory_order_relaxed); cpu_wait();)
COST_BODY(waits, , cpu_wait();)

static const char *flush_missing(void) {
  return CPU_HAS_FLUSH ? NULL : "no instruction here drops a line from the caches";
}

// clang-format off
#define HISTORY(name, history, core_count, has)                                                                        \
  {.group = COST_LINES, .operation = "read", .context = name, COST_IS(read_lines), .base = cost_nothing,                \
   .before = history, .cores = core_count, .missing = has},                                                            \
  {.group = COST_LINES, .operation = "write", .context = name, COST_IS(write_lines), .base = fences,            \
   .before = history, .cores = core_count, .missing = has},                                                            \
  {.group = COST_LINES, .operation = "fetch_add", .context = name, COST_IS(increment_lines), .base = waits,      \
   .before = history, .cores = core_count, .missing = has},

static const CostOperation rows[] = {
    HISTORY("this-core-wrote", BEFORE_OWN_WRITE, CORES_ONE, NULL)
    HISTORY("other-core-wrote", BEFORE_OTHER_WRITE, CORES_TWO, NULL)
    HISTORY("other-core-read", BEFORE_OTHER_READ, CORES_TWO, flush_missing)
    HISTORY("both-read", BEFORE_BOTH_READ, CORES_TWO, flush_missing)
    HISTORY("in-no-cache", BEFORE_FLUSH, CORES_ONE, flush_missing)
};
// clang-format on

CostTable cost_line_table(void) { return (CostTable){rows, sizeof rows / sizeof *rows}; }
// NOLINTEND(bugprone-macro-parentheses)
