// A tally: states counted as they come, in memory that the child shares with its parent; a fixed size, no pointers.
#pragma once
#include "harness/engine/histogram.h"

typedef struct Tally Tally;

// Bytes for a tally of states of `observables` values, at most `states` different ones.
size_t tally_size(unsigned observables, unsigned states);
void tally_init(Tally *tally, unsigned observables, unsigned states);
// Adds `count` to a state. A state beyond the tally's room is counted in tally_overflow. One writer at a time.
void tally_add(Tally *tally, const Value *values, uint64_t count);
uint64_t tally_overflow(const Tally *tally);
// Counts iterations whose states were lost before they came here, as those beyond the room.
void tally_overflowed(Tally *tally, uint64_t count);
// What is in the table: without the overflow.
uint64_t tally_total(const Tally *tally);
// The histogram of what was counted, witnesses marked, in `arena`. Readable at any moment, also after the writer was
// killed.
Histogram tally_histogram(const Tally *tally, const Test *test, Arena *arena);
