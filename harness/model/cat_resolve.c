// What each name of a model means: the innermost definition, seen from where the name stands.
#include "harness/model/cat_model.h"

#include <string.h>

typedef struct CatScope {
  const char *name;
  const struct CatScope *up;
} CatScope;

typedef struct {
  CatModel *model;
  Diag *diag;
  unsigned quiet;   // inside `try`: errors are counted, not said
  unsigned unknown; // names that mean nothing
  Part part;        // the last part of an execution that the names since it was set to PART_PATH depend on
} Resolver;

static unsigned bucket_of(const char *name) {
  unsigned hash = 5381;
  for (; *name; name++)
    hash = hash * 33 + (unsigned char)*name;
  return hash % NAME_BUCKETS;
}

const Global *cat_global(const CatModel *model, const char *name) {
  for (unsigned at = model->buckets[bucket_of(name)]; at; at = model->globals[at - 1].next)
    if (strcmp(model->globals[at - 1].name, name) == 0)
      return &model->globals[at - 1];
  return NULL;
}

static bool define(Resolver *r, const char *name, const CatStatement *s, const CatBinding *binding, unsigned first) {
  CatModel *model = r->model;
  if (model->global_count >= GLOBAL_LIMIT)
    return diag_error_at(r->diag, s->source, s->span, "more than %d definitions", GLOBAL_LIMIT);
  model->globals = arena_grow(model->arena, model->globals, &model->global_capacity, model->global_count + 1,
                              sizeof *model->globals);
  unsigned bucket = bucket_of(name);
  model->globals[model->global_count] = (Global){.name = name,
                                                 .statement = s,
                                                 .binding = binding,
                                                 .first = first,
                                                 .part = r->part,
                                                 .next = model->buckets[bucket]};
  model->buckets[bucket] = (unsigned)++model->global_count;
  return true;
}

static const CatScope *push(Resolver *r, const char *name, const CatScope *scope) {
  if (!name)
    return scope;
  CatScope *made = ARENA_NEW(r->model->arena, CatScope);
  *made = (CatScope){name, scope};
  return made;
}

static const CatScope *push_pattern(Resolver *r, const CatPattern *p, const CatScope *scope) {
  for (unsigned i = 0; i < p->count; i++)
    scope = push(r, p->names[i], scope);
  return scope;
}

static void depend(Resolver *r, Part part) { r->part = part > r->part ? part : r->part; }

// Innermost first: local names, the model's, those of the architecture, those of every architecture, primitives.
static bool find(Resolver *r, CatExpr *e, const CatScope *scope) {
  const CatModel *model = r->model;
  unsigned up = 0;
  for (; scope; scope = scope->up, up++)
    if (strcmp(scope->name, e->name) == 0) {
      e->reference = REFERENCE_LOCAL;
      e->index = up;
      return true;
    }
  const Global *global = cat_global(model, e->name);
  if (global) {
    e->reference = REFERENCE_GLOBAL;
    depend(r, global->part);
    e->index = (unsigned)(global - model->globals);
    return true;
  }
  for (unsigned i = 0; i < model->arch_set_count; i++)
    if (strcmp(model->arch_sets[i], e->name) == 0) {
      e->reference = REFERENCE_BASE;
      e->index = cat_base_count + i;
      return true;
    }
  for (unsigned i = 0; i < cat_base_count; i++)
    if (strcmp(cat_bases[i].name, e->name) == 0) {
      e->reference = REFERENCE_BASE;
      e->index = i;
      depend(r, cat_bases[i].part);
      return true;
    }
  for (unsigned i = 0; i < PRIMITIVE_COUNT; i++)
    if (strcmp(cat_primitives[i], e->name) == 0) {
      e->reference = REFERENCE_PRIMITIVE;
      e->index = i;
      depend(r, i == PRIMITIVE_LINEARISATIONS || i == PRIMITIVE_DIFFERENT_VALUES ? PART_ORDER : PART_PATH);
      return true;
    }
  return false;
}

