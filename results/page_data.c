// A comparison as the page's data.
#include "results/page_data.h"
#include "arch/model.h"
#include "arch/names.h"
#include "results/import.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CELL_STATES = 100, CHANGES = 500, TESTS = 3000 }; // that are shown

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
  for (unsigned m = 0; m < c->machine_count; m++) {
    const CompareCell *cell = comparison_cell(c, row, m);
    if (cell && is_alarming(cell))
      return true;
  }
  return false;
}

// ---- Machines

static void write_identity(const Identity *machine, PageWriter *w) {
  page_text_field(w, "arch", machine->arch);
  page_text_field(w, "cpu", machine->cpu);
  page_text_field(w, "vendor", machine->vendor);
  if (machine->family > 0 || machine->model > 0) {
    page_key(w, "part");
    page_open(w, '[');
    page_number(w, machine->family);
    page_number(w, machine->model);
    page_number(w, machine->stepping);
    page_close(w, ']');
  }
  page_text_field(w, "microcode", machine->microcode);
  page_count_field(w, "cores", machine->cores);
  page_count_field(w, "pus", machine->pus);
  page_text_field(w, "virtual", machine->virtual_);
  page_flag_field(w, "emulated", machine->emulated);
  page_text_field(w, "kernel", machine->kernel);
  page_count_field(w, "cache_line", machine->cache_line);
  page_flag_field(w, "lse", machine->has_lse);
}

static void write_costs(const CompareMachine *machine, PageWriter *w) {
  page_number_field(w, "ghz", machine->cost_ghz);
  page_key(w, "costs");
  page_open(w, '[');
  for (size_t i = 0; i < machine->cost_count; i++) {
    const CompareCost *cost = &machine->costs[i];
    page_open(w, '[');
    page_text(w, cost->group);
    page_text(w, cost->operation);
    page_text(w, cost->context);
    page_number(w, cost->ns);
    page_number(w, cost->cycles);
    page_number(w, cost->spread);
    page_flag(w, cost->stable);
    page_close(w, ']');
  }
  page_close(w, ']');
}

// Of a machine that is here more than once: the first column of it.
static void write_first(const Comparison *c, unsigned machine, PageWriter *w) {
  unsigned first = 0;
  while (first < machine && !comparison_same_machine(&c->machines[first], &c->machines[machine]))
    first++;
  if (first == machine)
    return;
  page_key(w, "first");
  page_count(w, first);
}

static void write_machine(const Comparison *c, unsigned index, PageWriter *w) {
  const CompareMachine *machine = &c->machines[index];
  Text name = {0};
  compare_machine_name(machine, &name);
  page_open(w, '{');
  page_text_field(w, "name", text_string(&name));
  page_text_field(w, "kind", machine->predicted ? "herd7" : arch_title(machine->machine.arch));
  write_identity(&machine->machine, w);
  page_text_field(w, "judge", machine->model);
  page_flag_field(w, "unmodelled", machine->known_arch && !machine->model);
  page_flag_field(w, "own", machine->own);
  page_flag_field(w, "predicted", machine->predicted);
  page_flag_field(w, "twice", machine->twice);
  write_first(c, index, w);
  page_text_field(w, "file", machine->file);
  page_text_field(w, "source", machine->source);
  page_text_field(w, "program", machine->program);
  page_flag_field(w, "imported", import_is_source(machine->source));
  page_count_field(w, "records", machine->records);
  page_count_field(w, "cells", machine->cells);
  write_costs(machine, w);
  page_close(w, '}');
  text_free(&name);
}

// ---- Tests

