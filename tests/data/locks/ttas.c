// Test and test-and-set.
#define THREADS 3
#include "lock.h"
struct lock {
  atomic_int taken;
};
static inline void take(struct lock *l) {
  do
    while (atomic_load_explicit(&l->taken, RELAXED))
      ;
  while (atomic_exchange_explicit(&l->taken, 1, ORDER(ACQ)));
}
static inline void drop(struct lock *l) { atomic_store_explicit(&l->taken, 0, ORDER(REL)); }
INCREMENTS
