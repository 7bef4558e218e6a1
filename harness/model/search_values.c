// Values: what follows from the sources chosen so far.
#include "harness/model/search.h"

const EventValue *search_value(const Search *s, unsigned thread, ExprId expr) {
  const SearchThread *t = &s->threads[thread];
  const ValueExpr *e = &t->paths->pool.exprs[expr];
  if (e->kind == VALUE_CONSTANT)
    return &e->constant;
  return t->values[expr].known ? &t->values[expr].value : NULL;
}

int search_cell(Search *s, EventValue address) {
  unsigned element;
  if (!program_element(s->program, address, &element)) {
    s->result->out_of_bounds = true;
    return -1;
  }
  for (unsigned c = s->first_cell[address.location];
       c < s->cell_count && s->cells[c].location == (unsigned)address.location; c++)
    if (s->cells[c].element == element)
      return (int)c;
  return -1;
}

static void learn(Search *s, unsigned thread, ExprId expr, EventValue value) {
  s->threads[thread].values[expr] = (KnownValue){true, value};
  s->threads[thread].unknown--;
  s->trail[s->trail_count++] = (TrailEntry){thread, expr};
}

void search_forget(Search *s, size_t mark) {
  while (s->trail_count > mark) {
    TrailEntry entry = s->trail[--s->trail_count];
    s->threads[entry.thread].values[entry.expr].known = false;
    s->threads[entry.thread].unknown++;
  }
}

// The value a write writes; NULL where it is not known.
static const EventValue *written_value(const Search *s, unsigned write) {
  const Event *event = &s->events[write];
  return event->thread < 0 ? &event->written : search_value(s, (unsigned)event->thread, s->origins[write]->written);
}

// Evaluates an expression whose operands are known; true where it was.
static bool evaluate(Search *s, unsigned thread, ExprId id) {
  const SearchThread *t = &s->threads[thread];
  const ValueExpr *e = &t->paths->pool.exprs[id];
  if (e->kind == VALUE_READ) {
    int source = s->source[t->first + e->read];
    const EventValue *value = source < 0 ? NULL : written_value(s, (unsigned)source);
    if (value)
      learn(s, thread, id, *value);
    return value != NULL;
  }
  const EventValue *a = search_value(s, thread, e->a), *b = search_value(s, thread, e->b);
  if (!a || !b)
    return false;
  learn(s, thread, id, operation_apply(e->operation, e->bits, e->is_signed, *a, *b));
  return true;
}

static bool constraints_hold(const Search *s, unsigned thread) {
  const Path *path = s->threads[thread].path;
  for (unsigned i = 0; i < path->constraint_count; i++) {
    const EventValue *value = search_value(s, thread, path->constraints[i].value);
    if (value && (value->location >= 0 || value->number != 0) != path->constraints[i].nonzero)
      return false;
  }
  return true;
}

// The cells of accesses whose address has become known, or is no longer.
static bool follow_addresses(Search *s) {
  for (unsigned e = s->cell_count; e < s->execution.event_count; e++) {
    const PathEvent *origin = s->origins[e];
    if (origin->address == NO_EXPR)
      continue;
    const EventValue *address = search_value(s, (unsigned)s->events[e].thread, origin->address);
    s->cell_of[e] = address ? search_cell(s, *address) : -1;
    if (address && s->cell_of[e] < 0)
      return false;
  }
  for (unsigned i = 0; i < s->read_count; i++) {
    int to = s->cell_of[s->reads[i]], source = s->source[s->reads[i]];
    if (source >= 0 && to >= 0 && s->cell_of[source] >= 0 && s->cell_of[source] != to)
      return false;
  }
  return true;
}

bool search_propagate(Search *s) {
  for (bool learnt = true; learnt;) {
    learnt = false;
    for (unsigned t = 0; t < s->program->thread_count; t++) {
      const SearchThread *thread = &s->threads[t];
      bool here = false;
      for (unsigned i = 0; i < thread->path->live_count && thread->unknown; i++)
        if (!thread->values[thread->path->live[i]].known)
          here |= evaluate(s, t, thread->path->live[i]);
      if (here && !constraints_hold(s, t))
        return false;
      learnt |= here;
    }
  }
  return !s->moving || follow_addresses(s);
}
