// Orders: which writes coherence puts before which, and every order that respects it.
//
// An execution is coherent where po-loc | rf | co | fr is acyclic. Given the sources of the reads, that forces for two
// accesses of one thread to one location, next to each other, that what the first saw or wrote comes not after what the
// second sees or writes (CoWW, CoRW, CoWR, CoRR: Alglave, Maranget, Tautschnig, "Herding cats", figure 6); and any
// order of the writes that respects these is coherent. So no order is tried in vain.
#include "harness/model/search.h"

#include <string.h>

static bool add_write(Search *s, WriteOrder *order, unsigned write) {
  if (order->count == SEARCH_CELL_WRITES) {
    s->result->gave_up = s->stop = true;
    s->result->why = "a location is written more than 63 times";
    return false;
  }
  unsigned rank = s->rank[write] = order->count++;
  order->writes[rank] = write;
  return true;
}

// The cell's accesses, and its writes with their ranks. Where every address is a constant, once is enough.
static bool collect(Search *s, unsigned cell) {
  WriteOrder *order = &s->orders[cell];
  if (!order->accesses)
    order->accesses = ARENA_ARRAY(s->arena, unsigned, s->execution.event_count);
  else if (!s->moving)
    return true;
  order->count = order->access_count = 0;
  if (!add_write(s, order, cell))
    return false;
  for (unsigned e = s->cell_count; e < s->execution.event_count; e++) {
    if (s->cell_of[e] != (int)cell)
      continue;
    order->accesses[order->access_count++] = e;
    if (s->events[e].kind & EVENT_WRITE && !add_write(s, order, e))
      return false;
  }
  return true;
}

// The rank of the write that a read must be followed by without another write between, if there is one.
static unsigned follower_of(const Search *s, unsigned read) {
  if (s->events[read].kind == EVENT_RMW)
    return s->rank[read];
  const PathEvent *origin = s->origins[read];
  if (!s->limits->atomic_only || !(origin->has_partner || origin->is_close))
    return NO_RANK;
  unsigned write = read + 1;
  if (origin->is_close)
    write = s->threads[s->events[read].thread].first + origin->conditional;
  return s->cell_of[write] == s->cell_of[read] ? s->rank[write] : NO_RANK;
}

// `more` comes before the writes of `block`, and so before all that these come before.
static void put_all_before(WriteOrder *order, uint64_t more, uint64_t block) {
  for (unsigned i = 0; i < order->count; i++)
    order->before[i] |= (block >> i & 1) | (order->before[i] & block) ? more : 0;
}

// One write comes before another; false where it does not. The order stays transitive, and what comes before or after
// one write of a block comes before or after them all.
static bool put_before(WriteOrder *order, unsigned first, unsigned second) {
  if (first == second || order->before[first] >> second & 1)
    return false;
  if (!(order->before[second] >> first & 1))
    put_all_before(order, order->before[order->head[first]] | order->block[first], order->block[second]);
  return true;
}

// One write comes right after another: their blocks become one. False where they cannot.
static bool put_next(WriteOrder *order, unsigned first, unsigned second) {
  if (order->follower[first] != NO_RANK || !put_before(order, first, second))
    return false;
  uint64_t a = order->block[first], b = order->block[second];
  uint64_t before_b = order->before[order->head[second]] & ~a;
  for (uint64_t rest = before_b; rest; rest &= rest - 1)
    if (order->before[__builtin_ctzll(rest)] & a) // it comes between
      return false;
  put_all_before(order, before_b, a);
  for (unsigned i = 0; i < order->count; i++)
    if (!((a | b) >> i & 1) && order->before[i] & a)
      order->before[i] |= order->before[order->head[second]] | b;
  for (uint64_t rest = a | b; rest; rest &= rest - 1) {
    unsigned i = (unsigned)__builtin_ctzll(rest);
    order->block[i] = a | b;
    order->head[i] = order->head[first];
  }
  order->follower[first] = second;
  return true;
}

// What the accesses of the threads to the cell force, one after the other in each thread.
static bool force_threads(const Search *s, unsigned cell, WriteOrder *order) {
  int thread = -1;
  unsigned last = 0; // the write that the access before saw or made
  for (unsigned i = 0; i < order->access_count; i++) {
    unsigned e = order->accesses[i];
    if (s->events[e].thread != thread) {
      thread = s->events[e].thread;
      last = 0;
    }
    if (s->events[e].kind & EVENT_READ && s->source[e] >= 0) {
      if (s->cell_of[s->source[e]] != (int)cell) // not known yet to be here
        continue;
      unsigned seen = s->rank[s->source[e]];
      if (seen != last && !put_before(order, last, seen))
        return false;
      last = seen;
      unsigned follower = follower_of(s, e);
      if (follower != NO_RANK && !put_next(order, seen, follower))
        return false;
    }
    if (s->events[e].kind & EVENT_WRITE) {
      unsigned made = s->rank[e];
      if (!put_before(order, last, made))
        return false;
      last = made;
    }
  }
  return true;
}

