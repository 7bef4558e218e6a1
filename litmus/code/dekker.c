// Dekker's lock: who wants to enter says so and looks at the other's wish; of two that want, the one whose turn it is
// not takes its wish back and waits. Dijkstra, "Cooperating sequential processes" (EWD 123, 1965), section 2.1. Right
// on every CPU.
#include <stdatomic.h>
#include <weakmem.h>

#ifndef WISH
#define WISH memory_order_seq_cst // one's own wish comes before the look at the other's
#endif

struct dekker {
  atomic_int wants[2];
  atomic_int turn;
};

static void dekker_lock(struct dekker *lock, int me) {
  atomic_store_explicit(&lock->wants[me], 1, WISH);
  while (atomic_load_explicit(&lock->wants[!me], memory_order_seq_cst)) {
    if (atomic_load_explicit(&lock->turn, memory_order_relaxed) == me)
      continue;
    atomic_store_explicit(&lock->wants[me], 0, memory_order_release);
    while (atomic_load_explicit(&lock->turn, memory_order_relaxed) != me)
      ;
    atomic_store_explicit(&lock->wants[me], 1, WISH);
  }
}

static void dekker_unlock(struct dekker *lock, int me) {
  atomic_store_explicit(&lock->turn, !me, memory_order_relaxed);
  atomic_store_explicit(&lock->wants[me], 0, memory_order_release);
}

WM_SHARED {
  struct dekker lock;
  int counter;
};
WM_RESULTS(counter)

WM_THREAD(first) {
  dekker_lock(&shared->lock, 0);
  shared->counter++;
  dekker_unlock(&shared->lock, 0);
}

WM_THREAD(second) {
  dekker_lock(&shared->lock, 1);
  shared->counter++;
  dekker_unlock(&shared->lock, 1);
}

WM_ARBITER { result->counter = shared->counter; }

WM_FORBIDDEN("counter != 2", "an increment is lost: both threads were inside")
