// The event program: what stands between a language and a model.
//
// Per thread a list of instructions: accesses, fences, branches and register arithmetic. The C tree is lowered to it
// (lower.h), for C11 itself and for each CPU; machine code and other dialects can be. The model knows nothing else.
#pragma once
#include "harness/base/arena.h"
#include "harness/base/diag.h"
#include "harness/base/value.h"

#include <stdbool.h>

// A number, or a pointer to an element of a location.
typedef struct {
  int location; // -1: a number
  Value number; // the number, or the element
} EventValue;

typedef struct {
  bool is_register;
  unsigned reg;        // where is_register: index into the thread's registers
  EventValue constant; // where not
} Operand;

typedef enum {
  INSTR_READ,    // dst = [address]
  INSTR_WRITE,   // [address] = value
  INSTR_RMW,     // dst = [address]; [address] = dst `operation` value (EXCHANGE: value)
  INSTR_COMPARE, // dst = [address]; if dst == expected: [address] = value, dst2 = 1; else dst2 = 0
  INSTR_FENCE,
  INSTR_OPERATION, // dst = a `operation` b
  INSTR_BRANCH, // to `target` where `a` is zero, else on; a control dependency on `a` for all that follows in program
                // order
  INSTR_JUMP,   // to `target`
  INSTR_BOUND   // a loop that was unrolled to its bound goes on here: executions that reach it are dropped, and it is
                // said
} InstrKind;

// Arithmetic by name would do for a machine; the litmus language needs these.
typedef enum {
  OP_MOVE,
  OP_ADD,
  OP_SUB,
  OP_MUL,
  OP_DIV,
  OP_REM,
  OP_AND,
  OP_OR,
  OP_XOR,
  OP_SHL,
  OP_SHR,
  OP_EQ,
  OP_NE,
  OP_LT,
  OP_LE,
  OP_GT,
  OP_GE,
  OP_NEG,
  OP_NOT,
  OP_COMPLEMENT,
  OP_EXCHANGE // INSTR_RMW only
} Operation;

typedef struct {
  InstrKind kind;
  Span span;        // in Program.source
  const char *text; // for people: "ldar", "atomic_load_explicit(x, acquire)"
  const char *tags; // of the event (INSTR_RMW, INSTR_COMPARE: of the read), separated by blanks: "ACQ", "A", "dmb.ish"
  const char *write_tags;   // INSTR_RMW, INSTR_COMPARE: of the write
  const char *failure_tags; // INSTR_COMPARE: of the read where it fails
  Operation operation;
  unsigned dst, dst2; // registers; NO_REGISTER: none
  Operand address, value, expected, a, b;
  unsigned bits; // of the access or of the result of the arithmetic
  bool is_signed;
  unsigned target; // index into the thread's instructions; the count of them: the end
} Instr;

enum { NO_REGISTER = 0x7fffffff };

typedef struct {
  Instr *instrs;
  unsigned instr_count;
  unsigned register_count; // registers are 0 at first unless `initial` says otherwise
  EventValue *initial;     // register_count values
} ProgramThread;

typedef struct {
  const char *name;
  unsigned length;     // elements
  EventValue *initial; // `length` values
} ProgramLocation;

// What a final state shows.
typedef struct {
  bool is_register;
  unsigned thread, reg;
  unsigned location, element;
} ProgramObservable;

typedef struct {
  const char *name;
  const Source *source;
  bool rmw_is_one_event; // else a read-modify-write is a read and a write joined by rmw
  ProgramThread *threads;
  unsigned thread_count;
  ProgramLocation *locations;
  unsigned location_count;
  ProgramObservable *observables; // in the order of the test's
  unsigned observable_count;
  bool unmodelled; // accesses that tear or are misaligned: no model speaks of them
  const char *unmodelled_reason;
} Program;
