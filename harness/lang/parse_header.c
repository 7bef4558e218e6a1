// The header (`C name`, a description, Key=value lines and comments) and the init block
// ({ x = 1; [y] = 2; atomic_int z[2] = {1, 2}; 0:r0 = 3; }).
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
  return text_finish(&text, p->arena);
}

static void offer_story(Parser *p, Span span) {
  if (!p->test->story[0])
    p->test->story = fold_story(p, span);
}

// first line := 'C' NAME, or another dialect's word in its place
static bool parse_name(Parser *p) {
  lexer_skip_blanks(&p->lexer);
  const char *expected = p->test->dialect->word;
  Span dialect = word(p);
  if (!dialect.length)
    return ERROR_AT(p, ((Span){dialect.offset, 1}), "expected '%s' and the test's name: a test begins as \"%s SB\"",
                    expected, expected);
  Token token = {.kind = TOKEN_NAME, .span = dialect, .text = p->source->bytes + dialect.offset};
  if (!token_is(token, expected))
    return ERROR_AT(p, dialect, "expected '%s' and the test's name, found '%s': a test begins as \"%s SB\"", expected,
                    token_text(p, token), expected);
  p->lexer.offset += dialect.length;
  while (here(p) == ' ' || here(p) == '\t')
    p->lexer.offset++;
  Span name = word(p);
  if (!name.length)
    return ERROR_AT(p, ((Span){p->lexer.offset, 1}), "expected the test's name after '%s'", expected);
  if (name.length > LIMIT_NAME)
    return ERROR_AT(p, name, "a name of more than %d bytes", LIMIT_NAME);
  char *copy = arena_copy(p->arena, p->source->bytes + name.offset, name.length);
  if (strchr(copy, '/') && !p->test->dialect->addresses)
    return ERROR_AT(p, name, "a test's name has no '/'");
  for (char *slash = copy; (slash = strchr(slash, '/'));)
    *slash = '-'; // files are named for tests
  p->test->name = copy;
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
  if (!strcmp(name, "Dialect") && p->test->dialect->pointers) // it is in this one; printed where nothing else tells
    return true;
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
    return ERROR_AT(p, span, "no location '%s' in this test%s", name, suggestion_text(&suggestion, p->arena));
  }
  Location *l = &p->test->locations[location];
  if (l->has_offset)
    return ERROR_AT(p, span, "'%s' is placed twice", name);
  l->has_offset = true;
  l->line_offset = (unsigned)offset;
  return true;
}

// Reads the value of the Layout= line, as if the source ended with it.
void parse_layout(Parser *p) {
  if (!p->has_layout)
    return;
  Source line = *p->source;
  line.length = p->layout.offset + p->layout.length;
  p->lexer = (Lexer){.source = &line, .offset = p->layout.offset};
  p->token = (Token){.kind = TOKEN_SYMBOL, .span = {p->layout.offset, 0}, .text = ""};
  parser_advance(p);
  bool ok = parse_offset(p);
  while (ok && parser_take(p, ","))
    ok = parse_offset(p);
  if (ok && p->token.kind != TOKEN_END)
    parser_expected(p, "',' or the end of the line");
}

// What an entry says before its value.
typedef struct {
  Type type;
  bool has_type;
  const char *name;
  Span span;
  bool has_index;
  Value index; // cut to what no location has
  Span index_span;
} Entry;

// value := [ '-' ] NUMBER, or [ '&' ] NAME [ '[' NUMBER ']' ], an address
static bool parse_value(Parser *p, Number *number) {
  if (p->test->dialect->pointers && parser_at(p, "ATOMIC_INIT")) {
    parser_advance(p);
    return parser_expect(p, "(", "after ATOMIC_INIT") && parser_number(p, number) &&
           parser_expect(p, ")", "after the number");
  }
  if (p->test->dialect->addresses && (p->token.kind == TOKEN_NAME || parser_at(p, "&") || parser_at_register(p))) {
    parser_take(p, "&");
    return parse_address_value(p, number);
  }
  if (p->token.kind == TOKEN_NAME || parser_at(p, "&") || parser_at(p, "*"))
    return ERROR_AT(p, p->token.span, "expected a number: pointers are not supported as initial values");
  return parser_number(p, number);
}

