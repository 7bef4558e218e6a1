// Expressions to values.
#include "harness/model/cat_model.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const CatValue nothing = {.kind = VALUE_EMPTY};

enum { NESTING_LIMIT = 1500 };                        // of evaluations in one another: what the C stack is sure to hold
static const size_t MEMORY_LIMIT = (size_t)128 << 20; // bytes in one run

static void wrong_count(Machine *m, const CatExpr *e, unsigned count, CatValue v) {
  if (v.kind == VALUE_EMPTY || m->error)
    return;
  char wanted[40];
  snprintf(wanted, sizeof wanted, "a tuple of %u", count);
  machine_expected(m, e, wanted, v);
}

const Env *machine_bind(Machine *m, const CatExpr *e, const CatPattern *pattern, CatValue value, const Env *env) {
  if (pattern->is_tuple && (value.kind != VALUE_TUPLE || value.a != pattern->count)) {
    wrong_count(m, e, pattern->count, value);
    value = nothing;
  }
  for (unsigned i = 0; i < pattern->count; i++) {
    if (!pattern->names[i])
      continue;
    Env *made = machine_alloc(m, sizeof *made);
    CatValue v = value;
    if (pattern->is_tuple && value.kind == VALUE_TUPLE)
      v = value.items[i];
    *made = (Env){.value = v, .up = env};
    env = made;
  }
  return env;
}

// What events that are apart are not in.
static void drop_apart(Machine *m, bool is_set, uint64_t *bits) {
  EventSet kept = machine_set_of(m, machine_set(m));
  for (unsigned e = 0; e < m->n; e++)
    if (!(machine_tag_sets(m, m->execution->events[e].tags) & m->model->apart))
      set_add(kept, e);
  if (is_set) {
    bits_and(bits, bits, kept.bits, m->words);
    return;
  }
  Relation r = machine_relation_of(m, bits);
  relation_restrict_from(r, kept, r);
  relation_restrict_to(r, r, kept);
}

CatValue machine_base(Machine *m, unsigned index) {
  bool is_arch = index >= cat_base_count;
  Part part = is_arch ? PART_PATH : cat_bases[index].part;
  Kept *kept = &m->bases[index];
  if (kept->generation == m->generation[part])
    return kept->value;
  Part before = m->pool;
  m->pool = part;
  if (is_arch) {
    uint64_t *bits = machine_set(m);
    for (unsigned e = 0; e < m->n; e++)
      if (machine_tag_sets(m, m->execution->events[e].tags) >> (index - cat_base_count) & 1)
        bits[e / 64] |= (uint64_t)1 << e % 64;
    // A base set of the same name has what the events' kinds say.
    for (unsigned b = 0; b < cat_base_count; b++)
      if (strcmp(cat_bases[b].name, m->model->arch_sets[index - cat_base_count]) == 0 && cat_bases[b].is_set)
        bits_or(bits, bits, machine_base(m, b).bits, m->words);
    kept->value = value_set(bits);
  } else if (cat_bases[index].is_set) {
    kept->value = value_set(machine_set(m));
    cat_bases[index].compute(m, kept->value.bits);
  } else {
    kept->value = value_relation(machine_relation(m));
    cat_bases[index].compute(m, kept->value.bits);
  }
  if (!is_arch && m->model->apart && cat_bases[index].communicates)
    drop_apart(m, cat_bases[index].is_set, kept->value.bits);
  m->pool = before;
  kept->generation = m->generation[part];
  return kept->value;
}

static void set_global(Machine *m, unsigned slot, CatValue v) {
  m->globals[slot] = (Kept){v, m->generation[m->model->globals[slot].part]};
}

// Gives the names of a top-level binding their parts of a value.
static void set_globals(Machine *m, const CatBinding *b, CatValue v) {
  const CatPattern *p = &b->pattern;
  if (!p->is_tuple) {
    if (p->names[0])
      set_global(m, b->slot, v);
    return;
  }
  bool fits = v.kind == VALUE_TUPLE && v.a == p->count;
  if (!fits)
    wrong_count(m, b->value, p->count, v);
  for (unsigned i = 0, slot = b->slot; i < p->count; i++)
    if (p->names[i])
      set_global(m, slot++, fits ? v.items[i] : nothing);
}

