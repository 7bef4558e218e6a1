// What time it is.
#pragma once
#include "harness/base/arena.h"

// Now, in UTC, as records have it (RFC 3339): "2026-01-31T12:34:56Z".
const char *time_rfc3339(Arena *arena);

// Seconds since some moment that stays the same while the machine is up (CLOCK_MONOTONIC).
double time_seconds(void);
