// What instructions do, as instructions of the event program: the steps of a row, carried out. Private to code.
#pragma once
#include "harness/code/code.h"
#include "harness/code/row.h"
#include "harness/event/program.h"

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
  bool is_known; // it points into the stack: `known`
  bool is_lost;  // so it does on one of the ways to this place
  EventValue known;
} CodeState;

typedef struct {
  unsigned instr; // its target is to be the first instruction of a line
  unsigned line;
} CodeFixup;

typedef struct {
  Value offset;
  unsigned bits;
  unsigned reg;
} CodeSlot;

// A thread being read.
typedef struct {
  const CodeThread *code;
  const InstructionSet *set;
  const Source *source;
  Arena *arena;
  Diag *diag;
  unsigned line; // being read
  Instr *instrs;
  size_t count, capacity;
  CodeState *states;
  size_t state_count, state_capacity;
  CodeFixup *fixups;
  size_t fixup_count, fixup_capacity;
  CodeSlot *slots;
  size_t slot_count, slot_capacity;
  unsigned temporaries, temporary_peak;
  bool jumps; // this line goes nowhere but where it jumps
  bool failed;
} Reading;

// The index of a register of the machine, made where it is new.
unsigned code_state(Reading *t, const char *name);
// The slot of the stack or the frame at `offset`, of `bits`; NULL if there is none.
const CodeSlot *code_slot(const Reading *t, Value offset, unsigned bits);
// Whether something was put where it overlaps those bytes.
bool code_overlaps(const Reading *t, Value offset, unsigned bits);
// The line of a label; -1 where there is none.
int code_label(const Reading *t, const char *name);
// Carries out one instruction. False, reported, where it cannot.
bool code_carry_out(Reading *t, const RowMatch *match);
// The same for a call of CodeThread.idle, which returns 0.
bool code_call_idle(Reading *t);
