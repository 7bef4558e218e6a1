// The MCS lock that is handed over by a relaxed store: the successor may enter and not see what was done inside. Right
// on x86, where stores stay in order, if the compiler leaves them there; wrong on ARM, POWER and RISC-V.
#define HAND_OVER memory_order_relaxed
#include "mcs.c"
