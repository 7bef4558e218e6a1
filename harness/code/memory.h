// Accesses of machine code: those to memory become events, those to the thread's own stack values in registers. Private
// to code.
#pragma once
#include "harness/code/reading.h"

typedef struct {
  CodeValue address;
  unsigned bits;
  const char *reads, *writes; // the tags of its read and of its write
} CodeAccess;

CodeValue code_load(Reading *t, const CodeAccess *a, bool exclusive);
void code_store(Reading *t, const CodeAccess *a, CodeValue v);

// How what a store-exclusive says of itself depends on the two accesses.
typedef enum { STATUS_FREE, STATUS_PICKED, STATUS_DEPENDS } CodeStatus;

// 0 where it stored, 1 where it did not.
CodeValue code_store_exclusive(Reading *t, const CodeAccess *a, CodeValue v, CodeStatus how);
// Writes `operation` of what is there and v; returns what was there.
CodeValue code_update(Reading *t, const CodeAccess *a, Operation operation, CodeValue v);
// What it found; `locked`: by its read alone, where it is what was expected.
CodeValue code_compare_and_swap(Reading *t, const CodeAccess *a, CodeValue old, CodeValue v, bool locked);

// What lies on the stack or in the frame; that it is 0 when the thread begins; whether the code puts anything there.
CodeValue code_load_stack(Reading *t, Value offset, unsigned bits);
void code_zero_on_stack(Reading *t, Value offset, unsigned bits);
bool code_stack_is_written(const Reading *t, Value offset, unsigned bits);

// The slot of the stack or the frame at `offset`, of `bits`; NULL if there is none.
const CodeSlot *code_slot(const Reading *t, Value offset, unsigned bits);
// Whether something was put where it overlaps those bytes.
bool code_overlaps(const Reading *t, Value offset, unsigned bits);
