// Why a check failed, in base relations: each edge of the cycle is taken apart along the definition that it comes from.
#include "harness/model/cat_model.h"

#include <assert.h>
#include <string.h>

enum { DERIVATION_LIMIT = 2000, DEPTH_LIMIT = 200, ROUND_LIMIT = 200 };

// Edges one after the other: events[i] --words[i]--> events[i+1].
typedef struct {
  unsigned *events;
  const char **words;
  size_t count, capacity, word_capacity;
} Trail;

// The rounds of a let rec, from the empty relations up. An edge of one round comes from edges of rounds before, so
// taking it apart ends.
typedef struct Rounds {
  const CatStatement *statement;
  CatValue *values; // count * binding_count
  unsigned count, limit;
  struct Rounds *next;
} Rounds;

typedef struct {
  Machine *m;
  Rounds *rounds;
  unsigned derivations, depth;
  size_t step_capacity;
} Explainer;

static void derive(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b);

static void trail_add(Explainer *x, Trail *t, unsigned event, const char *word) {
  t->events = arena_grow(x->m->arena, t->events, &t->capacity, t->count + 1, sizeof *t->events);
  t->words = arena_grow(x->m->arena, t->words, &t->word_capacity, t->count + 1, sizeof *t->words);
  t->events[t->count] = event;
  t->words[t->count++] = word;
}

static Relation value_of(Explainer *x, const CatExpr *e, const Env *env) {
  return machine_as_relation(x->m, e, cat_eval(x->m, e, env));
}

// An expression as it is written, on one line.
static const char *text_of(Explainer *x, const CatExpr *e) {
  char *text = arena_copy(x->m->arena, e->source->bytes + e->span.offset, e->span.length);
  size_t n = 0;
  for (size_t i = 0; text[i]; i++) {
    if (!strchr(" \t\r\n", text[i]))
      text[n++] = text[i];
    else if (n && text[n - 1] != ' ')
      text[n++] = ' ';
  }
  text[n] = '\0';
  return text;
}

static bool external(const Explainer *x, unsigned a, unsigned b) {
  const Event *events = x->m->execution->events;
  return events[a].thread < 0 || events[a].thread != events[b].thread;
}

// The words of the field: communication says whether it stays inside its thread.
static const char *word_of(const Explainer *x, const char *name, unsigned a, unsigned b) {
  static const char *const words[] = {"rf", "rfe", "rfi", "co", "coe", "coi", "fr", "fre", "fri"};
  for (unsigned i = 0; i < 9; i++)
    if (strcmp(name, words[i]) == 0)
      return words[i / 3 * 3 + (external(x, a, b) ? 1 : 2)];
  return name;
}

// Names that are not taken apart.
static bool is_word(const char *name) {
  static const char *const words[] = {"rfe", "rfi", "coe", "coi", "fr", "fre", "fri", "po-loc", "lxsx"};
  for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(name, words[i]) == 0)
      return true;
  return false;
}

static unsigned name_index(const CatStatement *s, unsigned slot) {
  for (unsigned i = 0; i < s->binding_count; i++)
    if (s->bindings[i].slot == slot)
      return i;
  return 0;
}

static void load_round(Machine *m, const Rounds *r, unsigned round) {
  for (unsigned i = 0; i < r->statement->binding_count; i++)
    if (r->statement->bindings[i].value->kind != CAT_FUNCTION)
      m->globals[r->statement->bindings[i].slot].value = r->values[(size_t)round * r->statement->binding_count + i];
}

// Computes every round of a let rec, all names at once from the round before.
static Rounds *find_rounds(Explainer *x, const CatStatement *s) {
  for (Rounds *r = x->rounds; r; r = r->next)
    if (r->statement == s)
      return r;
  Machine *m = x->m;
  Rounds *r = ARENA_NEW(m->arena, Rounds);
  size_t capacity = 0, n = s->binding_count;
  r->statement = s;
  CatValue *final = ARENA_ARRAY(m->arena, CatValue, n);
  for (size_t i = 0; i < n; i++)
    final[i] = m->globals[s->bindings[i].slot].value;
  for (bool stable = false; !stable && r->count < ROUND_LIMIT && !m->error; r->count++) {
    r->values = arena_grow(m->arena, r->values, &capacity, (r->count + 1) * n, sizeof *r->values);
    stable = r->count > 0;
    if (r->count)
      load_round(m, r, r->count - 1);
    for (size_t i = 0; i < n; i++) {
      bool plain = s->bindings[i].value->kind != CAT_FUNCTION;
      CatValue v = r->count && plain ? cat_eval(m, s->bindings[i].value, NULL) : value_relation(machine_relation(m));
      r->values[r->count * n + i] = v;
      if (r->count)
        stable &= value_compare(m, v, r->values[(r->count - 1) * n + i]) == 0;
    }
  }
  for (size_t i = 0; i < n; i++)
    m->globals[s->bindings[i].slot].value = final[i];
  r->limit = r->count;
  r->next = x->rounds;
  x->rounds = r;
  return r;
}

