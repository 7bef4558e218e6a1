// A ring of one producer and one consumer: each has an index of its own, and looks at the other's. What the consumer
// takes was written before the producer's index was, and a cell is written again when it was read. Lamport, "Proving
// the correctness of multiprocess programs" (IEEE TSE 1977), section III. Right on every CPU.
#include <stdatomic.h>
#include <stdbool.h>
#include <weakmem.h>

#ifndef PUBLISH
#define PUBLISH memory_order_release // the cell comes before the index
#endif
#ifndef RETIRE
#define RETIRE memory_order_release // the cell is read before it is free again
#endif

enum { CELLS = 2 }; // one of them stays empty

struct ring {
  atomic_uint head, tail;
  int cells[CELLS];
};

static bool ring_push(struct ring *ring, int value) {
  unsigned tail = atomic_load_explicit(&ring->tail, memory_order_relaxed), next = (tail + 1) % CELLS;
  if (next == atomic_load_explicit(&ring->head, memory_order_acquire))
    return false; // full
  ring->cells[tail] = value;
  atomic_store_explicit(&ring->tail, next, PUBLISH);
  return true;
}

static bool ring_pop(struct ring *ring, int *value) {
  unsigned head = atomic_load_explicit(&ring->head, memory_order_relaxed);
  if (head == atomic_load_explicit(&ring->tail, memory_order_acquire))
    return false; // empty
  *value = ring->cells[head];
  atomic_store_explicit(&ring->head, (head + 1) % CELLS, RETIRE);
  return true;
}

WM_SHARED { struct ring ring; };
WM_RESULTS(pushed, popped, first, second)

WM_THREAD(producer) {
  for (int value = 1; value <= 3; value++)
    result->pushed += ring_push(&shared->ring, value);
}

WM_THREAD(consumer) {
  int value;
  if (ring_pop(&shared->ring, &value)) {
    result->popped++;
    result->first = value;
  }
  if (ring_pop(&shared->ring, &value)) {
    result->popped++;
    result->second = value;
  }
}

WM_FORBIDDEN("popped != (first != 0) + (second != 0)", "a cell was taken before it was written")
WM_FORBIDDEN("first && second && second <= first", "a value twice, or out of order")
WM_FORBIDDEN("first > 1", "the first value is lost")
WM_INTERESTING("popped == 2", "a cell was used again")
