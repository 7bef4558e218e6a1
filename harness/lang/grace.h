// The critical sections of RCU and SRCU of a test that is to run: what has no end, or waits for itself, would hang or
// show what no kernel does.
#pragma once
#include "harness/lang/test.h"

// Why they cannot be run as they stand: a static sentence's end ("its ... does not end"); NULL: they can, or there are
// none.
const char *grace_fault(const Test *test);
