// States: final assignments of a test's observables; and conditions over them.
#pragma once
#include "harness/lang/test.h"

// The values of Test.observables, in their order; `observable_total` of them. Owned by whoever made it.
typedef struct {
  const Value *values;
} State;

// By value, observable by observable, of those shown: negative, 0 or positive.
int state_compare(const Test *test, State a, State b);

// "0:r0=0; 1:r1=0; [x]=1;" with arrays as "[y[1]]=0;". Empty where nothing is observed.
void state_print(const Test *test, State state, Text *out);

// Reads what state_print wrote, or herd's and litmus7's spelling of it (`x=1`, no final `;`, hexadecimal) into `values`
// (room for observable_total; those that are not shown become 0). False where a name is not observed, missing or twice.
bool state_parse(const Test *test, const char *text, Value *values);

// Whether the state satisfies the proposition.
bool prop_holds(const Test *test, const Prop *prop, State state);
// Whether it `may` be so that the proposition holds, or that it does not, as far as some of a state's values are known.
bool prop_may(const Test *test, const Prop *prop, State state, const bool *known, bool hold);

// A witness satisfies the body of the condition, whatever its quantifier.
bool state_is_witness(const Test *test, State state);

// The one rule of which states a test asks for. `exists` and `~exists` ask for witnesses, `forall` for what contradicts
// it. A test without a condition, which is `forall (true)`, asks for what is weak: what sequential consistency forbids.
// Who has no model at hand knows of none (`weak` false): such a test asks an engine for nothing.
bool quantifier_asks(Quantifier quantifier, bool witness, bool weak);
bool state_is_asked(const Test *test, State state, bool weak);
// Whether the test has a condition, other than `forall (true)`.
bool test_has_condition(const Test *test);

// Whether the condition holds over a set of states: `exists` has a witness among them, `~exists` has none,
// `forall` has nothing else.
bool condition_validated(const Test *test, bool any_witness, bool all_witnesses);
