// A seqlock: the reader takes no lock, but looks whether the sequence number was even and stayed the same while it
// read. What it reads is one write's, or it tries again. Boehm, "Can seqlocks get along with programming language
// memory models?" (MSPC 2012), figures 5 and 6: the data are atomics, and the fences are those that the algorithm
// needs. Right on every CPU.
#include <stdatomic.h>
#include <stdbool.h>
#include <weakmem.h>

#ifndef WRITE_FENCE
#define WRITE_FENCE memory_order_release // the odd number comes before the data
#endif
#ifndef READ_FENCE
#define READ_FENCE memory_order_acquire // the data come before the second look at the number
#endif

struct seqlock {
  atomic_uint sequence;
  atomic_int data[2];
};

static void seqlock_write(struct seqlock *lock, int a, int b) {
  unsigned sequence = atomic_load_explicit(&lock->sequence, memory_order_relaxed);
  atomic_store_explicit(&lock->sequence, sequence + 1, memory_order_relaxed);
  atomic_thread_fence(WRITE_FENCE);
  atomic_store_explicit(&lock->data[0], a, memory_order_relaxed);
  atomic_store_explicit(&lock->data[1], b, memory_order_relaxed);
  atomic_store_explicit(&lock->sequence, sequence + 2, memory_order_release);
}

// One attempt. False: it was disturbed.
static bool seqlock_read(struct seqlock *lock, int *a, int *b) {
  unsigned before = atomic_load_explicit(&lock->sequence, memory_order_acquire);
  *a = atomic_load_explicit(&lock->data[0], memory_order_relaxed);
  *b = atomic_load_explicit(&lock->data[1], memory_order_relaxed);
  atomic_thread_fence(READ_FENCE);
  return before % 2 == 0 && atomic_load_explicit(&lock->sequence, memory_order_relaxed) == before;
}

WM_SHARED { struct seqlock lock; };
WM_RESULTS(done, a, b)

WM_THREAD(writer) { seqlock_write(&shared->lock, 1, 1); }

WM_THREAD(reader) {
  int a, b;
  if (seqlock_read(&shared->lock, &a, &b)) {
    result->done = 1;
    result->a = a;
    result->b = b;
  }
}

WM_FORBIDDEN("done && a != b", "a torn read: half of it is older than the other")
WM_INTERESTING("!done", "the writer came between: try again")
