// The tests that a command was asked for, and whether they can be what it wants of them.
#pragma once
#include "arch/cpus.h"
#include "harness/lang/suite.h"

// suite_find, without the tests that name a fence no CPU has: an error at its place. Where `cpu` is given they are to
// run there: a fence of another CPU is an error too. Of tests in assembly those that this CPU does not run are an error
// where an argument names them, else left out with a warning.
Suite tests_find(char *const *arguments, unsigned count, const Cpu *cpu, Arena *arena, Diag *diag);
// The same, with tests in C read in this dialect whatever they use; NULL: as they tell.
Suite tests_find_in(const char *dialect, char *const *arguments, unsigned count, const Cpu *cpu, Arena *arena,
                    Diag *diag);

// Why a test in C cannot be run: the end of a sentence, in `arena`; NULL: it can.
const char *tests_refused(const Test *test, Arena *arena);
