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

// Runs the test until the session is over; what is to be known of it is then in the report and the tally.
void perpetual_run(EngineSession *session);
