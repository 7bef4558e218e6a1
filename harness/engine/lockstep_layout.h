// Where a test's locations lie in an instance of them. Private to engine/.
#pragma once
#include "harness/engine/shape.h"

// How locations lie in an instance.
typedef struct {
  size_t offsets[SHAPE_LOCATIONS]; // bytes from the instance's start
  size_t stride;                   // bytes; a multiple of a line
} Layout;

enum { LAYOUT_LINE = 64 }; // bytes: what Layout= counts in

// Each location on lines of its own, or (`compact`) as few lines as hold them all. A location that Layout= places has
// lines of its own in either.
Layout layout_of(const Shape *shape, bool compact);
