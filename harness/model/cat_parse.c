// Tokens to tree, by recursive descent.
#include "harness/base/embedded.h"
#include "harness/model/cat_syntax.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  DEPTH_LIMIT = 200,           // of nested expressions
  INCLUDE_DEPTH_LIMIT = 16,    //
  INCLUDE_LIMIT = 200,         // files read
  FILE_LIMIT = 4 * 1024 * 1024 // bytes of one
};

// What the parsers of a model and of the files it includes share.
typedef struct {
  const CatOptions *options;
  Arena *arena;
  Diag *diag;
  unsigned include_depth, includes, depth;
} Parsing;

typedef struct {
  Parsing *all;
  const Source *source;
  const Token *at;
  bool is_prelude;
} Parser;

typedef struct {
  Statement *items;
  size_t count, capacity;
} StatementList;

static Expr *parse_expr(Parser *p);
static Expr *parse_base(Parser *p);
static bool parse_statements(Parser *p, StatementList *list);
static bool parse_file(Parsing *all, const Source *source, bool is_prelude, StatementList *list, const char **title);

static bool error_here(Parser *p, const char *expected) {
  const Token *t = p->at;
  if (t->kind == TOKEN_END)
    return diag_error_at(p->all->diag, p->source, t->span, "expected %s, but the model ends", expected);
  return diag_error_at(p->all->diag, p->source, t->span, "expected %s here", expected);
}

static bool accept(Parser *p, TokenKind kind) {
  if (p->at->kind != kind)
    return false;
  p->at++;
  return true;
}

static bool expect(Parser *p, TokenKind kind) { return accept(p, kind) || error_here(p, token_kind_name(kind)); }

static const char *expect_name(Parser *p, const char *what) {
  if (p->at->kind != TOKEN_NAME) {
    error_here(p, what);
    return NULL;
  }
  return (p->at++)->text;
}

static Span span_from(const Parser *p, const Token *first) {
  Span last = p->at > first ? p->at[-1].span : first->span;
  return (Span){first->span.offset, last.offset + last.length - first->span.offset};
}

static Expr *new_expr(Parser *p, ExprKind kind, const Token *first, unsigned arg_count) {
  Expr *e = ARENA_NEW(p->all->arena, Expr);
  e->kind = kind;
  e->source = p->source;
  e->span = span_from(p, first);
  e->args = ARENA_ARRAY(p->all->arena, Expr *, arg_count);
  e->arg_count = arg_count;
  e->depth = 1;
  return e;
}

// Every tree is kept shallow enough to be walked by recursion.
static Expr *check_depth(Parser *p, Expr *e, unsigned below) {
  if (below >= e->depth)
    e->depth = below + 1;
  if (e->depth <= DEPTH_LIMIT)
    return e;
  diag_error_at(p->all->diag, p->source, e->span, "this expression is nested more than %d deep", DEPTH_LIMIT);
  return NULL;
}

static Expr *unary(Parser *p, ExprKind kind, const Token *first, Expr *operand) {
  Expr *e = new_expr(p, kind, first, 1);
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
  if (accept(p, TOKEN_UNDERSCORE))
    return true;
  return (*name = expect_name(p, "a name or _")) != NULL;
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
  } while (accept(p, TOKEN_COMMA));
  *pattern = (Pattern){names, (unsigned)count, count != 1, span_from(p, first)};
  return true;
}

// pattern := '(' names? ')' | names
static bool parse_pattern(Parser *p, bool bare_list, Pattern *pattern) {
  const Token *first = p->at;
  if (!accept(p, TOKEN_LPAREN)) {
    if (bare_list)
      return parse_names(p, pattern);
    const char **name = ARENA_NEW(p->all->arena, const char *);
    if (!parse_pattern_name(p, name))
      return false;
    *pattern = (Pattern){name, 1, false, first->span};
    return true;
  }
  if (accept(p, TOKEN_RPAREN)) {
    *pattern = (Pattern){NULL, 0, true, span_from(p, first)};
    return true;
  }
  return parse_names(p, pattern) && expect(p, TOKEN_RPAREN);
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
    if (!parse_pattern(p, false, &params) || !expect(p, TOKEN_EQUAL))
      return false;
    Expr *body = parse_expr(p);
    if (!body)
      return false;
    binding->value = unary(p, EXPR_FUNCTION, first, body);
    if (binding->value) {
      binding->value->params = params;
      binding->value->name = *name;
    }
    return binding->value != NULL;
  }
  return parse_pattern(p, true, &binding->pattern) && expect(p, TOKEN_EQUAL) && (binding->value = parse_expr(p));
}

