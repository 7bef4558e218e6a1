#include "harness/engine/lockstep_layout.h"

static size_t location_bytes(const ShapeLocation *location) { return (size_t)location->bytes * location->length; }

static size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

// Largest elements first, so that none needs padding before it.
static size_t place_compactly(const Shape *shape, Layout *layout) {
  size_t end = 0;
  for (size_t size = 16; size; size /= 2)
    for (unsigned l = 0; l < shape->location_count; l++)
      if (shape->locations[l].line_offset < 0 && shape->locations[l].bytes == size) {
        layout->offsets[l] = end;
        end += location_bytes(&shape->locations[l]);
      }
  return round_up(end, LAYOUT_LINE);
}

Layout layout_of(const Shape *shape, bool compact) {
  Layout layout = {0};
  size_t end = compact ? place_compactly(shape, &layout) : 0;
  for (unsigned l = 0; l < shape->location_count; l++) {
    const ShapeLocation *location = &shape->locations[l];
    if (compact && location->line_offset < 0)
      continue;
    layout.offsets[l] = end + (location->line_offset < 0 ? 0 : (size_t)location->line_offset);
    end = round_up(layout.offsets[l] + location_bytes(location), LAYOUT_LINE);
  }
  layout.stride = end ? end : LAYOUT_LINE;
  return layout;
}
