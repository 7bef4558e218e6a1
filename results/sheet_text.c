// The text writer: aligned columns, in tables that are as wide as the terminal at most.
#include "results/sheet.h"

#include <string.h>

enum {
  WIDTH = 120, // columns, if the terminal does not say
  GAP = 2,     // blanks between columns
  WIDEST = 60  // a longer cell does not widen its column: it pushes what follows it
};

static void trim(Text *out) {
  while (out->length && out->bytes[out->length - 1] == ' ')
    out->bytes[--out->length] = '\0';
}

// ---- The table

// A sheet as strings, and which columns are shown how wide.
typedef struct {
  const Sheet *sheet;
  const SheetStyle *style;
  const char **strings; // row by row
  unsigned *widths;
  bool *inside; // shown in the row's line
} Layout;

static const char *string_at(const Layout *layout, unsigned row, unsigned column) {
  return layout->strings[(size_t)row * layout->sheet->column_count + column];
}

static bool runs_on(const SheetColumn *column) { return column->fit == FIT_RUNS_ON || column->fit == FIT_BELOW; }

static void measure(Layout *layout, unsigned column) {
  const Sheet *sheet = layout->sheet;
  const SheetColumn *as = &sheet->columns[column];
  unsigned wide = as->width;
  bool any = as->is_fixed;
  for (unsigned row = 0; row < sheet->row_count; row++) {
    unsigned columns = text_columns(string_at(layout, row, column));
    any |= columns > 0;
    if (columns > wide && columns <= WIDEST && !sheet->rows[row].cells[column].spans)
      wide = columns;
  }
  unsigned title = sheet->is_bare ? 0 : text_columns(sheet_column_title(as));
  layout->widths[column] = title > wide && !runs_on(as) ? title : wide;
  layout->inside[column] = any && (!as->in || as->in & IN_TEXT);
}

static Layout layout_of(const Sheet *sheet, const SheetStyle *style, Arena *arena) {
  unsigned count = sheet->column_count;
  Layout layout = {.sheet = sheet,
                   .style = style,
                   .strings = ARENA_ARRAY(arena, const char *, (size_t)sheet->row_count *count + 1),
                   .widths = ARENA_ARRAY(arena, unsigned, count + 1),
                   .inside = ARENA_ARRAY(arena, bool, count + 1)};
  for (unsigned row = 0; row < sheet->row_count; row++)
    for (unsigned i = 0; i < count; i++)
      layout.strings[(size_t)row * count + i] =
          sheet_cell_string(&sheet->rows[row].cells[i], &sheet->columns[i], style, arena);
  for (unsigned i = 0; i < count; i++)
    measure(&layout, i);
  return layout;
}

static unsigned gap_of(const SheetColumn *column) { return column->kind == KIND_MARK ? 1 : GAP; }

// The columns of a terminal that the shown ones take, text that may run on left out.
static unsigned width_of(const Layout *layout) {
  unsigned wide = layout->sheet->indent;
  for (unsigned i = 0; i < layout->sheet->column_count; i++)
    if (layout->inside[i] && !runs_on(&layout->sheet->columns[i]))
      wide += layout->widths[i] + gap_of(&layout->sheet->columns[i]);
  return wide - GAP;
}

// The optional columns go, from the right, as long as what is left is too wide.
static void leave_out(Layout *layout) {
  for (unsigned i = layout->sheet->column_count; i-- && layout->style->width;)
    if (layout->sheet->columns[i].fit == FIT_OPTIONAL && width_of(layout) > layout->style->width)
      layout->inside[i] = false;
}

static void add_cell(const Layout *layout, const char *string, unsigned column, Tone tone, Text *out) {
  unsigned wide = text_columns(string), room = layout->widths[column];
  unsigned blanks = wide < room ? room - wide : 0;
  bool left = layout->sheet->columns[column].kind == KIND_TEXT || layout->sheet->columns[column].kind == KIND_BAR;
  text_repeat(out, ' ', left ? 0 : blanks);
  if (*string)
    tone_add(layout->style, tone, string, out);
  text_repeat(out, ' ', (left ? blanks : 0) + gap_of(&layout->sheet->columns[column]));
}

// What may run on stands behind the others where it fits, else below.
static void add_running(const Layout *layout, const char *string, const SheetColumn *column, Text *line) {
  unsigned width = layout->style->width, indent = layout->sheet->indent;
  bool below = column->fit == FIT_BELOW;
  below |= width && text_columns(text_string(line)) + text_columns(string) > width;
  if (!*string)
    return;
  if (!below) {
    text_add(line, string);
    text_repeat(line, ' ', GAP);
    return;
  }
  trim(line);
  text_add_char(line, '\n');
  text_add_lines(string, indent + (column->fit == FIT_BELOW ? 2 : 6), layout->style, line);
  line->bytes[--line->length] = '\0'; // the row's own end follows
}

