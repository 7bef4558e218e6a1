// The functions of the language: those of C11's <stdatomic.h> (C17 7.17.4 and 7.17.7), and cpu_fence.
#include "harness/lang/parser.h"

#include <assert.h>
#include <string.h>

typedef enum { CALL_LOAD, CALL_STORE, CALL_EXCHANGE, CALL_COMPARE, CALL_FETCH, CALL_FENCE, CALL_CPU_FENCE } CallKind;

typedef struct {
  const char *name;
  CallKind kind;
  const char *arguments; // a: address, v: value, e: expected value, m: memory order, s: string
  FetchOp fetch;
  bool flag; // CALL_COMPARE: weak; CALL_FENCE: signal
} Function;

static const Function functions[] = {
    {"atomic_load", CALL_LOAD, "a", 0, false},
    {"atomic_load_explicit", CALL_LOAD, "am", 0, false},
    {"atomic_store", CALL_STORE, "av", 0, false},
    {"atomic_store_explicit", CALL_STORE, "avm", 0, false},
    {"atomic_exchange", CALL_EXCHANGE, "av", 0, false},
    {"atomic_exchange_explicit", CALL_EXCHANGE, "avm", 0, false},
    {"atomic_compare_exchange_strong", CALL_COMPARE, "aev", 0, false},
    {"atomic_compare_exchange_strong_explicit", CALL_COMPARE, "aevmm", 0, false},
    {"atomic_compare_exchange_weak", CALL_COMPARE, "aev", 0, true},
    {"atomic_compare_exchange_weak_explicit", CALL_COMPARE, "aevmm", 0, true},
    {"atomic_fetch_add", CALL_FETCH, "av", FETCH_ADD, false},
    {"atomic_fetch_add_explicit", CALL_FETCH, "avm", FETCH_ADD, false},
    {"atomic_fetch_sub", CALL_FETCH, "av", FETCH_SUB, false},
    {"atomic_fetch_sub_explicit", CALL_FETCH, "avm", FETCH_SUB, false},
    {"atomic_fetch_and", CALL_FETCH, "av", FETCH_AND, false},
    {"atomic_fetch_and_explicit", CALL_FETCH, "avm", FETCH_AND, false},
    {"atomic_fetch_or", CALL_FETCH, "av", FETCH_OR, false},
    {"atomic_fetch_or_explicit", CALL_FETCH, "avm", FETCH_OR, false},
    {"atomic_fetch_xor", CALL_FETCH, "av", FETCH_XOR, false},
    {"atomic_fetch_xor_explicit", CALL_FETCH, "avm", FETCH_XOR, false},
    {"atomic_thread_fence", CALL_FENCE, "m", 0, false},
    {"atomic_signal_fence", CALL_FENCE, "m", 0, true},
    {"cpu_fence", CALL_CPU_FENCE, "s", 0, false},
};

// A call as it was read.
typedef struct {
  const Function *function;
  Address address;
  Expr *value;
  bool expected_in_register;
  unsigned expected_register;
  Address expected;
  Order orders[2]; // seq_cst where none is written
  unsigned order_count;
  const char *string;
} Call;

static const Function *find_function(Token token) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (token_is(token, functions[i].name))
      return &functions[i];
  return NULL;
}

static bool has_value(const Function *function) {
  return function->kind != CALL_STORE && function->kind != CALL_FENCE && function->kind != CALL_CPU_FENCE;
}

bool parser_at_call(const Parser *p) { return p->token.kind == TOKEN_NAME && token_is(parser_peek(p), "("); }

bool parser_at_call_statement(const Parser *p) {
  const Function *function = find_function(p->token);
  return function && !has_value(function) && parser_at_call(p);
}

// C17 7.17.7: which orders a function's first and second order argument may be. 7.17.4 has no limits for fences.
static bool order_is_allowed(CallKind kind, unsigned nth, Order order) {
  bool releases = order == ORDER_RELEASE || order == ORDER_ACQ_REL;
  bool acquires = order == ORDER_ACQUIRE || order == ORDER_CONSUME || order == ORDER_ACQ_REL;
  if (kind == CALL_LOAD || (kind == CALL_COMPARE && nth == 1))
    return !releases;
  return kind != CALL_STORE || !acquires;
}