static bool parse_index(Parser *p, Entry *entry) {
  if (!parser_take(p, "["))
    return true;
  Number number = {0};
  if (!parse_value(p, &number))
    return false;
  entry->has_index = true;
  entry->index = number.magnitude > LIMIT_ELEMENTS ? LIMIT_ELEMENTS + 1 : (Value)number.magnitude;
  if (number.is_negative)
    entry->index = -entry->index;
  entry->index_span = number.span;
  return parser_expect(p, "]", "after the number of elements");
}

static bool set_type(Parser *p, unsigned location, const Entry *entry) {
  LocationNote *note = &p->notes[location];
  Location *l = &p->test->locations[location];
  if (!entry->has_type)
    return true;
  if (note->has_type && l->type != entry->type.base)
    return ERROR_AT(p, entry->span, "'%s' was given the type '%s' before", l->name, base_type_name(l->type));
  note->has_type = true;
  l->type = entry->type.base;
  l->is_atomic |= entry->type.is_atomic;
  return true;
}

static bool parse_element_values(Parser *p, unsigned location) {
  const Location *l = &p->test->locations[location];
  for (unsigned i = 0; !parser_at(p, "}"); i++) {
    Number number = {0};
    if (!parse_value(p, &number))
      return false;
    if (i >= l->length)
      return ERROR_AT(p, number.span, "'%s' has %u elements", l->name, l->length);
    p->notes[location].numbers[i] = number;
    if (!parser_at(p, "}") && !parser_expect(p, ",", "or '}' after an element"))
      return false;
  }
  return true;
}

// '{' value { ',' value } '}' ; the elements that are not given are 0
static bool parse_elements(Parser *p, unsigned location) {
  if (!parser_expect(p, "{", "before the elements of an array"))
    return false;
  bool ok = parse_element_values(p, location);
  while (!parser_at(p, "}") && !parser_at(p, ";") && !parser_at_section(p) && !parser_at_thread(p))
    parser_advance(p);
  return parser_take(p, "}") && ok;
}

static bool parse_array_entry(Parser *p, unsigned location, const Entry *entry) {
  Location *l = &p->test->locations[location];
  if (l->has_initial)
    return ERROR_AT(p, entry->span, "'%s' is initialised twice", l->name);
  if (!location_set_length(p, location, entry->index, entry->index_span) || !set_type(p, location, entry))
    return false;
  l->is_array = true;
  l->has_initial = true;
  p->notes[location].is_given = true;
  return !parser_take(p, "=") || parse_elements(p, location);
}

// `y[1] = 3`, where y was declared as an array before.
static bool parse_element_entry(Parser *p, unsigned location, const Entry *entry) {
  const Location *l = &p->test->locations[location];
  if (!l->is_array)
    return ERROR_AT(p, entry->span, "'%s' is not an array here; 'int %s[2] = {0, 1};' would make it one", l->name,
                    l->name);
  if (entry->index < 0 || entry->index >= (Value)l->length)
    return ERROR_AT(p, entry->index_span, "'%s' has %u elements", l->name, l->length);
  return parser_expect(p, "=", "after the element") &&
         parse_value(p, &p->notes[location].numbers[(unsigned)entry->index]);
}

static bool parse_scalar_entry(Parser *p, unsigned location, const Entry *entry) {
  Location *l = &p->test->locations[location];
  LocationNote *note = &p->notes[location];
  if (l->is_array && parser_at(p, "="))
    return ERROR_AT(p, entry->span, "'%s' is an array; an element is '%s[0]'", l->name, l->name);
  if (!set_type(p, location, entry))
    return false;
  l->has_initial = true;
  if (!parser_take(p, "="))
    return true;
  if (note->is_given)
    return ERROR_AT(p, entry->span, "'%s' is initialised twice", l->name);
  note->is_given = true;
  return parse_value(p, &note->numbers[0]);
}

