// A Chase-Lev deque: the owner pushes and takes at the bottom, thieves steal at the top. For the last element both
// reach, each must see the other's index after it has moved its own: a full fence in each. Lê, Pop, Cohen and Zappa
// Nardelli, "Correct and efficient work-stealing for weak memory models" (PPoPP 2013), figure 1; of a fixed size here.
// Right on every CPU.
#include <stdatomic.h>
#include <weakmem.h>

#ifndef TAKE_FENCE
#define TAKE_FENCE memory_order_seq_cst // the new bottom comes before the look at the top
#endif
#ifndef PUSH_FENCE
#define PUSH_FENCE memory_order_release // the element comes before the bottom that is behind it
#endif

enum { CELLS = 4, EMPTY = 0 };

struct deque {
  atomic_long top, bottom;
  atomic_int cells[CELLS];
};

static void deque_push(struct deque *q, int value) {
  long b = atomic_load_explicit(&q->bottom, memory_order_relaxed);
  atomic_store_explicit(&q->cells[b % CELLS], value, memory_order_relaxed);
  atomic_thread_fence(PUSH_FENCE);
  atomic_store_explicit(&q->bottom, b + 1, memory_order_relaxed);
}

static int deque_take(struct deque *q) {
  long b = atomic_load_explicit(&q->bottom, memory_order_relaxed) - 1;
  atomic_store_explicit(&q->bottom, b, memory_order_relaxed);
  atomic_thread_fence(TAKE_FENCE);
  long t = atomic_load_explicit(&q->top, memory_order_relaxed);
  if (t > b) {
    atomic_store_explicit(&q->bottom, b + 1, memory_order_relaxed);
    return EMPTY;
  }
  int value = atomic_load_explicit(&q->cells[b % CELLS], memory_order_relaxed);
  if (t == b) { // the last one: a thief may want it too
    if (!atomic_compare_exchange_strong_explicit(&q->top, &t, t + 1, memory_order_seq_cst, memory_order_relaxed))
      value = EMPTY;
    atomic_store_explicit(&q->bottom, b + 1, memory_order_relaxed);
  }
  return value;
}

static int deque_steal(struct deque *q) {
  long t = atomic_load_explicit(&q->top, memory_order_acquire);
  atomic_thread_fence(memory_order_seq_cst);
  long b = atomic_load_explicit(&q->bottom, memory_order_acquire);
  if (t >= b)
    return EMPTY;
  int value = atomic_load_explicit(&q->cells[t % CELLS], memory_order_relaxed);
  if (!atomic_compare_exchange_strong_explicit(&q->top, &t, t + 1, memory_order_seq_cst, memory_order_relaxed))
    return EMPTY;
  return value;
}

WM_SHARED { struct deque deque; };
WM_RESULTS(first, second, stolen, again)

WM_INIT { deque_push(&shared->deque, 1); }

WM_THREAD(owner) {
  deque_push(&shared->deque, 2);
  result->first = deque_take(&shared->deque);
  result->second = deque_take(&shared->deque);
}

WM_THREAD(thief) {
  result->stolen = deque_steal(&shared->deque);
  result->again = deque_steal(&shared->deque);
}

WM_FORBIDDEN("first + second + stolen + again != 3", "an element is lost, or was had twice")
