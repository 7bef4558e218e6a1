#include "results/condition.h"
#include "harness/lang/parse.h"
#include "harness/lang/print.h"

#include <string.h>

typedef struct {
  const Prop *parts[LIMIT_OBSERVABLES]; // comparisons with values
  unsigned count;
} Conjunction;

static bool collect(const Prop *prop, Conjunction *out) {
  if (prop->kind == PROP_AND)
    return collect(prop->left, out) && collect(prop->right, out);
  bool compares = prop->kind == PROP_EQUAL || prop->kind == PROP_NOT_EQUAL;
  if (!compares || prop->against_observable || out->count == LIMIT_OBSERVABLES)
    return false;
  out->parts[out->count++] = prop;
  return true;
}

static const char *name_of(const Test *test, const Observable *o) {
  return o->is_register ? test->threads[o->thread].registers[o->reg].name : test->locations[o->location].name;
}

// Whether two parts may be the same; registers of any name of the same thread may, unless `named`.
static bool may_be(const Test *a, const Prop *x, const Test *b, const Prop *y, bool named) {
  const Observable *left = &a->observables[x->observable], *right = &b->observables[y->observable];
  if (x->kind != y->kind || x->value != y->value || left->is_register != right->is_register)
    return false;
  bool place = left->is_register ? left->thread == right->thread : left->element == right->element;
  return place && ((left->is_register && !named) || !strcmp(name_of(a, left), name_of(b, right)));
}

static unsigned place_in(const unsigned *ranks, unsigned count, unsigned observable) {
  unsigned place = 0;
  while (place < count && ranks[place] != observable)
    place++;
  return place;
}

// The part of `x` that is the part of `b`: of several the first by rank.
static unsigned find_part(const Test *a, const Conjunction *x, const bool *taken, const unsigned *ranks, const Test *b,
                          const Prop *part) {
  unsigned best = x->count, least = 0;
  for (unsigned i = 0; i < x->count; i++) {
    unsigned place = ranks ? place_in(ranks, a->observable_count, x->parts[i]->observable) : i;
    if (!taken[i] && may_be(a, x->parts[i], b, part, !ranks) && (best == x->count || place < least)) {
      best = i;
      least = place;
    }
  }
  return best;
}

// `ranks` NULL: registers must have the same names.
static bool match(const Test *a, const unsigned *ranks, const Test *b, unsigned *twins) {
  Conjunction x = {0}, y = {0};
  bool taken[LIMIT_OBSERVABLES] = {0};
  for (unsigned i = 0; i < a->observable_count; i++)
    twins[i] = CONDITION_NO_TWIN;
  if (!collect(a->condition.body, &x) || !collect(b->condition.body, &y) || x.count != y.count)
    return false;
  for (unsigned k = 0; k < y.count; k++) {
    unsigned i = find_part(a, &x, taken, ranks, b, y.parts[k]);
    if (i == x.count)
      return false;
    taken[i] = true;
    unsigned *twin = &twins[x.parts[i]->observable];
    if (*twin != CONDITION_NO_TWIN && *twin != y.parts[k]->observable)
      return false;
    *twin = y.parts[k]->observable;
  }
  return true;
}

bool condition_match(const Test *a, const unsigned *ranks, const Test *b, unsigned *twins) {
  return match(a, ranks, b, twins);
}

static bool same_text(const Test *a, const Test *b) {
  Text x = {0}, y = {0};
  condition_print(a, &x);
  condition_print(b, &y);
  bool same = !strcmp(strchr(text_string(&x), '('), strchr(text_string(&y), '('));
  text_free(&x);
  text_free(&y);
  return same;
}

bool condition_same_body(const Test *a, const Test *b) {
  unsigned twins[LIMIT_OBSERVABLES];
  return match(a, NULL, b, twins) || same_text(a, b);
}

static const Test *parse(const char *text, Arena *arena) {
  Diag quiet = {.arena = arena};
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "", .bytes = text, .length = strlen(text)};
  return condition_parse(source, arena, &quiet);
}

bool condition_same(const char *a, const char *b) {
  Arena *arena = arena_new();
  const Test *x = parse(a, arena), *y = parse(b, arena);
  bool same = x && y
                  ? (x->condition.quantifier == QUANTIFIER_FORALL) == (y->condition.quantifier == QUANTIFIER_FORALL) &&
                        condition_same_body(x, y)
                  : !strcmp(a, b);
  arena_free(arena);
  return same;
}
