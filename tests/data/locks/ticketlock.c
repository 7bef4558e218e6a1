// A ticket lock.
#define THREADS 3
#include "lock.h"
struct lock {
  atomic_uint next, owner;
};
static inline void take(struct lock *l) {
  unsigned ticket = atomic_fetch_add_explicit(&l->next, 1, RELAXED);
  while (atomic_load_explicit(&l->owner, ORDER(ACQ)) != ticket)
    ;
}
static inline void drop(struct lock *l) {
  unsigned owner = atomic_load_explicit(&l->owner, RELAXED);
  atomic_store_explicit(&l->owner, owner + 1, ORDER(REL));
}
INCREMENTS
