// A comparison for the eye.
#include "arch/names.h"
#include "results/compare_ladder.h"
#include "results/compare_room.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
  CELL = 11,      // columns of a machine's cell, where its title is not longer
  MACHINES = 32,  // in one table, at most
  SENTENCES = 60, // shown of what differs and of what changed; the rest are counted
  STATES = 40     // shown of a histogram
};

static void flush(Text *text, FILE *out) {
  fputs(text_string(text), out);
  text_clear(text);
}

// ---- The machines

// Whether the machine is in another file too.
static bool is_in_files(const Comparison *c, const CompareMachine *machine) {
  for (unsigned i = 0; i < c->machine_count && machine->twice; i++)
    if (comparison_same_machine(&c->machines[i], machine) && c->machines[i].file != machine->file)
      return true;
  return false;
}

static void print_machine(const Comparison *c, unsigned index, FILE *out) {
  const CompareMachine *machine = &c->machines[index];
  Text line = {0};
  text_printf(&line, "%3u  ", index + 1);
  compare_machine_name(machine, &line);
  Text compiler = {0};
  compare_compiler_name(machine, &compiler);
  text_printf(&line, "%s%s", compiler.length ? "; " : "", text_string(&compiler));
  text_free(&compiler);
  if (machine->own)
    text_add(&line, "; this machine");
  bool in_files = is_in_files(c, machine);
  if (in_files || !*machine->machine.cpu) {
    text_add(&line, "; from ");
    compare_printable(machine->file, &line);
    if (in_files && *machine->machine.kernel)
      text_add(&line, ", kernel ");
    if (in_files)
      compare_printable(machine->machine.kernel, &line);
  }
  text_printf(&line, "; %u test%s", machine->cells, machine->cells == 1 ? "" : "s");
  if (machine->known_arch && !machine->model)
    text_add(&line, "; unmodelled: its architecture has no model here");
  text_add_char(&line, '\n');
  if (*machine->program) {
    text_add(&line, "       another program's figures, not our C11 tests: ");
    compare_printable(machine->program, &line);
    text_add_char(&line, '\n');
  }
  if (*machine->source) {
    text_add(&line, "       source: ");
    compare_printable(machine->source, &line);
    text_add_char(&line, '\n');
  }
  if (machine->mutants.count) {
    text_add(&line, "       mutants: ");
    mutant_tally_sentence(&machine->mutants, &line);
    text_add_char(&line, '\n');
  }
  flush(&line, out);
  text_free(&line);
}

static void print_rooms(const Comparison *c, const SheetStyle *style, FILE *out) {
  bool any = false;
  for (unsigned fact = 0; fact < ROOM_COUNT; fact++) {
    Text line = {0};
    if (compare_room_difference(c, (RoomFact)fact, &line)) {
      if (!any)
        sheet_print_head(style, "What their systems do otherwise: these figures are not comparable as they stand", out);
      fprintf(out, "  %s\n", text_string(&line));
      any = true;
    }
    text_free(&line);
  }
  if (any)
    fputc('\n', out);
}

static void print_machines(const Comparison *c, const SheetStyle *style, FILE *out) {
  sheet_print_head(style, "Machines", out);
  for (unsigned i = 0; i < c->machine_count; i++)
    print_machine(c, i, out);
  fputc('\n', out);
  print_rooms(c, style, out);
}

// ---- The matrix

static const char *mark_of(CompareVerdict verdict, bool seen) {
  switch (verdict) {
  case COMPARE_ALLOWED:
    return " a";
  case COMPARE_FORBIDDEN:
    return seen ? " F" : " f";
  case COMPARE_UNMODELLED:
    return " u";
  case COMPARE_UNKNOWN:
    break;
  }
  return " ?";
}

static Tone tone_of(CompareVerdict verdict, bool seen) {
  if (verdict == COMPARE_FORBIDDEN)
    return seen ? TONE_ALARM : TONE_GOOD;
  return verdict == COMPARE_ALLOWED && seen ? TONE_NOTICE : TONE_DIM;
}

