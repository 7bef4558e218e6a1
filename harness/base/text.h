// A string that grows. Text{0} is an empty one; text_free frees it.
#pragma once
#include "harness/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char *bytes; // NUL-terminated once anything was added; NULL before
  size_t length, capacity;
} Text;

// Several of them, in order.
typedef struct {
  const char *const *items;
  unsigned count;
} TextList;

void text_free(Text *text);
void text_clear(Text *text);
void text_add(Text *text, const char *string);
void text_add_bytes(Text *text, const char *bytes, size_t length);
void text_add_char(Text *text, char c);
// Control characters, which a terminal would act on, as '?'.
void text_add_printable(Text *text, const char *bytes, size_t length);
void text_repeat(Text *text, char c, size_t count);
void text_printf(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

// "0,1,2"
void text_add_numbers(Text *text, const unsigned *numbers, unsigned count);

// The contents, never NULL.
const char *text_string(const Text *text);
// The contents in the arena; the text is freed.
char *text_finish(Text *text, Arena *arena);