// What is so whatever is read: the initial write comes first; of threads that are alike one does.
static bool force_first(const Search *s, WriteOrder *order) {
  for (unsigned rank = 0; rank < order->count; rank++) {
    order->before[rank] = rank ? 1 : 0;
    order->follower[rank] = NO_RANK;
    order->block[rank] = (uint64_t)1 << rank;
    order->head[rank] = rank;
  }
  for (unsigned rank = 0; rank < order->count; rank++) {
    int after = s->after[order->writes[rank]];
    if (after >= 0 && !put_before(order, s->rank[after], rank))
      return false;
  }
  return true;
}

static bool force(Search *s, unsigned cell) {
  WriteOrder *order = &s->orders[cell];
  order->is_old =
      !collect(s, cell) || !force_first(s, order) || (s->limits->coherent_only && !force_threads(s, cell, order));
  return !order->is_old;
}

bool search_force_all(Search *s) {
  for (unsigned c = 0; c < s->cell_count; c++)
    if (!force(s, c))
      return false;
  return true;
}

bool search_force_old(Search *s) {
  for (unsigned c = 0; c < s->cell_count; c++)
    if (s->orders[c].is_old && !force(s, c))
      return false;
  return true;
}

// The write that a read sees; NO_RANK where that is not known to be of this cell.
static unsigned seen_by(const Search *s, unsigned read) {
  int source = s->source[read];
  return source >= 0 && s->cell_of[source] == s->cell_of[read] ? s->rank[source] : NO_RANK;
}

// The write that the access of its thread before saw or made: the initial one where there was none.
static unsigned before_access(const Search *s, unsigned event) {
  for (unsigned e = event; e-- > s->threads[s->events[event].thread].first;) {
    if (s->cell_of[e] != s->cell_of[event])
      continue;
    unsigned rank = s->events[e].kind & EVENT_WRITE ? s->rank[e] : seen_by(s, e);
    if (rank != NO_RANK)
      return rank;
  }
  return 0;
}

// What the read's source is before, because of the access of its thread that comes next: the write that this sees or
// makes. `strictly`: it is not that itself.
static unsigned after_access(const Search *s, unsigned event, bool *strictly) {
  *strictly = true;
  if (s->events[event].kind & EVENT_WRITE)
    return s->rank[event];
  for (unsigned e = event + 1; e < s->execution.event_count && s->events[e].thread == s->events[event].thread; e++) {
    if (s->cell_of[e] != s->cell_of[event])
      continue;
    unsigned rank = s->events[e].kind & EVENT_READ ? seen_by(s, e) : NO_RANK;
    *strictly = rank == NO_RANK;
    if (rank == NO_RANK && s->events[e].kind & EVENT_WRITE)
      rank = s->rank[e];
    if (rank != NO_RANK)
      return rank;
  }
  return NO_RANK;
}

bool search_force_more(Search *s, unsigned read) {
  if (s->cell_of[read] < 0 || seen_by(s, read) == NO_RANK)
    return true;
  WriteOrder *order = &s->orders[s->cell_of[read]];
  bool strictly;
  unsigned seen = seen_by(s, read), before = before_access(s, read), after = after_access(s, read, &strictly);
  unsigned follower = follower_of(s, read);
  return (before == seen || put_before(order, before, seen)) &&
         (follower == NO_RANK || put_next(order, seen, follower)) &&
         (after == NO_RANK || (after == seen && !strictly) || put_before(order, seen, after));
}

void search_show_forced(Search *s, bool shown) {
  Relation co = s->execution.co;
  for (unsigned c = 0; c < s->cell_count; c++) {
    const WriteOrder *order = &s->orders[c];
    for (unsigned rank = 0; rank < order->count; rank++)
      for (uint64_t rest = order->before[rank]; rest; rest &= rest - 1) {
        unsigned before = order->writes[__builtin_ctzll(rest)], write = order->writes[rank];
        if (shown)
          relation_add(co, before, write);
        else
          relation_row(co, before)[write / 64] &= ~((uint64_t)1 << write % 64);
      }
  }
}

