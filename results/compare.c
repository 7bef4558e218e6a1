#include "results/compare.h"
#include "arch/cpus.h"
#include "results/test_name.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *grow_by_half(void *old, size_t *capacity, size_t count, size_t size) {
  if (count <= *capacity)
    return old;
  size_t wanted = *capacity + *capacity / 2;
  *capacity = wanted > count ? wanted : count + 64;
  void *grown = reallocarray(old, *capacity, size);
  if (!grown)
    abort();
  return grown;
}

Comparison comparison_new(Arena *arena) {
  return (Comparison){.arena = arena,
                      .nodes = {.arena = arena},
                      .row_table = {.arena = arena, .key_size = sizeof(uint64_t)},
                      .again_table = {.arena = arena, .key_size = sizeof(uint64_t)},
                      .label_table = {.arena = arena}};
}

void comparison_free(Comparison *c) {
  free(c->rows);
  free(c->cells);
  c->rows = NULL;
  c->cells = NULL;
  nodes_free(&c->nodes);
}

// ---- Rows

static bool same_row(const CompareRow *a, const CompareRow *b) {
  return a->again == b->again && (!a->again || a->digest == b->digest) && !strcmp(a->test, b->test) &&
         !strcmp(a->fence, b->fence);
}

static uint64_t row_hash(const CompareRow *row) {
  uint64_t parts[] = {hash_bytes(row->test, strlen(row->test)), hash_bytes(row->fence, strlen(row->fence)),
                      row->again ? row->digest : 0};
  return hash_bytes(parts, sizeof parts);
}

static unsigned row_new(Comparison *c, const CompareRow *row) {
  c->rows = grow_by_half(c->rows, &c->row_capacity, c->row_count + (size_t)1, sizeof *c->rows);
  c->rows[c->row_count] = *row;
  c->rows[c->row_count].test = arena_string(c->arena, row->test);
  c->rows[c->row_count].fence = !strcmp(row->fence, "none") ? "none" : arena_string(c->arena, row->fence);
  return c->row_count++;
}

// A row's index in the table is its own: what has another row's hash takes the next number. (A table of the names
// themselves would be half of the memory that a million tests take.)
static unsigned row_index(Comparison *c, const CompareRow *wanted) {
  for (uint64_t hash = row_hash(wanted);; hash++) {
    size_t index = table_add(&c->row_table, &hash, sizeof hash);
    if (index == c->row_count)
      return row_new(c, wanted);
    if (same_row(&c->rows[index], wanted))
      return (unsigned)index;
  }
}

// The row of that name whose test it may be: the same digest, or one of the two is not known. The first row of a name
// is found by the name alone, others of that name by their digests too.
static unsigned row_find(Comparison *c, const char *test, const char *fence, uint64_t digest) {
  CompareRow wanted = {.test = test, .fence = fence, .digest = digest};
  unsigned index = row_index(c, &wanted);
  CompareRow *first = &c->rows[index];
  if (!first->digest)
    first->digest = digest;
  if (!digest || first->digest == digest)
    return index;
  wanted.again = true;
  return row_index(c, &wanted);
}

// ---- Columns

static const char *keep_text(Comparison *c, const char *text) {
  return text && *text ? arena_string(c->arena, text) : "";
}

static uint64_t key_of(const Record *record, unsigned marks, char kind) {
  Text key = {0};
  fields_key(&record_fields, record, marks, &key);
  text_add_char(&key, kind);
  uint64_t hash = hash_bytes(key.bytes, key.length);
  text_free(&key);
  return hash;
}

static uint64_t machine_key(const Record *record, bool predicted) {
  return key_of(record, RECORD_MACHINE, predicted ? 'p' : 'm');
}

bool comparison_same_machine(const CompareMachine *a, const CompareMachine *b) { return a->key == b->key; }

bool comparison_same_compiler(const CompareMachine *a, const CompareMachine *b) {
  return comparison_same_machine(a, b) && a->compiled == b->compiled;
}

bool comparison_has_machine(const Comparison *c, unsigned columns, const Record *record) {
  uint64_t key = machine_key(record, false);
  for (unsigned i = 0; i < columns && i < c->machine_count; i++)
    if (c->machines[i].key == key)
      return true;
  return false;
}

