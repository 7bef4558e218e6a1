// weakmem relax FILE.c: the orders of the user's own C.
#pragma once
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/study/relax_code.h"

typedef struct {
  const Common *common;
  const Console *console;
  const Source *file;
  const char *const *targets; // CPUs, or their models; NULL: every CPU that a compiler here makes code for
  unsigned target_count;
  const char *const *compilers; // NULL: gcc and clang, those that are there
  unsigned compiler_count;
  double seconds; // for one code to be decided
  bool explain;
} RelaxCodeRun;

// Finds and prints them; the exit status.
int relax_users_code(const RelaxCodeRun *run, Diag *diag);
