// The nearest other tests: one thing of a test taken away or weakened (Levine, Guo, Cho, Baker, Levien, Neto, Quinn and
// Sorensen, "MC Mutants: evaluating and improving testing for memory consistency specifications", ASPLOS 2023).
#pragma once
#include "harness/lang/test.h"

typedef struct {
  const Test *test; // with the condition of the first
  const char *what; // "P0 without its fence at line 5"
  unsigned site;    // mutants of one site change the same thing, each more than the one before it
} Mutant;

// Of each thread: a fence left out; the order of an access weakened, step by step; what an address, a value or a branch
// depends on without need (`r0 & 128`, `r0 ^ r0`, an `if` without `else`) left out; two accesses that follow each
// other, neither of which needs what the other reads, swapped; but where a thread
// has a loop, no branch is left out and nothing is swapped, since it may wait for another. They share what is not
// changed, and live in `arena`. A test in assembly has none.
const Mutant *mutants_of(const Test *test, Arena *arena, unsigned *count);
