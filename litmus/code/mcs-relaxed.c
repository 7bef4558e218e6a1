// The MCS lock that is handed over by a relaxed store: the successor may enter and not see what was done inside. Right
// on x86, where stores stay in order, if the compiler leaves them there; wrong on ARM and POWER, and on RISC-V if the
// compiler makes no more fences than it must.
#define HAND_OVER memory_order_relaxed
#include "mcs.c"
