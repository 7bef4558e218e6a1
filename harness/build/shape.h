// What the engines are told of a test.
#pragma once
#include "harness/engine/names.h"
#include "harness/engine/shape.h"
#include "harness/lang/test.h"

// The shape of a test for the engine asked for, in `arena`; for lockstep, where the perpetual engine cannot run it.
// Then *reason is why not, a static sentence; NULL where it can. `reason` may be NULL.
const Shape *shape_of(const Test *test, Engine asked, Arena *arena, const char **reason);
