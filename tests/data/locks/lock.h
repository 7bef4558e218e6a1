// What every lock here is put to: threads that each increment a counter inside, and none sees another's hands on it.
// Written from the algorithms; -DACQ=relaxed or -DREL=relaxed weakens what takes or frees the lock, -DFUTEX_ACQ,
// -DFUTEX_REL what waits for its signal and gives it.
#include <stdatomic.h>
#include <weakmem.h>
#ifndef ACQ
#define ACQ acquire
#endif
#ifndef REL
#define REL release
#endif
#ifndef FUTEX_ACQ
#define FUTEX_ACQ acquire
#endif
#ifndef FUTEX_REL
#define FUTEX_REL release
#endif
#define ORDER_OF(order) memory_order_##order
#define ORDER(order) ORDER_OF(order)
#define RELAXED memory_order_relaxed

// Waits as the kernel does for futex(2): for a signal that comes after the value was looked at.
struct futex {
  atomic_int signals;
};
static inline void futex_wait(struct futex *f, atomic_int *word, int value) {
  int before = atomic_load_explicit(&f->signals, ORDER(FUTEX_ACQ));
  if (atomic_load_explicit(word, ORDER(FUTEX_ACQ)) != value)
    return;
  while (atomic_load_explicit(&f->signals, ORDER(FUTEX_ACQ)) == before)
    ;
}
static inline void futex_wake(struct futex *f) { atomic_fetch_add_explicit(&f->signals, 1, ORDER(FUTEX_REL)); }

#ifndef THREADS
#define THREADS 2
#endif
#define INCREMENTS                                                                                                     \
  WM_SHARED {                                                                                                          \
    struct lock lock;                                                                                                  \
    int holder, count;                                                                                                 \
  };                                                                                                                   \
  WM_RESULTS(count, torn0, torn1, torn2)                                                                               \
  static inline int increment(struct wm_shared *shared, int own) {                                                     \
    take(&shared->lock);                                                                                               \
    *(volatile int *)&shared->holder = own;                                                                            \
    int torn = *(volatile int *)&shared->holder != own;                                                                \
    shared->count++;                                                                                                   \
    drop(&shared->lock);                                                                                               \
    return torn;                                                                                                       \
  }                                                                                                                    \
  WM_THREAD(a) { result->torn0 = increment(shared, 1); }                                                               \
  WM_THREAD(b) { result->torn1 = increment(shared, 2); }                                                               \
  THIRD                                                                                                                \
  WM_ARBITER { result->count = shared->count; }                                                                        \
  WM_FORBIDDEN("count != " COUNT " || torn0 || torn1 || torn2", "two were inside at once")
#if THREADS == 3
#define COUNT "3"
#define THIRD                                                                                                          \
  WM_THREAD(c) { result->torn2 = increment(shared, 3); }
#else
#define COUNT "2"
#define THIRD
#endif
