#include "harness/lang/test.h"

#include <stdint.h>

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