void search_order_copy(const WriteOrder *from, WriteOrder *to) {
  to->accesses = from->accesses;
  to->is_old = from->is_old;
  to->access_count = from->access_count;
  to->count = from->count;
  memcpy(to->before, from->before, from->count * sizeof *to->before);
  memcpy(to->block, from->block, from->count * sizeof *to->block);
  memcpy(to->head, from->head, from->count * sizeof *to->head);
  memcpy(to->follower, from->follower, from->count * sizeof *to->follower);
}

// The final value of a location's element: of the last write to it, or the initial one where nobody accesses it; NULL
// where its cell is not among the first `cells`, whose orders are built.
static const EventValue *final_value(const Search *s, unsigned location, unsigned element, unsigned cells) {
  unsigned first = s->first_cell[location];
  for (unsigned c = first; c < s->cell_count && s->cells[c].location == location; c++)
    if (s->cells[c].element == element) {
      const WriteOrder *order = &s->orders[c];
      return c < cells ? &s->events[order->ordered[order->count - 1]].written : NULL;
    }
  return &s->program->locations[location].initial[element];
}

// What is known of the state.
static void fill_state(Search *s, unsigned cells) {
  for (unsigned i = 0; i < s->program->observable_total; i++) {
    const ProgramObservable *o = &s->program->observables[i];
    const EventValue *value = o->is_register ? search_value(s, o->thread, s->threads[o->thread].path->registers[o->reg])
                                             : final_value(s, o->location, o->element, cells);
    s->known[i] = value != NULL;
    if (value)
      s->state[i] = program_shown(o, *value);
  }
}

bool search_is_wanted(Search *s, unsigned cells) {
  if (!s->limits->wanted)
    return true;
  fill_state(s, cells);
  return s->limits->wanted(s->state, s->known, s->limits->wanted_context);
}

// Whether every read of a turn that is taken for ever has nothing newer to read. What waiting threads write back is no
// news.
static bool wait_for_ever(const Search *s) {
  for (unsigned i = 0; i < s->read_count; i++) {
    unsigned read = s->reads[i];
    if (!search_waits(s, read))
      continue;
    EventSet later = {s->execution.co.n, s->execution.co.words,
                      relation_row(s->execution.co, (unsigned)s->source[read])};
    for (unsigned w = set_next(later, 0); w < later.n; w = set_next(later, w + 1))
      if (!search_waits(s, w))
        return false;
  }
  return true;
}

static void show(Search *s) {
  if (s->hangs && !wait_for_ever(s))
    return;
  s->execution.waiting = 0;
  for (unsigned t = 0; t < s->program->thread_count && t < 64; t++)
    s->execution.waiting |= (uint64_t)(s->threads[t].path->end == PATH_WAITS) << t;
  fill_state(s, s->cell_count);
  s->execution.refused = s->program->keep && !s->program->keep(s->program->keep_context, s->state);
  if (s->execution.refused && !s->limits->refused)
    return;
  if (s->limits->executions && s->result->executions >= s->limits->executions) {
    s->result->gave_up = s->stop = true;
    s->result->why = "it has more executions than were asked for";
    return;
  }
  s->result->executions += !s->execution.refused;
  if (!s->see(&s->execution, s->context))
    s->stop = true;
}

static void order_cell(Search *s, unsigned cell);

// Puts a write next, if all that must come before it has been put, and goes on.
static void order_next(Search *s, unsigned cell, unsigned placed, uint64_t done) {
  WriteOrder *order = &s->orders[cell];
  if (placed == order->count) {
    if (search_is_wanted(s, cell + 1))
      order_cell(s, cell + 1);
    return;
  }
  Relation co = s->execution.co;
  unsigned next = placed ? order->follower[s->rank[order->ordered[placed - 1]]] : NO_RANK;
  for (unsigned i = 0; i < order->count && !search_expired(s); i++) {
    uint64_t bit = (uint64_t)1 << i;
    if (done & bit || order->before[i] & ~done || (next != NO_RANK && next != i))
      continue;
    order->ordered[placed] = order->writes[i];
    for (unsigned j = 0; j < placed; j++)
      relation_add(co, order->ordered[j], order->writes[i]);
    order_next(s, cell, placed + 1, done | bit);
    for (unsigned j = 0; j < placed; j++)
      relation_row(co, order->ordered[j])[order->writes[i] / 64] &= ~((uint64_t)1 << order->writes[i] % 64);
  }
}

static void order_cell(Search *s, unsigned cell) {
  if (search_expired(s))
    return;
  if (cell == s->cell_count)
    show(s);
  else
    order_next(s, cell, 0, 0);
}

void search_orders(Search *s) { order_cell(s, 0); }
