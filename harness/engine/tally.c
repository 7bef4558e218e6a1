// A table by open addressing. A row is written before its count, and a count of 0 is an empty row: whoever reads while
// the writer is at work, or was killed, sees whole rows only.
#include "harness/engine/tally.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

struct Tally {
  unsigned observables, capacity; // capacity: a power of two
  uint64_t total, overflow;
};

typedef struct {
  alignas(16) uint64_t count;
  Value values[];
} Row;

static unsigned tally_capacity(unsigned states) {
  unsigned capacity = 1;
  while (capacity < states && capacity < 1u << 24)
    capacity *= 2;
  return capacity;
}

static size_t row_bytes(unsigned observables) { return sizeof(Row) + observables * sizeof(Value); }

static size_t rows_offset(void) { return (sizeof(Tally) + 15) / 16 * 16; }

static Row *tally_row(const Tally *tally, unsigned index) {
  return (Row *)((char *)tally + rows_offset() + index * row_bytes(tally->observables));
}

size_t tally_size(unsigned observables, unsigned states) {
  return rows_offset() + tally_capacity(states) * row_bytes(observables);
}

void tally_init(Tally *tally, unsigned observables, unsigned states) {
  memset(tally, 0, tally_size(observables, states));
  tally->observables = observables;
  tally->capacity = tally_capacity(states);
}

static uint64_t hash(const Value *values, unsigned count) {
  uint64_t h = 0x9e3779b97f4a7c15u;
  for (unsigned i = 0; i < count; i++) {
    UnsignedValue v = (UnsignedValue)values[i];
    h = (h ^ (uint64_t)v ^ (uint64_t)(v >> 64) * 31) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  return h;
}

// Equal by value: a Value has no padding.
static bool equal(const Row *row, const Value *values, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (row->values[i] != values[i])
      return false;
  return true;
}

// Rows looked at, at most, so that a full table costs little: states that it has no room for come in great numbers.
enum { PROBES = 128 };

void tally_add(Tally *tally, const Value *values, uint64_t count) {
  if (!count)
    return;
  unsigned n = tally->observables, mask = tally->capacity - 1;
  unsigned at = (unsigned)hash(values, n) & mask;
  for (unsigned probes = 0; probes < PROBES && probes <= mask; probes++, at = (at + 1) & mask) {
    Row *row = tally_row(tally, at);
    if (row->count && !equal(row, values, n))
      continue;
    for (unsigned i = 0; !row->count && i < n; i++)
      row->values[i] = values[i];
    __atomic_store_n(&row->count, row->count + count, __ATOMIC_RELEASE);
    tally->total += count;
    return;
  }
  tally_overflowed(tally, count);
}

void tally_overflowed(Tally *tally, uint64_t count) { tally->overflow += count; }

uint64_t tally_overflow(const Tally *tally) { return tally->overflow; }

uint64_t tally_total(const Tally *tally) { return tally->total; }

// Shell's sort, with the gaps of Knuth (TAOCP 3, 5.2.1). Of qsort_r systems have two that differ, or none.
static void sort_rows(const Test *test, HistogramRow *rows, unsigned count) {
  unsigned gap = 1;
  while (gap < count / 3)
    gap = 3 * gap + 1;
  for (; gap; gap /= 3)
    for (unsigned i = gap; i < count; i++) {
      HistogramRow row = rows[i];
      unsigned at = i;
      for (; at >= gap && state_compare(test, row.state, rows[at - gap].state) < 0; at -= gap)
        rows[at] = rows[at - gap];
      rows[at] = row;
    }
}

Histogram tally_histogram(const Tally *tally, const Test *test, Arena *arena) {
  assert(tally->observables == test->observable_total);
  Histogram out = {0};
  unsigned used = 0;
  for (unsigned i = 0; i < tally->capacity; i++)
    used += __atomic_load_n(&tally_row(tally, i)->count, __ATOMIC_ACQUIRE) != 0;
  out.rows = ARENA_ARRAY(arena, HistogramRow, used ? used : 1);
  for (unsigned i = 0; i < tally->capacity && out.count < used; i++) {
    const Row *row = tally_row(tally, i);
    uint64_t count = __atomic_load_n(&row->count, __ATOMIC_ACQUIRE);
    if (!count)
      continue;
    Value *values = ARENA_ARRAY(arena, Value, tally->observables ? tally->observables : 1);
    for (unsigned v = 0; v < tally->observables; v++)
      values[v] = row->values[v];
    State state = {values};
    bool is_witness = state_is_witness(test, state);
    out.rows[out.count++] = (HistogramRow){state, count, is_witness};
    out.total += count;
    out.witnesses += is_witness ? count : 0;
  }
  sort_rows(test, out.rows, out.count);
  return out;
}