// bindings := binding ('and' binding)*
static bool parse_bindings(Parser *p, CatBinding **bindings, unsigned *count) {
  size_t n = 0, capacity = 0;
  do {
    *bindings = arena_grow(p->all->arena, *bindings, &capacity, n + 1, sizeof **bindings);
    if (!parse_binding(p, &(*bindings)[n++]))
      return false;
  } while (accept(p, TOKEN_AND_WORD));
  *count = (unsigned)n;
  return true;
}

// expr := 'let' 'rec'? bindings 'in' expr
static Expr *parse_let(Parser *p) {
  const Token *first = p->at++;
  bool rec = accept(p, TOKEN_REC);
  CatBinding *bindings = NULL;
  unsigned count = 0;
  if (!parse_bindings(p, &bindings, &count) || !expect(p, TOKEN_IN))
    return NULL;
  Expr *body = parse_expr(p);
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
  if (!parse_pattern(p, false, &params) || !expect(p, TOKEN_ARROW))
    return NULL;
  Expr *body = parse_expr(p);
  Expr *e = body ? unary(p, EXPR_FUNCTION, first, body) : NULL;
  if (e)
    e->params = params;
  return e;
}

// variant := 'not' variant | '"name"' | 'variant' '"name"' | '(' variants ')'
// variants := variant (('&&' | '||') variant)*, && binding tighter
static bool parse_variants(Parser *p, bool *holds);

static bool parse_variant(Parser *p, bool *holds) {
  if (++p->all->depth > DEPTH_LIMIT)
    return error_here(p, "a condition that is not nested so deep");
  bool good = true;
  if (accept(p, TOKEN_NOT)) {
    good = parse_variant(p, holds);
    *holds = !*holds;
  } else if (accept(p, TOKEN_LPAREN)) {
    good = parse_variants(p, holds) && expect(p, TOKEN_RPAREN);
  } else {
    accept(p, TOKEN_VARIANT);
    *holds = false;
    const char *const *v = p->all->options ? p->all->options->variants : NULL;
    if (p->at->kind == TOKEN_STRING)
      for (; v && *v; v++)
        *holds |= strcmp(*v, p->at->text) == 0;
    good = expect(p, TOKEN_STRING);
  }
  p->all->depth--;
  return good;
}

static bool parse_variants(Parser *p, bool *holds) {
  bool any = false;
  do {
    bool all = true;
    do {
      bool one = false;
      if (!parse_variant(p, &one))
        return false;
      all &= one;
    } while (accept(p, TOKEN_ANDAND));
    any |= all;
  } while (accept(p, TOKEN_BARBAR));
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
    if (!parse_variants(p, &holds) || !expect(p, TOKEN_THEN))
      return NULL;
    Expr *yes = parse_expr(p);
    if (!yes || !expect(p, TOKEN_ELSE))
      return NULL;
    Expr *no = parse_expr(p);
    return !no ? NULL : holds ? yes : no;
  }
  Expr *e = new_expr(p, EXPR_IF, first, 4);
  if (!(e->args[0] = parse_expr(p)))
    return NULL;
  if (accept(p, TOKEN_EQUAL))
    e->comparison = COMPARE_EQUAL;
  else if (accept(p, TOKEN_SUBSET))
    e->comparison = COMPARE_SUBSET;
  else if (accept(p, TOKEN_IN))
    e->comparison = COMPARE_MEMBER;
  else {
    error_here(p, "=, subset or in");
    return NULL;
  }
  if (!(e->args[1] = parse_expr(p)) || !expect(p, TOKEN_THEN) || !(e->args[2] = parse_expr(p)) ||
      !expect(p, TOKEN_ELSE) || !(e->args[3] = parse_expr(p)))
    return NULL;
  e->span = span_from(p, first);
  return finish(p, e);
}

