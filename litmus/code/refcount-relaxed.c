// The reference count that drops references relaxed: the object may be destroyed before another thread's last use of it
// is over. Right on x86, whose fetch-and-subtract is a full fence; wrong on ARM, POWER and RISC-V.
#define DROP memory_order_relaxed
#include "refcount.c"
