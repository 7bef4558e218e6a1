// What types expressions have, before any execution is seen.
//
// The model is run on types in place of values: functions are entered with the types of their arguments, so an operator
// that is given the wrong thing is found where it stands. Beside the type goes what part of an execution the value
// depends on, and what it is known to contain.
#include "harness/model/cat_model.h"

#include <assert.h>
#include <string.h>

const char *type_name(Type type) {
  static const char *const names[] = {
      "anything", "the empty set", "everything", "a set of events", "a relation", "an event",
      "a pair",   "a tuple",       "a tag",      "a set of sets",   "a function", "a procedure",
  };
  return names[type];
}

struct TypeEnv;

// What is known of a value.
typedef struct Known { // NOLINT(clang-analyzer-optin.performance.Padding): read as a sentence
  Type type;
  Part part;
  unsigned has;
  const Expr *function; // TYPE_FUNCTION; NULL: a primitive, or not known
  const Statement *procedure;
  int primitive; // -1: none
  const struct TypeEnv *env;
  struct Known *items; // of a tuple; NULL: not known
  unsigned count;
} Known;

typedef struct TypeEnv {
  Known known;
  const struct TypeEnv *up;
} TypeEnv;

typedef struct {
  CatModel *model;
  Diag *diag;
  Known *globals;
  unsigned quiet, errors, depth;
  unsigned long steps;
} Checker;

enum { CALL_DEPTH = 24, STEP_LIMIT = 200000 };

static Known known(Type type, Part part, unsigned has) {
  return (Known){.type = type, .part = part, .has = has, .primitive = -1};
}

static Known anything(void) { return known(TYPE_ANY, PART_ORDER, 0); }
static Part later(Part a, Part b) { return a > b ? a : b; }

static Known check(Checker *c, Expr *e, const TypeEnv *env);

static void complain(Checker *c, Expr *e, const char *wanted, Type type) {
  c->errors++;
  if (c->quiet || e->reported)
    return;
  e->reported = true;
  diag_error_at(c->diag, e->source, e->span, "%s is expected here, but this is %s", wanted, type_name(type));
}

static bool is_relation(Type t) {
  return t == TYPE_RELATION || t == TYPE_EMPTY || t == TYPE_UNIVERSE || t == TYPE_PAIR || t == TYPE_ANY;
}
static bool is_set(Type t) {
  return t == TYPE_SET || t == TYPE_EMPTY || t == TYPE_UNIVERSE || t == TYPE_EVENT || t == TYPE_ANY;
}

static Known check_relation(Checker *c, Expr *e, const TypeEnv *env) {
  Known k = check(c, e, env);
  if (!is_relation(k.type))
    complain(c, e, "a relation", k.type);
  if (k.type == TYPE_UNIVERSE)
    k.has = HAS_EVERYTHING;
  return k;
}

static Known check_set(Checker *c, Expr *e, const TypeEnv *env) {
  Known k = check(c, e, env);
  if (!is_set(k.type))
    complain(c, e, "a set of events", k.type);
  if (k.type == TYPE_UNIVERSE)
    k.has = HAS_EVERYTHING;
  return k;
}

// The type that operands of | & \ have together.
static Type as_operand(Type t) {
  return t == TYPE_EVENT ? TYPE_SET : t == TYPE_PAIR ? TYPE_RELATION : t == TYPE_TAG ? TYPE_LIST : t;
}

static bool is_any_set(Type t) { return t != TYPE_TUPLE && t != TYPE_FUNCTION && t != TYPE_PROCEDURE; }

static Type join(Checker *c, Expr *e, Type so_far, Type type) {
  type = as_operand(type);
  if (!is_any_set(type)) {
    complain(c, e, "a set or a relation", type);
    return TYPE_ANY;
  }
  if (so_far == TYPE_EMPTY || so_far == TYPE_UNIVERSE || type == so_far)
    return type;
  if (type == TYPE_EMPTY || type == TYPE_UNIVERSE)
    return so_far;
  if (so_far == TYPE_ANY || type == TYPE_ANY)
    return TYPE_ANY;
  complain(c, e, type_name(so_far), type);
  return TYPE_ANY;
}

