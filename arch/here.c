// Which of the CPUs we are compiled for.
#include "arch/cpus.h"

#include <stddef.h>

const Cpu *cpu_here(void) {
#if defined(__x86_64__)
  return cpu_find("x86_64");
#elif defined(__aarch64__)
  return cpu_find("aarch64");
#elif defined(__riscv) && __riscv_xlen == 64
  return cpu_find("riscv");
#elif defined(__powerpc64__)
  return cpu_find("power");
#else
  return NULL;
#endif
}
