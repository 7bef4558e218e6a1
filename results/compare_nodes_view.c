// Nodes of a campaign, beside each other.
#include "results/compare.h"

enum { SPREADS = 12, ODD = 40 }; // that text shows

static const CompareMachine *machine_of(const Comparison *c, unsigned cell) {
  return &c->machines[c->cells[cell].column];
}

static const CompareRow *row_of(const Comparison *c, unsigned cell) { return &c->rows[c->cells[cell].row]; }

static void add_share(uint64_t count, uint64_t iterations, Text *out) {
  if (count)
    share_add((double)count / (double)iterations, out);
  else
    text_add(out, "never");
  text_add(out, count ? " of " : " in ");
  count_add((double)iterations, out);
}

void compare_odd_node(const Comparison *c, const NodeOdd *odd, Text *out) {
  compare_row_name(row_of(c, odd->cell), out);
  text_add(out, ": ");
  compare_printable(odd->state, out);
  text_add(out, " on ");
  compare_printable(odd->node, out);
  text_add_char(out, ' ');
  add_share(odd->count, odd->iterations, out);
  text_printf(out, ", on the %u other nodes of ", odd->others);
  compare_machine_name(machine_of(c, odd->cell), out);
  text_add_char(out, ' ');
  add_share(odd->others_count, odd->others_iterations, out);
  text_printf(out, " (p = %.1g; %s)", odd->p, c->labels[odd->way]);
}

void compare_nodes_note(const Comparison *c, Text *out) {
  const NodeFindings *found = &c->found;
  if (!found->compared)
    return;
  text_printf(out,
              "%s%u difference%s tenfold or more, or of a state that the others never show; %u less than tenfold. Of "
              "%lu shares of a state on a node, held against the other nodes of its kind (Student's t of asin of the "
              "root of the share), any is named by chance in at most 5 of 100 such comparisons (Holm). Iterations of "
              "one run are not "
              "independent: a state that was seen in one burst may be chance all the same.\n",
              found->odd_count || found->slight ? "" : "No node differs from its kind. ", found->odd_count,
              found->odd_count == 1 ? " is" : "s are", found->slight, found->compared);
}

enum { TEST, MACHINE, HOW, COUNT, LEAST, MEDIAN, MOST };
static const SheetColumn columns[] = {
    [TEST] = {.name = "test", .fit = FIT_KEY},
    [MACHINE] = {.name = "machine", .fit = FIT_RUNS_ON},
    [HOW] = {.name = "how", .fit = FIT_OPTIONAL},
    [COUNT] = {.name = "nodes", .kind = KIND_INTEGER},
    [LEAST] = {.name = "least", .kind = KIND_PERCENT, .places = 6},
    [MEDIAN] = {.name = "median", .kind = KIND_PERCENT, .places = 6},
    [MOST] = {.name = "most", .kind = KIND_PERCENT, .places = 6},
};

static Sheet *spreads_of(const Comparison *c, unsigned most, Arena *arena) {
  Sheet *sheet = SHEET_NEW(arena, columns);
  for (unsigned i = 0; i < c->found.spread_count && i < most; i++) {
    const NodeSpread *spread = &c->found.spreads[i];
    Text machine = {0};
    compare_machine_name(machine_of(c, spread->cell), &machine);
    Cell *cells = sheet_row(sheet);
    cells[TEST] = cell_text(compare_row_title(row_of(c, spread->cell), arena));
    cells[MACHINE] = cell_text(text_finish(&machine, arena));
    cells[HOW] = cell_text(c->labels[spread->way]);
    cells[COUNT] = cell_integer(spread->nodes);
    cells[LEAST] = cell_number(spread->least);
    cells[MEDIAN] = cell_number(spread->median);
    cells[MOST] = cell_number(spread->most);
  }
  return sheet;
}

void compare_nodes_text(const Comparison *c, const SheetStyle *style, FILE *out) {
  const NodeFindings *found = &c->found;
  if (!found->spread_count && !found->compared)
    return;
  Arena *arena = arena_new();
  Text text = {0}, lines = {0};
  sheet_print_head(style, "Between nodes of one kind, the widest first", out);
  Sheet *sheet = spreads_of(c, SPREADS, arena);
  if (found->spread_count > SPREADS)
    sheet->notes = arena_printf(arena, "%u of %u\n", SPREADS, found->spread_count);
  sheet_text(sheet, style, &text);
  for (unsigned i = 0; i < found->odd_count && i < ODD; i++) {
    compare_odd_node(c, &found->odd[i], &lines);
    text_add_char(&lines, '\n');
  }
  compare_nodes_note(c, &lines);
  text_add_wrapped(text_string(&lines), style, &text);
  fputs(text_string(&text), out);
  text_free(&text);
  text_free(&lines);
  arena_free(arena);
}

Sheet *compare_nodes_sheet(const Comparison *c, Arena *arena) {
  Sheet *object = sheet_object(arena), *odd = sheet_list(arena);
  for (unsigned i = 0; i < c->found.odd_count; i++) {
    const NodeOdd *one = &c->found.odd[i];
    Sheet *told = sheet_object(arena);
    Text machine = {0};
    compare_machine_name(machine_of(c, one->cell), &machine);
    sheet_set(told, "test", cell_text(compare_row_title(row_of(c, one->cell), arena)));
    sheet_set(told, "machine", cell_text(text_finish(&machine, arena)));
    sheet_set(told, "how", cell_text(c->labels[one->way]));
    sheet_set(told, "node", cell_text(one->node));
    sheet_set(told, "state", cell_text(one->state));
    sheet_set(told, "count", cell_count(one->count));
    sheet_set(told, "iterations", cell_count(one->iterations));
    sheet_set(told, "others", cell_count(one->others));
    sheet_set(told, "others_count", cell_count(one->others_count));
    sheet_set(told, "others_iterations", cell_count(one->others_iterations));
    sheet_set(told, "p", cell_number(one->p));
    sheet_add(odd, cell_sheet(told));
  }
  sheet_set(object, "spreads", cell_sheet(spreads_of(c, UINT32_MAX, arena)));
  sheet_set(object, "odd", cell_sheet(odd));
  sheet_set(object, "slight", cell_count(c->found.slight));
  sheet_set(object, "compared", cell_count(c->found.compared));
  return object;
}
