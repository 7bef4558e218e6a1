// The values of cat, and the memory that they live in.
#include "harness/model/cat_model.h"

#include <stdio.h>
#include <string.h>

static bool fits(const Pool *p, size_t size) { return p->current && p->current->size - p->used >= size; }

void *machine_alloc(Machine *m, size_t size) {
  Pool *p = &m->pools[m->pool];
  size = (size + 15) & ~(size_t)15;
  m->memory += size;
  while (!fits(p, size)) {
    Chunk **next = p->current ? &p->current->next : &p->first;
    if (!*next) {
      size_t room = p->current ? 2 * p->current->size : (size_t)16 * 1024;
      Chunk *made = ARENA_NEW(m->model->arena, Chunk);
      made->size = room > size ? room : size;
      made->bytes = arena_alloc(m->model->arena, made->size);
      *next = made;
    }
    p->current = *next;
    p->used = 0;
  }
  void *result = p->current->bytes + p->used;
  p->used += size;
  return result;
}

void pool_reset(Pool *pool) {
  pool->current = pool->first;
  pool->used = 0;
}

uint64_t *machine_set(Machine *m) {
  uint64_t *bits = machine_alloc(m, m->words * sizeof *bits);
  memset(bits, 0, m->words * sizeof *bits);
  return bits;
}

uint64_t *machine_fresh_relation(Machine *m) { return machine_alloc(m, m->relation_size * sizeof(uint64_t)); }

uint64_t *machine_relation(Machine *m) {
  uint64_t *bits = machine_fresh_relation(m);
  memset(bits, 0, m->relation_size * sizeof *bits);
  return bits;
}

CatValue machine_fail(Machine *m, const CatExpr *e, const char *message) {
  if (!m->error) {
    m->error = message;
    m->error_source = e ? e->source : NULL;
    m->error_span = e ? e->span : (Span){0};
  }
  return (CatValue){.kind = VALUE_EMPTY};
}

const char *value_kind_name(CatValueKind kind) {
  static const char *const names[] = {
      "the empty set", "everything", "a set of events", "a relation", "an event",   "a pair",
      "a tuple",       "a tag",      "a set of sets",   "a function", "a function", "a procedure",
  };
  return names[kind];
}

CatValue machine_expected(Machine *m, const CatExpr *e, const char *wanted, CatValue v) {
  if (!m->error)
    snprintf(m->message, sizeof m->message, "%s is expected here, but this is %s", wanted, value_kind_name(v.kind));
  return machine_fail(m, e, m->message);
}

void machine_limit(Machine *m, const CatExpr *e, const char *message) {
  machine_fail(m, e, message);
  m->hopeless = true;
}

CatValue value_relation(uint64_t *bits) { return (CatValue){.kind = VALUE_RELATION, .bits = bits}; }
CatValue value_set(uint64_t *bits) { return (CatValue){.kind = VALUE_SET, .bits = bits}; }

Relation machine_relation_of(const Machine *m, uint64_t *bits) { return (Relation){m->n, m->words, bits}; }
EventSet machine_set_of(const Machine *m, uint64_t *bits) { return (EventSet){m->n, m->words, bits}; }

Relation machine_as_relation(Machine *m, const CatExpr *e, CatValue v) {
  Relation r;
  switch (v.kind) {
  case VALUE_RELATION:
    return machine_relation_of(m, v.bits);
  case VALUE_UNIVERSE:
    r = machine_relation_of(m, machine_relation(m));
    relation_fill(r);
    return r;
  case VALUE_PAIR:
    r = machine_relation_of(m, machine_relation(m));
    relation_add(r, v.a, v.b);
    return r;
  default:
    machine_expected(m, e, "a relation", v);
    return machine_relation_of(m, machine_relation(m));
  case VALUE_EMPTY:
    return machine_relation_of(m, machine_relation(m));
  }
}

EventSet machine_as_set(Machine *m, const CatExpr *e, CatValue v) {
  EventSet s;
  switch (v.kind) {
  case VALUE_SET:
    return machine_set_of(m, v.bits);
  case VALUE_UNIVERSE:
    s = machine_set_of(m, machine_set(m));
    set_fill(s);
    return s;
  case VALUE_EVENT:
    s = machine_set_of(m, machine_set(m));
    set_add(s, v.a);
    return s;
  default:
    machine_expected(m, e, "a set of events", v);
    return machine_set_of(m, machine_set(m));
  case VALUE_EMPTY:
    return machine_set_of(m, machine_set(m));
  }
}

static int compare_bits(const uint64_t *a, const uint64_t *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  return 0;
}

