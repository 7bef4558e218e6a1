// Making an access of a test depend on the load before it.
#pragma once
#include "harness/lang/test.h"

typedef enum {
  DEPENDENCY_ADDRESS, // x becomes x + (r0 ^ r0)
  DEPENDENCY_DATA,    // a stored value v becomes (r0 ^ r0) + v
  DEPENDENCY_CONTROL  // all behind the load goes into if (r0 == r0) { }
} DependencyKind;

// The test in which the first access behind a thread's first load depends on what that read, by the words alone: no
// value is another. Fences between the two stay where they are. NULL if the thread does not begin so, or the access
// cannot depend in that way. The new tree lives in `arena` and shares what did not change.
const Test *test_with_dependency(const Test *test, unsigned thread, DependencyKind kind, Arena *arena);
