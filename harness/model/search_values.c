// Values: what follows from the sources chosen so far.
#include "harness/model/search.h"

static void learn(Search *s, unsigned thread, ExprId expr, EventValue value) {
  s->threads[thread].values[expr] = (KnownValue){true, value};
  s->threads[thread].unknown--;
  s->trail[s->trail_count++] = (TrailEntry){thread, expr};
}

// Puts an access into another cell; the orders of both are old then.
static void put_in(Search *s, unsigned event, int cell) {
  int before = s->cell_of[event];
  if (before == cell)
    return;
  s->cell_of[event] = cell;
  s->moved = true;
  if (before >= 0)
    s->orders[before].is_old = true;
  if (cell >= 0)
    s->orders[cell].is_old = true;
}

void search_forget(Search *s, size_t mark) {
  while (s->trail_count > mark) {
    TrailEntry entry = s->trail[--s->trail_count];
    s->threads[entry.thread].values[entry.expr].known = false;
    s->threads[entry.thread].unknown++;
  }
  for (unsigned i = 0; i < s->mover_count; i++) {
    unsigned e = s->movers[i];
    if (s->cell_of[e] >= 0 && !search_value(s, (unsigned)s->events[e].thread, s->origins[e]->address))
      put_in(s, e, -1);
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

// An execution with an access that fits nowhere is left out. That is said unless the sources chosen so far are not
// coherent: then no model that asks for coherence has it.
static bool refuse(Search *s, Misfit misfit) {
  if (!s->result->misfit.kind && (!s->limits->coherent_only || search_force_all(s)))
    s->result->misfit = misfit;
  for (unsigned c = 0; c < s->cell_count; c++)
    s->orders[c].is_old = true; // what these sources force is not to stay
  return false;
}

// Whether where a write is is not known yet.
static bool may_be_at(const Search *s, unsigned write) {
  const PathEvent *origin = s->origins[write];
  return origin && !search_value(s, (unsigned)s->events[write].thread, origin->address);
}

// The cells of accesses whose address has become known. While some address is not known, a write that
// was read from may yet turn out to be elsewhere, and an address that was computed from it to be none.
static bool follow_addresses(Search *s) {
  Misfit misfit = {.kind = MISFIT_NONE};
  bool open = false;
  for (unsigned i = 0; i < s->mover_count; i++) {
    unsigned e = s->movers[i], thread = (unsigned)s->events[e].thread, element;
    const PathEvent *origin = s->origins[e];
    const EventValue *address = search_value(s, thread, origin->address);
    Misfit found = address ? search_fit(s, thread, origin, *address, &element) : (Misfit){.kind = MISFIT_NONE};
    misfit = misfit.kind ? misfit : found;
    open |= !address;
    put_in(s, e, address && !found.kind ? search_cell(s, *address) : -1);
  }
  for (unsigned i = 0; i < s->read_count; i++) {
    int to = s->cell_of[s->reads[i]], source = s->source[s->reads[i]];
    if (source >= 0 && to >= 0 && s->cell_of[source] != to && !may_be_at(s, (unsigned)source))
      return false;
  }
  return !misfit.kind || open || refuse(s, misfit);
}

// Whether something of a thread became known that its reads, or its own expressions, tell.
static bool learn_of(Search *s, unsigned thread) {
  const SearchThread *t = &s->threads[thread];
  bool learnt = false;
  for (unsigned i = 0; i < t->path->live_count && t->unknown; i++)
    if (!t->values[t->path->live[i]].known)
      learnt |= evaluate(s, thread, t->path->live[i]);
  return learnt;
}

// Marks the threads that read what a thread writes.
static void ask_readers(const Search *s, unsigned thread, bool *ask) {
  for (unsigned i = 0; i < s->read_count; i++) {
    int source = s->source[s->reads[i]];
    if (source >= 0 && s->events[source].thread == (int)thread)
      ask[s->events[s->reads[i]].thread] = true;
  }
}

bool search_propagate(Search *s, unsigned read) {
  bool *ask = s->ask;
  for (unsigned t = 0; t < s->program->thread_count; t++)
    ask[t] = read == NO_READ || s->events[read].thread == (int)t;
  for (bool any = true; any;) {
    any = false;
    for (unsigned t = 0; t < s->program->thread_count; t++) {
      if (!ask[t])
        continue;
      ask[t] = false;
      if (!learn_of(s, t))
        continue;
      if (!constraints_hold(s, t))
        return false;
      any = true;
      ask_readers(s, t, ask);
    }
  }
  return !s->moving || follow_addresses(s);
}

// Of the reads whose value is not known, one that depends on itself: back from any of them.
static unsigned read_in_circle(const Search *s, unsigned read) {
  for (unsigned i = 0; i < s->read_count; i++) {
    unsigned write = (unsigned)s->source[read], thread = (unsigned)s->events[write].thread;
    const ValueExpr *exprs = s->threads[thread].paths->pool.exprs;
    ExprId id = s->origins[write]->written;
    while (exprs[id].kind != VALUE_READ)
      id = search_value(s, thread, exprs[id].a) ? exprs[id].b : exprs[id].a;
    read = s->threads[thread].first + exprs[id].read;
  }
  return read;
}

// Whether each read reads what its source writes.
static bool reads_agree(const Search *s) {
  for (unsigned i = 0; i < s->read_count; i++) {
    unsigned read = s->reads[i];
    const EventValue *here = search_value(s, (unsigned)s->events[read].thread, s->origins[read]->read);
    const EventValue *there = written_value(s, (unsigned)s->source[read]);
    if (!here || !there || !event_value_equal(*here, *there))
      return false;
  }
  return true;
}

// Whether every address is known, and every branch goes by what is.
static bool all_decided(const Search *s) {
  for (unsigned i = 0; i < s->mover_count; i++)
    if (!search_value(s, (unsigned)s->events[s->movers[i]].thread, s->origins[s->movers[i]]->address))
      return false;
  for (unsigned t = 0; t < s->program->thread_count; t++)
    for (unsigned i = 0; i < s->threads[t].path->constraint_count; i++)
      if (!search_value(s, t, s->threads[t].path->constraints[i].value))
        return false;
  return true;
}

bool search_from_nothing(Search *s) {
  Value next = 0;
  if (!all_decided(s))
    return false;
  for (unsigned i = 0; i < s->read_count; i++) {
    if (search_value(s, (unsigned)s->events[s->reads[i]].thread, s->origins[s->reads[i]]->read))
      continue;
    unsigned read = read_in_circle(s, s->reads[i]);
    learn(s, (unsigned)s->events[read].thread, s->origins[read]->read, (EventValue){LOCATION_ANY, next++});
    if (!search_propagate(s, NO_READ))
      return false;
  }
  return reads_agree(s);
}
