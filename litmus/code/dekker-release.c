// Dekker's lock whose wishes are stored by release: each looks at the other's before its own is out of its store
// buffer, and both enter. Wrong on every CPU, x86 too.
#define WISH memory_order_release
#include "dekker.c"
