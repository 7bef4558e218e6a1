// Peterson's lock: each says that it wants to enter, lets the other go first, and waits while the other wants and may.
// It lives by each seeing the other's wish: a store before a load, which every CPU reorders unless it is told not to.
// Peterson, "Myths about the mutual exclusion problem" (IPL 1981). Right on every CPU.
#include <stdatomic.h>
#include <weakmem.h>

#ifndef WISH
#define WISH memory_order_seq_cst // one's own wish and turn come before the look at the other's
#endif

struct peterson {
  atomic_int wants[2];
  atomic_int turn;
};

static void peterson_lock(struct peterson *lock, int me) {
  atomic_store_explicit(&lock->wants[me], 1, WISH);
  atomic_store_explicit(&lock->turn, !me, WISH);
  while (atomic_load_explicit(&lock->wants[!me], memory_order_seq_cst) &&
         atomic_load_explicit(&lock->turn, memory_order_seq_cst) != me)
    ;
}

static void peterson_unlock(struct peterson *lock, int me) {
  atomic_store_explicit(&lock->wants[me], 0, memory_order_release);
}

WM_SHARED {
  struct peterson lock;
  int counter;
};
WM_RESULTS(counter)

WM_THREAD(first) {
  peterson_lock(&shared->lock, 0);
  shared->counter++;
  peterson_unlock(&shared->lock, 0);
}

WM_THREAD(second) {
  peterson_lock(&shared->lock, 1);
  shared->counter++;
  peterson_unlock(&shared->lock, 1);
}

WM_ARBITER { result->counter = shared->counter; }

WM_FORBIDDEN("counter != 2", "an increment is lost: both threads were inside")