// tag-clauses := tag-clause ('||' tag-clause)*;  tag-clause := TAG '->' expr | '_' '->' expr
static bool parse_tag_clauses(Parser *p, Expr *e) {
  size_t count = 0, capacity = 0;
  do {
    TagClause c = {0};
    if (p->at->kind == TOKEN_TAG)
      c.tag = (p->at++)->text;
    else if (!expect(p, TOKEN_UNDERSCORE))
      return false;
    if (!expect(p, TOKEN_ARROW) || !(c.body = parse_expr(p)))
      return false;
    e->clauses = arena_grow(p->all->arena, e->clauses, &capacity, count + 1, sizeof c);
    e->clauses[count++] = c;
    if (!(check_depth(p, e, c.body->depth)))
      return false;
  } while (accept(p, TOKEN_BARBAR));
  e->clause_count = (unsigned)count;
  return true;
}

// {} '->' expr  and, in either order,  name ('|' name)? '++' name '->' expr
static bool parse_set_clause(Parser *p, Expr *e) {
  if (accept(p, TOKEN_LBRACE)) {
    if (e->args[1])
      return error_here(p, "the clause for a set that is not empty");
    return expect(p, TOKEN_RBRACE) && expect(p, TOKEN_ARROW) && (e->args[1] = parse_expr(p));
  }
  if (e->args[2])
    return error_here(p, "the clause for the empty set");
  const char **names = ARENA_ARRAY(p->all->arena, const char *, 3);
  unsigned count = 1;
  const Token *first = p->at;
  if (!parse_pattern_name(p, &names[0]))
    return false;
  if (accept(p, TOKEN_BAR) && !parse_pattern_name(p, &names[count++]))
    return false;
  if (!expect(p, TOKEN_PLUSPLUS) || !parse_pattern_name(p, &names[count++]))
    return false;
  e->params = (Pattern){names, count, true, span_from(p, first)};
  return expect(p, TOKEN_ARROW) && (e->args[2] = parse_expr(p));
}

// expr := 'match' expr 'with' '||'? clauses 'end'
static Expr *parse_match(Parser *p) {
  const Token *first = p->at++;
  Expr *subject = parse_expr(p);
  if (!subject || !expect(p, TOKEN_WITH))
    return NULL;
  accept(p, TOKEN_BARBAR);
  bool on_tags = p->at->kind == TOKEN_TAG || (p->at->kind == TOKEN_UNDERSCORE && p->at[1].kind == TOKEN_ARROW);
  Expr *e = new_expr(p, on_tags ? EXPR_MATCH_TAG : EXPR_MATCH_SET, first, on_tags ? 1 : 3);
  e->args[0] = subject;
  bool good =
      on_tags ? parse_tag_clauses(p, e) : parse_set_clause(p, e) && expect(p, TOKEN_BARBAR) && parse_set_clause(p, e);
  if (!good || !expect(p, TOKEN_END_WORD))
    return NULL;
  e->span = span_from(p, first);
  return finish(p, e);
}

// expr := 'try' expr 'with' expr
static Expr *parse_try(Parser *p) {
  const Token *first = p->at++;
  Expr *e = new_expr(p, EXPR_TRY, first, 2);
  if (!(e->args[0] = parse_expr(p)) || !expect(p, TOKEN_WITH) || !(e->args[1] = parse_expr(p)))
    return NULL;
  e->span = span_from(p, first);
  return finish(p, e);
}

typedef struct {
  Expr **items;
  size_t count, capacity;
} ExprList;

static void list_add(Parser *p, ExprList *list, Expr *e) {
  list->items = arena_grow(p->all->arena, list->items, &list->capacity, list->count + 1, sizeof(Expr *));
  list->items[list->count++] = e;
}