static bool parse_order(Parser *p, Call *call) {
  Token token = p->token;
  if (token.kind != TOKEN_NAME)
    return parser_expected(p, "a memory order such as 'memory_order_seq_cst'");
  Order order = ORDER_RELAXED;
  while (order < ORDER_COUNT && !token_is(token, order_name(order)))
    order++;
  if (order == ORDER_COUNT) {
    Suggestion suggestion = suggestion_for(token_text(p, token));
    for (Order o = ORDER_RELAXED; o < ORDER_COUNT; o++)
      suggestion_try(&suggestion, order_name(o));
    return ERROR_AT(p, token.span, "no memory order '%s'%s", suggestion.wanted, suggestion_text(p, &suggestion));
  }
  if (!order_is_allowed(call->function->kind, call->order_count, order)) {
    const char *what = call->function->kind == CALL_STORE  ? "a store cannot be"
                       : call->function->kind == CALL_LOAD ? "a load cannot be"
                                                           : "a compare_exchange that fails cannot be";
    return ERROR_AT(p, token.span, "%s %s", what, order_name(order) + strlen("memory_order_"));
  }
  parser_advance(p);
  call->orders[call->order_count++] = order;
  if (call->order_count == 1)
    call->orders[1] = order;
  return true;
}

// expected := '&' register | address
static bool parse_expected_value(Parser *p, Call *call) {
  Span span = p->token.span;
  unsigned wanted = base_type_bits(parameter_type(p, call->address.location).base), found;
  Token name = parser_peek(p);
  const Thread *thread = &p->test->threads[p->thread];
  int reg = -1;
  if (parser_at(p, "&") && name.kind == TOKEN_NAME && name.span.length <= LIMIT_NAME)
    reg = parser_register(p, arena_copy(p->arena, name.text, name.span.length), name.span);
  if (reg >= 0) {
    parser_advance(p);
    parser_advance(p);
    call->expected_in_register = true;
    call->expected_register = (unsigned)reg;
    found = base_type_bits(thread->registers[reg].type.base);
  } else if (p->token.kind == TOKEN_NAME && register_find(thread, token_text(p, p->token)) >= 0) {
    return ERROR_AT(p, span, "the expected value is passed by its address: '&%s'", token_text(p, p->token));
  } else if (p->token.kind == TOKEN_NUMBER) {
    return ERROR_AT(p, span, "the expected value is passed by its address: '&r0', or a location");
  } else {
    if (!parse_address(p, &call->expected))
      return false;
    found = base_type_bits(parameter_type(p, call->expected.location).base);
  }
  if (found != wanted)
    return ERROR_AT(p, span, "the expected value has %u bits, '%s' has %u", found,
                    p->test->locations[call->address.location].name, wanted);
  return true;
}

// The name of a CPU's fence: letters, digits, '_', '.' and '-'.
static bool parse_fence_name(Parser *p, Call *call) {
  Token token = p->token;
  if (token.kind != TOKEN_STRING)
    return parser_expected(p, "the name of a fence in quotes: cpu_fence(\"mfence\")");
  const char *name = arena_copy(p->arena, token.text + 1, token.span.length - 2);
  size_t length = token.span.length - 2;
  if (!length || length > LIMIT_NAME || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != length)
    return ERROR_AT(p, token.span, "a fence's name has lower-case letters, digits, '_', '.' and '-'");
  if (!strcmp(name, "none") || !strcmp(name, "compiler") || !strncmp(name, "fence-acq", 9) ||
      !strcmp(name, "fence-release") || !strcmp(name, "fence-seq_cst"))
    return ERROR_AT(p, token.span, "'%s' is no fence of a CPU: write atomic_thread_fence or atomic_signal_fence", name);
  parser_advance(p);
  call->string = name;
  return true;
}

static bool parse_argument(Parser *p, char argument, Call *call) {
  switch (argument) {
  case 'a':
    return parse_address(p, &call->address);
  case 'e':
    return parse_expected_value(p, call);
  case 'v':
    call->value = parse_expression(p);
    return call->value;
  case 'm':
    return parse_order(p, call);
  default:
    return parse_fence_name(p, call);
  }
}

// "(location, value, order)", for messages.
static const char *describe_arguments(Parser *p, const Function *function) {
  Text text = {0};
  for (const char *a = function->arguments; *a; a++) {
    const char *word = *a == 'a'   ? "location"
                       : *a == 'v' ? "value"
                       : *a == 'e' ? "expected"
                       : *a == 's' ? "name"
                                   : "order";
    text_printf(&text, "%s%s", text.length ? ", " : "", word);
  }
  const char *result = arena_printf(p->arena, "%s(%s)", function->name, text_string(&text));
  text_free(&text);
  return result;
}

