// The cat language: tokens and the tree. Grammar rules stand above the functions of cat_parse.c.
#pragma once
#include "harness/base/diag.h"
#include "harness/model/cat_verdict.h"

enum { CAT_DEPTH_LIMIT = 200 }; // of expressions, blocks and values, so that they can be walked by recursion

typedef enum {
  CAT_TOKEN_END,
  CAT_TOKEN_NAME,
  CAT_TOKEN_TAG,    // 'rmw
  CAT_TOKEN_STRING, // "cos.cat"
  // symbols
  CAT_TOKEN_LPAREN,
  CAT_TOKEN_RPAREN,
  CAT_TOKEN_LBRACE,
  CAT_TOKEN_RBRACE,
  CAT_TOKEN_LBRACKET,
  CAT_TOKEN_RBRACKET,
  CAT_TOKEN_UNDERSCORE,
  CAT_TOKEN_ZERO,
  CAT_TOKEN_BAR,
  CAT_TOKEN_BARBAR,
  CAT_TOKEN_AND,
  CAT_TOKEN_ANDAND,
  CAT_TOKEN_STAR,
  CAT_TOKEN_TILDE,
  CAT_TOKEN_PLUS,
  CAT_TOKEN_PLUSPLUS,
  CAT_TOKEN_HAT,
  CAT_TOKEN_MINUS_ONE,
  CAT_TOKEN_BACKSLASH,
  CAT_TOKEN_QUESTION,
  CAT_TOKEN_EQUAL,
  CAT_TOKEN_SEMICOLON,
  CAT_TOKEN_COMMA,
  CAT_TOKEN_ARROW,
  // keywords
  CAT_TOKEN_LET,
  CAT_TOKEN_REC,
  CAT_TOKEN_AND_WORD,
  CAT_TOKEN_WHEN,
  CAT_TOKEN_ACYCLIC,
  CAT_TOKEN_IRREFLEXIVE,
  CAT_TOKEN_SHOW,
  CAT_TOKEN_UNSHOW,
  CAT_TOKEN_EMPTY,
  CAT_TOKEN_SUBSET,
  CAT_TOKEN_AS,
  CAT_TOKEN_FUN,
  CAT_TOKEN_IN,
  CAT_TOKEN_UNDEFINED_UNLESS,
  CAT_TOKEN_FLAG,
  CAT_TOKEN_ASSERT,
  CAT_TOKEN_INCLUDE,
  CAT_TOKEN_VARIANT,
  CAT_TOKEN_BEGIN,
  CAT_TOKEN_END_WORD,
  CAT_TOKEN_PROCEDURE,
  CAT_TOKEN_CALL,
  CAT_TOKEN_ENUM,
  CAT_TOKEN_DEBUG,
  CAT_TOKEN_MATCH,
  CAT_TOKEN_WITH,
  CAT_TOKEN_FORALL,
  CAT_TOKEN_FROM,
  CAT_TOKEN_DO,
  CAT_TOKEN_TRY,
  CAT_TOKEN_IF,
  CAT_TOKEN_THEN,
  CAT_TOKEN_ELSE,
  CAT_TOKEN_CATDEP,
  CAT_TOKEN_INSTRUCTIONS,
  CAT_TOKEN_DEFAULT,
  CAT_TOKEN_NOT,
} CatTokenKind;

typedef struct {
  CatTokenKind kind;
  Span span;
  const char *text; // of names, tags and strings, without their quotes
} CatToken;

// The tokens of a source, ended by CAT_TOKEN_END; NULL with an error in `diag`.
CatToken *cat_lex(const Source *source, Arena *arena, Diag *diag);
// How a kind of token is shown in a message: "'acyclic'", "a name".
const char *cat_token_name(CatTokenKind kind);

