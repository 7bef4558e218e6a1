#include "harness/lang/test.h"

#include <stdint.h>
#include <string.h>

enum { ADDRESS_BIT = 100, LOCATION_BIT = 32 };

Value address_value(unsigned location, unsigned element) {
  return (Value)1 << ADDRESS_BIT | (Value)location << LOCATION_BIT | element;
}

bool value_is_address(Value value, unsigned *location, unsigned *element) {
  *element = (unsigned)(value & UINT32_MAX);
  *location = (unsigned)(value >> LOCATION_BIT & UINT32_MAX);
  return value == address_value(*location, *element);
}

BaseType observable_base(const Test *test, const Observable *observable) {
  return observable->is_register ? test->threads[observable->thread].registers[observable->reg].type.base
                                 : test->locations[observable->location].type;
}

unsigned observable_bits(const Test *test, const Observable *observable) {
  return observable->may_point ? 128 : base_type_bits(observable_base(test, observable));
}

bool test_is_assembly(const Test *test) { return test->dialect && test->dialect->cpu; }

unsigned test_first_place(const Test *test, unsigned thread) {
  unsigned place = LIMIT_LOCATIONS;
  for (unsigned t = 0; t < thread; t++)
    place += test->threads[t].line_count + 1;
  return place;
}

int test_label_place(const Test *test, unsigned thread, const char *label) {
  if (thread >= test->thread_count)
    return -1;
  for (unsigned i = 0; i < test->threads[thread].line_count; i++) {
    const char *here = test->threads[thread].lines[i].label;
    if (here && !strcmp(here, label))
      return (int)(test_first_place(test, thread) + i);
  }
  return -1;
}
