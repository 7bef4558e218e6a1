// What the compiler made of a fence, read from the machine code.
#pragma once
#include "harness/study/machine_code.h"

// The instructions that order others and stand in `with` more often than in `without`, each text once, joined by "; ":
// "lock orq $0,(%rsp)". "": none. Where one is a fence that `arch` knows, that one alone, and *fence is it; else NULL.
const char *ladder_emitted(const MachineCode *with, const MachineCode *without, const CpuFence **fence, Arena *arena);
