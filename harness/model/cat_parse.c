// Tokens to expressions, by recursive descent.
#include "harness/model/cat_parser.h"

#include <assert.h>
#include <string.h>

bool cat_parser_error(Parser *p, const char *expected) {
  const Token *t = p->at;
  if (t->kind == TOKEN_END)
    return diag_error_at(p->all->diag, p->source, t->span, "expected %s, but the model ends", expected);
  return diag_error_at(p->all->diag, p->source, t->span, "expected %s here", expected);
}

bool cat_parser_accept(Parser *p, TokenKind kind) {
  if (p->at->kind != kind)
    return false;
  p->at++;
  return true;
}

bool cat_parser_expect(Parser *p, TokenKind kind) {
  return cat_parser_accept(p, kind) || cat_parser_error(p, token_kind_name(kind));
}

const char *cat_parser_name(Parser *p, const char *what) {
  if (p->at->kind != TOKEN_NAME) {
    cat_parser_error(p, what);
    return NULL;
  }
  return (p->at++)->text;
}

Span cat_parser_span(const Parser *p, const Token *first) {
  Span last = p->at > first ? p->at[-1].span : first->span;
  return (Span){first->span.offset, last.offset + last.length - first->span.offset};
}

Expr *cat_parser_new_expr(Parser *p, ExprKind kind, const Token *first, unsigned arg_count) {
  Expr *e = ARENA_NEW(p->all->arena, Expr);
  e->kind = kind;
  e->source = p->source;
  e->span = cat_parser_span(p, first);
  e->args = ARENA_ARRAY(p->all->arena, Expr *, arg_count);
  e->arg_count = arg_count;
  e->depth = 1;
  return e;
}

// Every tree is kept shallow enough to be walked by recursion.
static Expr *check_depth(Parser *p, Expr *e, unsigned below) {
  if (below >= e->depth)
    e->depth = below + 1;
  if (e->depth <= CAT_DEPTH_LIMIT)
    return e;
  diag_error_at(p->all->diag, p->source, e->span, "this expression is nested more than %d deep", CAT_DEPTH_LIMIT);
  return NULL;
}

static Expr *unary(Parser *p, ExprKind kind, const Token *first, Expr *operand) {
  Expr *e = cat_parser_new_expr(p, kind, first, 1);
  e->args[0] = operand;
  return check_depth(p, e, operand->depth);
}

static Expr *finish(Parser *p, Expr *e) {
  for (unsigned i = 0; e && i < e->arg_count; i++)
    e = check_depth(p, e, e->args[i]->depth);
  return e;
}

// pattern0 := NAME | '_'
static bool parse_pattern_name(Parser *p, const char **name) {
  *name = NULL;
  if (cat_parser_accept(p, TOKEN_UNDERSCORE))
    return true;
  return (*name = cat_parser_name(p, "a name or _")) != NULL;
}

// names := pattern0 (',' pattern0)*
static bool parse_names(Parser *p, Pattern *pattern) {
  const char **names = NULL;
  size_t count = 0, capacity = 0;
  const Token *first = p->at;
  do {
    names = arena_grow(p->all->arena, names, &capacity, count + 1, sizeof *names);
    if (!parse_pattern_name(p, &names[count++]))
      return false;
  } while (cat_parser_accept(p, TOKEN_COMMA));
  *pattern = (Pattern){names, (unsigned)count, count != 1, cat_parser_span(p, first)};
  return true;
}

// pattern := '(' names? ')' | names
bool cat_parse_pattern(Parser *p, bool bare_list, Pattern *pattern) {
  const Token *first = p->at;
  if (!cat_parser_accept(p, TOKEN_LPAREN)) {
    if (bare_list)
      return parse_names(p, pattern);
    const char **name = ARENA_NEW(p->all->arena, const char *);
    if (!parse_pattern_name(p, name))
      return false;
    *pattern = (Pattern){name, 1, false, first->span};
    return true;
  }
  if (cat_parser_accept(p, TOKEN_RPAREN)) {
    *pattern = (Pattern){NULL, 0, true, cat_parser_span(p, first)};
    return true;
  }
  return parse_names(p, pattern) && cat_parser_expect(p, TOKEN_RPAREN);
}

static bool begins_pattern(const Token *t) {
  return t->kind == TOKEN_NAME || t->kind == TOKEN_UNDERSCORE || t->kind == TOKEN_LPAREN;
}

