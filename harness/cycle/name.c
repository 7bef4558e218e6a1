#include "harness/cycle/name.h"

#include <ctype.h>
#include <string.h>

// The threads of families: each the direction of its first access and of its last one, of one access alone once.
typedef struct {
  const char *threads, *name;
} Family;

// Alglave, Maranget and Tautschnig, "Herding cats", TOPLAS 2014, table III and section 4.
static const Family families[] = {
    {"WW+RR", "MP"},       {"WR+WR", "SB"},         {"WR+WR+WR", "3.SB"},    {"WR+WR+WR+WR", "4.SB"},
    {"RW+RW", "LB"},       {"RW+RW+RW", "3.LB"},    {"RW+RW+RW+RW", "4.LB"}, {"WW+WW", "2+2W"},
    {"WW+WW+WW", "3.2W"},  {"WW+WW+WW+WW", "4.2W"}, {"WW+RW", "S"},          {"WW+WR", "R"},
    {"W+RW+RR", "WRC"},    {"W+RR+WR", "RWC"},      {"W+RW+RW", "WWC"},      {"W+RW+WW", "WRW+2W"},
    {"W+RR+WW", "WRR+2W"}, {"W+RW+WR", "WRW+WR"},   {"WW+RR+WR", "W+RWC"},   {"WW+RW+RR", "ISA2"},
    {"WW+RW+WR", "Z6.0"},  {"WW+WW+RW", "Z6.1"},    {"WW+RW+RW", "Z6.2"},    {"WW+WW+RR", "Z6.3"},
    {"WW+WR+WR", "Z6.4"},  {"WW+WW+WR", "Z6.5"},    {"W+RR+W+RR", "IRIW"},   {"W+RR+W+RW", "IRRWIW"},
    {"W+RW+W+RW", "IRWIW"}};
// Those of one location.
static const Family coherence[] = {{"W+RR", "CoRR"}, {"W+RW", "CoRW2"}, {"WR", "CoWR0"},
                                   {"WW", "CoWW"},   {"RW", "CoRW1"},   {"W+WR", "CoWR"}};

// The first edge of each thread, and behind the last thread the count.
static unsigned thread_starts(const Cycle *cycle, unsigned starts[CYCLE_EDGES + 1]) {
  unsigned count = 0;
  for (unsigned i = 0; i < cycle->count; i++)
    if (!i || cycle->edges[i - 1].external)
      starts[count++] = i;
  starts[count] = cycle->count;
  return count;
}

static void add_small(const char *text, Text *out) {
  for (; *text; text++)
    text_add_char(out, (char)tolower((unsigned char)*text));
}

static char way(Direction direction) { return direction == DIRECTION_WRITE ? 'W' : 'R'; }

static void add_shape(const Edge *edge, Text *out) {
  static const char *const words[] = {
      [EDGE_RF] = "rf",        [EDGE_CO] = "co",     [EDGE_FR] = "fr",       [EDGE_PO] = "po",
      [EDGE_ADDRESS] = "addr", [EDGE_DATA] = "data", [EDGE_CONTROL] = "ctrl"};
  if (edge->kind == EDGE_UPDATE)
    text_add(out, edge->update->word);
  else if (edge->kind == EDGE_FENCE)
    add_small(edge->fence->name, out);
  else
    text_add(out, words[edge->kind]);
  if (edge->kind == EDGE_CONTROL && edge->fence)
    add_small(edge->fence->control, out);
  if (edge->kind <= EDGE_FR)
    text_add_char(out, 'i');
  else if (edge->kind >= EDGE_PO && edge->same)
    text_add_char(out, 's');
}

static bool is_silent(const Vocabulary *words, const Edge *edge) {
  return words->silent && edge->from == words->annotations && edge->to == words->annotations;
}

// An edge within a thread. The direction where it meets the next edge stands there if neither of them says it.
static void add_edge(const Vocabulary *words, const Edge *edge, const Edge *next, Text *out) {
  add_shape(edge, out);
  bool open = edge->kind >= EDGE_PO && next && (next->kind == EDGE_PO || next->kind == EDGE_FENCE);
  if (open)
    text_add_char(out, way(edge->target));
  if (is_silent(words, edge))
    return;
  add_small(edge->from->name, out);
  add_small(edge->to->name, out);
}

// "rfi-pos": what is between the accesses of a thread whose edges these are, the external one last.
static const char *thread_word(const Cycle *cycle, unsigned begin, unsigned end, Arena *arena) {
  Text word = {0};
  for (unsigned i = begin; i + 1 < end; i++) {
    text_add(&word, i > begin ? "-" : "");
    add_edge(cycle->words, &cycle->edges[i], i + 2 < end ? &cycle->edges[i + 1] : NULL, &word);
  }
  return text_finish(&word, arena);
}

