// Expressions, typed as C types them.
#include "harness/lang/parser.h"

#include <assert.h>
#include <string.h>

static Expr *parse_unary(Parser *p); // an operand, without binary operators of its own

static Expr *expression_new(Parser *p, ExprKind kind, BaseType type, size_t begin) {
  Expr *expr = ARENA_NEW(p->arena, Expr);
  expr->kind = kind;
  expr->type = type;
  expr->span = parser_span_from(p, begin);
  return parser_count_term(p, expr->span) ? expr : NULL;
}

// The type that this thread sees a location at.
static Type parameter_type(const Parser *p, unsigned location) {
  const Thread *thread = &p->test->threads[p->thread];
  for (unsigned i = 0; i < thread->parameter_count; i++)
    if (thread->parameters[i].location == location)
      return thread->parameters[i].type;
  assert(!"a location that this thread does not name");
  return (Type){0};
}

Type address_type(const Parser *p, const Address *address) {
  if (address->pointer)
    return (Type){.base = address->base};
  return parameter_type(p, address->location);
}

bool is_parameter(const Thread *thread, int location) {
  for (unsigned i = 0; i < thread->parameter_count; i++)
    if ((int)thread->parameters[i].location == location)
      return true;
  return false;
}

// A literal of more than 64 bits that is all of the value, or an operand of arithmetic that makes it.
static const Expr *wide_literal(const Expr *value) {
  if (base_type_bits(value->type) <= 64)
    return NULL;
  switch (value->kind) {
  case EXPR_CONSTANT:
    return value->constant > (Value)UINT64_MAX || value->constant < INT64_MIN ? value : NULL;
  case EXPR_UNARY:
    return wide_literal(value->unary.operand);
  case EXPR_BINARY: {
    const Expr *left = wide_literal(value->binary.left);
    return left ? left : wide_literal(value->binary.right);
  }
  case EXPR_CONDITIONAL: {
    const Expr *yes = wide_literal(value->conditional.yes);
    return yes ? yes : wide_literal(value->conditional.no);
  }
  default:
    return NULL;
  }
}

bool check_conversion(Parser *p, const Expr *value, BaseType type) {
  const Expr *wide = base_type_bits(type) <= 64 ? wide_literal(value) : NULL;
  return !wide || ERROR_AT(p, wide->span, "no '%s' has this value", base_type_name(type));
}

static bool check_shift(Parser *p, const Expr *left, const Expr *right) {
  unsigned bits = base_type_bits(base_type_promote(left->type));
  if (right->kind != EXPR_CONSTANT)
    return ERROR_AT(p, right->span, "the right operand of a shift is a constant in this language");
  if (right->constant < 0 || right->constant >= (Value)bits)
    return ERROR_AT(p, right->span, "a value of %u bits is shifted by 0 to %u", bits, bits - 1);
  return true;
}

static bool check_divisor(Parser *p, const Expr *right, BaseType common) {
  if (right->kind != EXPR_CONSTANT)
    return ERROR_AT(p, right->span, "the right operand of a division is a constant in this language");
  if (right->constant == 0)
    return ERROR_AT(p, right->span, "division by zero");
  if (right->constant == -1 && base_type_signed(common))
    return ERROR_AT(p, right->span, "division by -1 may overflow");
  return true;
}

Expr *binary_new(Parser *p, BinaryOp op, Expr *left, Expr *right) {
  BaseType type = base_type_common(left->type, right->type);
  switch (op) {
  case BINARY_DIVIDE:
  case BINARY_REMAINDER:
    if (!check_divisor(p, right, type))
      return NULL;
    break;
  case BINARY_SHIFT_LEFT:
  case BINARY_SHIFT_RIGHT:
    if (!check_shift(p, left, right))
      return NULL;
    type = base_type_promote(left->type);
    break;
  case BINARY_MULTIPLY:
  case BINARY_ADD:
  case BINARY_SUBTRACT:
  case BINARY_AND:
  case BINARY_XOR:
  case BINARY_OR:
    break;
  default: // comparisons and && ||
    type = BASE_INT;
    break;
  }
  Expr *expr = expression_new(p, EXPR_BINARY, type, left->span.offset);
  if (!expr)
    return NULL;
  expr->binary.op = op;
  expr->binary.left = left;
  expr->binary.right = right;
  return expr;
}

