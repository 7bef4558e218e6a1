// What the C made from a test and the engines share: how threads wait, meet, and hand over what they saw.
//
// Also pasted into that C, after the CPU's cpu.h; so it includes no other header of ours, and stays small: it is
// compiled anew for every test.
#pragma once
#include "arch/cpu.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

long syscall(long number, ...); // unistd.h's, which is long

#define KERNEL_INLINE static inline __attribute__((always_inline, unused))
#define KERNEL_OUTLINE static __attribute__((noinline, unused))

// A thread of the test as a function of its own, whose machine code is what the compiler makes of the thread's
// statements alone: its callers are not read for what it may assume, nor it for what they may.
#if __has_attribute(noipa)
#define KERNEL_THREAD __attribute__((noipa, visibility("hidden")))
#else
#define KERNEL_THREAD __attribute__((noinline, visibility("hidden")))
#endif

// What a thread function may call: its code has no more of it than the call, which is read as doing nothing.
#if __has_attribute(noipa)
#define KERNEL_CALLED static __attribute__((noipa, unused))
#else
#define KERNEL_CALLED static __attribute__((noinline, unused))
#endif

// How many instances ahead the counting asks for lines.
#define KERNEL_AHEAD 8

// The compiler moves no access to shared memory across it.
KERNEL_INLINE void kernel_compiler_barrier(void) { cpu_fence_compiler(); }

// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016). `state` is
// never 0.
KERNEL_INLINE uint64_t kernel_random(uint64_t *state) {
  uint64_t x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return x * 0x2545f4914f6cdd1dull;
}

// A random number below `bound`; 0 where that is 0.
KERNEL_INLINE uint32_t kernel_random_below(uint64_t *state, uint32_t bound) {
  return (uint32_t)((kernel_random(state) >> 32) * bound >> 32);
}

// A turn of a test's own `while`: the thread that it waits for may need this PU. The next turn.
KERNEL_CALLED unsigned kernel_loop_turn(unsigned turn) {
  if (turn % 1024 == 1023)
    sched_yield();
  return turn + 1;
}

// membarrier(2) for this process's threads. Whoever runs the test has registered for it.
KERNEL_CALLED void kernel_membarrier(void) {
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
    __builtin_trap();
}

// An address in a state: this in its upper word, its location and element in the lower one.
#define KERNEL_ADDRESS_WORD ((uint64_t)1 << 36)
#define KERNEL_LOCATION_BIT 32

__extension__ typedef __int128 KernelValue;

// A value that an instance left, as states show it: what lies within one of the instance's locations is its address.
// `bytes` and `length`: of each location's element, and its elements.
KERNEL_INLINE KernelValue kernel_shown(KernelValue value, const char *at, size_t stride, const size_t *offsets,
                                       const uint32_t (*sizes)[2], unsigned locations) {
  uint64_t into = (uint64_t)value - (uint64_t)at;
  for (unsigned l = 0; into < stride && l < locations; l++) {
    uint64_t bytes = into - offsets[l];
    if (bytes < (uint64_t)sizes[l][0] * sizes[l][1])
      return (KernelValue)KERNEL_ADDRESS_WORD << 64 | (uint64_t)l << KERNEL_LOCATION_BIT | bytes / sizes[l][0];
  }
  return value;
}

// An index that a test computed wraps around its array.
KERNEL_INLINE uint64_t kernel_index(uint64_t index, uint64_t length) { return index % length; }

// About `turns` cycles.
KERNEL_INLINE void kernel_delay(uint64_t turns) {
  for (uint64_t i = 0; i < turns; i++)
    kernel_compiler_barrier();
}

// Where threads meet in memory. All zero at first.
typedef struct {
  _Alignas(64) unsigned arrived;
  _Alignas(64) unsigned generation;
  unsigned asleep; // threads that sleep until the generation changes
  uint64_t start;  // ticks: what the last to come wrote for all
} KernelMeeting;

KERNEL_OUTLINE void kernel_sleep(KernelMeeting *meeting, unsigned generation) {
  __atomic_add_fetch(&meeting->asleep, 1, __ATOMIC_SEQ_CST);
  syscall(SYS_futex, &meeting->generation, FUTEX_WAIT, generation, NULL, NULL, 0);
  __atomic_sub_fetch(&meeting->asleep, 1, __ATOMIC_SEQ_CST);
}

// A turn of waiting. Where threads share PUs, the one that is waited for may need this one. Else the others are as
// good as here, unless the system has taken a PU from one of them: then to sleep is best, since what a waiter has not
// used of its PU's time it is given once the other is back. One that yields gives a whole slice away, and goes as the
// other comes.
KERNEL_INLINE void kernel_wait(KernelMeeting *meeting, unsigned generation, unsigned turn, int crowded) {
  enum { SPINS = 20000, SPINS_CROWDED = 20 };
  if (crowded && turn >= SPINS_CROWDED)
    sched_yield();
  else if (turn >= SPINS)
    kernel_sleep(meeting, generation);
}

