// Orders: which writes coherence puts before which, and every order that respects it.
//
// An execution is coherent where po-loc | rf | co | fr is acyclic. Given the sources of the reads, that forces for two
// accesses of one thread to one location, next to each other, that what the first saw or wrote comes not after what the
// second sees or writes (CoWW, CoRW, CoWR, CoRR: Alglave, Maranget, Tautschnig, "Herding cats", figure 6); and any
// order of the writes that respects these is coherent. So no order is tried in vain.
#include "harness/model/search.h"

#include <string.h>

static unsigned rank_of(const WriteOrder *order, unsigned write) {
  unsigned rank = 0;
  while (order->writes[rank] != write)
    rank++;
  return rank;
}

static bool gather_writes(Search *s, unsigned cell) {
  WriteOrder *order = &s->orders[cell];
  order->count = 1;
  order->writes[0] = cell;
  order->before[0] = 0;
  order->follower[0] = NO_RANK;
  for (unsigned e = s->cell_count; e < s->execution.event_count; e++)
    if (s->cell_of[e] == (int)cell && s->events[e].kind & EVENT_WRITE) {
      if (order->count == SEARCH_CELL_WRITES) {
        s->result->gave_up = s->stop = true;
        s->result->why = "a location is written more than 63 times";
        return false;
      }
      order->before[order->count] = 1;
      order->follower[order->count] = NO_RANK;
      order->writes[order->count++] = e;
    }
  return true;
}

// The rank of the write that a read must be followed by without another write between, if there is one.
static unsigned follower_of(const Search *s, const WriteOrder *order, unsigned read) {
  if (s->events[read].kind == EVENT_RMW)
    return rank_of(order, read);
  const PathEvent *origin = s->origins[read];
  if (!s->limits->atomic_only || !(origin->has_partner || origin->is_close))
    return NO_RANK;
  unsigned write = read + 1;
  if (origin->is_close)
    write = s->threads[s->events[read].thread].first + origin->conditional;
  return s->cell_of[write] == s->cell_of[read] ? rank_of(order, write) : NO_RANK;
}

// Adds that one write comes before another; false where they are the same.
static bool put_before(WriteOrder *order, unsigned first, unsigned second) {
  order->before[second] |= (uint64_t)1 << first;
  return first != second;
}

// What the accesses of the threads to the cell force, one after the other in each thread.
static bool force_threads(const Search *s, unsigned cell, WriteOrder *order) {
  int thread = -1;
  unsigned last = 0; // the write that the access before saw or made
  for (unsigned e = s->cell_count; e < s->execution.event_count; e++) {
    if (s->cell_of[e] != (int)cell)
      continue;
    if (s->events[e].thread != thread) {
      thread = s->events[e].thread;
      last = 0;
    }
    if (s->events[e].kind & EVENT_READ && s->source[e] >= 0) {
      if (s->cell_of[s->source[e]] != (int)cell) // not known yet to be here
        continue;
      unsigned seen = rank_of(order, (unsigned)s->source[e]);
      if (seen != last)
        put_before(order, last, seen);
      last = seen;
      unsigned follower = follower_of(s, order, e);
      if (follower != NO_RANK) {
        if (order->follower[seen] != NO_RANK) // two cannot both be next
          return false;
        order->follower[seen] = follower;
      }
    }
    if (s->events[e].kind & EVENT_WRITE) {
      unsigned made = rank_of(order, e);
      if (!put_before(order, last, made))
        return false;
      last = made;
    }
  }
  return true;
}

// What comes after a write comes after its follower, and what comes before the follower before the write. True where
// that was news.
static bool keep_together(WriteOrder *order) {
  bool news = false;
  for (unsigned w = 0; w < order->count; w++) {
    unsigned next = order->follower[w];
    if (next == NO_RANK)
      continue;
    uint64_t both = (uint64_t)1 << w | (uint64_t)1 << next, more = (order->before[next] | (uint64_t)1 << w) & ~both;
    news |= (more & ~order->before[w]) != 0 || !(order->before[next] >> w & 1);
    order->before[w] |= more;
    order->before[next] |= (uint64_t)1 << w;
    for (unsigned later = 0; later < order->count; later++)
      if (later != next && order->before[later] >> w & 1 && !(order->before[later] >> next & 1)) {
        order->before[later] |= (uint64_t)1 << next;
        news = true;
      }
  }
  return news;
}

// Warshall over the masks; false where some write comes before itself.
static bool close_order(WriteOrder *order) {
  do {
    for (unsigned k = 0; k < order->count; k++)
      for (unsigned i = 0; i < order->count; i++)
        if (order->before[i] >> k & 1)
          order->before[i] |= order->before[k];
    for (unsigned i = 0; i < order->count; i++)
      if (order->before[i] >> i & 1)
        return false;
  } while (keep_together(order));
  return true;
}

bool search_force(Search *s, unsigned cell) {
  WriteOrder *order = &s->orders[cell];
  if (!gather_writes(s, cell))
    return false;
  if (!s->limits->coherent_only)
    return true;
  return force_threads(s, cell, order) && close_order(order);
}

// The final value of a location's element: of the last write to it, or the initial one where nobody accesses it.
static EventValue final_value(const Search *s, unsigned location, unsigned element) {
  unsigned first = s->first_cell[location];
  for (unsigned c = first; c < s->cell_count && s->cells[c].location == location; c++)
    if (s->cells[c].element == element) {
      const WriteOrder *order = &s->orders[c];
      return s->events[order->ordered[order->count - 1]].written;
    }
  return s->program->locations[location].initial[element];
}

static void show(Search *s) {
  for (unsigned i = 0; i < s->program->observable_total; i++) {
    const ProgramObservable *o = &s->program->observables[i];
    if (o->is_register)
      s->state[i] = *search_value(s, o->thread, s->threads[o->thread].path->registers[o->reg]);
    else
      s->state[i] = final_value(s, o->location, o->element);
    s->state[i] = program_shown(o, s->state[i]);
  }
  if (s->program->keep && !s->program->keep(s->program->keep_context, s->state))
    return;
  if (s->limits->executions && s->result->executions >= s->limits->executions) {
    s->result->gave_up = s->stop = true;
    s->result->why = "it has more executions than were asked for";
    return;
  }
  s->result->executions++;
  if (!s->see(&s->execution, s->context))
    s->stop = true;
}

static void order_cell(Search *s, unsigned cell);

// Puts a write next, if all that must come before it has been put, and goes on.
static void order_next(Search *s, unsigned cell, unsigned placed, uint64_t done) {
  WriteOrder *order = &s->orders[cell];
  if (placed == order->count) {
    order_cell(s, cell + 1);
    return;
  }
  Relation co = s->execution.co;
  unsigned next = placed ? order->follower[rank_of(order, order->ordered[placed - 1])] : NO_RANK;
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
