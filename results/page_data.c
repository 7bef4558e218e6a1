// A comparison as the page's data. Names are short, and what is empty is left out: a page may hold thousands of tests.
#include "results/page_data.h"
#include "arch/model.h"
#include "arch/names.h"
#include "harness/base/time.h"
#include "harness/base/utf8.h"
#include "results/compare_room.h"
#include "results/compiler_name.h"
#include "results/import.h"
#include "results/page_ladder.h"
#include "results/page_object.h"

#include <stdlib.h>
#include <string.h>

enum { CELL_STATES = 100, CHANGES = 500, TESTS = 3000 }; // that are shown

static const SheetJson in_page = {.in_page = true};

// A list of lists.
static Sheet *new_arrays(unsigned columns, Arena *arena) {
  static const SheetColumn none[8] = {{.name = ""}};
  Sheet *sheet = sheet_new(arena, none, columns);
  sheet->shape = SHAPE_ARRAYS;
  return sheet;
}

// ---- What should not have been seen

static const CompareRun *alarming_run(const CompareCell *cell) {
  for (const CompareWay *way = &cell->way; way; way = way->next)
    if (way->run && *way->run->forbidden_state)
      return way->run;
  return NULL;
}

static const CompareState *alarming_state(const CompareCell *cell) {
  for (const CompareState *state = cell->states; state; state = state->next)
    if (state->verdict == COMPARE_FORBIDDEN && state->count)
      return state;
  return NULL;
}

// Whether a state was seen that is forbidden. The cell's verdict speaks of all states that the condition asks for.
static bool is_alarming(const CompareCell *cell) {
  if (cell->predicted)
    return false;
  return (cell->conditional && cell->verdict == COMPARE_FORBIDDEN && compare_seen(cell)) || alarming_state(cell) ||
         alarming_run(cell);
}

static bool row_is_alarming(const Comparison *c, unsigned row) {
  const CompareCell *cell = comparison_first(c, row);
  while (cell && !is_alarming(cell))
    cell = comparison_next(c, cell);
  return cell;
}

// ---- Machines

static Cell costs_cell(const CompareMachine *machine, Arena *arena) {
  Sheet *costs = new_arrays(7, arena);
  for (size_t i = 0; i < machine->cost_count; i++) {
    const CompareCost *cost = &machine->costs[i];
    Cell *cells = sheet_row(costs);
    cells[0] = cell_text(cost->group);
    cells[1] = cell_text(cost->operation);
    cells[2] = cell_text(cost->context);
    cells[3] = cell_number(cost->ns);
    cells[4] = cell_number(cost->cycles);
    cells[5] = cell_number(cost->spread);
    cells[6] = cell_flag(cost->stable);
  }
  return cell_sheet(costs);
}

// A page is made to be shown to others, whom the folders of its maker are no business of.
static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static const char *compiler_of(const CompareMachine *machine, Arena *arena) {
  Text name = {0};
  compiler_name(file_name(machine->compiler_path), machine->compiler_version, machine->compiler_flags, &name);
  return text_finish(&name, arena);
}

// Of a machine that is here more than once: the first column of it.
static void set_first(const Comparison *c, unsigned machine, Sheet *object) {
  unsigned first = 0;
  while (first < machine && !comparison_same_machine(&c->machines[first], &c->machines[machine]))
    first++;
  if (first < machine)
    sheet_set(object, "first", cell_count(first));
}

// Of a log that was imported: its two words of what it is, and its name.
static const char *source_of(const CompareMachine *machine, Arena *arena) {
  const char *source = machine->source;
  if (!source || !import_is_source(source) || !strchr(source, '/'))
    return source;
  const char *name = strchr(strchr(source, ' ') + 1, ' ') + 1;
  return arena_printf(arena, "%.*s%s", (int)(name - source), source, file_name(name));
}

