// What `weakmem check` prints of tests.
#pragma once
#include "harness/study/check.h"
#include "results/junit.h"
#include "results/sheet.h"

// "clang-14 -O2 for aarch64".
const char *check_build_string(const CheckBuild *build, Arena *arena);

// A line on the test: its verdicts, and who reordered; below it, what was broken: the instructions beside their source,
// why C11 forbids the state, and how the CPU allows it.
void check_text(const CheckedTest *checked, const EnumerationLimits *limits, const SheetStyle *style, Arena *arena,
                Text *out);
// Rows of tsv, one for each way; none, but the columns, where `checked` is NULL.
Sheet *check_rows(const CheckedTest *checked, Arena *arena);
// Objects, one for each way.
Sheet *check_objects(const CheckedTest *checked, Arena *arena);
// A case for each way.
void check_junit(const CheckedTest *checked, const EnumerationLimits *limits, Arena *arena, Junit *out);

// What is kept of every test for the end.
typedef struct {
  const CheckBuild *builds;
  unsigned build_count;
  const char **names;     // of tests
  CheckVerdict *verdicts; // test by test, one for each way
  unsigned test_count;
} CheckTable;

// A table of test by compiler: what became of its flags.
void check_table_text(const CheckTable *table, const SheetStyle *style, Arena *arena, Text *out);
// From which version on each compiler keeps a test: all its later ones do, with all flags, for all CPUs.
Sheet *check_first_good(const CheckTable *table, Arena *arena);
