#include "harness/cycle/events.h"

#include <stdint.h>
#include <string.h>

// Where a walk through the locations begins: behind an edge that changes the location. In a cycle of one location it is
// the edge of a thread's order, which contradicts the order of the location: that is what the others say.
static unsigned walk_begin(const Cycle *cycle) {
  unsigned begin = 0;
  bool changes = false;
  for (unsigned i = 0; i < cycle->count && !changes; i++) {
    changes = !cycle->edges[i].same;
    if (changes || cycle->edges[i].kind >= EDGE_PO)
      begin = i + 1 < cycle->count ? i + 1 : 0;
  }
  return begin;
}

// A write is the next one of its location; a read reads the last one before it.
static void place(const Cycle *cycle, Events *out) {
  unsigned begin = walk_begin(cycle), locations = 0, value = 0;
  for (unsigned i = 0; i < cycle->count; i++) {
    Event *event = &out->events[(begin + i) % cycle->count];
    value += event->direction == DIRECTION_WRITE;
    event->location = locations;
    event->value = value;
    if (!cycle->edges[(begin + i) % cycle->count].same || i + 1 == cycle->count) {
      out->writes[locations++] = value;
      value = 0;
    }
  }
  out->location_count = locations;
}

// Numbers the locations as they come from the first event on.
static void rename_locations(Events *out) {
  unsigned names[CYCLE_EDGES], writes[CYCLE_EDGES] = {0}, known = 0;
  memset(names, 0xff, sizeof names);
  for (unsigned i = 0; i < out->count; i++) {
    unsigned *name = &names[out->events[i].location];
    if (*name == UINT32_MAX) {
      writes[known] = out->writes[out->events[i].location];
      *name = known++;
    }
    out->events[i].location = *name;
  }
  memcpy(out->writes, writes, known * sizeof *writes);
}

// `before[a][b]`: the condition and coherence within threads leave no doubt that write a comes before write b.
typedef struct {
  bool before[CYCLE_EDGES + 1][CYCLE_EDGES + 1];
} Certainty;

static void learn(const Events *e, unsigned location, unsigned first, unsigned second, Certainty *out) {
  const Event *a = &e->events[first], *b = &e->events[second];
  if (a->location != location || b->location != location)
    return;
  if (a->thread == b->thread && a->value < b->value)
    out->before[a->value][b->value] = true;
}

// Whether the condition, which tells the last write of each location and what each read reads, tells their order.
static bool order_is_told(const Events *e, unsigned location) {
  Certainty told = {0};
  unsigned last = e->writes[location];
  for (unsigned w = 1; w <= last; w++) {
    told.before[0][w] = true;
    told.before[w][last] = w < last;
  }
  for (unsigned i = 0; i < e->count; i++)
    for (unsigned k = i + 1; k < e->count; k++)
      learn(e, location, i, k, &told);
  for (unsigned w = 1; w < last; w++)
    if (!told.before[w][w + 1])
      return false;
  return true;
}

static bool types_agree(const Events *e) {
  bool seen[CYCLE_EDGES] = {0}, plain[CYCLE_EDGES];
  for (unsigned i = 0; i < e->count; i++) {
    unsigned location = e->events[i].location;
    bool is_plain = annotation_is_plain(e->events[i].annotation);
    if (seen[location] && plain[location] != is_plain)
      return false;
    seen[location] = true;
    plain[location] = is_plain;
  }
  return true;
}

const char *events_of(const Cycle *cycle, Events *out) {
  *out = (Events){.count = cycle->count};
  unsigned thread = 0;
  for (unsigned i = 0; i < cycle->count; i++) {
    const Edge *edge = &cycle->edges[i];
    out->events[i] = (Event){.direction = edge->source, .annotation = edge->from, .thread = thread};
    thread += edge->external;
  }
  out->thread_count = thread;
  place(cycle, out);
  rename_locations(out);
  if (cycle->words->typed && !types_agree(out))
    return "a location is either atomic or not";
  for (unsigned location = 0; location < out->location_count; location++)
    if (!order_is_told(out, location))
      return "a condition does not tell the order of the writes of one location: it would take a thread that observes "
             "them";
  return NULL;
}