static Cell machine_cell(const Comparison *c, unsigned index, Arena *arena) {
  const CompareMachine *machine = &c->machines[index];
  Sheet *object = sheet_object(arena);
  Text name = {0};
  compare_machine_name(machine, &name);
  page_set_text(object, "name", text_finish(&name, arena));
  page_set_text(object, "kind", machine->predicted ? "herd7" : arch_title(machine->machine.arch));
  page_set_fields(object, &machine_fields, &machine->machine);
  page_set_text(object, "judge", machine->model);
  page_set_flag(object, "unmodelled", machine->known_arch && !machine->model);
  page_set_flag(object, "own", machine->own);
  page_set_flag(object, "predicted", machine->predicted);
  page_set_flag(object, "twice", machine->twice);
  set_first(c, index, object);
  page_set_text(object, "compiler", compiler_of(machine, arena));
  page_set_text(object, "file", machine->file ? file_name(machine->file) : NULL);
  page_set_text(object, "source", source_of(machine, arena));
  page_set_text(object, "program", machine->program);
  page_set_flag(object, "imported", import_is_source(machine->source));
  page_set_count(object, "records", machine->records);
  page_set_count(object, "cells", machine->cells);
  page_set_number(object, "ghz", machine->cost_ghz);
  sheet_set(object, "costs", costs_cell(machine, arena));
  if (machine->mutants.count)
    sheet_set(object, "mutants", cell_sheet(mutant_tally_sheet(&machine->mutants, arena)));
  return cell_sheet(object);
}

// ---- Tests

typedef struct {
  const Page *page;
  const Comparison *comparison;
  FILE *out;
  PageCount *count;
  Arena *arena;              // of the test that is being written
  const PageTest *test;      // NULL: not known
  unsigned index;            // of the test in the page
  const char *const *states; // seen on any machine, sorted, each once
  unsigned state_count;      // of them; then of all that are shown
  struct PageAlarm {
    unsigned test, machine;
    const char *state, *by;
    uint64_t count;
  } * alarms;
  size_t alarm_capacity;
} Writing;

const char *const *page_states(const Comparison *comparison, unsigned row, unsigned *count, Arena *arena) {
  const char *const *states = compare_row_states(comparison, row, CELL_STATES, count, arena);
  *count = *count < PAGE_STATES ? *count : PAGE_STATES;
  return states;
}

// What records say of a state: a letter a model, of whichever machine says it first.
static const char *said_of(const Writing *writing, unsigned row, const char *name, bool *asked) {
  char *letters = ARENA_ARRAY(writing->arena, char, model_count + 1);
  memset(letters, '-', model_count);
  for (const CompareCell *cell = comparison_first(writing->comparison, row); cell;
       cell = comparison_next(writing->comparison, cell)) {
    const CompareState *state = compare_state(cell, name);
    for (unsigned a = 0; state && a < model_count; a++) {
      const char *said = compare_said(state, a);
      if (letters[a] == '-' && *said) // its first letter, but of "unmodelled", whose is that of "undefined"
        letters[a] = *(strcmp(said, "unmodelled") != 0 ? said : "m");
    }
    *asked |= state && state->asked;
  }
  return letters;
}

static void add_state(Sheet *states, const char *name, const char *verdicts, bool asked) {
  Cell *cells = sheet_row(states);
  cells[0] = cell_text(page_cut(name, PAGE_TEXT, states->arena));
  cells[1] = cell_text(verdicts);
  cells[2] = cell_flag(asked);
}

// [text, verdicts, asked for?], sorted by text; cells name them by index.
static Cell states_cell(const Writing *writing, unsigned row) {
  const PageTest *test = writing->test;
  Sheet *states = new_arrays(3, writing->arena);
  for (unsigned i = 0; test && i < test->state_count; i++)
    add_state(states, test->states[i].state, test->states[i].verdicts, test->states[i].asked);
  for (unsigned i = 0; !test && i < writing->state_count; i++) {
    bool asked = false;
    const char *said = said_of(writing, row, writing->states[i], &asked);
    add_state(states, writing->states[i], said, asked);
  }
  return cell_sheet(states);
}

static int state_index(const Writing *writing, const char *name) {
  unsigned low = 0, high = writing->test ? writing->test->state_count : writing->state_count;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    const char *at = writing->test ? writing->test->states[middle].state : writing->states[middle];
    int order = strcmp(name, at);
    if (!order)
      return (int)middle;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return -1;
}

