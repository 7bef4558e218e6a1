#include "harness/model/relation.h"

#include <string.h>

EventSet set_new(Arena *arena, unsigned n) {
  unsigned words = relation_words(n);
  return (EventSet){n, words, ARENA_ARRAY(arena, uint64_t, words)};
}

Relation relation_new(Arena *arena, unsigned n) {
  unsigned words = relation_words(n);
  return (Relation){n, words, ARENA_ARRAY(arena, uint64_t, (size_t)n * words)};
}

static size_t size_of(Relation r) { return (size_t)r.n * r.words; }
static EventSet row_of(Relation r, unsigned e) { return (EventSet){r.n, r.words, relation_row(r, e)}; }

void bits_or(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    out[i] = a[i] | b[i];
}

void bits_and(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    out[i] = a[i] & b[i];
}

void bits_without(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    out[i] = a[i] & ~b[i];
}

bool bits_empty(const uint64_t *a, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (a[i])
      return false;
  return true;
}

bool bits_equal(const uint64_t *a, const uint64_t *b, size_t count) {
  return count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

bool bits_within(const uint64_t *a, const uint64_t *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (a[i] & ~b[i])
      return false;
  return true;
}

static void clear(Relation r) {
  if (r.n)
    memset(r.bits, 0, size_of(r) * sizeof *r.bits);
}

void set_fill(EventSet out) {
  for (unsigned w = 0; w < out.words; w++) {
    unsigned left = out.n - (out.n < w * 64 ? out.n : w * 64);
    out.bits[w] = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
  }
}

void relation_fill(Relation out) {
  for (unsigned e = 0; e < out.n; e++)
    set_fill(row_of(out, e));
}

void relation_add_identity(Relation r) {
  for (unsigned e = 0; e < r.n; e++)
    relation_add(r, e, e);
}

void relation_from_set(Relation out, EventSet s) {
  for (unsigned e = set_next(s, 0); e < s.n; e = set_next(s, e + 1))
    relation_add(out, e, e);
}

void relation_product(Relation out, EventSet a, EventSet b) {
  clear(out);
  for (unsigned e = set_next(a, 0); e < a.n; e = set_next(a, e + 1))
    memcpy(relation_row(out, e), b.bits, b.words * sizeof *b.bits);
}

void relation_restrict_from(Relation out, EventSet s, Relation r) {
  for (unsigned e = 0; e < r.n; e++) {
    uint64_t keep = set_has(s, e) ? ~(uint64_t)0 : 0;
    const uint64_t *from = relation_row(r, e);
    uint64_t *to = relation_row(out, e);
    for (unsigned w = 0; w < r.words; w++)
      to[w] = from[w] & keep;
  }
}

void relation_restrict_to(Relation out, Relation r, EventSet s) {
  for (unsigned e = 0; e < r.n; e++)
    bits_and(relation_row(out, e), relation_row(r, e), s.bits, r.words);
}

void relation_compose(Relation out, Relation a, Relation b) {
  if (a.words == 1) {
    for (unsigned e = 0; e < a.n; e++) {
      uint64_t row = 0;
      for (uint64_t rest = a.bits[e]; rest; rest &= rest - 1)
        row |= b.bits[__builtin_ctzll(rest)];
      out.bits[e] = row;
    }
    return;
  }
  clear(out);
  for (unsigned e = 0; e < a.n; e++) {
    EventSet row = row_of(a, e);
    for (unsigned m = set_next(row, 0); m < a.n; m = set_next(row, m + 1))
      bits_or(relation_row(out, e), relation_row(out, e), relation_row(b, m), a.words);
  }
}

void relation_inverse(Relation out, Relation r) {
  clear(out);
  for (unsigned e = 0; e < r.n; e++) {
    EventSet row = row_of(r, e);
    for (unsigned m = set_next(row, 0); m < r.n; m = set_next(row, m + 1))
      relation_add(out, m, e);
  }
}

void relation_close(Relation r) {
  if (r.words == 1) {
    for (unsigned m = 0; m < r.n; m++) {
      uint64_t row = r.bits[m];
      if (row)
        for (unsigned e = 0; e < r.n; e++)
          r.bits[e] |= row & -(r.bits[e] >> m & 1);
    }
    return;
  }
  for (unsigned m = 0; m < r.n; m++)
    for (unsigned e = 0; e < r.n; e++)
      if (relation_has(r, e, m))
        bits_or(relation_row(r, e), relation_row(r, e), relation_row(r, m), r.words);
}

void relation_domain(EventSet out, Relation r) {
  memset(out.bits, 0, out.words * sizeof *out.bits);
  for (unsigned e = 0; e < r.n; e++)
    if (!bits_empty(relation_row(r, e), r.words))
      set_add(out, e);
}

void relation_range(EventSet out, Relation r) {
  memset(out.bits, 0, out.words * sizeof *out.bits);
  for (unsigned e = 0; e < r.n; e++)
    bits_or(out.bits, out.bits, relation_row(r, e), r.words);
}

bool relation_irreflexive(Relation r) {
  for (unsigned e = 0; e < r.n; e++)
    if (relation_has(r, e, e))
      return false;
  return true;
}

// Takes away events that lead nowhere until none is left, or none can be taken.
bool relation_acyclic(Relation r, EventSet scratch) {
  set_fill(scratch);
  for (bool taken = true; taken;) {
    taken = false;
    for (unsigned e = set_next(scratch, 0); e < r.n; e = set_next(scratch, e + 1)) {
      const uint64_t *row = relation_row(r, e);
      bool leads = false;
      for (unsigned w = 0; w < r.words; w++)
        leads |= (row[w] & scratch.bits[w]) != 0;
      if (!leads) {
        scratch.bits[e / 64] &= ~((uint64_t)1 << e % 64);
        taken = true;
      }
    }
  }
  return bits_empty(scratch.bits, scratch.words);
}

// Breadth first from `a`; came[e] is where e was reached from, plus one.
unsigned relation_path(Relation r, unsigned a, unsigned b, unsigned *path, unsigned *scratch) {
  unsigned *came = scratch, *queue = scratch + r.n, head = 0, tail = 0;
  memset(came, 0, r.n * sizeof *came);
  queue[tail++] = a;
  while (head < tail && !came[b]) {
    unsigned e = queue[head++];
    EventSet row = row_of(r, e);
    for (unsigned m = set_next(row, 0); m < r.n; m = set_next(row, m + 1))
      if (!came[m]) {
        came[m] = e + 1;
        if (m != a && m != b)
          queue[tail++] = m;
      }
  }
  if (!came[b])
    return 0;

  unsigned length = 0, e = b;
  do {
    e = came[e] - 1;
    path[length++] = e;
  } while (e != a);
  for (unsigned i = 0; i < length / 2; i++) {
    unsigned other = path[i];
    path[i] = path[length - 1 - i];
    path[length - 1 - i] = other;
  }
  return length;
}

unsigned relation_cycle(Relation r, unsigned *cycle, unsigned *scratch) {
  unsigned best = 0, start = 0;
  for (unsigned e = 0; e < r.n; e++) {
    unsigned length = relation_path(r, e, e, cycle, scratch);
    if (length && (!best || length < best)) {
      best = length;
      start = e;
    }
  }
  return best ? relation_path(r, start, start, cycle, scratch) : 0;
}