static bool operator_at(const Parser *p, unsigned loosest, BinaryOp *op) {
  for (*op = 0; *op < BINARY_COUNT; ++*op)
    if (binary_operators[*op].precedence >= loosest && parser_at(p, binary_operators[*op].symbol))
      return true;
  return false;
}

// Operators of the precedence `loosest` and above, after a first operand.
static Expr *parse_operators(Parser *p, Expr *left, unsigned loosest) {
  BinaryOp op;
  while (left && operator_at(p, loosest, &op)) {
    parser_advance(p);
    Expr *right = parse_operators(p, parse_unary(p), binary_operators[op].precedence + 1);
    left = right ? binary_new(p, op, left, right) : NULL;
  }
  return left;
}

// After the condition: '?' expression ':' expression
static Expr *parse_conditional(Parser *p, Expr *condition) {
  if (!parser_enter(p))
    return NULL;
  parser_advance(p);
  Expr *yes = parse_expression(p);
  Expr *no = yes && parser_expect(p, ":", "and what the value is otherwise") ? parse_expression(p) : NULL;
  if (!no)
    return NULL;
  parser_leave(p);
  Expr *expr = expression_new(p, EXPR_CONDITIONAL, base_type_common(yes->type, no->type), condition->span.offset);
  if (!expr)
    return NULL;
  expr->conditional.condition = condition;
  expr->conditional.yes = yes;
  expr->conditional.no = no;
  return expr;
}

Expr *parse_target(Parser *p) {
  Expr *expr = parse_operators(p, parse_unary(p), PRECEDENCE_LOOSEST);
  return expr && parser_at(p, "?") ? parse_conditional(p, expr) : expr;
}

bool check_no_step(Parser *p) {
  if (!parser_at(p, "++") && !parser_at(p, "--"))
    return true;
  return ERROR_AT(p, p->token.span, "'%s' is a statement of its own in this language, and has no value",
                  token_text(p, p->token));
}

// expression := operands and operators [ '?' expression ':' expression ]
Expr *parse_expression(Parser *p) {
  Expr *expr = parse_target(p);
  return expr && check_no_step(p) ? expr : NULL;
}

// Whether an index that is a constant lies within the location.
static bool check_index(Parser *p, unsigned location, const Expr *index) {
  const Location *l = &p->test->locations[location];
  if (index->kind == EXPR_CONSTANT && (index->constant < 0 || index->constant >= (Value)l->length)) {
    if (l->is_array)
      return ERROR_AT(p, index->span, "'%s' has %u elements", l->name, l->length);
    return ERROR_AT(p, index->span, "'%s' is not an array; the initial value 'int %s[2] = {0, 0};' would make it one",
                    l->name, l->name);
  }
  return true;
}

// A name that is neither register nor location here. It is made a register, so that it is reported once.
static Expr *unknown_register(Parser *p, const char *name, Span span) {
  const Thread *thread = &p->test->threads[p->thread];
  if (location_find(p->test, name) >= 0 && !p->parameters_failed) {
    ERROR_AT(p, span, "'%s' is not a parameter of P%u: add 'atomic_int* %s' to the list behind its name", name,
             p->thread, name);
  } else if (!p->parameters_failed) {
    Suggestion suggestion = suggestion_for(name);
    for (unsigned i = 0; i < thread->register_count; i++)
      if (!(p->unknown_registers >> i & 1))
        suggestion_try(&suggestion, thread->registers[i].name);
    for (unsigned i = 0; i < thread->parameter_count; i++)
      suggestion_try(&suggestion, p->test->locations[thread->parameters[i].location].name);
    if (p->is_bare)
      ERROR_AT(p, span, "no result '%s'%s", name, suggestion_text(&suggestion, p->arena));
    else if (suggestion.best)
      ERROR_AT(p, span, "no '%s' in P%u%s", name, p->thread, suggestion_text(&suggestion, p->arena));
    else
      ERROR_AT(p, span, "no '%s' in P%u: 'int %s = ...;' would declare a register", name, p->thread, name);
  }
  int reg = register_add(p, p->thread, name, (Type){.base = BASE_INT}, span);
  if (reg < 0)
    return NULL;
  p->unknown_registers |= UINT64_C(1) << reg;
  Expr *expr = expression_new(p, EXPR_REGISTER, BASE_INT, span.offset);
  if (expr)
    expr->reg = (unsigned)reg;
  return expr;
}

