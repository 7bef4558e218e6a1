// The writers for programs: columns separated by tabs, and JSON.
#include "results/sheet.h"

#include "harness/base/json_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- Columns

static bool is_in(const SheetColumn *column, unsigned format) { return !column->in || column->in & format; }

static void add_field(const Cell *cell, const SheetColumn *column, Text *out) {
  switch (cell->kind) {
  case CELL_TEXT:
    text_add_printable(out, cell->text, strlen(cell->text));
    break;
  case CELL_COUNT:
    text_printf(out, "%llu", (unsigned long long)cell->count);
    break;
  case CELL_INTEGER:
    text_printf(out, "%lld", (long long)cell->integer);
    break;
  case CELL_NUMBER:
    text_printf(out, column->kind == KIND_NUMBER ? "%.*f" : "%.*g", (int)column->places, cell->number);
    break;
  case CELL_FLAG:
    text_add(out, cell->flag ? "true" : "false");
    break;
  case CELL_EMPTY:
  case CELL_NULL:
  case CELL_SHEET:
  case CELL_JSON:
    break;
  }
}

void sheet_tsv_names(const Sheet *sheet, Text *out) {
  const char *tab = "";
  for (unsigned i = 0; i < sheet->column_count; i++)
    if (is_in(&sheet->columns[i], IN_TSV)) {
      text_printf(out, "%s%s", tab, sheet->columns[i].name);
      tab = "\t";
    }
  text_add_char(out, '\n');
}

void sheet_tsv(const Sheet *sheet, Text *out) {
  for (unsigned row = 0; row < sheet->row_count; row++) {
    const char *tab = "";
    for (unsigned i = 0; i < sheet->column_count; i++)
      if (is_in(&sheet->columns[i], IN_TSV)) {
        text_add(out, tab);
        add_field(&sheet->rows[row].cells[i], &sheet->columns[i], out);
        tab = "\t";
      }
    text_add_char(out, '\n');
  }
}

// ---- JSON (RFC 8259)

static const SheetJson plain = {.digits = 15};

static void add_string(const char *text, const SheetJson *how, Text *out) {
  json_text_string(&(JsonText){.out = out, .for_html = how->in_page}, text);
}

// As a number with a point or an exponent, so that it is read as one that is no integer.
static void add_number(double number, const SheetJson *how, Text *out) {
  char digits[40];
  if (!isfinite(number)) {
    text_add(out, "null");
    return;
  }
  snprintf(digits, sizeof digits, "%.*g", how->digits, number);
  text_add(out, digits);
  if (!strpbrk(digits, ".e") && !how->in_page)
    text_add(out, ".0");
}

// JavaScript holds integers up to 2^53.
static void add_count(uint64_t count, const SheetJson *how, Text *out) {
  bool quoted = how->in_page && count > UINT64_C(1) << 53;
  text_printf(out, quoted ? "\"%llu\"" : "%llu", (unsigned long long)count);
}

static void add_sheet(const Sheet *sheet, const SheetJson *how, Text *out);

static void add_value(const Cell *cell, const SheetJson *how, Text *out) {
  switch (cell->kind) {
  case CELL_EMPTY:
  case CELL_NULL:
    text_add(out, "null");
    break;
  case CELL_TEXT:
    add_string(cell->text, how, out);
    break;
  case CELL_COUNT:
    add_count(cell->count, how, out);
    break;
  case CELL_INTEGER:
    text_printf(out, "%lld", (long long)cell->integer);
    break;
  case CELL_NUMBER:
    add_number(cell->number, how, out);
    break;
  case CELL_FLAG:
    text_add(out, cell->flag ? "true" : "false");
    break;
  case CELL_SHEET:
    add_sheet(cell->sheet, how, out);
    break;
  case CELL_JSON:
    text_add(out, cell->text);
    break;
  }
}

static void add_comma(const SheetJson *how, Text *out) { text_add(out, how->spaced ? ", " : ","); }

static void add_row(const Sheet *sheet, const SheetRow *row, const SheetJson *how, Text *out) {
  bool object = sheet->shape == SHAPE_OBJECT || sheet->shape == SHAPE_OBJECTS, any = false;
  if (sheet->shape == SHAPE_VALUES) {
    add_value(row->cells, how, out);
    return;
  }
  text_add_char(out, object ? '{' : '[');
  for (unsigned i = 0; i < sheet->column_count; i++) {
    if (!is_in(&sheet->columns[i], IN_JSON) || (object && row->cells[i].kind == CELL_EMPTY))
      continue;
    if (any)
      add_comma(how, out);
    any = true;
    if (object) {
      add_string(sheet->columns[i].name, how, out);
      text_add(out, how->spaced ? ": " : ":");
    }
    add_value(&row->cells[i], how, out);
  }
  text_add_char(out, object ? '}' : ']');
}

static void add_sheet(const Sheet *sheet, const SheetJson *how, Text *out) {
  if (sheet->shape == SHAPE_OBJECT) {
    add_row(sheet, sheet->rows, how, out);
    return;
  }
  text_add_char(out, '[');
  for (unsigned row = 0; row < sheet->row_count; row++) {
    if (row)
      add_comma(how, out);
    add_row(sheet, &sheet->rows[row], how, out);
  }
  text_add_char(out, ']');
}

void sheet_json(const Sheet *sheet, const SheetJson *how, Text *out) {
  how = how ? how : &plain;
  if (!how->lines) {
    add_sheet(sheet, how, out);
    return;
  }
  for (unsigned row = 0; row < sheet->row_count; row++) {
    add_row(sheet, &sheet->rows[row], how, out);
    text_add_char(out, '\n');
  }
}
