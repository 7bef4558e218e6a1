// Where a test has more threads than there are PUs: one actor a PU, which runs several of the threads, each to the end
// of its part, one after the other, with a full fence between. Who shares an actor, and who goes first, are settings.
//
// Why what is seen so is what the test itself may show: a system that switches the PU from one thread to the next as it
// ends does the same, and fences too. In a model's words: take an execution with the threads a and b run so, a first.
// In that of the test itself the program order from a to b is missing, and with it nothing but order. What a
// write of a, read by b, is read from outside instead of inside; but a full fence is between the two, so that they are
// ordered whichever it is; and b writes nothing that a reads, since a load reads no later store of its own program
// order. So a cycle that a model forbids in the test's execution would be one in this one. What is lost are the
// executions in which threads of one actor overlap: others share an actor in another arrangement.
//
// A thread that waits for another in a loop cannot be run so.
#pragma once
#include "harness/engine/shape.h"
#include "harness/engine/team.h"

enum { CREW_ARRANGEMENTS = 240 };

typedef struct {
  unsigned actors, threads, most;        // most: threads of one actor
  unsigned from[SHAPE_THREADS + 1];      // actor a runs order[from[a]] to order[from[a + 1] - 1]
  unsigned char order[SHAPE_THREADS];    // threads
  unsigned char actor_of[SHAPE_THREADS]; // by thread
} Crew;

// How many actors the threads have: one for each PU, if several PUs have threads to share and no thread waits for
// another; else one for each thread.
unsigned crew_actors(const Binding *binding, bool waits);
// The binding of so many actors.
Binding crew_binding(const Binding *binding, unsigned actors);
// How many arrangements there are, at most CREW_ARRANGEMENTS of them.
unsigned crew_arrangements(unsigned threads, unsigned actors);
// One of them, numbered from 0. With an actor for each thread the first is thread t at actor t.
Crew crew_arrange(unsigned threads, unsigned actors, unsigned arrangement);
// "P0 P2 | P1"
void crew_print(const Crew *crew, char *text, size_t size);

// Between two threads of one actor.
static inline void crew_switch(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
