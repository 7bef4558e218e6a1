// A comparison for other programs.
#include "results/compare_room.h"
#include "results/sheet.h"

#include <string.h>

static double bound_of(const CompareCell *cell) {
  return compare_seen(cell) ? 0 : record_bound(compare_iterations(cell));
}

static Cell told(const char *text) { return cell_text(text && *text ? text : NULL); }

// ---- JSON: an object a machine, a test, a change

static Cell name_cell(const CompareMachine *machine, Arena *arena) {
  Text name = {0};
  compare_machine_name(machine, &name);
  return cell_text(text_finish(&name, arena));
}

static Cell costs_cell(const CompareMachine *machine, Arena *arena) {
  static const SheetColumn columns[] = {{.name = "operation"}, {.name = "context"}, {.name = "ns"}, {.name = "stable"}};
  Sheet *costs = SHEET_NEW(arena, columns);
  for (size_t i = 0; i < machine->cost_count; i++) {
    const CompareCost *cost = &machine->costs[i];
    Cell *cells = sheet_row(costs);
    cells[0] = cell_text(cost->operation);
    cells[1] = cell_text(cost->context);
    cells[2] = cell_number(cost->ns);
    cells[3] = cell_flag(cost->stable);
  }
  return cell_sheet(costs);
}

static Cell ladders_cell(const CompareMachine *machine, Arena *arena) {
  Sheet *ladders = sheet_list(arena);
  for (const CompareLadder *ladder = machine->ladders; ladder; ladder = ladder->next)
    sheet_add(ladders, cell_json(ladder->json));
  return cell_sheet(ladders);
}

static Sheet *machine_object(const CompareMachine *machine, Arena *arena) {
  Sheet *object = sheet_object(arena);
  sheet_set(object, "name", name_cell(machine, arena));
  sheet_set(object, "arch", told(machine->machine.arch));
  sheet_set(object, "cpu", told(machine->machine.cpu));
  sheet_set(object, "virtual", told(machine->machine.virtual_));
  sheet_set(object, "kernel", told(machine->machine.kernel));
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    sheet_set(object, room_name((RoomFact)i), told(machine->machine.room[i]));
  sheet_set(object, "model", told(machine->model ? machine->model : machine->known_arch ? "unmodelled" : ""));
  sheet_set(object, "compiler", told(machine->compiler_path));
  sheet_set(object, "version", told(machine->compiler_version));
  sheet_set(object, "flags", told(machine->compiler_flags));
  sheet_set(object, "file", told(machine->file));
  sheet_set(object, "source", told(machine->source));
  sheet_set(object, "program", told(machine->program));
  sheet_set(object, "emulated", cell_flag(machine->machine.emulated));
  sheet_set(object, "own", cell_flag(machine->own));
  sheet_set(object, "predicted", cell_flag(machine->predicted));
  sheet_set(object, "records", cell_count(machine->records));
  sheet_set(object, "costs", costs_cell(machine, arena));
  sheet_set(object, "fences", ladders_cell(machine, arena));
  if (machine->mutants.count)
    sheet_set(object, "mutants", cell_sheet(mutant_tally_sheet(&machine->mutants, arena)));
  return object;
}

static Cell states_cell(const CompareCell *cell, Arena *arena) {
  static const SheetColumn columns[] = {{.name = "state"}, {.name = "count"}, {.name = "wanted"}, {.name = "verdict"}};
  Sheet *states = SHEET_NEW(arena, columns);
  for (const CompareState *state = cell->states; state; state = state->next) {
    Cell *cells = sheet_row(states);
    cells[0] = cell_text(state->state);
    cells[1] = cell_count(state->count);
    cells[2] = cell_flag(state->asked);
    if (state->verdict != COMPARE_UNKNOWN)
      cells[3] = cell_text(compare_verdict_name(state->verdict));
  }
  return cell->states ? cell_sheet(states) : (Cell){0};
}

