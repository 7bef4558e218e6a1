// POWER (64-bit) as code: what differs between CPUs and C cannot say.
//
// Self-contained, since it is also pasted into the C that is made from a test. Source: Power ISA 3.1, Book II: 4.6.3
// (SYNC, LWSYNC, EIEIO, ISYNC), 4.3.2 (DCBF), 6 (the time base); 3.2 for the program priority hints.
#ifndef WEAKMEM_CPU_H
#define WEAKMEM_CPU_H
#if !defined(__powerpc64__)
#error "this compiler makes code for another CPU than 64-bit POWER: name one that does with --cc"
#endif
#include <stdint.h>

#define CPU_INLINE static inline __attribute__((always_inline, unused))

#define CPU_NAME "power"
#define CPU_CACHE_LINE 128 // bytes, typical
#define CPU_HAS_FLUSH 1

// The counter, in ticks. May be read before earlier instructions have finished.
CPU_INLINE uint64_t cpu_clock(void) {
  uint64_t ticks;
  __asm__ volatile("mftb %0" : "=r"(ticks)::"memory");
  return ticks;
}

// The counter after every earlier instruction.
CPU_INLINE uint64_t cpu_clock_ordered(void) {
  uint64_t ticks;
  __asm__ volatile("isync\n\tmftb %0" : "=r"(ticks)::"memory");
  return ticks;
}

// Waits until every earlier instruction is done, so that none of the later ones overlaps it; stores may still be
// buffered.
CPU_INLINE void cpu_wait(void) { __asm__ volatile("isync" ::: "memory"); }

// For the body of a loop that waits: the "yield" hint.
CPU_INLINE void cpu_pause(void) { __asm__ volatile("or 27, 27, 27" ::: "memory"); }

// Writes the line back and drops it from every cache.
CPU_INLINE void cpu_flush(const void *line) { __asm__ volatile("dcbf 0, %0" ::"r"(line) : "memory"); }

#define CPU_ADD_CYCLES 2 // POWER9 User's Manual, "Fixed-point instruction latencies"

// One add, which takes CPU_ADD_CYCLES after the one before it and which the compiler can neither merge nor move.
CPU_INLINE uint64_t cpu_add(uint64_t sum, uint64_t term) {
  __asm__ volatile("add %0, %0, %1" : "+r"(sum) : "r"(term));
  return sum;
}

#define CPU_TELLS_HYPERVISOR 0 // whether what follows is the whole truth

// The hypervisor's signature: here the CPU does not speak of one.
CPU_INLINE int cpu_hypervisor(char signature[13]) {
  signature[0] = '\0';
  return 0;
}

// Whether AT_HWCAP tells of atomic instructions beside load and store exclusive: an ARM matter.
CPU_INLINE int cpu_has_lse(unsigned long hwcap) {
  (void)hwcap;
  return 0;
}

CPU_INLINE void cpu_fence_compiler(void) { __asm__ volatile("" ::: "memory"); }
CPU_INLINE void cpu_fence_sync(void) { __asm__ volatile("sync" ::: "memory"); }
CPU_INLINE void cpu_fence_lwsync(void) { __asm__ volatile("lwsync" ::: "memory"); }
CPU_INLINE void cpu_fence_isync(void) { __asm__ volatile("isync" ::: "memory"); }
CPU_INLINE void cpu_fence_eieio(void) { __asm__ volatile("eieio" ::: "memory"); }

// Every fence: X(name, function, condition under which this CPU has it).
#define CPU_FENCES(X)                                                                                                  \
  X("sync", cpu_fence_sync, 1)                                                                                         \
  X("lwsync", cpu_fence_lwsync, 1)                                                                                     \
  X("isync", cpu_fence_isync, 1)                                                                                       \
  X("eieio", cpu_fence_eieio, 1)

// Accesses of the CPU that C11's do not name or may not compile to: X(name, function of a pointer, condition under
// which this CPU has it, in terms of `hwcap`, getauxval(AT_HWCAP)).
#define CPU_ACCESSES(X)

#endif
