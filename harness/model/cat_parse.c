// Tokens to expressions, by recursive descent.
#include "harness/model/cat_parser.h"

#include <assert.h>
#include <string.h>

bool cat_parser_error(CatParser *p, const char *expected) {
  const CatToken *t = p->at;
  if (t->kind == CAT_TOKEN_END)
    return diag_error_at(p->all->diag, p->source, t->span, "expected %s, but the model ends", expected);
  return diag_error_at(p->all->diag, p->source, t->span, "expected %s here", expected);
}

bool cat_parser_accept(CatParser *p, CatTokenKind kind) {
  if (p->at->kind != kind)
    return false;
  p->at++;
  return true;
}

bool cat_parser_expect(CatParser *p, CatTokenKind kind) {
  return cat_parser_accept(p, kind) || cat_parser_error(p, cat_token_name(kind));
}

const char *cat_parser_name(CatParser *p, const char *what) {
  if (p->at->kind != CAT_TOKEN_NAME) {
    cat_parser_error(p, what);
    return NULL;
  }
  return (p->at++)->text;
}

Span cat_parser_span(const CatParser *p, const CatToken *first) {
  Span last = p->at > first ? p->at[-1].span : first->span;
  return (Span){first->span.offset, last.offset + last.length - first->span.offset};
}

CatExpr *cat_parser_new_expr(CatParser *p, CatExprKind kind, const CatToken *first, unsigned arg_count) {
  CatExpr *e = ARENA_NEW(p->all->arena, CatExpr);
  e->kind = kind;
  e->source = p->source;
  e->span = cat_parser_span(p, first);
  e->args = ARENA_ARRAY(p->all->arena, CatExpr *, arg_count);
  e->arg_count = arg_count;
  e->depth = 1;
  return e;
}

// Every tree is kept shallow enough to be walked by recursion.
static CatExpr *check_depth(CatParser *p, CatExpr *e, unsigned below) {
  if (below >= e->depth)
    e->depth = below + 1;
  if (e->depth <= CAT_DEPTH_LIMIT)
    return e;
  diag_error_at(p->all->diag, p->source, e->span, "this expression is nested more than %d deep", CAT_DEPTH_LIMIT);
  return NULL;
}

static CatExpr *unary(CatParser *p, CatExprKind kind, const CatToken *first, CatExpr *operand) {
  CatExpr *e = cat_parser_new_expr(p, kind, first, 1);
  e->args[0] = operand;
  return check_depth(p, e, operand->depth);
}

static CatExpr *finish(CatParser *p, CatExpr *e) {
  for (unsigned i = 0; e && i < e->arg_count; i++)
    e = check_depth(p, e, e->args[i]->depth);
  return e;
}

// pattern0 := NAME | '_'
static bool parse_pattern_name(CatParser *p, const char **name) {
  *name = NULL;
  if (cat_parser_accept(p, CAT_TOKEN_UNDERSCORE))
    return true;
  return (*name = cat_parser_name(p, "a name or _")) != NULL;
}

// names := pattern0 (',' pattern0)*
static bool parse_names(CatParser *p, CatPattern *pattern) {
  const char **names = NULL;
  size_t count = 0, capacity = 0;
  const CatToken *first = p->at;
  do {
    names = arena_grow(p->all->arena, names, &capacity, count + 1, sizeof *names);
    if (!parse_pattern_name(p, &names[count++]))
      return false;
  } while (cat_parser_accept(p, CAT_TOKEN_COMMA));
  *pattern = (CatPattern){names, (unsigned)count, count != 1, cat_parser_span(p, first)};
  return true;
}

// pattern := '(' names? ')' | names
bool cat_parse_pattern(CatParser *p, bool bare_list, CatPattern *pattern) {
  const CatToken *first = p->at;
  if (!cat_parser_accept(p, CAT_TOKEN_LPAREN)) {
    if (bare_list)
      return parse_names(p, pattern);
    const char **name = ARENA_NEW(p->all->arena, const char *);
    if (!parse_pattern_name(p, name))
      return false;
    *pattern = (CatPattern){name, 1, false, first->span};
    return true;
  }
  if (cat_parser_accept(p, CAT_TOKEN_RPAREN)) {
    *pattern = (CatPattern){NULL, 0, true, cat_parser_span(p, first)};
    return true;
  }
  return parse_names(p, pattern) && cat_parser_expect(p, CAT_TOKEN_RPAREN);
}