// Identity on accesses, from a set that has them all.
static unsigned identity_has(unsigned set) {
  unsigned has = 0;
  if ((set & HAS_READS) && (set & HAS_WRITES))
    has |= HAS_IDENTITY | HAS_RMW_IDENTITY;
  if (set & HAS_RMWS)
    has |= HAS_RMW_IDENTITY;
  return has;
}

static bool has_all(unsigned has, unsigned bits) { return (has & bits) == bits; }

// What a; b contains, from what the two contain.
static unsigned sequence_has(unsigned a, unsigned b) {
  unsigned has = 0;
  if (a & HAS_IDENTITY)
    has |= b & ~(unsigned)HAS_RMW_IDENTITY;
  if (b & HAS_IDENTITY)
    has |= a & ~(unsigned)HAS_RMW_IDENTITY;
  if (!(a & b & HAS_IDENTITY))
    has &= ~(unsigned)HAS_IDENTITY;
  if ((a & HAS_RMW_IDENTITY) && (b & HAS_RMW_IDENTITY))
    has |= HAS_RMW_IDENTITY;
  if ((a & HAS_RF_INVERSE) && has_all(b, HAS_CO))
    has |= HAS_FR;
  if ((a & HAS_PO_LOC) && (b & HAS_ECO))
    has |= HAS_HB_ECO;
  if ((a & HAS_RMW_IDENTITY) && (b & HAS_ECO))
    has |= HAS_RMW_ECO;
  if ((a & HAS_FRE) && (b & HAS_COE))
    has |= HAS_FRE_COE | HAS_TORN;
  return has;
}

// What a & b contains.
static unsigned intersection_has(unsigned a, unsigned b) {
  bool torn = ((a & HAS_PAIRS) && (b & HAS_FRE_COE)) || ((a & HAS_FRE_COE) && (b & HAS_PAIRS));
  return (a & b) | (torn ? (unsigned)HAS_TORN : 0);
}

static unsigned closure_has(unsigned has) { return has_all(has, HAS_RF | HAS_CO | HAS_FR) ? has | HAS_ECO : has; }

static Known check_closure(Checker *c, Expr *e, const TypeEnv *env) {
  Known k = check_relation(c, e->args[0], env);
  unsigned has = e->kind == EXPR_OPTION ? k.has : closure_has(k.has);
  if (e->kind != EXPR_PLUS)
    has |= HAS_IDENTITY | HAS_RMW_IDENTITY;
  return known(k.type == TYPE_UNIVERSE ? TYPE_UNIVERSE : TYPE_RELATION, k.part, has);
}

static Known check_union(Checker *c, Expr *e, const TypeEnv *env) {
  Known all = known(TYPE_EMPTY, PART_PATH, 0);
  bool everything = false;
  for (unsigned i = 0; i < e->arg_count; i++) {
    Known k = check(c, e->args[i], env);
    all.type = join(c, e->args[i], all.type, k.type);
    all.part = later(all.part, k.part);
    all.has |= k.type == TYPE_UNIVERSE ? (unsigned)HAS_EVERYTHING : k.has;
    everything |= k.type == TYPE_UNIVERSE;
  }
  if (everything)
    all.type = TYPE_UNIVERSE;
  return all;
}

static Known check_intersection(Checker *c, Expr *e, const TypeEnv *env) {
  Known all = known(TYPE_UNIVERSE, PART_PATH, HAS_EVERYTHING);
  for (unsigned i = 0; i < e->arg_count; i++) {
    Known k = check(c, e->args[i], env);
    all.type = join(c, e->args[i], all.type, k.type);
    all.part = later(all.part, k.part);
    if (k.type != TYPE_UNIVERSE)
      all.has = intersection_has(all.has, k.has);
  }
  return all;
}

