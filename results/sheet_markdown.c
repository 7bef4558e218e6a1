// The writer for documents: tables as GitHub's Markdown has them (GFM 0.29, 4.10).
#include "results/sheet.h"

#include <string.h>

// What would mean something there is escaped.
static void add_escaped(const char *text, Text *out) {
  for (; *text; text++) {
    if (strchr("\\|`*_<", *text))
      text_add_char(out, '\\');
    text_add_char(out, *text);
  }
}

static bool is_number(const SheetColumn *column) {
  return column->kind != KIND_TEXT && column->kind != KIND_MARK && column->kind != KIND_BAR;
}

// Bars are for a terminal; a column without any cell is left out, unless it is fixed.
static bool is_shown(const Sheet *sheet, unsigned column, const SheetStyle *style, Arena *arena) {
  const SheetColumn *as = &sheet->columns[column];
  if ((as->in && !(as->in & IN_TEXT)) || as->kind == KIND_BAR)
    return false;
  bool any = as->is_fixed;
  for (unsigned row = 0; row < sheet->row_count && !any; row++)
    any = *sheet_cell_string(&sheet->rows[row].cells[column], as, style, arena);
  return any;
}

static void add_titles(const Sheet *sheet, const bool *shown, Text *out) {
  for (unsigned i = 0; i < sheet->column_count; i++)
    if (shown[i]) {
      text_add(out, "| ");
      add_escaped(sheet->is_bare ? "" : sheet_column_title(&sheet->columns[i]), out);
      text_add_char(out, ' ');
    }
  text_add(out, "|\n");
  for (unsigned i = 0; i < sheet->column_count; i++)
    if (shown[i])
      text_add(out, is_number(&sheet->columns[i]) ? "| ---: " : "| --- ");
  text_add(out, "|\n");
}

static void add_row(const Sheet *sheet, unsigned row, const bool *shown, const SheetStyle *style, Arena *arena,
                    Text *out) {
  bool ended = false;
  for (unsigned i = 0; i < sheet->column_count; i++) {
    const Cell *cell = &sheet->rows[row].cells[i];
    if (!shown[i])
      continue;
    text_add(out, "| ");
    if (!ended)
      add_escaped(sheet_cell_string(cell, &sheet->columns[i], style, arena), out);
    text_add_char(out, ' ');
    ended |= cell->spans;
  }
  text_add(out, "|\n");
}

// A table begins and ends a paragraph.
static void add_blank_line(Text *out) {
  if (!out->length || (out->length >= 2 && !strcmp(text_string(out) + out->length - 2, "\n\n")))
    return;
  text_add(out, out->bytes[out->length - 1] == '\n' ? "\n" : "\n\n");
}

void sheet_markdown(const Sheet *sheet, const SheetStyle *style, Text *out) {
  Arena *arena = arena_new();
  bool *shown = ARENA_ARRAY(arena, bool, sheet->column_count + (size_t)1);
  for (unsigned i = 0; i < sheet->column_count; i++)
    shown[i] = is_shown(sheet, i, style, arena);
  add_blank_line(out);
  if (sheet->title) {
    text_add(out, "**");
    add_escaped(sheet->title, out);
    text_add(out, "**\n\n");
  }
  if (sheet->row_count) {
    add_titles(sheet, shown, out);
    for (unsigned row = 0; row < sheet->row_count; row++)
      add_row(sheet, row, shown, style, arena, out);
    text_add_char(out, '\n');
  }
  if (sheet->notes)
    text_add_wrapped(sheet->notes, style, out);
  arena_free(arena);
}