// What the model of the machine's CPU says of a state where no record says it. A compiler may make anything of a race,
// and so it is told of none.
static bool model_forbids(const Writing *writing, const CompareMachine *machine, int index) {
  if (!writing->test || index < 0 || !machine->model || machine->machine.emulated)
    return false;
  const char *verdicts = writing->test->states[index].verdicts;
  const char *letter = NULL;
  for (unsigned a = 0; a < model_count; a++) {
    if (!strcmp(model_all[a]->name, "c11") && verdicts[a] == 'u')
      return false;
    if (!strcmp(model_all[a]->name, machine->model))
      letter = &verdicts[a];
  }
  return letter && *letter == 'f';
}

static void add_alarm(Writing *writing, unsigned machine, const char *state, const char *by, uint64_t count) {
  writing->alarms = arena_grow(writing->comparison->arena, writing->alarms, &writing->alarm_capacity,
                               writing->count->alarms + 1, sizeof *writing->alarms);
  writing->alarms[writing->count->alarms++] = (struct PageAlarm){
      writing->index, machine, state ? arena_string(writing->comparison->arena, state) : NULL, by, count};
}

// The histogram: [state, count, forbidden?]. The state seen most often of those that are forbidden is returned.
static const CompareState *set_histogram(const Writing *writing, const CompareCell *cell, Sheet *object) {
  const CompareMachine *machine = &writing->comparison->machines[cell->column];
  const CompareState **states = compare_cell_states(cell, writing->arena), *worst = NULL;
  Sheet *histogram = new_arrays(3, writing->arena);
  uint64_t rest = 0;
  unsigned beyond = 0;
  for (unsigned i = 0; i < cell->state_count; i++) {
    int index = state_index(writing, states[i]->state);
    bool forbidden = states[i]->count && !cell->predicted &&
                     (states[i]->verdict == COMPARE_FORBIDDEN ||
                      (states[i]->verdict == COMPARE_UNKNOWN && model_forbids(writing, machine, index)));
    if (forbidden && (!worst || states[i]->count > worst->count))
      worst = states[i];
    if (index < 0 || i >= CELL_STATES) {
      beyond++;
      rest += states[i]->count;
      continue;
    }
    Cell *cells = sheet_row(histogram);
    cells[0] = cell_count((uint64_t)index);
    cells[1] = cell_count(states[i]->count);
    cells[2] = cell_count(forbidden);
  }
  sheet_set(object, "h", cell_sheet(histogram));
  page_set_count(object, "beyond", beyond);
  page_set_count(object, "rest", rest);
  return worst;
}

static void set_run(const CompareRun *run, Sheet *object) {
  page_set_text(object, "first", run->first);
  if (strcmp(run->first, run->last) != 0)
    page_set_text(object, "last", run->last);
  page_set_text(object, "settings", run->settings);
  page_set_text(object, "pus", run->pus);
  page_set_text(object, "weakmem", run->weakmem);
  page_set_count(object, "seed", run->seed);
  page_set_number(object, "seconds", run->seconds);
}

static Cell ways_cell(const CompareCell *cell, Arena *arena) {
  Sheet *ways = sheet_list(arena);
  for (const CompareWay *way = &cell->way; way && !cell->predicted; way = way->next) {
    Sheet *object = sheet_object(arena);
    sheet_set(object, "way", cell_count(way->label));
    page_set_count(object, "runs", way->runs);
    page_set_count(object, "n", way->iterations);
    page_set_count(object, "seen", way->seen);
    if (way->run)
      set_run(way->run, object);
    sheet_add(ways, cell_sheet(object));
  }
  return cell_sheet(ways);
}

// How often the cell saw the state; 0: it is not among those that it keeps.
static uint64_t times_seen(const CompareCell *cell, const char *name) {
  const CompareState *state = cell->states;
  while (state && strcmp(state->state, name) != 0)
    state = state->next;
  return state ? state->count : 0;
}

