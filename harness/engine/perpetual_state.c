// States by their numbers, and where what was seen is kept.
#include "harness/engine/perpetual.h"

void perpetual_values(const PerpetualShape *shape, const Test *test, unsigned state, Value *values) {
  for (unsigned o = 0; o < test->observable_total; o++) {
    const PerpetualValue *value = &shape->values[o];
    unsigned which = 0;
    if (value->load >= 0) {
      const PerpetualLoad *load = &shape->loads[value->load];
      which = state / load->weight % (load->stores + 1);
    }
    values[o] = value->values[which];
  }
}

size_t perpetual_buffer(unsigned slot, unsigned copy, unsigned copies) {
  return (size_t)slot * PERPETUAL_SLOT + copy * (size_t)(PERPETUAL_VISITS / copies + PERPETUAL_GAP);
}
