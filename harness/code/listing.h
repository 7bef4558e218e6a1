// What a disassembler prints of compiled code: text -> functions, and functions -> Program. binutils' objdump -d and
// LLVM's are read, with and without the bytes of the instructions (--show-raw-insn), with and without relocations (-r).
#pragma once
#include "harness/code/code.h"

typedef struct {
  const char *name;
  const CodeLine *lines; // each with the label of its address: ".1c"
  unsigned line_count;
  Span span;       // of its heading
  Span unresolved; // a relocation that says what an instruction means, which is not followed; empty: none
} ListedFunction;

typedef struct {
  const Source *source;
  const ListedFunction *functions;
  unsigned function_count;
} Listing;

// Reads a whole listing, in `arena`. NULL, reported, where it has no function or is beyond the limits. Instructions are
// looked at only when a function becomes part of a program.
const Listing *listing_read(const Source *source, Arena *arena, Diag *diag);
const ListedFunction *listing_find(const Listing *listing, const char *name);

// A function with the functions of the listing that it calls, and that those call: their lines stand behind the line
// that goes there (CodeLine.enters), once for each call. `callees` are left alone. False, reported at the place, where
// one calls itself, or it grows beyond the limits.
bool listing_follow(const Listing *listing, const ListedFunction *function, const CodeCallee *callees, Arena *arena,
                    Diag *diag, ListedFunction *out);

// What a function is given: the address of a location of the test, of where it puts the final value of a register of
// its thread, or of its frame, where it puts all of them and which no other thread reads.
typedef enum { PARAMETER_LOCATION, PARAMETER_RESULT, PARAMETER_FRAME } ParameterKind;

typedef struct {
  ParameterKind kind;
  unsigned index; // of the location, or of the register; of a frame: 0
} FunctionParameter;

// Where in its frame a function puts the final value of a register.
typedef struct {
  unsigned reg;
  unsigned offset; // bytes
} FrameField;

// The code of one thread: a function of the platform's calling convention, which is given pointers.
typedef struct {
  const Source *source;
  const ListedFunction *function;
  const FunctionParameter *parameters;
  unsigned parameter_count;
  const FrameField *fields; // of its frame
  unsigned field_count;
  const CodeCallee *callees; // that it may call; the last has no name. NULL: none
} ThreadFunction;

// The program of a test whose threads are these functions, one a thread, in `arena`: it has the test's locations, then
// one for each result, and the test's observables. What is put into a frame is in a register of the program. A register
// that no function writes is 0. NULL, each error reported with its place, where an instruction is not understood.
Program *functions_program(const Test *test, const InstructionSet *set, const ThreadFunction *functions,
                           bool rmw_is_one_event, unsigned unroll, Arena *arena, Diag *diag);
