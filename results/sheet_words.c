// Cells and figures as people read them, whatever writer puts them on paper.
#include "results/sheet.h"

#include "harness/base/utf8.h"

#include <math.h>
#include <string.h>

void tone_add(const SheetStyle *style, Tone tone, const char *text, Text *out) {
  static const char *const codes[] = {
      [TONE_BOLD] = "1", [TONE_DIM] = "2", [TONE_ALARM] = "1;31", [TONE_GOOD] = "32", [TONE_NOTICE] = "33"};
  if (style->colour && tone != TONE_PLAIN)
    text_printf(out, "\033[%sm%s\033[0m", codes[tone], text);
  else
    text_add(out, text);
}

unsigned text_columns(const char *text) {
  unsigned columns = 0;
  uint32_t code;
  for (size_t length = strlen(text), at = 0; at < length; columns++)
    at += utf8_lenient(text + at, length - at, &code);
  return columns;
}

enum {
  PROSE = 110,     // columns at which sentences are broken, where the terminal is not narrower
  PROSE_LEAST = 40 // or where it is narrower than this
};

// One line of text, broken between words; what is set in stays so.
static void add_line(const char *line, size_t length, unsigned indent, const SheetStyle *style, Text *out) {
  unsigned limit = !style->width || style->width > PROSE ? PROSE
                   : style->width < PROSE_LEAST          ? PROSE_LEAST
                                                         : style->width;
  const char *at = line, *end = line + length;
  while (at < end && *at == ' ')
    at++;
  unsigned first = indent + (unsigned)(at - line), column = first;
  text_repeat(out, ' ', first);
  for (size_t word; at < end; at += word + strspn(at + word, " ")) {
    word = strcspn(at, " \n");
    Text printable = {0};
    text_add_printable(&printable, at, word);
    unsigned wide = text_columns(text_string(&printable));
    if (column > first && column + 1 + wide > limit) {
      text_add_char(out, '\n');
      column = indent ? indent : 2;
      text_repeat(out, ' ', column);
    } else if (column > first) {
      text_add_char(out, ' ');
      column++;
    }
    text_add(out, text_string(&printable));
    column += wide;
    text_free(&printable);
  }
  text_add_char(out, '\n');
}

void text_add_lines(const char *text, unsigned indent, const SheetStyle *style, Text *out) {
  for (size_t length; *text; text += length + (text[length] == '\n')) {
    length = strcspn(text, "\n");
    add_line(text, length, indent, style, out);
  }
}

void text_add_wrapped(const char *text, const SheetStyle *style, Text *out) { text_add_lines(text, 0, style, out); }

void count_add(double count, Text *out) {
  static const char *const units[] = {"", "k", "M", "G", "T", "P"};
  unsigned unit = 0;
  while (count >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
    count /= 1000;
    unit++;
  }
  int digits = unit == 0 && count == (double)(unsigned)count ? 0 : count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2;
  text_printf(out, "%.*f%s", digits, count, units[unit]);
}

void share_add(double share, Text *out) {
  double percent = share * 100;
  if (percent >= 0.01)
    text_printf(out, "%.*f %%", percent >= 10 ? 1 : percent >= 1 ? 2 : 3, percent);
  else
    text_printf(out, "%.1e %%", percent);
}

const char *count_string(double count, Arena *arena) {
  Text text = {0};
  count_add(count, &text);
  return text_finish(&text, arena);
}

// Eighths of a column, or '#'. What is there at all is never shown as nothing; two columns tell that a bar was cut.
static void add_bar(double share, unsigned width, const SheetStyle *style, Text *out) {
  static const char *const eighths[] = {"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
  bool cut = share > 1;
  unsigned parts = cut ? (width - 2) * 8 : (unsigned)lround(fmax(share, 0) * width * 8);
  parts = parts ? parts : 1;
  unsigned full = style->utf8 || parts / 8 ? parts / 8 : 1;
  for (unsigned i = 0; i < full; i++)
    text_add(out, style->utf8 ? "\u2588" : "#");
  if (cut)
    text_add(out, style->utf8 ? "\u2571\u2571\u2588" : "//#");
  else if (style->utf8)
    text_add(out, eighths[parts % 8]);
}

static double cell_value(const Cell *cell) {
  return cell->kind == CELL_COUNT     ? (double)cell->count
         : cell->kind == CELL_INTEGER ? (double)cell->integer
                                      : cell->number;
}

static void add_value(const Cell *cell, const SheetColumn *column, const SheetStyle *style, Text *out) {
  switch (column->kind) {
  case KIND_TEXT:
  case KIND_MARK:
    break;
  case KIND_COUNT:
    count_add(cell_value(cell), out);
    return;
  case KIND_INTEGER:
    text_printf(out, "%.0f", cell_value(cell));
    return;
  case KIND_NUMBER:
    text_printf(out, "%.*f", (int)column->places, cell_value(cell));
    return;
  case KIND_SIGNIFICANT:
    text_printf(out, "%.*g", (int)column->places, cell_value(cell));
    return;
  case KIND_PERCENT:
    share_add(cell_value(cell), out);
    return;
  case KIND_BAR:
    add_bar(cell_value(cell), column->width, style, out);
    return;
  }
  if (cell->kind == CELL_TEXT)
    text_add_printable(out, cell->text, strlen(cell->text));
  else if (cell->kind == CELL_FLAG)
    text_add(out, cell->flag ? "yes" : "no");
}

const char *sheet_cell_string(const Cell *cell, const SheetColumn *column, const SheetStyle *style, Arena *arena) {
  Text text = {0};
  if (!cell->shown && (cell->kind == CELL_EMPTY || cell->kind == CELL_NULL))
    return "";
  if (cell->shown)
    text_add_printable(&text, cell->shown, strlen(cell->shown));
  else
    add_value(cell, column, style, &text);
  return text_finish(&text, arena);
}

const char *sheet_column_title(const SheetColumn *column) { return column->title ? column->title : column->name; }
