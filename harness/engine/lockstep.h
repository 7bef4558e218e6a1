// The lockstep engine: one fresh instance of the locations for every iteration. Private to engine/.
//
// Instances lie in an array. All threads run their part of the test on instance 0, then 1, ... each starting at the
// moment that the instance is due by the clock, or when all have met in memory. After a batch the actors count the
// final states, each a part of the batch, and reset the instances.
#pragma once
#include "harness/engine/trials.h"

// What happens to an instance's lines after they are reset and before the threads run on them.
typedef enum {
  TOUCH_NONE,   // they stay with the core that reset them: each actor has a part of the batch
  TOUCH_SHARED, // every actor reads them
  TOUCH_FLUSH,  // they leave all caches
  TOUCH_ONE,    // + t: thread t writes to all of them
  TOUCH_TURNS   // + thread count + k: line j of an instance is written by thread (j + k) mod the thread count
} Touch;

// How locations lie in an instance.
typedef struct {
  size_t offsets[SHAPE_LOCATIONS]; // bytes from the instance's start
  size_t stride;                   // bytes; a multiple of a line
} Layout;

enum { LAYOUT_LINE = 64 }; // bytes: what Layout= counts in

// Each location on lines of its own, or (`compact`) as few lines as hold them all. A location that Layout= places has
// lines of its own in either.
Layout layout_of(const Shape *shape, bool compact);

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
  uint64_t instances; // to run; 0: the run is over
  unsigned batch;     // instances at a time
  Layout layout;
  bool by_clock;
  uint64_t ticks;
  uint64_t shift[SHAPE_THREADS];
  uint32_t spread;
  uint32_t pauses; // 0: the threads do not pause between their statements
  unsigned touch;  // a Touch
  unsigned every, spins;
  bool crowded;    // threads share PUs
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

// How many instances take about as long as a segment should, after one of `done` in so many seconds; of 0 seconds,
// where the clock has not moved, it makes the most there may be.
uint64_t lockstep_segment_instances(uint64_t done, double seconds);

// The axes of the settings that trials choose from; returns how many. `by_clock`: how threads meet.
unsigned lockstep_axes(unsigned threads, bool one_layout, bool by_clock, TuneAxis axes[TUNE_AXES]);