int parser_register(Parser *p, const char *name, Span span) {
  int reg = register_find(&p->test->threads[p->thread], name);
  for (size_t i = 0; reg < 0 && i < p->init_register_count; i++) {
    const InitRegister *init = &p->init_registers[i];
    if (init->thread == p->thread && !strcmp(init->name, name))
      return register_add(p, p->thread, name, init->type, span);
  }
  return reg;
}

// The name of a location that is this thread's.
static bool parse_location(Parser *p, unsigned *location) {
  Span span = p->token.span;
  const char *name = parser_name(p, "a location");
  if (!name)
    return false;
  int found = location_find(p->test, name);
  if (found >= 0 && is_parameter(&p->test->threads[p->thread], found)) {
    *location = (unsigned)found;
    return true;
  }
  if (register_find(&p->test->threads[p->thread], name) >= 0)
    return ERROR_AT(p, span, "'%s' is a register; expected a location", name);
  if (found < 0 && !p->parameters_failed) {
    Suggestion suggestion = suggestion_for(name);
    for (unsigned i = 0; i < p->test->threads[p->thread].parameter_count; i++)
      suggestion_try(&suggestion, p->test->locations[p->test->threads[p->thread].parameters[i].location].name);
    return ERROR_AT(p, span, "no location '%s' in P%u%s", name, p->thread, suggestion_text(&suggestion, p->arena));
  }
  if (!p->parameters_failed)
    ERROR_AT(p, span, "'%s' is not a parameter of P%u: add 'atomic_int* %s' to the list behind its name", name,
             p->thread, name);
  return false;
}

static Expr *negate(Parser *p, Expr *operand, size_t begin);

// After a location: { ( '+' | '-' ) operand }, the index in elements. `y - e` is printed `y + -(e)`, so it nests as
// deep.
static bool parse_offset(Parser *p, Expr **index) {
  *index = NULL;
  if (parser_at(p, "-")) {
    size_t begin = p->token.span.offset;
    parser_advance(p);
    if (!parser_enter(p))
      return false;
    Expr *first = parser_enter(p) ? parse_operators(p, parse_unary(p), PRECEDENCE_ADDITIVE + 1) : NULL;
    if (!first)
      return false;
    parser_leave(p);
    parser_leave(p);
    *index = negate(p, first, begin);
  } else if (parser_take(p, "+")) {
    *index = parse_operators(p, parse_unary(p), PRECEDENCE_ADDITIVE + 1);
  } else {
    return true;
  }
  *index = parse_operators(p, *index, PRECEDENCE_ADDITIVE);
  return *index;
}

static bool parse_address(Parser *p, Address *address);

// Whether the token names a register of this thread, and no location of its own.
static bool is_register_name(const Parser *p) {
  if (p->token.kind != TOKEN_NAME || p->token.span.length > LIMIT_NAME)
    return false;
  const char *name = arena_copy(p->arena, p->token.text, p->token.span.length);
  const Thread *thread = &p->test->threads[p->thread];
  int location = location_find(p->test, name);
  if (location >= 0 && is_parameter(thread, location))
    return false;
  for (size_t i = 0; i < p->init_register_count; i++)
    if (p->init_registers[i].thread == p->thread && !strcmp(p->init_registers[i].name, name))
      return true;
  return register_find(thread, name) >= 0;
}