// Whether a step of a fixpoint added nothing: what is new is part of what was.
static bool is_stable(Machine *m, CatValue was, CatValue is) {
  if (value_empty(m, is) || was.kind == VALUE_UNIVERSE)
    return true;
  if (was.kind != is.kind)
    return false;
  switch (is.kind) {
  case VALUE_SET:
    return bits_within(is.bits, was.bits, m->words);
  case VALUE_RELATION:
    return bits_within(is.bits, was.bits, m->relation_size);
  default:
    return value_compare(m, was, is) == 0;
  }
}

static bool is_function(const CatExpr *e) { return e->kind == CAT_FUNCTION; }

// let rec at the top: the least fixpoint, from the empty relations up.
static void fix_globals(Machine *m, const CatStatement *s) {
  for (unsigned i = 0; i < s->binding_count; i++) {
    const CatBinding *b = &s->bindings[i];
    set_globals(m, b, is_function(b->value) ? cat_eval(m, b->value, NULL) : nothing);
  }
  for (bool stable = false; !stable && !m->error;) {
    stable = true;
    for (unsigned i = 0; i < s->binding_count && !m->error; i++) {
      const CatBinding *b = &s->bindings[i];
      if (is_function(b->value))
        continue;
      CatValue is = cat_eval(m, b->value, NULL);
      if (b->pattern.is_tuple || !b->pattern.names[0]) {
        machine_fail(m, b->value, "only single names can be defined by themselves");
        return;
      }
      stable &= is_stable(m, m->globals[b->slot].value, is);
      set_globals(m, b, is);
    }
  }
}

static CatValue enumeration(Machine *m, const CatStatement *s) {
  CatValue *items = machine_new_items(m, s->tag_count);
  unsigned count = 0;
  for (unsigned i = 0; i < s->tag_count; i++)
    for (unsigned t = 0; t < m->model->tag_count; t++)
      if (strcmp(m->model->tags[t], s->tags[i]) == 0)
        items[count++] = (CatValue){.kind = VALUE_TAG, .a = t};
  return machine_list(m, NULL, items, count);
}

CatValue machine_global(Machine *m, unsigned slot) {
  const Global *g = &m->model->globals[slot];
  Kept *kept = &m->globals[slot];
  // What `with` chose stays until it chooses again, whatever is chosen after it.
  if (kept->generation == m->generation[g->part] || g->statement->kind == STATEMENT_WITH)
    return kept->value;
  Part before = m->pool;
  m->pool = g->part;
  switch (g->statement->kind) {
  case STATEMENT_LET:
    set_globals(m, g->binding, cat_eval(m, g->binding->value, NULL));
    break;
  case STATEMENT_LET_REC:
    fix_globals(m, g->statement);
    break;
  case STATEMENT_ENUM:
    set_global(m, slot, enumeration(m, g->statement));
    break;
  case STATEMENT_PROCEDURE:
    set_global(m, slot, (CatValue){.kind = VALUE_PROCEDURE, .procedure = g->statement});
    break;
  default:
    assert(!"no other statement defines a name");
    break;
  }
  m->pool = before;
  CatValue v = kept->value;
  if (m->error) // it may be asked for again, after a `try`
    for (size_t i = 0; i < m->model->global_count; i++)
      if (m->model->globals[i].statement == g->statement)
        m->globals[i].generation = 0;
  return v;
}

static CatValue eval_name(Machine *m, const CatExpr *e, const Env *env) {
  switch (e->reference) {
  case REFERENCE_LOCAL:
    for (unsigned i = 0; i < e->index && env; i++)
      env = env->up;
    assert(env);
    return env ? env->value : nothing;
  case REFERENCE_GLOBAL:
    return machine_global(m, e->index);
  case REFERENCE_BASE:
    return machine_base(m, e->index);
  case REFERENCE_PRIMITIVE:
    return (CatValue){.kind = VALUE_PRIMITIVE, .a = e->index};
  default:
    return machine_fail(m, e, "this name means nothing");
  }
}

static uint64_t *copy_relation(Machine *m, const uint64_t *bits) {
  uint64_t *made = machine_fresh_relation(m);
  if (m->relation_size)
    memcpy(made, bits, m->relation_size * sizeof *made);
  return made;
}