static bool begins_pattern(const CatToken *t) {
  return t->kind == CAT_TOKEN_NAME || t->kind == CAT_TOKEN_UNDERSCORE || t->kind == CAT_TOKEN_LPAREN;
}

// binding := pattern '=' expr | NAME pattern '=' expr
static bool parse_binding(CatParser *p, CatBinding *binding) {
  const CatToken *first = p->at;
  if (p->at->kind == CAT_TOKEN_NAME && begins_pattern(p->at + 1)) {
    const char **name = ARENA_NEW(p->all->arena, const char *);
    *name = (p->at++)->text;
    binding->pattern = (CatPattern){name, 1, false, first->span};
    CatPattern params;
    if (!cat_parse_pattern(p, false, &params) || !cat_parser_expect(p, CAT_TOKEN_EQUAL))
      return false;
    CatExpr *body = cat_parse_expr(p);
    if (!body)
      return false;
    binding->value = unary(p, CAT_FUNCTION, first, body);
    if (binding->value) {
      binding->value->params = params;
      binding->value->name = *name;
    }
    return binding->value != NULL;
  }
  return cat_parse_pattern(p, true, &binding->pattern) && cat_parser_expect(p, CAT_TOKEN_EQUAL) &&
         (binding->value = cat_parse_expr(p));
}

// bindings := binding ('and' binding)*
bool cat_parse_bindings(CatParser *p, CatBinding **bindings, unsigned *count) {
  size_t n = 0, capacity = 0;
  do {
    *bindings = arena_grow(p->all->arena, *bindings, &capacity, n + 1, sizeof **bindings);
    if (!parse_binding(p, &(*bindings)[n++]))
      return false;
  } while (cat_parser_accept(p, CAT_TOKEN_AND_WORD));
  *count = (unsigned)n;
  return true;
}

// expr := 'let' 'rec'? bindings 'in' expr
static CatExpr *parse_let(CatParser *p) {
  const CatToken *first = p->at++;
  bool rec = cat_parser_accept(p, CAT_TOKEN_REC);
  CatBinding *bindings = NULL;
  unsigned count = 0;
  if (!cat_parse_bindings(p, &bindings, &count) || !cat_parser_expect(p, CAT_TOKEN_IN))
    return NULL;
  CatExpr *body = cat_parse_expr(p);
  if (!body)
    return NULL;
  CatExpr *e = unary(p, rec ? CAT_LET_REC : CAT_LET, first, body);
  for (unsigned i = 0; e && i < count; i++)
    e = check_depth(p, e, bindings[i].value->depth);
  if (e) {
    e->bindings = bindings;
    e->binding_count = count;
  }
  return e;
}

// expr := 'fun' pattern '->' expr
static CatExpr *parse_function(CatParser *p) {
  const CatToken *first = p->at++;
  CatPattern params;
  if (!cat_parse_pattern(p, false, &params) || !cat_parser_expect(p, CAT_TOKEN_ARROW))
    return NULL;
  CatExpr *body = cat_parse_expr(p);
  CatExpr *e = body ? unary(p, CAT_FUNCTION, first, body) : NULL;
  if (e)
    e->params = params;
  return e;
}

// variant := 'not' variant | '"name"' | 'variant' '"name"' | '(' variants ')'
// variants := variant (('&&' | '||') variant)*, && binding tighter
static bool parse_variant(CatParser *p, bool *holds) {
  if (++p->all->depth > CAT_DEPTH_LIMIT)
    return cat_parser_error(p, "a condition that is not nested so deep");
  bool good = true;
  if (cat_parser_accept(p, CAT_TOKEN_NOT)) {
    good = parse_variant(p, holds);
    *holds = !*holds;
  } else if (cat_parser_accept(p, CAT_TOKEN_LPAREN)) {
    good = cat_parse_variants(p, holds) && cat_parser_expect(p, CAT_TOKEN_RPAREN);
  } else {
    cat_parser_accept(p, CAT_TOKEN_VARIANT);
    *holds = false;
    const char *const *v = p->all->options ? p->all->options->variants : NULL;
    if (p->at->kind == CAT_TOKEN_STRING)
      for (; v && *v; v++)
        *holds |= strcmp(*v, p->at->text) == 0;
    good = cat_parser_expect(p, CAT_TOKEN_STRING);
  }
  p->all->depth--;
  return good;
}

