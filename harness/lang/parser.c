#include "harness/lang/parser.h"

#include <assert.h>
#include <string.h>

void parser_advance(Parser *p) {
  p->previous_end = p->token.span.offset + p->token.span.length;
  for (;;) {
    p->token = lexer_next(&p->lexer);
    if (p->token.kind != TOKEN_BAD)
      return;
    ERROR_AT(p, p->token.span, "%s", p->token.problem);
    p->problem_end = p->token.span.offset + p->token.span.length;
  }
}

Token parser_peek(const Parser *p) {
  Lexer ahead = p->lexer;
  return lexer_next(&ahead);
}

bool parser_at(const Parser *p, const char *text) { return token_is(p->token, text); }

bool parser_take(Parser *p, const char *text) {
  if (!parser_at(p, text))
    return false;
  parser_advance(p);
  return true;
}

// What is missing at the end of a line is shown there, not at what the next line begins with.
static Span expected_at(const Parser *p) {
  const char *gap = p->source->bytes + p->previous_end;
  bool line_ends = memchr(gap, '\n', p->token.span.offset - p->previous_end);
  return line_ends || p->token.kind == TOKEN_END ? (Span){p->previous_end, 1} : p->token.span;
}

bool parser_expected(Parser *p, const char *what) {
  // What stands here instead was reported as no token at all.
  if (p->problem_end > p->previous_end)
    return false;
  Span span = expected_at(p);
  if (p->token.kind == TOKEN_END)
    return ERROR_AT(p, span, "expected %s, but the %s ends", what,
                    p->lexer.source->length < p->source->length ? "line" : "file");
  if (span.offset != p->token.span.offset)
    return ERROR_AT(p, span, "expected %s", what);
  return ERROR_AT(p, span, "expected %s, found '%s'", what, token_text(p, p->token));
}

bool parser_expect(Parser *p, const char *text, const char *where) {
  if (parser_take(p, text))
    return true;
  return parser_expected(p, arena_printf(p->arena, "'%s' %s", text, where));
}

Span parser_span_from(const Parser *p, size_t begin) {
  return (Span){begin, p->previous_end > begin ? p->previous_end - begin : 0};
}

static bool is_thread_name(Token token) {
  if (token.kind != TOKEN_NAME || token.text[0] != 'P' || token.span.length < 2)
    return false;
  for (size_t i = 1; i < token.span.length; i++)
    if (token.text[i] < '0' || token.text[i] > '9')
      return false;
  return true;
}

bool parser_at_thread(const Parser *p) { return is_thread_name(p->token) && token_is(parser_peek(p), "("); }

bool parser_at_section(const Parser *p) {
  static const char *const words[] = {"locations", "filter", "exists", "forall"};
  if (p->token.kind == TOKEN_END)
    return true;
  bool negated = parser_at(p, "~") || parser_at(p, "not");
  Token token = negated ? parser_peek(p) : p->token;
  for (size_t i = negated ? 2 : 0; i < sizeof words / sizeof *words; i++)
    if (token_is(token, words[i]))
      return true;
  return false;
}

bool parser_enter(Parser *p) {
  if (p->depth == LIMIT_NESTING)
    return ERROR_AT(p, p->token.span, "nested more than %d deep", LIMIT_NESTING);
  if (++p->depth > p->deepest)
    p->deepest = p->depth;
  return true;
}

void parser_leave(Parser *p) {
  assert(p->depth);
  p->depth--;
}

bool parser_count_term(Parser *p, Span span) {
  if (++p->terms > LIMIT_TERMS)
    return ERROR_AT(p, span, "more than %d operands and operators in one place", LIMIT_TERMS);
  return true;
}

bool parser_number(Parser *p, Number *number) {
  size_t begin = p->token.span.offset;
  number->is_negative = parser_take(p, "-");
  if (p->token.kind != TOKEN_NUMBER)
    return parser_expected(p, "a number");
  Value value;
  BaseType type;
  const char *problem = number_read(p->token, &value, &type);
  if (problem)
    return ERROR_AT(p, p->token.span, "%s", problem);
  parser_advance(p);
  number->magnitude = (UnsignedValue)value;
  number->span = parser_span_from(p, begin);
  return true;
}

void parser_skip_group(Parser *p) {
  unsigned depth = 0;
  do {
    if (parser_at(p, "(") || parser_at(p, "[") || parser_at(p, "{"))
      depth++;
    else if (depth && (parser_at(p, ")") || parser_at(p, "]") || parser_at(p, "}")))
      depth--;
    parser_advance(p);
  } while (depth && p->token.kind != TOKEN_END);
}
