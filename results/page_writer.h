// JSON that can stand inside HTML, written as it is made. Private to results.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PAGE_TEXT = 4000, PAGE_SOURCE = 1 << 17 }; // bytes of a text that are shown

typedef struct {
  FILE *out;
  bool comma; // something stands before the next value
  size_t bytes;
} PageWriter;

void page_open(PageWriter *writer, char bracket);
void page_close(PageWriter *writer, char bracket);
void page_key(PageWriter *writer, const char *key);
// Text whose every byte comes out harmless: `<`, `>`, `&` and what is not printable ASCII as \u escapes, what is not
// UTF-8, control characters other than newline and tab, and those that turn the direction of writing as U+FFFD. Of more
// than `limit` bytes it says how many were left out.
void page_long_text(PageWriter *writer, const char *text, size_t limit);
void page_text(PageWriter *writer, const char *text);
// As a number where JavaScript can hold it (up to 2^53), else as text.
void page_count(PageWriter *writer, uint64_t count);
void page_number(PageWriter *writer, double number);
void page_flag(PageWriter *writer, bool flag);

// Fields of an object; those without a value (NULL, "", false) are left out.
void page_text_field(PageWriter *writer, const char *key, const char *text);
void page_count_field(PageWriter *writer, const char *key, uint64_t count);
void page_number_field(PageWriter *writer, const char *key, double number);
void page_flag_field(PageWriter *writer, const char *key, bool flag);
