// JSON (RFC 8259) as text, written as it is made; no library is needed, so that an exported test can do it too.
//
//   JsonText json = {.out = &text};
//   json_text_open(&json, '{');
//   json_text_key(&json, "pus");
//   json_text_open(&json, '[');
//   json_text_count(&json, 1);
//   json_text_close(&json, ']');
//   json_text_close(&json, '}');
//
// Commas are put where they belong. No string has a control character, which a terminal would act on.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/text.h"

typedef struct {
  Text *out; // the caller's
  // The text can stand inside HTML, and looks like what it is: what is not printable ASCII, `<`, `>` and `&` are \u
  // escapes; control characters but newline and tab, and marks that turn the direction of writing, are U+FFFD.
  bool for_html;
  bool comma; // its own: something stands before the next value
} JsonText;

// An object by '{' and '}', an array by '[' and ']'.
void json_text_open(JsonText *json, char bracket);
void json_text_close(JsonText *json, char bracket);
// What comes next is the value of that name.
void json_text_key(JsonText *json, const char *key);

// A string; NULL is "". A byte that is not UTF-8 is '?' (for HTML U+FFFD).
void json_text_string(JsonText *json, const char *string);
void json_text_bytes(JsonText *json, const char *bytes, size_t length);
void json_text_count(JsonText *json, uint64_t count);
void json_text_integer(JsonText *json, int64_t integer);
// A number to 15 digits, whole ones as integers; a real one has a point or an exponent even then. Infinities and what
// is no number are null.
void json_text_number(JsonText *json, double number);
void json_text_real(JsonText *json, double real);
void json_text_bool(JsonText *json, bool value);
void json_text_null(JsonText *json);
// A value that is JSON already; what a terminal would act on is escaped in it.
void json_text_raw(JsonText *json, const char *text);
