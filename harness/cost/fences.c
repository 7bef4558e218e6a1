// Fences: the CPU's and C11's, alone and in the places where they have something to wait for.
#define COST_UNIT fences
#include "harness/cost/operation.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

// What these macros take are declarations, statements and initialisers: parentheses would break them.
// NOLINTBEGIN(bugprone-macro-parentheses)

// The C11 fences, like CPU_FENCES: X(name, function, condition).
#define C11_FENCES(X)                                                                                                  \
  X("compiler", cpu_fence_compiler, 1)                                                                                 \
  X("fence-relaxed", fence_relaxed, 1)                                                                                 \
  X("fence-consume", fence_consume, 1)                                                                                 \
  X("fence-acquire", fence_acquire, 1)                                                                                 \
  X("fence-release", fence_release, 1)                                                                                 \
  X("fence-acq_rel", fence_acq_rel, 1)                                                                                 \
  X("fence-seq_cst", fence_seq_cst, 1)

CPU_INLINE void fence_relaxed(void) { atomic_thread_fence(memory_order_relaxed); }
CPU_INLINE void fence_consume(void) { atomic_thread_fence(memory_order_consume); }
CPU_INLINE void fence_acquire(void) { atomic_thread_fence(memory_order_acquire); }
CPU_INLINE void fence_release(void) { atomic_thread_fence(memory_order_release); }
CPU_INLINE void fence_acq_rel(void) { atomic_thread_fence(memory_order_acq_rel); }
CPU_INLINE void fence_seq_cst(void) { atomic_thread_fence(memory_order_seq_cst); }

#define STORE(line) atomic_store_explicit(&(line)->value, 1, memory_order_relaxed)
#define LOAD(line) (void)atomic_load_explicit(&(line)->value, memory_order_relaxed)

// The bases of the contexts. Stores to lines of another core come one at a time, each after the CPU is done with all
// before it except for what it keeps in the store buffer: else the line would be under way long before its turn, and
// the fence would not wait for what it has to wait for in a program.
COST_BODY(stores, Line *own = &worker->workspace->own, STORE(own);)
COST_BODY(loads, Line *own = &worker->workspace->own; Line *near = &worker->workspace->near, LOAD(own); LOAD(near);)
static void stores_in_turn(Worker *worker, unsigned rounds) {
  for (unsigned round = 0; round < rounds; round++) {
    Line *const *line = worker->workspace->order;
    REPEAT_100(STORE(*line); cpu_wait(); line++;)
  }
}

#define FENCE_BODIES(name, fence, condition)                                                                           \
  COST_BODY(fence##_alone, , fence();)                                                                                 \
  COST_BODY(fence##_after_store, Line *own = &worker->workspace->own, STORE(own); fence();)                            \
  COST_BODY(fence##_between_loads, Line *own = &worker->workspace->own;                                                \
            Line *near = &worker->workspace->near, LOAD(own); fence(); LOAD(near);)                                    \
  COST_FUNCTION(fence##_after_other) {                                                                                 \
    for (uint64_t round = 0; round < rounds; COST_COUNT(round)) {                                                      \
      Line *const *line = worker->workspace->order;                                                                    \
      REPEAT_100(STORE(*line); fence(); cpu_wait(); line++;)                                                           \
    }                                                                                                                  \
  }                                                                                                                    \
  static const char *fence##_missing(void) { return (condition) ? NULL : "not on this CPU"; }

C11_FENCES(FENCE_BODIES)
CPU_FENCES(FENCE_BODIES)

static void membarrier(void) { syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0); }
COST_BODY(membarrier_alone, , membarrier();)
COST_BODY(keep_running, , cpu_pause();)

// A grace period as user space has it: between two membarriers, until the reader's word, odd within a section, is
// another.
COST_BODY(synchronize_rcu, _Atomic uint32_t *word = &worker->workspace->counters[1].value, {
  membarrier();
  uint32_t was = atomic_load_explicit(word, memory_order_relaxed);
  while (was % 2 && atomic_load_explicit(word, memory_order_relaxed) == was)
    cpu_pause();
  membarrier();
})
COST_BODY(read_sections, _Atomic uint32_t *word = worker->counter; Line *own = &worker->workspace->own, {
  uint32_t sections = atomic_load_explicit(word, memory_order_relaxed);
  atomic_store_explicit(word, sections + 1, memory_order_relaxed);
  LOAD(own);
  atomic_store_explicit(word, sections + 2, memory_order_relaxed);
})

static const char *membarrier_missing(void) {
  long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  if (commands < 0 || !(commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0))
    return "this kernel has no private expedited membarrier";
  return NULL;
}

// clang-format off
#define FENCE_ROWS(name, fence, condition)                                                                             \
  {.group = COST_FENCES, .operation = name, .context = "alone",                                                        \
   COST_IS(fence##_alone), .base = cost_nothing, .missing = fence##_missing},                                           \
  {.group = COST_CONTEXTS, .operation = name, .context = "after-store",                                                \
   COST_IS(fence##_after_store), .base = stores, .missing = fence##_missing},                                           \
  {.group = COST_CONTEXTS, .operation = name, .context = "after-store-to-other-core",                                  \
   COST_IS(fence##_after_other), .base = stores_in_turn, .before = BEFORE_OTHER_WRITE, .cores = CORES_TWO,              \
   .missing = fence##_missing},                                                                                        \
  {.group = COST_CONTEXTS, .operation = name, .context = "between-loads",                                              \
   COST_IS(fence##_between_loads), .base = loads, .missing = fence##_missing},

static const CostOperation rows[] = {
    C11_FENCES(FENCE_ROWS)
    CPU_FENCES(FENCE_ROWS)
    {.group = COST_FENCES, .operation = "membarrier", .context = "alone",
     COST_IS(membarrier_alone), .base = cost_nothing, .missing = membarrier_missing},
    {.group = COST_FENCES, .operation = "membarrier", .context = "other-core-running",
     COST_IS(membarrier_alone), .base = cost_nothing, .others = keep_running, .cores = CORES_TWO,
     .missing = membarrier_missing},
    {.group = COST_KERNEL, .operation = "synchronize_rcu", .context = "other-core-running",
     COST_IS(synchronize_rcu), .base = cost_nothing, .others = read_sections, .share = SHARE_NOTHING,
     .cores = CORES_TWO, .missing = membarrier_missing},
};
// clang-format on

CostTable cost_fence_table(void) { return (CostTable){rows, sizeof rows / sizeof *rows}; }

void cost_nothing(Worker *worker, unsigned rounds) {
  (void)worker;
  for (unsigned round = 0; round < rounds; round++)
    cpu_fence_compiler();
}
// NOLINTEND(bugprone-macro-parentheses)
