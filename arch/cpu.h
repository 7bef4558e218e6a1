// The CPU that we are compiled for: its clock, its hints, its fences, as code. Besides the folders themselves, the one
// place that asks which CPU that is. A port adds a folder and two lines here.
#pragma once

// The compiler moves no access across it; it is no instruction (clang makes one of __atomic_signal_fence on POWER).
#define CPU_COMPILER_BARRIER __asm__ volatile("" ::: "memory")

#if defined(__x86_64__)
#include "arch/x86_64/cpu.h"
#elif defined(__aarch64__)
#include "arch/aarch64/cpu.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "arch/riscv/cpu.h"
#elif defined(__powerpc64__)
#include "arch/power/cpu.h"
#else
// cppcheck-suppress preprocessorErrorDirective
#error "this CPU has no folder in arch/ yet; arch/x86_64/cpu.h shows what one must offer"
#endif