// The share, or the bound if nothing was seen.
static void add_figure(const CompareCell *cell, Text *out) {
  if (cell->predicted) {
    text_add(out, cell->predicts ? "allows" : "forbids");
  } else if (!cell->conditional) {
    text_add(out, "no condition");
  } else if (compare_seen(cell)) {
    share_add(compare_share(cell), out);
  } else {
    text_add_char(out, '<');
    share_add(record_bound(compare_iterations(cell)), out);
  }
}

static Cell figure_cell(const CompareCell *cell, Arena *arena) {
  Text figure = {0};
  add_figure(cell, &figure);
  bool judged = cell->conditional && !cell->predicted, seen = judged && compare_seen(cell) > 0;
  text_add(&figure, judged ? mark_of(cell->verdict, seen) : "  ");
  const char *shown = text_finish(&figure, arena);
  return cell_toned(cell_shown((Cell){0}, shown), judged ? tone_of(cell->verdict, seen) : TONE_DIM);
}

static unsigned machines_with(const Comparison *c, unsigned row) {
  unsigned count = 0;
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell))
    count++;
  return count;
}

static bool is_shown(const Comparison *c, const CompareStyle *style, unsigned row) {
  return style->all || c->machine_count < 2 || machines_with(c, row) > 1;
}

// Over a machine's column. What an emulator did is under no CPU's name: which it played, the list of machines says.
static const char *column_title(const CompareMachine *machine) {
  if (machine->predicted)
    return "herd7";
  return machine->machine.emulated ? "emulated" : arch_title(machine->machine.arch);
}

// The columns of some machines, behind those that tell what a row is.
static Sheet *machine_sheet(const Comparison *c, const SheetColumn *keys, unsigned key_count, const unsigned *machines,
                            unsigned count, Arena *arena) {
  SheetColumn *columns = ARENA_ARRAY(arena, SheetColumn, key_count + count);
  memcpy(columns, keys, key_count * sizeof *keys);
  for (unsigned i = 0; i < count; i++)
    columns[key_count + i] =
        (SheetColumn){.name = arena_printf(arena, "%u %s", machines[i] + 1, column_title(&c->machines[machines[i]])),
                      .kind = KIND_PERCENT,
                      .width = CELL,
                      .is_fixed = true};
  return sheet_new(arena, columns, key_count + count);
}

// The machines from `first` up to `end`.
static void print_block(const Comparison *c, const CompareStyle *style, unsigned first, unsigned end, FILE *out) {
  static const SheetColumn key[] = {{.name = "test", .fit = FIT_KEY}};
  unsigned machines[MACHINES] = {0};
  Arena *arena = arena_new();
  for (unsigned m = first; m < end; m++)
    machines[m - first] = m;
  Sheet *sheet = machine_sheet(c, key, 1, machines, end - first, arena);
  for (unsigned row = 0; row < c->row_count; row++) {
    Cell *cells = NULL;
    for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell)) {
      if (cell->column < first || cell->column >= end || !is_shown(c, style, row))
        continue;
      if (!cells) {
        cells = sheet_row(sheet);
        cells[0] = cell_text(compare_row_title(&c->rows[row], arena));
      }
      cells[1 + cell->column - first] = figure_cell(cell, arena);
    }
  }
  sheet_print(sheet, &style->style, out);
  fputc('\n', out);
  arena_free(arena);
}

// Whether there are figures that name their test, and do not say what it was.
static bool any_named(const Comparison *c) {
  for (unsigned i = 0; i < c->cell_count; i++)
    if (c->cells[i].condition)
      return true;
  return false;
}

static void print_matrix(const Comparison *c, const CompareStyle *style, FILE *out) {
  unsigned hidden = 0;
  for (unsigned row = 0; row < c->row_count; row++)
    hidden += !is_shown(c, style, row);
  sheet_print_head(&style->style, "Share of iterations that ended in what the test asks for", out);
  fputs("  Of several ways to run a test (engine, actors, placement), the one with the largest share.\n"
        "  <: not seen, the bound at 95 % if iterations were independent. By the CPU's model  a: allowed\n"
        "  f: forbidden  F: forbidden and yet seen  u: unmodelled  ?: unjudged, this suite has no such test\n",
        out);
  if (any_named(c))
    fputs("  Published and imported figures are judged as this suite's test of that name and condition.\n", out);
  fputc('\n', out);
  for (unsigned first = 0; first < c->machine_count; first += MACHINES)
    print_block(c, style, first, first + MACHINES < c->machine_count ? first + MACHINES : c->machine_count, out);
  if (hidden)
    fprintf(out, "and %u test%s that a single machine has: --all shows them\n\n", hidden, hidden == 1 ? "" : "s");
}

