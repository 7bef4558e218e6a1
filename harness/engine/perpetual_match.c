#include "harness/engine/perpetual_match.h"

#include <assert.h>
#include <string.h>

// Which of the location's values a load returned, for the frame whose writer is in `iteration`.
static unsigned digit(const PerpetualLoad *load, uint32_t seen, uint32_t iteration) {
  uint32_t before = iteration * load->stores;
  if (seen <= before)
    return 0;
  return seen - before < load->stores ? seen - before : load->stores;
}

unsigned perpetual_state(const PerpetualShape *shape, const uint16_t *const *seen, const uint32_t *frame) {
  unsigned state = 0;
  for (unsigned l = 0; l < shape->load_count; l++) {
    const PerpetualLoad *load = &shape->loads[l];
    state += load->weight * digit(load, seen[l][frame[load->thread]], frame[load->writer]);
  }
  return state;
}

void perpetual_words(const Shape *shape, unsigned state, uint64_t *words) {
  const PerpetualShape *perpetual = shape->perpetual;
  for (unsigned o = 0; o < shape->observable_count; o++) {
    const PerpetualValue *value = &perpetual->values[o];
    unsigned count = shape->observables[o].bits > 64 ? 2 : 1, which = 0;
    if (value->load >= 0)
      which = state / perpetual->loads[value->load].weight % (perpetual->loads[value->load].stores + 1);
    memcpy(words, value->words + (size_t)which * count, count * sizeof *words);
    words += count;
  }
}

// A place in the iterations of every thread.
typedef struct {
  uint32_t at[SHAPE_THREADS];
} Place;

typedef enum { STEP_MATCHES, STEP_MOVED, STEP_ENDED } Step;

// The first iteration from `from` on in which a load returned at least `value`, or `to`.
static uint32_t first_to_see(const uint16_t *seen, uint32_t from, uint32_t to, uint32_t value) {
  while (from < to && seen[from] < value)
    from++;
  return from;
}

// Moves on whichever thread load l objects to.
static Step step_load(const PerpetualLoad *load, const uint16_t *seen, const PerpetualRange *ranges, unsigned target,
                      Place *place) {
  uint32_t *reader = &place->at[load->thread], *writer = &place->at[load->writer];
  uint32_t value = seen[*reader], wanted = *writer * load->stores + target;
  if (target == load->stores ? value >= wanted : target ? value == wanted : value <= wanted)
    return STEP_MATCHES;
  if (value < wanted) {
    *reader = first_to_see(seen, *reader + 1, ranges[load->thread].to, wanted);
    return *reader < ranges[load->thread].to ? STEP_MOVED : STEP_ENDED;
  }
  *writer = (value - target + load->stores - 1) / load->stores;
  if (*writer < ranges[load->writer].to)
    return STEP_MOVED;
  *writer = ranges[load->writer].to;
  return STEP_ENDED;
}

static Step step(const PerpetualShape *shape, const uint16_t *const *seen, const PerpetualRange *ranges,
                 const signed char *target, Place *place) {
  Step result = STEP_MATCHES;
  for (unsigned l = 0; l < shape->load_count; l++) {
    if (target[l] == PERPETUAL_ANY)
      continue;
    Step one = step_load(&shape->loads[l], seen[l], ranges, (unsigned)target[l], place);
    if (one == STEP_ENDED)
      return one;
    if (one == STEP_MOVED)
      result = one;
  }
  return result;
}

// Pairs off, in order, what lies from `base` up to `end`, as far as every thread has some; then nothing lies between.
static void count_between(const PerpetualShape *shape, const uint16_t *const *seen, Place *base, const Place *end,
                          uint64_t *counts) {
  uint32_t n = UINT32_MAX;
  for (unsigned t = 0; t < shape->threads; t++)
    if (end->at[t] - base->at[t] < n)
      n = end->at[t] - base->at[t];
  if (!n)
    return;
  for (uint32_t m = 0; m < n; m++) {
    counts[perpetual_state(shape, seen, base->at)]++;
    for (unsigned t = 0; t < shape->threads; t++)
      base->at[t]++;
  }
  *base = *end;
}

static bool any_empty(const PerpetualShape *shape, const PerpetualRange *ranges, const Place *place) {
  for (unsigned t = 0; t < shape->threads; t++)
    if (place->at[t] >= ranges[t].to)
      return true;
  return false;
}

