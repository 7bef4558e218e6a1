// The seqlock whose reader has no fence before its second look at the number: the look may come before the data are
// read. Right on x86, where loads stay in order; a torn read on ARM, POWER and RISC-V.
#define READ_FENCE memory_order_relaxed
#include "seqlock.c"
