// Whether a core was ours alone. Private to cost/.
//
// A core's hardware threads share what executes instructions, and the other one may belong to a program that nobody
// here can see: another guest's, where a hypervisor hides which of its CPUs are one core. What is measured meanwhile
// takes up to twice as long. So each sample stands between two probes: independent additions, which go at the core's
// full width only where nothing else runs on it, against a chain of them, which takes as long either way whatever the
// clock is.
#pragma once
#include <stdbool.h>

// Cycles of an independent addition, from `rounds` times 64 of them; those of a chain are one each.
double quiet_probe(unsigned rounds);
enum { QUIET_ADDS = 64 };

// Whether a probe is like the fastest one.
bool quiet_is(double probe, double fastest);
