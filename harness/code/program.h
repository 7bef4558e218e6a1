// What every program of machine code begins with. Private to code.
#pragma once
#include "harness/event/program.h"
#include "harness/lang/test.h"

// The test's program without threads and observables: its locations, then `more` of them for others to fill in. An
// address is one of bytes.
Program *code_program_new(const Test *test, unsigned more, bool rmw_is_one_event, unsigned unroll, Arena *arena);
// A value of the test as registers and memory keep it: unsigned.
EventValue code_value(const Test *test, Value value, BaseType type);
// How a value of the type is shown.
void code_shown_as(ProgramObservable *observable, BaseType type);
