// A sequence lock : a writer makes the number odd, a reader waits until it is even.
#include "lock.h"
WM_SHARED {
  atomic_uint sequence;
  atomic_int x, y;
};
WM_RESULTS(done, a, b)
WM_THREAD(writer) {
  unsigned n = atomic_load_explicit(&shared->sequence, RELAXED);
  atomic_store_explicit(&shared->sequence, n + 1, RELAXED);
  atomic_thread_fence(ORDER(REL));
  atomic_store_explicit(&shared->x, 1, RELAXED);
  atomic_store_explicit(&shared->y, 1, RELAXED);
  atomic_store_explicit(&shared->sequence, n + 2, ORDER(REL));
}
WM_THREAD(reader) {
  unsigned n;
  while ((n = atomic_load_explicit(&shared->sequence, ORDER(ACQ))) & 1)
    ;
  int a = atomic_load_explicit(&shared->x, RELAXED), b = atomic_load_explicit(&shared->y, RELAXED);
  atomic_thread_fence(ORDER(ACQ));
  if (atomic_load_explicit(&shared->sequence, RELAXED) != n)
    return;
  result->done = 1;
  result->a = a;
  result->b = b;
}
WM_FORBIDDEN("done && a != b", "a torn read")