static bool is_id(const Expr *e) {
  return e->kind == EXPR_NAME && e->reference == REFERENCE_BASE && e->index < cat_base_count &&
         strcmp(cat_bases[e->index].name, "id") == 0;
}

static Known check_difference(Checker *c, Expr *e, const TypeEnv *env) {
  Known a = check(c, e->args[0], env), b = check(c, e->args[1], env);
  Known k = known(join(c, e->args[0], TYPE_EMPTY, a.type), later(a.part, b.part), 0);
  k.type = join(c, e->args[1], k.type, b.type);
  if (a.type == TYPE_EMPTY)
    k.type = TYPE_EMPTY;
  // po, co and fr have no event before itself; a read-modify-write that read from itself would be one of rf.
  if (is_id(e->args[1]))
    k.has = a.has & (HAS_PO_LOC | HAS_RFE | HAS_CO | HAS_FR);
  return k;
}

static Known check_sequence(Checker *c, Expr *e, const TypeEnv *env) {
  Known all = check_relation(c, e->args[0], env);
  for (unsigned i = 1; i < e->arg_count; i++) {
    Known k = check_relation(c, e->args[i], env);
    all = known(TYPE_RELATION, later(all.part, k.part), sequence_has(all.has, k.has));
  }
  return known(TYPE_RELATION, all.part, all.has);
}

static Known check_product(Checker *c, Expr *e, const TypeEnv *env) {
  Known a = check_set(c, e->args[0], env), b = check_set(c, e->args[1], env);
  unsigned accesses = HAS_READS | HAS_WRITES;
  bool all = has_all(a.has, accesses) && has_all(b.has, accesses);
  return known(TYPE_RELATION, later(a.part, b.part),
               all ? HAS_COHERENCE | HAS_IDENTITY | HAS_RMW_IDENTITY | HAS_ECO | HAS_HB_ECO | HAS_RMW_ECO : 0);
}

static Known check_set_of(Checker *c, Expr *e, const TypeEnv *env) {
  Known all = known(TYPE_EMPTY, PART_PATH, 0);
  for (unsigned i = 0; i < e->arg_count; i++) {
    Known k = check(c, e->args[i], env);
    all.part = later(all.part, k.part);
    all.type = k.type == TYPE_EVENT  ? TYPE_SET
               : k.type == TYPE_PAIR ? TYPE_RELATION
               : k.type == TYPE_ANY  ? TYPE_ANY
                                     : TYPE_LIST;
  }
  return all;
}

static Known check_add(Checker *c, Expr *e, const TypeEnv *env) {
  Known one = check(c, e->args[0], env), to = check(c, e->args[1], env);
  if (!is_any_set(to.type))
    complain(c, e->args[1], "a set", to.type);
  Type type = to.type == TYPE_SET || to.type == TYPE_RELATION || to.type == TYPE_LIST || to.type == TYPE_UNIVERSE
                  ? to.type
                  : TYPE_ANY;
  return known(type, later(one.part, to.part), 0);
}

static Known check_tuple(Checker *c, Expr *e, const TypeEnv *env) {
  Known k = known(TYPE_TUPLE, PART_PATH, 0);
  k.items = ARENA_ARRAY(c->model->arena, Known, e->arg_count);
  k.count = e->arg_count;
  for (unsigned i = 0; i < e->arg_count; i++) {
    k.items[i] = check(c, e->args[i], env);
    k.part = later(k.part, k.items[i].part);
  }
  return k;
}

static const TypeEnv *bind_one(Checker *c, const char *name, Known k, const TypeEnv *env) {
  if (!name)
    return env;
  TypeEnv *made = ARENA_NEW(c->model->arena, TypeEnv);
  *made = (TypeEnv){k, env};
  return made;
}

