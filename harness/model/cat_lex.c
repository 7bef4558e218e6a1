#include "harness/model/cat_syntax.h"

#include <string.h>

static const struct {
  const char *text;
  CatTokenKind kind;
} symbols[] = {
    // longer ones first
    {"||", CAT_TOKEN_BARBAR},  {"&&", CAT_TOKEN_ANDAND},  {"++", CAT_TOKEN_PLUSPLUS}, {"-1", CAT_TOKEN_MINUS_ONE},
    {"->", CAT_TOKEN_ARROW},   {"(", CAT_TOKEN_LPAREN},   {")", CAT_TOKEN_RPAREN},    {"{", CAT_TOKEN_LBRACE},
    {"}", CAT_TOKEN_RBRACE},   {"[", CAT_TOKEN_LBRACKET}, {"]", CAT_TOKEN_RBRACKET},  {"_", CAT_TOKEN_UNDERSCORE},
    {"0", CAT_TOKEN_ZERO},     {"|", CAT_TOKEN_BAR},      {"&", CAT_TOKEN_AND},       {"*", CAT_TOKEN_STAR},
    {"~", CAT_TOKEN_TILDE},    {"+", CAT_TOKEN_PLUS},     {"^", CAT_TOKEN_HAT},       {"\\", CAT_TOKEN_BACKSLASH},
    {"?", CAT_TOKEN_QUESTION}, {"=", CAT_TOKEN_EQUAL},    {";", CAT_TOKEN_SEMICOLON}, {",", CAT_TOKEN_COMMA},
};

static const struct {
  const char *text;
  CatTokenKind kind;
} keywords[] = {
    {"let", CAT_TOKEN_LET},
    {"rec", CAT_TOKEN_REC},
    {"and", CAT_TOKEN_AND_WORD},
    {"when", CAT_TOKEN_WHEN},
    {"acyclic", CAT_TOKEN_ACYCLIC},
    {"irreflexive", CAT_TOKEN_IRREFLEXIVE},
    {"show", CAT_TOKEN_SHOW},
    {"unshow", CAT_TOKEN_UNSHOW},
    {"empty", CAT_TOKEN_EMPTY},
    {"subset", CAT_TOKEN_SUBSET},
    {"as", CAT_TOKEN_AS},
    {"fun", CAT_TOKEN_FUN},
    {"in", CAT_TOKEN_IN},
    {"undefined_unless", CAT_TOKEN_UNDEFINED_UNLESS},
    {"flag", CAT_TOKEN_FLAG},
    {"assert", CAT_TOKEN_ASSERT},
    {"include", CAT_TOKEN_INCLUDE},
    {"variant", CAT_TOKEN_VARIANT},
    {"begin", CAT_TOKEN_BEGIN},
    {"end", CAT_TOKEN_END_WORD},
    {"procedure", CAT_TOKEN_PROCEDURE},
    {"call", CAT_TOKEN_CALL},
    {"enum", CAT_TOKEN_ENUM},
    {"debug", CAT_TOKEN_DEBUG},
    {"match", CAT_TOKEN_MATCH},
    {"with", CAT_TOKEN_WITH},
    {"forall", CAT_TOKEN_FORALL},
    {"from", CAT_TOKEN_FROM},
    {"do", CAT_TOKEN_DO},
    {"try", CAT_TOKEN_TRY},
    {"if", CAT_TOKEN_IF},
    {"then", CAT_TOKEN_THEN},
    {"else", CAT_TOKEN_ELSE},
    {"catdep", CAT_TOKEN_CATDEP},
    {"instructions", CAT_TOKEN_INSTRUCTIONS},
    {"default", CAT_TOKEN_DEFAULT},
    {"not", CAT_TOKEN_NOT},
};

const char *cat_token_name(CatTokenKind kind) {
  switch (kind) {
  case CAT_TOKEN_END:
    return "the end of the model";
  case CAT_TOKEN_NAME:
    return "a name";
  case CAT_TOKEN_TAG:
    return "a tag";
  case CAT_TOKEN_STRING:
    return "a string";
  default:
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
      if (symbols[i].kind == kind)
        return symbols[i].text;
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
      if (keywords[i].kind == kind)
        return keywords[i].text;
    return "?";
  }
}

typedef struct {
  const Source *source;
  size_t at;
  Arena *arena;
  Diag *diag;
} CatLexer;

