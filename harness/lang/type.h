// The integer types of the litmus language.
#pragma once
#include "harness/base/text.h"
#include "harness/base/value.h"

typedef enum {
  BASE_CHAR, // printed `char`; signed here, whatever the CPU's ABI says, so that a test means one thing
  BASE_INT8,
  BASE_UINT8,
  BASE_SHORT,
  BASE_USHORT,
  BASE_INT16,
  BASE_UINT16,
  BASE_INT,
  BASE_UINT,
  BASE_INT32,
  BASE_UINT32,
  BASE_LONG, // 64 bits: the LP64 ABIs are the only ones supported
  BASE_ULONG,
  BASE_LONGLONG,
  BASE_ULONGLONG,
  BASE_INT64,
  BASE_UINT64,
  BASE_INT128,
  BASE_UINT128,
  BASE_BOOL,
  BASE_COUNT
} BaseType;

typedef struct {
  BaseType base;
  bool is_atomic;    // `_Atomic`, or one of the atomic_* names
  bool is_volatile;  // `volatile`
  unsigned pointers; // how many `*` follow; `base` is then an address's type, BASE_LONG
  BaseType pointee;  // where `pointers`: what is there in the end
} Type;

// As C spells it, without qualifiers: "int", "uint64_t", "unsigned __int128".
const char *base_type_name(BaseType base);
const char *base_type_atomic_name(BaseType base); // C17 7.17.6: "atomic_int"; NULL where there is none
unsigned base_type_bits(BaseType base);           // 8, 16, 32, 64 or 128
bool base_type_signed(BaseType base);

// A pointer to the type, and what a pointer points to.
Type type_pointer(Type type);
BaseType type_pointee(Type type);

// As the litmus language spells it: "volatile atomic_int", "_Atomic uint64_t", "int *".
void type_print(Type type, Text *out);

// C17 6.3.1.1: the type an operand has after the integer promotions, and 6.3.1.8: the common type of two operands.
// Typedefs are resolved: a uint64_t gives BASE_ULONG.
BaseType base_type_promote(BaseType base);
BaseType base_type_common(BaseType left, BaseType right);

// `value` wrapped to the type as C's conversion does it (to bool: whether it is not 0), then sign- or zero-extended.
// The upper half of unsigned __int128 is negative as a Value: the type tells.
Value type_wrap(BaseType base, Value value);
