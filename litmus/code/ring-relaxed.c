// The ring whose producer stores its index relaxed: the consumer may see the index before the cell, and take what is
// not there yet. Right on x86, where stores stay in order; wrong on ARM, POWER and RISC-V.
#define PUBLISH memory_order_relaxed
#include "ring.c"
