// AArch64 as code: what differs between CPUs and C cannot say.
//
// Self-contained, since it is also pasted into the C that is made from a test. Source: Arm Architecture Reference
// Manual for A-profile (DDI 0487), D12 (the generic timer), C6 (DMB, DSB, ISB, DC CIVAC).
#ifndef WEAKMEM_CPU_H
#define WEAKMEM_CPU_H
#if !defined(__aarch64__)
#error "this compiler makes code for another CPU than AArch64: name one that does with --cc"
#endif
#include <stdint.h>

#define CPU_INLINE static inline __attribute__((always_inline, unused))

#define CPU_NAME "aarch64"
#define CPU_CACHE_LINE 64 // bytes, typical
#define CPU_HAS_FLUSH 1

// The counter, in ticks. May be read before earlier instructions have finished.
CPU_INLINE uint64_t cpu_clock(void) {
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks)::"memory");
  return ticks;
}

// The counter after every earlier instruction.
CPU_INLINE uint64_t cpu_clock_ordered(void) {
  uint64_t ticks;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
  return ticks;
}

// Waits until every earlier instruction is done, so that none of the later ones overlaps it; stores may still be
// buffered.
CPU_INLINE void cpu_wait(void) { __asm__ volatile("isb" ::: "memory"); }

// For the body of a loop that waits.
CPU_INLINE void cpu_pause(void) { __asm__ volatile("yield" ::: "memory"); }

// Writes the line back and drops it from every cache. Linux lets user space do so (SCTLR_EL1.UCI).
CPU_INLINE void cpu_flush(const void *line) { __asm__ volatile("dc civac, %0" ::"r"(line) : "memory"); }

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

// Whether AT_HWCAP tells of FEAT_LSE (HWCAP_ATOMICS), or the compiler takes it for granted.
CPU_INLINE int cpu_has_lse(unsigned long hwcap) {
#ifdef __ARM_FEATURE_ATOMICS
  (void)hwcap;
  return 1;
#else
  return (int)(hwcap >> 8 & 1);
#endif
}

CPU_INLINE void cpu_fence_compiler(void) { __asm__ volatile("" ::: "memory"); }
CPU_INLINE void cpu_fence_dmb_ish(void) { __asm__ volatile("dmb ish" ::: "memory"); }
CPU_INLINE void cpu_fence_dmb_ishld(void) { __asm__ volatile("dmb ishld" ::: "memory"); }
CPU_INLINE void cpu_fence_dmb_ishst(void) { __asm__ volatile("dmb ishst" ::: "memory"); }
CPU_INLINE void cpu_fence_dsb_ish(void) { __asm__ volatile("dsb ish" ::: "memory"); }
CPU_INLINE void cpu_fence_isb(void) { __asm__ volatile("isb" ::: "memory"); }

// Every fence: X(name, function, condition under which this CPU has it).
#define CPU_FENCES(X)                                                                                                  \
  X("dmb-ish", cpu_fence_dmb_ish, 1)                                                                                   \
  X("dmb-ishld", cpu_fence_dmb_ishld, 1)                                                                               \
  X("dmb-ishst", cpu_fence_dmb_ishst, 1)                                                                               \
  X("dsb-ish", cpu_fence_dsb_ish, 1)                                                                                   \
  X("isb", cpu_fence_isb, 1)

CPU_INLINE void cpu_access_ldar(volatile uint32_t *at) {
  uint32_t value;
  __asm__ volatile("ldar %w0, %1" : "=r"(value) : "Q"(*at) : "memory");
}
// As an acquire load, but it may pass an earlier store-release of another location (FEAT_LRCPC).
CPU_INLINE void cpu_access_ldapr(volatile uint32_t *at) {
  uint32_t value;
  __asm__ volatile(".arch_extension rcpc\n\tldapr %w0, %1" : "=r"(value) : "Q"(*at) : "memory");
}
CPU_INLINE void cpu_access_stlr(volatile uint32_t *at) {
  __asm__ volatile("stlr %w1, %0" : "=Q"(*at) : "r"(1u) : "memory");
}

// Accesses of the CPU that C11's do not name or may not compile to: X(name, function of a pointer, condition under
// which this CPU has it, in terms of `hwcap`, getauxval(AT_HWCAP)).
#define CPU_ACCESSES(X)                                                                                                \
  X("ldar", cpu_access_ldar, 1)                                                                                        \
  X("ldapr", cpu_access_ldapr, hwcap >> 15 & 1)                                                                        \
  X("stlr", cpu_access_stlr, 1)

#endif
