// Conditions of two tests side by side.
#pragma once
#include "harness/lang/test.h"

#define CONDITION_NO_TWIN (~0U)

// Whether the bodies of two conditions are conjunctions of the same parts, in any order, whatever their registers are
// called. Then twins[i] is the observable of `b` that the observable i of `a` is (room for a->observable_count), or
// CONDITION_NO_TWIN if the condition does not name it. If two registers of a thread could be either, the one that comes
// first in `ranks` is the one that comes first in b's condition.
bool condition_match(const Test *a, const unsigned *ranks, const Test *b, unsigned *twins);

// Whether they are the same conjunction of the same registers and locations, in any order; else the same text.
bool condition_same_body(const Test *a, const Test *b);
// The same for conditions as text, which must ask alike too: `exists` and `~exists` do, `forall` does not.
bool condition_same(const char *a, const char *b);