static Identity copy_machine(Arena *arena, const Identity *machine) {
  Identity copy = *machine;
  const char **strings[] = {&copy.arch, &copy.cpu, &copy.vendor, &copy.microcode, &copy.virtual_, &copy.kernel};
  for (unsigned i = 0; i < sizeof strings / sizeof *strings; i++)
    *strings[i] = arena_string(arena, *strings[i] ? *strings[i] : "");
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    copy.room[i] = arena_string(arena, machine->room[i] ? machine->room[i] : "");
  return copy;
}

// What a record says of its system that the column's first does not.
static void note_room(CompareMachine *column, const Identity *machine) {
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    column->room_varies[i] |= machine->room[i] && strcmp(column->machine.room[i], machine->room[i]) != 0;
}

unsigned comparison_column(Comparison *c, const Record *record, bool predicted) {
  const Identity *machine = &record->machine;
  uint64_t key = machine_key(record, predicted), compiled = key_of(record, RECORD_COMPILER, 'c');
  for (unsigned i = c->machine_count; i-- > c->first_of_file;)
    if (c->machines[i].key == key && c->machines[i].compiled == compiled) {
      note_room(&c->machines[i], machine);
      return i;
    }
  if (c->machine_count == COMPARE_MACHINES)
    return UINT_MAX;
  c->machines = arena_grow(c->arena, c->machines, &c->machine_capacity, c->machine_count + 1, sizeof *c->machines);
  CompareMachine *column = &c->machines[c->machine_count];
  const Cpu *cpu = cpu_find(machine->arch);
  *column = (CompareMachine){.key = key,
                             .compiled = compiled,
                             .machine = copy_machine(c->arena, machine),
                             .file = c->file,
                             .compiler_path = keep_text(c, record->compiler_path),
                             .compiler_version = keep_text(c, record->compiler_version),
                             .compiler_flags = keep_text(c, record->compiler_flags),
                             .source = keep_text(c, record->source),
                             .program = keep_text(c, record->program),
                             .predicted = predicted,
                             .model = cpu ? cpu->model->name : NULL,
                             .known_arch = *machine->arch,
                             .own = c->own,
                             .mutants = mutant_tally_new(c->arena)};
  for (unsigned i = 0; i < c->machine_count; i++)
    if (comparison_same_machine(&c->machines[i], column))
      c->machines[i].twice = column->twice = true;
  return c->machine_count++;
}

void comparison_file(Comparison *c, const char *name, bool own) {
  c->file = arena_string(c->arena, name);
  c->own = own;
  c->first_of_file = c->machine_count;
}

// ---- Cells: those of a row one behind the other, by columns

static CompareCell *cell_at(const Comparison *c, unsigned number) { return number ? &c->cells[number - 1] : NULL; }

const CompareCell *comparison_first(const Comparison *c, unsigned row) { return cell_at(c, c->rows[row].first); }

const CompareCell *comparison_next(const Comparison *c, const CompareCell *cell) { return cell_at(c, cell->next); }

const CompareCell *comparison_cell(const Comparison *c, unsigned row, unsigned column) {
  const CompareCell *cell = comparison_first(c, row);
  while (cell && cell->column < column)
    cell = comparison_next(c, cell);
  return cell && cell->column == column ? cell : NULL;
}

void comparison_set_verdict(Comparison *c, const CompareCell *cell, CompareVerdict verdict) {
  c->cells[cell - c->cells].verdict = verdict;
}

static CompareCell *cell_find(Comparison *c, unsigned row, unsigned column) {
  c->cells = grow_by_half(c->cells, &c->cell_capacity, c->cell_count + (size_t)1, sizeof *c->cells);
  unsigned *place = &c->rows[row].first;
  while (*place && c->cells[*place - 1].column < column)
    place = &c->cells[*place - 1].next;
  CompareCell *cell = cell_at(c, *place);
  if (cell && cell->column == column)
    return cell;
  assert(c->cells);
  cell = &c->cells[c->cell_count];
  *cell = (CompareCell){.row = row, .column = column, .next = *place};
  *place = ++c->cell_count;
  c->machines[column].cells++;
  return cell;
}

// ---- Ways

enum { WAYS = 64 }; // of a cell. What is beyond shares the last one

