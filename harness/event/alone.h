// A program of one thread, run step by step: nobody else writes, so that it has one end.
#pragma once
#include "harness/event/program.h"

typedef struct {
  const EventValue *state; // of the program's observables where it ended; NULL: it did not
  bool misfits;            // an access fits no element of its location: where and how wide it is
  EventValue address;
  unsigned bits;
  const char *why; // a sentence, where it did not end otherwise
} AloneRun;

// Runs the program's only thread from what its locations hold at first. The state lives in `arena`.
AloneRun program_run_alone(const Program *program, Arena *arena);
