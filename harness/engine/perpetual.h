// The perpetual engine: threads that never wait for each other, and frames found afterwards in what they read.
//
// Melissaris, Markakis, Shaw, Martonosi, "PerpLE: Improving the Speed and Effectiveness of Memory Consistency Testing",
// MICRO 2020. Every thread runs its part of the test over and over. Where the test stores a constant, iteration i
// (from 0) stores i * k + s + 1: s numbers the k store instructions of the location, 0 is what it holds before the
// first. A loaded value therefore names the store and the iteration that it came from. A frame is one iteration of each
// thread; its state follows from what its loads returned:
//
//   a value from before the writer's iteration of the frame   reads the initial value;
//   one of store s of that iteration                          reads what the test's store s writes;
//   one from a later iteration                                reads what the test's last store to the location writes.
//
// Beyond the paper:
//
// - The locations exist in several copies, visited in turn, so that several line transfers are in flight. A frame takes
//   all its iterations from one copy; copies know nothing of each other.
// - The histogram counts a matching: no iteration of a thread is in two frames of it. See perpetual_match.
//
// Why a frame's state is one that the test itself may end in. Take an execution of the whole, and of its events those
// of a frame. Program order and fences between them are as they were. Each location is stored to by one thread, so its
// coherence order is that thread's program order, in the frame as in the whole. Then every edge of the frame's
// execution is an edge or a path of the whole:
//
// - A load that is said to read the initial value read a store older than the frame's: it was before each of the
//   frame's stores (fr) in the whole too.
// - One that is said to read store s read store s.
// - One that read a later iteration is said to read the frame's last store w to the location. In the whole that is a
//   path: from w to the store that was read, of the same thread and later in coherence, and from there to the load
//   (rf). It is before no store of the frame, as the test would have it.
//
// So a cycle that a model forbids in the frame would be one in the whole, if what is ordered before w is ordered before
// the later store as well. It is: x86, ARMv8 and RISC-V keep a thread's stores to one location in order for everybody;
// on POWER what orders w is a fence before it, which is before the later store too. (A dependency that ends in w would
// not do; there is none, since w stores a constant.) This holds for any frame, however it was chosen, and any number of
// threads: how frames are looked for decides what is found, never whether it is true. It fails where two threads store
// to one location, where a value or an access depends on a load, and for read-modify-writes: perpetual_shape refuses
// those.
#pragma once
#include "harness/engine/session.h"

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

// The state of that number, in words.
void perpetual_words(const Shape *shape, unsigned state, uint64_t *words);

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

// Part of the iterations of each thread: from to to-1.
typedef struct {
  uint32_t from, to;
} PerpetualRange;

// Cuts the iterations 0 to n-1 of each thread of one copy into `parts` that belong together in time, and gives the
// `part`-th; parts never overlap. seen[l] is what load l saw, by iteration.
void perpetual_cut(const PerpetualShape *shape, const uint16_t *const *seen, uint32_t n, unsigned part, unsigned parts,
                   PerpetualRange *ranges);

// Counts frames of one copy by state into counts[state], no iteration of a thread in two of them: as many as there can
// be that show the target (a digit for each load), in the order of the iterations. What lies between two of those is
// paired off in order and counted as what it is; where one thread has more to pair than another, the rest is left out:
// frames are of iterations that ran at about the same time.
//
// A load that does not show its digit names the thread that must move on: the writer is too early, or the reader is.
// Since what a thread reads of a location never goes back, no later frame can use the iterations so left behind. Moving
// on until no load objects finds the least frame, in time linear in the iterations (Garg and Waldecker, "Detection of
// Weak Unstable Predicates in Distributed Programs", TPDS 1994). Taking the least frame again and again finds the
// largest number of frames without a common iteration: with two frames that show the target, the earlier iterations of
// each thread show it too, and so do the later ones; hence any such set, sorted thread by thread, is a chain of frames
// that show it, and no chain is longer than the one that always takes the least. Were a location ever to go back, fewer
// might be found; every frame that is counted is checked as it stands.
void perpetual_match(const PerpetualShape *shape, const uint16_t *const *seen, const PerpetualRange *ranges,
                     const signed char *target, uint64_t *counts);

// The literature's count, where a load counts again for as long as it is stale: of the iterations of thread 0 in the
// range, how many are part of some frame that shows the target, other threads' iterations being used as often as
// needed.
uint64_t perpetual_frames(const PerpetualShape *shape, const uint16_t *const *seen, const PerpetualRange *ranges,
                          const signed char *target);
// The state of a frame.
unsigned perpetual_state(const PerpetualShape *shape, const uint16_t *const *seen, const uint32_t *frame);
