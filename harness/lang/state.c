#include "harness/lang/state.h"
#include "harness/lang/print_parts.h"

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

void state_print(const Test *test, State state, Text *out) {
  for (unsigned i = 0; i < test->observable_count; i++) {
    const Observable *o = &test->observables[i];
    text_add(out, i ? " " : "");
    print_observable(test, o, out);
    text_add_char(out, '=');
    print_value(test, state.values[i], observable_base(test, o), out);
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

bool prop_holds(const Test *test, const Prop *prop, State state) {
  switch (prop->kind) {
  case PROP_TRUE:
    return true;
  case PROP_FALSE:
    return false;
  case PROP_EQUAL:
  case PROP_NOT_EQUAL: {
    bool equal =
        prop->against_observable ? observables_equal(test, prop, state) : state.values[prop->observable] == prop->value;
    return equal == (prop->kind == PROP_EQUAL);
  }
  case PROP_AND:
    return prop_holds(test, prop->left, state) && prop_holds(test, prop->right, state);
  case PROP_OR:
    return prop_holds(test, prop->left, state) || prop_holds(test, prop->right, state);
  case PROP_IMPLIES:
    return !prop_holds(test, prop->left, state) || prop_holds(test, prop->right, state);
  case PROP_NOT:
    return !prop_holds(test, prop->left, state);
  }
  return false;
}

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