static const TypeEnv *bind_pattern(Checker *c, Expr *e, const Pattern *p, Known k, const TypeEnv *env) {
  if (!p->is_tuple)
    return bind_one(c, p->names[0], k, env);
  bool fits = k.type == TYPE_TUPLE && k.items && k.count == p->count;
  if (!fits && k.type != TYPE_ANY && k.type != TYPE_EMPTY) {
    c->errors++;
    if (!c->quiet && !e->reported) {
      e->reported = true;
      diag_error_at(c->diag, e->source, e->span, "%u values are expected here, but this is %s", p->count,
                    k.type == TYPE_TUPLE ? "a tuple of another number" : type_name(k.type));
    }
  }
  for (unsigned i = 0; i < p->count; i++)
    env = bind_one(c, p->names[i], fits ? k.items[i] : known(TYPE_ANY, k.part, 0), env);
  return env;
}

static Known check_primitive(Checker *c, Expr *e, Primitive primitive, Known argument) {
  static const struct {
    Type argument, result;
  } types[PRIMITIVE_COUNT] = {
      [PRIMITIVE_DOMAIN] = {TYPE_RELATION, TYPE_SET},
      [PRIMITIVE_RANGE] = {TYPE_RELATION, TYPE_SET},
      [PRIMITIVE_CLASSES_LOC] = {TYPE_SET, TYPE_LIST},
      [PRIMITIVE_CLASSES] = {TYPE_RELATION, TYPE_LIST},
      [PRIMITIVE_LINEARISATIONS] = {TYPE_TUPLE, TYPE_LIST},
      [PRIMITIVE_DIFFERENT_VALUES] = {TYPE_RELATION, TYPE_RELATION},
      [PRIMITIVE_INTER_TRANSITIVE] = {TYPE_TUPLE, TYPE_RELATION},
      [PRIMITIVE_FROMTO] = {TYPE_SET, TYPE_RELATION},
      [PRIMITIVE_FAIL] = {TYPE_ANY, TYPE_ANY},
  };
  Type wanted = types[primitive].argument;
  bool fits = wanted == TYPE_ANY || (wanted == TYPE_RELATION && is_relation(argument.type)) ||
              (wanted == TYPE_SET && is_set(argument.type)) ||
              (wanted == TYPE_TUPLE && (argument.type == TYPE_TUPLE || argument.type == TYPE_ANY));
  if (!fits)
    complain(c, e->args[1], type_name(wanted), argument.type);
  // Linearisations and values depend on more than their arguments do.
  Part part =
      primitive == PRIMITIVE_LINEARISATIONS || primitive == PRIMITIVE_DIFFERENT_VALUES ? PART_ORDER : argument.part;
  return known(types[primitive].result, part, 0);
}

static Known check_call(Checker *c, Expr *e, const TypeEnv *env) {
  Known f = check(c, e->args[0], env), argument = check(c, e->args[1], env);
  if (f.type != TYPE_FUNCTION && f.type != TYPE_ANY)
    complain(c, e->args[0], "a function", f.type);
  if (f.type != TYPE_FUNCTION)
    return anything();
  if (f.primitive >= 0)
    return check_primitive(c, e, (Primitive)f.primitive, argument);
  if (!f.function || c->depth >= CALL_DEPTH || c->steps > STEP_LIMIT)
    return anything();
  c->depth++;
  Known k = check(c, f.function->args[0], bind_pattern(c, e->args[1], &f.function->params, argument, f.env));
  c->depth--;
  return k;
}

static Known function_known(const Expr *e, const TypeEnv *env, Part part) {
  Known k = known(TYPE_FUNCTION, part, 0);
  k.function = e;
  k.env = env;
  return k;
}

