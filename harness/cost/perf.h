// The CPU's performance counter of cycles, where kernel and hypervisor offer it.
#pragma once
#include <stdbool.h>

// Cycles a nanosecond while the calling thread runs for a millisecond; 0 where there is no such counter.
double perf_core_ghz(void);

// Whether two measurements of one clock agree: within 3 %.
bool perf_agrees(double ghz, double other_ghz);