// pointer := NAME, a register | '*' unary
static bool parse_pointer(Parser *p, Address *address) {
  address->pointer = parse_unary(p);
  if (address->pointer)
    address->base = pointer_base(p->test, p->thread, address->pointer);
  return address->pointer;
}

// After '(', where a type follows: type '*' { '*' } ')' address. What a cast makes of a location's address is not
// looked at.
static bool parse_cast_address(Parser *p, Address *address) {
  Type type;
  Span span = p->token.span;
  if (p->test->dialect->pointers && !parse_type(p, &type))
    return false;
  if (p->test->dialect->pointers)
    parse_stars(p, &type);
  if (!p->test->dialect->pointers || !type.pointers)
    return ERROR_AT(p, span, "casts of pointers are not in the language");
  if (!parser_expect(p, ")", "after the type"))
    return false;
  if (!parse_address(p, address))
    return false;
  parser_leave(p);
  if (address->pointer)
    address->base = type_pointee(type);
  return true;
}

// address := '(' address ')' | '&' NAME '[' expression ']' | NAME { ( '+' | '-' ) operand }
static bool parse_address(Parser *p, Address *address) {
  *address = (Address){0};
  if (parser_at(p, "(")) {
    if (!parser_enter(p))
      return false;
    parser_advance(p);
    if (parser_at_type(p))
      return parse_cast_address(p, address);
    if (!parse_address(p, address) || !parser_expect(p, ")", "after the address"))
      return false;
    parser_leave(p);
    return true;
  }
  if (p->test->dialect->pointers && (parser_at(p, "*") || is_register_name(p)))
    return parse_pointer(p, address);
  if (parser_at(p, "*"))
    return ERROR_AT(p, p->token.span, "expected the address of a location: 'x', without '*'");
  bool ampersand = parser_take(p, "&");
  Span span = p->token.span;
  if (p->token.kind != TOKEN_NAME)
    return parser_expected(p, "a location");
  if (!parse_location(p, &address->location))
    return false;
  const char *name = p->test->locations[address->location].name;
  if (ampersand && !parser_at(p, "[") && p->test->dialect->pointers)
    return true;
  if (ampersand && !parser_at(p, "["))
    return ERROR_AT(p, span, "'%s' is an address already: write it without '&'", name);
  if (!ampersand && parser_at(p, "["))
    return ERROR_AT(p, span, "expected an address: '&%s[...]'", name);
  if (ampersand) {
    parser_advance(p);
    if (!parser_enter(p) || !(address->index = parse_expression(p)) || !parser_expect(p, "]", "after the index"))
      return false;
    parser_leave(p);
  } else if (!parse_offset(p, &address->index)) {
    return false;
  }
  return !address->index || check_index(p, address->location, address->index);
}

static Expr *plain_load(Parser *p, Address address, size_t begin) {
  Type type = address_type(p, &address);
  Expr *expr = expression_new(p, EXPR_ACCESS, type.base, begin);
  if (expr)
    expr->access = (Access){.op = ACCESS_LOAD, .address = address, .is_volatile = type.is_volatile};
  return expr;
}

// After '*': NAME | '(' address ')'
static Expr *parse_indirection(Parser *p, size_t begin) {
  Address address = {0};
  if (parser_at(p, "(") || (p->test->dialect->pointers && (parser_at(p, "*") || is_register_name(p)))) {
    if (!parse_address(p, &address))
      return NULL;
  } else if (parser_at(p, "*")) {
    ERROR_AT(p, p->token.span, "pointers to pointers are not in the language");
    return NULL;
  } else if (!parse_location(p, &address.location)) {
    return NULL;
  }
  return plain_load(p, address, begin);
}

// The address of a location, as a value.
static Expr *address_constant(Parser *p, unsigned location, size_t begin) {
  Expr *expr = expression_new(p, EXPR_CONSTANT, BASE_LONG, begin);
  if (expr)
    expr->constant = address_value(location, 0);
  return expr;
}

