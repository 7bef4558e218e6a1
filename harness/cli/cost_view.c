#include "harness/cli/cost_view.h"
#include "harness/cost/claim.h"
#include "results/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAR = 24, MATRIX = 16 };

// A bar is cut if it would be more than so many times the next one, which it would make vanish.
static const double CUT = 8;

enum {
  GROUP,
  OPERATION,
  CONTEXT,
  NS,
  CYCLES,
  SPREAD,
  SIZE,
  SAMPLES,
  OUTLIERS,
  SWITCHES,
  STABLE,
  CORES,
  REASON,
  SHARED,
  SAME
};
static const SheetColumn columns[] = {
    [GROUP] = {.name = "group", .in = IN_DATA},
    [OPERATION] = {.name = "operation", .title = "", .fit = FIT_KEY},
    [CONTEXT] = {.name = "context", .title = "", .fit = FIT_KEY},
    [NS] = {.name = "ns", .kind = KIND_NUMBER, .places = 4, .width = 8, .is_fixed = true},
    [CYCLES] = {.name = "cycles", .kind = KIND_NUMBER, .places = 3, .width = 8},
    [SPREAD] = {.name = "spread", .kind = KIND_NUMBER, .places = 4, .fit = FIT_OPTIONAL},
    [SIZE] = {.name = "size", .title = "", .kind = KIND_BAR, .width = BAR, .fit = FIT_OPTIONAL, .in = IN_TEXT},
    [SAMPLES] = {.name = "samples", .in = IN_DATA},
    [OUTLIERS] = {.name = "outliers", .in = IN_DATA},
    [SWITCHES] = {.name = "switches", .in = IN_JSON},
    [STABLE] = {.name = "stable", .title = ""},
    [CORES] = {.name = "cores", .in = IN_JSON},
    [REASON] = {.name = "reason", .in = IN_DATA},
    [SHARED] = {.name = "shared", .in = IN_DATA},
    [SAME] = {.name = "same_code_as", .in = IN_DATA},
};

static bool has_figure(const CostRow *row) { return row->measured && !row->reason; }

// Rounded to what can be meant: a tenth of a picosecond.
static Cell figure_cell(double value, const char *shown) {
  return cell_shown(cell_number(round(value * 1e4) / 1e4), shown);
}

// The row whose machine code, and so whose figure, is this one's.
static const char *same_of(const CostRow *row, Arena *arena) {
  if (!row->same)
    return NULL;
  bool here = !strcmp(row->same->context, row->context);
  return here ? row->same->operation : arena_printf(arena, "%s %s", row->same->operation, row->same->context);
}

static const char *mark_of(const CostRow *row, Arena *arena) {
  const char *same = same_of(row, arena);
  return arena_printf(arena, "%s%s%s", row->stable ? "" : "not stable", !row->stable && same ? "; " : "",
                      same ? arena_printf(arena, "is %s", same) : "");
}

static void add_cost(Sheet *sheet, const CostRow *row, double scale) {
  Cell *cells = sheet_row(sheet);
  Arena *arena = sheet->arena;
  cells[GROUP] = cell_text(cost_group_name(row->group));
  cells[OPERATION] = cell_text(row->operation);
  cells[CONTEXT] = cell_text(row->context);
  if (!has_figure(row)) {
    cells[REASON] = cell_text(row->reason ? row->reason : "not measured");
    cells[NS] = cell_instead(cells[REASON].text);
    return;
  }
  cells[NS] = figure_cell(row->ns, arena_printf(arena, "%.*f", row->ns < 9.995 ? 2 : 1, row->ns));
  cells[CYCLES] = figure_cell(row->cycles, arena_printf(arena, "%.1f", row->cycles));
  // Of a cost of nothing there is no share.
  cells[SPREAD] = figure_cell(row->spread, row->ns == 0 ? "-" : arena_printf(arena, "%.0f%%", 100 * row->spread));
  if (scale > 0 && row->ns > 0)
    cells[SIZE] = cell_number(row->ns / scale);
  cells[SAMPLES] = cell_count(row->samples);
  cells[OUTLIERS] = cell_count(row->outliers);
  cells[SWITCHES] = cell_count(row->switches);
  cells[STABLE] = cell_shown(cell_flag(row->stable), mark_of(row, arena));
  cells[CORES] = cell_count(row->cores);
  cells[SHARED] = cell_count(row->shared);
  cells[SAME] = cell_text(same_of(row, arena));
}

