// Values of a test, and of its program.
#pragma once
#include "harness/event/program.h"
#include "harness/lang/test.h"

// Values of a test as those of its program, and back: an address is a pointer there, in an assembly test one of bytes.
EventValue event_value_of(const Test *test, Value value);
Value value_of_event(const Test *test, EventValue value);

// Program.keep of a test that has a filter; the context is the test.
bool program_keeps(const void *test, const EventValue *state);
