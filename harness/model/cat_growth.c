// Checks that an execution which is still being made tells as much as a whole one: their expressions grow with rf and
// co, so that what fails stays so whatever reads get their sources yet, and however writes are ordered. A check that is
// not seen to be so is as right, and made at the end.
#include "harness/model/cat_model.h"

#include <string.h>

enum { DEPTH = 100 }; // of names within names

typedef struct {
  const CatModel *model;
  const CatStatement *rec; // a let rec being looked at, whose names are taken to grow: then they do
} Growth;

static const Global *global_of(const Growth *g, const CatExpr *e) {
  return e->kind == CAT_NAME && e->reference == REFERENCE_GLOBAL ? &g->model->globals[e->index] : NULL;
}

// Whether it is the same in every execution of one choice of paths.
static bool is_fixed(const Growth *g, const CatExpr *e) {
  switch (e->kind) {
  case CAT_EMPTY:
  case CAT_UNIVERSE:
    return true;
  case CAT_NAME:
    if (e->reference == REFERENCE_GLOBAL)
      return global_of(g, e)->part == PART_PATH;
    return e->reference == REFERENCE_PRIMITIVE ||
           (e->reference == REFERENCE_BASE &&
            (e->index >= cat_base_count || cat_bases[e->index].part == PART_PATH)); // beyond: the architecture's sets
  case CAT_PLUS:
  case CAT_STAR:
  case CAT_OPTION:
  case CAT_COMPLEMENT:
  case CAT_INVERSE:
  case CAT_IDENTITY:
  case CAT_TUPLE:
  case CAT_UNION:
  case CAT_SEQUENCE:
  case CAT_INTERSECTION:
  case CAT_DIFFERENCE:
  case CAT_PRODUCT:
  case CAT_CALL:
    for (unsigned i = 0; i < e->arg_count; i++)
      if (!is_fixed(g, e->args[i]))
        return false;
    return true;
  default:
    return false;
  }
}

static bool grows(const Growth *g, const CatExpr *e, unsigned depth);

static bool bindings_grow(const Growth *g, const CatStatement *s, unsigned depth) {
  Growth inside = {g->model, s};
  for (unsigned i = 0; i < s->binding_count; i++)
    if (s->bindings[i].pattern.is_tuple || !grows(&inside, s->bindings[i].value, depth))
      return false;
  return true;
}

static bool name_grows(const Growth *g, const CatExpr *e, unsigned depth) {
  if (e->reference == REFERENCE_BASE)
    return strcmp(e->name, "rf") == 0 || strcmp(e->name, "co") == 0;
  if (e->reference == REFERENCE_LOCAL)
    return true; // a parameter, of a call whose arguments grow
  const Global *global = global_of(g, e);
  if (!global || !global->binding || global->binding->pattern.is_tuple)
    return false;
  if (global->statement->kind == STATEMENT_LET_REC)
    return global->statement == g->rec || bindings_grow(g, global->statement, depth);
  return grows(&(Growth){g->model, NULL}, global->binding->value, depth);
}

// A call of a function that is defined at the top, as toid(s), or of domain and range.
static bool call_grows(const Growth *g, const CatExpr *e, unsigned depth) {
  const CatExpr *callee = e->arg_count == 2 ? e->args[0] : NULL;
  if (callee && callee->kind == CAT_NAME && callee->reference == REFERENCE_PRIMITIVE)
    return (callee->index == PRIMITIVE_DOMAIN || callee->index == PRIMITIVE_RANGE) && grows(g, e->args[1], depth);
  const Global *function = callee ? global_of(g, callee) : NULL;
  if (!function || !function->binding || function->binding->pattern.is_tuple ||
      function->binding->value->kind != CAT_FUNCTION || function->statement->kind == STATEMENT_LET_REC)
    return false;
  return grows(g, e->args[1], depth) && grows(&(Growth){g->model, NULL}, function->binding->value->args[0], depth);
}

static bool grows(const Growth *g, const CatExpr *e, unsigned depth) {
  if (++depth > DEPTH)
    return false;
  if (is_fixed(g, e))
    return true;
  switch (e->kind) {
  case CAT_NAME:
    return name_grows(g, e, depth);
  case CAT_CALL:
    return call_grows(g, e, depth);
  case CAT_DIFFERENCE:
    return e->arg_count == 2 && grows(g, e->args[0], depth) && is_fixed(g, e->args[1]);
  case CAT_PLUS:
  case CAT_STAR:
  case CAT_OPTION:
  case CAT_INVERSE:
  case CAT_IDENTITY:
  case CAT_TUPLE:
  case CAT_UNION:
  case CAT_SEQUENCE:
  case CAT_INTERSECTION:
  case CAT_PRODUCT:
    for (unsigned i = 0; i < e->arg_count; i++)
      if (!grows(g, e->args[i], depth))
        return false;
    return true;
  default:
    return false;
  }
}

bool cat_check_grows(const CatModel *model, const CatStatement *s) {
  Growth g = {model, NULL};
  return s->kind == STATEMENT_TEST && s->role == ROLE_CHECK && !s->negated && s->part != PART_PATH &&
         grows(&g, s->expr, 0);
}