static void unknown(Resolver *r, CatExpr *e, const char *what) {
  r->unknown++;
  e->reference = REFERENCE_NONE;
  if (r->quiet)
    return;
  diag_error_at(r->diag, e->source, e->span, "%s '%s' is not defined%s%s", what, e->name,
                e->kind == CAT_TAG ? "" : " for ", e->kind == CAT_TAG ? "" : r->model->as->name);
}

static void resolve(Resolver *r, CatExpr *e, const CatScope *scope);

static void resolve_let(Resolver *r, CatExpr *e, const CatScope *scope) {
  const CatScope *inside = scope;
  if (e->kind == CAT_LET_REC)
    for (unsigned i = 0; i < e->binding_count; i++)
      inside = push_pattern(r, &e->bindings[i].pattern, inside);
  for (unsigned i = 0; i < e->binding_count; i++)
    resolve(r, e->bindings[i].value, e->kind == CAT_LET_REC ? inside : scope);
  if (e->kind == CAT_LET)
    for (unsigned i = 0; i < e->binding_count; i++)
      inside = push_pattern(r, &e->bindings[i].pattern, inside);
  resolve(r, e->args[0], inside);
}

static void resolve_try(Resolver *r, CatExpr *e, const CatScope *scope) {
  unsigned before = r->unknown;
  r->quiet++;
  resolve(r, e->args[0], scope);
  r->quiet--;
  e->fails = r->unknown > before;
  r->unknown = before;
  resolve(r, e->args[1], scope);
}

static bool is_tag(const CatModel *model, const char *name) {
  for (size_t i = 0; i < model->tag_count; i++)
    if (strcmp(model->tags[i], name) == 0)
      return true;
  return false;
}

static void resolve(Resolver *r, CatExpr *e, const CatScope *scope) {
  switch (e->kind) {
  case CAT_NAME:
    if (!find(r, e, scope))
      unknown(r, e, "the name");
    return;
  case CAT_TAG:
    if (!is_tag(r->model, e->name))
      unknown(r, e, "the tag");
    return;
  case CAT_LET:
  case CAT_LET_REC:
    resolve_let(r, e, scope);
    return;
  case CAT_FUNCTION:
    resolve(r, e->args[0], push_pattern(r, &e->params, scope));
    return;
  case CAT_MATCH_SET:
    resolve(r, e->args[0], scope);
    resolve(r, e->args[1], scope);
    resolve(r, e->args[2], push_pattern(r, &e->params, scope));
    return;
  case CAT_MATCH_TAG:
    resolve(r, e->args[0], scope);
    for (unsigned i = 0; i < e->clause_count; i++)
      resolve(r, e->clauses[i].body, scope);
    return;
  case CAT_TRY:
    resolve_try(r, e, scope);
    return;
  default:
    for (unsigned i = 0; i < e->arg_count; i++)
      resolve(r, e->args[i], scope);
  }
}

static void resolve_block(Resolver *r, CatBlock *block, const CatScope *scope, bool top);

// let at the top makes globals, which count as computed together: each depends on what any depends on.
static void resolve_globals(Resolver *r, CatStatement *s) {
  size_t first = r->model->global_count;
  for (unsigned i = 0; s->kind == STATEMENT_LET && i < s->binding_count; i++)
    resolve(r, s->bindings[i].value, NULL);
  for (unsigned i = 0; i < s->binding_count; i++) {
    CatBinding *b = &s->bindings[i];
    b->slot = (unsigned)r->model->global_count;
    for (unsigned k = 0; k < b->pattern.count; k++)
      if (b->pattern.names[k] && !define(r, b->pattern.names[k], s, b, b->slot))
        return;
  }
  for (unsigned i = 0; s->kind == STATEMENT_LET_REC && i < s->binding_count; i++)
    resolve(r, s->bindings[i].value, NULL);
  for (size_t slot = first; slot < r->model->global_count; slot++)
    r->model->globals[slot].part = r->part;
}