typedef enum {
  CAT_EMPTY,        // 0
  CAT_UNIVERSE,     // _
  CAT_TAG,          // 'tag
  CAT_NAME,         //
  CAT_PLUS,         // r^+
  CAT_STAR,         // r^*
  CAT_OPTION,       // r?
  CAT_COMPLEMENT,   // ~e
  CAT_INVERSE,      // r^-1
  CAT_IDENTITY,     // [s]
  CAT_SET,          // {a, b}
  CAT_TUPLE,        // (a, b)
  CAT_UNION,        // a | b | c
  CAT_SEQUENCE,     // a; b; c
  CAT_INTERSECTION, // a & b & c
  CAT_DIFFERENCE,   // a \ b
  CAT_PRODUCT,      // a * b
  CAT_ADD,          // e ++ s
  CAT_CALL,         // f a
  CAT_LET,          // let bindings in args[0]
  CAT_LET_REC,
  CAT_FUNCTION,  // fun params -> args[0]
  CAT_MATCH_TAG, // match args[0] with || 'clause -> .. || _ -> ..
  CAT_MATCH_SET, // match args[0] with || {} -> args[1] || params -> args[2]
  CAT_TRY,       // try args[0] with args[1]
  CAT_IF,        // if args[0] comparison args[1] then args[2] else args[3]
} CatExprKind;

typedef enum { COMPARE_EQUAL, COMPARE_SUBSET, COMPARE_MEMBER } Comparison;

typedef struct {
  const char **names; // NULL for _
  unsigned count;
  bool is_tuple; // else one name
  Span span;
} CatPattern;

struct CatExpr;

typedef struct {
  CatPattern pattern;
  struct CatExpr *value;
  unsigned slot; // at the top of a model: the global of the pattern's first name
} CatBinding;

typedef struct {
  const char *tag; // NULL: _
  struct CatExpr *body;
} CatTagClause;

// What a name means.
typedef enum {
  REFERENCE_NONE,      // nothing, and that was reported
  REFERENCE_LOCAL,     // `index` bindings up
  REFERENCE_GLOBAL,    // `index` among the model's globals
  REFERENCE_BASE,      // `index` among the base sets and relations
  REFERENCE_PRIMITIVE, // `index` among the primitives
} ReferenceKind;

typedef struct CatExpr {
  CatExprKind kind;
  const Source *source;
  Span span;
  const char *name; // CAT_NAME, CAT_TAG
  struct CatExpr **args;
  unsigned arg_count, depth;
  // CAT_NAME
  ReferenceKind reference;
  unsigned index;
  // CAT_LET, CAT_LET_REC
  CatBinding *bindings;
  unsigned binding_count;
  // CAT_FUNCTION, CAT_MATCH_SET (two names, or three: some | one ++ rest)
  CatPattern params;
  CatTagClause *clauses; // CAT_MATCH_TAG
  unsigned clause_count;
  Comparison comparison; // CAT_IF
  bool fails;            // CAT_TRY: args[0] cannot be, so args[1] it is
} CatExpr;

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

typedef struct CatStatement CatStatement;

typedef struct {
  CatStatement *first;
  unsigned count;
} CatBlock;

typedef struct {
  const char *tag; // NULL: _
  CatBlock body;
} CatBlockClause;

struct CatStatement {
  StatementKind kind;
  TestKind test;
  TestRole role;
  bool negated, recursive, is_prelude;
  const Source *source;
  Span span;
  const char *name; // of a test (`as`), a procedure, an enum, the variable of forall and with
  CatBinding *bindings;
  CatExpr *expr, *argument;
  CatPattern params;
  CatBlock body;
  CatBlockClause *clauses;
  const char **tags; // of an enum
  unsigned slot;     // at the top: the global of `name`
  unsigned binding_count, clause_count, tag_count;
  // Of a test: the Part of the execution that it depends on, and what came of it at that part's generation `judged`
  unsigned part;
  bool held;
  bool grows; // cat_check_grows
  uint64_t judged;
  unsigned flag; // of one that raises a flag: its bit
};

typedef struct {
  const char *title; // NULL: none given
  CatBlock block;
  bool bell; // a .bell is among its files
} CatTree;

// Parses a model, its includes in place, after the preludes: ours, and that of the architecture.
bool cat_parse_tree(const Source *source, const Model *as, const CatOptions *options, Arena *arena, Diag *diag,
                    CatTree *tree);

extern const char cat_prelude[];
