// Conditions, observables and values as text.
#include "harness/lang/print_parts.h"

void value_print(Value value, BaseType type, Text *out) {
  bool negative = value < 0 && base_type_signed(type);
  UnsignedValue magnitude = negative ? -(UnsignedValue)value : (UnsignedValue)value;
  unsigned long long low = (unsigned long long)magnitude, high = (unsigned long long)(magnitude >> 64);
  if (negative)
    text_add_char(out, '-');
  if (high)
    text_printf(out, "0x%llx%016llx", high, low);
  else
    text_printf(out, "%llu", low);
}

void print_value(const Test *test, Value value, BaseType type, Text *out) {
  unsigned location, element;
  if (!test->dialect || !test->dialect->addresses || !value_is_address(value, &location, &element))
    value_print(value, type, out);
  else
    text_printf(out, element ? "%s[%u]" : "%s", test->locations[location].name, element);
}

void print_observable(const Test *test, const Observable *o, Text *out) {
  if (o->is_register) {
    text_printf(out, "%u:%s", o->thread, test->threads[o->thread].registers[o->reg].name);
    return;
  }
  const Location *l = &test->locations[o->location];
  if (l->is_array)
    text_printf(out, "[%s[%u]]", l->name, o->element);
  else
    text_printf(out, "[%s]", l->name);
}

static void print_atom(const Test *test, const Prop *prop, Text *out) {
  const Observable *left = &test->observables[prop->observable];
  print_observable(test, left, out);
  text_add(out, prop->kind == PROP_EQUAL ? "=" : "<>");
  if (prop->against_observable)
    print_observable(test, &test->observables[prop->other], out);
  else
    print_value(test, prop->value, observable_base(test, left), out);
}

static unsigned precedence_of(const Prop *prop) {
  switch (prop->kind) {
  case PROP_IMPLIES:
    return 1;
  case PROP_OR:
    return 2;
  case PROP_AND:
    return 3;
  case PROP_NOT:
    return 4;
  default:
    return 5;
  }
}

static void print_within(const Test *test, const Prop *prop, unsigned weakest, Text *out) {
  unsigned precedence = precedence_of(prop);
  if (precedence < weakest)
    text_add_char(out, '(');
  switch (prop->kind) {
  case PROP_TRUE:
  case PROP_FALSE:
    text_add(out, prop->kind == PROP_TRUE ? "true" : "false");
    break;
  case PROP_EQUAL:
  case PROP_NOT_EQUAL:
    print_atom(test, prop, out);
    break;
  case PROP_NOT:
    text_add_char(out, '~');
    print_within(test, prop->left, precedence, out);
    break;
  case PROP_IMPLIES: // groups to the right
    print_within(test, prop->left, precedence + 1, out);
    text_add(out, " => ");
    print_within(test, prop->right, precedence, out);
    break;
  case PROP_AND:
  case PROP_OR:
    print_within(test, prop->left, precedence, out);
    text_add(out, prop->kind == PROP_AND ? " /\\ " : " \\/ ");
    print_within(test, prop->right, precedence + 1, out);
    break;
  }
  if (precedence < weakest)
    text_add_char(out, ')');
}

void print_prop(const Test *test, const Prop *prop, Text *out) {
  text_add_char(out, '(');
  print_within(test, prop, 0, out);
  text_add_char(out, ')');
}

void condition_print(const Test *test, Text *out) {
  static const char *const words[] = {[QUANTIFIER_NONE] = "forall ",
                                      [QUANTIFIER_EXISTS] = "exists ",
                                      [QUANTIFIER_NOT_EXISTS] = "~exists ",
                                      [QUANTIFIER_FORALL] = "forall "};
  text_add(out, words[test->condition.quantifier]);
  print_prop(test, test->condition.body, out);
}
