// The primitives of the test's dialect: which a call names, and those of its arguments that are no expressions.
#include "harness/lang/parser.h"

#include <string.h>

const Primitive *primitive_find(const Parser *p, Token token) {
  const Dialect *dialect = p->test->dialect;
  for (unsigned i = 0; i < dialect->primitive_count; i++)
    if (token_is(token, dialect->primitives[i].name))
      return &dialect->primitives[i];
  return NULL;
}

bool unknown_primitive(Parser *p) {
  const Dialect *dialect = p->test->dialect, *other = dialect_with(dialect, p->token);
  Token token = p->token;
  if (other)
    return ERROR_AT(p, token.span, "'%s' is of the dialect %s, and what comes before makes this test one of %s",
                    token_text(p, token), other->name, dialect->name);
  Suggestion suggestion = suggestion_for(token_text(p, token));
  for (unsigned i = 0; i < dialect->primitive_count; i++)
    suggestion_try(&suggestion, dialect->primitives[i].name);
  return ERROR_AT(p, token.span, "no function '%s' in the language%s", suggestion.wanted,
                  suggestion_text(&suggestion, p->arena));
}

bool primitive_has_value(const Primitive *primitive) {
  return access_has_value(primitive->op) && primitive->result != RESULT_NONE;
}

const char *primitive_describe(Parser *p, const Primitive *primitive) {
  Text text = {0};
  for (const char *a = primitive->arguments; *a; a++) {
    const char *word = *a == 'a'                ? "location"
                       : *a == 'p'              ? "*location"
                       : *a == 'v'              ? "value"
                       : *a == 'e' || *a == 'c' ? "expected"
                       : *a == 's'              ? "name"
                                                : "order";
    text_printf(&text, "%s%s", text.length ? ", " : "", word);
  }
  const char *result = arena_printf(p->arena, "%s(%s)", primitive->name, text_string(&text));
  text_free(&text);
  return result;
}

static bool unknown_order(Parser *p, Token token) {
  const Dialect *dialect = p->test->dialect;
  Suggestion suggestion = suggestion_for(token_text(p, token));
  for (unsigned i = 0; i < dialect->order_count; i++)
    suggestion_try(&suggestion, dialect->orders[i].spelling);
  return ERROR_AT(p, token.span, "no memory order '%s'%s", suggestion.wanted, suggestion_text(&suggestion, p->arena));
}

bool parse_order(Parser *p, Access *access) {
  const Dialect *dialect = p->test->dialect;
  Token token = p->token;
  if (token.kind != TOKEN_NAME)
    return parser_expected(p, "a memory order such as 'memory_order_seq_cst'");
  const Order *order = NULL;
  for (unsigned i = 0; i < dialect->order_count && !order; i++)
    if (token_is(token, dialect->orders[i].spelling))
      order = &dialect->orders[i];
  if (!order)
    return unknown_order(p, token);
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

bool parse_fence_name(Parser *p, Access *access) {
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
