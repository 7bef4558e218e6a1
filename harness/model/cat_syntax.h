// The cat language: tokens and the tree. Grammar rules stand above the functions of cat_parse.c.
#pragma once
#include "harness/base/diag.h"
#include "harness/model/cat.h"

typedef enum {
  TOKEN_END,
  TOKEN_NAME,
  TOKEN_TAG,    // 'rmw
  TOKEN_STRING, // "cos.cat"
  // symbols
  TOKEN_LPAREN,
  TOKEN_RPAREN,
  TOKEN_LBRACE,
  TOKEN_RBRACE,
  TOKEN_LBRACKET,
  TOKEN_RBRACKET,
  TOKEN_UNDERSCORE,
  TOKEN_ZERO,
  TOKEN_BAR,
  TOKEN_BARBAR,
  TOKEN_AND,
  TOKEN_ANDAND,
  TOKEN_STAR,
  TOKEN_TILDE,
  TOKEN_PLUS,
  TOKEN_PLUSPLUS,
  TOKEN_HAT,
  TOKEN_MINUS_ONE,
  TOKEN_BACKSLASH,
  TOKEN_QUESTION,
  TOKEN_EQUAL,
  TOKEN_SEMICOLON,
  TOKEN_COMMA,
  TOKEN_ARROW,
  // keywords
  TOKEN_LET,
  TOKEN_REC,
  TOKEN_AND_WORD,
  TOKEN_WHEN,
  TOKEN_ACYCLIC,
  TOKEN_IRREFLEXIVE,
  TOKEN_SHOW,
  TOKEN_UNSHOW,
  TOKEN_EMPTY,
  TOKEN_SUBSET,
  TOKEN_AS,
  TOKEN_FUN,
  TOKEN_IN,
  TOKEN_UNDEFINED_UNLESS,
  TOKEN_FLAG,
  TOKEN_ASSERT,
  TOKEN_INCLUDE,
  TOKEN_VARIANT,
  TOKEN_BEGIN,
  TOKEN_END_WORD,
  TOKEN_PROCEDURE,
  TOKEN_CALL,
  TOKEN_ENUM,
  TOKEN_DEBUG,
  TOKEN_MATCH,
  TOKEN_WITH,
  TOKEN_FORALL,
  TOKEN_FROM,
  TOKEN_DO,
  TOKEN_TRY,
  TOKEN_IF,
  TOKEN_THEN,
  TOKEN_ELSE,
  TOKEN_CATDEP,
  TOKEN_INSTRUCTIONS,
  TOKEN_DEFAULT,
  TOKEN_NOT,
} TokenKind;

typedef struct {
  TokenKind kind;
  Span span;
  const char *text; // of names, tags and strings, without their quotes
} Token;

// The tokens of a source, ended by TOKEN_END; NULL with an error in `diag`.
Token *cat_lex(const Source *source, Arena *arena, Diag *diag);
// How a kind of token is shown in a message: "'acyclic'", "a name".
const char *token_kind_name(TokenKind kind);

typedef enum {
  EXPR_EMPTY,        // 0
  EXPR_UNIVERSE,     // _
  EXPR_TAG,          // 'tag
  EXPR_NAME,         //
  EXPR_PLUS,         // r^+
  EXPR_STAR,         // r^*
  EXPR_OPTION,       // r?
  EXPR_COMPLEMENT,   // ~e
  EXPR_INVERSE,      // r^-1
  EXPR_IDENTITY,     // [s]
  EXPR_SET,          // {a, b}
  EXPR_TUPLE,        // (a, b)
  EXPR_UNION,        // a | b | c
  EXPR_SEQUENCE,     // a; b; c
  EXPR_INTERSECTION, // a & b & c
  EXPR_DIFFERENCE,   // a \ b
  EXPR_PRODUCT,      // a * b
  EXPR_ADD,          // e ++ s
  EXPR_CALL,         // f a
  EXPR_LET,          // let bindings in args[0]
  EXPR_LET_REC,
  EXPR_FUNCTION,  // fun params -> args[0]
  EXPR_MATCH_TAG, // match args[0] with || 'clause -> .. || _ -> ..
  EXPR_MATCH_SET, // match args[0] with || {} -> args[1] || params -> args[2]
  EXPR_TRY,       // try args[0] with args[1]
  EXPR_IF,        // if args[0] comparison args[1] then args[2] else args[3]
} ExprKind;

