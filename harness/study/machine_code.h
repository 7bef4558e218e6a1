// The machine code of a test's threads as an event program, so that what ran, or would run, is what is judged.
#pragma once
#include "arch/cpus.h"
#include "harness/build/build.h"
#include "harness/build/threads.h"
#include "harness/code/listing.h"
#include "harness/model/judge.h"

typedef struct {
  const Test *test;
  const Cpu *cpu;                 // whose code it is
  const Program *program;         // NULL: it could not be read
  const char *why;                // then the reason, in one line, with the instruction that is not understood
  const Listing *const *listings; // of each thread; NULL where that one could not be read
} MachineCode;

// Reads the threads' functions, P0, P1, ..., whose parameters are as build_threads has them. `listings[t]`: what the
// disassembler printed of thread t's object; the same pointer where threads share one. All lives in `arena`.
MachineCode machine_code_read(const Test *test, const Cpu *cpu, const char *const *listings, Arena *arena);

// The code of a run on this machine: of the very functions that the lockstep engine calls (where `pauses`, those with
// pauses between their statements: NULL without a reason where it has none), or of what the same compiler made of the
// same threads beside the perpetual engine's loops.
MachineCode machine_code_of_run(const Test *test, const Compiled *compiled, bool pauses, Arena *arena);

// What the CPU's model and sequential consistency say of code that was read; `limits`: of each. `judges`: of model_all,
// or those that take its places.
Prediction machine_code_by_cpu(const MachineCode *code, const Judge *judges, const EnumerationLimits *limits,
                               Arena *arena);
Prediction machine_code_by_sc(const MachineCode *code, const Judge *judges, const EnumerationLimits *limits,
                              Arena *arena);

// Whether two programs' threads are the same instructions, one by one, as the disassembler prints them.
bool machine_code_same(const MachineCode *a, const MachineCode *b);

// The listing's function of a thread; NULL if it has none.
const ListedFunction *machine_code_function(const MachineCode *code, unsigned thread);

// One thread's instructions, each beside the line of `source`, the C of its object, that it was made from.
void machine_code_print(const MachineCode *code, unsigned thread, const char *source, Text *out);
// From now on the program's instructions stand in the C of the objects that they are in: who explains an execution
// shows those lines.
void machine_code_tell_lines(MachineCode *code, const Test *test, const ObjectFile *objects, Arena *arena);
