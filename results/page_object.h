// Objects in the page's data.
#pragma once
#include "results/fields.h"
#include "results/sheet.h"

enum { PAGE_TEXT = 4000, PAGE_SOURCE = 1 << 17 }; // bytes of a text that are shown

// The text, or as much of it as `limit` bytes hold and how many more there are.
const char *page_cut(const char *text, size_t limit, Arena *arena);

// Fields of an object; what has no value (NULL, "", 0, false) is left out.
void page_set_text(Sheet *object, const char *name, const char *text);
void page_set_count(Sheet *object, const char *name, uint64_t count);
void page_set_number(Sheet *object, const char *name, double number);
void page_set_flag(Sheet *object, const char *name, bool flag);
// Of a struct all that is a text, a number or a flag, under the names that records have.
void page_set_fields(Sheet *object, const Fields *fields, const void *from);