bool cat_parse_variants(CatParser *p, bool *holds) {
  bool any = false;
  do {
    bool all = true;
    do {
      bool one = false;
      if (!parse_variant(p, &one))
        return false;
      all &= one;
    } while (cat_parser_accept(p, CAT_TOKEN_ANDAND));
    any |= all;
  } while (cat_parser_accept(p, CAT_TOKEN_BARBAR));
  *holds = any;
  return true;
}

static bool begins_variant(const CatToken *t) {
  while (t->kind == CAT_TOKEN_LPAREN || t->kind == CAT_TOKEN_NOT)
    t++;
  return t->kind == CAT_TOKEN_STRING || t->kind == CAT_TOKEN_VARIANT;
}

// expr := 'if' (variants | expr ('=' | 'subset' | 'in') expr) 'then' expr 'else' expr
static CatExpr *parse_if(CatParser *p) {
  const CatToken *first = p->at++;
  if (begins_variant(p->at)) {
    bool holds = false;
    if (!cat_parse_variants(p, &holds) || !cat_parser_expect(p, CAT_TOKEN_THEN))
      return NULL;
    CatExpr *yes = cat_parse_expr(p);
    if (!yes || !cat_parser_expect(p, CAT_TOKEN_ELSE))
      return NULL;
    CatExpr *no = cat_parse_expr(p);
    return !no ? NULL : holds ? yes : no;
  }
  CatExpr *e = cat_parser_new_expr(p, CAT_IF, first, 4);
  if (!(e->args[0] = cat_parse_expr(p)))
    return NULL;
  if (cat_parser_accept(p, CAT_TOKEN_EQUAL))
    e->comparison = COMPARE_EQUAL;
  else if (cat_parser_accept(p, CAT_TOKEN_SUBSET))
    e->comparison = COMPARE_SUBSET;
  else if (cat_parser_accept(p, CAT_TOKEN_IN))
    e->comparison = COMPARE_MEMBER;
  else {
    cat_parser_error(p, "=, subset or in");
    return NULL;
  }
  if (!(e->args[1] = cat_parse_expr(p)) || !cat_parser_expect(p, CAT_TOKEN_THEN) || !(e->args[2] = cat_parse_expr(p)) ||
      !cat_parser_expect(p, CAT_TOKEN_ELSE) || !(e->args[3] = cat_parse_expr(p)))
    return NULL;
  e->span = cat_parser_span(p, first);
  return finish(p, e);
}

// tag-clauses := tag-clause ('||' tag-clause)*;  tag-clause := TAG '->' expr | '_' '->' expr
static bool parse_tag_clauses(CatParser *p, CatExpr *e) {
  size_t count = 0, capacity = 0;
  do {
    CatTagClause c = {0};
    if (p->at->kind == CAT_TOKEN_TAG)
      c.tag = (p->at++)->text;
    else if (!cat_parser_expect(p, CAT_TOKEN_UNDERSCORE))
      return false;
    if (!cat_parser_expect(p, CAT_TOKEN_ARROW) || !(c.body = cat_parse_expr(p)))
      return false;
    e->clauses = arena_grow(p->all->arena, e->clauses, &capacity, count + 1, sizeof c);
    e->clauses[count++] = c;
    if (!(check_depth(p, e, c.body->depth)))
      return false;
  } while (cat_parser_accept(p, CAT_TOKEN_BARBAR));
  e->clause_count = (unsigned)count;
  return true;
}

