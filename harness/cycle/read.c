// Threads of a cycle follow each other at one location. In each order in which the test's do so its accesses make a
// cycle, and if the program of that is the test again, it is the one.
#include "harness/cycle/read.h"
#include "harness/cycle/name.h"
#include "harness/cycle/skeleton.h"

#include <stdint.h>
#include <string.h>

enum { ROUND = 8 }; // threads

typedef struct {
  const Test *test;
  const Vocabulary *words;
  Skeleton skeleton;
  unsigned order[ROUND]; // of the threads in the cycle
  const char *why;       // the last one was none
  Cycle *out;
  bool found;
} Search;

// ---- Whether two tests are one

// What stands for what: a location of the one for one of the other, and a value of it for a value.
typedef struct {
  const Skeleton *a, *b;
  unsigned locations[LIMIT_LOCATIONS]; // 0: none yet, else + 1
  bool taken[LIMIT_LOCATIONS];
  unsigned touches[TOUCHES]; // of a: that of b
} Likeness;

static bool match_locations(Likeness *l, const Touch *a, const Touch *b) {
  unsigned *known = &l->locations[a->location];
  if (!*known && !l->taken[b->location]) {
    *known = b->location + 1;
    l->taken[b->location] = true;
  }
  return *known == b->location + 1;
}

static uint64_t moved(const Likeness *l, uint64_t set) {
  uint64_t out = 0;
  for (unsigned i = 0; i < TOUCHES; i++)
    if (set >> i & 1)
      out |= UINT64_C(1) << l->touches[i];
  return out;
}

static bool match_touch(Likeness *l, const Touch *a, const Touch *b) {
  return a->kind == b->kind && a->annotation == b->annotation && a->write_annotation == b->write_annotation &&
         a->update == b->update && a->fence == b->fence && match_locations(l, a, b) &&
         moved(l, a->address) == b->address && moved(l, a->data) == b->data && moved(l, a->control) == b->control;
}

// The write whose value it is; TOUCHES: the initial one, or none.
static unsigned writer_of(const Skeleton *s, unsigned location, Value value) {
  for (unsigned i = 0; i < s->count; i++)
    if (s->touches[i].kind != TOUCH_READ && s->touches[i].location == location && s->touches[i].written == value)
      return i;
  return TOUCHES;
}

static bool match_value(const Likeness *l, unsigned location, Value a, Value b) {
  unsigned of_a = writer_of(l->a, location, a), of_b = writer_of(l->b, l->locations[location] - 1, b);
  return of_a == TOUCHES ? of_b == TOUCHES : of_b == l->touches[of_a];
}

static unsigned write_count(const Skeleton *s, unsigned location) {
  unsigned count = 0;
  for (unsigned i = 0; i < s->count; i++)
    count += s->touches[i].kind != TOUCH_READ && s->touches[i].location == location;
  return count;
}

// What is read of a location that nobody writes is known, and so is its last value if there is one write alone.
static bool match_values(const Likeness *l) {
  for (unsigned i = 0; i < l->a->count; i++) {
    const Touch *a = &l->a->touches[i], *b = &l->b->touches[l->touches[i]];
    if (a->kind == TOUCH_WRITE || !write_count(l->a, a->location))
      continue;
    if (a->kind == TOUCH_UPDATE && !a->asked && write_count(l->a, a->location) < 3)
      continue; // it reads what is before it in the location's order
    if (a->asked != b->asked || !match_value(l, a->location, a->read, b->read))
      return false;
  }
  for (unsigned i = 0; i < LIMIT_LOCATIONS; i++) {
    if (!l->locations[i])
      continue;
    unsigned other = l->locations[i] - 1;
    bool many = write_count(l->a, i) > 1;
    if ((many && l->a->has_final[i] != l->b->has_final[other]) ||
        (many && l->a->has_final[i] && !match_value(l, i, l->a->final[i], l->b->final[other])) ||
        (!many && l->a->has_final[i] && writer_of(l->a, i, l->a->final[i]) == TOUCHES && write_count(l->a, i)))
      return false;
  }
  return true;
}

// Each write of a location has a value of its own, and none the initial one.
static bool values_are_told_apart(const Test *test, const Skeleton *s) {
  for (unsigned i = 0; i < s->count; i++) {
    const Touch *touch = &s->touches[i];
    if (touch->kind != TOUCH_READ && (writer_of(s, touch->location, touch->written) != i ||
                                      touch->written == test->locations[touch->location].initial[0]))
      return false;
  }
  return true;
}

// Whether the cycle's program, whose threads are the test's in s->order, is the test.
static bool is_program(const Search *s, const Skeleton *other) {
  if (other->count != s->skeleton.count)
    return false;
  Likeness l = {.a = &s->skeleton, .b = other};
  unsigned next = 0;
  for (unsigned t = 0; t < s->test->thread_count; t++) {
    unsigned first = s->skeleton.first[s->order[t]], end = s->skeleton.first[s->order[t] + 1];
    if (end - first != other->first[t + 1] - other->first[t])
      return false;
    for (unsigned i = first; i < end; i++)
      l.touches[i] = next++;
  }
  for (unsigned i = 0; i < s->skeleton.count; i++)
    if (!match_touch(&l, &s->skeleton.touches[i], &other->touches[l.touches[i]]))
      return false;
  return match_values(&l);
}

// ---- The edges

static void add(Cycle *cycle, Edge edge) {
  if (cycle->count < CYCLE_EDGES)
    cycle->edges[cycle->count] = edge;
  cycle->count++;
}

