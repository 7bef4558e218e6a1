// Clocks: the CPU's counter, its step, its skew between cores, and the core's own clock.
#pragma once
#include "harness/machine/placement.h"

#include <stdint.h>

typedef struct {
  double ticks_per_second; // of the CPU's counter (x86: TSC; AArch64: CNTVCT_EL0; RISC-V: time; POWER: timebase)
  double step;             // ticks: the smallest difference the counter shows, median over many reads; 0: none
  double read_ns;          // what reading it costs
  int64_t skew;            // ticks: the largest offset seen between PUs of the placement
  int64_t skew_error;      // ticks: how far `skew` may be off, at most half the smallest round trip between two PUs
  bool usable;             // steady, same rate on every PU, and fine enough for threads to meet by it
  const char *reason;      // why not, a static sentence; NULL where usable
} Clock;

// Calibrates the counter for the PUs of a placement: about 3 ms, up to 200 ms more where other programs keep the PUs
// busy. The calling thread's binding stays as it is.
Clock clock_calibrate(const Topology *topology, const Placement *placement);

// The core clock in GHz from a chain of dependent adds on the calling thread's PU, about 1 ms.
double clock_core_ghz(void);
