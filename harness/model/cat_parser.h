// What the two halves of cat's parser share: expressions (cat_parse.c) and statements (cat_statement.c).
#pragma once
#include "harness/model/cat_syntax.h"

// What the parsers of a model and of the files it includes share.
typedef struct {
  const Model *as;
  const CatOptions *options;
  Arena *arena;
  Diag *diag;
  unsigned include_depth, includes, depth;
  const Source *catdep_source; // where the first 'catdep' is; NULL: nowhere
  Span catdep;
  bool bell;     // a .bell is among the files
  bool stood_in; // a file of ours was read for one of its name
} CatParsing;

typedef struct {
  CatParsing *all;
  const Source *source;
  const char *folder; // of the file; NULL: it is built in
  const CatToken *at;
  bool is_prelude;
} CatParser;

typedef struct {
  CatExpr **items;
  size_t count, capacity;
} CatExprList;

bool cat_parser_error(CatParser *p, const char *expected); // false
bool cat_parser_accept(CatParser *p, CatTokenKind kind);
bool cat_parser_expect(CatParser *p, CatTokenKind kind);
const char *cat_parser_name(CatParser *p, const char *what);     // NULL with an error
Span cat_parser_span(const CatParser *p, const CatToken *first); // from `first` to the token before
CatExpr *cat_parser_new_expr(CatParser *p, CatExprKind kind, const CatToken *first, unsigned arg_count);
bool cat_parser_begins_simple(const CatToken *t);

// Each NULL, or false, with an error in the diagnostics.
CatExpr *cat_parse_expr(CatParser *p);
CatExpr *cat_parse_base(CatParser *p);   // no let, match, tuple, .. without parentheses
CatExpr *cat_parse_simple(CatParser *p); // what can be an argument
bool cat_parse_pattern(CatParser *p, bool bare_list, CatPattern *pattern);
bool cat_parse_bindings(CatParser *p, CatBinding **bindings, unsigned *count);
bool cat_parse_variants(CatParser *p, bool *holds);
bool cat_parse_args(CatParser *p, CatTokenKind end, CatExprList *list);