static bool unknown_function(Parser *p) {
  Token token = p->token;
  Suggestion suggestion = suggestion_for(token_text(p, token));
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    suggestion_try(&suggestion, functions[i].name);
  return ERROR_AT(p, token.span, "no function '%s' in the language%s", suggestion.wanted,
                  suggestion_text(p, &suggestion));
}

// call := NAME '(' argument { ',' argument } ')'
static bool read_call(Parser *p, Call *call) {
  *call = (Call){.function = find_function(p->token), .orders = {ORDER_SEQ_CST, ORDER_SEQ_CST}};
  if (!call->function)
    return unknown_function(p);
  if (!parser_enter(p))
    return false;
  parser_advance(p);
  parser_advance(p); // '('
  for (const char *a = call->function->arguments; *a; a++) {
    bool comma = a != call->function->arguments;
    if (parser_at(p, ")") || (comma && !parser_at(p, ",")))
      return parser_expected(p, arena_printf(p->arena, "%s: %s", comma ? "',' and the next argument" : "arguments",
                                             describe_arguments(p, call->function)));
    if (comma)
      parser_advance(p);
    if (!parse_argument(p, *a, call))
      return false;
  }
  if (!parser_at(p, ")"))
    return parser_expected(
        p, arena_printf(p->arena, "')' after the arguments of %s", describe_arguments(p, call->function)));
  parser_advance(p);
  parser_leave(p);
  return true;
}

Expr *parse_call(Parser *p) {
  size_t begin = p->token.span.offset;
  const Function *function = find_function(p->token);
  if (function && !has_value(function)) {
    ERROR_AT(p, p->token.span, "'%s' has no value: it is a statement of its own", function->name);
    return NULL;
  }
  Call call;
  if (!read_call(p, &call))
    return NULL;
  Type type = parameter_type(p, call.address.location);
  if (call.function->kind == CALL_FETCH && type.base == BASE_BOOL) { // C17 7.17.7.5p2
    ERROR_AT(p, parser_span_from(p, begin), "C has no '%s' on bool", call.function->name);
    return NULL;
  }
  static const ExprKind kinds[] = {[CALL_LOAD] = EXPR_LOAD,
                                   [CALL_EXCHANGE] = EXPR_EXCHANGE,
                                   [CALL_COMPARE] = EXPR_COMPARE_EXCHANGE,
                                   [CALL_FETCH] = EXPR_FETCH};
  BaseType base = call.function->kind == CALL_COMPARE ? BASE_BOOL : type.base;
  Expr *expr = expression_new(p, kinds[call.function->kind], base, begin);
  if (!expr)
    return NULL;
  switch (call.function->kind) {
  case CALL_LOAD:
    expr->load.address = call.address;
    expr->load.order = call.orders[0];
    expr->load.is_volatile = type.is_volatile;
    break;
  case CALL_EXCHANGE:
    expr->exchange.address = call.address;
    expr->exchange.value = call.value;
    expr->exchange.order = call.orders[0];
    break;
  case CALL_COMPARE:
    expr->compare_exchange.address = call.address;
    expr->compare_exchange.weak = call.function->flag;
    expr->compare_exchange.expected_in_register = call.expected_in_register;
    expr->compare_exchange.expected_register = call.expected_register;
    expr->compare_exchange.expected = call.expected;
    expr->compare_exchange.desired = call.value;
    expr->compare_exchange.success = call.orders[0];
    expr->compare_exchange.failure = call.orders[1];
    break;
  default:
    assert(call.function->kind == CALL_FETCH);
    expr->fetch.op = call.function->fetch;
    expr->fetch.address = call.address;
    expr->fetch.operand = call.value;
    expr->fetch.order = call.orders[0];
    break;
  }
  return expr;
}

Stmt *parse_call_statement(Parser *p) {
  size_t begin = p->token.span.offset;
  Call call;
  if (!read_call(p, &call))
    return NULL;
  Stmt *stmt = ARENA_NEW(p->arena, Stmt);
  stmt->span = parser_span_from(p, begin);
  switch (call.function->kind) {
  case CALL_STORE:
    stmt->kind = STMT_STORE;
    stmt->store.address = call.address;
    stmt->store.value = call.value;
    stmt->store.order = call.orders[0];
    stmt->store.is_volatile = parameter_type(p, call.address.location).is_volatile;
    break;
  case CALL_FENCE:
    stmt->kind = STMT_FENCE;
    stmt->fence.order = call.orders[0];
    stmt->fence.is_signal = call.function->flag;
    break;
  default:
    assert(call.function->kind == CALL_CPU_FENCE);
    stmt->kind = STMT_CPU_FENCE;
    stmt->cpu_fence = call.string;
    break;
  }
  return stmt;
}