static void derive_rec(Explainer *x, Trail *t, const CatExpr *e, const Global *g, unsigned a, unsigned b) {
  Rounds *r = find_rounds(x, g->statement);
  unsigned n = g->statement->binding_count, index = name_index(g->statement, g->first);
  for (unsigned round = 1; round < r->limit; round++) {
    CatValue v = r->values[(size_t)round * n + index];
    if (v.kind != VALUE_RELATION || !relation_has(machine_as_relation(x->m, e, v), a, b))
      continue;
    unsigned limit = r->limit;
    CatValue *before = ARENA_ARRAY(x->m->arena, CatValue, n);
    for (unsigned i = 0; i < n; i++)
      before[i] = x->m->globals[g->statement->bindings[i].slot].value;
    r->limit = round;
    load_round(x->m, r, round - 1);
    derive(x, t, g->binding->value, NULL, a, b);
    r->limit = limit;
    for (unsigned i = 0; i < n; i++)
      x->m->globals[g->statement->bindings[i].slot].value = before[i];
    return;
  }
  trail_add(x, t, a, g->name);
}

// ---- Steps of synchronisation ----

// Whether a word is among blank-separated ones.
static bool is_among(const char *words, const char *word) {
  size_t length = strlen(word);
  for (const char *w = words; (w = strstr(w, word)); w += length)
    if ((w == words || w[-1] == ' ') && (!w[length] || w[length] == ' '))
      return true;
  return false;
}

static bool is_step(const Machine *m, const char *name) {
  return is_among(m->model->as->steps ? m->model->as->steps : "sw hb", name);
}

// The step `sw` that a trail goes by from here on; NULL where it does not.
static const CatStep *step_at(const CatVerdict *v, const Trail *t, size_t at) {
  for (unsigned i = 0; i < v->step_count; i++) {
    const CatStep *s = &v->steps[i];
    if (strcmp(s->name, "sw") != 0 || s->length > t->count - at ||
        memcmp(s->events, t->events + at, s->length * sizeof *s->events) != 0)
      continue;
    bool same = true;
    for (unsigned k = 0; k < s->length; k++)
      same &= !strcmp(s->words[k], t->words[at + k]);
    if (same)
      return s;
  }
  return NULL;
}

static void add_step(Explainer *x, const char *name, const Trail *t, unsigned to) {
  CatVerdict *v = x->m->verdict;
  Trail own = {0};
  bool is_sw = !strcmp(name, "sw"), synchronises = is_sw;
  for (size_t i = 0; i < t->count;) {
    const CatStep *within = is_sw ? NULL : step_at(v, t, i);
    trail_add(x, &own, t->events[i], within ? "sw" : t->words[i]);
    synchronises |= within != NULL;
    i += within ? within->length : 1;
  }
  if (!own.count || !(synchronises || x->m->model->as->steps)) // program order alone is no news
    return;
  for (unsigned i = 0; i < v->step_count; i++)
    if (!strcmp(v->steps[i].name, name) && v->steps[i].events[0] == own.events[0] && v->steps[i].to == to)
      return;
  v->steps = arena_grow(x->m->arena, v->steps, &x->step_capacity, v->step_count + 1, sizeof *v->steps);
  v->steps[v->step_count++] = (CatStep){name, to, own.events, own.words, (unsigned)own.count};
}

// A definition whose edges are told as steps too.
static void derive_step(Explainer *x, Trail *t, const Global *g, unsigned a, unsigned b) {
  Trail own = {0};
  derive(x, &own, g->binding->value, NULL, a, b);
  add_step(x, g->name, &own, b);
  for (size_t i = 0; i < own.count; i++)
    trail_add(x, t, own.events[i], own.words[i]);
}