static const char *directions(const Cycle *cycle, Arena *arena) {
  unsigned starts[CYCLE_EDGES + 1], count = thread_starts(cycle, starts);
  Text all = {0};
  for (unsigned t = 0; t < count; t++) {
    text_add(&all, t ? "+" : "");
    text_add_char(&all, way(cycle->edges[starts[t]].source));
    if (starts[t + 1] - starts[t] > 1)
      text_add_char(&all, way(cycle->edges[starts[t + 1] - 1].source));
  }
  return text_finish(&all, arena);
}

static const char *family_name(const Cycle *cycle, Arena *arena) {
  const char *threads = directions(cycle, arena);
  bool co = cycle_has_one_location(cycle);
  const Family *rows = co ? coherence : families;
  unsigned count = co ? sizeof coherence / sizeof *coherence : sizeof families / sizeof *families;
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(rows[i].threads, threads))
      return rows[i].name;
  return co ? arena_printf(arena, "Co+%s", threads) : threads;
}

// "ReleaseOnce": how the accesses of threads of one access are made.
static const char *lone_word(const Cycle *cycle, Arena *arena) {
  Text word = {0};
  bool tell = !cycle->words->silent;
  for (unsigned i = 0; i < cycle->count; i++) {
    const Edge *before = &cycle->edges[(i + cycle->count - 1) % cycle->count], *edge = &cycle->edges[i];
    if (!before->external || !edge->external)
      continue;
    text_add(&word, edge->from->name);
    tell |= edge->from != cycle->words->annotations;
  }
  const char *made = text_finish(&word, arena);
  return tell ? made : "";
}

const char *cycle_name(const Cycle *cycle, Arena *arena) {
  unsigned starts[CYCLE_EDGES + 1], threads = thread_starts(cycle, starts), count = 0;
  const char *words[CYCLE_EDGES];
  bool alike = true;
  for (unsigned t = 0; t < threads; t++) {
    if (starts[t + 1] - starts[t] < 2)
      continue;
    words[count++] = thread_word(cycle, starts[t], starts[t + 1], arena);
    alike &= !strcmp(words[0], words[count - 1]);
  }
  Text name = {0};
  text_add(&name, family_name(cycle, arena));
  bool nothing = count && alike && (!strcmp(words[0], "po") || (count == 1 && !strcmp(words[0], "pos")));
  if (count > 1 && alike && !nothing)
    text_printf(&name, "+%ss", words[0]);
  for (unsigned i = 0; i < count && !nothing && !(count > 1 && alike); i++)
    text_printf(&name, "+%s", words[i]);
  const char *lone = lone_word(cycle, arena);
  text_printf(&name, "%s%s", *lone ? "+" : "", lone);
  return text_finish(&name, arena);
}

// Where a name begins: at a lone write, else at a thread of two; the threads that follow are in this order too, of
// those alike the one of fewer edges first.
static int rank(const Cycle *cycle, unsigned begin, unsigned end) {
  static const char *const order[] = {"W", "WW", "WR", "RR", "RW"};
  char word[3] = {way(cycle->edges[begin].source)};
  if (end - begin > 1)
    word[1] = way(cycle->edges[end - 1].source);
  for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
    if (!strcmp(order[i], word))
      return (int)i;
  return -1;
}

static void turned(const Cycle *cycle, unsigned by, Cycle *out) {
  *out = *cycle;
  for (unsigned i = 0; i < cycle->count; i++)
    out->edges[i] = cycle->edges[(i + by) % cycle->count];
}

// Negative: a's name is to begin as it does rather than as b's does.
static int compare_turns(const Cycle *a, const Cycle *b, Arena *arena) {
  unsigned of_a[CYCLE_EDGES + 1] = {0}, of_b[CYCLE_EDGES + 1] = {0}, count = thread_starts(a, of_a);
  thread_starts(b, of_b);
  for (unsigned t = 0; t < count; t++) {
    int difference = rank(a, of_a[t], of_a[t + 1]) - rank(b, of_b[t], of_b[t + 1]);
    if (difference)
      return difference;
  }
  for (unsigned t = 0; t < count; t++) {
    unsigned edges_of_a = of_a[t + 1] - of_a[t], edges_of_b = of_b[t + 1] - of_b[t];
    if (edges_of_a != edges_of_b)
      return edges_of_a < edges_of_b ? -1 : 1;
    int difference = strcmp(thread_word(a, of_a[t], of_a[t + 1], arena), thread_word(b, of_b[t], of_b[t + 1], arena));
    if (difference)
      return difference;
  }
  Text one = {0}, other = {0};
  cycle_print(a, &one);
  cycle_print(b, &other);
  return strcmp(text_finish(&one, arena), text_finish(&other, arena));
}

void cycle_turn(Cycle *cycle) {
  Arena *arena = arena_new();
  unsigned starts[CYCLE_EDGES + 1], count = thread_starts(cycle, starts);
  Cycle best = *cycle, other;
  for (unsigned t = 1; t < count; t++) {
    turned(cycle, starts[t], &other);
    if (compare_turns(&other, &best, arena) < 0)
      best = other;
  }
  arena_free(arena);
  *cycle = best;
}
