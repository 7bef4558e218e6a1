// A Treiber stack: a new node points to the top, and becomes it if the top is still the same. Who takes a node off sees
// what was put into it. Nodes are used once, so that none comes back while another looks at it. Treiber, "Systems
// programming: coping with parallelism" (IBM RJ 5118, 1986). Right on every CPU.
#include <stdatomic.h>
#include <stddef.h>
#include <weakmem.h>

#ifndef PUSH
#define PUSH memory_order_release // the node comes before the pointer to it
#endif

struct node {
  struct node *next;
  int value;
};

struct stack {
  _Atomic(struct node *) top;
};

static void stack_push(struct stack *stack, struct node *node, int value) {
  node->value = value;
  node->next = atomic_load_explicit(&stack->top, memory_order_relaxed);
  while (!atomic_compare_exchange_weak_explicit(&stack->top, &node->next, node, PUSH, memory_order_relaxed))
    ;
}

// 0: it is empty.
static int stack_pop(struct stack *stack) {
  struct node *top = atomic_load_explicit(&stack->top, memory_order_acquire);
  while (top && !atomic_compare_exchange_weak_explicit(&stack->top, &top, top->next, memory_order_acquire,
                                                       memory_order_acquire))
    ;
  return top ? top->value : 0;
}

WM_SHARED {
  struct stack stack;
  struct node nodes[2];
};
WM_RESULTS(popped, left, twice)

WM_THREAD(first) { stack_push(&shared->stack, &shared->nodes[0], 1); }

WM_THREAD(second) {
  stack_push(&shared->stack, &shared->nodes[1], 2);
  result->popped = stack_pop(&shared->stack);
}

WM_ARBITER {
  result->left = stack_pop(&shared->stack);
  result->twice = stack_pop(&shared->stack);
}

WM_FORBIDDEN("popped == 0", "a node was taken off without what was put into it")
WM_FORBIDDEN("popped + left != 3 || twice", "a value is lost, or is there twice")