// Tells of a state in the cell that should not have been seen, if there is one.
static void find_alarm(Writing *writing, const CompareCell *cell, const CompareState *worst) {
  const CompareRun *run = cell->predicted ? NULL : alarming_run(cell);
  const char *model = writing->comparison->machines[cell->column].model;
  if (run)
    add_alarm(writing, cell->column, run->forbidden_state, *run->forbidden_by ? run->forbidden_by : model,
              times_seen(cell, run->forbidden_state));
  else if (worst)
    add_alarm(writing, cell->column, worst->state, model, worst->count);
  else if (is_alarming(cell))
    add_alarm(writing, cell->column, NULL, model, compare_seen(cell));
}

static Cell cell_cell(Writing *writing, const CompareCell *cell) {
  unsigned before = writing->count->alarms;
  Sheet *object = sheet_object(writing->arena);
  sheet_set(object, "m", cell_count(cell->column));
  page_set_text(object, "v", compare_verdict_name(cell->verdict));
  page_set_flag(object, "predicted", cell->predicted);
  page_set_flag(object, "predicts", cell->predicts && cell->predicted);
  page_set_flag(object, "conditional", cell->conditional);
  page_set_count(object, "n", compare_iterations(cell));
  page_set_count(object, "seen", cell->conditional ? compare_seen(cell) : 0);
  page_set_number(object, "share", cell->conditional ? compare_share(cell) : 0);
  page_set_count(object, "runs", compare_runs(cell));
  const CompareState *worst = set_histogram(writing, cell, object);
  sheet_set(object, "ways", ways_cell(cell, writing->arena));
  find_alarm(writing, cell, worst);
  page_set_flag(object, "alarm", writing->count->alarms > before);
  return cell_sheet(object);
}

static void set_known(const Writing *writing, const CompareRow *row, Sheet *object) {
  const PageTest *test = writing->test;
  page_set_text(object, "family", test && test->family ? test->family : row->family);
  page_set_text(object, "condition", test && test->condition ? test->condition : row->condition);
  page_set_flag(object, "known", test);
  if (!test)
    return;
  page_set_text(object, "story", test->story);
  page_set_text(object, "note", test->note);
  if (test->source && *test->source)
    sheet_set(object, "source", cell_text(page_cut(test->source, PAGE_SOURCE, writing->arena)));
  page_set_count(object, "beyond", test->beyond);
  Sheet *why = sheet_list(writing->arena);
  for (unsigned a = 0; a < model_count; a++)
    sheet_add(why, cell_text(test->why[a] ? test->why[a] : ""));
  sheet_set(object, "why", cell_sheet(why));
}

static Sheet *row_object(Writing *writing, unsigned index) {
  const Comparison *c = writing->comparison;
  const CompareRow *row = &c->rows[index];
  Sheet *object = sheet_object(writing->arena), *cells = sheet_list(writing->arena);
  Text differs = {0};
  page_set_text(object, "name", compare_row_title(row, writing->arena));
  page_set_text(object, "test", row->test);
  if (strcmp(row->fence, "none") != 0)
    page_set_text(object, "fence", row->fence);
  set_known(writing, row, object);
  sheet_set(object, "states", states_cell(writing, index));
  if (compare_difference(c, index, &differs))
    page_set_text(object, "differs", text_finish(&differs, writing->arena));
  for (const CompareCell *cell = comparison_first(c, index); cell; cell = comparison_next(c, cell))
    sheet_add(cells, cell_cell(writing, cell));
  sheet_set(object, "cells", cell_sheet(cells));
  return object;
}

static void put(Writing *writing, Text *text) {
  fwrite(text_string(text), 1, text->length, writing->out);
  writing->count->bytes += text->length;
  text_clear(text);
}

