// A comparison for the eye.
#include "arch/names.h"
#include "results/compare_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
  WIDTH = 120,    // columns, where the terminal does not say
  CELL = 13,      // columns of a cell, the blanks before it included
  NAME = 36,      // columns of a test's name at most
  OPERATION = 26, // columns of a cost's
  CONTEXT = 26,   // ... and where it was measured
  SENTENCES = 60, // shown of what differs and of what changed; the rest are counted
  STATES = 40     // shown of a histogram
};

#define BOLD "1"
#define DIM "2"
#define RED "1;31"
#define GREEN "32"
#define YELLOW "33"

static void add_styled(const SheetStyle *style, const char *code, const char *text, Text *out) {
  if (style->colour && code)
    text_printf(out, "\033[%sm%s\033[0m", code, text);
  else
    text_add(out, text);
}

static void flush(Text *text, FILE *out) {
  fputs(text_string(text), out);
  text_clear(text);
}

void compare_head(const SheetStyle *style, const char *title, FILE *out) {
  Text line = {0};
  add_styled(style, BOLD, title, &line);
  fprintf(out, "%s\n", text_string(&line));
  text_free(&line);
}

// ---- The machines

static void print_machine(const Comparison *c, unsigned index, FILE *out) {
  const CompareMachine *machine = &c->machines[index];
  Text line = {0};
  text_printf(&line, "%3u  ", index + 1);
  compare_machine_name(machine, &line);
  if (machine->own)
    text_add(&line, "; this machine");
  if (machine->twice || !*machine->machine.cpu) {
    text_add(&line, "; from ");
    compare_printable(machine->file, &line);
    if (machine->twice && *machine->machine.kernel)
      text_add(&line, ", kernel ");
    if (machine->twice)
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
  flush(&line, out);
  text_free(&line);
}

static void print_machines(const Comparison *c, const SheetStyle *style, FILE *out) {
  compare_head(style, "Machines", out);
  for (unsigned i = 0; i < c->machine_count; i++)
    print_machine(c, i, out);
  fputc('\n', out);
}

// ---- The matrix

void compare_add_share(double share, Text *out) {
  double percent = share * 100;
  if (percent >= 0.01)
    text_printf(out, "%.*f %%", percent >= 10 ? 1 : percent >= 1 ? 2 : 3, percent);
  else
    text_printf(out, "%.1e %%", percent);
}

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

static const char *colour_of(CompareVerdict verdict, bool seen) {
  if (verdict == COMPARE_FORBIDDEN)
    return seen ? RED : GREEN;
  return verdict == COMPARE_ALLOWED && seen ? YELLOW : DIM;
}

// The share, or the bound where nothing was seen (the rule of three: Hanley and Lippman-Hand, JAMA 1983).
static void add_figure(const CompareCell *cell, Text *out) {
  uint64_t iterations = compare_iterations(cell);
  if (cell->predicted) {
    text_add(out, cell->predicts ? "allows" : "forbids");
  } else if (!cell->conditional) {
    text_add(out, "no condition");
  } else if (compare_seen(cell)) {
    compare_add_share(compare_share(cell), out);
  } else {
    text_add_char(out, '<');
    compare_add_share(iterations > 3 ? 3.0 / (double)iterations : 1, out);
  }
}

static void add_cell(const CompareCell *cell, const SheetStyle *style, Text *out) {
  Text figure = {0};
  if (!cell) {
    text_repeat(out, ' ', CELL);
    return;
  }
  add_figure(cell, &figure);
  bool judged = cell->conditional && !cell->predicted;
  bool seen = judged && compare_seen(cell) > 0;
  text_add(&figure, judged ? mark_of(cell->verdict, seen) : "  ");
  text_repeat(out, ' ', figure.length < CELL ? CELL - figure.length : 1);
  add_styled(style, judged ? colour_of(cell->verdict, seen) : DIM, text_string(&figure), out);
  text_free(&figure);
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

static unsigned name_width(const Comparison *c, const CompareStyle *style, unsigned *hidden) {
  unsigned wide = 4;
  Text name = {0};
  *hidden = 0;
  for (unsigned row = 0; row < c->row_count; row++) {
    if (!is_shown(c, style, row)) {
      ++*hidden;
      continue;
    }
    text_clear(&name);
    compare_row_name(&c->rows[row], &name);
    wide = name.length > wide && name.length <= NAME ? (unsigned)name.length : wide;
  }
  text_free(&name);
  return wide;
}

void compare_trim(Text *line) {
  while (line->length && line->bytes[line->length - 1] == ' ')
    line->bytes[--line->length] = '\0';
}

// Over a machine's column. What an emulator did is under no CPU's name: which it played, the list of machines says.
static const char *column_title(const CompareMachine *machine) {
  if (machine->predicted)
    return "herd7";
  return machine->machine.emulated ? "emulated" : arch_title(machine->machine.arch);
}

static void add_title(const Comparison *c, unsigned machine, Text *out) {
  Text title = {0};
  text_printf(&title, "%u ", machine + 1);
  compare_printable(column_title(&c->machines[machine]), &title);
  text_printf(out, "%*.*s", CELL, CELL - 1, text_string(&title));
  text_free(&title);
}

// The columns from `first` up to `end`.
static void print_block(const Comparison *c, const CompareStyle *style, unsigned first, unsigned end, unsigned wide,
                        FILE *out) {
  Text line = {0};
  text_printf(&line, "%-*s", (int)wide, "test");
  for (unsigned m = first; m < end; m++)
    add_title(c, m, &line);
  compare_trim(&line);
  compare_head(&style->style, text_string(&line), out);
  for (unsigned row = 0; row < c->row_count; row++) {
    const CompareCell *cell = comparison_first(c, row);
    while (cell && cell->column < first)
      cell = comparison_next(c, cell);
    if (!cell || cell->column >= end || !is_shown(c, style, row))
      continue;
    text_clear(&line);
    compare_row_name(&c->rows[row], &line);
    text_repeat(&line, ' ', line.length < wide ? wide - line.length : 0);
    for (unsigned m = first; m < end; m++) {
      bool has = cell && cell->column == m;
      add_cell(has ? cell : NULL, &style->style, &line);
      cell = has ? comparison_next(c, cell) : cell;
    }
    compare_trim(&line);
    text_add_char(&line, '\n');
    flush(&line, out);
  }
  fputc('\n', out);
  text_free(&line);
}

// Whether there are figures that name their test, and do not say what it was.
static bool any_named(const Comparison *c) {
  for (unsigned i = 0; i < c->cell_count; i++)
    if (c->cells[i].condition)
      return true;
  return false;
}

static void print_matrix(const Comparison *c, const CompareStyle *style, FILE *out) {
  unsigned hidden, wide = name_width(c, style, &hidden);
  unsigned width = style->style.width ? style->style.width : WIDTH;
  unsigned room = width > wide + CELL ? (width - wide) / CELL : 1;
  compare_head(&style->style, "Share of iterations that ended in what the test asks for", out);
  fputs("  Of several ways to run a test (engine, placement, compiler), the one with the largest share.\n"
        "  <: not seen, the bound at 95 % if iterations were independent. By the CPU's model  a: allowed\n"
        "  f: forbidden  F: forbidden and yet seen  u: unmodelled  ?: unjudged, this suite has no such test\n",
        out);
  if (any_named(c))
    fputs("  Published and imported figures are judged as this suite's test of that name and condition.\n", out);
  fputc('\n', out);
  for (unsigned first = 0; first < c->machine_count; first += room)
    print_block(c, style, first, first + room < c->machine_count ? first + room : c->machine_count, wide, out);
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
      compare_head(style, "What differs", out);
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

static void print_change(const Comparison *c, const Change *change, FILE *out) {
  Text line = {0};
  text_add(&line, "  ");
  compare_row_name(&c->rows[change->row], &line);
  text_add(&line, ": ");
  compare_add_share(change->share_before, &line);
  text_printf(&line, " of %u run%s, then ", change->runs_before, change->runs_before == 1 ? "" : "s");
  compare_add_share(change->share_after, &line);
  text_printf(&line, " of %u", change->runs_after);
  if (change->kind == CHANGE_SIGNIFICANT)
    text_printf(&line, " (p = %.1g)", change->p);
  text_printf(&line, "; columns %u and %u; ", change->before + 1, change->after + 1);
  compare_printable(c->labels[change->label], &line);
  text_add_char(&line, '\n');
  flush(&line, out);
  text_free(&line);
}

static void print_changes(const Comparison *c, const Changes *changes, const SheetStyle *style, FILE *out) {
  if (!changes->count && !changes->unlike)
    return;
  compare_head(style, "The same machine twice", out);
  if (changes->unlike)
    fprintf(
        out,
        "  %u test%s run in other ways (engine, actors, placement, compiler, flags) before and after: not compared\n",
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
    fprintf(
        out,
        "  Of %u tests it cannot be told: iterations of one run are not independent, and there are fewer than %d\n"
        "  runs on a side. Run each file's suite %d times or more (-o appends). %u of them moved by more than twice.\n",
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

static void print_cost_row(const Comparison *c, const CompareCost *like, FILE *out) {
  Text line = {0};
  text_add(&line, "  ");
  compare_printable(like->operation, &line);
  text_repeat(&line, ' ', line.length < OPERATION ? OPERATION - line.length : 1);
  compare_printable(like->context, &line);
  text_repeat(&line, ' ', line.length < OPERATION + CONTEXT ? OPERATION + CONTEXT - line.length : 1);
  for (unsigned m = 0; m < c->machine_count; m++) {
    const CompareCost *cost = cost_of(&c->machines[m], like);
    if (!c->machines[m].cost_count)
      continue;
    if (cost)
      text_printf(&line, "%11.2f%s", cost->ns, cost->stable ? "  " : " ~");
    else
      text_repeat(&line, ' ', CELL);
  }
  compare_trim(&line);
  text_add_char(&line, '\n');
  flush(&line, out);
  text_free(&line);
}

static void print_costs(const Comparison *c, const SheetStyle *style, FILE *out) {
  bool any = false;
  for (unsigned m = 0; m < c->machine_count; m++)
    any |= c->machines[m].cost_count > 0;
  if (!any)
    return;
  compare_head(style, "Costs in nanoseconds (~: did not settle)", out);
  fprintf(out, "  %-*s", OPERATION + CONTEXT - 2, "operation");
  for (unsigned m = 0; m < c->machine_count; m++)
    if (c->machines[m].cost_count)
      fprintf(out, "%11u  ", m + 1);
  fputc('\n', out);
  for (unsigned m = 0; m < c->machine_count; m++)
    for (size_t i = 0; i < c->machines[m].cost_count; i++) {
      const CompareCost *cost = &c->machines[m].costs[i];
      bool before = false;
      for (unsigned k = 0; k < m; k++)
        before |= cost_of(&c->machines[k], cost) != NULL;
      if (!before)
        print_cost_row(c, cost, out);
    }
  fputc('\n', out);
}

void compare_text(const Comparison *c, const Changes *changes, const CompareStyle *style, FILE *out) {
  print_machines(c, &style->style, out);
  if (c->row_count)
    print_matrix(c, style, out);
  print_differences(c, &style->style, out);
  print_changes(c, changes, &style->style, out);
  print_costs(c, &style->style, out);
  compare_ladders(c, &style->style, out);
}

// ---- One test

static int by_state(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

// The states that any machine has of the row, sorted, each once.
static const char **states_of(const Comparison *c, unsigned row, unsigned *count) {
  unsigned most = 0;
  for (unsigned m = 0; m < c->machine_count; m++) {
    const CompareCell *cell = comparison_cell(c, row, m);
    most += cell ? cell->state_count : 0;
  }
  const char **states = ARENA_ARRAY(c->arena, const char *, most + 1);
  unsigned total = 0;
  for (unsigned m = 0; m < c->machine_count; m++) {
    const CompareCell *cell = comparison_cell(c, row, m);
    for (const CompareState *state = cell ? cell->states : NULL; state; state = state->next)
      states[total++] = state->state;
  }
  if (total)
    qsort(states, total, sizeof *states, by_state);
  *count = 0;
  for (unsigned i = 0; i < total; i++)
    if (!*count || strcmp(states[i], states[*count - 1]) != 0)
      states[(*count)++] = states[i];
  return states;
}

static const CompareState *find_state(const CompareCell *cell, const char *name) {
  const CompareState *state = cell->states;
  while (state && strcmp(state->state, name) != 0)
    state = state->next;
  return state;
}

static void print_state(const Comparison *c, unsigned row, const char *name, unsigned wide, const SheetStyle *style,
                        FILE *out) {
  Text line = {0};
  bool wanted = false;
  for (unsigned m = 0; m < c->machine_count; m++) {
    const CompareCell *cell = comparison_cell(c, row, m);
    const CompareState *state = cell ? find_state(cell, name) : NULL;
    wanted |= state && state->wanted;
  }
  text_add(&line, wanted ? "* " : "  ");
  compare_printable(name, &line);
  text_repeat(&line, ' ', line.length < wide ? wide - line.length : 0);
  for (unsigned m = 0; m < c->machine_count; m++) {
    const CompareCell *cell = comparison_cell(c, row, m);
    if (!cell)
      continue;
    const CompareState *state = find_state(cell, name);
    uint64_t iterations = compare_iterations(cell);
    Text figure = {0};
    if (cell->predicted)
      text_add(&figure, state ? "allows" : "forbids");
    else if (state && state->count)
      compare_add_share((double)state->count / (double)iterations, &figure);
    else
      text_add_char(&figure, cell->states ? '0' : '-');
    text_repeat(&line, ' ', figure.length < CELL ? CELL - figure.length : 1);
    add_styled(style,
               state && state->verdict == COMPARE_FORBIDDEN ? RED
               : wanted                                     ? YELLOW
                                                            : NULL,
               text_string(&figure), &line);
    text_free(&figure);
  }
  fprintf(out, "%s\n", text_string(&line));
  text_free(&line);
}

// What each machine counted, below the states.
static void print_totals(const Comparison *c, unsigned row, unsigned wide, FILE *out) {
  Text line = {0};
  for (unsigned kind = 0; kind < 2; kind++) {
    text_clear(&line);
    text_printf(&line, "%-*s", (int)wide, kind ? "  iterations" : "  witnesses");
    for (unsigned m = 0; m < c->machine_count; m++) {
      const CompareCell *cell = comparison_cell(c, row, m);
      if (!cell)
        continue;
      Text figure = {0};
      if (!cell->predicted)
        count_add((double)(kind ? compare_iterations(cell) : compare_seen(cell)), &figure);
      text_printf(&line, "%*s", CELL, text_string(&figure));
      text_free(&figure);
    }
    fprintf(out, "%s\n", text_string(&line));
  }
  text_free(&line);
}

static void print_histogram(const Comparison *c, unsigned row, const SheetStyle *style, FILE *out) {
  unsigned count, wide = 14;
  const char **states = states_of(c, row, &count);
  for (unsigned i = 0; i < count && i < STATES; i++)
    wide = strlen(states[i]) + 3 > wide ? (unsigned)strlen(states[i]) + 3 : wide;
  Text line = {0};
  compare_row_name(&c->rows[row], &line);
  text_repeat(&line, ' ', line.length < wide ? wide - line.length : 1);
  for (unsigned m = 0; m < c->machine_count; m++)
    if (comparison_cell(c, row, m))
      add_title(c, m, &line);
  compare_head(style, text_string(&line), out);
  for (unsigned i = 0; i < count && i < STATES; i++)
    print_state(c, row, states[i], wide, style, out);
  if (count > STATES)
    fprintf(out, "  and %u states more\n", count - STATES);
  print_totals(c, row, wide, out);
  text_clear(&line);
  if (compare_difference(c, row, &line))
    fprintf(out, "  %s\n", text_string(&line));
  fputc('\n', out);
  text_free(&line);
}

void compare_histograms(const Comparison *c, const CompareStyle *style, FILE *out) {
  print_machines(c, &style->style, out);
  for (unsigned row = 0; row < c->row_count; row++)
    if (!strcmp(c->rows[row].test, c->test))
      print_histogram(c, row, &style->style, out);
  fputs("*: what the test asks for; -: its states were not published\n", out);
}