// A recursive definition, locally: nothing is known of it but that it is a function, or may be anything.
static Known check_let(Checker *c, Expr *e, const TypeEnv *env) {
  const TypeEnv *inside = env;
  for (unsigned i = 0; i < e->binding_count; i++) {
    CatBinding *b = &e->bindings[i];
    if (e->kind == EXPR_LET)
      inside = bind_pattern(c, b->value, &b->pattern, check(c, b->value, env), inside);
    else
      inside = bind_pattern(c, b->value, &b->pattern, anything(), inside);
  }
  if (e->kind == EXPR_LET_REC)
    for (unsigned i = 0; i < e->binding_count; i++) {
      Expr *value = e->bindings[i].value;
      const TypeEnv *there = inside;
      if (value->kind == EXPR_FUNCTION) // its body, once, on anything
        for (unsigned k = 0; k < value->params.count; k++)
          there = bind_one(c, value->params.names[k], anything(), there);
      check(c, value->kind == EXPR_FUNCTION ? value->args[0] : value, there);
    }
  return check(c, e->args[0], inside);
}

static Known check_match(Checker *c, Expr *e, const TypeEnv *env) {
  Known on = check(c, e->args[0], env);
  Known all = known(TYPE_EMPTY, on.part, 0);
  bool tags = e->kind == EXPR_MATCH_TAG;
  if (tags ? on.type != TYPE_TAG && on.type != TYPE_ANY : !is_any_set(on.type))
    complain(c, e->args[0], tags ? "a tag" : "a set", on.type);
  unsigned count = tags ? e->clause_count : 2;
  for (unsigned i = 0; i < count; i++) {
    const TypeEnv *there = env;
    if (!tags && i == 1) {
      Type element = on.type == TYPE_SET ? TYPE_EVENT : on.type == TYPE_RELATION ? TYPE_PAIR : TYPE_ANY;
      unsigned names = e->params.count;
      for (unsigned k = 0; k < names; k++)
        there = bind_one(c, e->params.names[k], known(k == names - 2 ? element : on.type, on.part, 0), there);
    }
    Known k = check(c, tags ? e->clauses[i].body : e->args[1 + i], there);
    all.part = later(all.part, k.part);
    all.type = i == 0 || all.type == k.type || all.type == TYPE_EMPTY ? k.type : TYPE_ANY;
  }
  return all;
}

static Known check_try(Checker *c, Expr *e, const TypeEnv *env) {
  if (e->fails)
    return check(c, e->args[1], env);
  unsigned before = c->errors;
  c->quiet++;
  Known k = check(c, e->args[0], env);
  c->quiet--;
  bool fails = c->errors > before;
  c->errors = before;
  Known other = check(c, e->args[1], env);
  if (fails)
    return anything(); // it depends on the arguments of the function that this is in, perhaps
  return known(k.type, later(k.part, other.part), k.has & other.has);
}

static Known check_if(Checker *c, Expr *e, const TypeEnv *env) {
  Known k[4];
  for (unsigned i = 0; i < 4; i++)
    k[i] = check(c, e->args[i], env);
  Part part = later(later(k[0].part, k[1].part), later(k[2].part, k[3].part));
  return known(k[2].type == k[3].type ? k[2].type : TYPE_ANY, part, k[2].has & k[3].has);
}

static Known check_name(Checker *c, const Expr *e, const TypeEnv *env) {
  switch (e->reference) {
  case REFERENCE_LOCAL:
    for (unsigned i = 0; i < e->index && env; i++)
      env = env->up;
    assert(env);
    return env ? env->known : anything();
  case REFERENCE_GLOBAL:
    return c->globals[e->index];
  case REFERENCE_BASE:
    if (e->index >= cat_base_count)
      return known(TYPE_SET, PART_PATH, 0);
    return known(cat_bases[e->index].type, cat_bases[e->index].part, cat_bases[e->index].has);
  case REFERENCE_PRIMITIVE: {
    Known k = known(TYPE_FUNCTION, PART_PATH, 0);
    k.primitive = (int)e->index;
    return k;
  }
  default:
    return anything();
  }
}

