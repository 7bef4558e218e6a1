// Waits: turns of a loop after which a thread stands where it stood before. It wrote nothing, or only what was there,
// and what it will look at has the values that it had. Private to model.
//
// An execution with such a turn ends in the state that it ends in without it, and a model that allows the one allows
// the other: what is taken away are reads, and exchanges that write back what they read. So no path need take such a
// turn, and a loop that only waits needs no bound (Kokologiannakis, Ren, Vafeiadis, "Dynamic Partial Order Reductions
// for Spinloops", FMCAD 2021). A thread that never leaves the loop takes it for ever, and its last turn tells (HANGS in
// search.h).
#pragma once
#include "harness/event/program.h"

#include <stdbool.h>

// Where a thread may find out that it stands where it stood, and what it has to compare: the registers that it will
// look at from there on, and its reservation.
typedef struct {
  bool *watched;       // by instruction; NULL: the thread has no loop, or too large a one to be watched
  unsigned *first;     // by instruction: of what a thread standing there holds, and one more; nothing if not watched
  unsigned *registers; // held, instruction by instruction
  bool *holds_reservation; // by instruction
} LoopWatch;

LoopWatch loop_watch(const Program *program, unsigned thread, Arena *arena);
