// Whether two trees are the same.
#include "harness/lang/print.h"
#include "harness/lang/test.h"

#include <string.h>

static bool same_access(const Access *a, const Access *b) {
  return a->op == b->op && a->order == b->order && a->failure == b->failure &&
         (a->op != ACCESS_CPU_FENCE || !strcmp(a->cpu_fence, b->cpu_fence)) &&
         a->address.location == b->address.location && a->address.base == b->address.base &&
         a->expected_in_register == b->expected_in_register && a->expected_register == b->expected_register &&
         a->expected.location == b->expected.location && a->weak == b->weak && a->is_volatile == b->is_volatile;
}

// What an expression says besides its parts.
static bool same_head(const Expr *a, const Expr *b) {
  switch (a->kind) {
  case EXPR_CONSTANT:
    return a->constant == b->constant;
  case EXPR_REGISTER:
    return a->reg == b->reg;
  case EXPR_UNARY:
    return a->unary.op == b->unary.op;
  case EXPR_BINARY:
    return a->binary.op == b->binary.op;
  case EXPR_CONDITIONAL:
    return true;
  case EXPR_ACCESS:
    return same_access(&a->access, &b->access);
  }
  return false;
}

static bool same_expr(const Expr *a, const Expr *b) {
  if (!a || !b)
    return a == b;
  if (a->kind != b->kind || a->type != b->type || !same_head(a, b))
    return false;
  Expr left = *a, right = *b;
  Expr **parts[EXPR_PARTS], **others[EXPR_PARTS];
  unsigned count = expr_parts(&left, parts);
  expr_parts(&right, others);
  for (unsigned i = 0; i < count; i++)
    if (!same_expr(*parts[i], *others[i]))
      return false;
  return true;
}

static bool same_block(const Stmt *a, const Stmt *b);

static bool same_stmt(const Stmt *a, const Stmt *b) {
  return a->kind == b->kind && a->reg == b->reg && a->body_first == b->body_first && same_expr(a->expr, b->expr) &&
         same_block(a->body, b->body) && same_block(a->else_body, b->else_body);
}

static bool same_block(const Stmt *a, const Stmt *b) {
  for (; a && b; a = a->next, b = b->next)
    if (!same_stmt(a, b))
      return false;
  return a == b;
}

static bool same_type(Type a, Type b) {
  return a.base == b.base && a.is_atomic == b.is_atomic && a.is_volatile == b.is_volatile && a.pointers == b.pointers &&
         a.pointee == b.pointee;
}

static bool same_lines(const Test *a, const Test *b, unsigned thread) {
  const Thread *x = &a->threads[thread], *y = &b->threads[thread];
  bool same = x->line_count == y->line_count;
  Text left = {0}, right = {0};
  for (unsigned i = 0; i < x->line_count && same; i++) {
    text_clear(&left);
    text_clear(&right);
    code_line_print(a, &x->lines[i], &left);
    code_line_print(b, &y->lines[i], &right);
    same = !strcmp(text_string(&left), text_string(&right));
  }
  text_free(&left);
  text_free(&right);
  return same;
}

static bool same_thread(const Thread *a, const Thread *b) {
  if (a->parameter_count != b->parameter_count || a->register_count != b->register_count)
    return false;
  for (unsigned i = 0; i < a->parameter_count; i++)
    if (a->parameters[i].location != b->parameters[i].location ||
        !same_type(a->parameters[i].type, b->parameters[i].type))
      return false;
  for (unsigned i = 0; i < a->register_count; i++) {
    const Register *r = &a->registers[i], *s = &b->registers[i];
    if (strcmp(r->name, s->name) != 0 || !same_type(r->type, s->type) || r->initial != s->initial ||
        r->has_initial != s->has_initial)
      return false;
  }
  return same_block(a->body, b->body);
}

static bool same_location(const Location *a, const Location *b) {
  if (strcmp(a->name, b->name) != 0 || a->type != b->type || a->is_atomic != b->is_atomic || a->length != b->length ||
      a->is_array != b->is_array || a->has_initial != b->has_initial || a->has_offset != b->has_offset ||
      a->line_offset != b->line_offset)
    return false;
  for (unsigned i = 0; i < a->length; i++)
    if (a->initial[i] != b->initial[i])
      return false;
  return true;
}

static bool same_observable(const Observable *a, const Observable *b) {
  if (a->is_register != b->is_register)
    return false;
  return a->is_register ? a->thread == b->thread && a->reg == b->reg
                        : a->location == b->location && a->element == b->element;
}

static bool same_prop(const Prop *a, const Prop *b) {
  if (!a || !b)
    return a == b;
  if (a->kind != b->kind)
    return false;
  if (a->kind == PROP_EQUAL || a->kind == PROP_NOT_EQUAL)
    return a->observable == b->observable && a->against_observable == b->against_observable &&
           (a->against_observable ? a->other == b->other : a->value == b->value);
  if (a->kind == PROP_HOLDS)
    return same_expr(a->expr, b->expr);
  return same_prop(a->left, b->left) && same_prop(a->right, b->right);
}

static bool same_header(const Test *a, const Test *b) {
  if (strcmp(a->dialect->name, b->dialect->name) != 0 || strcmp(a->name, b->name) != 0 ||
      strcmp(a->story, b->story) != 0 || a->header_count != b->header_count)
    return false;
  for (unsigned i = 0; i < a->header_count; i++)
    if (strcmp(a->header[i].key, b->header[i].key) != 0 || strcmp(a->header[i].value, b->header[i].value) != 0)
      return false;
  return true;
}

bool test_equal(const Test *a, const Test *b) {
  if (!same_header(a, b) || a->code != b->code || a->location_count != b->location_count ||
      a->thread_count != b->thread_count || a->observable_count != b->observable_count ||
      a->observable_total != b->observable_total || a->condition.quantifier != b->condition.quantifier)
    return false;
  for (unsigned i = 0; i < a->location_count; i++)
    if (!same_location(&a->locations[i], &b->locations[i]))
      return false;
  for (unsigned i = 0; i < a->thread_count; i++)
    if (!same_thread(&a->threads[i], &b->threads[i]) || !same_lines(a, b, i))
      return false;
  for (unsigned i = 0; i < a->observable_total; i++)
    if (!same_observable(&a->observables[i], &b->observables[i]))
      return false;
  return same_prop(a->condition.body, b->condition.body) && same_prop(a->filter, b->filter);
}
