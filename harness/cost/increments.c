// Counters: i++ alone and contended, true and false sharing, and the way of a line from core to core.
#define COST_UNIT counters
#include "harness/cost/operation.h"

// What these macros take are declarations, statements and initialisers: parentheses would break them.
// NOLINTBEGIN(bugprone-macro-parentheses)

#define COUNTER _Atomic uint32_t *counter = worker->counter

// What a compiler makes of i++ where it must store each time. In C this races when contended; here it is what is
// measured: updates get lost, and that is why it is cheap.
COST_BODY(increment_plain, uint32_t *counter = (uint32_t *)worker->counter, ++*counter; cpu_fence_compiler();)
COST_BODY(increment_relaxed, COUNTER, atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);)
COST_BODY(increment_seq_cst, COUNTER, atomic_fetch_add_explicit(counter, 1, memory_order_seq_cst);)
// A counter that one thread writes and others read.
COST_BODY(increment_single_writer, COUNTER,
          atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                                memory_order_relaxed);)

// The ball is even when the measuring core has it. A round is a hundred round trips, two transfers each.
COST_FUNCTION(serve) {
  Workspace *workspace = worker->workspace;
  for (unsigned i = 0; i < COST_UNROLLED * rounds; i++) {
    uint32_t ball = atomic_load_explicit(&workspace->ball, memory_order_relaxed);
    atomic_store_explicit(&workspace->ball, ball + 1, memory_order_release);
    while (atomic_load_explicit(&workspace->ball, memory_order_acquire) != ball + 2)
      ; // no pause: it would be part of the figure
  }
}

static void play_back(Worker *worker, unsigned rounds) {
  Workspace *workspace = worker->workspace;
  for (unsigned i = 0; i < COST_UNROLLED * rounds; i++) {
    uint32_t ball = atomic_load_explicit(&workspace->ball, memory_order_acquire);
    if (ball & 1)
      atomic_store_explicit(&workspace->ball, ball + 1, memory_order_release);
  }
}

// clang-format off
#define INCREMENT(name, function)                                                                                      \
  {.group = COST_INCREMENTS, .operation = name, .context = "alone", COST_IS(function), .base = cost_nothing},           \
  {.group = COST_INCREMENTS, .operation = name, .context = "", COST_IS(function), .base = cost_nothing,                 \
   .others = function, .share = SHARE_WORD, .cores = CORES_EACH},
#define SHARING(name, kind)                                                                                            \
  {.group = COST_SHARING, .operation = "increment-relaxed", .context = name, COST_IS(increment_relaxed),                \
   .base = cost_nothing, .others = increment_relaxed, .share = kind, .cores = CORES_ENDS},

static const CostOperation rows[] = {
    INCREMENT("increment-plain", increment_plain)
    {.group = COST_INCREMENTS, .operation = "increment-single-writer", .context = "alone",
     COST_IS(increment_single_writer), .base = cost_nothing},
    INCREMENT("increment-relaxed", increment_relaxed)
    INCREMENT("increment-seq_cst", increment_seq_cst)
    {.group = COST_LATENCY, .operation = "transfer", .context = "", COST_IS(serve), .base = cost_nothing,
     .others = play_back, .cores = CORES_PAIRS, .per_round = 2 * COST_UNROLLED},
    SHARING("same-word", SHARE_WORD)
    SHARING("same-line", SHARE_LINE)
    SHARING("lines-apart", SHARE_NOTHING)
};
// clang-format on

CostTable cost_counter_table(void) { return (CostTable){rows, sizeof rows / sizeof *rows}; }
// NOLINTEND(bugprone-macro-parentheses)
