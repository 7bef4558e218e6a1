#include "harness/cycle/cycle.h"

#include <assert.h>
#include <string.h>

static void turn(Cycle *cycle, unsigned by) {
  Cycle old = *cycle;
  for (unsigned i = 0; i < old.count; i++)
    cycle->edges[i] = old.edges[(i + by) % old.count];
}

static bool is_order_in_thread(const Edge *edge) { return !edge->external && edge->kind >= EDGE_PO; }

// Why edges that meet do not go round; NULL: they do.
static const char *check_round(const Cycle *cycle) {
  unsigned external = 0, different = 0, same = 0;
  for (unsigned i = 0; i < cycle->count; i++) {
    const Edge *edge = &cycle->edges[i];
    external += edge->external;
    different += !edge->same;
    same += edge->same && is_order_in_thread(edge);
  }
  if (!external)
    return "no edge leads to another thread";
  if (different == 1)
    return "one edge alone changes the location, and none leads back";
  if (!different && same != 1)
    return "in a cycle of one location one edge of a thread's order, and no more, contradicts the location's";
  return NULL;
}

// Whether the annotation says how such an access is made.
static bool fits(const Vocabulary *words, const Annotation *annotation, Direction direction, bool of_update) {
  if (of_update && (!words->code || !annotation->update))
    return annotation->update;
  return direction == DIRECTION_READ ? annotation->load != NULL : annotation->store || annotation->exchange;
}

static const char *check_access(const Vocabulary *words, const Edge *before, const Edge *after) {
  bool of_update = before->kind == EDGE_UPDATE || after->kind == EDGE_UPDATE;
  if (before->kind == EDGE_UPDATE && after->kind == EDGE_UPDATE)
    return "two updates that follow each other share no access";
  if (!fits(words, after->from, after->source, of_update))
    return of_update                         ? "an update has no such annotation"
           : after->source == DIRECTION_READ ? "a read has no such annotation"
                                             : "a write has no such annotation";
  return NULL;
}

// Says of each access what it is, where nothing was said.
static void complete_annotations(Cycle *cycle) {
  for (unsigned i = 0; i < cycle->count; i++) { // both accesses of an update are in one order
    Edge *edge = &cycle->edges[i];
    if (edge->kind != EDGE_UPDATE || cycle->words->code)
      continue;
    edge->from = edge->from ? edge->from : edge->to;
    edge->to = edge->to ? edge->to : edge->from;
    cycle->edges[(i + cycle->count - 1) % cycle->count].to = edge->from;
    cycle->edges[(i + 1) % cycle->count].from = edge->to;
  }
  for (unsigned i = 0; i < cycle->count; i++) {
    Edge *before = &cycle->edges[i], *after = &cycle->edges[(i + 1) % cycle->count];
    const Annotation *said = before->to ? before->to : after->from ? after->from : cycle->words->annotations;
    before->to = after->from = said;
  }
}

unsigned cycle_threads(const Cycle *cycle) {
  unsigned count = 0;
  for (unsigned i = 0; i < cycle->count; i++)
    count += cycle->edges[i].external;
  return count;
}

bool cycle_has_one_location(const Cycle *cycle) {
  for (unsigned i = 0; i < cycle->count; i++)
    if (!cycle->edges[i].same)
      return false;
  return true;
}

bool edge_may_be_of_location(const Edge *edge) {
  return edge->kind == EDGE_PO && edge->same && !(edge->source == DIRECTION_READ && edge->target == DIRECTION_READ);
}

void edge_make_of_location(Edge *edge) {
  edge->kind = edge->source == DIRECTION_READ ? EDGE_FR : edge->target == DIRECTION_READ ? EDGE_RF : EDGE_CO;
}

// Within a thread accesses of one location follow each other in its order, if the cycle has another one too.
static void name_reasons(Cycle *cycle) {
  bool one_location = cycle_has_one_location(cycle);
  for (unsigned i = 0; i < cycle->count && !one_location; i++)
    if (edge_may_be_of_location(&cycle->edges[i]))
      edge_make_of_location(&cycle->edges[i]);
}

const char *cycle_settle(Cycle *cycle) {
  const char *why = check_round(cycle);
  if (why)
    return why;
  unsigned last = cycle->count - 1;
  while (!cycle->edges[last].external)
    last--;
  turn(cycle, (last + 1) % cycle->count);
  complete_annotations(cycle);
  for (unsigned i = 0; i < cycle->count && !why; i++) {
    const Edge *edge = &cycle->edges[i];
    if (edge->kind == EDGE_UPDATE && edge->from != edge->to && !cycle->words->code)
      return "the two accesses of an update have one annotation";
    why = check_access(cycle->words, edge, &cycle->edges[(i + 1) % cycle->count]);
  }
  name_reasons(cycle);
  return why;
}

void edge_print(const Vocabulary *words, const Edge *edge, Text *out) {
  static const char *const shapes[] = {
      [EDGE_RF] = "Rf",          [EDGE_CO] = "Co",       [EDGE_FR] = "Fr",         [EDGE_PO] = "Po",
      [EDGE_ADDRESS] = "DpAddr", [EDGE_DATA] = "DpData", [EDGE_CONTROL] = "DpCtrl"};
  static const char ways[] = {[DIRECTION_READ] = 'R', [DIRECTION_WRITE] = 'W'};
  if (edge->kind == EDGE_FENCE)
    text_add(out, edge->fence->name);
  else if (edge->kind == EDGE_UPDATE)
    text_add(out, edge->update->name);
  else
    text_add(out, shapes[edge->kind]);
  if (edge->kind == EDGE_CONTROL && edge->fence)
    text_add(out, edge->fence->control);
  if (edge->kind <= EDGE_FR)
    text_add_char(out, edge->external ? 'e' : 'i');
  if (is_order_in_thread(edge)) {
    text_add_char(out, edge->same ? 's' : 'd');
    if (edge->kind <= EDGE_FENCE)
      text_add_char(out, ways[edge->source]);
    text_add_char(out, ways[edge->target]);
  }
  assert(edge->from && edge->to);
  if (edge->from != words->annotations || edge->to != words->annotations)
    text_printf(out, "%s%s", edge->from->name, edge->to->name);
}

void cycle_print(const Cycle *cycle, Text *out) {
  for (unsigned i = 0; i < cycle->count; i++) {
    text_add(out, i ? " " : "");
    edge_print(cycle->words, &cycle->edges[i], out);
  }
}
