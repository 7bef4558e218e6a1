// A string that grows. Text{0} is an empty one; text_free frees it.
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char *bytes; // NUL-terminated once anything was added; NULL before
  size_t length, capacity;
} Text;

void text_free(Text *text);
void text_clear(Text *text);
void text_add(Text *text, const char *string);
void text_add_bytes(Text *text, const char *bytes, size_t length);
void text_add_char(Text *text, char c);
// What a terminal would act on, that is control characters of ASCII and U+0080 to U+009F, as '?'.
void text_add_printable(Text *text, const char *bytes, size_t length);
void text_repeat(Text *text, char c, size_t count);
void text_printf(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The contents, never NULL.
const char *text_string(const Text *text);

// How many bytes the UTF-8 sequence that `text` begins with has; 0 where it is none (RFC 3629, section 4).
unsigned text_utf8(const char *text);
