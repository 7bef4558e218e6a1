// What bytes a test may be made of.
#include "harness/lang/lexer.h"

// The length of the UTF-8 character there (RFC 3629: no overlong forms, no surrogates), 0 where it is none.
static size_t utf8_length(const unsigned char *s, size_t left) {
  static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t length = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
  if (length < 2)
    return length;
  if (length > left)
    return 0;
  unsigned long code = s[0] & (0x7fU >> length);
  for (size_t i = 1; i < length; i++) {
    if (s[i] >> 6 != 2)
      return 0;
    code = code << 6 | (s[i] & 0x3f);
  }
  return code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

static bool is_control(const unsigned char *s, size_t length) {
  if (length == 1)
    return (s[0] < 0x20 && (s[0] < '\t' || s[0] > '\r')) || s[0] == 0x7f;
  return length == 2 && s[0] == 0xc2 && s[1] < 0xa0; // U+0080 to U+009F
}

bool source_is_text(const Source *source, Diag *diag) {
  const unsigned char *bytes = (const unsigned char *)source->bytes;
  bool is_text = true;
  for (size_t i = 0; i < source->length;) {
    size_t length = utf8_length(bytes + i, source->length - i);
    bool control = length && is_control(bytes + i, length);
    if (length && !control) {
      i += length;
      continue;
    }
    Span span = {i, length ? length : 1};
    if (length)
      is_text = diag_error_at(diag, source, span, "a control character (0x%02x); a test is plain text",
                              length == 2 ? bytes[i + 1] : bytes[i]);
    else
      is_text = diag_error_at(diag, source, span, "the byte 0x%02x is not UTF-8", bytes[i]);
    // One report a line will do.
    while (i < source->length && bytes[i] != '\n')
      i++;
  }
  return is_text;
}