static void add_row(const Layout *layout, unsigned row, const bool *chosen, Text *out) {
  const Sheet *sheet = layout->sheet;
  Text line = {0};
  text_repeat(&line, ' ', sheet->indent);
  for (unsigned i = 0; i < sheet->column_count; i++) {
    const Cell *cell = &sheet->rows[row].cells[i];
    if (!chosen[i])
      continue;
    if (runs_on(&sheet->columns[i]))
      add_running(layout, string_at(layout, row, i), &sheet->columns[i], &line);
    else
      add_cell(layout, string_at(layout, row, i), i, sheet->rows[row].tone ? TONE_PLAIN : cell->tone, &line);
    if (cell->spans)
      break;
  }
  trim(&line);
  tone_add(layout->style, sheet->rows[row].tone, text_string(&line), out);
  text_add_char(out, '\n');
  text_free(&line);
}

static void add_titles(const Layout *layout, const bool *chosen, Text *out) {
  const Sheet *sheet = layout->sheet;
  Text line = {0};
  text_repeat(&line, ' ', sheet->indent);
  for (unsigned i = 0; i < sheet->column_count; i++) {
    const char *title = sheet_column_title(&sheet->columns[i]);
    Text printable = {0};
    text_add_printable(&printable, title, strlen(title));
    if (chosen[i] && sheet->columns[i].fit != FIT_BELOW)
      add_cell(layout, text_string(&printable), i, TONE_PLAIN, &line);
    text_free(&printable);
  }
  trim(&line);
  if (line.length) {
    tone_add(layout->style, TONE_BOLD, text_string(&line), out);
    text_add_char(out, '\n');
  }
  text_free(&line);
}

// The keys, and as many of the other columns from `first` on as fit, one at least. Where the next table begins.
static unsigned choose(const Layout *layout, unsigned first, bool *chosen) {
  const Sheet *sheet = layout->sheet;
  unsigned wide = sheet->indent, next = first, data = 0;
  for (unsigned i = 0; i < sheet->column_count; i++) {
    chosen[i] = layout->inside[i] && sheet->columns[i].fit == FIT_KEY;
    wide += chosen[i] ? layout->widths[i] + GAP : 0;
  }
  for (; next < sheet->column_count; next++) {
    if (!layout->inside[next] || sheet->columns[next].fit == FIT_KEY)
      continue;
    unsigned more = runs_on(&sheet->columns[next]) ? 0 : layout->widths[next] + gap_of(&sheet->columns[next]);
    if (data++ && layout->style->width && wide + more > layout->style->width + GAP)
      break;
    wide += more;
    chosen[next] = true;
  }
  return next;
}

static bool has_row(const Layout *layout, unsigned row, const bool *chosen) {
  for (unsigned i = 0; i < layout->sheet->column_count; i++)
    if (chosen[i] && *string_at(layout, row, i) && layout->sheet->columns[i].fit != FIT_KEY)
      return true;
  return false;
}

static void add_tables(const Layout *layout, Arena *arena, Text *out) {
  const Sheet *sheet = layout->sheet;
  bool *chosen = ARENA_ARRAY(arena, bool, sheet->column_count + 1);
  for (unsigned first = 0, next; first < sheet->column_count; first = next) {
    next = choose(layout, first, chosen);
    if (first)
      text_add_char(out, '\n');
    if (!sheet->is_bare)
      add_titles(layout, chosen, out);
    bool parted = first || next < sheet->column_count;
    for (unsigned row = 0; row < sheet->row_count; row++)
      if (!parted || has_row(layout, row, chosen))
        add_row(layout, row, chosen, out);
  }
}

void sheet_text(const Sheet *sheet, const SheetStyle *style, Text *out) {
  if (style->markdown) {
    sheet_markdown(sheet, style, out);
    return;
  }
  Arena *arena = arena_new();
  if (sheet->title) {
    tone_add(style, TONE_BOLD, sheet->title, out);
    text_add_char(out, '\n');
  }
  Layout layout = layout_of(sheet, style, arena);
  leave_out(&layout);
  if (sheet->row_count)
    add_tables(&layout, arena, out);
  if (sheet->notes)
    text_add_lines(sheet->notes, 0, style, out);
  arena_free(arena);
}

void sheet_print(const Sheet *sheet, const SheetStyle *style, FILE *out) {
  Text text = {0};
  SheetStyle known = *style;
  known.width = style->width ? style->width : WIDTH;
  sheet_text(sheet, &known, &text);
  fputs(text_string(&text), out);
  text_free(&text);
}

void sheet_print_head(const SheetStyle *style, const char *title, FILE *out) {
  Text line = {0};
  tone_add(style, TONE_BOLD, title, &line);
  fprintf(out, "%s\n", text_string(&line));
  text_free(&line);
}