static Expr *from_list(Parser *p, ExprKind kind, const Token *first, ExprList list) {
  Expr *e = new_expr(p, kind, first, 0);
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
  Expr *one = parse_base(p);
  if (!one || p->at->kind != TOKEN_COMMA)
    return one;
  ExprList list = {0};
  list_add(p, &list, one);
  while (accept(p, TOKEN_COMMA)) {
    if (!(one = parse_base(p)))
      return NULL;
    list_add(p, &list, one);
  }
  return from_list(p, EXPR_TUPLE, first, list);
}

static Expr *parse_expr(Parser *p) {
  if (p->all->depth >= DEPTH_LIMIT) {
    diag_error_at(p->all->diag, p->source, p->at->span, "this expression is nested more than %d deep", DEPTH_LIMIT);
    return NULL;
  }
  p->all->depth++;
  Expr *e = parse_expr_inside(p);
  p->all->depth--;
  return e;
}

// args := (base (',' base)*)?
static bool parse_args(Parser *p, TokenKind end, ExprList *list) {
  if (p->at->kind == end)
    return expect(p, end);
  do {
    Expr *e = parse_base(p);
    if (!e)
      return false;
    list_add(p, list, e);
  } while (accept(p, TOKEN_COMMA));
  return expect(p, end);
}

