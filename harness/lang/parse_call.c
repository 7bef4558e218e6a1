// Calls: the primitives of the test's dialect.
#include "harness/lang/parser.h"

#include <string.h>

static const Primitive *find_primitive(const Parser *p, Token token) {
  const Dialect *dialect = p->test->dialect;
  for (unsigned i = 0; i < dialect->primitive_count; i++)
    if (token_is(token, dialect->primitives[i].name))
      return &dialect->primitives[i];
  return NULL;
}

bool parser_at_call(const Parser *p) { return p->token.kind == TOKEN_NAME && token_is(parser_peek(p), "("); }

bool parser_at_call_statement(const Parser *p) {
  const Primitive *primitive = find_primitive(p, p->token);
  return primitive && !access_has_value(primitive->op) && parser_at_call(p);
}

// The first order of an access, or the one of its failure.
static bool parse_order(Parser *p, Access *access) {
  const Dialect *dialect = p->test->dialect;
  Token token = p->token;
  if (token.kind != TOKEN_NAME)
    return parser_expected(p, "a memory order such as 'memory_order_seq_cst'");
  const Order *order = NULL;
  Suggestion suggestion = suggestion_for(token_text(p, token));
  for (unsigned i = 0; i < dialect->order_count && !order; i++) {
    suggestion_try(&suggestion, dialect->orders[i].spelling);
    if (token_is(token, dialect->orders[i].spelling))
      order = &dialect->orders[i];
  }
  if (!order)
    return ERROR_AT(p, token.span, "no memory order '%s'%s", suggestion.wanted, suggestion_text(p, &suggestion));
  if (access->op == ACCESS_LOAD && !order->of_load)
    return ERROR_AT(p, token.span, "a load cannot be %s", order->name);
  if (access->op == ACCESS_STORE && !order->of_store)
    return ERROR_AT(p, token.span, "a store cannot be %s", order->name);
  if (access->order && !order->of_load)
    return ERROR_AT(p, token.span, "a compare_exchange that fails cannot be %s", order->name);
  parser_advance(p);
  if (access->order)
    access->failure = order;
  else
    access->order = order;
  return true;
}

// expected := '&' register | address
static bool parse_expected_value(Parser *p, Access *access) {
  Span span = p->token.span;
  unsigned wanted = base_type_bits(parameter_type(p, access->address.location).base), found;
  Token name = parser_peek(p);
  const Thread *thread = &p->test->threads[p->thread];
  int reg = -1;
  if (parser_at(p, "&") && name.kind == TOKEN_NAME && name.span.length <= LIMIT_NAME)
    reg = parser_register(p, arena_copy(p->arena, name.text, name.span.length), name.span);
  if (reg >= 0) {
    parser_advance(p);
    parser_advance(p);
    access->expected_in_register = true;
    access->expected_register = (unsigned)reg;
    found = base_type_bits(thread->registers[reg].type.base);
  } else if (p->token.kind == TOKEN_NAME && register_find(thread, token_text(p, p->token)) >= 0) {
    return ERROR_AT(p, span, "the expected value is passed by its address: '&%s'", token_text(p, p->token));
  } else if (p->token.kind == TOKEN_NUMBER) {
    return ERROR_AT(p, span, "the expected value is passed by its address: '&r0', or a location");
  } else {
    if (!parse_address(p, &access->expected))
      return false;
    found = base_type_bits(parameter_type(p, access->expected.location).base);
  }
  if (found != wanted)
    return ERROR_AT(p, span, "the expected value has %u bits, '%s' has %u", found,
                    p->test->locations[access->address.location].name, wanted);
  return true;
}

// place := a plain access: `*x`, `y[1]`
static bool parse_place(Parser *p, Address *address) {
  const Expr *place = parse_unary(p);
  if (!place)
    return false;
  if (place->kind != EXPR_ACCESS || place->access.order || place->access.op != ACCESS_LOAD)
    return ERROR_AT(p, place->span, "expected a location such as '*x'");
  *address = place->access.address;
  return true;
}

// The name of a CPU's fence: letters, digits, '_', '.' and '-'.
static bool parse_fence_name(Parser *p, Access *access) {
  Token token = p->token;
  if (token.kind != TOKEN_STRING)
    return parser_expected(p, "the name of a fence in quotes: cpu_fence(\"name\")");
  const char *name = arena_copy(p->arena, token.text + 1, token.span.length - 2);
  size_t length = token.span.length - 2;
  if (!length || length > LIMIT_NAME || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != length)
    return ERROR_AT(p, token.span, "a fence's name has lower-case letters, digits, '_', '.' and '-'");
  if (!strcmp(name, "none") || !strcmp(name, "compiler") || !strncmp(name, "fence-acq", 9) ||
      !strcmp(name, "fence-release") || !strcmp(name, "fence-seq_cst"))
    return ERROR_AT(p, token.span, "'%s' is no fence of a CPU: write atomic_thread_fence or atomic_signal_fence", name);
  parser_advance(p);
  access->cpu_fence = name;
  return true;
}

