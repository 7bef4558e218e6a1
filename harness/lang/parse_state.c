#include "harness/lang/lexer.h"
#include "harness/lang/state.h"

#include <string.h>

// Reading a state: the text's tokens, one ahead.
typedef struct {
  Lexer lexer;
  Token token;
} Reader;

static void next(Reader *r) { r->token = lexer_next(&r->lexer); }

static bool take(Reader *r, const char *text) {
  if (!token_is(r->token, text))
    return false;
  next(r);
  return true;
}

static bool read_number(Reader *r, Number *number) {
  Value value;
  BaseType type;
  *number = (Number){.is_negative = take(r, "-")};
  if (r->token.kind != TOKEN_NUMBER || number_read(r->token, &value, &type))
    return false;
  next(r);
  number->magnitude = (UnsignedValue)value;
  return true;
}

static bool read_index(Reader *r, unsigned limit, unsigned *index) {
  Number number;
  if (!read_number(r, &number) || number.is_negative || number.magnitude >= limit)
    return false;
  *index = (unsigned)number.magnitude;
  return true;
}

static bool is_named(Token token, const char *name) { return token.kind == TOKEN_NAME && token_is(token, name); }

static int find_register(const Test *test, unsigned thread, Token name) {
  for (unsigned i = 0; i < test->observable_count; i++) {
    const Observable *o = &test->observables[i];
    if (o->is_register && o->thread == thread && is_named(name, test->threads[thread].registers[o->reg].name))
      return (int)i;
  }
  return -1;
}

static int find_location(const Test *test, Token name, unsigned element) {
  for (unsigned i = 0; i < test->observable_count; i++) {
    const Observable *o = &test->observables[i];
    if (!o->is_register && o->element == element && is_named(name, test->locations[o->location].name))
      return (int)i;
  }
  return -1;
}

// observable := NUMBER ':' NAME | NAME [ '[' NUMBER ']' ] | '[' NAME [ '[' NUMBER ']' ] ']'
// Its index, or -1.
static int read_observable(const Test *test, Reader *r) {
  unsigned index = 0;
  if (r->token.kind == TOKEN_NUMBER) {
    if (!read_index(r, test->thread_count, &index) || !take(r, ":"))
      return -1;
    Token name = r->token;
    next(r);
    return find_register(test, index, name);
  }
  bool bracketed = take(r, "[");
  Token name = r->token;
  next(r);
  if (take(r, "[") && (!read_index(r, LIMIT_ELEMENTS, &index) || !take(r, "]")))
    return -1;
  if (bracketed && !take(r, "]"))
    return -1;
  return find_location(test, name, index);
}

bool state_parse(const Test *test, const char *text, Value *values) {
  const Source source = {.name = "state", .bytes = text, .length = strlen(text)};
  Reader r = {.lexer = {.source = &source}};
  bool seen[LIMIT_OBSERVABLES] = {false};
  unsigned count = 0;
  memset(values, 0, test->observable_total * sizeof *values);
  for (next(&r); r.token.kind != TOKEN_END;) {
    int i = read_observable(test, &r);
    Number number;
    if (i < 0 || seen[i] || !take(&r, "=") || !read_number(&r, &number))
      return false;
    BaseType type = observable_base(test, &test->observables[i]);
    if (!number_fits(number, type))
      return false;
    seen[i] = true;
    count++;
    values[i] = number_value(number, type);
    if (!take(&r, ";") && r.token.kind != TOKEN_END)
      return false;
  }
  return count == test->observable_count;
}