// A register, or `y[1]`.
static Expr *parse_name_operand(Parser *p) {
  Span span = p->token.span;
  const char *name = parser_name(p, "an expression");
  if (!name)
    return NULL;
  int location = location_find(p->test, name);
  if (location >= 0 && is_parameter(&p->test->threads[p->thread], location)) {
    Address address = {.location = (unsigned)location};
    if (p->test->dialect->pointers && !parser_at(p, "["))
      return address_constant(p, address.location, span.offset);
    if (!parser_take(p, "[")) {
      ERROR_AT(p, span, "'%s' is a location: '*%s' reads it, and so does 'atomic_load(%s)'", name, name, name);
      return NULL;
    }
    if (!parser_enter(p) || !(address.index = parse_expression(p)) || !parser_expect(p, "]", "after the index"))
      return NULL;
    parser_leave(p);
    return check_index(p, address.location, address.index) ? plain_load(p, address, span.offset) : NULL;
  }
  int reg = parser_register(p, name, span);
  if (reg < 0 && p->test->dialect->undeclared && parser_at(p, "="))
    reg = register_add(p, p->thread, name, (Type){.base = BASE_LONG}, span);
  if (reg < 0)
    return unknown_register(p, name, span);
  Expr *expr = expression_new(p, EXPR_REGISTER, p->test->threads[p->thread].registers[reg].type.base, span.offset);
  if (expr)
    expr->reg = (unsigned)reg;
  return expr;
}

Expr *constant_new(Parser *p, Value value, BaseType type, size_t begin) {
  Expr *expr = expression_new(p, EXPR_CONSTANT, type, begin);
  if (expr)
    expr->constant = type_wrap(type, value);
  return expr;
}

// expected := '&' register | address
static bool parse_expected_value(Parser *p, Access *access) {
  Span span = p->token.span;
  unsigned wanted = base_type_bits(address_type(p, &access->address).base), found;
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
    found = base_type_bits(address_type(p, &access->expected).base);
  }
  if (found != wanted && access->address.pointer)
    return ERROR_AT(p, span, "the expected value has %u bits, what is pointed to has %u", found, wanted);
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

static bool parse_argument(Parser *p, char argument, Access *access) {
  switch (argument) {
  case 'a':
    return parse_address(p, &access->address);
  case 'p':
    return parse_place(p, &access->address);
  case 'e':
    return parse_expected_value(p, access);
  case 'c':
    access->compared = parse_expression(p);
    return access->compared;
  case 'v':
    access->operand = parse_expression(p);
    return access->operand;
  case 'm':
    return parse_order(p, access);
  default:
    return parse_fence_name(p, access);
  }
}

// The operands that the primitive's name says.
static bool add_implied(Parser *p, const Primitive *primitive, Access *access) {
  size_t begin = p->previous_end;
  bool updates = access_is_fetch(access->op) || access->op == ACCESS_ADD_UNLESS || access->op == ACCESS_STORE;
  if (updates && !access->operand && !(access->operand = constant_new(p, primitive->value, BASE_INT, begin)))
    return false;
  return access->op != ACCESS_ADD_UNLESS || access->compared ||
         (access->compared = constant_new(p, primitive->expected, BASE_INT, begin));
}

