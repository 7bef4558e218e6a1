// What `weakmem check` prints of the user's own code.
#pragma once
#include "harness/study/users_check.h"
#include "results/junit.h"
#include "results/sheet.h"

typedef struct {
  const UsersCheck *checks; // of one file, one for each way
  unsigned count;
  const char *file;
  const Judge *judges;
  EnumerationLimits limits;
  bool explain; // every forbidden result; else the first
} CheckedCode;

// A row for each way, the results and who allows them, where it shows and where it never can, and how it comes about.
void check_code_text(const CheckedCode *checked, const SheetStyle *style, Arena *arena, Text *out);
// A row for each way and each result that it allows; of a way without any, one. None where `checked` is NULL.
Sheet *check_code_rows(const CheckedCode *checked, Arena *arena);
void check_code_junit(const CheckedCode *checked, Arena *arena, Junit *junit);
