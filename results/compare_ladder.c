// Fence ladders side by side: for each test, what each fence cost and what was seen with it, machine by machine.
#include "results/compare_ladder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 20, TABLES = 40 }; // columns of a machine; tables that are shown, the rest are counted

// What is shown of one ladder.
typedef struct {
  unsigned column;
  const char *model; // of the machine; NULL: it has none here
  const RecordLadder *ladder;
} Ladder;

typedef struct {
  Ladder *ladders;
  size_t count, capacity;
} Ladders;

static Ladders read_ladders(const Comparison *c, Arena *arena) {
  Ladders out = {0};
  for (unsigned m = 0; m < c->machine_count; m++)
    for (const CompareLadder *ladder = c->machines[m].ladders; ladder; ladder = ladder->next) {
      out.ladders = arena_grow(arena, out.ladders, &out.capacity, out.count + 1, sizeof *out.ladders);
      out.ladders[out.count++] = (Ladder){m, c->machines[m].model, &ladder->ladder};
    }
  return out;
}

static const char *row_name(const RecordLadderRow *row) { return *row->orders ? row->orders : row->fence; }

static bool same_row(const RecordLadderRow *a, const RecordLadderRow *b) {
  return !strcmp(row_name(a), row_name(b)) && !strcmp(a->threads, b->threads);
}

static const RecordLadderRow *find_row(const Ladder *ladder, const RecordLadderRow *like) {
  for (unsigned i = 0; i < ladder->ladder->row_count; i++)
    if (same_row(&ladder->ladder->rows[i], like))
      return &ladder->ladder->rows[i];
  return NULL;
}

static Cell row_cell(const RecordLadderRow *row, const char *model, Arena *arena) {
  const char *verdict = model ? record_verdict(row->verdicts, row->verdict_count, model) : "";
  bool forbidden = !strcmp(verdict, "forbidden");
  const char *mark = forbidden ? row->witnesses ? "F" : "f" : !strcmp(verdict, "allowed") ? "a" : "?";
  Text share = {0};
  text_add(&share, row->witnesses || !row->iterations ? "" : "<");
  if (row->iterations)
    share_add(row->witnesses ? (double)row->witnesses / (double)row->iterations : record_bound(row->iterations),
              &share);
  else
    text_add(&share, "not run");
  const char *ns = isnan(row->ns) ? "?" : arena_printf(arena, "%s%.2f", row->stable == 0 ? "~" : "", row->ns);
  Cell cell = cell_shown((Cell){0}, arena_printf(arena, "%s  %s %s", ns, text_string(&share), mark));
  text_free(&share);
  return cell;
}

enum { NAME, WHERE, SIDES };

static Sheet *new_table(const Ladder *const *side, size_t count, Arena *arena) {
  SheetColumn *columns = ARENA_ARRAY(arena, SheetColumn, SIDES + count);
  columns[NAME] = (SheetColumn){.name = side[0]->ladder->test, .width = 22, .fit = FIT_KEY};
  columns[WHERE] = (SheetColumn){.name = "", .width = 8, .fit = FIT_KEY};
  for (size_t i = 0; i < count; i++)
    columns[SIDES + i] = (SheetColumn){
        .name = arena_printf(arena, "%u  ", side[i]->column + 1), .kind = KIND_NUMBER, .width = CELL, .is_fixed = true};
  Sheet *sheet = sheet_new(arena, columns, SIDES + (unsigned)count);
  sheet->indent = 2;
  return sheet;
}

static void add_row(const Ladder *const *side, size_t count, const RecordLadderRow *like, Sheet *sheet) {
  Cell *cells = sheet_row(sheet);
  cells[NAME] = cell_text(row_name(like));
  cells[WHERE] = cell_text(like->threads);
  for (size_t i = 0; i < count; i++) {
    const RecordLadderRow *row = find_row(side[i], like);
    if (row)
      cells[SIDES + i] = row_cell(row, side[i]->model, sheet->arena);
  }
}

// Each row once, in the order in which the first ladder that has it has it.
static void print_table(const Ladder *const *side, size_t count, const SheetStyle *style, Arena *arena, FILE *out) {
  Sheet *sheet = new_table(side, count, arena);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < side[i]->ladder->row_count; k++) {
      bool before = false;
      for (size_t j = 0; j < i && !before; j++)
        before = find_row(side[j], &side[i]->ladder->rows[k]);
      if (!before && find_row(side[i], &side[i]->ladder->rows[k]) == &side[i]->ladder->rows[k])
        add_row(side, count, &side[i]->ladder->rows[k], sheet);
    }
  sheet_print(sheet, style, out);
  for (size_t i = 0; i < count; i++)
    if (side[i]->ladder->interrupted)
      fprintf(out, "  The ladder of machine %u was interrupted: it is incomplete.\n", side[i]->column + 1);
}

static int by_test(const void *a, const void *b) {
  const Ladder *x = *(const Ladder *const *)a, *y = *(const Ladder *const *)b;
  int order = strcmp(x->ladder->test, y->ladder->test);
  return order ? order : (x > y) - (x < y); // in the order they were read
}

void compare_ladders(const Comparison *c, const SheetStyle *style, FILE *out) {
  Arena *arena = arena_new();
  Ladders ladders = read_ladders(c, arena);
  const Ladder **sorted = ARENA_ARRAY(arena, const Ladder *, ladders.count + 1);
  for (size_t i = 0; i < ladders.count; i++)
    sorted[i] = &ladders.ladders[i];
  if (ladders.count) {
    qsort(sorted, ladders.count, sizeof *sorted, by_test);
    sheet_print_head(style,
                     "Fence ladders: what the fences cost together (ns), and the share of what the test asks for", out);
    fputs("  a: the CPU's model allows it with these fences  f: forbidden  F: forbidden and yet seen  ?: unjudged\n"
          "  ~: a cost that is not stable\n",
          out);
  }
  size_t tables = 0;
  for (size_t first = 0, end; first < ladders.count; first = end) {
    for (end = first + 1; end < ladders.count && !strcmp(sorted[end]->ladder->test, sorted[first]->ladder->test);)
      end++;
    if (++tables <= TABLES)
      print_table(sorted + first, end - first, style, arena, out);
  }
  if (tables > TABLES)
    fprintf(out, "  and %zu tests more\n", tables - TABLES);
  if (tables)
    fputc('\n', out);
  arena_free(arena);
}
