// What the two halves of cat's parser share: expressions (cat_parse.c) and statements (cat_statement.c).
#pragma once
#include "harness/model/cat_syntax.h"

enum { CAT_DEPTH_LIMIT = 200 }; // of nested expressions and blocks, so that trees can be walked by recursion

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
  Expr **items;
  size_t count, capacity;
} ExprList;

bool cat_parser_error(Parser *p, const char *expected); // false
bool cat_parser_accept(Parser *p, TokenKind kind);
bool cat_parser_expect(Parser *p, TokenKind kind);
const char *cat_parser_name(Parser *p, const char *what);  // NULL with an error
Span cat_parser_span(const Parser *p, const Token *first); // from `first` to the token before
Expr *cat_parser_new_expr(Parser *p, ExprKind kind, const Token *first, unsigned arg_count);
bool cat_parser_begins_simple(const Token *t);

// Each NULL, or false, with an error in the diagnostics.
Expr *cat_parse_expr(Parser *p);
Expr *cat_parse_base(Parser *p);   // no let, match, tuple, .. without parentheses
Expr *cat_parse_simple(Parser *p); // what can be an argument
bool cat_parse_pattern(Parser *p, bool bare_list, Pattern *pattern);
bool cat_parse_bindings(Parser *p, CatBinding **bindings, unsigned *count);
bool cat_parse_variants(Parser *p, bool *holds);
bool cat_parse_args(Parser *p, TokenKind end, ExprList *list);
