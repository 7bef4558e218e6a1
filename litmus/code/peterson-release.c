// Peterson's lock whose wishes are stored by release: each looks at the other's before its own is out of its store
// buffer, and both enter. Wrong on x86 and POWER; on ARM and RISC-V it is kept by more than C11 asks for, by what
// compilers make of a seq_cst load.
#define WISH memory_order_release
#include "peterson.c"