static unsigned label_find(Comparison *c, const Record *r) {
  Text key = {0};
  fields_key(&record_fields, r, RECORD_WAY, &key);
  size_t label = table_add(&c->label_table, key.bytes, key.length);
  text_free(&key);
  if (label == c->label_count) {
    c->labels = arena_grow(c->arena, c->labels, &c->label_capacity, c->label_count + 1, sizeof *c->labels);
    c->labels[c->label_count++] =
        arena_printf(c->arena, "%s%s%s%s%s", *r->engine ? r->engine : "unknown engine", *r->actors ? ", " : "",
                     r->actors, *r->placement ? ", " : "", r->placement);
  }
  return (unsigned)label;
}

static CompareWay *way_find(Comparison *c, CompareCell *cell, unsigned label) {
  if (!cell->way.runs) {
    cell->way.label = label;
    return &cell->way;
  }
  unsigned count = 1;
  CompareWay *way = &cell->way;
  for (; way->label != label && way->next; way = way->next)
    count++;
  if (way->label == label || count >= WAYS)
    return way;
  way->next = ARENA_NEW(c->arena, CompareWay);
  way->next->label = label;
  return way->next;
}

// Whether the way has that run already: a record that stands in a file twice is one run. Most have a single run, which
// needs no table.
static bool has_run(Comparison *c, const CompareCell *cell, CompareWay *way, const Record *record) {
  Text key = {0};
  fields_key(&record_fields, record, RECORD_TOLD, &key);
  text_add_bytes(&key, (const char *)&cell->column, sizeof cell->column);
  uint64_t hash = hash_bytes(key.bytes, key.length);
  text_free(&key);
  if (!way->runs) {
    way->first_run = hash;
    return false;
  }
  size_t known = c->again_table.count;
  return hash == way->first_run || table_add(&c->again_table, &hash, sizeof hash) < known;
}

static uint64_t add_saturating(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static void way_add(CompareWay *way, uint64_t iterations, uint64_t seen) {
  double share = (double)seen / (double)iterations;
  double angle = asin(sqrt(share > 1 ? 1 : share));
  way->iterations = add_saturating(way->iterations, iterations);
  way->seen = add_saturating(way->seen, seen);
  way->runs++;
  double distance = angle - way->mean;
  way->mean += distance / way->runs;
  way->squares += distance * (angle - way->mean);
}

const CompareState *compare_state(const CompareCell *cell, const char *name) {
  const CompareState *state = cell->states;
  while (state && strcmp(state->state, name) != 0)
    state = state->next;
  return state;
}

// What tells most first: forbidden, then what the condition asks for, then what was seen most.
static int by_interest(const void *a, const void *b) {
  const CompareState *x = *(const CompareState *const *)a, *y = *(const CompareState *const *)b;
  int forbidden = (y->verdict == COMPARE_FORBIDDEN) - (x->verdict == COMPARE_FORBIDDEN);
  int asked = (int)y->asked - (int)x->asked, count = (y->count > x->count) - (y->count < x->count);
  return forbidden ? forbidden : asked ? asked : count ? count : strcmp(x->state, y->state);
}

const CompareState **compare_cell_states(const CompareCell *cell, Arena *arena) {
  const CompareState **states = ARENA_ARRAY(arena, const CompareState *, cell->state_count + (size_t)1);
  unsigned count = 0;
  for (const CompareState *state = cell->states; state; state = state->next)
    states[count++] = state;
  qsort(states, count, sizeof *states, by_interest);
  return states;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

const char *const *compare_row_states(const Comparison *c, unsigned row, unsigned most, unsigned *count, Arena *arena) {
  const char **states = NULL;
  size_t capacity = 0;
  unsigned total = 0;
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell)) {
    const CompareState **of_cell = compare_cell_states(cell, arena);
    for (unsigned i = 0; i < cell->state_count && i < most; i++) {
      states = arena_grow(arena, states, &capacity, total + 1, sizeof *states);
      states[total++] = of_cell[i]->state;
    }
  }
  if (total)
    qsort(states, total, sizeof *states, by_name);
  *count = 0;
  for (unsigned i = 0; i < total; i++)
    if (!*count || strcmp(states[i], states[*count - 1]) != 0)
      states[(*count)++] = states[i];
  return states;
}

uint64_t compare_seen(const CompareCell *cell) {
  uint64_t seen = 0;
  for (const CompareWay *way = &cell->way; way; way = way->next)
    seen = add_saturating(seen, way->seen);
  return seen;
}

uint64_t compare_iterations(const CompareCell *cell) {
  uint64_t iterations = 0;
  for (const CompareWay *way = &cell->way; way; way = way->next)
    iterations = add_saturating(iterations, way->iterations);
  return iterations;
}