static Known check(Checker *c, Expr *e, const TypeEnv *env) {
  if (c->steps++ > STEP_LIMIT)
    return anything();
  switch (e->kind) {
  case EXPR_EMPTY:
    return known(TYPE_RELATION, PART_PATH, 0);
  case EXPR_UNIVERSE:
    return known(TYPE_UNIVERSE, PART_PATH, HAS_EVERYTHING);
  case EXPR_TAG:
    return known(TYPE_TAG, PART_PATH, 0);
  case EXPR_NAME:
    return check_name(c, e, env);
  case EXPR_PLUS:
  case EXPR_STAR:
  case EXPR_OPTION:
    return check_closure(c, e, env);
  case EXPR_COMPLEMENT: {
    Known k = check(c, e->args[0], env);
    Type type = join(c, e->args[0], TYPE_EMPTY, k.type);
    return known(type == TYPE_EMPTY ? TYPE_UNIVERSE : type == TYPE_UNIVERSE ? TYPE_EMPTY : type, k.part, 0);
  }
  case EXPR_INVERSE: {
    Known k = check_relation(c, e->args[0], env);
    return known(k.type, k.part, has_all(k.has, HAS_RF) ? HAS_RF_INVERSE : 0);
  }
  case EXPR_IDENTITY: {
    Known k = check_set(c, e->args[0], env);
    return known(TYPE_RELATION, k.part, identity_has(k.has));
  }
  case EXPR_SET:
    return check_set_of(c, e, env);
  case EXPR_TUPLE:
    return check_tuple(c, e, env);
  case EXPR_UNION:
    return check_union(c, e, env);
  case EXPR_SEQUENCE:
    return check_sequence(c, e, env);
  case EXPR_INTERSECTION:
    return check_intersection(c, e, env);
  case EXPR_DIFFERENCE:
    return check_difference(c, e, env);
  case EXPR_PRODUCT:
    return check_product(c, e, env);
  case EXPR_ADD:
    return check_add(c, e, env);
  case EXPR_CALL:
    return check_call(c, e, env);
  case EXPR_LET:
  case EXPR_LET_REC:
    return check_let(c, e, env);
  case EXPR_FUNCTION:
    return function_known(e, env, PART_PATH);
  case EXPR_MATCH_TAG:
  case EXPR_MATCH_SET:
    return check_match(c, e, env);
  case EXPR_TRY:
    return check_try(c, e, env);
  case EXPR_IF:
    return check_if(c, e, env);
  }
  assert(!"every kind of expression is above");
  return anything();
}

static void set_global(Checker *c, unsigned slot, Known k) {
  c->globals[slot] = k;
  c->model->globals[slot].type = k.type;
  c->model->globals[slot].part = k.part;
  c->model->globals[slot].has = k.has;
}

static void set_globals(Checker *c, const CatBinding *b, Known k) {
  const Pattern *p = &b->pattern;
  bool fits = k.type == TYPE_TUPLE && k.items && k.count == p->count;
  for (unsigned i = 0, slot = b->slot; i < p->count; i++)
    if (p->names[i]) {
      Known one = !p->is_tuple ? k : fits ? k.items[i] : anything();
      one.part = k.part; // they are computed together
      set_global(c, slot++, one);
    }
}

// Functions cannot be wrong for want of being called: their bodies are looked at once on anything.
static void check_body(Checker *c, Expr *e, const TypeEnv *env) {
  for (unsigned i = 0; i < e->params.count; i++)
    env = bind_one(c, e->params.names[i], anything(), env);
  check(c, e->args[0], env);
}