// {} '->' expr  and, in either order,  name ('|' name)? '++' name '->' expr
static bool parse_set_clause(CatParser *p, CatExpr *e) {
  if (cat_parser_accept(p, CAT_TOKEN_LBRACE)) {
    if (e->args[1])
      return cat_parser_error(p, "the clause for a set that is not empty");
    return cat_parser_expect(p, CAT_TOKEN_RBRACE) && cat_parser_expect(p, CAT_TOKEN_ARROW) &&
           (e->args[1] = cat_parse_expr(p));
  }
  if (e->args[2])
    return cat_parser_error(p, "the clause for the empty set");
  const char **names = ARENA_ARRAY(p->all->arena, const char *, 3);
  unsigned count = 1;
  const CatToken *first = p->at;
  if (!parse_pattern_name(p, &names[0]))
    return false;
  if (cat_parser_accept(p, CAT_TOKEN_BAR) && !parse_pattern_name(p, &names[count++]))
    return false;
  if (!cat_parser_expect(p, CAT_TOKEN_PLUSPLUS) || !parse_pattern_name(p, &names[count++]))
    return false;
  e->params = (CatPattern){names, count, true, cat_parser_span(p, first)};
  return cat_parser_expect(p, CAT_TOKEN_ARROW) && (e->args[2] = cat_parse_expr(p));
}

// expr := 'match' expr 'with' '||'? clauses 'end'
static CatExpr *parse_match(CatParser *p) {
  const CatToken *first = p->at++;
  CatExpr *subject = cat_parse_expr(p);
  if (!subject || !cat_parser_expect(p, CAT_TOKEN_WITH))
    return NULL;
  cat_parser_accept(p, CAT_TOKEN_BARBAR);
  bool on_tags =
      p->at->kind == CAT_TOKEN_TAG || (p->at->kind == CAT_TOKEN_UNDERSCORE && p->at[1].kind == CAT_TOKEN_ARROW);
  CatExpr *e = cat_parser_new_expr(p, on_tags ? CAT_MATCH_TAG : CAT_MATCH_SET, first, on_tags ? 1 : 3);
  e->args[0] = subject;
  bool good = on_tags ? parse_tag_clauses(p, e)
                      : parse_set_clause(p, e) && cat_parser_expect(p, CAT_TOKEN_BARBAR) && parse_set_clause(p, e);
  if (!good || !cat_parser_expect(p, CAT_TOKEN_END_WORD))
    return NULL;
  e->span = cat_parser_span(p, first);
  return finish(p, e);
}

// expr := 'try' expr 'with' expr
static CatExpr *parse_try(CatParser *p) {
  const CatToken *first = p->at++;
  CatExpr *e = cat_parser_new_expr(p, CAT_TRY, first, 2);
  if (!(e->args[0] = cat_parse_expr(p)) || !cat_parser_expect(p, CAT_TOKEN_WITH) || !(e->args[1] = cat_parse_expr(p)))
    return NULL;
  e->span = cat_parser_span(p, first);
  return finish(p, e);
}

static void expr_list_add(CatParser *p, CatExprList *list, CatExpr *e) {
  list->items = arena_grow(p->all->arena, list->items, &list->capacity, list->count + 1, sizeof(CatExpr *));
  list->items[list->count++] = e;
}

static CatExpr *from_list(CatParser *p, CatExprKind kind, const CatToken *first, CatExprList list) {
  CatExpr *e = cat_parser_new_expr(p, kind, first, 0);
  e->args = list.items;
  e->arg_count = (unsigned)list.count;
  return finish(p, e);
}

// expr := let | fun | match | try | if | base (',' base)*
static CatExpr *parse_expr_inside(CatParser *p) {
  switch (p->at->kind) {
  case CAT_TOKEN_LET:
    return parse_let(p);
  case CAT_TOKEN_FUN:
    return parse_function(p);
  case CAT_TOKEN_MATCH:
    return parse_match(p);
  case CAT_TOKEN_TRY:
    return parse_try(p);
  case CAT_TOKEN_IF:
    return parse_if(p);
  default:
    break;
  }
  const CatToken *first = p->at;
  CatExpr *one = cat_parse_base(p);
  if (!one || p->at->kind != CAT_TOKEN_COMMA)
    return one;
  CatExprList list = {0};
  expr_list_add(p, &list, one);
  while (cat_parser_accept(p, CAT_TOKEN_COMMA)) {
    if (!(one = cat_parse_base(p)))
      return NULL;
    expr_list_add(p, &list, one);
  }
  return from_list(p, CAT_TUPLE, first, list);
}

// Every way from an expression to one inside of it leads through here.
static bool deeper(CatParser *p) {
  if (p->all->depth >= CAT_DEPTH_LIMIT)
    return diag_error_at(p->all->diag, p->source, p->at->span, "this expression is nested more than %d deep",
                         CAT_DEPTH_LIMIT);
  p->all->depth++;
  return true;
}

