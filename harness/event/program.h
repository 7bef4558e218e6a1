// The event program: what stands between a language and a model.
//
// Per thread a list of instructions: accesses, fences, branches and register arithmetic. The C tree is lowered to it
// (from_test.h), for C11 itself and for each CPU; machine code by harness/code. The model knows nothing else.
#pragma once
#include "harness/base/arena.h"
#include "harness/base/diag.h"
#include "harness/base/text.h"
#include "harness/base/value.h"

#include <stdbool.h>

// A number, or a pointer to an element of a location.
typedef struct {
  int location; // -1: a number; LOCATION_ANY: no pointer, but what may be any value, as one that depends on itself
  Value number; // the number, or the element; which of several that may be any
} EventValue;

typedef struct {
  bool is_register;
  unsigned reg;        // where is_register: index into the thread's registers
  EventValue constant; // where not
} Operand;

typedef enum {
  INSTR_READ,      // dst = [address]
  INSTR_WRITE,     // [address] = value
  INSTR_RMW,       // dst = [address]; [address] = dst `operation` value (OP_SECOND: value, an exchange)
  INSTR_FENCE,     // `marks`: of the location `address`, which it does not access, with `value`; dst = 0, which depends
                   // on it
  INSTR_OPERATION, // dst = a `operation` b
  INSTR_BRANCH, // to `target` where `a` is zero, else on; all that follows in program order is control dependent on `a`
  INSTR_JUMP,   // to `target`; one that goes back closes a loop
  INSTR_EITHER, // on, or to `target`: both are possible and nothing depends on which it is
  INSTR_CHOOSE, // to `target` where `a` is zero, else on, as a conditional select does: nothing is control dependent on
                // it; OP_PICK says what was picked by it
  INSTR_FORGET, // the reservation that the last exclusive read made, if there is one
  INSTR_ASSUME  // where `a` is zero there is no such path (`fair`: but a loop is not stayed in for ever so); not a
                // dependency. A compare-exchange is INSTR_EITHER, then
                // an INSTR_RMW that assumes that it found what it expected, or an INSTR_READ that did not
} InstrKind;

// Arithmetic by name would do for a machine; the litmus language needs these.
typedef enum {
  OP_MOVE, // a
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
  OP_NEG,        // of a
  OP_NOT,        // of a: 1 where it is zero, else 0
  OP_COMPLEMENT, // of a
  OP_REVERSE,    // the bits of a, the last one first
  OP_ZEROS,      // of a: how many leading bits are 0
  OP_MIN,        // the lesser of two numbers
  OP_MAX,
  OP_MIN_SIGNED, // of two numbers kept unsigned, read as signed ones of `bits`
  OP_MAX_SIGNED,
  OP_SECOND, // b; the result depends on a all the same
  OP_PICK    // a, which was picked by b: not a dependency on b, but a pick dependency (Arm ARM B2.3.2)
} Operation;

typedef struct {
  InstrKind kind;
  Span span;            // in `source`
  const Source *source; // NULL: the thread's
  const char *text;     // for people: "ldar", "load acquire"
  const char *tags;     // of the event (INSTR_RMW: of the read, or of the one event), separated by blanks: "ACQ", "A L"
  const char *write_tags; // INSTR_RMW: of the write
  bool is_pair;           // INSTR_RMW: a load- and a store-exclusive, not one instruction
  // INSTR_READ: reserves what it reads. INSTR_WRITE: stores only with a reservation of the same place, which it ends;
  // the two are joined by rmw. There is no path where it has none. Its `dst` is 0, and depends on both.
  bool is_exclusive;
  bool marks; // INSTR_FENCE
  bool picks; // INSTR_RMW: what it found picked what it writes, as a compare-and-swap
  Operation operation;
  unsigned dst; // a register; NO_REGISTER: none
  Operand address, value, a, b;
  unsigned bits; // of the access, or of the type that the arithmetic is done in: 8 to 128. Comparisons and OP_NOT give
                 // 0 or 1 of any type
  bool is_signed;
  bool fair;       // INSTR_ASSUME: a compare-exchange that fails though it found what it expected does so not for ever,
                   // nor does a store-exclusive
  unsigned target; // index into the thread's instructions; the count of them: the end
  unsigned until;  // INSTR_BRANCH: what is control dependent on it ends there, as a language may have it; 0: nowhere
} Instr;

enum { NO_REGISTER = 0x7fffffff };

typedef struct {
  Instr *instrs;
  unsigned instr_count;
  unsigned register_count; // the test's, then temporary ones; they are 0 at first unless `initial` says otherwise
  EventValue *initial;     // register_count values
  const Source *source;    // of machine code: what its instructions' spans are in, and values are kept without a sign;
                           // NULL: they are in the program's
} ProgramThread;

// An element that lies where it is said to, of its own width: memory of structures.
typedef struct {
  unsigned offset, bits; // the offset in bytes
} ProgramElement;

typedef struct {
  const char *name;
  unsigned length;     // elements
  EventValue *initial; // `length` values
  unsigned stride;     // what a pointer's number grows by from one element to the next; 0 is 1: it is the element.
                       // Numbers between two elements are misaligned
  unsigned bits;       // of an element, which accesses of another width do not fit; 0: any does
  const ProgramElement *elements; // `length` of them, from the lowest offset on, in place of stride and bits; NULL: all
                                  // elements are alike
} ProgramLocation;

// What a final state shows.
typedef struct {
  bool is_register;
  unsigned thread, reg;
  unsigned location, element;
  unsigned bits; // a number is shown as this many bits of it, signed or not; 0: as it is
  bool is_signed;
} ProgramObservable;

typedef struct Program {
  const char *name;
  const Source *source;
  bool rmw_is_one_event; // else a read-modify-write is a read and a write joined by rmw
  unsigned unroll;       // turns of a loop that a path may take where a value that was read decides, at least 1
  ProgramThread *threads;
  unsigned thread_count;
  ProgramLocation *locations;
  unsigned location_count;
  ProgramObservable *observables; // in the order of the test's: those shown, then those that only the filter reads
  unsigned observable_count;      // shown
  unsigned observable_total;
  bool (*keep)(const void *context, const EventValue *state); // final states (`observable_total` values) that it
  const void *keep_context;                                   // refuses are left out; NULL: none are
  bool unmodelled; // accesses that tear or are misaligned: no model speaks of them
  const char *unmodelled_reason;
} Program;

// What the operation makes of two values, wrapped to the type it is done in. Where C leaves it undefined (a division by
// zero, a shift beyond the width) it is 0.
EventValue operation_apply(Operation operation, unsigned bits, bool is_signed, EventValue a, EventValue b);
// "+", "<<", "move".
const char *operation_name(Operation operation);

// "7", "&x", "&x+8", "any value".
void program_print_value(const Program *program, EventValue value, Text *out);
// What a pointer points into: a location, or code.
const char *program_location_name(const Program *program, int location);
// Which element of its location a pointer points to; false where it is no pointer, or not to the begin of an element.
bool program_element(const Program *program, EventValue pointer, unsigned *element);
// How wide an element is; 0: as wide as any access.
unsigned program_element_bits(const ProgramLocation *location, unsigned element);
// What an element is called behind its location's name: "", "[2]", "+8".
void program_print_element(const ProgramLocation *location, unsigned element, Text *out);
// A value as the observable shows it.
EventValue program_shown(const ProgramObservable *observable, EventValue value);

// The program as text, for tests: one instruction a line.
void program_print(const Program *program, Text *out);

bool event_value_equal(EventValue a, EventValue b);
// Numbers before pointers; negative, 0 or positive.
int event_value_compare(EventValue a, EventValue b);
