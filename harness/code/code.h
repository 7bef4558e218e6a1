// Machine code -> Program: lines of assembler text, by the instructions that a CPU's table tells of
// (arch/instruction.h). Dependencies are those that the architecture defines: through registers, their parts and flags.
// What a thread keeps on its own stack is a value in a register, with its dependencies.
#pragma once
#include "arch/instruction.h"
#include "harness/code/layout.h"
#include "harness/event/program.h"
#include "harness/lang/test.h"

// What a register holds when a thread begins.
typedef struct {
  const char *name; // of the register or a part of it
  EventValue value;
} CodeRegisterValue;

// A register, or a field of the thread's frame, whose final value is shown.
typedef struct {
  const char *name; // NULL: a field
  unsigned offset;  // of the field, in bytes from CODE_FRAME
  unsigned bits;
  unsigned reg;    // set: the program's
  bool is_written; // set, of a field: the thread puts something there
} CodeObserved;

enum {
  CODE_STACK = 0x40000000, // EventValue.location of memory that is the thread's own: its stack, from 0 down, and
  CODE_FRAME = 1 << 28     // from here on its frame, if it is given one
};

// A function elsewhere that code may call, and what rows know it as: IDLE_FUNCTION, HEAVY_FUNCTION.
typedef struct {
  const char *name, *as;
} CodeCallee;

// The code of one thread, and what it needs to know.
typedef struct {
  const InstructionSet *set;
  const AssemblyDialect *dialect;
  const Source *source;
  unsigned thread;
  const CodeLine *lines;
  unsigned line_count;
  const CodeRegisterValue *initial;
  unsigned initial_count;
  CodeObserved *observed;
  unsigned observed_count;
  int own_location; // where atomic accesses to the thread's own stack take place, of which only the order matters; -1:
                    // none
  bool frame_is_zero; // its frame is the fields observed, all 0 when it begins; else nothing is known of them then
  bool has_stack;     // the stack pointer points to the thread's own stack
  const CodeCallee *callees;                                 // by name; the last has none. NULL: none
  int (*location_of)(const void *context, const char *name); // a location's index; -1: there is none of that name
  const void *context;
  CodeLayout *const *layouts; // by location: of those whose elements accesses make; NULL: of one that has its own
  unsigned layout_count;
  unsigned first_place; // EventValue.location of the place before line 0; those of the other lines, and the end, follow
} ThreadCode;

// Makes the thread, in `arena`. False, each error reported with its place, where an instruction is not understood.
bool code_thread(const ThreadCode *thread, Arena *arena, Diag *diag, ProgramThread *out);
