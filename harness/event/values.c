#include "harness/event/values.h"

#include "harness/lang/state.h"

#include <assert.h>

EventValue event_value_of(const Test *test, Value value) {
  unsigned location, element;
  if (!test->dialect || !test->dialect->addresses || !value_is_address(value, &location, &element))
    return (EventValue){-1, value};
  unsigned bytes = test_is_assembly(test) && location < test->location_count
                       ? base_type_bits(test->locations[location].type) / 8
                       : 1;
  return (EventValue){(int)location, (Value)element * bytes};
}

Value value_of_event(const Test *test, EventValue value) {
  if (value.location < 0)
    return value.number;
  bool known = (unsigned)value.location < test->location_count;
  unsigned bytes = known && test_is_assembly(test) ? base_type_bits(test->locations[value.location].type) / 8 : 1;
  return address_value((unsigned)value.location, (unsigned)(value.number / bytes));
}

bool program_keeps(const void *context, const EventValue *state) {
  const Test *test = context;
  Value values[LIMIT_OBSERVABLES];
  assert(test->observable_total <= LIMIT_OBSERVABLES);
  for (unsigned i = 0; i < test->observable_total; i++)
    values[i] = value_of_event(test, state[i]);
  return prop_holds(test, test->filter, (State){values});
}