unsigned compare_runs(const CompareCell *cell) {
  unsigned runs = 0;
  for (const CompareWay *way = &cell->way; way; way = way->next)
    runs += way->runs;
  return runs;
}

double compare_share(const CompareCell *cell) {
  double most = 0;
  for (const CompareWay *way = &cell->way; way; way = way->next)
    if (way->iterations && (double)way->seen / (double)way->iterations > most)
      most = (double)way->seen / (double)way->iterations;
  return most;
}

// ---- What records say of verdicts

static CompareVerdict verdict_by(const RecordState *state, const char *model) {
  const char *verdict = model ? record_verdict(state->verdicts, state->verdict_count, model) : "";
  if (!strcmp(verdict, "allowed") || !strcmp(verdict, "undefined"))
    return COMPARE_ALLOWED;
  if (!strcmp(verdict, "forbidden"))
    return COMPARE_FORBIDDEN;
  return !strcmp(verdict, "unmodelled") ? COMPARE_UNMODELLED : COMPARE_UNKNOWN;
}

// A state that was seen though it is forbidden outweighs others that are allowed.
static CompareVerdict worse(CompareVerdict a, CompareVerdict b) {
  if (a == COMPARE_FORBIDDEN || b == COMPARE_FORBIDDEN)
    return COMPARE_FORBIDDEN;
  return a == COMPARE_UNKNOWN ? b : a;
}

static const char *const said_names[] = {"", "allowed", "forbidden", "undefined", "unmodelled"};

const char *compare_said(const CompareState *state, unsigned model) {
  return said_names[state->said ? state->said[model] : 0];
}

static const char *verdict_said(const RecordState *state, const char *model) {
  if (!strcmp(model, "sc") && state->weak >= 0)
    return state->weak ? "forbidden" : "allowed";
  return record_verdict(state->verdicts, state->verdict_count, model);
}

// The place in said_names of what is said by each model; NULL if nothing is by any.
static const unsigned char *said_of(const RecordState *state, Arena *arena) {
  unsigned char *said = NULL;
  for (unsigned m = 0; m < model_count; m++) {
    const char *verdict = verdict_said(state, model_all[m]->name);
    for (unsigned v = 1; v < sizeof said_names / sizeof *said_names; v++)
      if (!strcmp(verdict, said_names[v])) {
        said = said ? said : ARENA_ARRAY(arena, unsigned char, model_count);
        said[m] = (unsigned char)v;
      }
  }
  return said;
}

// The place of a state in a cell's list, which is in order; the search begins at `*from`, where that is not behind it.
static CompareState **state_place(CompareCell *cell, CompareState **from, const char *name) {
  CompareState **at = *from && strcmp((*from)->state, name) <= 0 ? from : &cell->states;
  while (*at && strcmp((*at)->state, name) < 0)
    at = &(*at)->next;
  return at;
}

// `*at` is where the state before it stands.
static void state_add(Comparison *c, CompareCell *cell, const RecordState *state, bool asked, CompareVerdict verdict,
                      CompareState ***at) {
  CompareState **place = state_place(cell, *at, state->state);
  if (!*place || strcmp((*place)->state, state->state) != 0) {
    bool full = c->keep && c->kept_states == COMPARE_KEPT_STATES;
    c->unkept += full;
    if (full || cell->state_count == COMPARE_STATES)
      return;
    CompareState *made = ARENA_NEW(c->arena, CompareState);
    *made = (CompareState){.next = *place, .state = arena_string(c->arena, state->state)};
    *place = made;
    c->kept_states += c->keep;
    cell->state_count++;
  }
  CompareState *kept = *place;
  kept->count = add_saturating(kept->count, state->count);
  kept->asked |= asked;
  kept->verdict = worse(kept->verdict, verdict);
  if (c->keep && !kept->said)
    kept->said = said_of(state, c->arena);
  *at = place;
}

static bool is_asked(const RecordState *state, Quantifier condition) {
  return quantifier_asks(condition, state->witness, state->weak == 1);
}

static bool weak_is_known(const Record *record) {
  for (unsigned i = 0; i < record->state_count; i++)
    if (record->states[i].weak < 0)
      return false;
  return record->state_count > 0;
}