// call := NAME '(' argument { ',' argument } ')'
bool parse_access(Parser *p, const Primitive *primitive, Access *access) {
  *access = (Access){.op = primitive->op, .weak = primitive->weak};
  if (!parser_enter(p))
    return false;
  parser_advance(p);
  parser_advance(p); // '('
  for (const char *a = primitive->arguments; *a; a++) {
    bool comma = a != primitive->arguments;
    if (parser_at(p, ")") || (comma && !parser_at(p, ",")))
      return parser_expected(p, arena_printf(p->arena, "%s: %s", comma ? "',' and the next argument" : "arguments",
                                             primitive_describe(p, primitive)));
    if (comma)
      parser_advance(p);
    if (!parse_argument(p, *a, access))
      return false;
  }
  if (!parser_at(p, ")"))
    return parser_expected(p,
                           arena_printf(p->arena, "')' after the arguments of %s", primitive_describe(p, primitive)));
  parser_advance(p);
  parser_leave(p);
  if (!add_implied(p, primitive, access))
    return false;
  BaseType base = access_is_fence(access->op) ? BASE_INT : address_type(p, &access->address).base;
  if ((access->operand && !check_conversion(p, access->operand, base)) ||
      (access->compared && !check_conversion(p, access->compared, base)))
    return false;
  if (primitive->order)
    access->order = dialect_order(p->test->dialect, primitive->order);
  if (access->op == ACCESS_COMPARE_EXCHANGE && !access->failure)
    access->failure = access->order;
  if (access->op == ACCESS_LOAD || access->op == ACCESS_STORE)
    access->is_volatile = address_type(p, &access->address).is_volatile;
  return true;
}

// What a primitive gives, of the value of its operation.
static Expr *result_of(Parser *p, const Primitive *primitive, Expr *expr) {
  bool unexpected = primitive->result == RESULT_UNEXPECTED;
  Expr *other = unexpected ? expr->access.compared : expr->access.operand;
  assert(other); // a primitive with such a result is given one
  if (expr_accesses(other)) {
    ERROR_AT(p, other->span, "what '%s' is given is a register or a constant in this language", primitive->name);
    return NULL;
  }
  if (unexpected)
    return binary_new(p, BINARY_NOT_EQUAL, expr, other);
  Expr *result = binary_new(p, expr->access.op == ACCESS_FETCH_SUB ? BINARY_SUBTRACT : BINARY_ADD, expr, other);
  if (result && primitive->result != RESULT_NEW)
    result = binary_new(p, primitive->result == RESULT_NEW_ZERO ? BINARY_EQUAL : BINARY_LESS, result,
                        constant_new(p, 0, BASE_INT, expr->span.offset));
  return result;
}

static Expr *parse_call(Parser *p) {
  size_t begin = p->token.span.offset;
  const Primitive *primitive = primitive_find(p, p->token);
  Access access;
  if (!primitive) {
    unknown_primitive(p);
    return NULL;
  }
  if (!primitive_has_value(primitive)) {
    ERROR_AT(p, p->token.span, "'%s' has no value: it is a statement of its own", primitive->name);
    return NULL;
  }
  if (!parse_access(p, primitive, &access))
    return NULL;
  BaseType type = address_type(p, &access.address).base;
  if (access_is_fetch(access.op) && type == BASE_BOOL) { // C17 7.17.7.5p2
    ERROR_AT(p, parser_span_from(p, begin), "C has no '%s' on bool", primitive->name);
    return NULL;
  }
  Expr *expr = expression_new(p, EXPR_ACCESS, access.op == ACCESS_COMPARE_EXCHANGE ? BASE_BOOL : type, begin);
  if (expr)
    expr->access = access;
  return expr && primitive->result ? result_of(p, primitive, expr) : expr;
}

// primary := NUMBER | 'true' | 'false' | '(' expression ')' | call | NAME | NAME '[' expression ']'
static Expr *parse_primary(Parser *p) {
  Token token = p->token;
  if (token.kind == TOKEN_NUMBER) {
    Value value;
    BaseType type;
    const char *problem = number_read(token, &value, &type);
    if (problem) {
      ERROR_AT(p, token.span, "%s", problem);
      return NULL;
    }
    parser_advance(p);
    return constant_new(p, value, type, token.span.offset);
  }
  if (parser_at(p, "true") || parser_at(p, "false")) {
    parser_advance(p);
    return constant_new(p, token_is(token, "true"), BASE_INT, token.span.offset);
  }
  if (parser_take(p, "(")) {
    Expr *expr = parse_expression(p);
    return expr && parser_expect(p, ")", "after the expression") ? expr : NULL;
  }
  if (token.kind == TOKEN_NAME && token_is(parser_peek(p), "(") && !name_is_reserved(token))
    return parse_call(p);
  if (token.kind == TOKEN_NAME && !parser_at_section(p))
    return parse_name_operand(p);
  if (check_no_step(p))
    parser_expected(p, "an expression");
  return NULL;
}

