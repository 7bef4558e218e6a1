// Numbers as C writes them, up to 128 bits.
#include "harness/lang/lexer.h"

static int digit_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

// u, l, ul, lu, ll, ull, llu in any case, but both letters of ll alike.
static bool read_suffix(const char *s, size_t length, bool *is_unsigned, unsigned *longs) {
  *is_unsigned = false;
  *longs = 0;
  for (size_t i = 0; i < length;) {
    int c = s[i] | 0x20;
    if (c == 'u' && !*is_unsigned) {
      *is_unsigned = true;
      i++;
    } else if (c == 'l' && !*longs) {
      *longs = i + 1 < length && s[i + 1] == s[i] ? 2 : 1;
      i += *longs;
    } else {
      return false;
    }
  }
  return true;
}

static bool holds(BaseType type, UnsignedValue value) {
  unsigned bits = base_type_bits(type) - (base_type_signed(type) ? 1 : 0);
  return bits == 128 || value >> bits == 0;
}

// C17 6.4.4.1p5: the first type of the list that holds the value.
static BaseType number_type(UnsignedValue value, bool is_decimal, bool is_unsigned, unsigned longs) {
  static const BaseType candidates[] = {BASE_INT,      BASE_UINT,      BASE_LONG,   BASE_ULONG,
                                        BASE_LONGLONG, BASE_ULONGLONG, BASE_INT128, BASE_UINT128};
  const size_t count = sizeof candidates / sizeof *candidates;
  for (size_t i = (size_t)longs * 2; i < count; i++) {
    bool has_sign = base_type_signed(candidates[i]);
    if ((is_unsigned && has_sign) || (is_decimal && !is_unsigned && !has_sign))
      continue;
    if (holds(candidates[i], value))
      return candidates[i];
  }
  return BASE_UINT128;
}

const char *number_read(Token token, Value *value, BaseType *type) {
  const char *s = token.text;
  size_t length = token.span.length, i = 0;
  int base = 10;
  if (length > 1 && s[0] == '0') {
    if ((s[1] | 0x20) == 'x') {
      base = 16;
      i = 2;
    } else if (digit_value(s[1]) < 10) {
      return "a number does not begin with 0 here: write it in decimal or hexadecimal";
    }
  }
  size_t first = i;
  UnsignedValue sum = 0;
  for (; i < length && digit_value(s[i]) < base; i++) {
    UnsignedValue next = sum * (unsigned)base + (unsigned)digit_value(s[i]);
    if (sum > ~(UnsignedValue)0 / (unsigned)base || next < sum * (unsigned)base)
      return "a number of more than 128 bits";
    sum = next;
  }
  bool is_unsigned;
  unsigned longs;
  if (i == first || !read_suffix(s + i, length - i, &is_unsigned, &longs))
    return "this is not a number";
  *value = (Value)sum;
  *type = number_type(sum, base == 10, is_unsigned, longs);
  return NULL;
}

bool number_fits(Number number, BaseType type) {
  if (type == BASE_BOOL)
    return number.magnitude <= 1 && !number.is_negative;
  UnsignedValue highest = (UnsignedValue)1 << (base_type_bits(type) - 1);
  return number.is_negative ? number.magnitude <= highest : number.magnitude <= highest + (highest - 1);
}

Value number_value(Number number, BaseType type) {
  return type_wrap(type, (Value)(number.is_negative ? -number.magnitude : number.magnitude));
}
