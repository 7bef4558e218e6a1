// Publication as RCU has it: the writer makes a new version, then the pointer to it; a reader that finds the pointer
// finds the version whole. The old one stays as it is, as if for a grace period. McKenney and Slingwine, "Read-copy
// update: using execution history to solve concurrency problems" (PDCS 1998). Right on every CPU.
#include <stdatomic.h>
#include <weakmem.h>

#ifndef ASSIGN
#define ASSIGN memory_order_release // the version comes before the pointer to it
#endif

struct version {
  int a, b;
};

WM_SHARED {
  _Atomic(struct version *) current;
  struct version versions[2];
};
WM_RESULTS(a, b)

WM_INIT {
  shared->versions[0] = (struct version){1, 1};
  atomic_store_explicit(&shared->current, &shared->versions[0], memory_order_relaxed);
}

WM_THREAD(writer) {
  shared->versions[1].a = 2;
  shared->versions[1].b = 2;
  atomic_store_explicit(&shared->current, &shared->versions[1], ASSIGN);
}

WM_THREAD(reader) {
  const struct version *current = atomic_load_explicit(&shared->current, memory_order_consume);
  result->a = current->a;
  result->b = current->b;
}

WM_FORBIDDEN("a != b || !a", "a version that was not whole yet")
