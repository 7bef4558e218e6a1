// What holds an address is as wide as one, and what pointers point to is all of one width: the kernel's tests declare
// an `int` where an address is meant, and do not declare at all what is only pointed to.
#pragma once
#include "harness/lang/test.h"

// Gives registers and locations of the test that may hold an address, whatever the order of its accesses, 64 bits, and
// the values of expressions that may be one; then locations that pointers point to, and accesses through them, the
// width of the widest. The test is the parser's, which is still making it.
void test_widen_addresses(Test *test);