static Place place_first(const PerpetualShape *shape, const PerpetualRange *ranges) {
  Place place = {0};
  for (unsigned t = 0; t < shape->threads; t++)
    place.at[t] = ranges[t].from;
  return place;
}

static void match_any(const PerpetualShape *shape, const uint16_t *const *seen, const PerpetualRange *ranges,
                      const signed char *target, uint64_t *counts) {
  Place place = place_first(shape, ranges), base = place;
  while (!any_empty(shape, ranges, &place)) {
    Step taken = step(shape, seen, ranges, target, &place);
    if (taken == STEP_ENDED)
      break;
    count_between(shape, seen, &base, &place, counts);
    if (taken == STEP_MOVED)
      continue;
    counts[perpetual_state(shape, seen, place.at)]++;
    for (unsigned t = 0; t < shape->threads; t++)
      base.at[t] = ++place.at[t];
  }
  for (unsigned t = 0; t < shape->threads; t++)
    place.at[t] = ranges[t].to;
  count_between(shape, seen, &base, &place, counts);
}

// Two threads that each read the other's location once, as in SB and LB: what most of the time goes into, so it has a
// matcher of its own. a[i] and b[j] are how many of the other's stores iterations i and j saw.
typedef struct {
  const uint16_t *a, *b;
  uint32_t i, j, i_end, j_end;
  unsigned a_weight, b_weight;
} Pair;

// Whether the next `BLOCK` frames (i + m, j + m) show digits a_digit and b_digit.
enum { BLOCK = 8 };
static inline __attribute__((always_inline)) bool block_matches(const Pair *p, unsigned a_digit, unsigned b_digit) {
  const uint16_t *a = p->a + p->i, *b = p->b + p->j;
  const uint16_t i = (uint16_t)p->i, j = (uint16_t)p->j;
  uint16_t objections = 0;
  for (unsigned m = 0; m < BLOCK; m++) {
    objections |= (uint16_t)((a[m] > (uint16_t)(j + m)) != a_digit);
    objections |= (uint16_t)((b[m] > (uint16_t)(i + m)) != b_digit);
  }
  return !objections;
}

static inline __attribute__((always_inline)) uint64_t pair_run(Pair *p, unsigned a_digit, unsigned b_digit) {
  uint32_t first = p->i;
  while (p->i + BLOCK <= p->i_end && p->j + BLOCK <= p->j_end && block_matches(p, a_digit, b_digit))
    p->i += BLOCK, p->j += BLOCK;
  while (p->i < p->i_end && p->j < p->j_end && (p->a[p->i] > p->j) == a_digit && (p->b[p->j] > p->i) == b_digit)
    p->i++, p->j++;
  return p->i - first;
}

// Moves on to the next frame that shows the digits, or to the end.
static inline __attribute__((always_inline)) void pair_skip(Pair *p, unsigned a_digit, unsigned b_digit) {
  while (p->i < p->i_end && p->j < p->j_end) {
    bool a_objects = (p->a[p->i] > p->j) != a_digit, b_objects = (p->b[p->j] > p->i) != b_digit;
    if (!a_objects && !b_objects)
      return;
    if (a_objects) {
      if (a_digit)
        p->i = first_to_see(p->a, p->i + 1, p->i_end, p->j + 1);
      else
        p->j = p->a[p->i];
    } else if (b_digit) {
      p->j = first_to_see(p->b, p->j + 1, p->j_end, p->i + 1);
    } else {
      p->i = p->b[p->j];
    }
  }
  p->i = p->i_end;
  p->j = p->j_end;
}

static void pair_between(const Pair *p, uint32_t i, uint32_t j, uint64_t *counts) {
  uint32_t n = p->i - i < p->j - j ? p->i - i : p->j - j;
  uint32_t a_only = 0, b_only = 0, both = 0;
  for (uint32_t m = 0; m < n; m++) {
    uint32_t a = p->a[i + m] > j + m, b = p->b[j + m] > i + m;
    a_only += a & ~b;
    b_only += b & ~a;
    both += a & b;
  }
  counts[p->a_weight] += a_only;
  counts[p->b_weight] += b_only;
  counts[p->a_weight + p->b_weight] += both;
  counts[0] += n - a_only - b_only - both;
}

static inline __attribute__((always_inline)) void pair_match(Pair *p, unsigned a_digit, unsigned b_digit,
                                                             uint64_t *counts) {
  uint64_t found = 0;
  while (p->i < p->i_end && p->j < p->j_end) {
    found += pair_run(p, a_digit, b_digit);
    uint32_t i = p->i, j = p->j;
    pair_skip(p, a_digit, b_digit);
    pair_between(p, i, j, counts);
  }
  counts[a_digit * p->a_weight + b_digit * p->b_weight] += found;
}

