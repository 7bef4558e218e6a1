#include "harness/model/cat_syntax.h"

#include <string.h>

static const struct {
  const char *text;
  TokenKind kind;
} symbols[] = {
    // longer ones first
    {"||", TOKEN_BARBAR},  {"&&", TOKEN_ANDAND},  {"++", TOKEN_PLUSPLUS}, {"-1", TOKEN_MINUS_ONE},
    {"->", TOKEN_ARROW},   {"(", TOKEN_LPAREN},   {")", TOKEN_RPAREN},    {"{", TOKEN_LBRACE},
    {"}", TOKEN_RBRACE},   {"[", TOKEN_LBRACKET}, {"]", TOKEN_RBRACKET},  {"_", TOKEN_UNDERSCORE},
    {"0", TOKEN_ZERO},     {"|", TOKEN_BAR},      {"&", TOKEN_AND},       {"*", TOKEN_STAR},
    {"~", TOKEN_TILDE},    {"+", TOKEN_PLUS},     {"^", TOKEN_HAT},       {"\\", TOKEN_BACKSLASH},
    {"?", TOKEN_QUESTION}, {"=", TOKEN_EQUAL},    {";", TOKEN_SEMICOLON}, {",", TOKEN_COMMA},
};

static const struct {
  const char *text;
  TokenKind kind;
} keywords[] = {
    {"let", TOKEN_LET},
    {"rec", TOKEN_REC},
    {"and", TOKEN_AND_WORD},
    {"when", TOKEN_WHEN},
    {"acyclic", TOKEN_ACYCLIC},
    {"irreflexive", TOKEN_IRREFLEXIVE},
    {"show", TOKEN_SHOW},
    {"unshow", TOKEN_UNSHOW},
    {"empty", TOKEN_EMPTY},
    {"subset", TOKEN_SUBSET},
    {"as", TOKEN_AS},
    {"fun", TOKEN_FUN},
    {"in", TOKEN_IN},
    {"undefined_unless", TOKEN_UNDEFINED_UNLESS},
    {"flag", TOKEN_FLAG},
    {"assert", TOKEN_ASSERT},
    {"include", TOKEN_INCLUDE},
    {"variant", TOKEN_VARIANT},
    {"begin", TOKEN_BEGIN},
    {"end", TOKEN_END_WORD},
    {"procedure", TOKEN_PROCEDURE},
    {"call", TOKEN_CALL},
    {"enum", TOKEN_ENUM},
    {"debug", TOKEN_DEBUG},
    {"match", TOKEN_MATCH},
    {"with", TOKEN_WITH},
    {"forall", TOKEN_FORALL},
    {"from", TOKEN_FROM},
    {"do", TOKEN_DO},
    {"try", TOKEN_TRY},
    {"if", TOKEN_IF},
    {"then", TOKEN_THEN},
    {"else", TOKEN_ELSE},
    {"catdep", TOKEN_CATDEP},
    {"instructions", TOKEN_INSTRUCTIONS},
    {"default", TOKEN_DEFAULT},
    {"not", TOKEN_NOT},
};

const char *token_kind_name(TokenKind kind) {
  switch (kind) {
  case TOKEN_END:
    return "the end of the model";
  case TOKEN_NAME:
    return "a name";
  case TOKEN_TAG:
    return "a tag";
  case TOKEN_STRING:
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
} Lexer;

static char peek(const Lexer *l, size_t ahead) {
  if (l->at + ahead >= l->source->length)
    return '\0';
  return l->source->bytes[l->at + ahead];
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'; }

// (* comments (* nest *) *), and // or # to the end of the line
static bool skip_comment(Lexer *l) {
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

static bool skip_blanks(Lexer *l) {
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
static size_t name_length(const Lexer *l, size_t from) {
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

static Token take(Lexer *l, TokenKind kind, size_t skip, size_t length, size_t total) {
  Token t = {kind, {l->at, total}, arena_copy(l->arena, l->source->bytes + l->at + skip, length)};
  l->at += total;
  return t;
}

// Text between two of the same quotes.
static bool lex_quoted(Lexer *l, char quote, TokenKind kind, Token *token) {
  size_t n = 1;
  while (l->at + n < l->source->length && peek(l, n) != quote && peek(l, n) != '\n')
    n++;
  if (peek(l, n) != quote || n == 1)
    return diag_error_at(l->diag, l->source, (Span){l->at, 1}, "expected text and a closing %c after this", quote);
  *token = take(l, kind, 1, n - 1, n + 1);
  return true;
}

static bool lex_one(Lexer *l, Token *token) {
  if (!skip_blanks(l))
    return false;
  if (l->at >= l->source->length) {
    *token = (Token){TOKEN_END, {l->source->length, 0}, ""};
    return true;
  }
  char c = peek(l, 0);
  if (c == '"')
    return lex_quoted(l, '"', TOKEN_STRING, token);
  if (c == '`')
    return lex_quoted(l, '`', TOKEN_NAME, token);
  if (c == '\'') {
    size_t length = name_length(l, 1);
    if (!length)
      return diag_error_at(l->diag, l->source, (Span){l->at, 1}, "expected the name of a tag after this quote");
    *token = take(l, TOKEN_TAG, 1, length, length + 1);
    return true;
  }
  size_t length = name_length(l, 0);
  if (length) {
    *token = take(l, TOKEN_NAME, 0, length, length);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
      if (strcmp(token->text, keywords[i].text) == 0)
        token->kind = keywords[i].kind;
    return true;
  }
  for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    size_t n = strlen(symbols[i].text);
    if (l->source->length - l->at >= n && memcmp(l->source->bytes + l->at, symbols[i].text, n) == 0) {
      *token = (Token){symbols[i].kind, {l->at, n}, symbols[i].text};
      l->at += n;
      return true;
    }
  }
  return diag_error_at(l->diag, l->source, (Span){l->at, 1}, "nothing in cat begins with this character");
}

Token *cat_lex(const Source *source, Arena *arena, Diag *diag) {
  Lexer l = {source, 0, arena, diag};
  Token *tokens = NULL;
  size_t count = 0, capacity = 0;
  do {
    tokens = arena_grow(arena, tokens, &capacity, count + 1, sizeof *tokens);
    if (!lex_one(&l, &tokens[count]))
      return NULL;
  } while (tokens[count++].kind != TOKEN_END);
  return tokens;
}
