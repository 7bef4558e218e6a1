#include "harness/lang/type.h"

#include <assert.h>

typedef struct {
  const char *name;        // as C spells it
  const char *atomic_name; // C11 7.17.6, where there is one
  unsigned bits;
  bool is_signed;
  BaseType promoted; // and typedefs resolved
  unsigned rank;     // C17 6.3.1.1, of the promoted types
} TypeRow;

static const TypeRow types[BASE_COUNT] = {
    [BASE_CHAR] = {"char", "atomic_char", 8, true, BASE_INT, 0},
    [BASE_INT8] = {"int8_t", NULL, 8, true, BASE_INT, 0},
    [BASE_UINT8] = {"uint8_t", NULL, 8, false, BASE_INT, 0},
    [BASE_SHORT] = {"short", "atomic_short", 16, true, BASE_INT, 0},
    [BASE_USHORT] = {"unsigned short", "atomic_ushort", 16, false, BASE_INT, 0},
    [BASE_INT16] = {"int16_t", NULL, 16, true, BASE_INT, 0},
    [BASE_UINT16] = {"uint16_t", NULL, 16, false, BASE_INT, 0},
    [BASE_INT] = {"int", "atomic_int", 32, true, BASE_INT, 1},
    [BASE_UINT] = {"unsigned", "atomic_uint", 32, false, BASE_UINT, 1},
    [BASE_INT32] = {"int32_t", NULL, 32, true, BASE_INT, 1},
    [BASE_UINT32] = {"uint32_t", NULL, 32, false, BASE_UINT, 1},
    [BASE_LONG] = {"long", "atomic_long", 64, true, BASE_LONG, 2},
    [BASE_ULONG] = {"unsigned long", "atomic_ulong", 64, false, BASE_ULONG, 2},
    [BASE_LONGLONG] = {"long long", "atomic_llong", 64, true, BASE_LONGLONG, 3},
    [BASE_ULONGLONG] = {"unsigned long long", "atomic_ullong", 64, false, BASE_ULONGLONG, 3},
    [BASE_INT64] = {"int64_t", NULL, 64, true, BASE_LONG, 2},
    [BASE_UINT64] = {"uint64_t", NULL, 64, false, BASE_ULONG, 2},
    [BASE_INT128] = {"__int128", NULL, 128, true, BASE_INT128, 4},
    [BASE_UINT128] = {"unsigned __int128", NULL, 128, false, BASE_UINT128, 4},
    [BASE_BOOL] = {"bool", "atomic_bool", 8, false, BASE_INT, 0},
};

static const TypeRow *row(BaseType base) {
  assert(base < BASE_COUNT);
  return &types[base];
}

const char *base_type_name(BaseType base) { return row(base)->name; }
const char *base_type_atomic_name(BaseType base) { return row(base)->atomic_name; }
unsigned base_type_bits(BaseType base) { return row(base)->bits; }
bool base_type_signed(BaseType base) { return row(base)->is_signed; }
BaseType base_type_promote(BaseType base) { return row(base)->promoted; }

static BaseType to_unsigned(BaseType base) {
  switch (base) {
  case BASE_INT:
    return BASE_UINT;
  case BASE_LONG:
    return BASE_ULONG;
  case BASE_LONGLONG:
    return BASE_ULONGLONG;
  default:
    return BASE_UINT128;
  }
}

BaseType base_type_common(BaseType left, BaseType right) {
  left = base_type_promote(left);
  right = base_type_promote(right);
  if (left == right)
    return left;
  if (row(left)->is_signed == row(right)->is_signed)
    return row(left)->rank > row(right)->rank ? left : right;
  BaseType with_sign = row(left)->is_signed ? left : right;
  BaseType without = row(left)->is_signed ? right : left;
  if (row(without)->rank >= row(with_sign)->rank)
    return without;
  if (row(with_sign)->bits > row(without)->bits)
    return with_sign;
  return to_unsigned(with_sign);
}

Type type_pointer(Type type) {
  type.pointee = type.pointers ? type.pointee : type.base;
  type.base = BASE_LONG;
  type.pointers++;
  return type;
}

BaseType type_pointee(Type type) { return type.pointers > 1 ? BASE_LONG : type.pointee; }

void type_print(Type type, Text *out) {
  if (type.is_volatile)
    text_add(out, "volatile ");
  const TypeRow *t = row(type.pointers ? type.pointee : type.base);
  if (type.is_atomic && t->atomic_name)
    text_add(out, t->atomic_name);
  else
    text_printf(out, "%s%s", type.is_atomic ? "_Atomic " : "", t->name);
  text_add(out, type.pointers ? " " : "");
  text_repeat(out, '*', type.pointers);
}

Value type_wrap(BaseType base, Value value) {
  if (base == BASE_BOOL)
    return value != 0;
  unsigned unused = 128 - base_type_bits(base);
  UnsignedValue up = (UnsignedValue)value << unused;
  return base_type_signed(base) ? (Value)up >> unused : (Value)(up >> unused);
}
