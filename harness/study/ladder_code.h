// What the compiler made of a fence, read from the machine code.
#pragma once
#include "arch/cpus.h"
#include "harness/base/arena.h"
#include "harness/base/text.h"

// The instructions that the listing `with` has more often than `without`, out of those that are fences of the
// architecture by their first word, as "lock orq $0,(%rsp)", one for each first word, joined by "; ". "": none. Where
// one of them is a fence that `arch` knows, only that one, and *fence is it; else *fence is NULL.
const char *ladder_emitted(const char *with, const char *without, const Cpu *cpu, const CpuFence **fence, Arena *arena);