static bool is_pair(const PerpetualShape *shape, const signed char *target) {
  const PerpetualLoad *a = &shape->loads[0], *b = &shape->loads[1];
  return shape->threads == 2 && shape->load_count == 2 && a->thread == 0 && a->writer == 1 && b->thread == 1 &&
         b->writer == 0 && a->stores == 1 && b->stores == 1 && target[0] != PERPETUAL_ANY && target[1] != PERPETUAL_ANY;
}

void perpetual_match(const PerpetualShape *shape, const uint16_t *const *seen, const PerpetualRange *ranges,
                     const signed char *target, uint64_t *counts) {
  if (!is_pair(shape, target)) {
    match_any(shape, seen, ranges, target, counts);
    return;
  }
  Pair pair = {.a = seen[0],
               .b = seen[1],
               .i = ranges[0].from,
               .j = ranges[1].from,
               .i_end = ranges[0].to,
               .j_end = ranges[1].to,
               .a_weight = shape->loads[0].weight,
               .b_weight = shape->loads[1].weight};
  if (target[0])
    target[1] ? pair_match(&pair, 1, 1, counts) : pair_match(&pair, 1, 0, counts);
  else
    target[1] ? pair_match(&pair, 0, 1, counts) : pair_match(&pair, 0, 0, counts);
}

uint64_t perpetual_frames(const PerpetualShape *shape, const uint16_t *const *seen, const PerpetualRange *ranges,
                          const signed char *target) {
  uint64_t found = 0;
  Place place = place_first(shape, ranges);
  while (!any_empty(shape, ranges, &place)) {
    Step taken = step(shape, seen, ranges, target, &place);
    if (taken == STEP_ENDED)
      break;
    if (taken == STEP_MATCHES) {
      found++;
      place.at[0]++;
    }
  }
  return found;
}

// The same by halving, in a whole buffer: right where the location never went back, somewhere within it else.
static uint32_t find_first_to_see(const uint16_t *seen, uint32_t n, uint32_t value) {
  uint32_t from = 0, to = n;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (seen[middle] < value)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

// The iteration of each thread that belongs to iteration `first` of thread 0, as far as loads tell: a load places the
// thread it reads from; where none does, the first iteration that has seen enough of a placed thread is taken.
static void place_threads(const PerpetualShape *shape, const uint16_t *const *seen, uint32_t n, uint32_t first,
                          uint32_t *cut) {
  bool placed[SHAPE_THREADS] = {true};
  cut[0] = first;
  for (unsigned t = 1; t < shape->threads; t++)
    cut[t] = first;
  for (unsigned round = 1; round < shape->threads; round++)
    for (unsigned l = 0; l < shape->load_count; l++) {
      const PerpetualLoad *load = &shape->loads[l];
      uint32_t at = cut[load->thread];
      if (placed[load->thread] && !placed[load->writer]) {
        cut[load->writer] = at < n ? seen[l][at] / load->stores : n;
        placed[load->writer] = true;
      } else if (placed[load->writer] && !placed[load->thread]) {
        cut[load->thread] = find_first_to_see(seen[l], n, cut[load->writer] * load->stores + 1);
        placed[load->thread] = true;
      }
    }
  for (unsigned t = 0; t < shape->threads; t++)
    if (cut[t] > n)
      cut[t] = n;
}

void perpetual_cut(const PerpetualShape *shape, const uint16_t *const *seen, uint32_t n, unsigned part, unsigned parts,
                   PerpetualRange *ranges) {
  assert(part < parts);
  uint32_t cut[SHAPE_THREADS] = {0};
  for (unsigned t = 0; t < shape->threads; t++)
    ranges[t] = (PerpetualRange){0, 0};
  for (unsigned p = 0; p <= part; p++) {
    if (p + 1 < parts)
      place_threads(shape, seen, n, (uint32_t)((uint64_t)n * (p + 1) / parts), cut);
    for (unsigned t = 0; t < shape->threads; t++) {
      uint32_t end = p + 1 < parts ? cut[t] : n;
      ranges[t].from = ranges[t].to;
      ranges[t].to = end > ranges[t].to ? end : ranges[t].to; // should a location have gone back: still no overlap
    }
  }
}
