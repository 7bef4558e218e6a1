#include "harness/cycle/all.h"
#include "harness/base/table.h"
#include "harness/cycle/events.h"
#include "harness/cycle/name.h"

#include <string.h>

typedef struct {
  Edge *edges; // that cycles are made of
  unsigned edge_count;
  const CycleLimits *limits;
  CycleVisit *visit;
  void *context;
  unsigned chosen[CYCLE_EDGES]; // indices into `edges`
  Cycle cycle;                  // of them
  unsigned size;                // of the cycles that are being looked for
  Table known;                  // as text
  unsigned found;
  bool ended;
} Search;

// ---- What may follow what

static bool is_communication(const Edge *edge) { return edge->kind <= EDGE_FR; }

// Whether one edge alone says what the two say: rf;fr and co;co are co, fr;co is fr, po;po is po.
static bool is_one(const Edge *a, const Edge *b) {
  if (is_communication(a) && is_communication(b))
    return a->kind == EDGE_RF || b->kind != EDGE_RF;
  return a->kind == EDGE_PO && b->kind == EDGE_PO;
}

static bool may_follow(const Edge *a, const Edge *b) {
  return a->target == b->source && (!a->to || !b->from || a->to == b->from) && !is_one(a, b) &&
         !(a->kind == EDGE_UPDATE && b->kind == EDGE_UPDATE);
}

// Whether no turn of what was chosen comes before it: of all turns one is looked at.
static bool is_first_turn(const Search *s) {
  for (unsigned by = 1; by < s->size; by++) {
    if (!s->cycle.edges[by - 1].external)
      continue;
    unsigned i = 0;
    while (i < s->size && s->chosen[(i + by) % s->size] == s->chosen[i])
      i++;
    if (i < s->size && s->chosen[(i + by) % s->size] < s->chosen[i])
      return false;
  }
  return true;
}

static void deliver(Search *s) {
  Cycle cycle = s->cycle;
  cycle.count = s->size;
  for (unsigned i = 0; i < cycle.count; i++) { // what edges say of their accesses, the edges beside them know
    Edge *before = &cycle.edges[i], *after = &cycle.edges[(i + 1) % cycle.count];
    before->to = after->from = before->to ? before->to : after->from;
  }
  Events events;
  if (cycle_settle(&cycle) || events_of(&cycle, &events) || events.thread_count < 2)
    return;
  cycle_turn(&cycle);
  Text text = {0};
  cycle_print(&cycle, &text);
  size_t before = s->known.count;
  bool is_new = table_add(&s->known, text_string(&text), text.length) == before;
  text_free(&text);
  s->found += is_new;
  s->ended |= is_new && !s->visit(&cycle, s->context);
}

static void extend(Search *s, unsigned count, unsigned threads) {
  Edge *edges = s->cycle.edges;
  if (s->ended || (s->limits->stop && stop_wanted(s->limits->stop)))
    return;
  const Edge *last = count ? &edges[count - 1] : NULL;
  if (count == s->size) {
    if (last && last->external && may_follow(last, &edges[0]) && is_first_turn(s))
      deliver(s);
    return;
  }
  for (unsigned i = 0; i < s->edge_count; i++) {
    const Edge *edge = &s->edges[i];
    if ((last && !may_follow(last, edge)) || threads + edge->external > s->limits->threads)
      continue;
    s->chosen[count] = i;
    edges[count] = *edge;
    extend(s, count + 1, threads + edge->external);
  }
}

// ---- The edges

static bool same_edge(const Edge *a, const Edge *b) {
  return a->kind == b->kind && a->external == b->external && a->same == b->same && a->source == b->source &&
         a->target == b->target && a->fence == b->fence && a->update == b->update && a->from == b->from &&
         a->to == b->to;
}

static void add_edge(Search *s, Edge edge) {
  for (unsigned i = 0; i < s->edge_count; i++)
    if (same_edge(&s->edges[i], &edge))
      return;
  s->edges[s->edge_count++] = edge;
}

// Each edge that a pattern may be.
static void add_pattern(Search *s, const EdgePattern *pattern) {
  for (unsigned ways = 0; ways < 4; ways++) {
    Edge edge = pattern->edge;
    Direction source = ways & 2 ? DIRECTION_WRITE : DIRECTION_READ,
              target = ways & 1 ? DIRECTION_WRITE : DIRECTION_READ;
    if ((!pattern->any_source && source != edge.source) || (!pattern->any_target && target != edge.target))
      continue;
    edge.source = source;
    edge.target = target;
    add_edge(s, edge);
  }
}

unsigned cycles_each(const Vocabulary *words, const EdgePattern *patterns, unsigned count, const CycleLimits *limits,
                     CycleVisit *visit, void *context) {
  Arena *arena = arena_new();
  Search s = {.edges = ARENA_ARRAY(arena, Edge, (size_t)4 * count),
              .limits = limits,
              .visit = visit,
              .context = context,
              .cycle.words = words,
              .known.arena = arena};
  for (unsigned i = 0; i < count; i++)
    add_pattern(&s, &patterns[i]);
  for (s.size = 2; s.size <= limits->size; s.size++)
    extend(&s, 0, 0);
  arena_free(arena);
  return s.found;
}

const char *cycle_all_edges(const Vocabulary *words, Arena *arena) {
  const char *all = "Rfe Fre Coe Pod** Rfi Fri Coi PosRR";
  if (vocabulary_has_dependencies(words))
    all = arena_printf(arena, "%s DpAddrd* DpDatadW DpCtrldW", all);
  for (unsigned i = 0; i < words->fence_count; i++)
    if (words->fences[i].control)
      all = arena_printf(arena, "%s DpCtrl%sd*", all, words->fences[i].control);
  for (unsigned i = 0; i < words->fence_count; i++)
    all = arena_printf(arena, "%s %sd**", all, words->fences[i].name);
  for (unsigned i = 0; i < words->update_count; i++)
    if (!i || strcmp(words->updates[i].word, words->updates[i - 1].word) != 0)
      all = arena_printf(arena, "%s %s", all, words->updates[i].name);
  return all;
}
