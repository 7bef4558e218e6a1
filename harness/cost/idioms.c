// What programs use instead of fences: locks, and publication of a new version by a pointer.
#define COST_UNIT idioms
#include "harness/cost/operation.h"

// What these macros take are declarations, statements and initialisers: parentheses would break them.
// NOLINTBEGIN(bugprone-macro-parentheses)

COST_BODY(mutex, pthread_mutex_t *lock = &worker->workspace->mutex, pthread_mutex_lock(lock);
          pthread_mutex_unlock(lock);)
COST_BODY(read_lock, pthread_rwlock_t *lock = &worker->workspace->rwlock, pthread_rwlock_rdlock(lock);
          pthread_rwlock_unlock(lock);)
COST_BODY(write_lock, pthread_rwlock_t *lock = &worker->workspace->rwlock, pthread_rwlock_wrlock(lock);
          pthread_rwlock_unlock(lock);)

CPU_INLINE void spin_lock(atomic_flag *lock) {
  while (atomic_flag_test_and_set_explicit(lock, memory_order_acquire))
    cpu_pause();
}
COST_BODY(spin, atomic_flag *lock = &worker->workspace->spin, spin_lock(lock);
          atomic_flag_clear_explicit(lock, memory_order_release);)

// A reader: the pointer, then one word of what it points to.
COST_BODY(publish_read, _Atomic(Version *) *published = &worker->workspace->published, {
  Version *version = atomic_load_explicit(published, memory_order_acquire);
  (void)atomic_load_explicit(&version->words[3], memory_order_relaxed);
})

// A writer: a copy of the newest version with one word changed, published by a release store. Versions are used again
// in turn; when no reader has the oldest one any more is not this benchmark's matter, nor its time in the figure.
CPU_INLINE void publish(Worker *worker) {
  Workspace *workspace = worker->workspace;
  const Version *old = atomic_load_explicit(&workspace->published, memory_order_relaxed);
  Version *new = &workspace->versions[worker->version++ % WORK_VERSIONS];
  for (unsigned i = 0; i < sizeof new->words / sizeof *new->words; i++)
    atomic_store_explicit(&new->words[i], atomic_load_explicit(&old->words[i], memory_order_relaxed),
                          memory_order_relaxed);
  atomic_store_explicit(&new->words[3], worker->version, memory_order_relaxed);
  atomic_store_explicit(&workspace->published, new, memory_order_release);
}
COST_BODY(publish_write, , publish(worker);)

// clang-format off
#define ALONE(name, function)                                                                                          \
  {.group = COST_IDIOMS, .operation = name, .context = "alone", COST_IS(function), .base = cost_nothing},
#define WITH(name, other_name, function, other_function)                                                               \
  {.group = COST_IDIOMS, .operation = name, .context = other_name, COST_IS(function), .base = cost_nothing,             \
   .others = other_function, .cores = CORES_TWO},

static const CostOperation rows[] = {
    ALONE("mutex", mutex)
    ALONE("rwlock-read", read_lock)
    ALONE("rwlock-write", write_lock)
    ALONE("spin-lock", spin)
    ALONE("publish-read", publish_read)
    ALONE("publish-write", publish_write)
    WITH("mutex", "other-core-locks", mutex, mutex)
    WITH("spin-lock", "other-core-locks", spin, spin)
    WITH("rwlock-read", "other-core-reads", read_lock, read_lock)
    WITH("publish-read", "other-core-reads", publish_read, publish_read)
    WITH("publish-read", "other-core-writes", publish_read, publish_write)
    WITH("publish-write", "other-core-reads", publish_write, publish_read)
};
// clang-format on

CostTable cost_idiom_table(void) { return (CostTable){rows, sizeof rows / sizeof *rows}; }
// NOLINTEND(bugprone-macro-parentheses)
