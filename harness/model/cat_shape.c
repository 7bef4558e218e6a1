// Checks whose shape says that they forbid every execution that is not coherent per location, or torn. A model that
// says so otherwise is as right, and takes longer: then those executions are made, and judged.
#include "harness/model/cat_model.h"

#include <string.h>

// What a relation is seen to contain. Program order is that of one location.
enum {
  HAS_PO = 1,
  HAS_RFE = 2,
  HAS_RFI = 4,
  HAS_COE = 8,
  HAS_COI = 16,
  HAS_FRE = 32,
  HAS_FRI = 64,
  HAS_RF = HAS_RFE | HAS_RFI,
  HAS_CO = HAS_COE | HAS_COI,
  HAS_FR = HAS_FRE | HAS_FRI,
  HAS_COMMUNICATION = HAS_RF | HAS_CO | HAS_FR,
  HAS_EXTERNAL = HAS_RFE | HAS_COE | HAS_FRE,
  HAS_INTERNAL = HAS_PO | HAS_RFI | HAS_COI | HAS_FRI,
  HAS_ALL = HAS_PO | HAS_COMMUNICATION,
  HAS_RMW = 128,
  HAS_RMW_IDENTITY = 256, // [RMW]
};

enum { NAMES_LIMIT = 100 }; // looked through, one after the other

// A name's definition: NULL where it is a base relation, chosen, or a function.
static const CatExpr *definition(const CatModel *model, const CatExpr *e) {
  if (e->reference != REFERENCE_GLOBAL)
    return NULL;
  const Global *g = &model->globals[e->index];
  return g->binding && !g->binding->pattern.is_tuple ? g->binding->value : NULL;
}

static const CatExpr *look_through(const CatModel *model, const CatExpr *e) {
  for (unsigned i = 0; i < NAMES_LIMIT && e->kind == CAT_NAME && definition(model, e); i++)
    e = definition(model, e);
  return e;
}

static unsigned has(const CatModel *model, const CatExpr *e, unsigned depth);

static unsigned named(const CatModel *model, const CatExpr *e, unsigned depth) {
  static const struct {
    const char *name;
    unsigned has;
  } bases[] = {
      {"po", HAS_PO},        {"rf", HAS_RF},        {"co", HAS_CO},   {"loc", HAS_ALL},
      {"ext", HAS_EXTERNAL}, {"int", HAS_INTERNAL}, {"rmw", HAS_RMW},
  };
  if (definition(model, e))
    return has(model, definition(model, e), depth);
  bool chosen = e->reference == REFERENCE_GLOBAL && model->globals[e->index].statement->kind == STATEMENT_WITH;
  bool is_co = strcmp(e->name, "co") == 0; // what is chosen for it is the execution's: see can_choose in cat.c
  for (unsigned i = 0; i < sizeof bases / sizeof bases[0]; i++)
    if ((e->reference == REFERENCE_BASE || (chosen && is_co)) && strcmp(e->name, bases[i].name) == 0)
      return bases[i].has;
  return 0;
}

static bool is_base(const CatModel *model, const CatExpr *e, const char *name) {
  e = look_through(model, e);
  return e->kind == CAT_NAME && e->reference == REFERENCE_BASE && strcmp(e->name, name) == 0;
}

// What is taken away from co to make coe, as herd's cos.cat does.
static bool is_internal(const CatModel *model, const CatExpr *e) {
  e = look_through(model, e);
  for (unsigned i = 0; e->kind == CAT_INTERSECTION && i < e->arg_count; i++)
    if (is_base(model, e->args[i], "int"))
      return true;
  return false;
}

// rf^-1; co
static unsigned sequence(const CatModel *model, const CatExpr *e, unsigned depth) {
  if (e->arg_count != 2)
    return 0;
  const CatExpr *first = look_through(model, e->args[0]);
  bool back = first->kind == CAT_INVERSE && (has(model, first->args[0], depth) & HAS_RF) == HAS_RF;
  return back && (has(model, e->args[1], depth) & HAS_CO) == HAS_CO ? HAS_FR : 0;
}