static Sheet *cell_object(const CompareCell *cell, Arena *arena) {
  Sheet *object = sheet_object(arena);
  sheet_set(object, "machine", cell_count(cell->column));
  sheet_set(object, "verdict", cell_text(compare_verdict_name(cell->verdict)));
  if (cell->predicted) {
    sheet_set(object, "predicts", cell_text(cell->predicts ? "allowed" : "forbidden"));
  } else {
    sheet_set(object, "runs", cell_count(compare_runs(cell)));
    sheet_set(object, "iterations", cell_count(compare_iterations(cell)));
  }
  if (cell->conditional && !cell->predicted) {
    sheet_set(object, "seen", cell_count(compare_seen(cell)));
    sheet_set(object, "share", cell_number(compare_share(cell)));
    if (!compare_seen(cell))
      sheet_set(object, "bound", cell_number(bound_of(cell)));
  }
  sheet_set(object, "histogram", states_cell(cell, arena));
  return object;
}

static Cell fence_cell(const CompareRow *row) { return told(row->fence); }

static Sheet *test_object(const Comparison *c, unsigned row, Arena *arena) {
  Sheet *object = sheet_object(arena), *cells = sheet_list(arena);
  Text difference = {0};
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell))
    sheet_add(cells, cell_sheet(cell_object(cell, arena)));
  sheet_set(object, "test", told(c->rows[row].test));
  sheet_set(object, "fence", fence_cell(&c->rows[row]));
  sheet_set(object, "cells", cell_sheet(cells));
  if (compare_difference(c, row, &difference))
    sheet_set(object, "difference", cell_text(text_finish(&difference, arena)));
  return object;
}

static Sheet *change_object(const Comparison *c, const Change *change, Arena *arena) {
  static const char *const kinds[] = {"none", "changed", "cannot be told"};
  const unsigned machines[] = {change->before, change->after}, runs[] = {change->runs_before, change->runs_after};
  Sheet *object = sheet_object(arena), *shares = sheet_list(arena);
  sheet_add(shares, cell_number(change->share_before));
  sheet_add(shares, cell_number(change->share_after));
  sheet_set(object, "test", told(c->rows[change->row].test));
  sheet_set(object, "fence", fence_cell(&c->rows[change->row]));
  sheet_set(object, "way", told(c->labels[change->label]));
  sheet_set(object, "machines", cell_numbers(machines, 2, arena));
  sheet_set(object, "runs", cell_numbers(runs, 2, arena));
  sheet_set(object, "shares", cell_sheet(shares));
  if (change->kind != CHANGE_UNTOLD)
    sheet_set(object, "p", cell_number(change->p));
  sheet_set(object, "change", cell_text(kinds[change->kind]));
  return object;
}

static bool is_asked(const Comparison *c, unsigned row) { return !c->test || comparison_is_asked(c, row); }

typedef struct {
  const Comparison *comparison;
  const Changes *changes;
} Whole;

// The index-th object of a list; NULL if it is not asked for.
static Sheet *nth_machine(const Whole *w, unsigned i, Arena *arena) {
  return machine_object(&w->comparison->machines[i], arena);
}
static Sheet *nth_test(const Whole *w, unsigned i, Arena *arena) {
  return is_asked(w->comparison, i) ? test_object(w->comparison, i, arena) : NULL;
}
static Sheet *nth_change(const Whole *w, unsigned i, Arena *arena) {
  return change_object(w->comparison, &w->changes->changes[i], arena);
}

// Objects are written one by one, a line each: there may be many.
static void write_list(const char *name, Sheet *(*nth)(const Whole *, unsigned, Arena *), const Whole *whole,
                       unsigned count, FILE *out) {
  const char *before = "\n";
  fprintf(out, "\"%s\":[", name);
  for (unsigned i = 0; i < count; i++) {
    Arena *arena = arena_new();
    Text text = {0};
    const Sheet *object = nth(whole, i, arena);
    if (object) {
      sheet_json(object, NULL, &text);
      fprintf(out, "%s%s", before, text_string(&text));
      before = ",\n";
    }
    text_free(&text);
    arena_free(arena);
  }
  fputs("],\n", out);
}

static void write_rooms(const Comparison *c, FILE *out) {
  Arena *arena = arena_new();
  Text text = {0};
  sheet_json(compare_room_differences(c, arena), NULL, &text);
  fprintf(out, "\"systems\":%s,\n", text_string(&text));
  text_free(&text);
  arena_free(arena);
}

