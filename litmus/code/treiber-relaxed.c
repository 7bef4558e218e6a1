// The Treiber stack that pushes relaxed: who takes a node off may not see what was put into it. Right on x86, whose
// compare-and-exchange is a full fence; wrong on ARM, POWER and RISC-V.
#define PUSH memory_order_relaxed
#include "treiber.c"