static void print_differences(const Comparison *c, const SheetStyle *style, FILE *out) {
  unsigned count = 0;
  Text line = {0};
  for (unsigned row = 0; row < c->row_count; row++) {
    text_clear(&line);
    if (!compare_difference(c, row, &line))
      continue;
    if (count++ == 0)
      sheet_print_head(style, "What differs", out);
    if (count <= SENTENCES)
      fprintf(out, "  %s\n", text_string(&line));
  }
  if (count > SENTENCES)
    fprintf(out, "  and %u tests more\n", count - SENTENCES);
  if (count)
    fputc('\n', out);
  text_free(&line);
}

// ---- What changed

static void add_compilers(const CompareMachine *before, const CompareMachine *after, Text *out) {
  if (comparison_same_compiler(before, after))
    return;
  text_add(out, "; ");
  compare_compiler_name(before, out);
  text_add(out, ", then ");
  compare_compiler_name(after, out);
}

static void print_change(const Comparison *c, const Change *change, FILE *out) {
  Text line = {0};
  text_add(&line, "  ");
  compare_row_name(&c->rows[change->row], &line);
  text_add(&line, ": ");
  share_add(change->share_before, &line);
  text_printf(&line, " of %u run%s, then ", change->runs_before, change->runs_before == 1 ? "" : "s");
  share_add(change->share_after, &line);
  text_printf(&line, " of %u", change->runs_after);
  if (change->kind == CHANGE_SIGNIFICANT)
    text_printf(&line, " (p = %.1g)", change->p);
  text_printf(&line, "; columns %u and %u; ", change->before + 1, change->after + 1);
  compare_printable(c->labels[change->label], &line);
  add_compilers(&c->machines[change->before], &c->machines[change->after], &line);
  text_add_char(&line, '\n');
  flush(&line, out);
  text_free(&line);
}

// Whether compilers alone tell the two apart.
static bool is_by_compilers(const Comparison *c, const Changes *changes) {
  for (unsigned i = 0; i < changes->count; i++)
    if (comparison_same_compiler(&c->machines[changes->changes[i].before], &c->machines[changes->changes[i].after]))
      return false;
  return changes->count;
}

static void print_changes(const Comparison *c, const Changes *changes, const SheetStyle *style, FILE *out) {
  if (!changes->count && !changes->unlike)
    return;
  sheet_print_head(
      style, is_by_compilers(c, changes) ? "The same machine by several compilers" : "The same machine twice", out);
  if (changes->unlike)
    fprintf(out, "  %u test%s run in other ways (engine, actors, placement) in the two columns: not compared\n",
            changes->unlike, changes->unlike == 1 ? " was" : "s were");
  if (!changes->count) {
    fputc('\n', out);
    return;
  }
  fprintf(
      out,
      "  %u of %u tests changed (Welch's t on repeated runs' shares, Holm-corrected: at most 5 %% that any of them\n"
      "  is chance)\n",
      changes->significant, changes->count - changes->untold);
  unsigned shown = 0;
  for (unsigned i = 0; i < changes->count && shown < SENTENCES; i++)
    if (changes->changes[i].kind == CHANGE_SIGNIFICANT) {
      print_change(c, &changes->changes[i], out);
      shown++;
    }
  if (changes->significant > shown)
    fprintf(out, "  and %u tests more\n", changes->significant - shown);
  if (changes->untold)
    fprintf(out,
            "  Of %u tests it cannot be told: iterations of one run are not independent, and there are fewer than %d\n"
            "  runs on a side. Run each side %d times or more. %u of them moved by more than twice.\n",
            changes->untold, CHANGE_RUNS, CHANGE_RUNS, changes->moved);
  fputc('\n', out);
}

