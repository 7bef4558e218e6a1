// What the perpetual engine is told of a test.
#pragma once
#include "harness/engine/perpetual_shape.h"
#include "harness/lang/test.h"

// NULL with the reason, a static sentence, if that engine cannot run it.
const PerpetualShape *perpetual_shape(const Test *test, Arena *arena, const char **reason);