Sheet *cost_view_rows(const Cost *cost, const CostChoice *choice) {
  Sheet *sheet = SHEET_NEW(cost->arena, columns);
  for (unsigned i = 0; i < cost->row_count; i++)
    if (choice->groups[cost->rows[i].group])
      add_cost(sheet, &cost->rows[i], 0);
  return sheet;
}

Sheet *cost_view_object(const Cost *cost, const CostChoice *choice, const Identity *identity) {
  Sheet *object = sheet_object(cost->arena);
  sheet_set(object, "schema", cell_text("weakmem.cost/1"));
  sheet_set(object, "weakmem", cell_text(WEAKMEM_VERSION));
  sheet_set(object, "machine", view_machine(identity, cost->arena));
  sheet_set(object, "pus", cell_numbers(cost->pus, cost->cores, cost->arena));
  sheet_set(object, "ghz", figure_cell(cost->ghz, NULL));
  if (cost->counter_ghz > 0)
    sheet_set(object, "counter_ghz", figure_cell(cost->counter_ghz, NULL));
  sheet_set(object, "rows", cell_sheet(cost_view_rows(cost, choice)));
  return object;
}

// ---- Text

static int by_cost(const void *left, const void *right) {
  const CostRow *a = *(const CostRow *const *)left, *b = *(const CostRow *const *)right;
  if (has_figure(a) != has_figure(b))
    return has_figure(b) - has_figure(a);
  if (has_figure(a) && a->ns != b->ns)
    return a->ns < b->ns ? -1 : 1;
  return a < b ? -1 : a > b; // as in the tables
}

// What the longest bar stands for: the largest cost, without those that are out of all proportion to the next one.
static double scale_of(const CostRow *const *rows, unsigned count) {
  double scale = 0;
  for (unsigned i = count; i; i--) {
    if (!has_figure(rows[i - 1]) || rows[i - 1]->ns <= 0)
      continue;
    scale = rows[i - 1]->ns;
    double next = i > 1 ? rows[i - 2]->ns : 0;
    if (next <= 1 || scale <= CUT * next)
      break;
  }
  return scale;
}

static unsigned pick(const Cost *cost, CostGroup group, const char *context, const CostRow **out) {
  unsigned count = 0;
  for (unsigned i = 0; i < cost->row_count; i++)
    if (cost->rows[i].group == group && (!context || !strcmp(cost->rows[i].context, context)))
      out[count++] = &cost->rows[i];
  return count;
}

// The rows of a group, of one context or (NULL) of all, which have one scale.
static void add_part(const Cost *cost, CostGroup group, const char *context, const SheetStyle *style, Text *out) {
  const CostRow **rows = ARENA_ARRAY(cost->arena, const CostRow *, cost->row_count);
  unsigned count = pick(cost, group, context, rows);
  Sheet *sheet = SHEET_NEW(cost->arena, columns);
  sheet->indent = 2;
  sheet->columns[CONTEXT].in = context ? IN_DATA : 0;
  qsort(rows, count, sizeof *rows, by_cost);
  double scale = scale_of(rows, count);
  for (unsigned i = 0; i < count; i++)
    add_cost(sheet, rows[i], scale);
  sheet_text(sheet, style, out);
}

// The contexts of a group one after the other, in the order in which they first come.
static void add_contexts(const Cost *cost, CostGroup group, const SheetStyle *style, Text *out) {
  for (unsigned i = 0; i < cost->row_count; i++) {
    const CostRow *row = &cost->rows[i];
    bool first = row->group == group;
    for (unsigned j = 0; j < i && first; j++)
      first = cost->rows[j].group != group || strcmp(cost->rows[j].context, row->context) != 0;
    if (!first)
      continue;
    text_printf(out, "  %s:\n", cost_context_sentence(row->context));
    add_part(cost, group, row->context, style, out);
  }
}

// The PUs of the latency rows, each once, in their order.
static unsigned matrix_pus(const CostRow *const *rows, unsigned count, unsigned pus[MATRIX]) {
  unsigned found = 0;
  for (unsigned i = 0; i < count; i++)
    for (unsigned end = 0; end < 2; end++) {
      bool known = false;
      for (unsigned j = 0; j < found; j++)
        known = known || pus[j] == rows[i]->pus[end];
      if (!known && found < MATRIX)
        pus[found++] = rows[i]->pus[end];
    }
  return found;
}

static const CostRow *between(const CostRow *const *rows, unsigned count, unsigned a, unsigned b) {
  for (unsigned i = 0; i < count; i++)
    if ((rows[i]->pus[0] == a && rows[i]->pus[1] == b) || (rows[i]->pus[0] == b && rows[i]->pus[1] == a))
      return rows[i];
  return NULL;
}

