// The Treiber stack that pushes relaxed: who takes a node off may not see what was put into it. Wrong on ARM, POWER and
// RISC-V; x86 makes a full fence of it, but not the compiler: clang puts the node's link after the push, and x86 shows
// it.
#define PUSH memory_order_relaxed
#include "treiber.c"
