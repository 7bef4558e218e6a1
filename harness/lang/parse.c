#include "harness/lang/parse.h"
#include "harness/lang/parser.h"

// Between and after the threads.
static void parse_sections(Parser *p) {
  while (p->token.kind != TOKEN_END) {
    if (parser_at(p, "locations")) {
      parse_locations(p);
    } else if (parser_at(p, "filter")) {
      parse_filter(p);
    } else if (parser_at_section(p)) {
      parse_quantified(p);
    } else {
      parser_expected(p, p->test->condition.quantifier == QUANTIFIER_NONE
                             ? "a thread such as 'P1 (...)', 'locations', 'filter', 'exists' or 'forall'"
                             : "the end of the file");
      do
        parser_advance(p);
      while (!parser_at_section(p) && !parser_at_thread(p));
      if (parser_at_thread(p))
        return;
    }
  }
}

// test := header init thread { thread } { locations | filter | condition }
static void parse_test(Parser *p) {
  if (!parse_header(p))
    return;
  parse_init(p);
  if (!parser_at_thread(p))
    parser_expected(p, "the first thread, 'P0 (...)'");
  do {
    while (parser_at_thread(p))
      parse_thread(p);
    parse_sections(p);
  } while (p->token.kind != TOKEN_END);
  p->lexer.in_code = false;
  resolve_initial_values(p);
  resolve_mentions(p);
  parse_layout(p);
  if (!p->test->condition.body) {
    p->test->condition.body = ARENA_NEW(p->arena, Prop);
    p->test->condition.body->kind = PROP_TRUE;
  }
}

Test *test_parse(const Source *source, Arena *arena, Diag *diag) {
  unsigned errors = diag->errors;
  Diagnostic *before = diag->last;
  if (source->length > LIMIT_FILE) {
    diag_error_at(diag, source, (Span){LIMIT_FILE, 1}, "a test of more than %d bytes", LIMIT_FILE);
    return NULL;
  }
  if (!source_is_text(source, diag))
    return NULL;
  Test *test = ARENA_NEW(arena, Test);
  test->source = source;
  test->dialect = &dialect_c11;
  test->locations = ARENA_ARRAY(arena, Location, LIMIT_LOCATIONS);
  test->threads = ARENA_ARRAY(arena, Thread, LIMIT_THREADS);
  Parser parser = {.source = source, .arena = arena, .diag = diag, .lexer = {.source = source}, .test = test};
  parse_test(&parser);
  diag_sort(diag, before);
  return diag->errors == errors ? test : NULL;
}
