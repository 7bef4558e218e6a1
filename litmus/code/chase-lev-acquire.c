// The Chase-Lev deque whose owner has no full fence between its index and the look at the thieves': both have the last
// element. Wrong on every CPU, x86 too.
#define TAKE_FENCE memory_order_acq_rel
#include "chase-lev.c"
