#include "harness/base/text.h"

#include "harness/base/utf8.h"

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

void text_add_printable(Text *text, const char *bytes, size_t length) {
  for (size_t at = 0, size; at < length; at += size) {
    uint32_t code;
    size = utf8_lenient(bytes + at, length - at, &code);
    if (utf8_is_control(code))
      text_add_char(text, '?');
    else
      text_add_bytes(text, bytes + at, size);
  }
}

const char *text_string(const Text *text) { return text->bytes ? text->bytes : ""; }

char *text_finish(Text *text, Arena *arena) {
  char *copy = arena_copy(arena, text_string(text), text->length);
  text_free(text);
  return copy;
}

void text_add_numbers(Text *text, const unsigned *numbers, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    text_printf(text, "%s%u", i ? "," : "", numbers[i]);
}