static bool parse_argument(Parser *p, char argument, Access *access) {
  switch (argument) {
  case 'a':
    return parse_address(p, &access->address);
  case 'p':
    return parse_place(p, &access->address);
  case 'e':
    return parse_expected_value(p, access);
  case 'v':
    access->operand = parse_expression(p);
    return access->operand;
  case 'm':
    return parse_order(p, access);
  default:
    return parse_fence_name(p, access);
  }
}

// "(location, value, order)", for messages.
static const char *describe_arguments(Parser *p, const Primitive *primitive) {
  Text text = {0};
  for (const char *a = primitive->arguments; *a; a++) {
    const char *word = *a == 'a'   ? "location"
                       : *a == 'p' ? "*location"
                       : *a == 'v' ? "value"
                       : *a == 'e' ? "expected"
                       : *a == 's' ? "name"
                                   : "order";
    text_printf(&text, "%s%s", text.length ? ", " : "", word);
  }
  const char *result = arena_printf(p->arena, "%s(%s)", primitive->name, text_string(&text));
  text_free(&text);
  return result;
}

static bool unknown_function(Parser *p) {
  const Dialect *dialect = p->test->dialect;
  Token token = p->token;
  Suggestion suggestion = suggestion_for(token_text(p, token));
  for (unsigned i = 0; i < dialect->primitive_count; i++)
    suggestion_try(&suggestion, dialect->primitives[i].name);
  return ERROR_AT(p, token.span, "no function '%s' in the language%s", suggestion.wanted,
                  suggestion_text(p, &suggestion));
}

// call := NAME '(' argument { ',' argument } ')'
static bool parse_access(Parser *p, const Primitive *primitive, Access *access) {
  *access = (Access){.op = primitive->op, .weak = primitive->weak};
  if (!parser_enter(p))
    return false;
  parser_advance(p);
  parser_advance(p); // '('
  for (const char *a = primitive->arguments; *a; a++) {
    bool comma = a != primitive->arguments;
    if (parser_at(p, ")") || (comma && !parser_at(p, ",")))
      return parser_expected(p, arena_printf(p->arena, "%s: %s", comma ? "',' and the next argument" : "arguments",
                                             describe_arguments(p, primitive)));
    if (comma)
      parser_advance(p);
    if (!parse_argument(p, *a, access))
      return false;
  }
  if (!parser_at(p, ")"))
    return parser_expected(p,
                           arena_printf(p->arena, "')' after the arguments of %s", describe_arguments(p, primitive)));
  parser_advance(p);
  parser_leave(p);
  if (access->operand && !check_conversion(p, access->operand, parameter_type(p, access->address.location).base))
    return false;
  if (primitive->order)
    access->order = dialect_order(p->test->dialect, primitive->order);
  if (access->op == ACCESS_COMPARE_EXCHANGE && !access->failure)
    access->failure = access->order;
  if (access->op == ACCESS_LOAD || access->op == ACCESS_STORE)
    access->is_volatile = parameter_type(p, access->address.location).is_volatile;
  return true;
}

Expr *parse_call(Parser *p) {
  size_t begin = p->token.span.offset;
  const Primitive *primitive = find_primitive(p, p->token);
  Access access;
  if (!primitive) {
    unknown_function(p);
    return NULL;
  }
  if (!access_has_value(primitive->op)) {
    ERROR_AT(p, p->token.span, "'%s' has no value: it is a statement of its own", primitive->name);
    return NULL;
  }
  if (!parse_access(p, primitive, &access))
    return NULL;
  BaseType type = parameter_type(p, access.address.location).base;
  if (access_is_fetch(access.op) && type == BASE_BOOL) { // C17 7.17.7.5p2
    ERROR_AT(p, parser_span_from(p, begin), "C has no '%s' on bool", primitive->name);
    return NULL;
  }
  Expr *expr = expression_new(p, EXPR_ACCESS, access.op == ACCESS_COMPARE_EXCHANGE ? BASE_BOOL : type, begin);
  if (expr)
    expr->access = access;
  return expr;
}

Stmt *parse_call_statement(Parser *p) {
  size_t begin = p->token.span.offset;
  Access access;
  if (!parse_access(p, find_primitive(p, p->token), &access))
    return NULL;
  return access_statement(p, access, begin);
}
