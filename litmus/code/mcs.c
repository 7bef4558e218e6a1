// An MCS lock: those that wait stand in a queue of nodes, each spinning on its own, and the holder hands the lock to
// its successor. Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory multiprocessors"
// (TOCS 1991), section 2.4. Right on every CPU.
#include <stdatomic.h>
#include <stddef.h>
#include <weakmem.h>

#ifndef HAND_OVER
#define HAND_OVER memory_order_release // after all that was done inside
#endif

struct mcs_node {
  _Atomic(struct mcs_node *) next;
  atomic_int waits;
};

struct mcs_lock {
  _Atomic(struct mcs_node *) tail;
};

static void mcs_lock(struct mcs_lock *lock, struct mcs_node *me) {
  atomic_store_explicit(&me->next, NULL, memory_order_relaxed);
  atomic_store_explicit(&me->waits, 1, memory_order_relaxed);
  struct mcs_node *before = atomic_exchange_explicit(&lock->tail, me, memory_order_acq_rel);
  if (!before)
    return;
  atomic_store_explicit(&before->next, me, memory_order_release);
  while (atomic_load_explicit(&me->waits, memory_order_acquire))
    ;
}

static void mcs_unlock(struct mcs_lock *lock, struct mcs_node *me) {
  struct mcs_node *next = atomic_load_explicit(&me->next, memory_order_acquire), *last = me;
  if (!next) {
    if (atomic_compare_exchange_strong_explicit(&lock->tail, &last, NULL, memory_order_release, memory_order_relaxed))
      return;
    while (!(next = atomic_load_explicit(&me->next, memory_order_acquire)))
      ; // it has taken its place, and is about to say so
  }
  atomic_store_explicit(&next->waits, 0, HAND_OVER);
}

WM_SHARED {
  struct mcs_lock lock;
  int counter;
  struct mcs_node nodes[2];
};
WM_RESULTS(counter)

WM_THREAD(first) {
  mcs_lock(&shared->lock, &shared->nodes[0]);
  shared->counter++;
  mcs_unlock(&shared->lock, &shared->nodes[0]);
}

WM_THREAD(second) {
  mcs_lock(&shared->lock, &shared->nodes[1]);
  shared->counter++;
  mcs_unlock(&shared->lock, &shared->nodes[1]);
}

WM_ARBITER { result->counter = shared->counter; }

WM_FORBIDDEN("counter != 2", "an increment is lost: both threads were inside")