// r^+, r^*, r?
static CatValue eval_closure(Machine *m, const CatExpr *e, const Env *env) {
  CatValue v = cat_eval(m, e->args[0], env);
  if (v.kind == VALUE_UNIVERSE || (v.kind == VALUE_EMPTY && e->kind == CAT_PLUS))
    return v;
  Relation r = machine_as_relation(m, e->args[0], v);
  r.bits = copy_relation(m, r.bits);
  if (e->kind != CAT_OPTION)
    relation_close(r);
  if (e->kind != CAT_PLUS)
    relation_add_identity(r);
  return value_relation(r.bits);
}

static CatValue complement(Machine *m, const CatExpr *e, CatValue v) {
  if (v.kind == VALUE_EMPTY)
    return (CatValue){.kind = VALUE_UNIVERSE};
  if (v.kind == VALUE_UNIVERSE)
    return nothing;
  if (v.kind == VALUE_SET || v.kind == VALUE_EVENT) {
    EventSet s = machine_as_set(m, e, v), all = machine_set_of(m, machine_set(m));
    set_fill(all);
    bits_without(all.bits, all.bits, s.bits, m->words);
    return value_set(all.bits);
  }
  Relation r = machine_as_relation(m, e, v), all = machine_relation_of(m, machine_fresh_relation(m));
  relation_fill(all);
  bits_without(all.bits, all.bits, r.bits, m->relation_size);
  return value_relation(all.bits);
}

static CatValue eval_inverse(Machine *m, const CatExpr *e, const Env *env) {
  CatValue v = cat_eval(m, e->args[0], env);
  if (v.kind == VALUE_EMPTY || v.kind == VALUE_UNIVERSE)
    return v;
  if (v.kind == VALUE_PAIR)
    return (CatValue){.kind = VALUE_PAIR, .a = v.b, .b = v.a};
  Relation r = machine_as_relation(m, e->args[0], v), out = machine_relation_of(m, machine_fresh_relation(m));
  relation_inverse(out, r);
  return value_relation(out.bits);
}

static CatValue eval_identity(Machine *m, const CatExpr *e, const Env *env) {
  EventSet s = machine_as_set(m, e->args[0], cat_eval(m, e->args[0], env));
  Relation r = machine_relation_of(m, machine_relation(m));
  relation_from_set(r, s);
  return value_relation(r.bits);
}

static CatValue eval_product(Machine *m, const CatExpr *e, const Env *env) {
  EventSet a = machine_as_set(m, e->args[0], cat_eval(m, e->args[0], env));
  EventSet b = machine_as_set(m, e->args[1], cat_eval(m, e->args[1], env));
  Relation r = machine_relation_of(m, machine_fresh_relation(m));
  relation_product(r, a, b);
  return value_relation(r.bits);
}

// The kind that an operand of | & \ has among others: events are sets, pairs relations, tags lists.
static CatValueKind kind_of(CatValue v) {
  return v.kind == VALUE_EVENT  ? VALUE_SET
         : v.kind == VALUE_PAIR ? VALUE_RELATION
         : v.kind == VALUE_TAG  ? VALUE_LIST
                                : v.kind;
}

static CatValue combine_lists(Machine *m, const CatExpr *e, CatValue a, CatValue b) {
  CatValue *x, *y;
  unsigned nx, ny, count = 0;
  if (!machine_items(m, e, a, &x, &nx) || !machine_items(m, e, b, &y, &ny))
    return nothing;
  CatValue *items = machine_new_items(m, nx + ny);
  for (unsigned i = 0; i < nx; i++) {
    bool shared = false;
    for (unsigned k = 0; k < ny && !shared; k++)
      shared = value_compare(m, x[i], y[k]) == 0;
    if (e->kind == CAT_UNION || shared == (e->kind == CAT_INTERSECTION))
      items[count++] = x[i];
  }
  for (unsigned i = 0; e->kind == CAT_UNION && i < ny; i++)
    items[count++] = y[i];
  return machine_list(m, e, items, count);
}

