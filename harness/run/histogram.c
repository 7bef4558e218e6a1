#include "harness/run/histogram.h"

#include <stdlib.h>

static State read_state(const Test *test, const uint64_t *words, Arena *arena) {
  Value *values = ARENA_ARRAY(arena, Value, test->observable_total + 1);
  for (unsigned i = 0; i < test->observable_count; i++) {
    const Observable *o = &test->observables[i];
    UnsignedValue bits = *words++;
    if (observable_bits(test, o) == 128)
      bits |= (UnsignedValue)*words++ << 64;
    values[i] = o->may_point ? (Value)bits : type_wrap(observable_base(test, o), (Value)bits);
  }
  return (State){values};
}

static int by_state(const void *a, const void *b, void *test) {
  return state_compare(*(const Test **)test, ((const HistogramRow *)a)->state, ((const HistogramRow *)b)->state);
}

Histogram histogram_of(const Tally *tally, const Test *test, Arena *arena) {
  Histogram out = {0};
  size_t capacity = 0;
  unsigned at = 0;
  const uint64_t *words;
  for (uint64_t count; (count = tally_next(tally, &at, &words)) != 0;) {
    State state = read_state(test, words, arena);
    bool is_witness = state_is_witness(test, state);
    out.rows = arena_grow(arena, out.rows, &capacity, out.count + (size_t)1, sizeof *out.rows);
    out.rows[out.count++] = (HistogramRow){state, count, is_witness};
    out.total += count;
    out.witnesses += is_witness ? count : 0;
  }
  if (out.count)
    qsort_r(out.rows, out.count, sizeof *out.rows, by_state, &test);
  return out;
}
