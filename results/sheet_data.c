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

void sheet_tsv_all(const Sheet *sheet, Text *out) {
  sheet_tsv_names(sheet, out);
  sheet_tsv(sheet, out);
}

// ---- JSON (RFC 8259)

// JSON that was made without blanks, with them.
static void add_spaced(const char *json, Text *out) {
  for (bool quoted = false; *json; json++) {
    text_add_char(out, *json);
    if (quoted && *json == '\\' && json[1])
      text_add_char(out, *++json);
    else if (*json == '"')
      quoted = !quoted;
    else if (!quoted && (*json == ':' || *json == ','))
      text_add_char(out, ' ');
  }
}

static void add_sheet(const Sheet *sheet, const SheetJson *how, Text *out);

static void add_value(const Cell *cell, const SheetJson *how, Text *out) {
  JsonText json = {.out = out, .for_html = how->in_page};
  switch (cell->kind) {
  case CELL_EMPTY:
  case CELL_NULL:
    json_text_null(&json);
    break;
  case CELL_TEXT:
    json_text_string(&json, cell->text);
    break;
  case CELL_COUNT:
    if (how->in_page && cell->count > UINT64_C(1) << 53) // JavaScript holds integers up to that
      text_printf(out, "\"%llu\"", (unsigned long long)cell->count);
    else
      json_text_count(&json, cell->count);
    break;
  case CELL_INTEGER:
    json_text_integer(&json, cell->integer);
    break;
  case CELL_NUMBER:
    if (how->in_page)
      json_text_number(&json, cell->number);
    else
      json_text_real(&json, cell->number);
    break;
  case CELL_FLAG:
    json_text_bool(&json, cell->flag);
    break;
  case CELL_SHEET:
    add_sheet(cell->sheet, how, out);
    break;
  case CELL_JSON:
    if (how->spaced)
      add_spaced(cell->text, out);
    else
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
      json_text_string(&(JsonText){.out = out}, sheet->columns[i].name);
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
  how = how ? how : &(SheetJson){0};
  if (!how->lines) {
    add_sheet(sheet, how, out);
    return;
  }
  for (unsigned row = 0; row < sheet->row_count; row++) {
    add_row(sheet, &sheet->rows[row], how, out);
    text_add_char(out, '\n');
  }
}