// ---- Costs

static const CompareCost *cost_of(const CompareMachine *machine, const CompareCost *like) {
  for (size_t i = 0; i < machine->cost_count; i++)
    if (!strcmp(machine->costs[i].operation, like->operation) && !strcmp(machine->costs[i].context, like->context))
      return &machine->costs[i];
  return NULL;
}

// Each operation and context once, in the order in which the first machine that has it has it.
static void add_costs(const Comparison *c, const unsigned *machines, unsigned count, Sheet *sheet) {
  for (unsigned m = 0; m < count; m++)
    for (size_t i = 0; i < c->machines[machines[m]].cost_count; i++) {
      const CompareCost *cost = &c->machines[machines[m]].costs[i];
      bool before = false;
      for (unsigned k = 0; k < m; k++)
        before |= cost_of(&c->machines[machines[k]], cost) != NULL;
      if (before)
        continue;
      Cell *cells = sheet_row(sheet);
      cells[0] = cell_text(cost->operation);
      cells[1] = cell_text(cost->context);
      for (unsigned k = m; k < count; k++) {
        const CompareCost *other = cost_of(&c->machines[machines[k]], cost);
        if (other)
          cells[2 + k] = cell_shown(cell_number(other->ns),
                                    arena_printf(sheet->arena, "%.2f%s", other->ns, other->stable ? "  " : " ~"));
      }
    }
}

static void print_costs(const Comparison *c, const SheetStyle *style, FILE *out) {
  static const SheetColumn keys[] = {{.name = "operation", .width = 22, .fit = FIT_KEY},
                                     {.name = "context", .width = 24, .fit = FIT_KEY}};
  Arena *arena = arena_new();
  unsigned *machines = ARENA_ARRAY(arena, unsigned, c->machine_count + 1), count = 0;
  for (unsigned m = 0; m < c->machine_count; m++)
    if (c->machines[m].cost_count)
      machines[count++] = m;
  if (count) {
    sheet_print_head(style, "Costs in nanoseconds (~: did not settle)", out);
    Sheet *sheet = machine_sheet(c, keys, 2, machines, count, arena);
    sheet->indent = 2;
    add_costs(c, machines, count, sheet);
    sheet_print(sheet, style, out);
    fputc('\n', out);
  }
  arena_free(arena);
}

// ---- Mutants

// "2 of 4", or nothing where none was run.
static Cell score_cell(const CompareMachine *machine, const char *shape, Arena *arena) {
  size_t index = table_find(&machine->mutants.shapes, shape, strlen(shape));
  if (index == TABLE_NONE)
    return (Cell){0};
  MutantCount count = mutant_tally_count(&machine->mutants, MUTANT_ANY, (int)index);
  return cell_toned(cell_shown((Cell){0}, arena_printf(arena, "%u of %u", count.shown, count.count)),
                    count.shown == count.count ? TONE_GOOD : TONE_NOTICE);
}

static void print_mutants(const Comparison *c, const SheetStyle *style, FILE *out) {
  static const SheetColumn key[] = {{.name = "shape", .fit = FIT_KEY}};
  Arena *arena = arena_new();
  unsigned *machines = ARENA_ARRAY(arena, unsigned, c->machine_count + 1), count = 0;
  Table shapes = {.arena = arena};
  for (unsigned m = 0; m < c->machine_count; m++) {
    const Table *own = &c->machines[m].mutants.shapes;
    for (size_t s = 0; s < own->count; s++)
      table_add(&shapes, table_key(own, s), strlen(table_key(own, s)));
    if (own->count)
      machines[count++] = m;
  }
  if (count) {
    sheet_print_head(style, "Mutants that were shown, of those that were run for what was never seen", out);
    Sheet *sheet = machine_sheet(c, key, 1, machines, count, arena);
    sheet->indent = 2;
    for (size_t s = 0; s < shapes.count; s++) {
      Cell *cells = sheet_row(sheet);
      cells[0] = cell_text(table_key(&shapes, s));
      for (unsigned m = 0; m < count; m++)
        cells[1 + m] = score_cell(&c->machines[machines[m]], table_key(&shapes, s), arena);
    }
    sheet_print(sheet, style, out);
    fputc('\n', out);
  }
  arena_free(arena);
}

