// A lock that is taken by a compare-exchange.
#define THREADS 3
#include "lock.h"
struct lock {
  atomic_int taken;
};
static inline int try_to_take(struct lock *l) {
  int free = 0;
  return atomic_compare_exchange_strong_explicit(&l->taken, &free, 1, ORDER(ACQ), ORDER(ACQ));
}
static inline void take(struct lock *l) {
  do
    while (atomic_load_explicit(&l->taken, RELAXED))
      ;
  while (!try_to_take(l));
}
static inline void drop(struct lock *l) { atomic_store_explicit(&l->taken, 0, ORDER(REL)); }
INCREMENTS