CatExpr *cat_parse_expr(CatParser *p) {
  if (!deeper(p))
    return NULL;
  CatExpr *e = parse_expr_inside(p);
  p->all->depth--;
  return e;
}

// args := (base (',' base)*)?
bool cat_parse_args(CatParser *p, CatTokenKind end, CatExprList *list) {
  if (p->at->kind == end)
    return cat_parser_expect(p, end);
  do {
    CatExpr *e = cat_parse_base(p);
    if (!e)
      return false;
    expr_list_add(p, list, e);
  } while (cat_parser_accept(p, CAT_TOKEN_COMMA));
  return cat_parser_expect(p, end);
}

bool cat_parser_begins_simple(const CatToken *t) {
  switch (t->kind) {
  case CAT_TOKEN_ZERO:
  case CAT_TOKEN_TAG:
  case CAT_TOKEN_LBRACE:
  case CAT_TOKEN_UNDERSCORE:
  case CAT_TOKEN_LPAREN:
  case CAT_TOKEN_BEGIN:
  case CAT_TOKEN_LBRACKET:
    return true;
  default:
    return false;
  }
}

static CatExpr *parse_simple_inside(CatParser *p);

CatExpr *cat_parse_simple(CatParser *p) {
  if (!deeper(p))
    return NULL;
  CatExpr *e = parse_simple_inside(p);
  p->all->depth--;
  return e;
}

// simple := '0' | TAG | '_' | '{' args '}' | '(' expr? ')' | 'begin' expr 'end' | '[' expr ']'
static CatExpr *parse_simple_inside(CatParser *p) {
  const CatToken *first = p->at++;
  CatExprList list = {0};
  CatExpr *e = NULL;
  switch (first->kind) {
  case CAT_TOKEN_ZERO:
    return cat_parser_new_expr(p, CAT_EMPTY, first, 0);
  case CAT_TOKEN_UNDERSCORE:
    return cat_parser_new_expr(p, CAT_UNIVERSE, first, 0);
  case CAT_TOKEN_TAG:
    e = cat_parser_new_expr(p, CAT_TAG, first, 0);
    e->name = first->text;
    return e;
  case CAT_TOKEN_LBRACE:
    return cat_parse_args(p, CAT_TOKEN_RBRACE, &list) ? from_list(p, CAT_SET, first, list) : NULL;
  case CAT_TOKEN_LPAREN:
    if (cat_parser_accept(p, CAT_TOKEN_RPAREN))
      return cat_parser_new_expr(p, CAT_TUPLE, first, 0);
    e = cat_parse_expr(p);
    return e && cat_parser_expect(p, CAT_TOKEN_RPAREN) ? e : NULL;
  case CAT_TOKEN_BEGIN:
    e = cat_parse_expr(p);
    return e && cat_parser_expect(p, CAT_TOKEN_END_WORD) ? e : NULL;
  default:
    assert(first->kind == CAT_TOKEN_LBRACKET);
    e = cat_parse_expr(p);
    return e && cat_parser_expect(p, CAT_TOKEN_RBRACKET) ? unary(p, CAT_IDENTITY, first, e) : NULL;
  }
}

// primary := simple | NAME arg*;  arg := NAME | simple
static CatExpr *parse_primary(CatParser *p) {
  const CatToken *first = p->at;
  if (cat_parser_begins_simple(first))
    return cat_parse_simple(p);
  const char *name = cat_parser_name(p, "an expression");
  if (!name)
    return NULL;
  CatExpr *e = cat_parser_new_expr(p, CAT_NAME, first, 0);
  e->name = name;
  while (e && (p->at->kind == CAT_TOKEN_NAME || cat_parser_begins_simple(p->at))) {
    CatExpr *arg;
    if (p->at->kind == CAT_TOKEN_NAME) {
      const CatToken *t = p->at++;
      arg = cat_parser_new_expr(p, CAT_NAME, t, 0);
      arg->name = t->text;
    } else if (!(arg = cat_parse_simple(p))) {
      return NULL;
    }
    CatExpr *call = cat_parser_new_expr(p, CAT_CALL, first, 2);
    call->args[0] = e;
    call->args[1] = arg;
    e = finish(p, call);
  }
  return e;
}