void compare_text(const Comparison *c, const Changes *changes, const CompareStyle *style, FILE *out) {
  print_machines(c, &style->style, out);
  if (c->row_count)
    print_matrix(c, style, out);
  print_differences(c, &style->style, out);
  print_changes(c, changes, &style->style, out);
  print_mutants(c, &style->style, out);
  compare_nodes_text(c, &style->style, out);
  print_costs(c, &style->style, out);
  compare_ladders(c, &style->style, out);
}

// ---- One test

static Cell share_cell(const CompareCell *cell, const char *name, Arena *arena) {
  const CompareState *state = compare_state(cell, name);
  Text figure = {0};
  if (cell->predicted)
    text_add(&figure, state ? "allows" : "forbids");
  else if (state && state->count)
    share_add((double)state->count / (double)compare_iterations(cell), &figure);
  else
    text_add_char(&figure, cell->states ? '0' : '-');
  Cell shown = cell_shown((Cell){0}, text_finish(&figure, arena));
  bool forbidden = state && state->verdict == COMPARE_FORBIDDEN, asked = state && state->asked;
  return cell_toned(shown, forbidden ? TONE_ALARM : asked ? TONE_NOTICE : TONE_PLAIN);
}

static bool is_asked(const Comparison *c, unsigned row, const char *name) {
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell)) {
    const CompareState *state = compare_state(cell, name);
    if (state && state->asked)
      return true;
  }
  return false;
}

enum { HISTOGRAM_MARK, HISTOGRAM_STATE, HISTOGRAM_KEYS };

static void add_totals(const Comparison *c, unsigned row, bool seen, Sheet *sheet) {
  Cell *cells = sheet_row(sheet);
  cells[HISTOGRAM_STATE] = cell_text(seen ? "witnesses" : "iterations");
  unsigned at = HISTOGRAM_KEYS;
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell), at++)
    if (!cell->predicted)
      cells[at] = cell_shown(
          (Cell){0}, count_string((double)(seen ? compare_seen(cell) : compare_iterations(cell)), sheet->arena));
}

static void print_histogram(const Comparison *c, unsigned row, const SheetStyle *style, FILE *out) {
  Arena *arena = arena_new();
  unsigned count, machine_count = 0, *machines = ARENA_ARRAY(arena, unsigned, c->machine_count + 1);
  const char *const *states = compare_row_states(c, row, UINT_MAX, &count, arena);
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell))
    machines[machine_count++] = cell->column;
  SheetColumn keys[] = {{.name = " ", .kind = KIND_MARK, .width = 1, .fit = FIT_KEY, .is_fixed = true},
                        {.name = compare_row_title(&c->rows[row], arena), .fit = FIT_KEY}};
  Sheet *sheet = machine_sheet(c, keys, HISTOGRAM_KEYS, machines, machine_count, arena);
  for (unsigned i = 0; i < count && i < STATES; i++) {
    Cell *cells = sheet_row(sheet);
    unsigned at = HISTOGRAM_KEYS;
    cells[HISTOGRAM_MARK] = cell_text(is_asked(c, row, states[i]) ? "*" : "");
    cells[HISTOGRAM_STATE] = cell_text(states[i]);
    for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell))
      cells[at++] = share_cell(cell, states[i], arena);
  }
  add_totals(c, row, true, sheet);
  add_totals(c, row, false, sheet);
  sheet_print(sheet, style, out);
  if (count > STATES)
    fprintf(out, "  and %u states more\n", count - STATES);
  Text line = {0};
  if (compare_difference(c, row, &line))
    fprintf(out, "  %s\n", text_string(&line));
  fputc('\n', out);
  text_free(&line);
  arena_free(arena);
}

void compare_histograms(const Comparison *c, const CompareStyle *style, FILE *out) {
  print_machines(c, &style->style, out);
  for (unsigned row = 0; row < c->row_count; row++)
    if (comparison_is_asked(c, row))
      print_histogram(c, row, &style->style, out);
  fputs("*: what the test asks for; -: its states were not published\n", out);
}
