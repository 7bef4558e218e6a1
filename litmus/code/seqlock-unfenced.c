// The seqlock whose writer has no fence between the odd number and the data: a reader may see new data under the old
// number. Right on x86, where stores stay in order; a torn read on ARM, POWER and RISC-V.
#define WRITE_FENCE memory_order_relaxed
#include "seqlock.c"