void compare_json(const Comparison *c, const Changes *changes, FILE *out) {
  Whole whole = {c, changes};
  fputs("{\"schema\":\"weakmem.compare/1\",", out);
  write_list("machines", nth_machine, &whole, c->machine_count, out);
  write_rooms(c, out);
  write_list("tests", nth_test, &whole, c->row_count, out);
  write_list("changes", nth_change, &whole, changes->count, out);
  fprintf(out, "\"unlike\":%u", changes->unlike);
  if (c->found.spread_count) {
    Arena *arena = arena_new();
    Text text = {0};
    sheet_json(compare_nodes_sheet(c, arena), NULL, &text);
    fprintf(out, ",\"nodes\":%s", text_string(&text));
    text_free(&text);
    arena_free(arena);
  }
  fputs("}\n", out);
}

// ---- Columns: a row a cell

enum {
  TEST,
  FENCE,
  MACHINE,
  ARCH,
  CPU,
  VERDICT,
  RUNS,
  ITERATIONS,
  SEEN,
  SHARE,
  BOUND,
  IN_FILE,
  SOURCE,
  PROGRAM,
  COMPILER,
  VERSION,
  FLAGS
};
static const SheetColumn columns[] = {
    [TEST] = {.name = "test"},
    [FENCE] = {.name = "fence"},
    [MACHINE] = {.name = "machine"},
    [ARCH] = {.name = "arch"},
    [CPU] = {.name = "cpu"},
    [VERDICT] = {.name = "verdict"},
    [RUNS] = {.name = "runs"},
    [ITERATIONS] = {.name = "iterations"},
    [SEEN] = {.name = "seen"},
    [SHARE] = {.name = "share", .kind = KIND_SIGNIFICANT, .places = 6},
    [BOUND] = {.name = "bound", .kind = KIND_SIGNIFICANT, .places = 6},
    [IN_FILE] = {.name = "file"},
    [SOURCE] = {.name = "source"},
    [PROGRAM] = {.name = "program"},
    [COMPILER] = {.name = "compiler"},
    [VERSION] = {.name = "version"},
    [FLAGS] = {.name = "flags"},
};

static void add_cell(const Comparison *c, const CompareCell *cell, Sheet *sheet) {
  const CompareRow *row = &c->rows[cell->row];
  const CompareMachine *machine = &c->machines[cell->column];
  Cell *cells = sheet_row(sheet);
  cells[TEST] = cell_text(row->test);
  cells[FENCE] = cell_text(row->fence);
  cells[MACHINE] = cell_count(cell->column + 1);
  cells[ARCH] = cell_text(machine->machine.arch);
  cells[CPU] = cell_text(machine->predicted ? "herd7" : machine->machine.cpu);
  cells[VERDICT] = cell_text(compare_verdict_name(cell->verdict));
  if (cell->predicted) {
    cells[SEEN] = cell_text(cell->predicts ? "allowed" : "forbidden");
  } else {
    cells[RUNS] = cell_count(compare_runs(cell));
    cells[ITERATIONS] = cell_count(compare_iterations(cell));
  }
  if (cell->conditional && !cell->predicted) {
    cells[SEEN] = cell_count(compare_seen(cell));
    cells[SHARE] = cell_number(compare_share(cell));
    cells[BOUND] = cell_number(bound_of(cell));
  }
  cells[IN_FILE] = cell_text(machine->file);
  cells[SOURCE] = cell_text(machine->source);
  cells[PROGRAM] = cell_text(machine->program);
  cells[COMPILER] = cell_text(machine->compiler_path);
  cells[VERSION] = cell_text(machine->compiler_version);
  cells[FLAGS] = cell_text(machine->compiler_flags);
}

void compare_tsv(const Comparison *c, FILE *out) {
  Text text = {0};
  for (unsigned row = 0; row < c->row_count || !row; row++) {
    Arena *arena = arena_new();
    Sheet *sheet = SHEET_NEW(arena, columns);
    for (const CompareCell *cell = row < c->row_count && is_asked(c, row) ? comparison_first(c, row) : NULL; cell;
         cell = comparison_next(c, cell))
      add_cell(c, cell, sheet);
    if (!row)
      sheet_tsv_names(sheet, &text);
    sheet_tsv(sheet, &text);
    fputs(text_string(&text), out);
    text_clear(&text);
    arena_free(arena);
  }
  text_free(&text);
}
