// A CLH lock: who waits spins on the node of the one before it, which that one frees. Craig, "Building FIFO and
// priority-queuing spin locks from atomic swap" (TR 93-02-02, University of Washington, 1993); Magnusson, Landin and
// Hagersten, "Queue locks on cache coherent multiprocessors" (IPPS 1994). Right on every CPU.
#include <stdatomic.h>
#include <weakmem.h>

#ifndef LEAVE
#define LEAVE memory_order_release // after all that was done inside
#endif

struct clh_node {
  atomic_int held;
};

struct clh_lock {
  _Atomic(struct clh_node *) tail;
};

static void clh_lock(struct clh_lock *lock, struct clh_node *me) {
  atomic_store_explicit(&me->held, 1, memory_order_relaxed);
  struct clh_node *before = atomic_exchange_explicit(&lock->tail, me, memory_order_acq_rel);
  while (atomic_load_explicit(&before->held, memory_order_acquire))
    ;
}

static void clh_unlock(struct clh_node *me) { atomic_store_explicit(&me->held, 0, LEAVE); }

WM_SHARED {
  struct clh_lock lock;
  int counter;
  struct clh_node free, nodes[2];
};
WM_RESULTS(counter)

WM_INIT { atomic_store_explicit(&shared->lock.tail, &shared->free, memory_order_relaxed); }

WM_THREAD(first) {
  clh_lock(&shared->lock, &shared->nodes[0]);
  shared->counter++;
  clh_unlock(&shared->nodes[0]);
}

WM_THREAD(second) {
  clh_lock(&shared->lock, &shared->nodes[1]);
  shared->counter++;
  clh_unlock(&shared->nodes[1]);
}

WM_ARBITER { result->counter = shared->counter; }

WM_FORBIDDEN("counter != 2", "an increment is lost: both threads were inside")
