// RCU and SRCU in user space, for tests in the kernel's dialect. Pasted into the C that is made of one that uses them.
//
// RCU is that of Desnoyers, McKenney, Stern, Dagenais, Walpole, "User-Level Implementations of Read-Copy Update", IEEE
// TPDS 2012, with membarrier(2): a reader has no more than a barrier of the compiler, as in a kernel that does not
// preempt readers. A word of its own is odd while a reader is in a section; a grace period waits, between two heavy
// fences, until each that was odd has changed. SRCU's readers have full fences, as the kernel's do.
#pragma once
#include "harness/engine/kernel.h"

enum { KERNEL_READERS = 64 };

// A thread's sections. Nobody else writes them.
static struct { _Alignas(64) unsigned sections, depth; } kernel_readers[KERNEL_READERS];

// Of an srcu_struct: what began and what ended, in any thread.
static struct { _Alignas(64) uint64_t begun, ended; } kernel_srcu[KERNEL_READERS];

KERNEL_CALLED void kernel_rcu_read_lock(unsigned thread) {
  if (!kernel_readers[thread].depth++)
    __atomic_store_n(&kernel_readers[thread].sections, kernel_readers[thread].sections + 1, __ATOMIC_RELAXED);
  kernel_compiler_barrier();
}

KERNEL_CALLED void kernel_rcu_read_unlock(unsigned thread) {
  kernel_compiler_barrier();
  if (!--kernel_readers[thread].depth)
    __atomic_store_n(&kernel_readers[thread].sections, kernel_readers[thread].sections + 1, __ATOMIC_RELAXED);
}

// Not from within a section of the thread's own.
KERNEL_CALLED void kernel_synchronize_rcu(unsigned thread, unsigned threads) {
  kernel_membarrier();
  for (unsigned t = 0; t < threads; t++) {
    unsigned was = __atomic_load_n(&kernel_readers[t].sections, __ATOMIC_RELAXED);
    for (unsigned turn = 0; t != thread && was % 2;) {
      if (__atomic_load_n(&kernel_readers[t].sections, __ATOMIC_RELAXED) != was)
        break;
      turn = kernel_loop_turn(turn);
    }
  }
  kernel_membarrier();
}

KERNEL_CALLED int kernel_srcu_read_lock(unsigned which) {
  __atomic_fetch_add(&kernel_srcu[which].begun, 1, __ATOMIC_SEQ_CST);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return 0;
}

KERNEL_CALLED void kernel_srcu_read_unlock(unsigned which, int index) {
  (void)index;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  __atomic_fetch_add(&kernel_srcu[which].ended, 1, __ATOMIC_SEQ_CST);
}

// Until there is no reader: what ended is read before what began, so that where they are one number nobody was inside
// between the two reads.
KERNEL_CALLED void kernel_synchronize_srcu(unsigned which) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  for (unsigned turn = 0;; turn = kernel_loop_turn(turn)) {
    uint64_t ended = __atomic_load_n(&kernel_srcu[which].ended, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&kernel_srcu[which].begun, __ATOMIC_SEQ_CST) == ended)
      break;
  }
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