// Tests beyond what a browser opens are left out, those with a forbidden state last of all.
static void write_rows(Writing *writing) {
  const Comparison *c = writing->comparison;
  unsigned cells = 0;
  Text text = {0};
  text_add(&text, ",\"tests\":[");
  for (unsigned row = 0; row < c->row_count && !stop_wanted(writing->page->stop); row++) {
    bool full =
        cells + c->machine_count > PAGE_CELLS || writing->index >= TESTS || writing->count->bytes > (size_t)PAGE_BYTES;
    if (full && !row_is_alarming(c, row)) {
      writing->count->left_out++;
      continue;
    }
    cells += c->machine_count;
    writing->arena = arena_new();
    writing->states = page_states(c, row, &writing->state_count, writing->arena);
    writing->test = writing->page->tests ? writing->page->tests[row] : NULL;
    text_add(&text, writing->index ? "," : "");
    sheet_json(row_object(writing, row), &in_page, &text);
    put(writing, &text);
    arena_free(writing->arena);
    writing->index++;
  }
  text_add(&text, "]");
  put(writing, &text);
  text_free(&text);
  writing->count->tests = writing->index;
}

static Cell alarms_cell(const Writing *writing) {
  Sheet *alarms = sheet_list(writing->arena);
  for (unsigned i = 0; writing->alarms && i < writing->count->alarms; i++) {
    const struct PageAlarm *alarm = &writing->alarms[i];
    Sheet *object = sheet_object(writing->arena);
    sheet_set(object, "test", cell_count(alarm->test));
    sheet_set(object, "machine", cell_count(alarm->machine));
    page_set_text(object, "state", alarm->state);
    page_set_text(object, "by", alarm->by);
    page_set_count(object, "count", alarm->count);
    sheet_add(alarms, cell_sheet(object));
  }
  return cell_sheet(alarms);
}

// ---- The rest

static void write_ladders(Writing *writing) {
  const Comparison *c = writing->comparison;
  const char *before = ",\"ladders\":[";
  Text text = {0};
  for (unsigned m = 0; m < c->machine_count; m++)
    for (const CompareLadder *ladder = c->machines[m].ladders; ladder; ladder = ladder->next) {
      Arena *arena = arena_new();
      text_add(&text, before);
      sheet_json(page_ladder(&ladder->ladder, m, arena), &in_page, &text);
      put(writing, &text);
      arena_free(arena);
      before = ",";
    }
  text_add(&text, *before == ',' && before[1] ? ",\"ladders\":[]" : "]");
  put(writing, &text);
  text_free(&text);
}

static Cell change_cell(const Comparison *c, const Change *change, Arena *arena) {
  static const char *const kinds[] = {"none", "changed", "untold"};
  const unsigned machines[] = {change->before, change->after}, runs[] = {change->runs_before, change->runs_after};
  Sheet *object = sheet_object(arena), *shares = sheet_list(arena);
  page_set_text(object, "name", compare_row_title(&c->rows[change->row], arena));
  sheet_add(shares, cell_number(change->share_before));
  sheet_add(shares, cell_number(change->share_after));
  sheet_set(object, "machines", cell_numbers(machines, 2, arena));
  sheet_set(object, "way", cell_count(change->label));
  sheet_set(object, "runs", cell_numbers(runs, 2, arena));
  sheet_set(object, "shares", cell_sheet(shares));
  sheet_set(object, "p", cell_number(change->p));
  page_set_text(object, "kind", kinds[change->kind]);
  return cell_sheet(object);
}

// Those that changed, then those of which it cannot be told; the others are counted.
static Cell changes_cell(const Comparison *c, const Changes *changes, Arena *arena) {
  unsigned shown = 0;
  Sheet *object = sheet_object(arena), *list = sheet_list(arena);
  sheet_set(object, "compared", cell_count(changes->count));
  page_set_count(object, "changed", changes->significant);
  page_set_count(object, "untold", changes->untold);
  page_set_count(object, "moved", changes->moved);
  for (int kind = CHANGE_SIGNIFICANT; kind <= (int)CHANGE_UNTOLD; kind++)
    for (unsigned i = 0; i < changes->count && shown < CHANGES; i++)
      if ((int)changes->changes[i].kind == kind) {
        sheet_add(list, change_cell(c, &changes->changes[i], arena));
        shown++;
      }
  sheet_set(object, "list", cell_sheet(list));
  return cell_sheet(object);
}