// binding := pattern '=' expr | NAME pattern '=' expr
static bool parse_binding(Parser *p, CatBinding *binding) {
  const Token *first = p->at;
  if (p->at->kind == TOKEN_NAME && begins_pattern(p->at + 1)) {
    const char **name = ARENA_NEW(p->all->arena, const char *);
    *name = (p->at++)->text;
    binding->pattern = (Pattern){name, 1, false, first->span};
    Pattern params;
    if (!cat_parse_pattern(p, false, &params) || !cat_parser_expect(p, TOKEN_EQUAL))
      return false;
    Expr *body = cat_parse_expr(p);
    if (!body)
      return false;
    binding->value = unary(p, EXPR_FUNCTION, first, body);
    if (binding->value) {
      binding->value->params = params;
      binding->value->name = *name;
    }
    return binding->value != NULL;
  }
  return cat_parse_pattern(p, true, &binding->pattern) && cat_parser_expect(p, TOKEN_EQUAL) &&
         (binding->value = cat_parse_expr(p));
}

// bindings := binding ('and' binding)*
bool cat_parse_bindings(Parser *p, CatBinding **bindings, unsigned *count) {
  size_t n = 0, capacity = 0;
  do {
    *bindings = arena_grow(p->all->arena, *bindings, &capacity, n + 1, sizeof **bindings);
    if (!parse_binding(p, &(*bindings)[n++]))
      return false;
  } while (cat_parser_accept(p, TOKEN_AND_WORD));
  *count = (unsigned)n;
  return true;
}

// expr := 'let' 'rec'? bindings 'in' expr
static Expr *parse_let(Parser *p) {
  const Token *first = p->at++;
  bool rec = cat_parser_accept(p, TOKEN_REC);
  CatBinding *bindings = NULL;
  unsigned count = 0;
  if (!cat_parse_bindings(p, &bindings, &count) || !cat_parser_expect(p, TOKEN_IN))
    return NULL;
  Expr *body = cat_parse_expr(p);
  if (!body)
    return NULL;
  Expr *e = unary(p, rec ? EXPR_LET_REC : EXPR_LET, first, body);
  for (unsigned i = 0; e && i < count; i++)
    e = check_depth(p, e, bindings[i].value->depth);
  if (e) {
    e->bindings = bindings;
    e->binding_count = count;
  }
  return e;
}

// expr := 'fun' pattern '->' expr
static Expr *parse_function(Parser *p) {
  const Token *first = p->at++;
  Pattern params;
  if (!cat_parse_pattern(p, false, &params) || !cat_parser_expect(p, TOKEN_ARROW))
    return NULL;
  Expr *body = cat_parse_expr(p);
  Expr *e = body ? unary(p, EXPR_FUNCTION, first, body) : NULL;
  if (e)
    e->params = params;
  return e;
}

// variant := 'not' variant | '"name"' | 'variant' '"name"' | '(' variants ')'
// variants := variant (('&&' | '||') variant)*, && binding tighter
static bool parse_variant(Parser *p, bool *holds) {
  if (++p->all->depth > CAT_DEPTH_LIMIT)
    return cat_parser_error(p, "a condition that is not nested so deep");
  bool good = true;
  if (cat_parser_accept(p, TOKEN_NOT)) {
    good = parse_variant(p, holds);
    *holds = !*holds;
  } else if (cat_parser_accept(p, TOKEN_LPAREN)) {
    good = cat_parse_variants(p, holds) && cat_parser_expect(p, TOKEN_RPAREN);
  } else {
    cat_parser_accept(p, TOKEN_VARIANT);
    *holds = false;
    const char *const *v = p->all->options ? p->all->options->variants : NULL;
    if (p->at->kind == TOKEN_STRING)
      for (; v && *v; v++)
        *holds |= strcmp(*v, p->at->text) == 0;
    good = cat_parser_expect(p, TOKEN_STRING);
  }
  p->all->depth--;
  return good;
}

bool cat_parse_variants(Parser *p, bool *holds) {
  bool any = false;
  do {
    bool all = true;
    do {
      bool one = false;
      if (!parse_variant(p, &one))
        return false;
      all &= one;
    } while (cat_parser_accept(p, TOKEN_ANDAND));
    any |= all;
  } while (cat_parser_accept(p, TOKEN_BARBAR));
  *holds = any;
  return true;
}

static bool begins_variant(const Token *t) {
  while (t->kind == TOKEN_LPAREN || t->kind == TOKEN_NOT)
    t++;
  return t->kind == TOKEN_STRING || t->kind == TOKEN_VARIANT;
}

