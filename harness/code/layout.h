// Memory of structures whose types nobody tells: its elements are what accesses take as one, found as they come up.
#pragma once
#include "harness/event/program.h"

typedef struct {
  unsigned bytes;
  // By byte: some access touches it; an element begins there.
  bool *touched, *begins;
  bool changed; // since it was last set to false
} CodeLayout;

// Nothing of it is touched yet.
CodeLayout code_layout_new(unsigned bytes, Arena *arena);
// An access of so many bits takes place there, if it lies in the memory: what others access a part of is more than one
// element. False where it does not.
bool code_layout_touch(CodeLayout *layout, Value offset, unsigned bits);
// The elements, in the order of their offsets. `*count` of them; in `arena`.
const ProgramElement *code_layout_elements(const CodeLayout *layout, unsigned *count, Arena *arena);
// The element that has the byte at `offset`, which an access touches.
ProgramElement code_layout_element(const CodeLayout *layout, unsigned offset);