// What a local name stands for: the checker has seen to it that there are so many.
static const Env *local(const Env *env, unsigned index) {
  assert(env);
  for (; index; index--) {
    env = env->up;
    assert(env);
  }
  return env;
}

static void derive_name(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  if (e->reference == REFERENCE_LOCAL) {
    const Env *bound = local(env, e->index);
    if (bound->definition) {
      derive(x, t, bound->definition, bound->definition_env, a, b);
      return;
    }
  }
  const Global *g = e->reference == REFERENCE_GLOBAL ? &x->m->model->globals[e->index] : NULL;
  if (g && !is_word(e->name) && g->binding && !g->binding->pattern.is_tuple) {
    if (g->statement->kind == STATEMENT_LET_REC)
      derive_rec(x, t, e, g, a, b);
    else if (g->binding->value->kind == CAT_LET_REC) // a fixpoint of its own is told by its name
      trail_add(x, t, a, g->name);
    else if (is_step(x->m, g->name))
      derive_step(x, t, g, a, b);
    else
      derive(x, t, g->binding->value, NULL, a, b);
    return;
  }
  if (a != b) // nothing happens between an event and itself
    trail_add(x, t, a, word_of(x, e->name, a, b));
}

static void derive_union(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  for (unsigned i = 0; i < e->arg_count; i++)
    if (relation_has(value_of(x, e->args[i], env), a, b)) {
      derive(x, t, e->args[i], env, a, b);
      return;
    }
}

// r; s; ..: an event to go by after each, found from what the rest leads back from.
static void derive_sequence(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  Machine *m = x->m;
  unsigned n = e->arg_count;
  Relation *parts = ARENA_ARRAY(m->arena, Relation, n), *rest = ARENA_ARRAY(m->arena, Relation, n);
  for (unsigned i = 0; i < n; i++)
    parts[i] = value_of(x, e->args[i], env);
  rest[n - 1] = parts[n - 1];
  for (unsigned i = n - 1; i-- > 0;) {
    rest[i] = (Relation){m->n, m->words, machine_relation(m)};
    relation_compose(rest[i], parts[i], rest[i + 1]);
  }
  for (unsigned i = 0; i < n; i++) {
    unsigned next = b;
    if (i + 1 < n)
      for (next = 0; next < m->n; next++)
        if (relation_has(parts[i], a, next) && relation_has(rest[i + 1], next, b))
          break;
    if (next == m->n)
      return;
    derive(x, t, e->args[i], env, a, next);
    a = next;
  }
}

// r^+, r^*, r?
static void derive_closure(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  if (a == b && e->kind != CAT_PLUS)
    return;
  if (e->kind == CAT_OPTION) {
    derive(x, t, e->args[0], env, a, b);
    return;
  }
  Machine *m = x->m;
  unsigned *path = ARENA_ARRAY(m->arena, unsigned, m->n), *scratch = ARENA_ARRAY(m->arena, unsigned, 2 * (size_t)m->n);
  unsigned length = relation_path(value_of(x, e->args[0], env), a, b, path, scratch);
  for (unsigned i = 0; i < length; i++)
    derive(x, t, e->args[0], env, path[i], i + 1 < length ? path[i + 1] : b);
}

// A trail walked the other way.
static void add_backwards(Explainer *x, Trail *t, const Trail *other, unsigned end) {
  for (size_t i = other->count; i-- > 0;) {
    size_t length = strlen(other->words[i]);
    bool is_inverse = length > 3 && strcmp(other->words[i] + length - 3, "^-1") == 0;
    const char *word = is_inverse ? arena_copy(x->m->arena, other->words[i], length - 3)
                                  : arena_printf(x->m->arena, "%s^-1", other->words[i]);
    trail_add(x, t, i + 1 < other->count ? other->events[i + 1] : end, word);
  }
}

// What only says where events are says little.
static bool says_little(const CatExpr *e) {
  static const char *const names[] = {"loc", "ext", "int", "_"};
  if (e->kind == CAT_PRODUCT || e->kind == CAT_COMPLEMENT || e->kind == CAT_UNIVERSE)
    return true;
  for (unsigned i = 0; e->kind == CAT_NAME && i < 4; i++)
    if (strcmp(e->name, names[i]) == 0)
      return true;
  return false;
}