static char peek(const CatLexer *l, size_t ahead) {
  if (l->at + ahead >= l->source->length)
    return '\0';
  return l->source->bytes[l->at + ahead];
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'; }

// (* comments (* nest *) *), and // or # to the end of the line
static bool skip_comment(CatLexer *l) {
  size_t start = l->at;
  if (peek(l, 0) == '#' || (peek(l, 0) == '/' && peek(l, 1) == '/')) {
    while (l->at < l->source->length && peek(l, 0) != '\n')
      l->at++;
    return true;
  }
  unsigned depth = 0;
  do {
    if (l->at >= l->source->length)
      return diag_error_at(l->diag, l->source, (Span){start, 2}, "this comment does not end");
    if (peek(l, 0) == '(' && peek(l, 1) == '*') {
      depth++;
      l->at += 2;
    } else if (peek(l, 0) == '*' && peek(l, 1) == ')') {
      depth--;
      l->at += 2;
    } else {
      l->at++;
    }
  } while (depth);
  return true;
}

static bool skip_blanks(CatLexer *l) {
  for (;;) {
    char c = peek(l, 0);
    if (l->at < l->source->length && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
      l->at++;
    else if (c == '#' || (c == '/' && peek(l, 1) == '/') || (c == '(' && peek(l, 1) == '*')) {
      if (!skip_comment(l))
        return false;
    } else
      return true;
  }
}

// name := '_'? letter (letter | digit | '_' | '.' | '-')* '\''?
static size_t name_length(const CatLexer *l, size_t from) {
  size_t n = from;
  if (peek(l, n) == '_')
    n++;
  if (!is_letter(peek(l, n)))
    return 0;
  while (is_name_char(peek(l, n)))
    n++;
  if (peek(l, n) == '\'')
    n++;
  return n - from;
}

static CatToken take(CatLexer *l, CatTokenKind kind, size_t skip, size_t length, size_t total) {
  CatToken t = {kind, {l->at, total}, arena_copy(l->arena, l->source->bytes + l->at + skip, length)};
  l->at += total;
  return t;
}

// Text between two of the same quotes.
static bool lex_quoted(CatLexer *l, char quote, CatTokenKind kind, CatToken *token) {
  size_t n = 1;
  while (l->at + n < l->source->length && peek(l, n) != quote && peek(l, n) != '\n')
    n++;
  if (peek(l, n) != quote || n == 1)
    return diag_error_at(l->diag, l->source, (Span){l->at, 1}, "expected text and a closing %c after this", quote);
  *token = take(l, kind, 1, n - 1, n + 1);
  return true;
}

static bool lex_one(CatLexer *l, CatToken *token) {
  if (!skip_blanks(l))
    return false;
  if (l->at >= l->source->length) {
    *token = (CatToken){CAT_TOKEN_END, {l->source->length, 0}, ""};
    return true;
  }
  char c = peek(l, 0);
  if (c == '"')
    return lex_quoted(l, '"', CAT_TOKEN_STRING, token);
  if (c == '`')
    return lex_quoted(l, '`', CAT_TOKEN_NAME, token);
  if (c == '\'') {
    size_t length = name_length(l, 1);
    if (!length)
      return diag_error_at(l->diag, l->source, (Span){l->at, 1}, "expected the name of a tag after this quote");
    *token = take(l, CAT_TOKEN_TAG, 1, length, length + 1);
    return true;
  }
  size_t length = name_length(l, 0);
  if (length) {
    *token = take(l, CAT_TOKEN_NAME, 0, length, length);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
      if (strcmp(token->text, keywords[i].text) == 0)
        token->kind = keywords[i].kind;
    return true;
  }
  for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    size_t n = strlen(symbols[i].text);
    if (l->source->length - l->at >= n && memcmp(l->source->bytes + l->at, symbols[i].text, n) == 0) {
      *token = (CatToken){symbols[i].kind, {l->at, n}, symbols[i].text};
      l->at += n;
      return true;
    }
  }
  return diag_error_at(l->diag, l->source, (Span){l->at, 1}, "nothing in cat begins with this character");
}

CatToken *cat_lex(const Source *source, Arena *arena, Diag *diag) {
  CatLexer l = {source, 0, arena, diag};
  CatToken *tokens = NULL;
  size_t count = 0, capacity = 0;
  do {
    tokens = arena_grow(arena, tokens, &capacity, count + 1, sizeof *tokens);
    if (!lex_one(&l, &tokens[count]))
      return NULL;
  } while (tokens[count++].kind != CAT_TOKEN_END);
  return tokens;
}
