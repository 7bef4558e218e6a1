#include "harness/lang/state.h"
#include "harness/lang/expr_value.h"
#include "harness/lang/lexer.h"
#include "harness/lang/print.h"

#include <string.h>

static int compare_values(Value a, Value b, BaseType type) {
  if (a == b)
    return 0;
  bool less = base_type_signed(type) ? a < b : (UnsignedValue)a < (UnsignedValue)b;
  return less ? -1 : 1;
}

int state_compare(const Test *test, State a, State b) {
  for (unsigned i = 0; i < test->observable_count; i++) {
    int order = compare_values(a.values[i], b.values[i], observable_base(test, &test->observables[i]));
    if (order)
      return order;
  }
  return 0;
}

// `x={1,2};`: the observables from here on that are elements of one location. Which the last one is.
static unsigned print_group(const Test *test, State state, unsigned first, Text *out) {
  unsigned location = test->observables[first].location, i = first;
  text_printf(out, "%s={", test->locations[location].name);
  for (; i < test->observable_count && !test->observables[i].is_register && test->observables[i].location == location;
       i++) {
    text_add(out, i > first ? "," : "");
    test_value_print(test, state.values[i], test->locations[location].type, out);
  }
  text_add(out, "};");
  return i - 1;
}

void state_print(const Test *test, State state, Text *out) {
  for (unsigned i = 0; i < test->observable_count; i++) {
    const Observable *o = &test->observables[i];
    text_add(out, i ? " " : "");
    if (!o->is_register && test->locations[o->location].is_grouped) {
      i = print_group(test, state, i, out);
      continue;
    }
    observable_print(test, o, out);
    text_add_char(out, '=');
    test_value_print(test, state.values[i], observable_base(test, o), out);
    text_add_char(out, ';');
  }
}

// Two observables are equal where they are the same number: -1 is not the largest unsigned.
static bool observables_equal(const Test *test, const Prop *prop, State state) {
  Value a = state.values[prop->observable], b = state.values[prop->other];
  bool a_signed = base_type_signed(observable_base(test, &test->observables[prop->observable]));
  bool b_signed = base_type_signed(observable_base(test, &test->observables[prop->other]));
  return a == b && (a >= 0 || a_signed == b_signed);
}

bool prop_may(const Test *test, const Prop *prop, State state, const bool *known, bool hold) {
  switch (prop->kind) {
  case PROP_TRUE:
  case PROP_FALSE:
    return hold == (prop->kind == PROP_TRUE);
  case PROP_EQUAL:
  case PROP_NOT_EQUAL: {
    if (known && (!known[prop->observable] || (prop->against_observable && !known[prop->other])))
      return true;
    bool equal =
        prop->against_observable ? observables_equal(test, prop, state) : state.values[prop->observable] == prop->value;
    return hold == (equal == (prop->kind == PROP_EQUAL));
  }
  case PROP_AND:
  case PROP_OR:
  case PROP_IMPLIES: {
    bool one_is_enough = hold == (prop->kind != PROP_AND);
    bool left = prop_may(test, prop->left, state, known, hold == (prop->kind != PROP_IMPLIES));
    return left == one_is_enough ? left : prop_may(test, prop->right, state, known, hold);
  }
  case PROP_NOT:
    return prop_may(test, prop->left, state, known, !hold);
  case PROP_HOLDS:
    return known || hold == (expr_value(prop->expr, state.values) != 0);
  }
  return false;
}

bool prop_holds(const Test *test, const Prop *prop, State state) { return prop_may(test, prop, state, NULL, true); }

bool state_is_witness(const Test *test, State state) { return prop_holds(test, test->condition.body, state); }

bool quantifier_asks(Quantifier quantifier, bool witness, bool weak) {
  switch (quantifier) {
  case QUANTIFIER_EXISTS:
  case QUANTIFIER_NOT_EXISTS:
    return witness;
  case QUANTIFIER_FORALL:
    return !witness;
  case QUANTIFIER_NONE:
    break;
  }
  return weak;
}

bool state_is_asked(const Test *test, State state, bool weak) {
  Quantifier quantifier = test_has_condition(test) ? test->condition.quantifier : QUANTIFIER_NONE;
  return quantifier_asks(quantifier, state_is_witness(test, state), weak);
}

bool test_has_condition(const Test *test) {
  const Condition *condition = &test->condition;
  return condition->quantifier != QUANTIFIER_NONE &&
         !(condition->quantifier == QUANTIFIER_FORALL && condition->body->kind == PROP_TRUE);
}

