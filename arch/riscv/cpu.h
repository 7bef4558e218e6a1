// RISC-V (RV64) as code: what differs between CPUs and C cannot say.
//
// Self-contained, since it is also pasted into the C that is made from a test. Sources: The RISC-V Instruction Set
// Manual, volume I: 2.7 (FENCE), Zicntr (RDTIME), Zihintpause (PAUSE), and the Zicbom extension (CBO.FLUSH).
#ifndef WEAKMEM_CPU_H
#define WEAKMEM_CPU_H
#if !defined(__riscv) || __riscv_xlen != 64
#error "this compiler makes code for another CPU than RV64: name one that does with --cc"
#endif
#include <stdint.h>

#define CPU_INLINE static inline __attribute__((always_inline, unused))

#define CPU_NAME "riscv"
#define CPU_CACHE_LINE 64 // bytes, typical
#ifdef __riscv_zicbom
#define CPU_HAS_FLUSH 1
#else
#define CPU_HAS_FLUSH 0
#endif

// The counter, in ticks. May be read before earlier instructions have finished.
CPU_INLINE uint64_t cpu_clock(void) {
  uint64_t ticks;
  __asm__ volatile("rdtime %0" : "=r"(ticks)::"memory");
  return ticks;
}

// The counter after every earlier memory access: for FENCE, reading it is device input (Zicsr, "CSR Access Ordering").
CPU_INLINE uint64_t cpu_clock_ordered(void) {
  uint64_t ticks;
  __asm__ volatile("fence iorw, iorw\n\trdtime %0" : "=r"(ticks)::"memory");
  return ticks;
}

// Waits until every earlier instruction is done, so that none of the later ones overlaps it; stores may still be
// buffered. No instruction here says just that: this one waits for loads and
// read-modify-writes alone.
CPU_INLINE void cpu_wait(void) { __asm__ volatile("fence r, rw" ::: "memory"); }

// For the body of a loop that waits: PAUSE as a number, for assemblers older than it; a hint, so every CPU takes it.
CPU_INLINE void cpu_pause(void) { __asm__ volatile(".4byte 0x0100000f" ::: "memory"); }

// Writes the line back and drops it from every cache, where CPU_HAS_FLUSH; else does nothing.
CPU_INLINE void cpu_flush(const void *line) {
#if CPU_HAS_FLUSH
  __asm__ volatile(".insn i 0x0f, 2, x0, %0, 2" ::"r"(line) : "memory"); // cbo.flush
#else
  (void)line;
#endif
}

#define CPU_ADD_CYCLES 1

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
CPU_INLINE void cpu_fence_fence_rw_rw(void) { __asm__ volatile("fence rw, rw" ::: "memory"); }
CPU_INLINE void cpu_fence_fence_r_rw(void) { __asm__ volatile("fence r, rw" ::: "memory"); }
CPU_INLINE void cpu_fence_fence_rw_w(void) { __asm__ volatile("fence rw, w" ::: "memory"); }
CPU_INLINE void cpu_fence_fence_r_r(void) { __asm__ volatile("fence r, r" ::: "memory"); }
CPU_INLINE void cpu_fence_fence_w_w(void) { __asm__ volatile("fence w, w" ::: "memory"); }
CPU_INLINE void cpu_fence_fence_r_w(void) { __asm__ volatile("fence r, w" ::: "memory"); }
CPU_INLINE void cpu_fence_fence_w_r(void) { __asm__ volatile("fence w, r" ::: "memory"); }
CPU_INLINE void cpu_fence_fence_tso(void) { __asm__ volatile("fence.tso" ::: "memory"); }

// Every fence: X(name, function, condition under which this CPU has it).
#define CPU_FENCES(X)                                                                                                  \
  X("fence-rw-rw", cpu_fence_fence_rw_rw, 1)                                                                           \
  X("fence-r-rw", cpu_fence_fence_r_rw, 1)                                                                             \
  X("fence-rw-w", cpu_fence_fence_rw_w, 1)                                                                             \
  X("fence-r-r", cpu_fence_fence_r_r, 1)                                                                               \
  X("fence-w-w", cpu_fence_fence_w_w, 1)                                                                               \
  X("fence-r-w", cpu_fence_fence_r_w, 1)                                                                               \
  X("fence-w-r", cpu_fence_fence_w_r, 1)                                                                               \
  X("fence-tso", cpu_fence_fence_tso, 1)

// Accesses of the CPU that C11's do not name or may not compile to: X(name, function of a pointer, condition under
// which this CPU has it, in terms of `hwcap`, getauxval(AT_HWCAP)).
#define CPU_ACCESSES(X)

#endif
