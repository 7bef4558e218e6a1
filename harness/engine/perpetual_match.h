// Frames, found in what the loads of the perpetual engine's iterations saw.
#pragma once
#include "harness/engine/perpetual_shape.h"

// The state of that number, in words.
void perpetual_words(const Shape *shape, unsigned state, uint64_t *words);

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
