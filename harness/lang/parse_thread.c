// Threads: P0 (atomic_int* x, volatile int* y) { ... }
#include "harness/lang/parser.h"

#include <stdlib.h>

// How the location is seen here has to agree with how it was seen before.
static bool join_location(Parser *p, unsigned location, Type type, Span span) {
  Location *l = &p->test->locations[location];
  LocationNote *note = &p->notes[location];
  if (!note->has_type) {
    note->has_type = true;
    l->type = type.base;
  }
  l->is_atomic |= type.is_atomic;
  if (base_type_bits(l->type) != base_type_bits(type.base))
    return ERROR_AT(p, span, "'%s' is %u bits wide here and %u bits ('%s') where it was declared first", l->name,
                    base_type_bits(type.base), base_type_bits(l->type), base_type_name(l->type));
  return true;
}

static bool is_parameter(const Thread *thread, unsigned location) {
  for (unsigned i = 0; i < thread->parameter_count; i++)
    if (thread->parameters[i].location == location)
      return true;
  return false;
}

// parameter := type '*' { qualifier } NAME
static bool parse_parameter(Parser *p) {
  Thread *thread = &p->test->threads[p->thread];
  Type type;
  if (!parse_type(p, &type))
    return false;
  if (!parser_at(p, "*"))
    return parser_expected(p, "'*': a thread's parameters are pointers to locations");
  parser_advance(p);
  while (parser_at(p, "const") || parser_at(p, "volatile") || parser_at(p, "restrict"))
    parser_advance(p);
  if (parser_at(p, "*"))
    return ERROR_AT(p, p->token.span, "pointers to pointers are not in the language");
  Span span = p->token.span;
  const char *name = parser_name(p, "the name of a location");
  if (!name)
    return false;
  int location = location_intern(p, name, span);
  if (location < 0)
    return false;
  if (is_parameter(thread, (unsigned)location))
    return ERROR_AT(p, span, "'%s' is a parameter of P%u twice", name, p->thread);
  if (!thread->parameters)
    thread->parameters = ARENA_ARRAY(p->arena, Parameter, LIMIT_LOCATIONS);
  thread->parameters[thread->parameter_count++] = (Parameter){.location = (unsigned)location, .type = type};
  return join_location(p, (unsigned)location, type, span);
}

// parameters := '(' [ 'void' | parameter { ',' parameter } ] ')'
static bool parse_parameters(Parser *p) {
  if (!parser_expect(p, "(", "after the thread's name"))
    return false;
  if (parser_at(p, "void") && token_is(parser_peek(p), ")"))
    parser_advance(p);
  if (!parser_at(p, ")")) {
    do {
      if (!parse_parameter(p))
        return false;
    } while (parser_take(p, ","));
  }
  return parser_expect(p, ")", "or ',' after a parameter");
}

// Threads are numbered from 0 in the order they stand in. One that is numbered otherwise is read all the same.
static bool check_number(Parser *p) {
  const char *text = token_text(p, p->token);
  unsigned long number = p->token.span.length < 8 ? strtoul(text + 1, NULL, 10) : LIMIT_THREADS;
  unsigned expected = p->test->thread_count;
  if (expected == LIMIT_THREADS)
    return ERROR_AT(p, p->token.span, "more than %d threads", LIMIT_THREADS);
  if (number != expected)
    ERROR_AT(p, p->token.span, "expected thread P%u, found '%s'", expected, text);
  return true;
}

// To where the next thread or section begins. A thread's own braces are skipped as a whole.
static void skip_thread(Parser *p) {
  while (!parser_at_thread(p) && !parser_at_section(p))
    parser_advance(p);
}

// thread := 'P0' parameters '{' { statement } '}'
void parse_thread(Parser *p) {
  Test *test = p->test;
  if (!check_number(p)) {
    parser_advance(p);
    skip_thread(p);
    return;
  }
  p->thread = test->thread_count++;
  test->threads[p->thread] = (Thread){0};
  p->register_blocks = ARENA_ARRAY(p->arena, unsigned, LIMIT_REGISTERS);
  p->register_spans = ARENA_ARRAY(p->arena, Span, LIMIT_REGISTERS);
  p->block = p->block_count = 0;
  p->statement_count = 0;
  p->unknown_registers = 0;
  p->depth = 0;
  parser_advance(p);
  p->parameters_failed = !parse_parameters(p);
  p->depth = 0;
  while (p->parameters_failed && !parser_at(p, "{") && !parser_at_thread(p) && !parser_at_section(p))
    parser_advance(p);
  if (!parser_at(p, "{")) {
    if (!p->parameters_failed)
      parser_expected(p, "'{' before the thread's statements");
    skip_thread(p);
    return;
  }
  p->lexer.in_code = true;
  parser_advance(p);
  test->threads[p->thread].body = parse_block(p);
  p->lexer.in_code = false;
  if (!parser_expect(p, "}", arena_printf(p->arena, "to end P%u", p->thread)))
    skip_thread(p);
}