// let rec: what is known grows from the empty relations up, like the relations. Types settle in two rounds, the part in
// as many more as there are parts; a name that goes on changing is anything.
static void check_rec(Checker *c, Statement *s) {
  for (unsigned i = 0; i < s->binding_count; i++) {
    CatBinding *b = &s->bindings[i];
    set_globals(c, b,
                b->value->kind == EXPR_FUNCTION ? function_known(b->value, NULL, PART_PATH)
                                                : known(TYPE_EMPTY, PART_PATH, 0));
  }
  Part part = PART_PATH;
  unsigned rounds = s->binding_count + 4 < 16 ? s->binding_count + 4 : 16;
  for (unsigned round = 0; round < rounds; round++)
    for (unsigned i = 0; i < s->binding_count; i++) {
      CatBinding *b = &s->bindings[i];
      if (b->value->kind == EXPR_FUNCTION) {
        if (round == 0)
          check_body(c, b->value, NULL);
        continue;
      }
      Known k = check(c, b->value, NULL);
      part = later(part, k.part);
      set_globals(c, b, k);
    }
  if (c->steps > STEP_LIMIT || s->binding_count > 12)
    part = PART_ORDER;
  // The whole group is computed at once.
  for (unsigned i = 0; i < s->binding_count; i++)
    for (unsigned k = 0, slot = s->bindings[i].slot; k < s->bindings[i].pattern.count; k++)
      if (s->bindings[i].pattern.names[k]) {
        Known all = c->globals[slot];
        all.part = part;
        if (c->steps > STEP_LIMIT)
          all = anything();
        set_global(c, slot++, all);
      }
}

static const TypeEnv *check_block(Checker *c, Block *block, const TypeEnv *env, bool top);

static const TypeEnv *check_bindings(Checker *c, Statement *s, const TypeEnv *env, bool top) {
  if (s->kind == STATEMENT_LET_REC && top) {
    check_rec(c, s);
    return env;
  }
  if (s->kind == STATEMENT_LET_REC) {
    for (unsigned i = 0; i < s->binding_count; i++)
      env = bind_pattern(c, s->bindings[i].value, &s->bindings[i].pattern, anything(), env);
    return env;
  }
  const TypeEnv *inside = env;
  for (unsigned i = 0; i < s->binding_count; i++) {
    CatBinding *b = &s->bindings[i];
    Known k = check(c, b->value, env);
    if (b->value->kind == EXPR_FUNCTION)
      check_body(c, b->value, env);
    const TypeEnv *bound = bind_pattern(c, b->value, &b->pattern, k, inside);
    if (top)
      set_globals(c, b, k);
    else
      inside = bound;
  }
  return inside;
}

static void check_test(Checker *c, Statement *s, const TypeEnv *env) {
  Known k = check(c, s->expr, env);
  if (s->test == TEST_EMPTY ? !is_any_set(k.type) : !is_relation(k.type))
    complain(c, s->expr, s->test == TEST_EMPTY ? "a set or a relation" : "a relation", k.type);
  s->part = k.part;
}

static const TypeEnv *name_known(Checker *c, Statement *s, Known k, const TypeEnv *env, bool top) {
  if (top)
    set_global(c, s->slot, k);
  return top ? env : bind_one(c, s->name, k, env);
}

static void check_called(Checker *c, Statement *s, const TypeEnv *env) {
  Known f = check(c, s->expr, env), argument = check(c, s->argument, env);
  if (f.type != TYPE_PROCEDURE && f.type != TYPE_ANY)
    complain(c, s->expr, "a procedure", f.type);
  if (f.procedure)
    bind_pattern(c, s->argument, &f.procedure->params, argument, NULL);
}

