// Threads that go straight on: no branch, no read-modify-write, and nothing computed from what was read.
#pragma once
#include "harness/event/program.h"

// An access to a whole location, of as many bits as it has.
typedef struct {
  bool is_store;
  unsigned location;
  EventValue value; // of a store
  unsigned instr;
} StraightAccess;

// What a register holds in the end.
typedef enum { STRAIGHT_VALUE, STRAIGHT_LOAD, STRAIGHT_OTHER } StraightKind;

typedef struct {
  StraightKind kind;
  EventValue value; // STRAIGHT_VALUE
  unsigned access;  // STRAIGHT_LOAD: what this one read
} StraightRegister;

typedef struct {
  StraightAccess *accesses; // in program order
  unsigned access_count;
  StraightRegister *registers; // of the program's thread
} StraightThread;

// Fills `out`, in `arena`. NULL, or a sentence that says why the thread is none.
const char *program_straight(const Program *program, unsigned thread, Arena *arena, StraightThread *out);