static uint64_t seen_of(const Record *record, Quantifier condition) {
  uint64_t witnesses = record->witnesses < record->iterations ? record->witnesses : record->iterations, weak = 0;
  if (condition == QUANTIFIER_FORALL)
    return record->iterations - witnesses;
  if (condition != QUANTIFIER_NONE)
    return witnesses;
  for (unsigned i = 0; i < record->state_count; i++)
    weak = add_saturating(weak, record->states[i].weak == 1 ? record->states[i].count : 0);
  return weak;
}

bool comparison_is_asked(const Comparison *c, unsigned row) {
  const char *test = c->rows[row].test;
  return (c->test && !strcmp(test, c->test)) || (c->also && !strcmp(test, c->also));
}

static void states_add(Comparison *c, CompareCell *cell, const Record *record, Quantifier condition,
                       const char *model) {
  bool keep = c->keep || comparison_is_asked(c, cell->row);
  CompareState **at = &cell->states;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    bool asked = is_asked(state, condition);
    CompareVerdict verdict = verdict_by(state, model);
    if (asked && (state->count || cell->predicted)) {
      cell->verdict = worse(cell->verdict, verdict);
      cell->predicts = true;
    }
    if (keep)
      state_add(c, cell, state, asked, verdict, &at);
  }
}

// ---- How it was run

enum { SETTINGS = 1000, PUS = 300 }; // bytes of text, and numbers, that are enough

static const char *settings_of(Comparison *c, const Record *record) {
  Text text = {0};
  for (unsigned i = 0; i < record->setting_count && text.length < SETTINGS; i++) {
    const RecordSetting *setting = &record->settings[i];
    text_printf(&text, "%s%s ", i ? ", " : "", setting->name);
    if (setting->is_number)
      text_printf(&text, "%.10g", setting->number);
    else
      text_add(&text, setting->text);
  }
  return text_finish(&text, c->arena);
}

static const char *pus_of(Comparison *c, const Record *record) {
  Text text = {0};
  text_add_numbers(&text, record->pus, record->pu_count < PUS ? record->pu_count : PUS);
  return text_finish(&text, c->arena);
}

static CompareRun *run_new(Comparison *c, const Record *record) {
  CompareRun *run = ARENA_NEW(c->arena, CompareRun);
  c->kept_runs++;
  *run = (CompareRun){.settings = settings_of(c, record),
                      .pus = pus_of(c, record),
                      .weakmem = keep_text(c, record->weakmem),
                      .forbidden_state = "",
                      .forbidden_by = "",
                      .seed = record->seed};
  return run;
}

// RFC 3339 in one zone sorts as text; what is longer than that is none.
static void note_time(CompareRun *run, const char *started) {
  if (!started || !*started || strlen(started) >= sizeof run->first)
    return;
  if (!*run->first || strcmp(started, run->first) < 0)
    memcpy(run->first, started, strlen(started) + 1);
  if (strcmp(started, run->last) > 0)
    memcpy(run->last, started, strlen(started) + 1);
}

static void run_add(Comparison *c, CompareWay *way, const Record *record) {
  if (!way->run && c->kept_runs == COMPARE_KEPT_RUNS) {
    c->unkept++;
    return;
  }
  if (!way->run)
    way->run = run_new(c, record);
  CompareRun *run = way->run;
  note_time(run, record->started);
  run->seconds += record->seconds;
  if (record->forbidden_state && *record->forbidden_state && !*run->forbidden_state) {
    run->forbidden_state = keep_text(c, record->forbidden_state);
    run->forbidden_by = keep_text(c, record->forbidden_by);
  }
}

static void keep_row(Comparison *c, CompareRow *row, const Record *record) {
  if (!row->family || !*row->family)
    row->family = keep_text(c, record->family);
  if (!row->condition || !*row->condition)
    row->condition = keep_text(c, record->condition);
}

// ---- Adding

static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// The first 64 bits of a digest; 0 where it is none.
static uint64_t digest_number(const char *digest) {
  uint64_t number = 0;
  for (unsigned i = 0; i < 16; i++) {
    if (!is_hex(digest[i]))
      return 0;
    number = number << 4 | (uint64_t)(digest[i] <= '9' ? digest[i] - '0' : digest[i] - 'a' + 10);
  }
  return number;
}

