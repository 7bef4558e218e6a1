#include "harness/base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(Text *text, size_t more) {
  if (more > SIZE_MAX / 2 - text->length - 1)
    abort();
  size_t needed = text->length + more + 1;
  if (needed <= text->capacity)
    return;
  size_t capacity = text->capacity ? text->capacity * 2 : 256;
  if (capacity < needed)
    capacity = needed;
  char *bytes = realloc(text->bytes, capacity);
  if (!bytes) {
    fputs("weakmem: out of memory\n", stderr);
    abort();
  }
  text->bytes = bytes;
  text->capacity = capacity;
}

void text_free(Text *text) {
  free(text->bytes);
  *text = (Text){0};
}

void text_clear(Text *text) {
  text->length = 0;
  if (text->bytes)
    text->bytes[0] = '\0';
}

void text_add_bytes(Text *text, const char *bytes, size_t length) {
  reserve(text, length);
  if (length)
    memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void text_add(Text *text, const char *string) { text_add_bytes(text, string, strlen(string)); }

void text_add_char(Text *text, char c) { text_add_bytes(text, &c, 1); }

void text_repeat(Text *text, char c, size_t count) {
  reserve(text, count);
  memset(text->bytes + text->length, c, count);
  text->length += count;
  text->bytes[text->length] = '\0';
}

void text_printf(Text *text, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  reserve(text, (size_t)length);
  vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
  va_end(again);
  text->length += (size_t)length;
}

// The bytes of the control character that stands there; 0: none does.
static size_t control_length(const char *bytes, size_t length) {
  const unsigned char *c = (const unsigned char *)bytes;
  if (length > 1 && c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
    return 2;
  return c[0] < ' ' || c[0] == 0x7f;
}

void text_add_printable(Text *text, const char *bytes, size_t length) {
  for (size_t i = 0, control; i < length; i += control ? control : 1) {
    control = control_length(bytes + i, length - i);
    text_add_bytes(text, control ? "?" : &bytes[i], 1);
  }
}

const char *text_string(const Text *text) { return text->bytes ? text->bytes : ""; }

unsigned text_utf8(const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  if (at[0] < 0x80)
    return 1;
  unsigned more = at[0] >= 0xc2 && at[0] < 0xe0   ? 1
                  : at[0] >= 0xe0 && at[0] < 0xf0 ? 2
                  : at[0] >= 0xf0 && at[0] < 0xf5 ? 3
                                                  : 0;
  for (unsigned i = 1; i <= more; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
  bool beyond = (at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf4 && at[1] >= 0x90);
  return more == 0 || overlong || beyond ? 0 : more + 1;
}
