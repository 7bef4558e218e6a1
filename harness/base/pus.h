// The PUs of this machine that the process may use.
#pragma once
#include "harness/base/arena.h"

// Their numbers in the system, ascending, `*count` of them, in `arena`; NULL, with errno, if the system does not tell.
// Elsewhere than on Linux: 0 to as many as are online.
unsigned *pus_allowed(Arena *arena, unsigned *count);
