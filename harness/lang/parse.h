// Text -> Test.
#pragma once
#include "harness/lang/test.h"

// Parses a litmus test in herd's C dialect (Alglave, Maranget et al., the herdtools7 manual, "litmus tests for C").
// NULL where there is any error; each error is in `diag` with its place, several errors at once. The tree and what
// it points at live in `arena`; `source` must outlive it.
Test *test_parse(const Source *source, Arena *arena, Diag *diag);
