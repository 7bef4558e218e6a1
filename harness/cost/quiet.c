#include "harness/cost/quiet.h"
#include "arch/cpu.h"

#include <math.h>

enum { CHAINS = 8 }; // more than any of our CPUs adds at once, and registers for all of them

static uint64_t time_chain(unsigned rounds) {
  uint64_t sum = 0, term = 1, begin = cpu_clock_ordered();
  for (unsigned i = 0; i < rounds * QUIET_ADDS / CHAINS; i++)
    sum = cpu_add(sum, term);
  return cpu_clock_ordered() - begin;
}

static uint64_t time_chains(unsigned rounds) {
  uint64_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, term = 1, begin = cpu_clock_ordered();
  for (unsigned i = 0; i < rounds * QUIET_ADDS / CHAINS; i++) {
    a = cpu_add(a, term);
    b = cpu_add(b, term);
    c = cpu_add(c, term);
    d = cpu_add(d, term);
    e = cpu_add(e, term);
    f = cpu_add(f, term);
    g = cpu_add(g, term);
    h = cpu_add(h, term);
  }
  return cpu_clock_ordered() - begin;
}

double quiet_probe(unsigned rounds) {
  double chains = (double)time_chains(rounds), chain = (double)time_chain(rounds);
  return chains * CPU_ADD_CYCLES / (CHAINS * fmax(chain, 1));
}

// A shared core's probes take half as long again at the least; those of an own one agree within a hundredth, but for an
// interrupt.
bool quiet_is(double probe, double fastest) { return probe <= 1.1 * fastest; }