// a | b, a & b, a \ b, where neither is empty nor everything
static CatValue combine(Machine *m, const CatExpr *e, const CatExpr *second, CatValue a, CatValue b) {
  CatValueKind kind = kind_of(a);
  if (kind != kind_of(b))
    return machine_expected(m, second, value_kind_name(kind), b);
  void (*bits)(uint64_t *, const uint64_t *, const uint64_t *, size_t) = e->kind == CAT_UNION          ? bits_or
                                                                         : e->kind == CAT_INTERSECTION ? bits_and
                                                                                                       : bits_without;
  switch (kind) {
  case VALUE_SET: {
    EventSet x = machine_as_set(m, e, a), y = machine_as_set(m, e, b);
    uint64_t *out = machine_set(m);
    bits(out, x.bits, y.bits, m->words);
    return value_set(out);
  }
  case VALUE_RELATION: {
    Relation x = machine_as_relation(m, e, a), y = machine_as_relation(m, e, b);
    uint64_t *out = machine_fresh_relation(m);
    bits(out, x.bits, y.bits, m->relation_size);
    return value_relation(out);
  }
  case VALUE_LIST:
    return combine_lists(m, e, a, b);
  default:
    return machine_expected(m, second, "a set or a relation", a);
  }
}

static CatValue eval_union(Machine *m, const CatExpr *e, const Env *env) {
  CatValue all = {.kind = VALUE_EMPTY};
  bool own = false; // all.bits may be written
  for (unsigned i = 0; i < e->arg_count; i++) {
    bool is_zero = e->args[i]->kind == CAT_EMPTY && e->arg_count > 1; // it adds nothing to sets, either
    CatValue v = is_zero ? nothing : cat_eval(m, e->args[i], env);
    if (m->error)
      break;
    if (v.kind == VALUE_EMPTY || all.kind == VALUE_UNIVERSE)
      continue;
    if (v.kind == VALUE_UNIVERSE || all.kind == VALUE_EMPTY) {
      all = v;
    } else if (own && all.kind == VALUE_RELATION && v.kind == VALUE_RELATION) {
      bits_or(all.bits, all.bits, v.bits, m->relation_size);
    } else {
      all = combine(m, e, e->args[i], all, v);
      own = true;
    }
  }
  return all;
}

// r & (A * B), without the product
static CatValue restrict_both(Machine *m, const CatExpr *product, CatValue v, const CatExpr *e, const Env *env) {
  Relation r = machine_as_relation(m, e, v), out = machine_relation_of(m, machine_fresh_relation(m));
  EventSet a = machine_as_set(m, product->args[0], cat_eval(m, product->args[0], env));
  EventSet b = machine_as_set(m, product->args[1], cat_eval(m, product->args[1], env));
  relation_restrict_from(out, a, r);
  relation_restrict_to(out, out, b);
  return value_relation(out.bits);
}

static CatValue eval_intersection(Machine *m, const CatExpr *e, const Env *env) {
  CatValue all = {.kind = VALUE_UNIVERSE};
  for (unsigned i = 0; i < e->arg_count && !m->error; i++) {
    const CatExpr *arg = e->args[i];
    if (arg->kind == CAT_PRODUCT && kind_of(all) == VALUE_RELATION) {
      all = restrict_both(m, arg, all, e, env);
      continue;
    }
    CatValue v = cat_eval(m, arg, env);
    if (v.kind == VALUE_UNIVERSE || (all.kind == VALUE_EMPTY && v.kind != VALUE_FUNCTION))
      continue;
    all = v.kind == VALUE_EMPTY || all.kind == VALUE_UNIVERSE ? v : combine(m, e, arg, all, v);
  }
  return all;
}

static CatValue eval_difference(Machine *m, const CatExpr *e, const Env *env) {
  CatValue a = cat_eval(m, e->args[0], env), b = cat_eval(m, e->args[1], env);
  if (b.kind == VALUE_EMPTY || a.kind == VALUE_EMPTY)
    return a;
  if (b.kind == VALUE_UNIVERSE)
    return nothing;
  return a.kind == VALUE_UNIVERSE ? complement(m, e->args[1], b) : combine(m, e, e->args[1], a, b);
}

