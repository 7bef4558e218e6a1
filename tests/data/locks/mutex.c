// Drepper's mutex over a futex ("Futexes Are Tricky", 2011, section 5): 0 free, 1 taken, 2 taken and waited for.
#include "lock.h"
struct lock {
  atomic_int state;
  struct futex futex;
};
static inline int change(struct lock *l, int from, int to, memory_order order) {
  return atomic_compare_exchange_strong_explicit(&l->state, &from, to, order, RELAXED);
}
static inline void take(struct lock *l) {
  if (change(l, 0, 1, ORDER(ACQ)))
    return;
  for (;;) {
    int state = atomic_load_explicit(&l->state, RELAXED);
    if (state == 0 && change(l, 0, 2, ORDER(ACQ)))
      return;
    if (state == 1 && !change(l, 1, 2, RELAXED))
      continue;
    futex_wait(&l->futex, &l->state, 2);
  }
}
static inline void drop(struct lock *l) {
  if (change(l, 1, 0, ORDER(REL)))
    return;
  atomic_store_explicit(&l->state, 0, ORDER(REL));
  futex_wake(&l->futex);
}
INCREMENTS