typedef enum { COMPARE_EQUAL, COMPARE_SUBSET, COMPARE_MEMBER } Comparison;

typedef struct {
  const char **names; // NULL for _
  unsigned count;
  bool is_tuple; // else one name
  Span span;
} Pattern;

struct Expr;

typedef struct {
  Pattern pattern;
  struct Expr *value;
  unsigned slot; // at the top of a model: the global of the pattern's first name
} CatBinding;

typedef struct {
  const char *tag; // NULL: _
  struct Expr *body;
} TagClause;

// What a name means.
typedef enum {
  REFERENCE_NONE,      // nothing, and that was reported
  REFERENCE_LOCAL,     // `index` bindings up
  REFERENCE_GLOBAL,    // `index` among the model's globals
  REFERENCE_BASE,      // `index` among the base sets and relations
  REFERENCE_PRIMITIVE, // `index` among the primitives
} ReferenceKind;

typedef struct Expr {
  ExprKind kind;
  const Source *source;
  Span span;
  const char *name; // EXPR_NAME, EXPR_TAG
  struct Expr **args;
  unsigned arg_count, depth;
  // EXPR_NAME
  ReferenceKind reference;
  unsigned index;
  // EXPR_LET, EXPR_LET_REC
  CatBinding *bindings;
  unsigned binding_count;
  // EXPR_FUNCTION, EXPR_MATCH_SET (two names, or three: some | one ++ rest)
  Pattern params;
  TagClause *clauses; // EXPR_MATCH_TAG
  unsigned clause_count;
  Comparison comparison; // EXPR_IF
  bool reported;         // an error was said about it
  bool fails;            // EXPR_TRY: args[0] cannot be, so args[1] it is
} Expr;

typedef enum { TEST_ACYCLIC, TEST_IRREFLEXIVE, TEST_EMPTY } TestKind;
typedef enum { ROLE_CHECK, ROLE_UNDEFINED_UNLESS, ROLE_FLAG, ROLE_ASSERT } TestRole;

typedef enum {
  STATEMENT_LET,
  STATEMENT_LET_REC,
  STATEMENT_TEST,
  STATEMENT_SHOW,
  STATEMENT_PROCEDURE, // `name` with params and body
  STATEMENT_CALL,      // of procedure `expr` (a name) with `argument`
  STATEMENT_FORALL,    // name in expr do body
  STATEMENT_WITH,      // name from expr
  STATEMENT_MATCH,     // on expr
  STATEMENT_ENUM,
} StatementKind;

typedef struct Statement Statement;

typedef struct {
  Statement *first;
  unsigned count;
} Block;

typedef struct {
  const char *tag; // NULL: _
  Block body;
} BlockClause;

struct Statement {
  StatementKind kind;
  TestKind test;
  TestRole role;
  bool negated, recursive, is_prelude;
  const Source *source;
  Span span;
  const char *name; // of a test (`as`), a procedure, an enum, the variable of forall and with
  CatBinding *bindings;
  Expr *expr, *argument;
  Pattern params;
  Block body;
  BlockClause *clauses;
  const char **tags; // of an enum
  unsigned slot;     // at the top: the global of `name`
  unsigned binding_count, clause_count, tag_count;
  // Of a test: the Part of the execution that it depends on, and what came of it at that part's generation `judged`
  unsigned part;
  bool held;
  uint64_t judged;
};

typedef struct {
  const char *title; // NULL: none given
  Block block;
} CatTree;

// Parses a model, its includes in place, after the prelude.
bool cat_parse_tree(const Source *source, const CatOptions *options, Arena *arena, Diag *diag, CatTree *tree);

extern const char cat_prelude[];
