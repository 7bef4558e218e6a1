// The code of a test as litmus7 prints it before its log: a column for each thread. Private to the import.
#pragma once
#include "harness/base/arena.h"
#include "harness/base/text.h"

#include <stdbool.h>

enum { CODE_THREADS = 64 };

typedef struct {
  const char *arch; // as its first line has it: "X86_64", "AArch64", "C"; NULL: there is no code
  const char *name; // of the test
  Text threads[CODE_THREADS];
  bool begun, ended; // of the table
} Code;

// Forgets the test. It must be zero at first, and freed so at last.
void code_clear(Code *code);
// One line of what stands between the heading and the log.
void code_line(Code *code, const char *line, Arena *arena);
// Where a thread first names a register: what orders registers by program order. SIZE_MAX where it does not. Registers
// of other widths are the same: EAX is rax, W0 is X0.
size_t code_place(const Code *code, unsigned thread, const char *reg);
