// A test as the engines know it: sizes, and what a state is. What its threads do is in the code that was made from it
// (KernelCode), and nowhere here.
#pragma once
#include "harness/base/text.h"
#include "harness/engine/kernel.h"

#include <stdbool.h>

enum { SHAPE_THREADS = 64, SHAPE_LOCATIONS = 64, SHAPE_OBSERVABLES = 128, SHAPE_WORDS = 2 * SHAPE_OBSERVABLES };

typedef struct {
  const char *name;
  unsigned bytes, length; // of an element; elements
  int line_offset;        // bytes into a 64-byte line, where Layout= puts it; -1: anywhere that suits its type
} ShapeLocation;

// What a state assigns a value to.
typedef struct {
  const char *name; // "0:r0", "[x]": as states show it
  unsigned bits;    // of a value: 8 to 128
  bool is_signed;
  bool may_point; // of 128 bits: an address is its location and element, kernel_address; a number below is a number
} ShapeObservable;

typedef struct {
  unsigned threads;
  unsigned location_count;
  const ShapeLocation *locations;
  unsigned shown,
      observable_count; // those that states show, which come first; with those that only the filter looks at
  const ShapeObservable *observables;
  const struct PerpetualShape *perpetual; // what the perpetual engine knows besides; NULL: lockstep runs it
} Shape;

// Words of a state of the first `observables`.
unsigned shape_words(const Shape *shape, unsigned observables);
// By value, observable by observable, of those shown: negative, 0 or positive.
int shape_compare(const Shape *shape, const uint64_t *a, const uint64_t *b);
// "0:r0=0; 1:r1=0; [x]=1;"
void shape_print(const Shape *shape, const uint64_t *state, Text *out);
