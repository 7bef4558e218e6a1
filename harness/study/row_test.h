// Which of this suite's tests a row of a comparison is of.
#pragma once
#include "harness/lang/suite.h"
#include "results/compare.h"

typedef struct {
  Suite suite;
  uint64_t *digests; // the first 64 bits of each test's
} RowTests;

RowTests row_tests_new(Arena *arena);

// The test that a row is of, without the row's own fence; NULL where the suite has none. By digest, where the row has
// one. Of names such as "SB+po+fence" it is the test with a fence in those threads, whose bits are set in `fenced`.
const Test *row_test(const RowTests *tests, const CompareRow *row, uint64_t *fenced, Arena *arena);