bool value_empty(const Machine *m, CatValue v) {
  return v.kind == VALUE_EMPTY || (v.kind == VALUE_SET && bits_empty(v.bits, m->words)) ||
         (v.kind == VALUE_RELATION && bits_empty(v.bits, m->relation_size)) || (v.kind == VALUE_LIST && v.a == 0);
}

// Each look at two values is a step: those that share parts may be far larger than the memory they take.
int value_compare(Machine *m, CatValue a, CatValue b) {
  if (m->steps == 0)
    return 0; // the run ends at the next expression
  m->steps--;
  bool none_a = value_empty(m, a), none_b = value_empty(m, b);
  if (none_a || none_b)
    return (int)none_b - (int)none_a;
  if (a.kind != b.kind)
    return a.kind < b.kind ? -1 : 1;
  switch (a.kind) {
  case VALUE_SET:
    return compare_bits(a.bits, b.bits, m->words);
  case VALUE_RELATION:
    return compare_bits(a.bits, b.bits, m->relation_size);
  case VALUE_TUPLE:
  case VALUE_LIST:
    if (a.a != b.a)
      return a.a < b.a ? -1 : 1;
    for (unsigned i = 0; i < a.a; i++) {
      int order = value_compare(m, a.items[i], b.items[i]);
      if (order)
        return order;
    }
    return 0;
  case VALUE_FUNCTION:
  case VALUE_PROCEDURE:
    return a.function == b.function ? 0 : (uintptr_t)a.function < (uintptr_t)b.function ? -1 : 1;
  default:
    if (a.a != b.a)
      return a.a < b.a ? -1 : 1;
    return a.b == b.b ? 0 : a.b < b.b ? -1 : 1;
  }
}

// A tuple or a list. Its extent, so deep and so many items within items, is bounded: values are walked by recursion,
// and those that share parts are far larger than the memory they take.
CatValue machine_items_value(Machine *m, const CatExpr *e, CatValueKind kind, CatValue *items, unsigned count) {
  enum { SIZE_LIMIT = 1 << 20 };
  unsigned depth = 0;
  uint64_t size = count;
  for (unsigned i = 0; i < count; i++) {
    if (items[i].kind != VALUE_TUPLE && items[i].kind != VALUE_LIST)
      continue;
    size += items[i].b / EXTENT_DEPTHS;
    if (items[i].b % EXTENT_DEPTHS > depth)
      depth = items[i].b % EXTENT_DEPTHS;
  }
  if (depth >= CAT_DEPTH_LIMIT || size > SIZE_LIMIT) {
    machine_limit(m, e, depth >= CAT_DEPTH_LIMIT ? "a value is nested too deep here" : "a value is too large here");
    return (CatValue){.kind = VALUE_EMPTY};
  }
  return (CatValue){.kind = count || kind == VALUE_TUPLE ? kind : VALUE_EMPTY,
                    .a = count,
                    .b = (unsigned)size * EXTENT_DEPTHS + depth + 1,
                    .items = items};
}

// Insertion sort: lists are short, and most come sorted.
CatValue machine_list(Machine *m, const CatExpr *e, CatValue *items, unsigned count) {
  unsigned kept = 0;
  for (unsigned i = 0; i < count; i++) {
    CatValue v = items[i];
    unsigned at = kept;
    int order = 1;
    while (at > 0 && (order = value_compare(m, v, items[at - 1])) < 0)
      at--;
    if (at > 0 && order == 0)
      continue;
    memmove(&items[at + 1], &items[at], (kept - at) * sizeof *items);
    items[at] = v;
    kept++;
    if (m->steps > 0)
      m->steps--;
  }
  return machine_items_value(m, e, VALUE_LIST, items, kept);
}

CatValue *machine_new_items(Machine *m, unsigned count) { return machine_alloc(m, (count + 1) * sizeof(CatValue)); }

// The elements of a set of any kind, as values.
bool machine_items(Machine *m, const CatExpr *e, CatValue v, CatValue **items, unsigned *count) {
  *count = 0;
  *items = NULL;
  switch (v.kind) {
  case VALUE_EMPTY:
    return true;
  case VALUE_LIST:
    *items = v.items;
    *count = v.a;
    return true;
  case VALUE_TAG:
    *items = machine_new_items(m, 1);
    (*items)[(*count)++] = v;
    return true;
  case VALUE_SET:
    *items = machine_new_items(m, m->n);
    for (unsigned a = 0; a < m->n; a++)
      if (set_has(machine_set_of(m, v.bits), a))
        (*items)[(*count)++] = (CatValue){.kind = VALUE_EVENT, .a = a};
    return true;
  default:
    machine_expected(m, e, "a set whose elements can be taken one by one", v);
    return false;
  }
}