static bool begins_operand(const CatToken *t) {
  return t->kind == CAT_TOKEN_NAME || t->kind == CAT_TOKEN_TILDE || cat_parser_begins_simple(t);
}

// postfix := primary ('+' | '*' | '?' | '^' ('-1' | '+' | '*'))*
static CatExpr *parse_postfix(CatParser *p) {
  const CatToken *first = p->at;
  CatExpr *e = parse_primary(p);
  while (e) {
    if (cat_parser_accept(p, CAT_TOKEN_PLUS)) {
      e = unary(p, CAT_PLUS, first, e);
    } else if (cat_parser_accept(p, CAT_TOKEN_QUESTION)) {
      e = unary(p, CAT_OPTION, first, e);
    } else if (p->at->kind == CAT_TOKEN_STAR && !begins_operand(p->at + 1)) {
      p->at++;
      e = unary(p, CAT_STAR, first, e);
    } else if (cat_parser_accept(p, CAT_TOKEN_HAT)) {
      CatExprKind kind = CAT_INVERSE;
      if (cat_parser_accept(p, CAT_TOKEN_PLUS)) {
        kind = CAT_PLUS;
      } else if (cat_parser_accept(p, CAT_TOKEN_STAR)) {
        kind = CAT_STAR;
      } else if (!cat_parser_accept(p, CAT_TOKEN_MINUS_ONE)) {
        cat_parser_error(p, "-1, + or *");
        return NULL;
      }
      e = unary(p, kind, first, e);
    } else {
      break;
    }
  }
  return e;
}

// prefix := '~'* postfix
static CatExpr *parse_prefix(CatParser *p) {
  const CatToken *first = p->at;
  unsigned complements = 0;
  while (cat_parser_accept(p, CAT_TOKEN_TILDE))
    complements++;
  CatExpr *e = parse_postfix(p);
  return e && complements % 2 ? unary(p, CAT_COMPLEMENT, first, e) : e;
}

// The operators between two operands, loosest first.
static const struct {
  CatTokenKind token;
  CatExprKind kind;
  bool many, from_right; // one node for a | b | c; grouped from the right
} levels[] = {
    {CAT_TOKEN_BAR, CAT_UNION, true, false},          {CAT_TOKEN_PLUSPLUS, CAT_ADD, false, true},
    {CAT_TOKEN_SEMICOLON, CAT_SEQUENCE, true, false}, {CAT_TOKEN_BACKSLASH, CAT_DIFFERENCE, false, false},
    {CAT_TOKEN_AND, CAT_INTERSECTION, true, false},   {CAT_TOKEN_STAR, CAT_PRODUCT, false, false},
};
enum { LEVELS = sizeof levels / sizeof levels[0] };

static CatExpr *pair(CatParser *p, CatExprKind kind, const CatToken *first, CatExpr *a, CatExpr *b) {
  CatExpr *e = cat_parser_new_expr(p, kind, first, 2);
  e->args[0] = a;
  e->args[1] = b;
  e->span.length = b->span.offset + b->span.length - e->span.offset;
  return finish(p, e);
}

// level[i] := level[i+1] (operator level[i+1])*
static CatExpr *parse_level(CatParser *p, unsigned level) {
  if (level == LEVELS)
    return parse_prefix(p);
  const CatToken *first = p->at;
  CatExpr *e = parse_level(p, level + 1);
  if (!e || p->at->kind != levels[level].token)
    return e;
  CatExprList list = {0};
  expr_list_add(p, &list, e);
  while (cat_parser_accept(p, levels[level].token)) {
    if (!(e = parse_level(p, level + 1)))
      return NULL;
    expr_list_add(p, &list, e);
  }
  if (levels[level].many)
    return from_list(p, levels[level].kind, first, list);
  if (levels[level].from_right) {
    for (size_t i = list.count - 1; e && i-- > 0;)
      e = pair(p, levels[level].kind, first, list.items[i], e);
    return e;
  }
  e = list.items[0];
  for (size_t i = 1; e && i < list.count; i++)
    e = pair(p, levels[level].kind, first, e, list.items[i]);
  return e;
}

// base := level[0]
CatExpr *cat_parse_base(CatParser *p) { return parse_level(p, 0); }
