// x86-64 as code: what differs between CPUs and C cannot say.
//
// Self-contained, since it is also pasted into the C that is made from a test. Sources: Intel SDM vol. 2 (RDTSC,
// LFENCE, SERIALIZE, CPUID) and vol. 3A, 9.2; AMD APM vol. 3.
#ifndef WEAKMEM_CPU_H
#define WEAKMEM_CPU_H
#if !defined(__x86_64__)
#error "this compiler makes code for another CPU than x86-64: name one that does with --cc"
#endif
#include <stdint.h>

#define CPU_INLINE static inline __attribute__((always_inline, unused))

#define CPU_NAME "x86_64"
#define CPU_CACHE_LINE 64 // bytes, typical
#define CPU_HAS_FLUSH 1

// The counter, in ticks. May be read before earlier instructions have finished.
CPU_INLINE uint64_t cpu_clock(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
  return (uint64_t)high << 32 | low;
}

// The counter once every earlier load has its value and every earlier instruction is done; stores may still be
// buffered.
CPU_INLINE uint64_t cpu_clock_ordered(void) {
  uint32_t low, high;
  __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high)::"memory");
  return (uint64_t)high << 32 | low;
}

// Waits until every earlier instruction is done, so that none of the later ones overlaps it; stores may still be
// buffered.
CPU_INLINE void cpu_wait(void) { __asm__ volatile("lfence" ::: "memory"); }

// For the body of a loop that waits.
CPU_INLINE void cpu_pause(void) { __asm__ volatile("pause" ::: "memory"); }

// Writes the line back and drops it from every cache.
CPU_INLINE void cpu_flush(const void *line) {
  __asm__ volatile("clflush %0" ::"m"(*(const volatile char *)line) : "memory");
}

#define CPU_ADD_CYCLES 1

// One add, which takes CPU_ADD_CYCLES after the one before it and which the compiler can neither merge nor move. Of
// registers: some cores add small immediates for free when they rename.
CPU_INLINE uint64_t cpu_add(uint64_t sum, uint64_t term) {
  __asm__ volatile("addq %1, %0" : "+r"(sum) : "r"(term) : "cc");
  return sum;
}

typedef struct {
  uint32_t eax, ebx, ecx, edx;
} CpuId;

CPU_INLINE CpuId cpu_id(uint32_t leaf, uint32_t subleaf) {
  CpuId id;
  __asm__ volatile("cpuid" : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx) : "a"(leaf), "c"(subleaf));
  return id;
}

#define CPU_TELLS_HYPERVISOR 1 // whether what follows is the whole truth

// The hypervisor's signature ("KVMKVMKVM"), NUL-terminated; 0 where the CPU speaks of none.
CPU_INLINE int cpu_hypervisor(char signature[13]) {
  signature[0] = '\0';
  if (!(cpu_id(1, 0).ecx >> 31 & 1))
    return 0;
  CpuId id = cpu_id(0x40000000u, 0);
  const uint32_t words[3] = {id.ebx, id.ecx, id.edx};
  for (int i = 0; i < 12; i++)
    signature[i] = (char)(words[i / 4] >> 8 * (i % 4));
  signature[12] = '\0';
  return 1;
}

// Whether AT_HWCAP tells of atomic instructions beside load and store exclusive: an ARM matter.
CPU_INLINE int cpu_has_lse(unsigned long hwcap) {
  (void)hwcap;
  return 0;
}

CPU_INLINE int cpu_has_serialize(void) { return cpu_id(0, 0).eax >= 7 && (cpu_id(7, 0).edx >> 14 & 1); }

CPU_INLINE void cpu_fence_compiler(void) { __asm__ volatile("" ::: "memory"); }
CPU_INLINE void cpu_fence_mfence(void) { __asm__ volatile("mfence" ::: "memory"); }
CPU_INLINE void cpu_fence_lfence(void) { __asm__ volatile("lfence" ::: "memory"); }
CPU_INLINE void cpu_fence_sfence(void) { __asm__ volatile("sfence" ::: "memory"); }
// On the stack's top, which stays as it is.
CPU_INLINE void cpu_fence_lock_add(void) { __asm__ volatile("lock addl $0, (%%rsp)" ::: "memory", "cc"); }
// What gcc makes of a seq_cst fence.
CPU_INLINE void cpu_fence_lock_or(void) { __asm__ volatile("lock orq $0, (%%rsp)" ::: "memory", "cc"); }
// Locked by itself; with a slot of the stack that nobody else sees.
CPU_INLINE void cpu_fence_xchg(void) {
  uint32_t value, slot;
  __asm__ volatile("xchgl %0, %1" : "=r"(value), "=m"(slot)::"memory");
}
// As bytes, for assemblers that are older than the instruction. Only where cpu_has_serialize().
CPU_INLINE void cpu_fence_serialize(void) { __asm__ volatile(".byte 0x0f, 0x01, 0xe8" ::: "memory"); }

// Every fence: X(name, function, condition under which this CPU has it).
#define CPU_FENCES(X)                                                                                                  \
  X("mfence", cpu_fence_mfence, 1)                                                                                     \
  X("lfence", cpu_fence_lfence, 1)                                                                                     \
  X("sfence", cpu_fence_sfence, 1)                                                                                     \
  X("lock-add", cpu_fence_lock_add, 1)                                                                                 \
  X("lock-or", cpu_fence_lock_or, 1)                                                                                   \
  X("xchg", cpu_fence_xchg, 1)                                                                                         \
  X("serialize", cpu_fence_serialize, cpu_has_serialize())

// A store past the caches, in whose order an sfence has a say.
CPU_INLINE void cpu_access_movnti(volatile uint32_t *at) { // NOLINT(readability-non-const-parameter): it is stored to
  __asm__ volatile("movnti %1, %0" : "=m"(*at) : "r"(1u) : "memory");
}

// Accesses of the CPU that C11's do not name or may not compile to: X(name, function of a pointer, condition under
// which this CPU has it, in terms of `hwcap`, getauxval(AT_HWCAP)).
#define CPU_ACCESSES(X) X("movnti", cpu_access_movnti, 1)

#endif
