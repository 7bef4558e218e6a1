// A table of counts by state, of a fixed size and without pointers: in memory that the child shares with its parent,
// and in that of each actor.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
  unsigned words, capacity; // of a state; rows, a power of two
  uint64_t total;           // of the counts
  uint64_t lost;            // counts of states beyond the room
} Tally;                    // the rows follow

// Bytes for a tally of states of so many words, at most `states` different ones.
size_t tally_bytes(unsigned words, unsigned states);
void tally_init(Tally *tally, unsigned words, unsigned states);
// Adds `count` to a state; to `lost`, where there is no room for it. One writer at a time.
void tally_add(Tally *tally, const uint64_t *state, uint64_t count);
// The first row from *at on that counts something: its count, its state, and *at moves behind it. 0 where there is
// none. Readable at any moment, also after the writer was killed.
uint64_t tally_next(const Tally *tally, unsigned *at, const uint64_t **state);
// Forgets everything.
void tally_clear(Tally *tally);
