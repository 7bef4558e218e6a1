// What each name of a model means: the innermost definition, seen from where the name stands.
#include "harness/model/cat_model.h"

#include <string.h>

typedef struct Scope {
  const char *name;
  const struct Scope *up;
} Scope;

typedef struct {
  CatModel *model;
  Diag *diag;
  unsigned quiet;   // inside `try`: errors are counted, not said
  unsigned unknown; // names that mean nothing
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

static bool define(Resolver *r, const char *name, const Statement *s, const CatBinding *binding, unsigned first) {
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
                                                 .part = PART_ORDER,
                                                 .next = model->buckets[bucket]};
  model->buckets[bucket] = (unsigned)++model->global_count;
  return true;
}

static const Scope *push(Resolver *r, const char *name, const Scope *scope) {
  if (!name)
    return scope;
  Scope *made = ARENA_NEW(r->model->arena, Scope);
  *made = (Scope){name, scope};
  return made;
}

static const Scope *push_pattern(Resolver *r, const Pattern *p, const Scope *scope) {
  for (unsigned i = 0; i < p->count; i++)
    scope = push(r, p->names[i], scope);
  return scope;
}

// Innermost first: local names, the model's, those of the architecture, those of every architecture, primitives.
static bool find(const CatModel *model, Expr *e, const Scope *scope) {
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
      return true;
    }
  for (unsigned i = 0; i < PRIMITIVE_COUNT; i++)
    if (strcmp(cat_primitives[i], e->name) == 0) {
      e->reference = REFERENCE_PRIMITIVE;
      e->index = i;
      return true;
    }
  return false;
}

static void unknown(Resolver *r, Expr *e, const char *what) {
  r->unknown++;
  e->reference = REFERENCE_NONE;
  if (r->quiet)
    return;
  e->reported = true;
  diag_error_at(r->diag, e->source, e->span, "%s '%s' is not defined%s%s", what, e->name,
                e->kind == EXPR_TAG ? "" : " for ", e->kind == EXPR_TAG ? "" : r->model->as->name);
}

static void resolve(Resolver *r, Expr *e, const Scope *scope);

static void resolve_let(Resolver *r, Expr *e, const Scope *scope) {
  const Scope *inside = scope;
  if (e->kind == EXPR_LET_REC)
    for (unsigned i = 0; i < e->binding_count; i++)
      inside = push_pattern(r, &e->bindings[i].pattern, inside);
  for (unsigned i = 0; i < e->binding_count; i++)
    resolve(r, e->bindings[i].value, e->kind == EXPR_LET_REC ? inside : scope);
  if (e->kind == EXPR_LET)
    for (unsigned i = 0; i < e->binding_count; i++)
      inside = push_pattern(r, &e->bindings[i].pattern, inside);
  resolve(r, e->args[0], inside);
}

static void resolve_try(Resolver *r, Expr *e, const Scope *scope) {
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

static void resolve(Resolver *r, Expr *e, const Scope *scope) {
  switch (e->kind) {
  case EXPR_NAME:
    if (!find(r->model, e, scope))
      unknown(r, e, "the name");
    return;
  case EXPR_TAG:
    if (!is_tag(r->model, e->name))
      unknown(r, e, "the tag");
    return;
  case EXPR_LET:
  case EXPR_LET_REC:
    resolve_let(r, e, scope);
    return;
  case EXPR_FUNCTION:
    resolve(r, e->args[0], push_pattern(r, &e->params, scope));
    return;
  case EXPR_MATCH_SET:
    resolve(r, e->args[0], scope);
    resolve(r, e->args[1], scope);
    resolve(r, e->args[2], push_pattern(r, &e->params, scope));
    return;
  case EXPR_MATCH_TAG:
    resolve(r, e->args[0], scope);
    for (unsigned i = 0; i < e->clause_count; i++)
      resolve(r, e->clauses[i].body, scope);
    return;
  case EXPR_TRY:
    resolve_try(r, e, scope);
    return;
  default:
    for (unsigned i = 0; i < e->arg_count; i++)
      resolve(r, e->args[i], scope);
  }
}

static void resolve_block(Resolver *r, Block *block, const Scope *scope, bool top);

// let at the top makes globals; inside a block it makes names for the rest of it.
static const Scope *resolve_bindings(Resolver *r, Statement *s, const Scope *scope, bool top) {
  bool rec = s->kind == STATEMENT_LET_REC;
  for (unsigned i = 0; !rec && i < s->binding_count; i++)
    resolve(r, s->bindings[i].value, scope);
  for (unsigned i = 0; i < s->binding_count; i++) {
    CatBinding *b = &s->bindings[i];
    b->slot = (unsigned)r->model->global_count;
    for (unsigned k = 0; top && k < b->pattern.count; k++)
      if (b->pattern.names[k] && !define(r, b->pattern.names[k], s, b, b->slot))
        return scope;
    if (!top)
      scope = push_pattern(r, &b->pattern, scope);
  }
  for (unsigned i = 0; rec && i < s->binding_count; i++)
    resolve(r, s->bindings[i].value, scope);
  return scope;
}

static const Scope *name_statement(Resolver *r, Statement *s, const Scope *scope, bool top) {
  s->slot = (unsigned)r->model->global_count;
  if (!top)
    return push(r, s->name, scope);
  define(r, s->name, s, NULL, s->slot);
  return scope;
}

static const Scope *resolve_procedure(Resolver *r, Statement *s, const Scope *scope, bool top) {
  const Scope *inside = scope;
  if (s->recursive)
    inside = scope = name_statement(r, s, scope, top);
  resolve_block(r, &s->body, push_pattern(r, &s->params, inside), false);
  return s->recursive ? scope : name_statement(r, s, scope, top);
}

static const Scope *resolve_statement(Resolver *r, Statement *s, const Scope *scope, bool top) {
  if (s->expr)
    resolve(r, s->expr, scope);
  switch (s->kind) {
  case STATEMENT_LET:
  case STATEMENT_LET_REC:
    return resolve_bindings(r, s, scope, top);
  case STATEMENT_CALL:
    resolve(r, s->argument, scope);
    return scope;
  case STATEMENT_PROCEDURE:
    return resolve_procedure(r, s, scope, top);
  case STATEMENT_FORALL:
    resolve_block(r, &s->body, push(r, s->name, scope), false);
    return scope;
  case STATEMENT_WITH:
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

static void resolve_block(Resolver *r, Block *block, const Scope *scope, bool top) {
  for (unsigned i = 0; i < block->count && !r->diag->dropped; i++)
    scope = resolve_statement(r, &block->first[i], scope, top);
}

bool cat_resolve(CatModel *model, Diag *diag) {
  unsigned before = diag->errors;
  Resolver r = {.model = model, .diag = diag};
  resolve_block(&r, &model->block, NULL, true);
  return diag->errors == before;
}