// [ type ] ( NAME | NAME '[' NUMBER ']' | '[' NAME [ '[' NUMBER ']' ] ']' ) [ '=' value | '=' elements ]
static bool parse_location_entry(Parser *p, Entry *entry) {
  bool bracketed = parser_take(p, "[");
  if (parser_at(p, "*") && !p->test->dialect->addresses)
    return ERROR_AT(p, p->token.span, "pointers are not supported as locations");
  entry->span = p->token.span;
  entry->name = parser_name(p, "a location, or a register such as '0:r0'");
  if (entry->name && parser_at(p, ":"))
    return ERROR_AT(p, entry->span, "'%s:' means nothing here", entry->name);
  if (!entry->name || !parse_index(p, entry))
    return false;
  if (bracketed && !parser_expect(p, "]", "after the location"))
    return false;
  int location = location_intern(p, entry->name, entry->span);
  if (location < 0)
    return false;
  if (!entry->has_index)
    return parse_scalar_entry(p, (unsigned)location, entry);
  bool declares = entry->has_type || !parser_at(p, "=") || token_is(parser_peek(p), "{");
  return declares ? parse_array_entry(p, (unsigned)location, entry) : parse_element_entry(p, (unsigned)location, entry);
}

// [ type ] [ NUMBER ':' ] register [ '=' value ]; without a number a symbolic one, of whatever thread names it
static bool parse_register_entry(Parser *p, const Entry *entry) {
  Span span = p->token.span;
  InitRegister made = {.type = entry->type, .has_type = entry->has_type};
  Value thread;
  BaseType type;
  if (parser_at(p, "%")) {
    made.thread = EVERY_THREAD;
  } else if (p->token.kind == TOKEN_NAME) {
    if (!parse_thread_prefix(p, &made.thread))
      return false;
  } else {
    const char *problem = number_read(p->token, &thread, &type);
    if (problem || thread < 0 || thread >= LIMIT_THREADS)
      return ERROR_AT(p, span, "expected the number of a thread, 0 to %d", LIMIT_THREADS - 1);
    made.thread = (unsigned)thread;
    parser_advance(p);
    if (!parser_expect(p, ":", "after the number of a thread"))
      return false;
  }
  made.name = parser_register_name(p);
  made.span = parser_span_from(p, span.offset);
  if (!made.name || !parser_cpu_register(p, &made.name, &made.type, made.span))
    return false;
  if (made.type.is_atomic)
    return ERROR_AT(p, made.span, "a register is not atomic");
  if (made.thread == EVERY_THREAD && *made.name != '%')
    return ERROR_AT(p, made.span, "'%s' is a register of every thread: whose is this, as in '0:%s'?", made.name,
                    made.name);
  for (size_t i = 0; i < p->init_register_count; i++)
    if (p->init_registers[i].thread == made.thread && !strcmp(p->init_registers[i].name, made.name))
      return ERROR_AT(p, made.span, "'%.*s' is initialised twice", (int)made.span.length,
                      p->source->bytes + made.span.offset);
  made.is_given = parser_take(p, "=");
  if (made.is_given && !parse_value(p, &made.number))
    return false;
  p->init_registers = arena_grow(p->arena, p->init_registers, &p->init_register_capacity, p->init_register_count + 1,
                                 sizeof *p->init_registers);
  p->init_registers[p->init_register_count++] = made;
  return true;
}

static bool parse_entry(Parser *p) {
  Entry entry = {.type = {.base = BASE_INT}};
  if (parser_at_type(p)) {
    entry.has_type = true;
    if (!parse_type(p, &entry.type))
      return false;
  }
  parse_stars(p, &entry.type);
  if (p->test->dialect->addresses && parser_take(p, "*")) // what holds an address is as wide as one
    entry.type.base = BASE_INT64;
  bool symbolic = p->test->dialect->cpu_register && parser_at(p, "%");
  bool at_register =
      symbolic || p->token.kind == TOKEN_NUMBER || (p->test->dialect->addresses && parser_at_register(p));
  return at_register ? parse_register_entry(p, &entry) : parse_location_entry(p, &entry);
}

// init := '{' { ';' | entry ( ';' | before '}' ) } '}'
void parse_init(Parser *p) {
  parser_advance(p); // '{'
  while (!parser_at(p, "}") && !parser_at_section(p) && !parser_at_thread(p)) {
    if (parser_take(p, ";"))
      continue;
    unsigned depth = p->depth;
    bool ok = parse_entry(p);
    if (ok && !parser_at(p, "}") && !parser_at(p, ";"))
      ok = parser_expected(p, "';' after an initial value");
    p->depth = depth;
    while (!ok && !parser_at(p, ";") && !parser_at(p, "}") && !parser_at_section(p) && !parser_at_thread(p))
      parser_skip_group(p);
  }
  parser_expect(p, "}", "to end the initial values");
}
