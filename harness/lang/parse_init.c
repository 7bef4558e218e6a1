// The init block: { x = 1; [y] = 2; atomic_int z[2] = {1, 2}; 0:r0 = 3; }
#include "harness/lang/parser.h"

#include <string.h>

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

// value := [ '-' ] NUMBER
static bool parse_value(Parser *p, Number *number) {
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

static bool parse_array(Parser *p, unsigned location, const Entry *entry) {
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
static bool parse_element(Parser *p, unsigned location, const Entry *entry) {
  const Location *l = &p->test->locations[location];
  if (!l->is_array)
    return ERROR_AT(p, entry->span, "'%s' is not an array here; 'int %s[2] = {0, 1};' would make it one", l->name,
                    l->name);
  if (entry->index < 0 || entry->index >= (Value)l->length)
    return ERROR_AT(p, entry->index_span, "'%s' has %u elements", l->name, l->length);
  return parser_expect(p, "=", "after the element") &&
         parse_value(p, &p->notes[location].numbers[(unsigned)entry->index]);
}

static bool parse_scalar(Parser *p, unsigned location, const Entry *entry) {
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
  if (parser_at(p, "*"))
    return ERROR_AT(p, p->token.span, "pointers are not supported as locations");
  entry->span = p->token.span;
  entry->name = parser_name(p, "a location, or a register such as '0:r0'");
  if (!entry->name || !parse_index(p, entry))
    return false;
  if (bracketed && !parser_expect(p, "]", "after the location"))
    return false;
  int location = location_intern(p, entry->name, entry->span);
  if (location < 0)
    return false;
  if (!entry->has_index)
    return parse_scalar(p, (unsigned)location, entry);
  bool declares = entry->has_type || !parser_at(p, "=") || token_is(parser_peek(p), "{");
  return declares ? parse_array(p, (unsigned)location, entry) : parse_element(p, (unsigned)location, entry);
}

// [ type ] NUMBER ':' NAME [ '=' value ]
static bool parse_register_entry(Parser *p, const Entry *entry) {
  Span span = p->token.span;
  InitRegister made = {.type = entry->type, .has_type = entry->has_type};
  Value thread;
  BaseType type;
  const char *problem = number_read(p->token, &thread, &type);
  if (problem || thread < 0 || thread >= LIMIT_THREADS)
    return ERROR_AT(p, span, "expected the number of a thread, 0 to %d", LIMIT_THREADS - 1);
  made.thread = (unsigned)thread;
  parser_advance(p);
  if (!parser_expect(p, ":", "after the number of a thread"))
    return false;
  made.span = (Span){span.offset, p->token.span.offset + p->token.span.length - span.offset};
  made.name = parser_name(p, "a register");
  if (!made.name)
    return false;
  if (made.type.is_atomic)
    return ERROR_AT(p, made.span, "a register is not atomic");
  for (size_t i = 0; i < p->init_register_count; i++)
    if (p->init_registers[i].thread == made.thread && !strcmp(p->init_registers[i].name, made.name))
      return ERROR_AT(p, made.span, "'%u:%s' is initialised twice", made.thread, made.name);
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
  return p->token.kind == TOKEN_NUMBER ? parse_register_entry(p, &entry) : parse_location_entry(p, &entry);
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
