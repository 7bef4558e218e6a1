// Publication by a relaxed store: a reader may find the pointer before the version that it points to. Right on x86,
// where stores stay in order, if the compiler leaves them there; wrong on ARM, POWER and RISC-V.
#define ASSIGN memory_order_relaxed
#include "publish.c"