// a; b; c. Sets in brackets only choose rows or columns. What comes after nothing is not looked at, but in a trial.
static CatValue eval_sequence(Machine *m, const CatExpr *e, const Env *env) {
  Relation so_far = {0};
  EventSet filter = {0}; // of what comes next
  bool started = false, filtered = false;
  for (unsigned i = 0; i < e->arg_count && !m->error; i++) {
    const CatExpr *arg = e->args[i];
    bool dead = started ? bits_empty(so_far.bits, m->relation_size) : filtered && bits_empty(filter.bits, m->words);
    if (dead && !m->trial)
      return nothing;
    if (arg->kind == CAT_IDENTITY) {
      EventSet s = machine_as_set(m, arg->args[0], cat_eval(m, arg->args[0], env));
      if (started) {
        relation_restrict_to(so_far, so_far, s);
      } else if (filtered) {
        EventSet both = machine_set_of(m, machine_set(m));
        bits_and(both.bits, filter.bits, s.bits, m->words);
        filter = both;
      } else {
        filter = s;
        filtered = true;
      }
      continue;
    }
    Relation r = machine_as_relation(m, arg, cat_eval(m, arg, env)),
             out = machine_relation_of(m, machine_fresh_relation(m));
    if (started)
      relation_compose(out, so_far, r);
    else if (filtered)
      relation_restrict_from(out, filter, r);
    else if (m->relation_size)
      memcpy(out.bits, r.bits, m->relation_size * sizeof *out.bits);
    so_far = out;
    started = true;
  }
  if (m->error)
    return nothing;
  if (!started) {
    so_far = machine_relation_of(m, machine_relation(m));
    relation_from_set(so_far, filter);
  }
  return value_relation(so_far.bits);
}

static CatValue eval_items(Machine *m, const CatExpr *e, const Env *env, CatValueKind kind) {
  CatValue *items = machine_new_items(m, e->arg_count);
  for (unsigned i = 0; i < e->arg_count; i++)
    items[i] = cat_eval(m, e->args[i], env);
  return machine_items_value(m, e, kind, items, e->arg_count);
}

// {a, b}: of events a set, of pairs a relation, of anything else a list
static CatValue eval_set(Machine *m, const CatExpr *e, const Env *env) {
  if (e->arg_count == 0)
    return nothing;
  CatValue all = eval_items(m, e, env, VALUE_LIST);
  CatValueKind kind = all.items[0].kind;
  for (unsigned i = 0; i < all.a; i++) {
    if (all.items[i].kind == VALUE_UNIVERSE)
      return machine_fail(m, e->args[i], "everything cannot be an element");
    if (all.items[i].kind != kind && !value_empty(m, all.items[i]) && !value_empty(m, all.items[0]))
      return machine_fail(m, e->args[i], "the elements of a set are of one kind");
  }
  if (kind == VALUE_EVENT) {
    uint64_t *bits = machine_set(m);
    for (unsigned i = 0; i < all.a; i++)
      set_add(machine_set_of(m, bits), all.items[i].a);
    return value_set(bits);
  }
  if (kind == VALUE_PAIR) {
    uint64_t *bits = machine_relation(m);
    for (unsigned i = 0; i < all.a; i++)
      relation_add(machine_relation_of(m, bits), all.items[i].a, all.items[i].b);
    return value_relation(bits);
  }
  return machine_list(m, e, all.items, all.a);
}

// e ++ s
static CatValue eval_add(Machine *m, const CatExpr *e, const Env *env) {
  CatValue one = cat_eval(m, e->args[0], env), to = cat_eval(m, e->args[1], env);
  if (one.kind == VALUE_UNIVERSE)
    return machine_fail(m, e->args[0], "everything cannot be an element");
  if (to.kind == VALUE_UNIVERSE)
    return to;
  if (one.kind == VALUE_EVENT && (to.kind == VALUE_SET || to.kind == VALUE_EMPTY)) {
    EventSet s = machine_set_of(m, machine_set(m));
    if (to.kind == VALUE_SET)
      memcpy(s.bits, to.bits, m->words * sizeof *s.bits);
    set_add(s, one.a);
    return value_set(s.bits);
  }
  if (one.kind == VALUE_TUPLE && one.a == 2 && one.items[0].kind == VALUE_EVENT && one.items[1].kind == VALUE_EVENT)
    one = (CatValue){.kind = VALUE_PAIR, .a = one.items[0].a, .b = one.items[1].a};
  if (one.kind == VALUE_PAIR && (to.kind == VALUE_RELATION || to.kind == VALUE_EMPTY)) {
    Relation r = machine_as_relation(m, e, to);
    r.bits = copy_relation(m, r.bits);
    relation_add(r, one.a, one.b);
    return value_relation(r.bits);
  }
  if (to.kind != VALUE_LIST && to.kind != VALUE_EMPTY)
    return machine_expected(m, e->args[1], "a set of such elements", to);
  CatValue *items = machine_new_items(m, to.kind == VALUE_LIST ? to.a + 1 : 1);
  unsigned count = to.kind == VALUE_LIST ? to.a : 0;
  if (count)
    memcpy(items, to.items, count * sizeof *items);
  items[count++] = one;
  return machine_list(m, e, items, count);
}

