// Waits: turns of a loop after which a thread stands where it stood before. It wrote nothing, or only what was there,
// and nothing that it will look at has changed. Private to model.
//
// An execution with such a turn ends in the state that it ends in without it, and a model that allows the one allows
// the other: what is taken away are reads, and exchanges that write back what they read. So no path need take such a
// turn, and a loop that only waits needs no bound (Kokologiannakis, Ren, Vafeiadis, "Dynamic Partial Order Reductions
// for Spinloops", FMCAD 2021). A thread that never leaves the loop takes it for ever, and its last turn tells (HANGS in
// search.h).
#pragma once
#include "harness/event/program.h"

#include <stdint.h>

// Where a thread may find out that it stands where it stood.
typedef struct {
  bool *watched;  // by instruction; NULL: the thread has no loop, or too large a one to be watched
  uint64_t *live; // by instruction: the registers that a thread standing there will look at, a bit each, and
                  // behind them its reservation
  unsigned words; // of one instruction's
} LoopWatch;

LoopWatch loop_watch(const Program *program, unsigned thread, Arena *arena);

static inline bool loop_watch_live(const LoopWatch *watch, unsigned instr, unsigned reg) {
  return watch->live[(size_t)instr * watch->words + reg / 64] >> reg % 64 & 1;
}
