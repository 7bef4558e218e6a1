// The Chase-Lev deque whose owner has no full fence between its index and the look at the thieves': both have the last
// element. Wrong on x86 and POWER, and on RISC-V if the compiler makes no more of the fence than it must; ARM has no
// lesser one than the full one.
#define TAKE_FENCE memory_order_acq_rel
#include "chase-lev.c"