bool condition_validated(const Test *test, bool any_witness, bool all_witnesses) {
  switch (test->condition.quantifier) {
  case QUANTIFIER_EXISTS:
    return any_witness;
  case QUANTIFIER_NOT_EXISTS:
    return !any_witness;
  default:
    return all_witnesses;
  }
}

// Reading a state: the text's tokens, one ahead.
typedef struct {
  Lexer lexer;
  Token token;
} Reader;

static void next(Reader *r) { r->token = lexer_next(&r->lexer); }

static bool take(Reader *r, const char *text) {
  if (!token_is(r->token, text))
    return false;
  next(r);
  return true;
}

static bool read_number(Reader *r, Number *number) {
  Value value;
  BaseType type;
  *number = (Number){.is_negative = take(r, "-")};
  if (r->token.kind != TOKEN_NUMBER || number_read(r->token, &value, &type))
    return false;
  next(r);
  number->magnitude = (UnsignedValue)value;
  return true;
}

static bool read_index(Reader *r, unsigned limit, unsigned *index) {
  Number number;
  if (!read_number(r, &number) || number.is_negative || number.magnitude >= limit)
    return false;
  *index = (unsigned)number.magnitude;
  return true;
}

static bool is_named(Token token, const char *name) { return token.kind == TOKEN_NAME && token_is(token, name); }

static int find_register(const Test *test, unsigned thread, Token name) {
  for (unsigned i = 0; i < test->observable_count; i++) {
    const Observable *o = &test->observables[i];
    if (o->is_register && o->thread == thread && is_named(name, test->threads[thread].registers[o->reg].name))
      return (int)i;
  }
  return -1;
}

static int find_location(const Test *test, Token name, unsigned element) {
  for (unsigned i = 0; i < test->observable_count; i++) {
    const Observable *o = &test->observables[i];
    if (!o->is_register && o->element == element && is_named(name, test->locations[o->location].name))
      return (int)i;
  }
  return -1;
}

// observable := NUMBER ':' NAME | NAME [ '[' NUMBER ']' ] | '[' NAME [ '[' NUMBER ']' ] ']'
// Its index, or -1.
static int read_observable(const Test *test, Reader *r) {
  unsigned index = 0;
  if (r->token.kind == TOKEN_NUMBER) {
    if (!read_index(r, test->thread_count, &index) || !take(r, ":"))
      return -1;
    Token name = r->token;
    next(r);
    return find_register(test, index, name);
  }
  bool bracketed = take(r, "[");
  Token name = r->token;
  next(r);
  if (take(r, "[") && (!read_index(r, LIMIT_ELEMENTS, &index) || !take(r, "]")))
    return -1;
  if (bracketed && !take(r, "]"))
    return -1;
  if (test->code)
    return find_register(test, 0, name);
  return find_location(test, name, index);
}

// NAME [ '[' NUMBER ']' ]
static bool read_address(const Test *test, Reader *r, Value *value) {
  unsigned l = 0, element = 0;
  while (l < test->location_count && !is_named(r->token, test->locations[l].name))
    l++;
  next(r);
  if (l == test->location_count ||
      (take(r, "[") && (!read_index(r, test->locations[l].length, &element) || !take(r, "]"))))
    return false;
  *value = address_value(l, element);
  return true;
}

static bool read_value(const Test *test, Reader *r, BaseType type, Value *value) {
  Number number;
  if (test->dialect->addresses && r->token.kind == TOKEN_NAME)
    return read_address(test, r, value);
  if (!read_number(r, &number) || !number_fits(number, type))
    return false;
  *value = number_value(number, type);
  return true;
}

bool state_parse(const Test *test, const char *text, Value *values) {
  const Source source = {.name = "state", .bytes = text, .length = strlen(text)};
  Reader r = {.lexer = {.source = &source}};
  bool seen[LIMIT_OBSERVABLES] = {false};
  unsigned count = 0;
  memset(values, 0, test->observable_total * sizeof *values);
  for (next(&r); r.token.kind != TOKEN_END;) {
    int i = read_observable(test, &r);
    if (i < 0 || seen[i] || !take(&r, "=") ||
        !read_value(test, &r, observable_base(test, &test->observables[i]), &values[i]))
      return false;
    seen[i] = true;
    count++;
    if (!take(&r, ";") && r.token.kind != TOKEN_END)
      return false;
  }
  return count == test->observable_count;
}
