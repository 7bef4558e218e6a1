// What each actor of the lockstep engine does in a round. Private to engine/.
#pragma once
#include "harness/engine/crew.h"
#include "harness/engine/lockstep_layout.h"
#include "harness/engine/tally.h"

// What happens to an instance's lines after they are reset and before the threads run on them.
typedef enum {
  TOUCH_NONE,   // they stay with the core that reset them: each actor has a part of the batch
  TOUCH_SHARED, // every actor reads them
  TOUCH_FLUSH,  // they leave all caches
  TOUCH_ONE,    // + t: thread t writes to all of them
  TOUCH_TURNS   // + thread count + k: line j of an instance is written by thread (j + k) mod the thread count
} Touch;

// What one actor works on.
typedef struct {
  void *frames;
  uint64_t *small; // counters of states of small values
  Tally *table;    // of the others
  uint64_t random;
} LockstepActor;

// What a segment of the run is to do: so many instances, by one setting. In the team's region; actor 0 writes it.
typedef struct {
  KernelMeeting batch_meeting, instance_meeting;
  const KernelCode *code;
  unsigned threads;
  unsigned met_by;    // actors that meet: never changes, as the crew does while others come to the next meeting
  Crew crew;          // which actor runs which of them
  uint64_t instances; // to run; 0: the run is over
  unsigned batch;     // instances at a time
  Layout layout;
  bool by_clock;
  uint64_t ticks;
  uint64_t shift[SHAPE_THREADS];
  uint32_t spread;
  uint32_t pauses; // 0: the threads do not pause between their statements
  unsigned touch;  // a Touch
  unsigned every;
  bool crowded;    // actors share PUs
  uint64_t margin; // ticks from the meeting before a batch to its first instance
  double deadline; // time_seconds
  const int *stopping;
  void *run;    // actor 0's own
  char *memory; // the instances
  LockstepActor *actors;
  void **frames;
  // What came of it.
  bool ended; // before all were run: time was up, or the run was told to stop
  uint64_t done;
  double seconds; // that the batches took, meetings and counting included, other programs' share mostly left out
} LockstepRound;

// An actor's part of a segment; returns when all actors have done theirs. False where the run is over.
bool lockstep_segment(LockstepRound *round, unsigned actor);