// Adds the names of a binding, and what they stand for, to the local names.
static const Env *bind(Machine *m, const CatBinding *b, CatValue v, const Env *env, const Env *defined_in) {
  const Env *made = machine_bind(m, b->value, &b->pattern, v, env);
  if (!b->pattern.is_tuple && made != env) {
    Env *last = (Env *)made;
    last->definition = b->value;
    last->definition_env = defined_in;
  }
  return made;
}

// The name at a place among a binding's, innermost last.
static Env *named(const Env *round, const CatExpr *e, unsigned binding) {
  for (unsigned i = e->binding_count - 1; i > binding; i--)
    for (unsigned k = 0; k < e->bindings[i].pattern.count; k++)
      round = e->bindings[i].pattern.names[k] ? round->up : round;
  return (Env *)round;
}

// let rec, locally: each round makes the names anew, from the values of the round before, and each of them as soon as
// it is computed: not all that is defined so only grows (the kernel's matching of nested critical sections).
static const Env *fix_locals(Machine *m, const CatExpr *e, const Env *env) {
  unsigned count = e->binding_count;
  CatValue *values = machine_new_items(m, count);
  for (unsigned i = 0; i < count; i++)
    values[i] = nothing;
  for (;;) {
    const Env *round = env;
    for (unsigned i = 0; i < count; i++)
      round = bind(m, &e->bindings[i], values[i], round, NULL);
    for (unsigned i = 0; i < count; i++) // functions know the round that they are part of
      if (is_function(e->bindings[i].value) && e->bindings[i].pattern.names[0])
        named(round, e, i)->value = (CatValue){.kind = VALUE_FUNCTION, .function = e->bindings[i].value, .env = round};
    bool stable = true;
    for (unsigned i = 0; i < count && !m->error; i++) {
      if (is_function(e->bindings[i].value))
        continue;
      CatValue is = cat_eval(m, e->bindings[i].value, round);
      stable &= is_stable(m, values[i], is);
      values[i] = is;
      if (!e->bindings[i].pattern.is_tuple && e->bindings[i].pattern.names[0])
        named(round, e, i)->value = is;
    }
    if (stable || m->error)
      return round;
  }
}

static CatValue eval_let(Machine *m, const CatExpr *e, const Env *env) {
  const Env *inside = env;
  if (e->kind == CAT_LET_REC)
    inside = fix_locals(m, e, env);
  else
    for (unsigned i = 0; i < e->binding_count; i++)
      inside = bind(m, &e->bindings[i], cat_eval(m, e->bindings[i].value, env), inside, env);
  return m->error ? nothing : cat_eval(m, e->args[0], inside);
}

CatValue machine_call(Machine *m, const CatExpr *e, CatValue function, CatValue argument) {
  if (m->error)
    return nothing;
  if (function.kind == VALUE_PRIMITIVE)
    return cat_eval_primitive(m, e, (Primitive)function.a, argument);
  if (function.kind != VALUE_FUNCTION)
    return machine_expected(m, e->args[0], "a function", function);
  const Env *env = machine_bind(m, e, &function.function->params, argument, function.env);
  return m->error ? nothing : cat_eval(m, function.function->args[0], env);
}

static CatValue eval_match_tag(Machine *m, const CatExpr *e, const Env *env) {
  CatValue v = cat_eval(m, e->args[0], env);
  if (v.kind != VALUE_TAG)
    return machine_expected(m, e->args[0], "a tag", v);
  for (unsigned i = 0; i < e->clause_count; i++)
    if (!e->clauses[i].tag || strcmp(e->clauses[i].tag, m->model->tags[v.a]) == 0)
      return cat_eval(m, e->clauses[i].body, env);
  return machine_fail(m, e, "no clause is for this tag");
}