static const CatExpr *telling_operand(const CatExpr *e) {
  for (unsigned i = 0; i < e->arg_count; i++)
    if (!says_little(e->args[i]))
      return e->args[i];
  return e->args[0];
}

// Calls with the arguments as definitions of the parameters, so that these can be taken apart too.
static void derive_call(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  Machine *m = x->m;
  CatValue f = cat_eval(m, e->args[0], env);
  if (f.kind != VALUE_FUNCTION) {
    trail_add(x, t, a, text_of(x, e));
    return;
  }
  const CatExpr *argument = e->args[1];
  const CatPattern *p = &f.function->params;
  const Env *inside = machine_bind(m, e, p, cat_eval(m, argument, env), f.env);
  const Env *at = inside;
  for (unsigned i = p->count; i-- > 0;) {
    if (!p->names[i] || at == f.env)
      continue;
    Env *own = (Env *)at;
    if (!p->is_tuple)
      own->definition = argument;
    else if (argument->kind == CAT_TUPLE && argument->arg_count == p->count)
      own->definition = argument->args[i];
    own->definition_env = env;
    at = at->up;
  }
  derive(x, t, f.function->args[0], inside, a, b);
}

static void derive_let(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  const Env *inside = env;
  for (unsigned i = 0; i < e->binding_count; i++) {
    const CatBinding *binding = &e->bindings[i];
    const Env *made = machine_bind(x->m, e, &binding->pattern, cat_eval(x->m, binding->value, env), inside);
    if (made != inside && !binding->pattern.is_tuple) {
      ((Env *)made)->definition = binding->value;
      ((Env *)made)->definition_env = env;
    }
    inside = made;
  }
  derive(x, t, e->args[0], inside, a, b);
}

static void derive_inside(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  switch (e->kind) {
  case CAT_NAME:
    derive_name(x, t, e, env, a, b);
    return;
  case CAT_UNION:
    derive_union(x, t, e, env, a, b);
    return;
  case CAT_SEQUENCE:
    derive_sequence(x, t, e, env, a, b);
    return;
  case CAT_PLUS:
  case CAT_STAR:
  case CAT_OPTION:
    derive_closure(x, t, e, env, a, b);
    return;
  case CAT_IDENTITY:
    return;
  case CAT_INVERSE: {
    Trail other = {0};
    derive(x, &other, e->args[0], env, b, a);
    add_backwards(x, t, &other, a);
    return;
  }
  case CAT_INTERSECTION:
    derive(x, t, telling_operand(e), env, a, b);
    return;
  case CAT_DIFFERENCE:
    derive(x, t, e->args[0], env, a, b);
    return;
  case CAT_CALL:
    derive_call(x, t, e, env, a, b);
    return;
  case CAT_LET:
    derive_let(x, t, e, env, a, b);
    return;
  case CAT_TRY:
    derive(x, t, e->args[e->fails ? 1 : 0], env, a, b);
    return;
  default:
    trail_add(x, t, a, text_of(x, e));
  }
}

static void derive(Explainer *x, Trail *t, const CatExpr *e, const Env *env, unsigned a, unsigned b) {
  if (x->m->error || ++x->derivations > DERIVATION_LIMIT || x->depth > DEPTH_LIMIT) {
    trail_add(x, t, a, text_of(x, e));
    return;
  }
  x->depth++;
  derive_inside(x, t, e, env, a, b);
  x->depth--;
}

static bool is_po(const char *word) { return word && strcmp(word, "po") == 0; }

// po; po is po, unless it is a fence that stands between.
static void shorten(const Explainer *x, Trail *t) {
  size_t kept = 0;
  for (size_t i = 0; i < t->count; i++) {
    bool passes = kept > 0 && is_po(t->words[i]) && is_po(t->words[kept - 1]) &&
                  x->m->execution->events[t->events[i]].kind != EVENT_FENCE;
    if (passes)
      continue;
    t->events[kept] = t->events[i];
    t->words[kept++] = t->words[i];
  }
  t->count = kept;
}

