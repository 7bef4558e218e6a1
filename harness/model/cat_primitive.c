// The functions of cat that are not written in cat.
#include "harness/model/cat_model.h"

#include <assert.h>
#include <string.h>

enum { ORDER_LIMIT = 5000 }; // linearisations of one set

static bool same_place(const Machine *m, unsigned a, unsigned b) {
  const Event *x = &m->execution->events[a], *y = &m->execution->events[b];
  return x->location == y->location && x->element == y->element;
}

// The parts of a set whose events access one location each.
static CatValue classes_loc(Machine *m, const CatExpr *e, EventSet s) {
  CatValue *items = machine_alloc(m, (m->n + 1) * sizeof *items);
  unsigned count = 0;
  EventSet left = machine_set_of(m, machine_set(m));
  bits_or(left.bits, left.bits, s.bits, m->words);
  for (unsigned a = set_next(left, 0); a < m->n; a = set_next(left, a + 1)) {
    EventSet one = machine_set_of(m, machine_set(m));
    for (unsigned b = a; b < m->n; b = set_next(left, b + 1))
      if (same_place(m, a, b))
        set_add(one, b);
    bits_without(left.bits, left.bits, one.bits, m->words);
    items[count++] = value_set(one.bits);
  }
  return machine_list(m, e, items, count);
}

// The classes of an equivalence.
static CatValue classes(Machine *m, const CatExpr *e, Relation r) {
  CatValue *items = machine_alloc(m, (m->n + 1) * sizeof *items);
  unsigned count = 0;
  for (unsigned a = 0; a < m->n; a++)
    if (!bits_empty(relation_row(r, a), m->words)) {
      uint64_t *bits = machine_set(m);
      bits_or(bits, bits, relation_row(r, a), m->words);
      items[count++] = value_set(bits);
    }
  return machine_list(m, e, items, count);
}

static bool are_writes_of_one_location(const Machine *m, EventSet s) {
  unsigned first = set_next(s, 0);
  for (unsigned e = first; e < m->n; e = set_next(s, e + 1))
    if (!(m->execution->events[e].kind & EVENT_WRITE) || !same_place(m, first, e))
      return false;
  return first < m->n;
}

typedef struct {
  Machine *m;
  const CatExpr *e;
  Relation order, above; // chosen so far; what must come first
  EventSet left, all;
  CatValue *items;
  unsigned count, capacity;
} Linearisation;

// Every way to go on from the events that are left: each that has nothing of them before it can be next.
static void linearise(Linearisation *l) {
  Machine *m = l->m;
  if (bits_empty(l->left.bits, m->words)) {
    if (l->count == l->capacity) {
      machine_limit(m, l->e, "there are too many linear orders of this set");
      return;
    }
    uint64_t *bits = machine_relation(m);
    bits_or(bits, bits, l->order.bits, m->relation_size);
    l->items[l->count++] = value_relation(bits);
    return;
  }
  for (unsigned a = set_next(l->left, 0); a < m->n && !m->error; a = set_next(l->left, a + 1)) {
    bool ready = true;
    for (unsigned w = 0; w < m->words; w++)
      ready &= (relation_row(l->above, a)[w] & l->left.bits[w]) == 0;
    if (!ready)
      continue;
    l->left.bits[a / 64] &= ~((uint64_t)1 << a % 64);
    bits_or(relation_row(l->order, a), relation_row(l->order, a), l->left.bits, m->words);
    linearise(l);
    memset(relation_row(l->order, a), 0, m->words * sizeof(uint64_t));
    set_add(l->left, a);
  }
}