// expr := 'if' (variants | expr ('=' | 'subset' | 'in') expr) 'then' expr 'else' expr
static Expr *parse_if(Parser *p) {
  const Token *first = p->at++;
  if (begins_variant(p->at)) {
    bool holds = false;
    if (!cat_parse_variants(p, &holds) || !cat_parser_expect(p, TOKEN_THEN))
      return NULL;
    Expr *yes = cat_parse_expr(p);
    if (!yes || !cat_parser_expect(p, TOKEN_ELSE))
      return NULL;
    Expr *no = cat_parse_expr(p);
    return !no ? NULL : holds ? yes : no;
  }
  Expr *e = cat_parser_new_expr(p, EXPR_IF, first, 4);
  if (!(e->args[0] = cat_parse_expr(p)))
    return NULL;
  if (cat_parser_accept(p, TOKEN_EQUAL))
    e->comparison = COMPARE_EQUAL;
  else if (cat_parser_accept(p, TOKEN_SUBSET))
    e->comparison = COMPARE_SUBSET;
  else if (cat_parser_accept(p, TOKEN_IN))
    e->comparison = COMPARE_MEMBER;
  else {
    cat_parser_error(p, "=, subset or in");
    return NULL;
  }
  if (!(e->args[1] = cat_parse_expr(p)) || !cat_parser_expect(p, TOKEN_THEN) || !(e->args[2] = cat_parse_expr(p)) ||
      !cat_parser_expect(p, TOKEN_ELSE) || !(e->args[3] = cat_parse_expr(p)))
    return NULL;
  e->span = cat_parser_span(p, first);
  return finish(p, e);
}

// tag-clauses := tag-clause ('||' tag-clause)*;  tag-clause := TAG '->' expr | '_' '->' expr
static bool parse_tag_clauses(Parser *p, Expr *e) {
  size_t count = 0, capacity = 0;
  do {
    TagClause c = {0};
    if (p->at->kind == TOKEN_TAG)
      c.tag = (p->at++)->text;
    else if (!cat_parser_expect(p, TOKEN_UNDERSCORE))
      return false;
    if (!cat_parser_expect(p, TOKEN_ARROW) || !(c.body = cat_parse_expr(p)))
      return false;
    e->clauses = arena_grow(p->all->arena, e->clauses, &capacity, count + 1, sizeof c);
    e->clauses[count++] = c;
    if (!(check_depth(p, e, c.body->depth)))
      return false;
  } while (cat_parser_accept(p, TOKEN_BARBAR));
  e->clause_count = (unsigned)count;
  return true;
}

// {} '->' expr  and, in either order,  name ('|' name)? '++' name '->' expr
static bool parse_set_clause(Parser *p, Expr *e) {
  if (cat_parser_accept(p, TOKEN_LBRACE)) {
    if (e->args[1])
      return cat_parser_error(p, "the clause for a set that is not empty");
    return cat_parser_expect(p, TOKEN_RBRACE) && cat_parser_expect(p, TOKEN_ARROW) && (e->args[1] = cat_parse_expr(p));
  }
  if (e->args[2])
    return cat_parser_error(p, "the clause for the empty set");
  const char **names = ARENA_ARRAY(p->all->arena, const char *, 3);
  unsigned count = 1;
  const Token *first = p->at;
  if (!parse_pattern_name(p, &names[0]))
    return false;
  if (cat_parser_accept(p, TOKEN_BAR) && !parse_pattern_name(p, &names[count++]))
    return false;
  if (!cat_parser_expect(p, TOKEN_PLUSPLUS) || !parse_pattern_name(p, &names[count++]))
    return false;
  e->params = (Pattern){names, count, true, cat_parser_span(p, first)};
  return cat_parser_expect(p, TOKEN_ARROW) && (e->args[2] = cat_parse_expr(p));
}

// expr := 'match' expr 'with' '||'? clauses 'end'
static Expr *parse_match(Parser *p) {
  const Token *first = p->at++;
  Expr *subject = cat_parse_expr(p);
  if (!subject || !cat_parser_expect(p, TOKEN_WITH))
    return NULL;
  cat_parser_accept(p, TOKEN_BARBAR);
  bool on_tags = p->at->kind == TOKEN_TAG || (p->at->kind == TOKEN_UNDERSCORE && p->at[1].kind == TOKEN_ARROW);
  Expr *e = cat_parser_new_expr(p, on_tags ? EXPR_MATCH_TAG : EXPR_MATCH_SET, first, on_tags ? 1 : 3);
  e->args[0] = subject;
  bool good = on_tags ? parse_tag_clauses(p, e)
                      : parse_set_clause(p, e) && cat_parser_expect(p, TOKEN_BARBAR) && parse_set_clause(p, e);
  if (!good || !cat_parser_expect(p, TOKEN_END_WORD))
    return NULL;
  e->span = cat_parser_span(p, first);
  return finish(p, e);
}

