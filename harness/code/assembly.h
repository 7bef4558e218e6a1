// Litmus tests in a CPU's assembly, as herd writes them: text -> Test -> Program.
#pragma once
#include "arch/cpus.h"
#include "arch/instruction.h"
#include "harness/event/program.h"
#include "harness/lang/test.h"

// Reads a test: in assembly if its first word is one of the CPUs' dialects (AssemblyDialect.name), else in C. As
// test_parse: NULL where there is any error, each in `diag` with its place. The threads of an assembly test are lines
// (Thread.lines); that each is understood is seen when it becomes a program.
Test *test_read(const Source *source, Arena *arena, Diag *diag);

// The instructions that an assembly test is written in; NULL of another test. *dialect, if it is not NULL, is set.
const InstructionSet *assembly_instructions(const Test *test, const AssemblyDialect **dialect);

// Whether the test's threads can be run by the CPU that they are written for: each is printed for a compiler by
// Dialect.print_code, from rows of the CPU's table alone, and touches nothing but the test's locations, along whatever
// path and in whatever order the CPU does it (event/confined.h). False, each error reported with its place.
bool assembly_runs(const Test *test, Diag *diag);

// Whether a model can judge the test: of one in assembly its CPU's can, and sc; of others all but another language's.
bool test_judged_by(const Test *test, const Model *model);

// The program of an assembly test, in `arena`. NULL, each error reported with its place, where an instruction is not
// understood or an access does not fit. `unroll`: turns of a loop that nothing bounds; 0: as test's programs have it.
Program *assembly_program(const Test *test, bool rmw_is_one_event, unsigned unroll, Arena *arena, Diag *diag);
