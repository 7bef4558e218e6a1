// weakmem check FILE.c: the user's own code, judged for each CPU and compiler.
#pragma once
#include "harness/cli/code_files.h"
#include "harness/cli/console.h"
#include "harness/study/users_check.h"

typedef struct {
  const Common *common;
  const Console *console;
  FILE *out;
  SheetStyle style;
  const CheckBuild *builds;
  unsigned build_count;
  UsersOptions options;
  bool explain, as_junit;
  const CodeFiles *files;
  const CodeSaid *said;
} CodeCheckRun;

// Judges and prints all; the exit status.
int check_code(const CodeCheckRun *run);
