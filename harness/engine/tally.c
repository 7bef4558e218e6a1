// A table by open addressing. A row is a count and a state; the state is written before the count, and a count of 0 is
// an empty row: whoever reads while the writer is at work, or was killed, sees whole rows only.
#include "harness/engine/tally.h"

#include <string.h>

static unsigned capacity_for(unsigned states) {
  unsigned capacity = 1;
  while (capacity < states && capacity < 1u << 24)
    capacity *= 2;
  return capacity;
}

static uint64_t *row(const Tally *tally, unsigned index) {
  return (uint64_t *)(tally + 1) + (size_t)index * (1 + tally->words);
}

size_t tally_bytes(unsigned words, unsigned states) {
  return sizeof(Tally) + (size_t)capacity_for(states) * (1 + words) * sizeof(uint64_t);
}

void tally_init(Tally *tally, unsigned words, unsigned states) {
  memset(tally, 0, tally_bytes(words, states));
  tally->words = words;
  tally->capacity = capacity_for(states);
}

static unsigned hash(const Tally *tally, const uint64_t *state) {
  uint64_t h = 0x9e3779b97f4a7c15u;
  for (unsigned i = 0; i < tally->words; i++) {
    h = (h ^ state[i]) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  return (unsigned)h;
}

// Rows looked at, at most, so that a full table costs little: states that it has no room for come in great numbers.
enum { PROBES = 128 };

void tally_add(Tally *tally, const uint64_t *state, uint64_t count) {
  if (!count)
    return;
  unsigned mask = tally->capacity - 1, at = hash(tally, state) & mask;
  size_t bytes = tally->words * sizeof *state;
  for (unsigned probe = 0; probe < PROBES && probe <= mask; probe++, at = (at + 1) & mask) {
    uint64_t *r = row(tally, at);
    if (!r[0])
      memcpy(r + 1, state, bytes);
    else if (memcmp(r + 1, state, bytes) != 0)
      continue;
    __atomic_store_n(r, r[0] + count, __ATOMIC_RELEASE);
    tally->total += count;
    return;
  }
  tally->lost += count;
}

uint64_t tally_next(const Tally *tally, unsigned *at, const uint64_t **state) {
  while (*at < tally->capacity) {
    const uint64_t *r = row(tally, (*at)++);
    uint64_t count = __atomic_load_n(r, __ATOMIC_ACQUIRE);
    *state = r + 1;
    if (count)
      return count;
  }
  return 0;
}

void tally_clear(Tally *tally) {
  for (unsigned i = 0; i < tally->capacity && tally->total; i++)
    row(tally, i)[0] = 0;
  tally->total = tally->lost = 0;
}