static void add_matrix(const Cost *cost, const SheetStyle *style, Text *out) {
  const CostRow **rows = ARENA_ARRAY(cost->arena, const CostRow *, cost->row_count);
  unsigned pus[MATRIX], count = pick(cost, COST_LATENCY, NULL, rows);
  if (!count || !has_figure(rows[0])) {
    text_printf(out, "  %s\n", count && rows[0]->reason ? rows[0]->reason : "not measured");
    return;
  }
  text_add(out, "  ns, PU to PU; ~: not stable\n");
  SheetColumn matrix[MATRIX + 1] = {{.name = "", .kind = KIND_INTEGER, .fit = FIT_KEY, .width = 5}};
  unsigned pu_count = matrix_pus(rows, count, pus);
  for (unsigned i = 0; i < pu_count; i++)
    matrix[i + 1] = (SheetColumn){.name = arena_printf(cost->arena, "%u ", pus[i]), .kind = KIND_NUMBER, .width = 6};
  Sheet *sheet = sheet_new(cost->arena, matrix, pu_count + 1);
  sheet->indent = 2;
  for (unsigned i = 0; i < pu_count; i++) {
    Cell *cells = sheet_row(sheet);
    cells[0] = cell_count(pus[i]);
    for (unsigned j = 0; j < pu_count; j++) {
      const CostRow *row = i == j ? NULL : between(rows, count, pus[i], pus[j]);
      bool known = row && has_figure(row);
      cells[j + 1] = cell_shown(known ? cell_number(row->ns) : (Cell){0},
                                known ? arena_printf(cost->arena, "%.1f%c", row->ns, row->stable ? ' ' : '~') : "- ");
    }
  }
  sheet_text(sheet, style, out);
}

static void add_head(const Cost *cost, const Identity *identity, Text *out) {
  text_add(out, "What order costs on ");
  identity_print(identity, out);
  text_printf(out, ", measured on PU %u; core clock %.2f GHz by a chain of adds", cost->pus[0], cost->ghz);
  if (cost->counter_ghz > 0)
    text_printf(out, ", %.2f by the performance counters", cost->counter_ghz);
  text_add(out, ".\n");
  if (identity_caveat(identity))
    text_printf(out, "%s\n", identity_caveat(identity));
}

// Counts of what a reader should know of: figures, those that are not stable, samples that did not belong. Rows of one
// machine code are measured once.
static void add_foot(const Cost *cost, const CostChoice *choice, Text *out) {
  unsigned figures = 0, loose = 0, same = 0, outliers = 0, switches = 0, shared = 0;
  unsigned long samples = 0;
  for (unsigned i = 0; i < cost->row_count; i++) {
    const CostRow *row = &cost->rows[i];
    if (!choice->groups[row->group] || !has_figure(row))
      continue;
    figures++;
    loose += !row->stable;
    same += row->same != NULL;
    samples += row->same ? 0 : row->samples;
    outliers += row->same ? 0 : row->outliers;
    switches += row->same ? 0 : row->switches;
    shared += row->same ? 0 : row->shared;
  }
  text_printf(
      out,
      "\n%u figures, %u not stable, %u of code that another row has; each the median of at least %d samples, less "
      "the same loop without the operation.\nspread: repeated measurements lie within so much of the figure. is: "
      "compiled to the same instructions, and so one measurement.\n%u of %lu samples were outliers (interrupts, "
      "stolen time); %u times another program took the PU.\n",
      figures, loose, same, (int)SUMMARY_SAMPLES, outliers, samples, switches);
  if (shared)
    text_printf(
        out,
        "%u more were left out: another program, maybe of another guest, ran on the other hardware thread of the "
        "core meanwhile.\n",
        shared);
}

void cost_view_text(const Cost *cost, const CostChoice *choice, const Identity *identity, const SheetStyle *style,
                    Text *out) {
  add_head(cost, identity, out);
  for (CostGroup group = 0; group < COST_GROUPS; group++) {
    if (!choice->groups[group])
      continue;
    text_add_char(out, '\n');
    tone_add(style, TONE_BOLD, cost_group_title(group), out);
    text_add_char(out, '\n');
    if (group == COST_LATENCY)
      add_matrix(cost, style, out);
    else if (group == COST_CONTEXTS)
      add_contexts(cost, group, style, out);
    else
      add_part(cost, group, NULL, style, out);
    Text claim = {0};
    if (!identity->emulated && cost_claim(cost, group, &claim)) // nothing is claimed of a CPU that is not there
      text_printf(out, "  %s\n", text_string(&claim));
    text_free(&claim);
  }
  add_foot(cost, choice, out);
}