static Expr *unary_new(Parser *p, UnaryOp op, BaseType type, Expr *operand, size_t begin) {
  Expr *expr = expression_new(p, EXPR_UNARY, type, begin);
  if (!expr)
    return NULL;
  expr->unary.op = op;
  expr->unary.operand = operand;
  return expr;
}

// A negative number is a constant, as a reader sees it. Where the number that comes of it would be written in another
// type (-(2^128-1) is 1), the negation stays.
static Expr *negate(Parser *p, Expr *operand, size_t begin) {
  if (operand->kind == EXPR_CONSTANT && operand->type != BASE_UINT128)
    return constant_new(p, (Value) - (UnsignedValue)operand->constant, operand->type, begin);
  return unary_new(p, UNARY_NEGATE, base_type_promote(operand->type), operand, begin);
}

static bool at_void(const Parser *p) { return p->test->dialect->pointers && parser_at(p, "void"); }
static bool at_void_cast(const Parser *p) { return p->test->dialect->pointers && token_is(parser_peek(p), "void"); }

// '(' type ')' unary
static Expr *parse_cast(Parser *p, size_t begin) {
  Type type;
  parser_advance(p);
  bool is_void = at_void(p);
  if (is_void) {
    type = (Type){.base = BASE_LONG};
    parser_advance(p);
  } else if (!parse_type(p, &type)) {
    return NULL;
  }
  parse_stars(p, &type);
  if (parser_at(p, "*")) {
    ERROR_AT(p, p->token.span, "casts of pointers are not in the language");
    return NULL;
  }
  if (!parser_expect(p, ")", "after the type"))
    return NULL;
  Expr *operand = parse_unary(p);
  return operand && check_conversion(p, operand, type.base) ? unary_new(p, UNARY_CAST, type.base, operand, begin)
                                                            : NULL;
}

static Expr *parse_prefixed(Parser *p) {
  size_t begin = p->token.span.offset;
  if (parser_take(p, "*"))
    return parse_indirection(p, begin);
  static const char *const prefixes[] = {"-", "+", "~", "!"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    if (!parser_take(p, prefixes[i]))
      continue;
    Expr *operand = parse_unary(p);
    if (!operand)
      return NULL;
    BaseType promoted = base_type_promote(operand->type);
    switch (prefixes[i][0]) {
    case '-':
      return negate(p, operand, begin);
    case '+':
      return promoted == operand->type ? operand : unary_new(p, UNARY_CAST, promoted, operand, begin);
    case '~':
      return unary_new(p, UNARY_COMPLEMENT, promoted, operand, begin);
    default:
      return unary_new(p, UNARY_NOT, BASE_INT, operand, begin);
    }
  }
  if (parser_at(p, "&") && p->test->dialect->pointers) {
    unsigned location;
    parser_advance(p);
    return parse_location(p, &location) ? address_constant(p, location, begin) : NULL;
  }
  if (parser_at(p, "&")) {
    ERROR_AT(p, p->token.span, "'&' has its place before the expected value of atomic_compare_exchange and in '&y[1]'");
    return NULL;
  }
  if (parser_at(p, "(") && (token_begins_type(p, parser_peek(p)) || at_void_cast(p)))
    return parse_cast(p, begin);
  return parse_primary(p);
}

// unary := [ '-' | '+' | '~' | '!' | '(' type ')' ] unary | '*' NAME | '*' '(' address ')' | primary
static Expr *parse_unary(Parser *p) {
  if (p->problem_end > p->previous_end || !parser_enter(p))
    return NULL; // what stands here was reported as no token
  Expr *expr = parse_prefixed(p);
  parser_leave(p);
  return expr;
}
