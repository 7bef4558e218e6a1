// The header: `C name`, a description, Key=value lines and comments, up to the init block.
#include "harness/lang/parser.h"

#include <string.h>

static char here(const Parser *p) {
  if (p->lexer.offset >= p->source->length)
    return '\0';
  return p->source->bytes[p->lexer.offset];
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static Span line_rest(const Parser *p) {
  size_t begin = p->lexer.offset, end = begin;
  while (end < p->source->length && p->source->bytes[end] != '\n')
    end++;
  while (end > begin && is_blank(p->source->bytes[end - 1]))
    end--;
  return (Span){begin, end - begin};
}

// Up to a blank, a brace, a quote or a comment.
static Span word(const Parser *p) {
  const char *bytes = p->source->bytes;
  size_t begin = p->lexer.offset, end = begin;
  while (end < p->source->length && !is_blank(bytes[end]) && bytes[end] != '{' && bytes[end] != '"' &&
         !(bytes[end] == '(' && bytes[end + 1] == '*'))
    end++;
  return (Span){begin, end - begin};
}

// The text of a description: blanks folded, the asterisks that decorate the left edge of a comment dropped, and no
// comment brackets of its own, so that it can be printed as a comment.
static const char *fold_story(Parser *p, Span span) {
  Text text = {0};
  bool at_edge = true, blank = false;
  for (size_t i = span.offset; i < span.offset + span.length; i++) {
    char c = p->source->bytes[i];
    if (is_blank(c)) {
      at_edge |= c == '\n';
      blank = true;
      continue;
    }
    if (c == '*' && (at_edge || !text.length))
      continue;
    at_edge = false;
    const char *last = text.length ? text.bytes + text.length - 1 : "";
    bool bracket = (*last == '(' && c == '*') || (*last == '*' && c == ')');
    if (text.length && (blank || bracket))
      text_add_char(&text, ' ');
    text_add_char(&text, c);
    blank = false;
  }
  const char *story = arena_copy(p->arena, text_string(&text), text.length);
  text_free(&text);
  return story;
}

static void offer_story(Parser *p, Span span) {
  if (!p->test->story[0])
    p->test->story = fold_story(p, span);
}

// first line := 'C' NAME
static bool parse_name(Parser *p) {
  lexer_skip_blanks(&p->lexer);
  Span dialect = word(p);
  if (!dialect.length)
    return ERROR_AT(p, ((Span){dialect.offset, 1}), "expected 'C' and the test's name: a test begins as \"C SB\"");
  if (dialect.length != 1 || p->source->bytes[dialect.offset] != 'C') {
    Token token = {.span = dialect, .text = p->source->bytes + dialect.offset};
    return ERROR_AT(p, dialect, "expected 'C' and the test's name, found '%s': a test begins as \"C SB\"",
                    token_text(p, token));
  }
  p->lexer.offset += dialect.length;
  while (here(p) == ' ' || here(p) == '\t')
    p->lexer.offset++;
  Span name = word(p);
  if (!name.length)
    return ERROR_AT(p, ((Span){p->lexer.offset, 1}), "expected the test's name after 'C'");
  if (name.length > LIMIT_NAME)
    return ERROR_AT(p, name, "a name of more than %d bytes", LIMIT_NAME);
  if (memchr(p->source->bytes + name.offset, '/', name.length))
    return ERROR_AT(p, name, "a test's name has no '/'");
  p->test->name = arena_copy(p->arena, p->source->bytes + name.offset, name.length);
  p->lexer.offset += name.length;
  return true;
}

// The key of a Key=value line; empty where the line is none.
static Span key_at(const Parser *p) {
  size_t begin = p->lexer.offset, end = begin;
  const char *bytes = p->source->bytes;
  while (end < p->source->length && is_key(bytes[end]))
    end++;
  size_t equals = end;
  while (equals < p->source->length && (bytes[equals] == ' ' || bytes[equals] == '\t'))
    equals++;
  return (Span){begin, equals < p->source->length && bytes[equals] == '=' ? end - begin : 0};
}

static bool add_header_line(Parser *p, Span key, Span value, size_t *capacity) {
  Test *test = p->test;
  if (key.length > LIMIT_NAME)
    return ERROR_AT(p, key, "a key of more than %d bytes", LIMIT_NAME);
  const char *name = arena_copy(p->arena, p->source->bytes + key.offset, key.length);
  if (!strcmp(name, "Layout")) {
    if (p->has_layout)
      return ERROR_AT(p, key, "a second Layout= line");
    p->has_layout = true;
    p->layout = value;
  } else {
    Suggestion suggestion = suggestion_for("Layout");
    suggestion_try(&suggestion, name);
    if (suggestion.best)
      WARNING_AT(p, key, "'%s' means nothing here (did you mean 'Layout'?)", name);
  }
  test->header = arena_grow(p->arena, test->header, capacity, test->header_count + 1, sizeof *test->header);
  test->header[test->header_count++] =
      (HeaderLine){name, arena_copy(p->arena, p->source->bytes + value.offset, value.length)};
  return true;
}

static Span quoted(Parser *p) {
  size_t begin = ++p->lexer.offset;
  while (here(p) && here(p) != '"')
    p->lexer.offset++;
  Span span = {begin, p->lexer.offset - begin};
  if (here(p))
    p->lexer.offset++;
  return span;
}

// A line that is neither: part of the description, unless a test's code has begun without an init block.
static bool parse_free_line(Parser *p) {
  Span line = line_rest(p);
  const char *bytes = p->source->bytes + line.offset;
  const char *brace = memchr(bytes, '{', line.length);
  if (brace || (line.length > 1 && bytes[0] == 'P' && bytes[1] >= '0' && bytes[1] <= '9'))
    return ERROR_AT(p, line, "expected the initial values in braces before this; '{}' says that all are 0");
  offer_story(p, line);
  p->lexer.offset = line.offset + line.length;
  return true;
}

// header := first line { comment | '"' text '"' | KEY '=' text | text } '{'
bool parse_header(Parser *p) {
  size_t capacity = 0;
  p->test->story = "";
  if (p->source->length >= 3 && !memcmp(p->source->bytes, "\xef\xbb\xbf", 3))
    p->lexer.offset = 3;
  if (!parse_name(p))
    return false;
  for (;;) {
    lexer_skip_blanks(&p->lexer);
    Span text, key;
    bool closed;
    size_t begin = p->lexer.offset;
    if (!here(p))
      return ERROR_AT(p, ((Span){p->source->length, 1}), "expected the initial values in braces, but the file ends");
    if (here(p) == '{')
      break;
    if (lexer_comment(&p->lexer, &text, &closed)) {
      if (!closed)
        return ERROR_AT(p, ((Span){begin, 2}), "the file ends inside this comment");
      offer_story(p, text);
    } else if (here(p) == '"') {
      offer_story(p, quoted(p));
    } else if ((key = key_at(p)).length) {
      while (here(p) != '=')
        p->lexer.offset++;
      do
        p->lexer.offset++;
      while (here(p) == ' ' || here(p) == '\t');
      Span value = line_rest(p);
      if (!add_header_line(p, key, value, &capacity))
        return false;
      p->lexer.offset = value.offset + value.length;
    } else if (!parse_free_line(p)) {
      return false;
    }
  }
  p->previous_end = p->lexer.offset;
  p->token = lexer_next(&p->lexer); // '{'
  return true;
}

// layout := NAME ':' NUMBER { ',' NAME ':' NUMBER }
static bool parse_offset(Parser *p) {
  Span span = p->token.span;
  const char *name = parser_name(p, "a location");
  if (!name || !parser_expect(p, ":", "after the location: Layout=x:60 puts x at byte 60 of its line"))
    return false;
  Token number = p->token;
  Value offset;
  BaseType type;
  if (number.kind != TOKEN_NUMBER)
    return parser_expected(p, "a number of bytes");
  const char *problem = number_read(number, &offset, &type);
  if (problem || offset < 0 || offset > 63)
    return ERROR_AT(p, number.span, "expected an offset from 0 to 63 bytes");
  parser_advance(p);
  int location = location_find(p->test, name);
  if (location < 0) {
    Suggestion suggestion = suggestion_for(name);
    for (unsigned i = 0; i < p->test->location_count; i++)
      suggestion_try(&suggestion, p->test->locations[i].name);
    return ERROR_AT(p, span, "no location '%s' in this test%s", name, suggestion_text(p, &suggestion));
  }
  Location *l = &p->test->locations[location];
  if (l->has_offset)
    return ERROR_AT(p, span, "'%s' is placed twice", name);
  l->has_offset = true;
  l->line_offset = (unsigned)offset;
  return true;
}

// Reads the value of the Layout= line, as if the source ended with it.
bool parse_layout(Parser *p) {
  if (!p->has_layout)
    return true;
  Source line = *p->source;
  line.length = p->layout.offset + p->layout.length;
  p->lexer = (Lexer){.source = &line, .offset = p->layout.offset};
  p->token = (Token){.kind = TOKEN_SYMBOL, .span = {p->layout.offset, 0}, .text = ""};
  parser_advance(p);
  bool ok = parse_offset(p);
  while (ok && parser_take(p, ","))
    ok = parse_offset(p);
  if (ok && p->token.kind != TOKEN_END)
    ok = parser_expected(p, "',' or the end of the line");
  return ok;
}