// The linear orders of s that contain r's part of it. An execution has chosen the order of the writes of a location:
// of these there is that one, or none where r contradicts it. So `with co from generate_cos(..)` yields the execution's
// co.
static CatValue linearisations(Machine *m, const CatExpr *e, EventSet s, Relation r) {
  Relation within = machine_relation_of(m, machine_relation(m));
  relation_restrict_from(within, s, r);
  relation_restrict_to(within, within, s);
  CatValue *items = machine_alloc(m, sizeof *items);
  if (are_writes_of_one_location(m, s)) {
    Relation co = machine_relation_of(m, machine_relation(m));
    relation_restrict_from(co, s, m->execution->co);
    relation_restrict_to(co, co, s);
    items[0] = value_relation(co.bits);
    return bits_within(within.bits, co.bits, m->relation_size) ? machine_list(m, e, items, 1)
                                                               : (CatValue){.kind = VALUE_EMPTY};
  }
  Linearisation l = {.m = m, .e = e, .capacity = ORDER_LIMIT, .all = s};
  l.above = machine_relation_of(m, machine_relation(m));
  relation_inverse(l.above, within);
  l.order = machine_relation_of(m, machine_relation(m));
  l.left = machine_set_of(m, machine_set(m));
  bits_or(l.left.bits, l.left.bits, s.bits, m->words);
  l.items = machine_alloc(m, ORDER_LIMIT * sizeof *l.items);
  linearise(&l);
  // Each is another, and comparing thousands with one another is not for nothing
  return machine_items_value(m, e, VALUE_LIST, l.items, l.count);
}

static CatValue different_values(Machine *m, Relation r) {
  Relation out = machine_relation_of(m, machine_relation(m));
  for (unsigned a = 0; a < m->n; a++)
    for (unsigned b = 0; b < m->n; b++) {
      const Event *x = &m->execution->events[a], *y = &m->execution->events[b];
      EventValue v = x->kind == EVENT_READ ? x->read : x->written, w = y->kind == EVENT_READ ? y->read : y->written;
      if (relation_has(r, a, b) && (v.location != w.location || v.number != w.number))
        relation_add(out, a, b);
    }
  return value_relation(out.bits);
}

// Two arguments, of which the first is a set or a relation and the second a relation.
static bool is_two(CatValue v) { return v.kind == VALUE_TUPLE && v.a == 2; }

CatValue cat_eval_primitive(Machine *m, const CatExpr *e, Primitive primitive, CatValue v) {
  bool two = primitive == PRIMITIVE_LINEARISATIONS || primitive == PRIMITIVE_INTER_TRANSITIVE;
  if (two && !is_two(v))
    return machine_expected(m, e->args[1], "a tuple of two", v);
  switch (primitive) {
  case PRIMITIVE_DOMAIN: {
    EventSet s = machine_set_of(m, machine_set(m));
    relation_domain(s, machine_as_relation(m, e->args[1], v));
    return value_set(s.bits);
  }
  case PRIMITIVE_RANGE: {
    EventSet s = machine_set_of(m, machine_set(m));
    relation_range(s, machine_as_relation(m, e->args[1], v));
    return value_set(s.bits);
  }
  case PRIMITIVE_CLASSES_LOC:
    return classes_loc(m, e, machine_as_set(m, e->args[1], v));
  case PRIMITIVE_CLASSES:
    return classes(m, e, machine_as_relation(m, e->args[1], v));
  case PRIMITIVE_LINEARISATIONS: {
    EventSet s = machine_as_set(m, e, v.items[0]);
    return linearisations(m, e, s, machine_as_relation(m, e, v.items[1]));
  }
  case PRIMITIVE_DIFFERENT_VALUES:
    return different_values(m, machine_as_relation(m, e->args[1], v));
  case PRIMITIVE_INTER_TRANSITIVE: {
    Relation r = machine_as_relation(m, e, v.items[0]), out = machine_relation_of(m, machine_relation(m));
    bits_or(out.bits, out.bits, r.bits, m->relation_size);
    relation_close(out);
    bits_and(out.bits, out.bits, machine_as_relation(m, e, v.items[1]).bits, m->relation_size);
    return value_relation(out.bits);
  }
  case PRIMITIVE_FROMTO: {
    EventSet s = machine_as_set(m, e->args[1], v);
    Relation before = machine_relation_of(m, machine_relation(m)), out = machine_relation_of(m, machine_relation(m));
    relation_restrict_to(before, m->execution->po, s);
    relation_compose(out, before, m->execution->po);
    return value_relation(out.bits);
  }
  case PRIMITIVE_FAIL:
    return machine_fail(m, e, "the model says `fail` here");
  case PRIMITIVE_COUNT:
    break;
  }
  assert(!"every primitive is above");
  return (CatValue){.kind = VALUE_EMPTY};
}
