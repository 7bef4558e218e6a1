// A thread being read: the instructions of the event program that its code becomes, and what is known of its registers.
// Private to code.
#pragma once
#include "harness/code/code.h"
#include "harness/code/operand.h"

enum {
  CODE_TEMPORARY = 1 << 24, // registers from here on are temporary, until the thread is whole
  CODE_INSTRS = 1 << 17     // that a thread becomes
};

// A value while instructions are read: a register of the program, or a constant, which fits into `bits` unsigned ones.
typedef struct {
  Operand operand;
  unsigned bits;
} CodeValue;

// A register of the machine, or a slot of the stack, that the thread uses.
typedef struct {
  const char *name;
  EventValue initial;
  bool
      is_known; // it points into the stack, or memory of structures: `known`, which of these alone the register has too
  bool is_lost; // so it does on one of the ways to this place, or what was put into the slot is not as wide on all
  unsigned bits; // of a slot: as many were put there last; 0: none
  EventValue known;
} CodeState;

typedef struct {
  unsigned instr; // its target is to be the first instruction of a line
  unsigned line;
} CodeFixup;

typedef struct {
  Value offset;
  unsigned bits; // the most that was put there
  unsigned reg;
  bool is_written; // by the code
} CodeSlot;

// What a jump back to a line does not agree on with what was gone by there.
typedef struct {
  unsigned line;
  const char *state;
  bool is_held; // in its register all the same
} CodeLoss;

// What is known at a line that is reached by jumps back alone.
typedef struct {
  unsigned line;
  const CodeState *states;
  size_t count;
} CodeEntry;

// A thread being read.
typedef struct {
  const ThreadCode *code;
  const InstructionSet *set;
  const Source *source;
  Arena *arena;
  Diag *diag;
  unsigned line;    // being read
  Span span;        // it
  const char *text; // of it
  Instr *instrs;
  size_t count, capacity;
  CodeState *states;
  size_t state_count, state_capacity;
  CodeFixup *fixups;
  size_t fixup_count, fixup_capacity;
  CodeSlot *slots;
  size_t slot_count, slot_capacity;
  unsigned temporaries, temporary_peak;
  CodeLoss *losses; // found while it was read before
  size_t loss_count, loss_capacity;
  CodeEntry *entries; // likewise
  size_t entry_count, entry_capacity;
  unsigned *return_lines; // by scope: where a return goes, as the call said; 0: the thread's end
  bool again;             // one more was found: it is to be read again
  bool jumps;             // this line goes nowhere but where it jumps
  bool failed;
} Reading;

// ---- Values

CodeValue code_number(Value n);
CodeValue code_constant(EventValue value);
static inline CodeValue code_in_register(unsigned reg, unsigned bits) {
  return (CodeValue){{.is_register = true, .reg = reg}, bits};
}

static inline bool code_is_constant(CodeValue v) { return !v.operand.is_register; }
static inline bool code_is_number(CodeValue v) { return code_is_constant(v) && v.operand.constant.location < 0; }
static inline bool code_on_stack(CodeValue v) {
  return code_is_constant(v) && v.operand.constant.location == CODE_STACK;
}

// Whether it points into memory whose elements accesses make: where it does is known as long as it is the same on all
// ways.
static inline bool code_in_layout(const ThreadCode *code, CodeValue v) {
  int location = code_is_constant(v) ? v.operand.constant.location : -1;
  return location >= 0 && (unsigned)location < code->layout_count && code->layouts[location];
}
// Whether the register has what the state says.
static inline bool code_is_held(const CodeState *state) {
  return !state->is_lost && !(state->is_known && state->known.location == CODE_STACK);
}

// Reports, once a thread, that the instruction being read cannot be followed. Returns 0.
CodeValue code_fail(Reading *t, const char *why);

// ---- Instructions

// Its index. Span and text are the line's.
unsigned code_emit(Reading *t, Instr instr);
// Makes a jump or a branch go to what is emitted next.
void code_patch(Reading *t, unsigned at);
// A register for a value of its own.
unsigned code_temporary(Reading *t);
void code_emit_operation(Reading *t, unsigned dst, Operation operation, unsigned bits, bool is_signed, CodeValue a,
                         CodeValue b);
// What follows is not reached unless it is not 0.
void code_assume(Reading *t, CodeValue holds);

// ---- Arithmetic: folded where it is of constants

CodeValue code_operate(Reading *t, Operation operation, unsigned bits, bool is_signed, CodeValue a, CodeValue b);
// The same value, which later steps do not change.
CodeValue code_copy(Reading *t, CodeValue v);
CodeValue code_narrowed(Reading *t, CodeValue v, unsigned bits);
// As a signed number, which is no register's value; and as it is kept: unsigned.
CodeValue code_signed_from(Reading *t, CodeValue v, unsigned bits);
CodeValue code_unsigned_in(Reading *t, CodeValue v, unsigned bits);
// From so many bits to 64.
CodeValue code_extended(Reading *t, CodeValue v, unsigned from, bool is_signed);
CodeValue code_arithmetic_right(Reading *t, CodeValue v, CodeValue by, unsigned bits);
CodeValue code_rotated(Reading *t, CodeValue v, CodeValue by, unsigned bits);

// ---- Registers of the machine

// The index of one, made where it is new.
unsigned code_state(Reading *t, const char *name);
CodeValue code_read_register(Reading *t, const CodeRegister *reg);
void code_write_register(Reading *t, const CodeRegister *reg, CodeValue v);
void code_set_state(Reading *t, unsigned index, CodeValue v);