static Direction first_way(const Touch *touch) { return touch->kind == TOUCH_WRITE ? DIRECTION_WRITE : DIRECTION_READ; }
static Direction last_way(const Touch *touch) { return touch->kind == TOUCH_READ ? DIRECTION_READ : DIRECTION_WRITE; }

static void add_update(Cycle *cycle, const Touch *touch) {
  if (touch->kind == TOUCH_UPDATE)
    add(cycle, (Edge){.kind = EDGE_UPDATE,
                      .same = true,
                      .source = DIRECTION_READ,
                      .target = DIRECTION_WRITE,
                      .update = touch->update,
                      .from = touch->annotation,
                      .to = touch->write_annotation});
}

// From a thread's access to the next one of it.
static void add_order(const Search *s, Cycle *cycle, unsigned first) {
  const Touch *a = &s->skeleton.touches[first], *b = a + 1;
  uint64_t from = UINT64_C(1) << first;
  bool behind = b->fence && b->fence->control && b->control & from;
  EdgeKind kind = behind              ? EDGE_CONTROL
                  : b->fence          ? EDGE_FENCE
                  : b->address & from ? EDGE_ADDRESS
                  : b->data & from    ? EDGE_DATA
                  : b->control & from ? EDGE_CONTROL
                                      : EDGE_PO;
  add(cycle, (Edge){.kind = kind,
                    .same = a->location == b->location,
                    .source = last_way(a),
                    .target = first_way(b),
                    .fence = b->fence,
                    .from = a->write_annotation,
                    .to = b->annotation});
}

static void add_communication(Cycle *cycle, const Touch *a, const Touch *b) {
  Direction source = last_way(a), target = first_way(b);
  add(cycle, (Edge){.kind = target == DIRECTION_READ   ? EDGE_RF
                            : source == DIRECTION_READ ? EDGE_FR
                                                       : EDGE_CO,
                    .external = true,
                    .same = true,
                    .source = source,
                    .target = target,
                    .from = a->write_annotation,
                    .to = b->annotation});
}

static const Touch *last_touch(const Search *s, unsigned thread) {
  return &s->skeleton.touches[s->skeleton.first[thread + 1] - 1];
}

static const Touch *first_touch(const Search *s, unsigned thread) {
  return &s->skeleton.touches[s->skeleton.first[thread]];
}

static Cycle cycle_in_order(const Search *s) {
  Cycle cycle = {.words = s->words};
  unsigned threads = s->test->thread_count;
  for (unsigned t = 0; t < threads; t++) {
    unsigned end = s->skeleton.first[s->order[t] + 1];
    for (unsigned i = s->skeleton.first[s->order[t]]; i < end; i++) {
      add_update(&cycle, &s->skeleton.touches[i]);
      if (i + 1 < end)
        add_order(s, &cycle, i);
    }
    add_communication(&cycle, last_touch(s, s->order[t]), first_touch(s, s->order[(t + 1) % threads]));
  }
  return cycle;
}

static void try_cycle(Search *s, Cycle *cycle) {
  const char *why = cycle_settle(cycle);
  Skeleton program;
  why = why ? why : skeleton_of_cycle(cycle, &program);
  if (!why && is_program(s, &program)) {
    s->found = true;
    cycle_turn(cycle);
    *s->out = *cycle;
  }
  s->why = why ? why : s->why;
}

// In a cycle of one location one edge contradicts the location's order: whichever makes the program, or one between
// reads. In others cycle_settle knows.
static void try_order(Search *s) {
  Cycle cycle = cycle_in_order(s);
  if (cycle.count > CYCLE_EDGES) {
    s->why = "it has too many accesses";
    return;
  }
  bool one_location = cycle_has_one_location(&cycle);
  for (unsigned contradicts = 0; contradicts <= (one_location ? cycle.count : 0) && !s->found; contradicts++) {
    if (one_location && contradicts < cycle.count && !edge_may_be_of_location(&cycle.edges[contradicts]))
      continue;
    Cycle tried = cycle;
    for (unsigned i = 0; i < cycle.count && one_location; i++)
      if (i != contradicts && edge_may_be_of_location(&tried.edges[i]))
        edge_make_of_location(&tried.edges[i]);
    try_cycle(s, &tried);
  }
}

// Whether a thread may follow another: they meet at one location, and not with two reads.
static bool meets(const Search *s, unsigned before, unsigned after) {
  const Touch *a = last_touch(s, before), *b = first_touch(s, after);
  return a->location == b->location && (last_way(a) == DIRECTION_WRITE || first_way(b) == DIRECTION_WRITE);
}

static void extend(Search *s, unsigned count, unsigned used) {
  if (count == s->test->thread_count) {
    if (meets(s, s->order[count - 1], s->order[0]))
      try_order(s);
    return;
  }
  for (unsigned t = 1; t < s->test->thread_count && !s->found; t++)
    if (!(used >> t & 1) && meets(s, s->order[count - 1], t)) {
      s->order[count] = t;
      extend(s, count + 1, used | 1U << t);
    }
}

const char *cycle_of_test(const Test *test, const Program *program, Cycle *out) {
  Search s = {.test = test, .words = vocabulary_of(test->dialect->name), .out = out};
  if (!s.words)
    return "no cycles are written in its language";
  const char *why =
      program ? skeleton_of_code(test, program, s.words, &s.skeleton) : skeleton_of_test(test, s.words, &s.skeleton);
  if (why)
    return why;
  if (test->thread_count > ROUND)
    return "it has more than 8 threads";
  if (!values_are_told_apart(test, &s.skeleton))
    return "the writes of a location cannot be told apart by their values";
  extend(&s, 1, 1);
  if (s.found)
    return NULL;
  return s.why ? s.why : "no round through its accesses is what its condition says";
}