// Waits until `threads` threads have come, and returns the same moment to all: `margin` ticks after the last one came.
// The barrier is the sense-reversing one of Mellor-Crummey and Scott, "Algorithms for Scalable Synchronization on
// Shared-Memory Multiprocessors", TOCS 1991, 3.1.
KERNEL_OUTLINE uint64_t kernel_meet(KernelMeeting *meeting, unsigned threads, int crowded, uint64_t margin) {
  unsigned generation = __atomic_load_n(&meeting->generation, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&meeting->arrived, 1, __ATOMIC_ACQ_REL) == threads) {
    __atomic_store_n(&meeting->arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&meeting->start, cpu_clock() + margin, __ATOMIC_RELAXED);
    __atomic_exchange_n(&meeting->generation, generation + 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&meeting->asleep, __ATOMIC_SEQ_CST))
      syscall(SYS_futex, &meeting->generation, FUTEX_WAKE, threads, NULL, NULL, 0);
  } else {
    for (unsigned turn = 0; __atomic_load_n(&meeting->generation, __ATOMIC_ACQUIRE) == generation; turn++)
      kernel_wait(meeting, generation, turn, crowded);
  }
  return __atomic_load_n(&meeting->start, __ATOMIC_RELAXED);
}

// The lockstep engine. A batch is an array of instances of the test's locations; every thread runs its part of the test
// on each in turn.
typedef struct {
  char *instances;
  size_t stride;         // bytes from one instance to the next
  const size_t *offsets; // of each location in its instance
  void *frames;          // the registers that this thread leaves behind, one frame an instance
  unsigned count;        // instances
  int by_clock;          // meet by the clock, else in memory
  uint64_t start;        // ticks: when instance 0 is due
  uint64_t ticks;        // between instances
  uint64_t shift;        // this thread's lateness: ticks, or turns of kernel_delay where they meet in memory
  uint32_t spread;       // random lateness on top, below this
  uint32_t pauses;       // a thread that pauses does so for turns of kernel_delay below this
  int crowded;           // threads share PUs: a pause gives the PU away instead, every other time
  uint64_t random;
  KernelMeeting *meeting;
  unsigned threads;
  unsigned every; // in memory, they meet before every so many instances
} KernelBatch;

// Waits until this thread is due at instance `index`. A thread that is late goes on at once.
KERNEL_INLINE void kernel_due(KernelBatch *batch, unsigned index) {
  uint64_t late = batch->shift + kernel_random_below(&batch->random, batch->spread);
  if (batch->by_clock) {
    uint64_t due = batch->start + index * batch->ticks + late;
    while ((int64_t)(cpu_clock() - due) < 0) {
    }
  } else {
    if (index % batch->every == 0)
      kernel_meet(batch->meeting, batch->threads, batch->crowded, 0);
    kernel_delay(late);
  }
  kernel_compiler_barrier();
}

// Between two statements of a thread that pauses.
KERNEL_CALLED void kernel_pause(KernelBatch *batch) {
  uint32_t turns = kernel_random_below(&batch->random, batch->pauses);
  if (!batch->crowded)
    kernel_delay(turns);
  else if (turns % 2)
    sched_yield();
}

// What the counting of a part of a batch needs.
typedef struct {
  char *instances;
  size_t stride;
  const size_t *offsets;
  void *const *frames; // of every thread
  unsigned from, to;   // instances
  uint64_t *small;     // counters of the states whose values all fit small_bits
  void *table;         // the others go to `count_state`
  void (*count_state)(void *table, const uint64_t *state);
} KernelCount;

// What is to be known of a state: a set of these.
enum {
  STATE_WITNESS = 1, // it satisfies the body of the condition
  STATE_ASKED = 2,   // the condition asks for it: a witness; of `forall` what is none; without a condition nothing is
  STATE_HIDDEN = 4   // the filter leaves it out
};

// The perpetual engine. Runs a thread's iterations from to to-1 on each copy of the locations, `delay` turns of
// kernel_delay before each visit of a copy.
typedef void (*KernelIterations)(char *cells, uint16_t *seen, uint32_t from, uint32_t to, uint32_t delay);

// What the C made from a test exports, as `kernel_code`. A state is an array of words: one for each observable, its
// value extended to 64 bits by its sign; two for one of 128 bits, the lower half first.
typedef struct {
  unsigned (*classify)(const uint64_t *state); // STATE_...
  // For the lockstep engine. `threads` call the thread functions P0, P1, ... on each instance of a batch.
  void (*const *threads)(KernelBatch *batch);
  void (*const *pausing)(KernelBatch *batch); // the same, with pauses between their statements
  const size_t *frame_bytes;                  // of each thread's frame; 0: it leaves nothing behind
  // Gives instances from to to-1 their initial values.
  void (*reset)(char *instances, size_t stride, const size_t *offsets, unsigned from, unsigned to);
  // Counts the final states of instances, and resets them.
  void (*count)(const KernelCount *count);
  unsigned small_bits; // of each value in the index of a small counter; 0: there are none
  // For the perpetual engine: thread by thread, variant by variant.
  const KernelIterations *iterations;
  int waits;         // a thread may wait for another in a loop
  int heavy;         // a thread calls kernel_membarrier, or keeps its part of RCU in memory of the process
  const char *means; // what stands for what is the operating system's own: "spin locks, RCU by membarrier"; NULL
} KernelCode;
