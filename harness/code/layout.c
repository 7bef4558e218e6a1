#include "harness/code/layout.h"

CodeLayout code_layout_new(unsigned bytes, Arena *arena) {
  return (CodeLayout){.bytes = bytes,
                      .touched = ARENA_ARRAY(arena, bool, bytes + (size_t)1),
                      .begins = ARENA_ARRAY(arena, bool, bytes + (size_t)1)};
}

static void mark(CodeLayout *layout, bool *at) {
  layout->changed |= !*at;
  *at = true;
}

bool code_layout_touch(CodeLayout *layout, Value offset, unsigned bits) {
  unsigned bytes = bits / 8;
  if (offset < 0 || bytes > layout->bytes || offset > (Value)(layout->bytes - bytes))
    return false;
  for (unsigned i = 0; i < bytes; i++)
    mark(layout, &layout->touched[offset + i]);
  mark(layout, &layout->begins[offset]);
  mark(layout, &layout->begins[offset + bytes]);
  return true;
}

ProgramElement code_layout_element(const CodeLayout *layout, unsigned offset) {
  unsigned begin = offset, end = offset + 1;
  while (begin && !layout->begins[begin])
    begin--;
  while (end < layout->bytes && layout->touched[end] && !layout->begins[end])
    end++;
  return (ProgramElement){begin, 8 * (end - begin)};
}

const ProgramElement *code_layout_elements(const CodeLayout *layout, unsigned *count, Arena *arena) {
  unsigned n = 0;
  for (unsigned i = 0; i < layout->bytes; i++)
    n += layout->touched[i] && layout->begins[i];
  ProgramElement *elements = ARENA_ARRAY(arena, ProgramElement, n + (size_t)1);
  *count = 0;
  for (unsigned i = 0; i < layout->bytes; i++)
    if (layout->touched[i] && layout->begins[i])
      elements[(*count)++] = code_layout_element(layout, i);
  return elements;
}
