#include "results/page_object.h"
#include "harness/base/utf8.h"

#include <string.h>

const char *page_cut(const char *text, size_t limit, Arena *arena) {
  size_t length = strlen(text), at = 0;
  uint32_t code;
  while (at < length && at < limit)
    at += utf8_lenient(text + at, length - at, &code);
  return at == length ? text : arena_printf(arena, "%.*s\u2026 (%zu bytes more)", (int)at, text, length - at);
}

void page_set_text(Sheet *object, const char *name, const char *text) {
  if (text && *text)
    sheet_set(object, name, cell_text(page_cut(text, PAGE_TEXT, object->arena)));
}

void page_set_count(Sheet *object, const char *name, uint64_t count) {
  if (count)
    sheet_set(object, name, cell_count(count));
}

void page_set_number(Sheet *object, const char *name, double number) {
  if (number != 0)
    sheet_set(object, name, cell_number(number));
}

void page_set_flag(Sheet *object, const char *name, bool flag) {
  if (flag)
    sheet_set(object, name, cell_flag(true));
}

void page_set_fields(Sheet *object, const Fields *fields, const void *from) {
  for (const Field *field = fields->rows; field < fields->rows + fields->count; field++) {
    const void *at = (const char *)from + field->place;
    if (field->kind == FIELD_TEXT)
      page_set_text(object, field->name, *(const char *const *)at);
    else if (field->kind == FIELD_UNSIGNED)
      page_set_count(object, field->name, *(const unsigned *)at);
    else if (field->kind == FIELD_FLAG)
      page_set_flag(object, field->name, *(const bool *)at);
    else if (field->kind == FIELD_INTEGER && *(const int *)at >= 0)
      sheet_set(object, field->name, cell_integer(*(const int *)at));
  }
}
