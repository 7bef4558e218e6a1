// What operands come to: shifted and extended registers, symbols, addresses. Private to code.
#pragma once
#include "harness/code/reading.h"

// An operand as far as it was looked at.
typedef struct {
  bool has_address, is_loaded;
  CodeValue address, value;
} CodeSeen;

static inline Value code_as_64(Value n) { return (Value)(uint64_t)n; }

CodeValue code_modified(Reading *t, CodeValue v, const Modifier *m, unsigned bits);
CodeValue code_added(Reading *t, CodeValue a, CodeValue b);
// A location's address, or a label's place.
CodeValue code_symbol_value(Reading *t, const char *name);
// The address in memory, worked out once; what is written back to the base is.
CodeValue code_address_of(Reading *t, const CodeOperand *m, CodeSeen *seen);
