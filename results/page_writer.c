#include "results/page_writer.h"

#include <math.h>
#include <string.h>

static void put(PageWriter *writer, const char *text, size_t length) {
  fwrite(text, 1, length, writer->out);
  writer->bytes += length;
}

static void put_string(PageWriter *writer, const char *text) { put(writer, text, strlen(text)); }

// Before a value.
static void separate(PageWriter *writer) {
  if (writer->comma)
    put(writer, ",", 1);
  writer->comma = true;
}

void page_open(PageWriter *writer, char bracket) {
  separate(writer);
  put(writer, &bracket, 1);
  writer->comma = false;
}

void page_close(PageWriter *writer, char bracket) {
  put(writer, &bracket, 1);
  writer->comma = true;
}

void page_key(PageWriter *writer, const char *key) {
  page_text(writer, key);
  put(writer, ":", 1);
  writer->comma = false;
}

// ---- Text

enum { REPLACEMENT = 0xfffd };

// The code point at `*at`, which then points behind it; REPLACEMENT for one byte that is not UTF-8 (RFC 3629: no
// overlong forms, no surrogates, nothing beyond U+10FFFF).
static uint32_t decode(const unsigned char **at, const unsigned char *end) {
  const unsigned char *from = *at;
  uint32_t first = *(*at)++;
  if (first < 0x80)
    return first;
  unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
  if (!more || first > 0xf4 || (size_t)(end - from) <= more)
    return REPLACEMENT;
  uint32_t code = first & (0x3fu >> more);
  for (unsigned i = 1; i <= more; i++) {
    if ((from[i] & 0xc0) != 0x80)
      return REPLACEMENT;
    code = code << 6 | (from[i] & 0x3fu);
  }
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    return REPLACEMENT;
  *at = from + more + 1;
  return code;
}

// What would make text look like other text: controls, and marks that turn the direction of writing.
static bool misleads(uint32_t code) {
  return (code < ' ' && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0) || code == 0x200e ||
         code == 0x200f || code == 0x061c || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static void put_code(PageWriter *writer, uint32_t code) {
  char escape[16];
  int length;
  if (code == '\n' || code == '\t')
    length = snprintf(escape, sizeof escape, "\\%c", code == '\n' ? 'n' : 't');
  else if (code == '"' || code == '\\')
    length = snprintf(escape, sizeof escape, "\\%c", (char)code);
  else if (code < 0x7f && code != '<' && code != '>' && code != '&')
    length = snprintf(escape, sizeof escape, "%c", (char)code);
  else if (code < 0x10000)
    length = snprintf(escape, sizeof escape, "\\u%04x", (unsigned)code);
  else // a surrogate pair
    length = snprintf(escape, sizeof escape, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (code >> 10)),
                      (unsigned)(0xdc00 | (code & 0x3ff)));
  put(writer, escape, (size_t)length);
}

void page_long_text(PageWriter *writer, const char *text, size_t limit) {
  size_t length = strlen(text);
  const unsigned char *at = (const unsigned char *)text, *end = at + length;
  separate(writer);
  put(writer, "\"", 1);
  while (at < end && (size_t)(at - (const unsigned char *)text) < limit) {
    uint32_t code = decode(&at, end);
    put_code(writer, misleads(code) ? REPLACEMENT : code);
  }
  if (at < end) {
    char more[64];
    snprintf(more, sizeof more, "\\u2026 (%zu bytes more)", (size_t)(end - at));
    put_string(writer, more);
  }
  put(writer, "\"", 1);
}

void page_text(PageWriter *writer, const char *text) { page_long_text(writer, text, PAGE_TEXT); }

// ---- Other values

void page_count(PageWriter *writer, uint64_t count) {
  char text[32];
  bool large = count > UINT64_C(1) << 53;
  separate(writer);
  snprintf(text, sizeof text, large ? "\"%llu\"" : "%llu", (unsigned long long)count);
  put_string(writer, text);
}

void page_number(PageWriter *writer, double number) {
  char text[32];
  separate(writer);
  if (isfinite(number))
    snprintf(text, sizeof text, "%.10g", number);
  put_string(writer, isfinite(number) ? text : "null");
}

void page_flag(PageWriter *writer, bool flag) {
  separate(writer);
  put_string(writer, flag ? "true" : "false");
}

// ---- Fields

void page_text_field(PageWriter *writer, const char *key, const char *text) {
  if (!text || !*text)
    return;
  page_key(writer, key);
  page_text(writer, text);
}

void page_count_field(PageWriter *writer, const char *key, uint64_t count) {
  if (!count)
    return;
  page_key(writer, key);
  page_count(writer, count);
}

void page_number_field(PageWriter *writer, const char *key, double number) {
  if (number == 0)
    return;
  page_key(writer, key);
  page_number(writer, number);
}

void page_flag_field(PageWriter *writer, const char *key, bool flag) {
  if (!flag)
    return;
  page_key(writer, key);
  page_flag(writer, flag);
}
