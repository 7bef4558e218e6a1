// The lockstep engine: one fresh instance of the locations for every iteration. Private to engine/.
//
// Instances lie in an array. All threads run their part of the test on instance 0, then 1, ... each starting at the
// moment that the instance is due by the clock, or when all have met in memory. After a batch the actors count the
// final states, each a part of the batch, and reset the instances.
#pragma once
#include "harness/engine/trials.h"

// Runs the test until the session is over; what is to be known of it is then in the report and the tally.
void lockstep_run(EngineSession *session);

// How many instances take about as long as a segment should, after one of `done` in so many seconds; of 0 seconds,
// where the clock has not moved, it makes the most there may be.
uint64_t lockstep_segment_instances(uint64_t done, double seconds);

// The axes of the settings that trials choose from; returns how many. `by_clock`: how threads meet.
unsigned lockstep_axes(unsigned threads, bool one_layout, bool by_clock, TuneAxis axes[TUNE_AXES]);
