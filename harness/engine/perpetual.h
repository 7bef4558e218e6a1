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
//
// Why 2+2W, R and S are not run so. Each asks which of two threads' stores to one location is the last, and no access
// of theirs tells it. 2+2W has no load at all: what a run leaves of a copy is one final value a location, whatever the
// number of iterations, so that of all its frames one can be told. R and S load only the other location; two executions
// that differ in nothing but the coherence order of the asked one return the same values, and their frames end in
// different states. So an encoding must add accesses. Loads are enough, each of a location with two writers, behind the
// thread's last access of an iteration (removing them from an execution removes edges, and adds none). One in thread a
// that returns iteration j of thread b, between a's own stores of iterations i and i + 1, says that i is before j and j
// before i + 1 in coherence; since each thread's stores are in its program order there, it decides all frames but those
// whose store was overwritten unread. It must come so late that the store has left the store buffer, else it returns
// the thread's own, and says nothing: visits of other copies later. That is a test with a third of its accesses ours,
// on lines that are no longer left to the stores; lockstep runs these tests as they are.
#pragma once
#include "harness/engine/session.h"

// Runs the test until the session is over; what is to be known of it is then in the report and the tally.
void perpetual_run(EngineSession *session);