static unsigned has(const CatModel *model, const CatExpr *e, unsigned depth) {
  unsigned all = 0;
  if (++depth > NAMES_LIMIT)
    return 0;
  switch (e->kind) {
  case CAT_NAME:
    return named(model, e, depth);
  case CAT_UNION:
    for (unsigned i = 0; i < e->arg_count; i++)
      all |= has(model, e->args[i], depth);
    return all;
  case CAT_INTERSECTION:
    all = ~0u;
    for (unsigned i = 0; i < e->arg_count; i++)
      all &= has(model, e->args[i], depth);
    return all;
  case CAT_DIFFERENCE: // none of them is between an event and itself
    all = has(model, e->args[0], depth) & HAS_ALL;
    return is_base(model, e->args[1], "id") ? all : is_internal(model, e->args[1]) ? all & HAS_EXTERNAL : 0;
  case CAT_SEQUENCE:
    return sequence(model, e, depth);
  case CAT_IDENTITY:
    return is_base(model, e->args[0], "RMW") ? HAS_RMW_IDENTITY : 0;
  case CAT_PLUS:
  case CAT_STAR:
  case CAT_OPTION:
    return has(model, e->args[0], depth);
  case CAT_TRY:
    return e->fails ? has(model, e->args[1], depth) : 0;
  default:
    return 0;
  }
}

// (rf | co | fr)+, or what contains it; with `option`, that or nothing.
static bool is_communication(const CatModel *model, const CatExpr *e, bool option) {
  e = look_through(model, e);
  if (option && (e->kind == CAT_OPTION))
    e = look_through(model, e->args[0]);
  return (e->kind == CAT_PLUS || e->kind == CAT_STAR) &&
         (has(model, e->args[0], 0) & HAS_COMMUNICATION) == HAS_COMMUNICATION;
}

static bool is_check(const CatStatement *s, TestKind test) {
  return s->kind == STATEMENT_TEST && s->role == ROLE_CHECK && !s->negated && s->test == test;
}

// acyclic po-loc | rf | co | fr; or irreflexive hb; eco? with irreflexive rmw; eco, since a cycle of communication
// alone is never one but through an event that reads and writes (Herding cats, section 4.2).
bool cat_shows_coherence(const CatModel *model) {
  bool by_hb = false, by_rmw = false;
  for (unsigned i = 0; i < model->block.count; i++) {
    const CatStatement *s = &model->block.first[i];
    if (is_check(s, TEST_ACYCLIC) && (has(model, s->expr, 0) & HAS_ALL) == HAS_ALL)
      return true;
    const CatExpr *e = is_check(s, TEST_IRREFLEXIVE) ? look_through(model, s->expr) : NULL;
    if (!e || e->kind != CAT_SEQUENCE || e->arg_count != 2)
      continue;
    by_hb |= (has(model, e->args[0], 0) & HAS_PO) && is_communication(model, e->args[1], true);
    by_rmw |= (has(model, e->args[0], 0) & HAS_RMW_IDENTITY) && is_communication(model, e->args[1], true);
  }
  return by_hb && by_rmw;
}

// rmw & (fre; coe)
static bool is_torn(const CatModel *model, const CatExpr *e) {
  e = look_through(model, e);
  if (e->kind == CAT_UNION) {
    for (unsigned i = 0; i < e->arg_count; i++)
      if (is_torn(model, e->args[i]))
        return true;
    return false;
  }
  if (e->kind != CAT_INTERSECTION || e->arg_count != 2)
    return false;
  for (unsigned i = 0; i < 2; i++) {
    const CatExpr *between = look_through(model, e->args[1 - i]);
    if ((has(model, e->args[i], 0) & HAS_RMW) && between->kind == CAT_SEQUENCE && between->arg_count == 2 &&
        (has(model, between->args[0], 0) & HAS_FRE) && (has(model, between->args[1], 0) & HAS_COE))
      return true;
  }
  return false;
}

bool cat_shows_atomicity(const CatModel *model) {
  for (unsigned i = 0; i < model->block.count; i++)
    if (is_check(&model->block.first[i], TEST_EMPTY) && is_torn(model, model->block.first[i].expr))
      return true;
  return false;
}