// The least pair of a relation that is not empty, and the rest.
static CatValue split_relation(Machine *m, CatValue v, CatValue *rest) {
  Relation r = machine_relation_of(m, copy_relation(m, v.bits));
  size_t w = 0;
  while (!r.bits[w])
    w++;
  unsigned bit = (unsigned)__builtin_ctzll(r.bits[w]);
  r.bits[w] &= r.bits[w] - 1;
  *rest = value_relation(r.bits);
  return (CatValue){.kind = VALUE_PAIR, .a = (unsigned)(w / m->words), .b = (unsigned)(w % m->words) * 64 + bit};
}

static CatValue split_set(Machine *m, CatValue v, CatValue *rest) {
  uint64_t *bits = machine_set(m);
  memcpy(bits, v.bits, m->words * sizeof *bits);
  unsigned first = set_next(machine_set_of(m, bits), 0);
  bits[first / 64] &= ~((uint64_t)1 << first % 64);
  *rest = value_set(bits);
  return (CatValue){.kind = VALUE_EVENT, .a = first};
}

static CatValue eval_match_set(Machine *m, const CatExpr *e, const Env *env) {
  CatValue v = cat_eval(m, e->args[0], env), one, rest;
  if (m->error)
    return nothing;
  if (value_empty(m, v))
    return cat_eval(m, e->args[1], env);
  switch (v.kind) {
  case VALUE_SET:
    one = split_set(m, v, &rest);
    break;
  case VALUE_RELATION:
    one = split_relation(m, v, &rest);
    break;
  case VALUE_TAG:
    one = v;
    rest = nothing;
    break;
  case VALUE_LIST:
    one = v.items[0];
    rest = (CatValue){.kind = v.a > 1 ? VALUE_LIST : VALUE_EMPTY, .a = v.a - 1, .b = v.b, .items = v.items + 1};
    break;
  default:
    return machine_expected(m, e->args[0], "a set", v);
  }
  // some | one ++ rest: `some` are those before the chosen one, and the least has none
  CatValue parts[3] = {{.kind = VALUE_EMPTY}, one, rest};
  CatValue tuple = {.kind = VALUE_TUPLE, .a = e->params.count, .items = parts + (3 - e->params.count)};
  return cat_eval(m, e->args[2], machine_bind(m, e, &e->params, tuple, env));
}

static CatValue eval_try(Machine *m, const CatExpr *e, const Env *env) {
  if (!e->fails) {
    unsigned depth = m->depth;
    CatValue v = cat_eval(m, e->args[0], env);
    if (!m->error || m->hopeless)
      return v;
    m->error = NULL;
    m->depth = depth;
  }
  return cat_eval(m, e->args[1], env);
}

static bool holds_member(Machine *m, const CatExpr *e, CatValue one, CatValue of) {
  if (one.kind == VALUE_TUPLE && one.a == 2 && one.items[0].kind == VALUE_EVENT && one.items[1].kind == VALUE_EVENT)
    one = (CatValue){.kind = VALUE_PAIR, .a = one.items[0].a, .b = one.items[1].a};
  if (one.kind == VALUE_EVENT)
    return set_has(machine_as_set(m, e->args[1], of), one.a);
  if (one.kind == VALUE_PAIR)
    return relation_has(machine_as_relation(m, e->args[1], of), one.a, one.b);
  CatValue *items;
  unsigned count;
  bool found = false;
  if (machine_items(m, e->args[1], of, &items, &count))
    for (unsigned i = 0; i < count && !found; i++)
      found = value_compare(m, items[i], one) == 0;
  return found;
}

static bool is_subset(Machine *m, const CatExpr *e, CatValue a, CatValue b) {
  if (value_empty(m, a) || b.kind == VALUE_UNIVERSE)
    return true;
  CatValueKind kind = kind_of(a.kind == VALUE_UNIVERSE ? b : a);
  if (kind == VALUE_SET)
    return bits_within(machine_as_set(m, e->args[0], a).bits, machine_as_set(m, e->args[1], b).bits, m->words);
  if (kind == VALUE_RELATION)
    return bits_within(machine_as_relation(m, e->args[0], a).bits, machine_as_relation(m, e->args[1], b).bits,
                       m->relation_size);
  CatValue *items;
  unsigned count;
  bool all = machine_items(m, e->args[0], a, &items, &count);
  for (unsigned i = 0; all && i < count; i++)
    all = holds_member(m, e, items[i], b);
  return all;
}