static bool begins_simple(const Token *t) {
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
static Expr *parse_simple(Parser *p) {
  const Token *first = p->at++;
  ExprList list = {0};
  Expr *e = NULL;
  switch (first->kind) {
  case TOKEN_ZERO:
    return new_expr(p, EXPR_EMPTY, first, 0);
  case TOKEN_UNDERSCORE:
    return new_expr(p, EXPR_UNIVERSE, first, 0);
  case TOKEN_TAG:
    e = new_expr(p, EXPR_TAG, first, 0);
    e->name = first->text;
    return e;
  case TOKEN_LBRACE:
    return parse_args(p, TOKEN_RBRACE, &list) ? from_list(p, EXPR_SET, first, list) : NULL;
  case TOKEN_LPAREN:
    if (accept(p, TOKEN_RPAREN))
      return new_expr(p, EXPR_TUPLE, first, 0);
    e = parse_expr(p);
    return e && expect(p, TOKEN_RPAREN) ? e : NULL;
  case TOKEN_BEGIN:
    e = parse_expr(p);
    return e && expect(p, TOKEN_END_WORD) ? e : NULL;
  default:
    assert(first->kind == TOKEN_LBRACKET);
    e = parse_expr(p);
    return e && expect(p, TOKEN_RBRACKET) ? unary(p, EXPR_IDENTITY, first, e) : NULL;
  }
}

// primary := simple | NAME arg*;  arg := NAME | simple
static Expr *parse_primary(Parser *p) {
  const Token *first = p->at;
  if (begins_simple(first))
    return parse_simple(p);
  const char *name = expect_name(p, "an expression");
  if (!name)
    return NULL;
  Expr *e = new_expr(p, EXPR_NAME, first, 0);
  e->name = name;
  while (e && (p->at->kind == TOKEN_NAME || begins_simple(p->at))) {
    Expr *arg;
    if (p->at->kind == TOKEN_NAME) {
      const Token *t = p->at++;
      arg = new_expr(p, EXPR_NAME, t, 0);
      arg->name = t->text;
    } else if (!(arg = parse_simple(p))) {
      return NULL;
    }
    Expr *call = new_expr(p, EXPR_CALL, first, 2);
    call->args[0] = e;
    call->args[1] = arg;
    e = finish(p, call);
  }
  return e;
}

static bool begins_operand(const Token *t) {
  return t->kind == TOKEN_NAME || t->kind == TOKEN_TILDE || begins_simple(t);
}

// postfix := primary ('+' | '*' | '?' | '^' ('-1' | '+' | '*'))*
static Expr *parse_postfix(Parser *p) {
  const Token *first = p->at;
  Expr *e = parse_primary(p);
  while (e) {
    if (accept(p, TOKEN_PLUS)) {
      e = unary(p, EXPR_PLUS, first, e);
    } else if (accept(p, TOKEN_QUESTION)) {
      e = unary(p, EXPR_OPTION, first, e);
    } else if (p->at->kind == TOKEN_STAR && !begins_operand(p->at + 1)) {
      p->at++;
      e = unary(p, EXPR_STAR, first, e);
    } else if (accept(p, TOKEN_HAT)) {
      ExprKind kind = EXPR_INVERSE;
      if (accept(p, TOKEN_PLUS)) {
        kind = EXPR_PLUS;
      } else if (accept(p, TOKEN_STAR)) {
        kind = EXPR_STAR;
      } else if (!accept(p, TOKEN_MINUS_ONE)) {
        error_here(p, "-1, + or *");
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
  while (accept(p, TOKEN_TILDE))
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
  Expr *e = new_expr(p, kind, first, 2);
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
  list_add(p, &list, e);
  while (accept(p, levels[level].token)) {
    if (!(e = parse_level(p, level + 1)))
      return NULL;
    list_add(p, &list, e);
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
static Expr *parse_base(Parser *p) { return parse_level(p, 0); }

static Statement *add_statement(Parser *p, StatementList *list, StatementKind kind, const Token *first) {
  list->items = arena_grow(p->all->arena, list->items, &list->capacity, list->count + 1, sizeof *list->items);
  Statement *s = &list->items[list->count++];
  *s = (Statement){.kind = kind, .is_prelude = p->is_prelude, .source = p->source, .span = first->span};
  return s;
}

static Block to_block(StatementList list) { return (Block){list.items, (unsigned)list.count}; }

// test := '~'? ('acyclic' | 'irreflexive' | 'empty') expr ('as' NAME)?
static bool parse_test(Parser *p, StatementList *list, TestRole role) {
  const Token *first = p->at;
  Statement *s = add_statement(p, list, STATEMENT_TEST, first);
  size_t at = list->count - 1;
  s->role = role;
  s->negated = accept(p, TOKEN_TILDE);
  if (accept(p, TOKEN_ACYCLIC))
    s->test = TEST_ACYCLIC;
  else if (accept(p, TOKEN_IRREFLEXIVE))
    s->test = TEST_IRREFLEXIVE;
  else if (accept(p, TOKEN_EMPTY))
    s->test = TEST_EMPTY;
  else
    return error_here(p, "acyclic, irreflexive or empty");
  Expr *e = parse_expr(p);
  if (!e)
    return false;
  s = &list->items[at];
  s->expr = e;
  s->span = span_from(p, first);
  return !accept(p, TOKEN_AS) || (s->name = expect_name(p, "a name for the check"));
}

// statement := 'let' 'rec'? bindings ('when' test)? 'in'?
static bool parse_let_statement(Parser *p, StatementList *list) {
  const Token *first = p->at++;
  bool rec = accept(p, TOKEN_REC);
  CatBinding *bindings = NULL;
  unsigned count = 0;
  if (!parse_bindings(p, &bindings, &count))
    return false;
  Statement *s = add_statement(p, list, rec ? STATEMENT_LET_REC : STATEMENT_LET, first);
  s->bindings = bindings;
  s->binding_count = count;
  s->span = span_from(p, first);
  if (rec && accept(p, TOKEN_WHEN) && !parse_test(p, list, ROLE_CHECK))
    return false;
  accept(p, TOKEN_IN);
  return true;
}

// show and unshow choose what a picture has in it; they are read and left.
static bool parse_show(Parser *p) {
  const Token *first = p->at++;
  if (first->kind == TOKEN_SHOW) {
    const Token *t = p->at;
    while (t->kind == TOKEN_NAME && t[1].kind == TOKEN_COMMA)
      t += 2;
    bool names = t->kind == TOKEN_NAME && t > p->at;
    if (!names)
      return parse_base(p) && (!accept(p, TOKEN_AS) || expect_name(p, "a name"));
  }
  do
    if (!expect_name(p, "a name"))
      return false;
  while (accept(p, TOKEN_COMMA));
  return true;
}

// A whole file, which must be a regular one.
static bool read_file(const char *path, Arena *arena, Source *source) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_LIMIT;
  if (good) {
    char *bytes = arena_alloc(arena, (size_t)st.st_size + 1);
    size_t length = 0;
    ssize_t n;
    while (length < (size_t)st.st_size && (n = read(fd, bytes + length, (size_t)st.st_size - length)) > 0)
      length += (size_t)n;
    *source = (Source){path, bytes, length};
  }
  if (fd >= 0)
    close(fd);
  return good;
}

// A name that stays inside the folder.
static bool is_tame(const char *name) {
  if (name[0] == '/' || strcmp(name, "..") == 0 || strncmp(name, "../", 3) == 0 || strstr(name, "/../"))
    return false;
  size_t n = strlen(name);
  return n > 0 && !(n >= 3 && strcmp(name + n - 3, "/..") == 0);
}

static bool find_include(const Parsing *all, const char *name, Source *source) {
  const char *folder = all->options ? all->options->folder : NULL;
  if (folder && is_tame(name) && read_file(arena_printf(all->arena, "%s/%s", folder, name), all->arena, source))
    return true;
  for (const Embedded *f = embedded_arch; f->path; f++)
    if (strcmp(f->path, name) == 0 && strstr(name, ".cat")) {
      *source = (Source){f->path, f->bytes, f->length};
      return true;
    }
  return false;
}

// statement := 'include' STRING
static bool parse_include(Parser *p, StatementList *list) {
  p->at++;
  Parsing *all = p->all;
  if (p->at->kind != TOKEN_STRING)
    return error_here(p, "the name of a file, in quotes");
  const Token *t = p->at++;
  if (all->include_depth >= INCLUDE_DEPTH_LIMIT || all->includes >= INCLUDE_LIMIT)
    return diag_error_at(all->diag, p->source, t->span, "too many files are included; does one include itself?");
  Source *source = ARENA_NEW(all->arena, Source);
  if (!find_include(all, t->text, source))
    return diag_error_at(all->diag, p->source, t->span, "cannot read \"%s\"%s", t->text,
                         all->options && all->options->folder ? "" : ": no folder was named to look in");
  all->includes++;
  all->include_depth++;
  const char *title;
  bool good = parse_file(all, source, p->is_prelude, list, &title);
  all->include_depth--;
  return good;
}

// statement := 'procedure' 'rec'? NAME pattern '=' statements 'end'
static bool parse_procedure(Parser *p, StatementList *list) {
  const Token *first = p->at++;
  Statement s = {.recursive = accept(p, TOKEN_REC)};
  StatementList body = {0};
  if (!(s.name = expect_name(p, "the procedure's name")) || !parse_pattern(p, false, &s.params) ||
      !expect(p, TOKEN_EQUAL) || !parse_statements(p, &body) || !expect(p, TOKEN_END_WORD))
    return false;
  Statement *made = add_statement(p, list, STATEMENT_PROCEDURE, first);
  made->name = s.name;
  made->params = s.params;
  made->recursive = s.recursive;
  made->body = to_block(body);
  return true;
}

// statement := 'call' NAME arg ('as' NAME)?
static bool parse_call(Parser *p, StatementList *list) {
  const Token *first = p->at++, *called = p->at;
  const char *name = expect_name(p, "a procedure's name");
  if (!name)
    return false;
  Expr *callee = new_expr(p, EXPR_NAME, called, 0);
  callee->name = name;
  Expr *argument;
  if (p->at->kind == TOKEN_NAME) {
    argument = new_expr(p, EXPR_NAME, p->at, 0);
    argument->name = (p->at++)->text;
  } else if (!begins_simple(p->at)) {
    return error_here(p, "the procedure's arguments");
  } else if (!(argument = parse_simple(p))) {
    return false;
  }
  Statement *s = add_statement(p, list, STATEMENT_CALL, first);
  s->expr = callee;
  s->argument = argument;
  s->span = span_from(p, first);
  return !accept(p, TOKEN_AS) || (s->name = expect_name(p, "a name for the call"));
}

// statement := 'forall' NAME 'in' expr 'do' statements 'end'
static bool parse_forall(Parser *p, StatementList *list) {
  const Token *first = p->at++;
  StatementList body = {0};
  const char *name = expect_name(p, "a name");
  Expr *e = NULL;
  if (!name || !expect(p, TOKEN_IN) || !(e = parse_expr(p)) || !expect(p, TOKEN_DO) || !parse_statements(p, &body) ||
      !expect(p, TOKEN_END_WORD))
    return false;
  Statement *s = add_statement(p, list, STATEMENT_FORALL, first);
  s->name = name;
  s->expr = e;
  s->body = to_block(body);
  return true;
}

// statement := 'with' NAME 'from' expr
static bool parse_with(Parser *p, StatementList *list) {
  const Token *first = p->at++;
  const char *name = expect_name(p, "a name");
  Expr *e = NULL;
  if (!name || !expect(p, TOKEN_FROM) || !(e = parse_expr(p)))
    return false;
  Statement *s = add_statement(p, list, STATEMENT_WITH, first);
  s->name = name;
  s->expr = e;
  s->span = span_from(p, first);
  return true;
}

// statement := 'if' variants statements ('else' statements)? 'end'; what the variants leave out is left out
static bool parse_if_statement(Parser *p, StatementList *list) {
  p->at++;
  bool holds = false;
  StatementList left_out = {0};
  if (!parse_variants(p, &holds) || !parse_statements(p, holds ? list : &left_out))
    return false;
  if (accept(p, TOKEN_ELSE) && !parse_statements(p, holds ? &left_out : list))
    return false;
  return expect(p, TOKEN_END_WORD);
}

// statement := 'match' expr 'with' '||'? clause ('||' clause)* 'end';  clause := (TAG | '_') '->' statements
static bool parse_match_statement(Parser *p, StatementList *list) {
  const Token *first = p->at++;
  Expr *e = parse_expr(p);
  if (!e || !expect(p, TOKEN_WITH))
    return false;
  accept(p, TOKEN_BARBAR);
  BlockClause *clauses = NULL;
  size_t count = 0, capacity = 0;
  do {
    StatementList body = {0};
    BlockClause c = {0};
    if (p->at->kind == TOKEN_TAG)
      c.tag = (p->at++)->text;
    else if (!expect(p, TOKEN_UNDERSCORE))
      return false;
    if (!expect(p, TOKEN_ARROW) || !parse_statements(p, &body))
      return false;
    c.body = to_block(body);
    clauses = arena_grow(p->all->arena, clauses, &capacity, count + 1, sizeof c);
    clauses[count++] = c;
  } while (accept(p, TOKEN_BARBAR));
  Statement *s = add_statement(p, list, STATEMENT_MATCH, first);
  s->expr = e;
  s->clauses = clauses;
  s->clause_count = (unsigned)count;
  s->span = span_from(p, first);
  return expect(p, TOKEN_END_WORD);
}

// statement := 'enum' NAME '=' '||'? TAG ('||' TAG)*
static bool parse_enum(Parser *p, StatementList *list) {
  const Token *first = p->at++;
  const char *name = expect_name(p, "the name of the enumeration");
  if (!name || !expect(p, TOKEN_EQUAL))
    return false;
  accept(p, TOKEN_BARBAR);
  const char **tags = NULL;
  size_t count = 0, capacity = 0;
  do {
    if (p->at->kind != TOKEN_TAG)
      return error_here(p, "a tag");
    tags = arena_grow(p->all->arena, tags, &capacity, count + 1, sizeof *tags);
    tags[count++] = (p->at++)->text;
  } while (accept(p, TOKEN_BARBAR));
  Statement *s = add_statement(p, list, STATEMENT_ENUM, first);
  s->name = name;
  s->tags = tags;
  s->tag_count = (unsigned)count;
  s->span = span_from(p, first);
  return true;
}

// statement := ('instructions' | 'default') NAME '[' args ']': what annotations a language of its own takes. Read and
// left: our programs have theirs from the architecture.
static bool parse_instructions(Parser *p) {
  p->at++;
  ExprList list = {0};
  return expect_name(p, "a name") && expect(p, TOKEN_LBRACKET) && parse_args(p, TOKEN_RBRACKET, &list);
}

static bool parse_statement(Parser *p, StatementList *list) {
  switch (p->at->kind) {
  case TOKEN_LET:
    return parse_let_statement(p, list);
  case TOKEN_UNDEFINED_UNLESS:
    p->at++;
    return parse_test(p, list, ROLE_UNDEFINED_UNLESS);
  case TOKEN_FLAG:
    p->at++;
    return parse_test(p, list, ROLE_FLAG);
  case TOKEN_ASSERT:
    p->at++;
    return parse_test(p, list, ROLE_ASSERT);
  case TOKEN_TILDE:
  case TOKEN_ACYCLIC:
  case TOKEN_IRREFLEXIVE:
  case TOKEN_EMPTY:
    return parse_test(p, list, ROLE_CHECK);
  case TOKEN_SHOW:
  case TOKEN_UNSHOW:
    return parse_show(p);
  case TOKEN_INCLUDE:
    return parse_include(p, list);
  case TOKEN_PROCEDURE:
    return parse_procedure(p, list);
  case TOKEN_CALL:
    return parse_call(p, list);
  case TOKEN_FORALL:
    return parse_forall(p, list);
  case TOKEN_WITH:
    return parse_with(p, list);
  case TOKEN_IF:
    return parse_if_statement(p, list);
  case TOKEN_MATCH:
    return parse_match_statement(p, list);
  case TOKEN_ENUM:
    return parse_enum(p, list);
  case TOKEN_INSTRUCTIONS:
  case TOKEN_DEFAULT:
    return parse_instructions(p);
  case TOKEN_DEBUG:
    p->at++;
    return parse_expr(p) != NULL;
  default:
    return error_here(p, "a definition or a check");
  }
}

static bool ends_block(TokenKind kind) {
  return kind == TOKEN_END || kind == TOKEN_END_WORD || kind == TOKEN_ELSE || kind == TOKEN_BARBAR;
}

// statements := statement*
static bool parse_statements(Parser *p, StatementList *list) {
  if (p->all->depth >= DEPTH_LIMIT)
    return error_here(p, "a block that is not nested so deep");
  p->all->depth++;
  while (!ends_block(p->at->kind))
    if (!parse_statement(p, list))
      return false;
  p->all->depth--;
  return true;
}

// model := (NAME NAME | NAME STRING | NAME | STRING)? 'catdep'? statements
static bool parse_file(Parsing *all, const Source *source, bool is_prelude, StatementList *list, const char **title) {
  const Token *tokens = cat_lex(source, all->arena, all->diag);
  if (!tokens)
    return false;
  Parser p = {.all = all, .source = source, .at = tokens, .is_prelude = is_prelude};
  *title = NULL;
  if (p.at->kind == TOKEN_NAME)
    *title = (p.at++)->text;
  if (p.at->kind == TOKEN_STRING || (*title && p.at->kind == TOKEN_NAME))
    *title = (p.at++)->text;
  accept(&p, TOKEN_CATDEP);
  return parse_statements(&p, list) && (p.at->kind == TOKEN_END || error_here(&p, "a definition or a check"));
}

bool cat_parse_tree(const Source *source, const CatOptions *options, Arena *arena, Diag *diag, CatTree *tree) {
  Parsing all = {.options = options, .arena = arena, .diag = diag};
  StatementList list = {0};
  Source *prelude = ARENA_NEW(arena, Source);
  *prelude = (Source){"prelude.cat", cat_prelude, strlen(cat_prelude)};
  const char *none;
  if (!parse_file(&all, prelude, true, &list, &none) || !parse_file(&all, source, false, &list, &tree->title))
    return false;
  tree->block = to_block(list);
  return true;
}
