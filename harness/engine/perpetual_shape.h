// A test as the perpetual engine sees it, and where the code that is made for it keeps what it does.
#pragma once
#include "harness/engine/shape.h"

enum {
  PERPETUAL_LOADS = 16,                   // observed loads of a test, at most
  PERPETUAL_STATES = 4096,                // different states, at most
  PERPETUAL_VISITS = 32768,               // iterations of a thread in one epoch, over all copies
  PERPETUAL_COPIES = 8,                   // of the locations, at most
  PERPETUAL_CELL = 128,                   // bytes of a copy of a location
  PERPETUAL_VARIANTS = 4,                 // numbers of copies that there is code for: 1, 2, 4, 8
  PERPETUAL_PAUSING = PERPETUAL_VARIANTS, // after the code for those: one copy, with pauses between the statements
  PERPETUAL_CODES,                        // of each thread
  PERPETUAL_LIMIT = 65535,                // the largest value stored: what is read is kept in 16 bits
  PERPETUAL_GAP = 32,                     // values between the buffers of two copies, so that they do not alias
  PERPETUAL_SLOT = PERPETUAL_VISITS + PERPETUAL_COPIES * PERPETUAL_GAP + PERPETUAL_GAP, // values of one load's buffers
  PERPETUAL_ANY = -1                                                                    // a digit that does not matter
};

// A load whose register is observed, of a location that some thread stores to. Which of the location's values it
// returned is a digit: 0 the initial value, s the test's s-th store, counted from 1.
typedef struct {
  unsigned thread, reg; // reg: for whoever makes the code
  unsigned location;    // index into Shape.locations
  unsigned writer;      // the thread that stores to it
  unsigned stores;      // by how many instructions: k
  unsigned slot;        // which of its thread's buffers it fills
  unsigned weight;      // of its digit in the number of a state
} PerpetualLoad;

// What an observable is: of fixed value, or a load's.
typedef struct {
  int load;              // index into loads; -1: fixed
  const uint64_t *words; // its value by digit, as in a state; of a fixed one the first
} PerpetualValue;

// A test as this engine sees it, beside what Shape says.
typedef struct PerpetualShape {
  unsigned threads;
  unsigned load_count;
  PerpetualLoad loads[PERPETUAL_LOADS];
  unsigned state_count;         // states are numbered: the sum of digit times weight
  unsigned iterations;          // in one epoch, at most, so that values fit
  const PerpetualValue *values; // of each of Shape.observables
} PerpetualShape;

// The code of a thread for a number of copies is a KernelIterations. The one that pauses does so between statements
// too, for 0 to 7 times as many turns, by iteration.

// Where a location's copy lies among the cells: bytes. Each on two lines of its own, since CPUs fetch lines in pairs.
static inline size_t perpetual_cell(unsigned location, unsigned copy) {
  return ((size_t)location * PERPETUAL_COPIES + copy) * PERPETUAL_CELL;
}
// Where, in a thread's buffers, what a load saw in a copy is kept, by iteration.
static inline size_t perpetual_buffer(unsigned slot, unsigned copy, unsigned copies) {
  return (size_t)slot * PERPETUAL_SLOT + copy * (size_t)(PERPETUAL_VISITS / copies + PERPETUAL_GAP);
}
