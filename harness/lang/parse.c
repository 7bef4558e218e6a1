#include "harness/lang/parse.h"
#include "harness/lang/parser.h"
#include "harness/lang/widen.h"

Parser *parser_new(const Source *source, const Dialect *dialect, Arena *arena, Diag *diag) {
  unsigned errors = diag->errors;
  Diagnostic *last = diag->last;
  if (source->length > LIMIT_FILE) {
    diag_error_at(diag, source, (Span){LIMIT_FILE, 1}, "a test of more than %d bytes", LIMIT_FILE);
    return NULL;
  }
  if (!source_is_text(source, diag))
    return NULL;
  Test *test = ARENA_NEW(arena, Test);
  test->name = test->story = "";
  test->source = source;
  test->dialect = dialect;
  test->locations = ARENA_ARRAY(arena, Location, LIMIT_LOCATIONS);
  test->threads = ARENA_ARRAY(arena, Thread, LIMIT_THREADS);
  Parser *p = ARENA_NEW(arena, Parser);
  *p = (Parser){.source = source,
                .arena = arena,
                .diag = diag,
                .lexer = {.source = source, .pointers = dialect->pointers},
                .errors = errors,
                .last = last,
                .test = test};
  return p;
}

Test *parser_end(Parser *p) {
  p->lexer.in_code = false;
  resolve_initial_values(p);
  if (p->test->dialect->pointers && p->diag->errors == p->errors)
    test_widen_addresses(p->test);
  resolve_mentions(p);
  parse_layout(p);
  if (!p->test->condition.body) {
    p->test->condition.body = ARENA_NEW(p->arena, Prop);
    p->test->condition.body->kind = PROP_TRUE;
  }
  diag_sort(p->diag, p->last);
  return p->diag->errors == p->errors ? p->test : NULL;
}

// test := header init thread { thread } { locations | filter | condition }
Test *test_parse_as(const Dialect *dialect, const Source *source, Arena *arena, Diag *diag) {
  Parser *p = parser_new(source, dialect, arena, diag);
  if (!p || !parse_header(p))
    return NULL;
  parse_init(p);
  if (parser_at_section(p)) // what else is no thread is reported there
    parser_unexpected(p, "the first thread, 'P0 (...)'");
  do {
    while (parser_at_thread(p))
      parse_thread(p);
    parse_sections(p);
  } while (p->token.kind != TOKEN_END);
  return parser_end(p);
}

// Bytes of the header, which is words and no code. 0 where it is none: who parses the test says why.
static size_t header_length(const Source *source, Arena *arena) {
  Diag aside = {.arena = arena};
  Parser *p = parser_new(source, &dialect_c11, arena, &aside);
  return p && parse_header(p) ? p->previous_end : 0;
}

Test *test_parse(const Source *source, Arena *arena, Diag *diag) {
  bool readable = source->length <= LIMIT_FILE;
  return test_parse_as(readable ? dialect_of(source, header_length(source, arena)) : &dialect_c11, source, arena, diag);
}

Test *condition_parse(const Source *source, Arena *arena, Diag *diag) {
  Parser *p = parser_new(source, &dialect_c11, arena, diag);
  if (!p)
    return NULL;
  p->is_bare = true;
  parser_advance(p);
  parse_sections(p);
  return parser_end(p);
}
