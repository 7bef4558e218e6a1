// Measuring a row: threads, preparation, samples. Private to cost/.
//
// A sample is the time of the body less the time of its base, one right after the other, so that a core clock that
// drifts takes both along. Bodies without preparation run for some 20 us a sample, short against the time between two
// interrupts, and five times as long where cores fight over a line, which goes in turns; bodies over prepared lines run
// once a preparation, several times a sample where the clock is coarse. Samples during which another program ran on the
// core are left out (quiet.h). They are taken in ten turns or more, between which all other rows have theirs, until the
// median is stable (summary_stable), or for 0.1 s of the CPU altogether: then the row says that it is not. Its spread
// is the width of the middle half of the samples, or how far the turns' medians lie apart, or what measurements differ
// by that are repeated another time, whichever is the most.
#pragma once
#include "harness/cost/operation.h"
#include "harness/cost/workspace.h"

// Forgets what was measured.
void measure_begin(Cost *cost, CostRow *row);
// Takes some more samples: the row has the figures of all of them so far, or a reason.
void measure_turn(Cost *cost, CostRow *row);
// Its figures once more, as probes of other rows may since have told what the core can do.
void measure_again(const Cost *cost, CostRow *row);
// Whether it needs no more.
bool measure_done(const CostRow *row);

// Runs `body` once in a process of its own, as this worker would: whether the CPU bears it.
bool measure_survives(CostBody *body, const Worker *worker);

// The core clock of the first PU: from a chain of dependent adds, and by the performance counters (0: there are none).
// False where the thread cannot be pinned.
bool measure_clock(const Cost *cost, double *adds_ghz, double *counter_ghz);
