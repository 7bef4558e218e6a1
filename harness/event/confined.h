// What a program may touch, whatever the CPU does: each thread is followed along all of its paths, and a read gives any
// value that anything ever writes to its place, in whatever order. So it holds on every machine on which values come
// from writes, though no model was asked.
#pragma once
#include "harness/event/program.h"
#include "harness/lang/test.h"

// Whether every access of the program, which is of machine code, lies within a location, and no state shows an address
// or depends on what addresses are as numbers. False, reported at the instruction, where that does not hold or cannot
// be seen within a bound. What C leaves undefined may be anything. *may_fail, if it is not NULL, says then whether a
// thread may end without the store of a store-exclusive that failed, of which the program has no path.
bool program_is_confined(const Program *program, bool *may_fail, Diag *diag);

// The same of a test in C that has addresses, and is run: each access through a pointer is of a location of the
// pointer's width, and states show addresses of locations alone.
bool test_is_confined(const Test *test, Diag *diag);
