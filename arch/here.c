// Which of the architectures we are compiled for.
#include "arch/arch.h"

const Arch *arch_here(void) {
#if defined(__x86_64__)
  return arch_find("x86_64");
#elif defined(__aarch64__)
  return arch_find("aarch64");
#elif defined(__riscv) && __riscv_xlen == 64
  return arch_find("riscv");
#elif defined(__powerpc64__)
  return arch_find("power");
#else
  return NULL;
#endif
}
