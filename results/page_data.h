// What the page's data is made of. Private to results.
#pragma once
#include "results/objects.h"
#include "results/page.h"
#include "results/sheet.h"

#include <stdio.h>

enum { PAGE_TEXT = 4000, PAGE_SOURCE = 1 << 17 }; // bytes of a text that are shown

// Writes the data as JSON that can stand inside HTML.
void page_data(const Page *page, FILE *out, PageCount *count);

// The ladder as an object, in `arena`.
Sheet *page_ladder(const RecordLadder *ladder, unsigned machine, Arena *arena);

// The text, or as much of it as `limit` bytes hold and how many more there are.
const char *page_cut(const char *text, size_t limit, Arena *arena);

// Fields of an object; what has no value (NULL, "", 0, false) is left out.
void page_set_text(Sheet *object, const char *name, const char *text);
void page_set_count(Sheet *object, const char *name, uint64_t count);
void page_set_number(Sheet *object, const char *name, double number);
void page_set_flag(Sheet *object, const char *name, bool flag);