// let inside a block makes names for the rest of it.
static const CatScope *resolve_locals(Resolver *r, CatStatement *s, const CatScope *scope) {
  const CatScope *inside = scope;
  for (unsigned i = 0; i < s->binding_count; i++)
    inside = push_pattern(r, &s->bindings[i].pattern, inside);
  for (unsigned i = 0; i < s->binding_count; i++)
    resolve(r, s->bindings[i].value, s->kind == STATEMENT_LET_REC ? inside : scope);
  return inside;
}

static const CatScope *name_statement(Resolver *r, CatStatement *s, const CatScope *scope, bool top) {
  s->slot = (unsigned)r->model->global_count;
  if (!top)
    return push(r, s->name, scope);
  define(r, s->name, s, NULL, s->slot);
  return scope;
}

static const CatScope *resolve_procedure(Resolver *r, CatStatement *s, const CatScope *scope, bool top) {
  const CatScope *inside = scope;
  if (s->recursive)
    inside = scope = name_statement(r, s, scope, top);
  resolve_block(r, &s->body, push_pattern(r, &s->params, inside), false);
  return s->recursive ? scope : name_statement(r, s, scope, top);
}

static void name_flag(Resolver *r, CatStatement *s) {
  CatModel *m = r->model;
  if (!s->name)
    s->name = s->role == ROLE_FLAG ? "flag" : "undefined";
  while (s->flag < m->flag_count && strcmp(m->flags[s->flag], s->name) != 0)
    s->flag++;
  if (s->flag == CAT_FLAG_LIMIT)
    diag_error_at(r->diag, s->source, s->span, "more than %d names of flags", CAT_FLAG_LIMIT);
  else if (s->flag == m->flag_count)
    m->flags[m->flag_count++] = s->name;
}

static const CatScope *resolve_statement(Resolver *r, CatStatement *s, const CatScope *scope, bool top) {
  r->part = PART_PATH;
  if (s->expr)
    resolve(r, s->expr, scope);
  switch (s->kind) {
  case STATEMENT_LET:
  case STATEMENT_LET_REC:
    if (!top)
      return resolve_locals(r, s, scope);
    resolve_globals(r, s);
    return scope;
  case STATEMENT_TEST:
    s->part = r->part;
    if (s->role == ROLE_FLAG || s->role == ROLE_UNDEFINED_UNLESS)
      name_flag(r, s);
    return scope;
  case STATEMENT_CALL:
    resolve(r, s->argument, scope);
    return scope;
  case STATEMENT_PROCEDURE:
    return resolve_procedure(r, s, scope, top);
  case STATEMENT_FORALL:
    resolve_block(r, &s->body, push(r, s->name, scope), false);
    return scope;
  case STATEMENT_WITH:
    r->part = PART_ORDER;
    return name_statement(r, s, scope, top);
  case STATEMENT_MATCH:
    for (unsigned i = 0; i < s->clause_count; i++)
      resolve_block(r, &s->clauses[i].body, scope, false);
    return scope;
  case STATEMENT_ENUM:
    for (unsigned i = 0; i < s->tag_count; i++)
      if (!is_tag(r->model, s->tags[i])) {
        CatModel *m = r->model;
        m->tags = arena_grow(m->arena, m->tags, &m->tag_capacity, m->tag_count + 1, sizeof *m->tags);
        m->tags[m->tag_count++] = s->tags[i];
      }
    if (!top)
      diag_error_at(r->diag, s->source, s->span, "enum belongs at the top of a model");
    return name_statement(r, s, scope, top);
  default:
    return scope;
  }
}

static void resolve_block(Resolver *r, CatBlock *block, const CatScope *scope, bool top) {
  for (unsigned i = 0; i < block->count && !r->diag->dropped; i++)
    scope = resolve_statement(r, &block->first[i], scope, top);
}

bool cat_resolve(CatModel *model, Diag *diag) {
  unsigned before = diag->errors;
  Resolver r = {.model = model, .diag = diag};
  resolve_block(&r, &model->block, NULL, true);
  return diag->errors == before;
}