static const TypeEnv *check_statement(Checker *c, Statement *s, const TypeEnv *env, bool top) {
  switch (s->kind) {
  case STATEMENT_LET:
  case STATEMENT_LET_REC:
    return check_bindings(c, s, env, top);
  case STATEMENT_TEST:
    c->model->raises_flags |= s->role == ROLE_FLAG || s->role == ROLE_UNDEFINED_UNLESS;
    check_test(c, s, env);
    return env;
  case STATEMENT_SHOW:
    return env;
  case STATEMENT_PROCEDURE: {
    Known k = known(TYPE_PROCEDURE, PART_PATH, 0);
    k.procedure = s;
    const TypeEnv *inside = s->recursive ? name_known(c, s, k, env, top) : env;
    const TypeEnv *after = s->recursive ? inside : name_known(c, s, k, env, top);
    for (unsigned i = 0; i < s->params.count; i++)
      inside = bind_one(c, s->params.names[i], anything(), inside);
    check_block(c, &s->body, inside, false);
    return after;
  }
  case STATEMENT_CALL:
    check_called(c, s, env);
    return env;
  case STATEMENT_FORALL:
    check(c, s->expr, env);
    check_block(c, &s->body, bind_one(c, s->name, anything(), env), false);
    return env;
  case STATEMENT_WITH: {
    Known k = check(c, s->expr, env);
    if (k.type != TYPE_LIST && k.type != TYPE_ANY && k.type != TYPE_EMPTY)
      complain(c, s->expr, "a set of relations", k.type);
    bool is_co = strcmp(s->name, "co") == 0; // see run_with
    return name_known(c, s, is_co ? known(TYPE_RELATION, PART_ORDER, HAS_CO) : anything(), env, top);
  }
  case STATEMENT_MATCH:
    check(c, s->expr, env);
    for (unsigned i = 0; i < s->clause_count; i++)
      check_block(c, &s->clauses[i].body, env, false);
    return env;
  case STATEMENT_ENUM:
    return name_known(c, s, known(TYPE_LIST, PART_PATH, 0), env, top);
  }
  return env;
}

static const TypeEnv *check_block(Checker *c, Block *block, const TypeEnv *env, bool top) {
  for (unsigned i = 0; i < block->count && !c->diag->dropped; i++)
    env = check_statement(c, &block->first[i], env, top);
  return env;
}

// Whether the checks at the top, whatever the rest says, forbid every execution that is not coherent per location: one
// acyclic(po-loc | rf | co | fr); or irreflexive(po-loc; eco) with irreflexive([RMW]; eco), since a cycle of
// communication alone is never one but through an event that reads and writes (Herding cats, section 4.2).
static bool implies_coherence(Checker *c) {
  bool hb = false, rmw = false;
  for (unsigned i = 0; i < c->model->block.count; i++) {
    Statement *s = &c->model->block.first[i];
    if (s->kind != STATEMENT_TEST || s->role != ROLE_CHECK || s->negated || s->test == TEST_EMPTY)
      continue;
    unsigned has = check(c, s->expr, NULL).has;
    if (s->test == TEST_ACYCLIC && has_all(has, HAS_COHERENCE))
      return true;
    hb |= (has & HAS_HB_ECO) != 0;
    rmw |= (has & HAS_RMW_ECO) != 0;
  }
  return hb && rmw;
}

// Whether some check at the top forbids that another thread writes between the halves of a read-modify-write.
static bool implies_atomicity(Checker *c) {
  for (unsigned i = 0; i < c->model->block.count; i++) {
    Statement *s = &c->model->block.first[i];
    bool check_empty = s->kind == STATEMENT_TEST && s->role == ROLE_CHECK && !s->negated && s->test == TEST_EMPTY;
    if (check_empty && (check(c, s->expr, NULL).has & HAS_TORN))
      return true;
  }
  return false;
}

bool cat_check(CatModel *model, Diag *diag) {
  unsigned before = diag->errors;
  Checker c = {.model = model, .diag = diag};
  c.globals = ARENA_ARRAY(model->arena, Known, model->global_count + 1);
  check_block(&c, &model->block, NULL, true);
  if (diag->errors > before)
    return false;
  if (c.steps <= STEP_LIMIT) {
    model->implies_coherence = implies_coherence(&c);
    model->implies_atomicity = implies_atomicity(&c);
  }
  return true;
}
