#include "harness/lang/test.h"

BaseType observable_base(const Test *test, const Observable *observable) {
  return observable->is_register ? test->threads[observable->thread].registers[observable->reg].type.base
                                 : test->locations[observable->location].type;
}