// Figures of one machine may be of several programs: C and assembly in one log.
static void note_program(Comparison *c, CompareMachine *machine, const char *program) {
  enum { PROGRAMS = 400 }; // bytes of text that are enough
  if (*program && !strstr(machine->program, program) && strlen(machine->program) < PROGRAMS)
    machine->program = arena_printf(c->arena, "%s; %.200s", machine->program, program);
}

void comparison_add(Comparison *c, const Record *record) {
  char buffer[256];
  bool predicted = !strcmp(record->engine, "herd7");
  if (!record->iterations && !(predicted && record->state_count)) {
    c->empty++;
    return;
  }
  unsigned column = comparison_column(c, record, predicted);
  if (column == UINT_MAX) {
    c->beyond++;
    return;
  }
  const char *fence = *record->fence ? record->fence : "none";
  uint64_t digest = digest_number(record->digest);
  const char *name = digest ? record->test : test_name_here(record->test, buffer, sizeof buffer);
  unsigned row = row_find(c, name, fence, digest);
  CompareCell *cell = cell_find(c, row, column);
  CompareWay *way = predicted ? NULL : way_find(c, cell, label_find(c, record));
  if (way && has_run(c, cell, way, record)) {
    c->again++;
    return;
  }
  if (digest)
    cell->condition = NULL;
  else if (!cell->way.runs)
    cell->condition = arena_string(c->arena, record->condition);
  Quantifier condition = view_condition(record);
  c->machines[column].records++;
  mutant_tally_add(&c->machines[column].mutants, record);
  note_program(c, &c->machines[column], record->program);
  cell->conditional |= condition != QUANTIFIER_NONE || weak_is_known(record);
  cell->predicted = predicted;
  if (way) {
    uint64_t seen = seen_of(record, condition);
    way_add(way, record->iterations, seen);
    nodes_add(&c->nodes, (unsigned)(cell - c->cells), way->label, seen, record);
    if (c->keep)
      run_add(c, way, record);
  }
  if (c->keep && row < COMPARE_KEPT_ROWS)
    keep_row(c, &c->rows[row], record);
  states_add(c, cell, record, condition, c->machines[column].model);
}

// Whether the column holds nothing but costs and ladders, which then are given to another column of that machine.
static bool give_objects(Comparison *c, unsigned from, bool in_file) {
  CompareMachine *giver = &c->machines[from];
  if (giver->records || (!giver->cost_count && !giver->ladders))
    return false;
  for (unsigned i = 0; i < c->machine_count; i++) {
    CompareMachine *taker = &c->machines[i];
    bool taken = (giver->cost_count && taker->cost_count) || (giver->ladders && taker->ladders);
    bool here = !in_file || giver->file == taker->file;
    if (i == from || taken || !here || !taker->records || !comparison_same_machine(giver, taker))
      continue;
    if (giver->cost_count) {
      taker->costs = giver->costs;
      taker->cost_count = giver->cost_count;
      taker->cost_ghz = giver->cost_ghz;
    }
    if (giver->ladders) {
      taker->ladders = giver->ladders;
      taker->ladder_count = giver->ladder_count;
    }
    return true;
  }
  return false;
}

static void count_twice(Comparison *c) {
  for (unsigned i = 0; i < c->machine_count; i++) {
    c->machines[i].twice = false;
    for (unsigned k = 0; k < c->machine_count; k++)
      c->machines[i].twice |= k != i && comparison_same_machine(&c->machines[i], &c->machines[k]);
  }
}

// Costs and ladders, which are of no compiler, join a column of the machine: one of their file, else any.
static void join_objects(Comparison *c) {
  unsigned kept = 0;
  unsigned *moved = ARENA_ARRAY(c->arena, unsigned, c->machine_count + 1);
  bool *given = ARENA_ARRAY(c->arena, bool, c->machine_count + 1);
  for (unsigned i = 0; i < c->machine_count; i++)
    given[i] = give_objects(c, i, true) || give_objects(c, i, false);
  for (unsigned i = 0; i < c->machine_count; i++) {
    moved[i] = kept;
    if (!given[i])
      c->machines[kept++] = c->machines[i];
  }
  if (kept == c->machine_count)
    return;
  c->machine_count = kept;
  for (unsigned i = 0; i < c->cell_count; i++)
    c->cells[i].column = moved[c->cells[i].column]; // in the same order
  count_twice(c);
}

void comparison_finish(Comparison *c) {
  join_objects(c);
  c->found = nodes_judge(&c->nodes);
}