static CatValue eval_if(Machine *m, const CatExpr *e, const Env *env) {
  CatValue a = cat_eval(m, e->args[0], env), b = cat_eval(m, e->args[1], env);
  if (m->error)
    return nothing;
  bool holds = e->comparison == COMPARE_EQUAL    ? value_compare(m, a, b) == 0
               : e->comparison == COMPARE_SUBSET ? is_subset(m, e, a, b)
                                                 : holds_member(m, e, a, b);
  return cat_eval(m, e->args[holds ? 2 : 3], env);
}

static CatValue eval_tag(Machine *m, const CatExpr *e) {
  for (unsigned t = 0; t < m->model->tag_count; t++)
    if (strcmp(m->model->tags[t], e->name) == 0)
      return (CatValue){.kind = VALUE_TAG, .a = t};
  return machine_fail(m, e, "no enumeration has this tag");
}

static CatValue eval_inside(Machine *m, const CatExpr *e, const Env *env) {
  switch (e->kind) {
  case CAT_EMPTY:
    return value_relation(machine_relation(m));
  case CAT_UNIVERSE:
    return (CatValue){.kind = VALUE_UNIVERSE};
  case CAT_TAG:
    return eval_tag(m, e);
  case CAT_NAME:
    return eval_name(m, e, env);
  case CAT_PLUS:
  case CAT_STAR:
  case CAT_OPTION:
    return eval_closure(m, e, env);
  case CAT_COMPLEMENT:
    return complement(m, e->args[0], cat_eval(m, e->args[0], env));
  case CAT_INVERSE:
    return eval_inverse(m, e, env);
  case CAT_IDENTITY:
    return eval_identity(m, e, env);
  case CAT_SET:
    return eval_set(m, e, env);
  case CAT_TUPLE:
    return eval_items(m, e, env, VALUE_TUPLE);
  case CAT_UNION:
    return eval_union(m, e, env);
  case CAT_SEQUENCE:
    return eval_sequence(m, e, env);
  case CAT_INTERSECTION:
    return eval_intersection(m, e, env);
  case CAT_DIFFERENCE:
    return eval_difference(m, e, env);
  case CAT_PRODUCT:
    return eval_product(m, e, env);
  case CAT_ADD:
    return eval_add(m, e, env);
  case CAT_CALL: {
    CatValue function = cat_eval(m, e->args[0], env);
    return machine_call(m, e, function, cat_eval(m, e->args[1], env));
  }
  case CAT_LET:
  case CAT_LET_REC:
    return eval_let(m, e, env);
  case CAT_FUNCTION:
    return (CatValue){.kind = VALUE_FUNCTION, .function = e, .env = env};
  case CAT_MATCH_TAG:
    return eval_match_tag(m, e, env);
  case CAT_MATCH_SET:
    return eval_match_set(m, e, env);
  case CAT_TRY:
    return eval_try(m, e, env);
  case CAT_IF:
    return eval_if(m, e, env);
  }
  assert(!"every kind of expression is above");
  return nothing;
}

// What an operator costs, in words of a relation that are touched.
static void charge(Machine *m, CatExprKind kind) {
  uint64_t cost = 1 + m->relation_size / 64;
  if (kind == CAT_PLUS || kind == CAT_STAR || kind == CAT_SEQUENCE)
    cost += m->relation_size * m->n / 64;
  m->steps -= cost < m->steps ? cost : m->steps;
}

CatValue cat_eval(Machine *m, const CatExpr *e, const Env *env) {
  if (m->error)
    return nothing;
  if (e->kind == CAT_NAME) // nothing nests
    return eval_name(m, e, env);
  if (m->steps == 0 || m->memory > MEMORY_LIMIT)
    machine_limit(m, e, "the model takes too long here: does this end?");
  else if (m->depth >= NESTING_LIMIT)
    machine_limit(m, e, "the model calls itself too deeply here: does this end?");
  if (m->error)
    return nothing;
  charge(m, e->kind);
  m->depth++;
  CatValue v = eval_inside(m, e, env);
  m->depth--;
  return v;
}