// expr := 'try' expr 'with' expr
static Expr *parse_try(Parser *p) {
  const Token *first = p->at++;
  Expr *e = cat_parser_new_expr(p, EXPR_TRY, first, 2);
  if (!(e->args[0] = cat_parse_expr(p)) || !cat_parser_expect(p, TOKEN_WITH) || !(e->args[1] = cat_parse_expr(p)))
    return NULL;
  e->span = cat_parser_span(p, first);
  return finish(p, e);
}

static void expr_list_add(Parser *p, ExprList *list, Expr *e) {
  list->items = arena_grow(p->all->arena, list->items, &list->capacity, list->count + 1, sizeof(Expr *));
  list->items[list->count++] = e;
}

static Expr *from_list(Parser *p, ExprKind kind, const Token *first, ExprList list) {
  Expr *e = cat_parser_new_expr(p, kind, first, 0);
  e->args = list.items;
  e->arg_count = (unsigned)list.count;
  return finish(p, e);
}

// expr := let | fun | match | try | if | base (',' base)*
static Expr *parse_expr_inside(Parser *p) {
  switch (p->at->kind) {
  case TOKEN_LET:
    return parse_let(p);
  case TOKEN_FUN:
    return parse_function(p);
  case TOKEN_MATCH:
    return parse_match(p);
  case TOKEN_TRY:
    return parse_try(p);
  case TOKEN_IF:
    return parse_if(p);
  default:
    break;
  }
  const Token *first = p->at;
  Expr *one = cat_parse_base(p);
  if (!one || p->at->kind != TOKEN_COMMA)
    return one;
  ExprList list = {0};
  expr_list_add(p, &list, one);
  while (cat_parser_accept(p, TOKEN_COMMA)) {
    if (!(one = cat_parse_base(p)))
      return NULL;
    expr_list_add(p, &list, one);
  }
  return from_list(p, EXPR_TUPLE, first, list);
}

Expr *cat_parse_expr(Parser *p) {
  if (p->all->depth >= CAT_DEPTH_LIMIT) {
    diag_error_at(p->all->diag, p->source, p->at->span, "this expression is nested more than %d deep", CAT_DEPTH_LIMIT);
    return NULL;
  }
  p->all->depth++;
  Expr *e = parse_expr_inside(p);
  p->all->depth--;
  return e;
}

// args := (base (',' base)*)?
bool cat_parse_args(Parser *p, TokenKind end, ExprList *list) {
  if (p->at->kind == end)
    return cat_parser_expect(p, end);
  do {
    Expr *e = cat_parse_base(p);
    if (!e)
      return false;
    expr_list_add(p, list, e);
  } while (cat_parser_accept(p, TOKEN_COMMA));
  return cat_parser_expect(p, end);
}

bool cat_parser_begins_simple(const Token *t) {
  switch (t->kind) {
  case TOKEN_ZERO:
  case TOKEN_TAG:
  case TOKEN_LBRACE:
  case TOKEN_UNDERSCORE:
  case TOKEN_LPAREN:
  case TOKEN_BEGIN:
  case TOKEN_LBRACKET:
    return true;
  default:
    return false;
  }
}

// simple := '0' | TAG | '_' | '{' args '}' | '(' expr? ')' | 'begin' expr 'end' | '[' expr ']'
Expr *cat_parse_simple(Parser *p) {
  const Token *first = p->at++;
  ExprList list = {0};
  Expr *e = NULL;
  switch (first->kind) {
  case TOKEN_ZERO:
    return cat_parser_new_expr(p, EXPR_EMPTY, first, 0);
  case TOKEN_UNDERSCORE:
    return cat_parser_new_expr(p, EXPR_UNIVERSE, first, 0);
  case TOKEN_TAG:
    e = cat_parser_new_expr(p, EXPR_TAG, first, 0);
    e->name = first->text;
    return e;
  case TOKEN_LBRACE:
    return cat_parse_args(p, TOKEN_RBRACE, &list) ? from_list(p, EXPR_SET, first, list) : NULL;
  case TOKEN_LPAREN:
    if (cat_parser_accept(p, TOKEN_RPAREN))
      return cat_parser_new_expr(p, EXPR_TUPLE, first, 0);
    e = cat_parse_expr(p);
    return e && cat_parser_expect(p, TOKEN_RPAREN) ? e : NULL;
  case TOKEN_BEGIN:
    e = cat_parse_expr(p);
    return e && cat_parser_expect(p, TOKEN_END_WORD) ? e : NULL;
  default:
    assert(first->kind == TOKEN_LBRACKET);
    e = cat_parse_expr(p);
    return e && cat_parser_expect(p, TOKEN_RBRACKET) ? unary(p, EXPR_IDENTITY, first, e) : NULL;
  }
}

