// The readers-writer lock that Linux had on x86: a writer takes all of the bias, a reader one of it.
#include "lock.h"
enum { BIAS = 0x100000 };
struct lock {
  atomic_int left;
};
static inline void take_some(struct lock *l, int some, int enough) {
  while (atomic_fetch_sub_explicit(&l->left, some, ORDER(ACQ)) < enough) {
    atomic_fetch_add_explicit(&l->left, some, RELAXED);
    while (atomic_load_explicit(&l->left, RELAXED) < enough)
      ;
  }
}
static inline void drop_some(struct lock *l, int some) { atomic_fetch_add_explicit(&l->left, some, ORDER(REL)); }

WM_SHARED {
  struct lock lock;
  int x, y;
};
WM_RESULTS(a, b)
WM_INIT { atomic_store(&shared->lock.left, BIAS); }
WM_THREAD(writer) {
  take_some(&shared->lock, BIAS, BIAS);
  *(volatile int *)&shared->x = 1;
  *(volatile int *)&shared->y = 1;
  drop_some(&shared->lock, BIAS);
}
WM_THREAD(reader) {
  take_some(&shared->lock, 1, 1);
  result->a = *(volatile int *)&shared->x;
  result->b = *(volatile int *)&shared->y;
  drop_some(&shared->lock, 1);
}
WM_FORBIDDEN("a != b", "a reader was inside with a writer")
