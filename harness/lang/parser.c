// The small steps that every rule is made of: tokens, then names.
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

bool parser_unexpected(Parser *p, const char *what) {
  if (p->token.kind == TOKEN_END || p->problem_end > p->previous_end)
    return parser_expected(p, what);
  return ERROR_AT(p, p->token.span, "expected %s, found '%s'", what, token_text(p, p->token));
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

// A condition as old assembly tests have it, and what follows it: `final (` and `with tso`.
static bool at_old_section(const Parser *p) {
  return p->test->dialect->cpu_register && ((parser_at(p, "final") && token_is(parser_peek(p), "(")) ||
                                            (parser_at(p, "with") && parser_peek(p).kind == TOKEN_NAME));
}

bool parser_at_section(const Parser *p) {
  static const char *const words[] = {"locations", "filter", "exists", "forall"};
  if (p->token.kind == TOKEN_END || at_old_section(p))
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

bool parse_element(Parser *p, bool *has_element, unsigned *element) {
  if (!parser_take(p, "["))
    return true;
  Value value;
  BaseType type;
  const char *problem = p->token.kind == TOKEN_NUMBER ? number_read(p->token, &value, &type) : "expected a number";
  if (problem)
    return ERROR_AT(p, p->token.span, "%s", problem);
  if (value < 0 || value >= LIMIT_ELEMENTS)
    return ERROR_AT(p, p->token.span, "no location has that many elements");
  parser_advance(p);
  *has_element = true;
  *element = (unsigned)value;
  return parser_expect(p, "]", "after the number of the element");
}

// At the `0:` or `P0:` of a register.
bool parser_at_register(const Parser *p) {
  bool number =
      p->token.kind == TOKEN_NUMBER || (p->token.kind == TOKEN_NAME && p->token.text[0] == 'P' &&
                                        p->token.span.length > 1 && p->token.text[1] >= '0' && p->token.text[1] <= '9');
  return number && token_is(parser_peek(p), ":");
}

bool parse_address_value(Parser *p, Number *number) {
  size_t begin = p->token.span.offset;
  bool has_element = false;
  unsigned element = 0;
  bool at_place = p->token.kind == TOKEN_NUMBER && parser_at_register(p); // `0:L0`, as states show it
  *number = (Number){.address = at_place ? token_text(p, p->token) : parser_name(p, "a location")};
  if (at_place)
    parser_advance(p);
  if (number->address && parser_take(p, ":")) { // of a place in the code
    const char *label = parser_name(p, "a label");
    number->address = label ? arena_printf(p->arena, "%s:%s", number->address, label) : NULL;
  }
  if (!number->address || !parse_element(p, &has_element, &element))
    return false;
  number->magnitude = element;
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

// C17 6.4.1, and the names that <stdbool.h> takes.
static const char *const reserved[] = {
    "auto",       "break",     "case",           "char",          "const",    "continue", "default",  "do",
    "double",     "else",      "enum",           "extern",        "float",    "for",      "goto",     "if",
    "inline",     "int",       "long",           "register",      "restrict", "return",   "short",    "signed",
    "sizeof",     "static",    "struct",         "switch",        "typedef",  "union",    "unsigned", "void",
    "volatile",   "while",     "_Alignas",       "_Alignof",      "_Atomic",  "_Bool",    "_Complex", "_Generic",
    "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local", "bool",     "true",     "false",    "asm",
    "typeof",     "exists",    "forall",         "locations",     "filter",   "not",
};

bool name_is_reserved(Token token) {
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (token_is(token, reserved[i]))
      return true;
  return false;
}

const char *token_text(Parser *p, Token token) {
  enum { SHOWN = 40 };
  if (token.span.length <= SHOWN)
    return arena_copy(p->arena, token.text, token.span.length);
  return arena_printf(p->arena, "%.*s...", SHOWN, token.text);
}

const char *parser_name(Parser *p, const char *what) {
  if (p->token.kind != TOKEN_NAME) {
    parser_expected(p, what);
    return NULL;
  }
  if (p->token.span.length > LIMIT_NAME) {
    ERROR_AT(p, p->token.span, "a name of more than %d bytes", LIMIT_NAME);
    return NULL;
  }
  if (name_is_reserved(p->token)) {
    ERROR_AT(p, p->token.span, "expected %s, but '%s' is a word of the language", what, token_text(p, p->token));
    return NULL;
  }
  const char *name = arena_copy(p->arena, p->token.text, p->token.span.length);
  parser_advance(p);
  return name;
}

const char *parser_register_name(Parser *p) {
  bool marked = p->test->dialect->cpu_register && parser_take(p, "%");
  const char *name = parser_name(p, "a register");
  return marked && name ? arena_printf(p->arena, "%%%s", name) : name;
}

int location_find(const Test *test, const char *name) {
  for (unsigned i = 0; i < test->location_count; i++)
    if (!strcmp(test->locations[i].name, name))
      return (int)i;
  return -1;
}

int register_find(const Thread *thread, const char *name) {
  for (unsigned i = 0; i < thread->register_count; i++)
    if (!strcmp(thread->registers[i].name, name))
      return (int)i;
  return -1;
}

// Makes room for the elements of a location.
bool location_set_length(Parser *p, unsigned location, Value length, Span span) {
  Location *l = &p->test->locations[location];
  unsigned others = p->element_count - l->length;
  if (length < 1)
    return ERROR_AT(p, span, "an array has at least one element");
  if (length > LIMIT_ELEMENTS - others)
    return ERROR_AT(p, span, "more than %d elements in all locations together", LIMIT_ELEMENTS);
  l->length = (unsigned)length;
  l->initial = ARENA_ARRAY(p->arena, Value, l->length);
  p->notes[location].numbers = ARENA_ARRAY(p->arena, Number, l->length);
  p->element_count = others + l->length;
  return true;
}

int location_intern(Parser *p, const char *name, Span span) {
  Test *test = p->test;
  int found = location_find(test, name);
  if (found >= 0)
    return found;
  if (test->location_count == LIMIT_LOCATIONS) {
    ERROR_AT(p, span, "more than %d locations", LIMIT_LOCATIONS);
    return -1;
  }
  unsigned location = test->location_count++;
  test->locations[location] = (Location){.name = name, .type = p->is_bare ? BASE_INT128 : BASE_INT};
  p->notes[location] = (LocationNote){.span = span};
  if (!location_set_length(p, location, 1, span)) {
    test->location_count--;
    return -1;
  }
  return (int)location;
}

bool parser_cpu_register(Parser *p, const char **name, Type *type, Span span) {
  if (!p->test->dialect->cpu_register || p->test->dialect->cpu_register(p->test->dialect, name, type))
    return true;
  return ERROR_AT(p, span, "the CPU has no register '%s'", *name);
}

int register_add(Parser *p, unsigned thread, const char *name, Type type, Span span) {
  Thread *t = &p->test->threads[thread];
  if (t->register_count == LIMIT_REGISTERS) {
    ERROR_AT(p, span, "more than %d registers in P%u", LIMIT_REGISTERS, thread);
    return -1;
  }
  if (!t->registers)
    t->registers = ARENA_ARRAY(p->arena, Register, LIMIT_REGISTERS);
  t->registers[t->register_count] = (Register){.name = name, .type = type};
  return (int)t->register_count++;
}
