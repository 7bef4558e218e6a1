// A Michael-Scott queue: the last node is found by a pointer that may lag behind, and who finds it so helps it on. Who
// takes a value sees what was put into its node. Nodes are used once. Michael and Scott, "Simple, fast, and practical
// non-blocking and blocking concurrent queue algorithms" (PODC 1996), figure 1. Right on every CPU.
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <weakmem.h>

#ifndef APPEND
#define APPEND memory_order_release // the node comes before the pointer to it
#endif

struct node {
  _Atomic(struct node *) next;
  int value;
};

struct queue {
  _Atomic(struct node *) head, tail;
};

static void queue_push(struct queue *queue, struct node *node, int value) {
  node->value = value;
  for (;;) {
    struct node *tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
    struct node *next = atomic_load_explicit(&tail->next, memory_order_acquire);
    if (next) {
      atomic_compare_exchange_strong_explicit(&queue->tail, &tail, next, memory_order_release, memory_order_relaxed);
      continue;
    }
    if (!atomic_compare_exchange_strong_explicit(&tail->next, &next, node, APPEND, memory_order_relaxed))
      continue;
    atomic_compare_exchange_strong_explicit(&queue->tail, &tail, node, memory_order_release, memory_order_relaxed);
    return;
  }
}

// 0: it is empty.
static int queue_pop(struct queue *queue) {
  for (;;) {
    struct node *head = atomic_load_explicit(&queue->head, memory_order_acquire);
    struct node *tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
    struct node *next = atomic_load_explicit(&head->next, memory_order_acquire);
    if (!next)
      return 0;
    if (head == tail) {
      atomic_compare_exchange_strong_explicit(&queue->tail, &tail, next, memory_order_release, memory_order_relaxed);
      continue;
    }
    int value = next->value;
    if (atomic_compare_exchange_strong_explicit(&queue->head, &head, next, memory_order_acq_rel, memory_order_relaxed))
      return value;
  }
}

WM_SHARED {
  struct queue queue;
  struct node dummy, nodes[2];
};
WM_RESULTS(popped, left, twice)

WM_INIT {
  atomic_store_explicit(&shared->queue.head, &shared->dummy, memory_order_relaxed);
  atomic_store_explicit(&shared->queue.tail, &shared->dummy, memory_order_relaxed);
}

WM_THREAD(first) { queue_push(&shared->queue, &shared->nodes[0], 1); }

WM_THREAD(second) {
  queue_push(&shared->queue, &shared->nodes[1], 2);
  result->popped = queue_pop(&shared->queue);
}

WM_ARBITER {
  result->left = queue_pop(&shared->queue);
  result->twice = queue_pop(&shared->queue);
}

WM_FORBIDDEN("popped == 0", "a value was taken before it was there, or the own one is not found")
WM_FORBIDDEN("popped + left != 3 || twice", "a value is lost, or is there twice")
