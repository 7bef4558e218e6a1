// Text -> Test.
#pragma once
#include "harness/lang/test.h"

// Parses a litmus test in herd's C dialect (Alglave, Maranget et al., the herdtools7 manual, "litmus tests for C").
// NULL where there is any error; each error is in `diag` with its place, several errors at once. The tree and what
// it points at live in `arena`; `source` must outlive it.
Test *test_parse(const Source *source, Arena *arena, Diag *diag);
// The same in another dialect of C.
Test *test_parse_as(const Dialect *dialect, const Source *source, Arena *arena, Diag *diag);

// The smallest test with this condition: as many threads, without statements, and as many registers and locations as
// the text names, 128 bits wide. The text is a condition, or `locations`, `filter` and a condition: "exists (0:EAX=0)",
// "locations [0:EAX; x;]". It has no name, and no initial values but 0.
Test *condition_parse(const Source *source, Arena *arena, Diag *diag);