// primary := simple | NAME arg*;  arg := NAME | simple
static Expr *parse_primary(Parser *p) {
  const Token *first = p->at;
  if (cat_parser_begins_simple(first))
    return cat_parse_simple(p);
  const char *name = cat_parser_name(p, "an expression");
  if (!name)
    return NULL;
  Expr *e = cat_parser_new_expr(p, EXPR_NAME, first, 0);
  e->name = name;
  while (e && (p->at->kind == TOKEN_NAME || cat_parser_begins_simple(p->at))) {
    Expr *arg;
    if (p->at->kind == TOKEN_NAME) {
      const Token *t = p->at++;
      arg = cat_parser_new_expr(p, EXPR_NAME, t, 0);
      arg->name = t->text;
    } else if (!(arg = cat_parse_simple(p))) {
      return NULL;
    }
    Expr *call = cat_parser_new_expr(p, EXPR_CALL, first, 2);
    call->args[0] = e;
    call->args[1] = arg;
    e = finish(p, call);
  }
  return e;
}

static bool begins_operand(const Token *t) {
  return t->kind == TOKEN_NAME || t->kind == TOKEN_TILDE || cat_parser_begins_simple(t);
}

// postfix := primary ('+' | '*' | '?' | '^' ('-1' | '+' | '*'))*
static Expr *parse_postfix(Parser *p) {
  const Token *first = p->at;
  Expr *e = parse_primary(p);
  while (e) {
    if (cat_parser_accept(p, TOKEN_PLUS)) {
      e = unary(p, EXPR_PLUS, first, e);
    } else if (cat_parser_accept(p, TOKEN_QUESTION)) {
      e = unary(p, EXPR_OPTION, first, e);
    } else if (p->at->kind == TOKEN_STAR && !begins_operand(p->at + 1)) {
      p->at++;
      e = unary(p, EXPR_STAR, first, e);
    } else if (cat_parser_accept(p, TOKEN_HAT)) {
      ExprKind kind = EXPR_INVERSE;
      if (cat_parser_accept(p, TOKEN_PLUS)) {
        kind = EXPR_PLUS;
      } else if (cat_parser_accept(p, TOKEN_STAR)) {
        kind = EXPR_STAR;
      } else if (!cat_parser_accept(p, TOKEN_MINUS_ONE)) {
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
static Expr *parse_prefix(Parser *p) {
  const Token *first = p->at;
  unsigned complements = 0;
  while (cat_parser_accept(p, TOKEN_TILDE))
    complements++;
  Expr *e = parse_postfix(p);
  return e && complements % 2 ? unary(p, EXPR_COMPLEMENT, first, e) : e;
}

// The operators between two operands, loosest first.
static const struct {
  TokenKind token;
  ExprKind kind;
  bool many, from_right; // one node for a | b | c; grouped from the right
} levels[] = {
    {TOKEN_BAR, EXPR_UNION, true, false},          {TOKEN_PLUSPLUS, EXPR_ADD, false, true},
    {TOKEN_SEMICOLON, EXPR_SEQUENCE, true, false}, {TOKEN_BACKSLASH, EXPR_DIFFERENCE, false, false},
    {TOKEN_AND, EXPR_INTERSECTION, true, false},   {TOKEN_STAR, EXPR_PRODUCT, false, false},
};
enum { LEVELS = sizeof levels / sizeof levels[0] };

static Expr *pair(Parser *p, ExprKind kind, const Token *first, Expr *a, Expr *b) {
  Expr *e = cat_parser_new_expr(p, kind, first, 2);
  e->args[0] = a;
  e->args[1] = b;
  e->span.length = b->span.offset + b->span.length - e->span.offset;
  return finish(p, e);
}

// level[i] := level[i+1] (operator level[i+1])*
static Expr *parse_level(Parser *p, unsigned level) {
  if (level == LEVELS)
    return parse_prefix(p);
  const Token *first = p->at;
  Expr *e = parse_level(p, level + 1);
  if (!e || p->at->kind != levels[level].token)
    return e;
  ExprList list = {0};
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
Expr *cat_parse_base(Parser *p) { return parse_level(p, 0); }
