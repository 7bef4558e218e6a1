// The ticket lock whose holder leaves by a relaxed store: the next one may enter and not see what was done inside, and
// an increment is lost. Right on x86, where stores stay in order, if the compiler leaves them there; wrong on ARM,
// POWER and RISC-V.
#define LEAVE memory_order_relaxed
#include "ticket.c"
