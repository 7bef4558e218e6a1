#include "harness/base/utf8.h"

unsigned utf8_next(const char *bytes, size_t length, uint32_t *code) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char *at = (const unsigned char *)bytes;
  if (!length)
    return 0;
  unsigned size = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
  if (!size || size > length)
    return 0;
  *code = size == 1 ? at[0] : at[0] & (0x7fu >> size);
  for (unsigned i = 1; i < size; i++) {
    if (at[i] >> 6 != 2)
      return 0;
    *code = *code << 6 | (at[i] & 0x3fu);
  }
  bool is_surrogate = *code >= 0xd800 && *code < 0xe000;
  return *code < least[size] || *code > 0x10ffff || is_surrogate ? 0 : size;
}

unsigned utf8_lenient(const char *bytes, size_t length, uint32_t *code) {
  unsigned size = utf8_next(bytes, length, code);
  if (!size)
    *code = UTF8_REPLACEMENT;
  return size ? size : 1;
}

bool utf8_is_control(uint32_t code) { return code < ' ' || (code >= 0x7f && code < 0xa0); }

bool utf8_is_turn(uint32_t code) {
  return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}
