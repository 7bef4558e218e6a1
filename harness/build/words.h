// Words of a command line, split without a shell.
#pragma once
#include "harness/base/diag.h"

typedef struct {
  char **words; // ends in NULL
  unsigned count;
} Words;

// Splits at blanks; '...', "..." and \ quote as in a shell (POSIX.1-2017, Shell Command Language, 2.2), nothing is
// expanded. False, with a sentence in `diag`, where a quote is not closed.
bool words_split(const char *text, Arena *arena, Words *out, Diag *diag);
