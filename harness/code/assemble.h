// A thread of an assembly test, printed again for a compiler of its CPU. Private to code.
#pragma once
#include "arch/instruction.h"
#include "harness/lang/test.h"

// What a thread is printed from.
typedef struct {
  const InstructionSet *set;
  const AssemblyDialect *dialect;
  const Test *test;
  unsigned thread;
  const char *const *stored; // as Dialect.print_code has it
} AssembledThread;

// Prints the thread as statements of GNU C (Dialect.print_code): its instructions as rows of the CPU's table spell
// them, with operands as they were understood; nothing of the test's own text. False, each error reported with its
// place, where an instruction does what is not run: it leaves the thread, or uses the stack, or the code's own
// addresses.
bool code_assemble(const AssembledThread *thread, Arena *arena, Text *out, Diag *diag);