typedef struct {
  const Page *page;
  const Comparison *comparison;
  PageWriter *w;
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

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

// What tells most first: forbidden, then what the condition asks for, then what was seen most.
static int by_interest(const void *a, const void *b) {
  const CompareState *x = *(const CompareState *const *)a, *y = *(const CompareState *const *)b;
  int forbidden = (y->verdict == COMPARE_FORBIDDEN) - (x->verdict == COMPARE_FORBIDDEN);
  int wanted = (int)y->wanted - (int)x->wanted, count = (y->count > x->count) - (y->count < x->count);
  return forbidden ? forbidden : wanted ? wanted : count ? count : strcmp(x->state, y->state);
}

static const CompareState **states_of(const CompareCell *cell, Arena *arena) {
  const CompareState **states = ARENA_ARRAY(arena, const CompareState *, cell->state_count + (size_t)1);
  unsigned count = 0;
  for (const CompareState *state = cell->states; state; state = state->next)
    states[count++] = state;
  qsort(states, count, sizeof *states, by_interest);
  return states;
}

const char *const *page_states(const Comparison *comparison, unsigned row, unsigned *count, Arena *arena) {
  const char **states = NULL;
  size_t capacity = 0;
  unsigned total = 0, kept = 0;
  for (unsigned m = 0; m < comparison->machine_count && total < PAGE_STATES * 4; m++) {
    const CompareCell *cell = comparison_cell(comparison, row, m);
    const CompareState **of_cell = cell && cell->state_count ? states_of(cell, arena) : NULL;
    for (unsigned i = 0; of_cell && i < cell->state_count && i < CELL_STATES; i++) {
      states = arena_grow(arena, states, &capacity, total + 1, sizeof *states);
      states[total++] = of_cell[i]->state;
    }
  }
  if (total)
    qsort(states, total, sizeof *states, by_name);
  for (unsigned i = 0; i < total && kept < PAGE_STATES; i++)
    if (!kept || strcmp(states[i], states[kept - 1]) != 0)
      states[kept++] = states[i];
  *count = kept;
  return states;
}

// A letter a model of what records say of a state, on whichever machine says it first.
static void write_said(const Writing *writing, unsigned row, const char *name) {
  char *letters = ARENA_ARRAY(writing->arena, char, model_count + 1);
  bool wanted = false;
  for (unsigned a = 0; a < model_count; a++)
    letters[a] = '-';
  letters[model_count] = '\0';
  for (unsigned m = 0; m < writing->comparison->machine_count; m++) {
    const CompareCell *cell = comparison_cell(writing->comparison, row, m);
    const CompareState *state = cell ? cell->states : NULL;
    while (state && strcmp(state->state, name) != 0)
      state = state->next;
    for (unsigned a = 0; state && a < model_count; a++) {
      const char *said = compare_said(state, a);
      if (letters[a] == '-' && *said) // its first letter, but of "unmodelled", whose is that of "undefined"
        memcpy(&letters[a], strcmp(said, "unmodelled") != 0 ? said : "m", 1);
    }
    wanted |= state && state->wanted;
  }
  page_open(writing->w, '[');
  page_text(writing->w, name);
  page_text(writing->w, letters);
  page_flag(writing->w, wanted);
  page_close(writing->w, ']');
}

// [text, verdicts, wanted], sorted by text; cells name them by index.
static void write_states(const Writing *writing, unsigned row) {
  PageWriter *w = writing->w;
  const PageTest *test = writing->test;
  page_key(w, "states");
  page_open(w, '[');
  for (unsigned i = 0; test && i < test->state_count; i++) {
    page_open(w, '[');
    page_text(w, test->states[i].state);
    page_text(w, test->states[i].verdicts);
    page_flag(w, test->states[i].wanted);
    page_close(w, ']');
  }
  for (unsigned i = 0; !test && i < writing->state_count; i++)
    write_said(writing, row, writing->states[i]);
  page_close(w, ']');
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
static const CompareState *write_histogram(const Writing *writing, const CompareCell *cell) {
  PageWriter *w = writing->w;
  const CompareMachine *machine = &writing->comparison->machines[cell->column];
  const CompareState **states = states_of(cell, writing->arena), *worst = NULL;
  uint64_t rest = 0;
  unsigned beyond = 0;
  page_key(w, "h");
  page_open(w, '[');
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
    page_open(w, '[');
    page_count(w, (uint64_t)index);
    page_count(w, states[i]->count);
    if (forbidden)
      page_count(w, 1);
    page_close(w, ']');
  }
  page_close(w, ']');
  if (beyond) {
    page_count_field(w, "beyond", beyond);
    page_count_field(w, "rest", rest);
  }
  return worst;
}

static void write_run(const CompareRun *run, PageWriter *w) {
  page_text_field(w, "first", run->first);
  if (strcmp(run->first, run->last) != 0)
    page_text_field(w, "last", run->last);
  page_text_field(w, "settings", run->settings);
  page_text_field(w, "pus", run->pus);
  page_text_field(w, "weakmem", run->weakmem);
  page_text_field(w, "compiler", run->compiler);
  page_text_field(w, "flags", run->flags);
  page_count_field(w, "seed", run->seed);
  page_number_field(w, "seconds", run->seconds);
}

static void write_ways(const Writing *writing, const CompareCell *cell) {
  PageWriter *w = writing->w;
  page_key(w, "ways");
  page_open(w, '[');
  for (const CompareWay *way = &cell->way; way && !cell->predicted; way = way->next) {
    page_open(w, '{');
    page_key(w, "way");
    page_count(w, way->label);
    page_count_field(w, "runs", way->runs);
    page_count_field(w, "n", way->iterations);
    page_count_field(w, "seen", way->seen);
    if (way->run)
      write_run(way->run, w);
    page_close(w, '}');
  }
  page_close(w, ']');
}

static void write_cell(Writing *writing, const CompareCell *cell) {
  PageWriter *w = writing->w;
  unsigned before = writing->count->alarms;
  page_open(w, '{');
  page_key(w, "m");
  page_count(w, cell->column);
  page_text_field(w, "v", compare_verdict_name(cell->verdict));
  page_flag_field(w, "predicted", cell->predicted);
  page_flag_field(w, "predicts", cell->predicts && cell->predicted);
  page_flag_field(w, "conditional", cell->conditional);
  page_count_field(w, "n", compare_iterations(cell));
  page_count_field(w, "seen", cell->conditional ? compare_seen(cell) : 0);
  page_number_field(w, "share", cell->conditional ? compare_share(cell) : 0);
  page_count_field(w, "runs", compare_runs(cell));
  const CompareState *worst = write_histogram(writing, cell);
  write_ways(writing, cell);
  const CompareRun *run = cell->predicted ? NULL : alarming_run(cell);
  const char *model = writing->comparison->machines[cell->column].model;
  if (run)
    add_alarm(writing, cell->column, run->forbidden_state, *run->forbidden_by ? run->forbidden_by : model, 0);
  else if (worst)
    add_alarm(writing, cell->column, worst->state, model, worst->count);
  else if (is_alarming(cell))
    add_alarm(writing, cell->column, NULL, model, compare_seen(cell));
  page_flag_field(w, "alarm", writing->count->alarms > before);
  page_close(w, '}');
}

static void write_known(const Writing *writing, const CompareRow *row) {
  PageWriter *w = writing->w;
  const PageTest *test = writing->test;
  page_text_field(w, "family", test && test->family ? test->family : row->family);
  page_text_field(w, "condition", test && test->condition ? test->condition : row->condition);
  page_flag_field(w, "known", test);
  if (!test)
    return;
  page_text_field(w, "story", test->story);
  page_text_field(w, "note", test->note);
  if (test->source && *test->source) {
    page_key(w, "source");
    page_long_text(w, test->source, PAGE_SOURCE);
  }
  page_count_field(w, "beyond", test->beyond);
  page_key(w, "why");
  page_open(w, '[');
  for (unsigned a = 0; a < model_count; a++)
    page_text(w, test->why[a] ? test->why[a] : "");
  page_close(w, ']');
}

static void write_row(Writing *writing, unsigned index) {
  const Comparison *c = writing->comparison;
  const CompareRow *row = &c->rows[index];
  PageWriter *w = writing->w;
  Text text = {0};
  writing->states = page_states(c, index, &writing->state_count, writing->arena);
  writing->test = writing->page->tests ? writing->page->tests[index] : NULL;
  page_open(w, '{');
  compare_row_name(row, &text);
  page_text_field(w, "name", text_string(&text));
  page_text_field(w, "test", row->test);
  if (strcmp(row->fence, "none") != 0)
    page_text_field(w, "fence", row->fence);
  write_known(writing, row);
  write_states(writing, index);
  text_clear(&text);
  if (compare_difference(c, index, &text))
    page_text_field(w, "differs", text_string(&text));
  page_key(w, "cells");
  page_open(w, '[');
  for (unsigned m = 0; m < c->machine_count; m++) {
    const CompareCell *cell = comparison_cell(c, index, m);
    if (cell)
      write_cell(writing, cell);
  }
  page_close(w, ']');
  page_close(w, '}');
  text_free(&text);
}

// Tests beyond what a browser opens are left out, those with a forbidden state last of all.
static void write_rows(Writing *writing) {
  const Comparison *c = writing->comparison;
  unsigned cells = 0;
  page_key(writing->w, "tests");
  page_open(writing->w, '[');
  for (unsigned row = 0; row < c->row_count && !stop_wanted(writing->page->stop); row++) {
    bool full =
        cells + c->machine_count > PAGE_CELLS || writing->index >= TESTS || writing->w->bytes > (size_t)PAGE_BYTES;
    if (full && !row_is_alarming(c, row)) {
      writing->count->left_out++;
      continue;
    }
    cells += c->machine_count;
    writing->arena = arena_new();
    write_row(writing, row);
    arena_free(writing->arena);
    writing->index++;
  }
  page_close(writing->w, ']');
  writing->count->tests = writing->index;
}

static void write_alarms(const Writing *writing) {
  PageWriter *w = writing->w;
  page_key(w, "alarms");
  page_open(w, '[');
  for (unsigned i = 0; writing->alarms && i < writing->count->alarms; i++) {
    const struct PageAlarm *alarm = &writing->alarms[i];
    page_open(w, '{');
    page_key(w, "test");
    page_count(w, alarm->test);
    page_key(w, "machine");
    page_count(w, alarm->machine);
    page_text_field(w, "state", alarm->state);
    page_text_field(w, "by", alarm->by);
    page_count_field(w, "count", alarm->count);
    page_close(w, '}');
  }
  page_close(w, ']');
}

// ---- The rest

static void write_ladders(const Comparison *c, PageWriter *w) {
  page_key(w, "ladders");
  page_open(w, '[');
  for (unsigned m = 0; m < c->machine_count; m++)
    for (const CompareLadder *ladder = c->machines[m].ladders; ladder; ladder = ladder->next) {
      json_t *json = json_loads(ladder->json, 0, NULL);
      page_ladder(json, m, w);
      json_decref(json);
    }
  page_close(w, ']');
}

static void write_change(const Comparison *c, const Change *change, PageWriter *w) {
  static const char *const kinds[] = {"none", "changed", "untold"};
  Text name = {0};
  compare_row_name(&c->rows[change->row], &name);
  page_open(w, '{');
  page_text_field(w, "name", text_string(&name));
  page_key(w, "machines");
  page_open(w, '[');
  page_count(w, change->before);
  page_count(w, change->after);
  page_close(w, ']');
  page_key(w, "way");
  page_count(w, change->label);
  page_key(w, "runs");
  page_open(w, '[');
  page_count(w, change->runs_before);
  page_count(w, change->runs_after);
  page_close(w, ']');
  page_key(w, "shares");
  page_open(w, '[');
  page_number(w, change->share_before);
  page_number(w, change->share_after);
  page_close(w, ']');
  page_key(w, "p");
  page_number(w, change->p);
  page_text_field(w, "kind", kinds[change->kind]);
  page_close(w, '}');
  text_free(&name);
}

// Those that changed, then those of which it cannot be told; the others are counted.
static void write_changes(const Comparison *c, const Changes *changes, PageWriter *w) {
  unsigned shown = 0;
  page_key(w, "changes");
  page_open(w, '{');
  page_key(w, "compared");
  page_count(w, changes->count);
  page_count_field(w, "changed", changes->significant);
  page_count_field(w, "untold", changes->untold);
  page_count_field(w, "moved", changes->moved);
  page_key(w, "list");
  page_open(w, '[');
  for (int kind = CHANGE_SIGNIFICANT; kind <= (int)CHANGE_UNTOLD; kind++)
    for (unsigned i = 0; i < changes->count && shown < CHANGES; i++)
      if ((int)changes->changes[i].kind == kind) {
        write_change(c, &changes->changes[i], w);
        shown++;
      }
  page_close(w, ']');
  page_close(w, '}');
}

static void write_labels(const Comparison *c, PageWriter *w) {
  page_key(w, "ways");
  page_open(w, '[');
  for (unsigned i = 0; i < c->label_count; i++)
    page_text(w, c->labels[i]);
  page_close(w, ']');
}

static void write_models(PageWriter *w) {
  page_key(w, "models");
  page_open(w, '[');
  for (unsigned a = 0; a < model_count; a++) {
    page_open(w, '[');
    page_text(w, model_all[a]->name);
    page_text(w, model_all[a]->title);
    page_close(w, ']');
  }
  page_close(w, ']');
}

static void write_head(const Page *page, PageWriter *w) {
  char made[32] = "";
  time_t now = time(NULL);
  struct tm utc;
  if (gmtime_r(&now, &utc))
    strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", &utc);
  page_text_field(w, "schema", "weakmem.page/1");
  page_text_field(w, "weakmem", WEAKMEM_VERSION);
  page_text_field(w, "made", made);
  page_text_field(w, "title", page->title);
  page_text_field(w, "command", page->command);
}

void page_data(const Page *page, PageWriter *w, PageCount *count) {
  const Comparison *c = page->comparison;
  Writing writing = {.page = page, .comparison = c, .w = w, .count = count};
  page_open(w, '{');
  write_head(page, w);
  write_models(w);
  page_key(w, "machines");
  page_open(w, '[');
  for (unsigned m = 0; m < c->machine_count; m++)
    write_machine(c, m, w);
  page_close(w, ']');
  write_labels(c, w);
  write_rows(&writing);
  write_alarms(&writing);
  write_changes(c, page->changes, w);
  write_ladders(c, w);
  page_count_field(w, "left_out", count->left_out);
  page_count_field(w, "unkept", c->unkept);
  page_close(w, '}');
  count->machines = c->machine_count;
  count->bytes = w->bytes;
}
