#include "harness/engine/lockstep.h"

static size_t element_bytes(const Location *location) { return base_type_bits(location->type) / 8; }

static size_t location_bytes(const Location *location) { return element_bytes(location) * location->length; }

static size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

// Largest elements first, so that none needs padding before it.
static size_t place_compactly(const Test *test, Layout *layout) {
  size_t end = 0;
  for (size_t size = 16; size; size /= 2)
    for (unsigned l = 0; l < test->location_count; l++)
      if (!test->locations[l].has_offset && element_bytes(&test->locations[l]) == size) {
        layout->offsets[l] = end;
        end += location_bytes(&test->locations[l]);
      }
  return round_up(end, LAYOUT_LINE);
}

Layout layout_of(const Test *test, bool compact) {
  Layout layout = {0};
  size_t end = compact ? place_compactly(test, &layout) : 0;
  for (unsigned l = 0; l < test->location_count; l++) {
    const Location *location = &test->locations[l];
    if (compact && !location->has_offset)
      continue;
    layout.offsets[l] = end + (location->has_offset ? location->line_offset : 0);
    end = round_up(layout.offsets[l] + location_bytes(location), LAYOUT_LINE);
  }
  layout.stride = end ? end : LAYOUT_LINE;
  return layout;
}
