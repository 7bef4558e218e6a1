// The Michael-Scott queue that appends a node relaxed: who takes its value may not see what was put into it. Right on
// x86, whose compare-and-exchange is a full fence; wrong on ARM, POWER and RISC-V.
#define APPEND memory_order_relaxed
#include "michael-scott.c"
