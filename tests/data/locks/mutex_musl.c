// A mutex as musl's: waiters are counted beside it.
#include "lock.h"
struct lock {
  atomic_int state, waiters;
  struct futex futex;
};
static inline int try_to_take(struct lock *l) {
  int free = 0;
  return atomic_compare_exchange_strong_explicit(&l->state, &free, 1, ORDER(ACQ), RELAXED);
}
static inline void take(struct lock *l) {
  while (!try_to_take(l)) {
    int taken = 1;
    atomic_fetch_add_explicit(&l->waiters, 1, RELAXED);
    atomic_compare_exchange_strong_explicit(&l->state, &taken, 2, RELAXED, RELAXED);
    futex_wait(&l->futex, &l->state, 2);
    atomic_fetch_sub_explicit(&l->waiters, 1, RELAXED);
  }
}
static inline void drop(struct lock *l) {
  int before = atomic_exchange_explicit(&l->state, 0, ORDER(REL));
  if (atomic_load_explicit(&l->waiters, RELAXED) > 0 || before != 1)
    futex_wake(&l->futex);
}
INCREMENTS
