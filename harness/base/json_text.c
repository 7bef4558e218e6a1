#include "harness/base/json_text.h"

#include "harness/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void before_value(JsonText *json) {
  if (json->comma)
    text_add_char(json->out, ',');
  json->comma = true;
}

void json_text_open(JsonText *json, char bracket) {
  before_value(json);
  text_add_char(json->out, bracket);
  json->comma = false;
}

void json_text_close(JsonText *json, char bracket) {
  text_add_char(json->out, bracket);
  json->comma = true;
}

void json_text_key(JsonText *json, const char *key) {
  json_text_string(json, key);
  text_add_char(json->out, ':');
  json->comma = false;
}

// ---- Strings

static void add_unit(Text *out, uint32_t unit) { text_printf(out, "\\u%04x", (unsigned)unit); }

static void add_escaped(Text *out, uint32_t code) {
  static const char plain[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
  const char *at = code && code < 0x80 ? strchr(plain, (int)code) : NULL;
  if (at) {
    text_add_char(out, '\\');
    text_add_char(out, names[at - plain]);
  } else if (code < 0x10000) {
    add_unit(out, code);
  } else { // a surrogate pair
    add_unit(out, 0xd7c0 + (code >> 10));
    add_unit(out, 0xdc00 | (code & 0x3ff));
  }
}

static bool is_escaped(const JsonText *json, uint32_t code) {
  if (utf8_is_control(code) || code == '"' || code == '\\') // what a terminal would act on, too
    return true;
  return json->for_html && (code >= 0x7f || code == '<' || code == '>' || code == '&');
}

static bool is_replaced(const JsonText *json, uint32_t code) {
  return json->for_html && code != '\n' && code != '\t' && (utf8_is_control(code) || utf8_is_turn(code));
}

static bool is_plain(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

// How many letters from here on stand in every JSON as they are: most texts are nothing else.
static size_t plain_run(const char *bytes, size_t length) {
  size_t at = 0;
  while (at < length && is_plain(bytes[at]))
    at++;
  return at;
}

void json_text_bytes(JsonText *json, const char *bytes, size_t length) {
  before_value(json);
  text_add_char(json->out, '"');
  for (size_t at = 0, size; at < length; at += size) {
    uint32_t code;
    size = plain_run(bytes + at, length - at);
    text_add_bytes(json->out, bytes + at, size);
    if (size)
      continue;
    size = utf8_next(bytes + at, length - at, &code);
    bool good = size && !is_replaced(json, code);
    if (!good)
      code = json->for_html ? UTF8_REPLACEMENT : '?';
    if (is_escaped(json, code))
      add_escaped(json->out, code);
    else
      text_add_bytes(json->out, good ? bytes + at : "?", good ? size : 1);
    size = size ? size : 1;
  }
  text_add_char(json->out, '"');
}

void json_text_string(JsonText *json, const char *string) {
  json_text_bytes(json, string ? string : "", string ? strlen(string) : 0);
}

// ---- Other values

void json_text_count(JsonText *json, uint64_t count) {
  before_value(json);
  text_printf(json->out, "%" PRIu64, count);
}

void json_text_integer(JsonText *json, int64_t integer) {
  before_value(json);
  text_printf(json->out, "%" PRId64, integer);
}

void json_text_number(JsonText *json, double number) {
  if (!isfinite(number)) {
    json_text_null(json);
    return;
  }
  char digits[40];
  snprintf(digits, sizeof digits, "%.15g", number);
  before_value(json);
  char *exponent = strchr(digits, 'e');
  text_add_bytes(json->out, digits, exponent ? (size_t)(exponent - digits) : strlen(digits));
  if (exponent) // 1e+06 as 1e6
    text_printf(json->out, "e%ld", strtol(exponent + 1, NULL, 10));
}

void json_text_real(JsonText *json, double real) {
  size_t before = json->out->length;
  json_text_number(json, real);
  if (isfinite(real) && !strpbrk(text_string(json->out) + before, ".e"))
    text_add(json->out, ".0");
}

void json_text_bool(JsonText *json, bool value) { json_text_raw(json, value ? "true" : "false"); }

void json_text_null(JsonText *json) { json_text_raw(json, "null"); }

// Beyond ASCII there are strings alone in JSON, so that an escape may stand there.
void json_text_raw(JsonText *json, const char *text) {
  before_value(json);
  for (size_t length = strlen(text), size; length; text += size, length -= size) {
    uint32_t code;
    size = utf8_next(text, length, &code);
    if (size && code >= 0x7f && utf8_is_control(code))
      add_escaped(json->out, code);
    else
      text_add_bytes(json->out, size ? text : "?", size ? size : 1);
    size = size ? size : 1;
  }
}
