#include "harness/engine/shape.h"

static unsigned words_of(const ShapeObservable *observable) { return observable->bits > 64 ? 2 : 1; }

unsigned shape_words(const Shape *shape, unsigned observables) {
  unsigned words = 0;
  for (unsigned i = 0; i < observables; i++)
    words += words_of(&shape->observables[i]);
  return words;
}

static int compare_words(uint64_t a, uint64_t b, bool is_signed) {
  if (a == b)
    return 0;
  bool less = is_signed ? (int64_t)a < (int64_t)b : a < b;
  return less ? -1 : 1;
}

int shape_compare(const Shape *shape, const uint64_t *a, const uint64_t *b) {
  for (unsigned i = 0; i < shape->shown; i++) {
    const ShapeObservable *observable = &shape->observables[i];
    unsigned words = words_of(observable);
    int order = compare_words(a[words - 1], b[words - 1], observable->is_signed);
    if (!order && words == 2)
      order = compare_words(a[0], b[0], false);
    if (order)
      return order;
    a += words;
    b += words;
  }
  return 0;
}

// In decimal; in hexadecimal where it is beyond 64 bits.
static void print_value(uint64_t low, uint64_t high, bool negative, Text *out) {
  if (negative) {
    low = 0 - low;
    high = ~high + !low;
    text_add_char(out, '-');
  }
  if (high)
    text_printf(out, "0x%llx%016llx", (unsigned long long)high, (unsigned long long)low);
  else
    text_printf(out, "%llu", (unsigned long long)low);
}

static void print_address(const Shape *shape, uint64_t low, Text *out) {
  const ShapeLocation *location = &shape->locations[low >> KERNEL_LOCATION_BIT];
  unsigned element = (unsigned)low;
  text_printf(out, element ? "%s[%u]" : "%s", location->name, element);
}

void shape_print(const Shape *shape, const uint64_t *state, Text *out) {
  for (unsigned i = 0; i < shape->shown; i++) {
    const ShapeObservable *observable = &shape->observables[i];
    unsigned words = words_of(observable);
    bool negative = observable->is_signed && (int64_t)state[words - 1] < 0;
    text_printf(out, "%s%s=", i ? " " : "", observable->name);
    if (observable->may_point && state[1] == KERNEL_ADDRESS_WORD)
      print_address(shape, state[0], out);
    else
      print_value(state[0], words == 2 ? state[1] : negative ? UINT64_MAX : 0, negative, out);
    text_add_char(out, ';');
    state += words;
  }
}