static Cell nodes_cell(const Comparison *c, Arena *arena) {
  if (!c->found.spread_count)
    return (Cell){0};
  enum { ODD = 200, SPREADS = 200 };
  Sheet *object = sheet_object(arena), *odd = sheet_list(arena), *spreads = new_arrays(5, arena);
  Text note = {0};
  compare_nodes_note(c, &note);
  for (unsigned i = 0; i < c->found.odd_count && i < ODD; i++) {
    Text sentence = {0};
    compare_odd_node(c, &c->found.odd[i], &sentence);
    sheet_add(odd, cell_text(page_cut(text_finish(&sentence, arena), PAGE_TEXT, arena)));
  }
  for (unsigned i = 0; i < c->found.spread_count && i < SPREADS; i++) {
    const NodeSpread *spread = &c->found.spreads[i];
    const CompareCell *cell = &c->cells[spread->cell];
    const double shares[] = {spread->least, spread->median, spread->most};
    Cell *cells = sheet_row(spreads);
    cells[0] = cell_text(page_cut(compare_row_title(&c->rows[cell->row], arena), PAGE_TEXT, arena));
    cells[1] = cell_count(cell->column);
    cells[2] = cell_count(spread->nodes);
    cells[3] = cell_count(spread->way);
    Sheet *list = sheet_list(arena);
    for (unsigned k = 0; k < 3; k++)
      sheet_add(list, cell_number(shares[k]));
    cells[4] = cell_sheet(list);
  }
  page_set_text(object, "note", text_finish(&note, arena));
  sheet_set(object, "odd", cell_sheet(odd));
  sheet_set(object, "spreads", cell_sheet(spreads));
  return cell_sheet(object);
}

static Cell models_cell(Arena *arena) {
  Sheet *models = new_arrays(2, arena);
  for (unsigned a = 0; a < model_count; a++) {
    Cell *cells = sheet_row(models);
    cells[0] = cell_text(model_all[a]->name);
    cells[1] = cell_text(model_all[a]->title);
  }
  return cell_sheet(models);
}

static Sheet *head_object(const Page *page, Arena *arena) {
  const Comparison *c = page->comparison;
  Sheet *object = sheet_object(arena), *machines = sheet_list(arena), *ways = sheet_list(arena);
  for (unsigned m = 0; m < c->machine_count; m++)
    sheet_add(machines, machine_cell(c, m, arena));
  for (unsigned i = 0; i < c->label_count; i++)
    sheet_add(ways, cell_text(page_cut(c->labels[i], PAGE_TEXT, arena)));
  page_set_text(object, "schema", "weakmem.page/1");
  page_set_text(object, "weakmem", WEAKMEM_VERSION);
  page_set_text(object, "made", time_rfc3339(arena));
  page_set_text(object, "title", page->title);
  page_set_text(object, "command", page->command);
  sheet_set(object, "models", models_cell(arena));
  sheet_set(object, "machines", cell_sheet(machines));
  sheet_set(object, "systems", cell_sheet(compare_room_differences(c, arena)));
  sheet_set(object, "ways", cell_sheet(ways));
  return object;
}

// One object, in pieces: tests and ladders, of which there may be many, are written as they are made.
void page_data(const Page *page, FILE *out, PageCount *count) {
  Writing writing = {.page = page, .comparison = page->comparison, .out = out, .count = count};
  Arena *arena = arena_new();
  Text text = {0};
  sheet_json(head_object(page, arena), &in_page, &text);
  text.bytes[--text.length] = '\0'; // the object goes on
  put(&writing, &text);
  write_rows(&writing);
  write_ladders(&writing);
  writing.arena = arena;
  Sheet *tail = sheet_object(arena);
  sheet_set(tail, "alarms", alarms_cell(&writing));
  sheet_set(tail, "changes", changes_cell(page->comparison, page->changes, arena));
  sheet_set(tail, "nodes", nodes_cell(page->comparison, arena));
  page_set_count(tail, "left_out", count->left_out);
  page_set_count(tail, "unkept", page->comparison->unkept);
  sheet_json(tail, &in_page, &text);
  text.bytes[0] = ',';
  put(&writing, &text);
  text_free(&text);
  arena_free(arena);
  count->machines = page->comparison->machine_count;
}
