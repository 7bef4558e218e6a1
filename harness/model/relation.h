// Sets of events and relations between them, as bit sets.
#pragma once
#include "harness/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

// Events are numbered 0 to n-1; a set is `words` 64-bit words, a relation n rows of as many. Rows beyond 64 events are
// common enough (rings, unrolled loops) that nothing here assumes one word, and rare enough that one word is the fast
// case. Bits beyond n are 0 in every set and every row.
typedef struct {
  unsigned n, words;
  uint64_t *bits; // set: words; relation: n * words
} EventSet, Relation;

static inline unsigned relation_words(unsigned n) { return n == 0 ? 1 : (n + 63) / 64; }

// Empty ones, in an arena.
EventSet set_new(Arena *arena, unsigned n);
Relation relation_new(Arena *arena, unsigned n);

static inline bool set_has(EventSet s, unsigned e) { return s.bits[e / 64] >> e % 64 & 1; }
static inline void set_add(EventSet s, unsigned e) { s.bits[e / 64] |= (uint64_t)1 << e % 64; }
static inline uint64_t *relation_row(Relation r, unsigned e) { return r.bits + (size_t)e * r.words; }
static inline bool relation_has(Relation r, unsigned a, unsigned b) {
  return set_has((EventSet){r.n, r.words, relation_row(r, a)}, b);
}
static inline void relation_add(Relation r, unsigned a, unsigned b) {
  set_add((EventSet){r.n, r.words, relation_row(r, a)}, b);
}

// Nothing below allocates: the result goes where the caller says, which may be an operand's own place where the comment
// says so.

// Element-wise, for sets and relations alike: `count` words; `out` may be an operand.
void bits_or(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count);
void bits_and(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count);
void bits_without(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count);
bool bits_empty(const uint64_t *a, size_t count);
bool bits_equal(const uint64_t *a, const uint64_t *b, size_t count);
bool bits_within(const uint64_t *a, const uint64_t *b, size_t count); // is a part of b

// Every event; every pair. `out` is overwritten.
void set_fill(EventSet out);
void relation_fill(Relation out);

// r | identity, in place.
void relation_add_identity(Relation r);
// [s], in a relation that is empty.
void relation_from_set(Relation out, EventSet s);
// a * b: every pair of the two sets. `out` is overwritten.
void relation_product(Relation out, EventSet a, EventSet b);
// [s]; r and r; [s]. `out` may be r.
void relation_restrict_from(Relation out, EventSet s, Relation r);
void relation_restrict_to(Relation out, Relation r, EventSet s);
// a; b, and the inverse. `out` is overwritten and no operand.
void relation_compose(Relation out, Relation a, Relation b);
void relation_inverse(Relation out, Relation r);
// r^+ in place (Warshall).
void relation_close(Relation r);
// `out` is overwritten.
void relation_domain(EventSet out, Relation r);
void relation_range(EventSet out, Relation r);

bool relation_irreflexive(Relation r);
// `scratch`: a set, overwritten.
bool relation_acyclic(Relation r, EventSet scratch);

// A shortest path along r from `a` to `b`, of one edge or more: the events in order without the last, at most n of
// them, in `path`. The number of edges; 0 where there is no path. `scratch`: 2 n entries.
unsigned relation_path(Relation r, unsigned a, unsigned b, unsigned *path, unsigned *scratch);
// A shortest cycle in the same form; 0 where there is none.
unsigned relation_cycle(Relation r, unsigned *cycle, unsigned *scratch);

// The next event of a set from `from` on; n where there is none.
static inline unsigned set_next(EventSet s, unsigned from) {
  for (unsigned w = from / 64; w < s.words && from < s.n; from = ++w * 64) {
    uint64_t rest = s.bits[w] >> from % 64;
    if (rest)
      return from + (unsigned)__builtin_ctzll(rest);
  }
  return s.n;
}
