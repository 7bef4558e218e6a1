// How a state is packed where it is counted.
#include "harness/engine/lockstep.h"

unsigned lockstep_small_bits(const Test *test) {
  unsigned n = test->observable_total;
  return n == 0 ? 1 : n > 12 ? 0 : 12 / n > 3 ? 3 : 12 / n;
}

unsigned lockstep_state_words(const Test *test) {
  unsigned words = 0;
  for (unsigned i = 0; i < test->observable_total; i++)
    words += base_type_bits(observable_base(test, &test->observables[i])) == 128 ? 2 : 1;
  return words;
}

void lockstep_state_values(const Test *test, const uint64_t *words, Value *values) {
  for (unsigned i = 0; i < test->observable_total; i++) {
    BaseType type = observable_base(test, &test->observables[i]);
    UnsignedValue bits = *words++;
    if (base_type_bits(type) == 128)
      bits |= (UnsignedValue)*words++ << 64;
    values[i] = type_wrap(type, (Value)bits);
  }
}