// Looks through names to the expression they stand for.
static const CatExpr *look_through(const Explainer *x, const CatExpr *e) {
  for (unsigned i = 0; i < DEPTH_LIMIT && e->kind == CAT_NAME && e->reference == REFERENCE_GLOBAL; i++) {
    const Global *g = &x->m->model->globals[e->index];
    if (!g->binding || g->statement->kind != STATEMENT_LET || g->binding->pattern.is_tuple)
      break;
    e = g->binding->value;
  }
  return e;
}

// A pair that ought not to be: one way along the last operand of an intersection, and back along the first.
static void explain_pair(Explainer *x, Trail *t, const CatStatement *s, const Env *env, unsigned a, unsigned b) {
  const CatExpr *e = look_through(x, s->expr);
  if (e->kind != CAT_INTERSECTION) {
    derive(x, t, s->expr, env, a, b);
    trail_add(x, t, b, NULL);
    return;
  }
  Trail back = {0};
  derive(x, t, e->args[e->arg_count - 1], env, a, b);
  derive(x, &back, e->args[0], env, a, b);
  add_backwards(x, t, &back, b);
}

static void explain_relation(Explainer *x, Trail *t, const CatStatement *s, const Env *env, Relation r) {
  Machine *m = x->m;
  unsigned *cycle = ARENA_ARRAY(m->arena, unsigned, m->n), *scratch = ARENA_ARRAY(m->arena, unsigned, 2 * (size_t)m->n);
  if (s->test == TEST_ACYCLIC) {
    unsigned length = relation_cycle(r, cycle, scratch);
    for (unsigned i = 0; i < length; i++)
      derive(x, t, s->expr, env, cycle[i], cycle[(i + 1) % length]);
    return;
  }
  for (unsigned a = 0; a < m->n; a++)
    for (unsigned b = 0; b < m->n; b++) {
      if (!relation_has(r, a, b) || (s->test == TEST_IRREFLEXIVE && a != b))
        continue;
      if (s->test == TEST_EMPTY)
        explain_pair(x, t, s, env, a, b);
      else
        derive(x, t, s->expr, env, a, a);
      return;
    }
}

void cat_explain(Machine *m, const CatStatement *s, const Env *env) {
  CatVerdict *v = m->verdict;
  Explainer x = {.m = m};
  Trail t = {0};
  v->axiom = s->name && s->kind == STATEMENT_TEST ? s->name : text_of(&x, s->expr);
  v->axiom_source = s->source;
  v->axiom_span = s->span;
  if (s->kind == STATEMENT_TEST && !s->negated) {
    CatValue value = cat_eval(m, s->expr, env);
    if (value.kind == VALUE_SET) {
      unsigned first = set_next(machine_as_set(m, s->expr, value), 0);
      if (first < m->n)
        trail_add(&x, &t, first, NULL);
    } else {
      explain_relation(&x, &t, s, env, machine_as_relation(m, s->expr, value));
    }
  }
  shorten(&x, &t);
  v->cycle = t.events;
  v->edges = t.words;
  v->cycle_length = (unsigned)t.count;
}

void cat_explain_race(Machine *m, const CatStatement *s, const Env *env) {
  CatValue value = cat_eval(m, s->expr, env);
  if (value.kind != VALUE_RELATION || s->test != TEST_EMPTY)
    return;
  Relation r = machine_as_relation(m, s->expr, value);
  for (unsigned a = 0; a < m->n && !m->has_race; a++)
    for (unsigned b = 0; b < m->n && !m->has_race; b++)
      if (relation_has(r, a, b)) {
        m->race[0] = a < b ? a : b;
        m->race[1] = a < b ? b : a;
        m->has_race = true;
      }
}

void cat_explain_steps(Machine *m) {
  const Global *g = cat_global(m->model, "sw");
  if (!g || !g->binding || g->binding->pattern.is_tuple || g->statement->kind != STATEMENT_LET)
    return;
  CatValue value = machine_global(m, g->first);
  if (value.kind != VALUE_RELATION)
    return;
  Explainer x = {.m = m};
  Relation r = machine_as_relation(m, g->binding->value, value);
  for (unsigned a = 0; a < m->n; a++)
    for (unsigned b = 0; b < m->n; b++)
      if (relation_has(r, a, b)) {
        Trail t = {0};
        derive_step(&x, &t, g, a, b);
      }
}
