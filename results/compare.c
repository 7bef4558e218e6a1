#include "results/compare.h"
#include "arch/model.h"
#include "results/compare_parts.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Keys: FNV-1a (Fowler, Noll, Vo), 64 bits

static uint64_t mix_bytes(uint64_t key, const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < length; i++)
    key = (key ^ at[i]) * UINT64_C(0x100000001b3);
  return key;
}

static uint64_t mix(uint64_t key, const char *text) {
  return mix_bytes(key, text ? text : "", text ? strlen(text) + 1 : 1);
}

static uint64_t mix_number(uint64_t key, uint64_t number) { return mix_bytes(key, &number, sizeof number); }

#define KEY UINT64_C(0xcbf29ce484222325)

// The high bits are the better ones.
static unsigned slot_of(uint64_t key, unsigned slots) { return (unsigned)((key ^ key >> 32) & (slots - 1)); }

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

static unsigned *table_new(unsigned slots) {
  unsigned *table = calloc(slots, sizeof *table);
  if (!table)
    abort();
  return table;
}

void comparison_free(Comparison *c) {
  free(c->rows);
  free(c->cells);
  free(c->row_table);
  free(c->cell_table);
  free(c->added);
  c->added = NULL;
  c->rows = NULL;
  c->cells = NULL;
  c->row_table = c->cell_table = NULL;
}

// ---- Rows

// The first row of a name is found by the name alone, others of that name by their digests too.
static uint64_t row_key(const char *test, const char *fence, uint64_t digest) {
  return mix_number(mix(mix(KEY, test), fence), digest);
}

static uint64_t cell_key(unsigned row, unsigned column) {
  return (((uint64_t)row << 32 | column) + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static void rehash_rows(Comparison *c) {
  c->row_slots = c->row_slots ? c->row_slots * 2 : 256;
  free(c->row_table);
  c->row_table = table_new(c->row_slots);
  for (unsigned i = 0; i < c->row_count; i++) {
    const CompareRow *row = &c->rows[i];
    unsigned slot = slot_of(row_key(row->test, row->fence, row->again ? row->digest : 0), c->row_slots);
    while (c->row_table[slot])
      slot = (slot + 1) & (c->row_slots - 1);
    c->row_table[slot] = i + 1;
  }
}

static void rehash_cells(Comparison *c) {
  c->cell_slots = c->cell_slots ? c->cell_slots * 2 : 256;
  free(c->cell_table);
  c->cell_table = table_new(c->cell_slots);
  for (unsigned i = 0; i < c->cell_count; i++) {
    unsigned slot = slot_of(cell_key(c->cells[i].row, c->cells[i].column), c->cell_slots);
    while (c->cell_table[slot])
      slot = (slot + 1) & (c->cell_slots - 1);
    c->cell_table[slot] = i + 1;
  }
}

static unsigned row_new(Comparison *c, const CompareRow *row) {
  c->rows = grow_by_half(c->rows, &c->row_capacity, c->row_count + (size_t)1, sizeof *c->rows);
  c->rows[c->row_count] = *row;
  c->rows[c->row_count].test = arena_string(c->arena, row->test);
  c->rows[c->row_count].fence = !strcmp(row->fence, "none") ? "none" : arena_string(c->arena, row->fence);
  return c->row_count++;
}

// The slot of a row, or where it would be.
static unsigned row_slot(const Comparison *c, const CompareRow *wanted) {
  uint64_t key = row_key(wanted->test, wanted->fence, wanted->again ? wanted->digest : 0);
  unsigned slot = slot_of(key, c->row_slots);
  for (; c->row_table[slot]; slot = (slot + 1) & (c->row_slots - 1)) {
    const CompareRow *row = &c->rows[c->row_table[slot] - 1];
    if (row->again == wanted->again && (!row->again || row->digest == wanted->digest) &&
        !strcmp(row->test, wanted->test) && !strcmp(row->fence, wanted->fence))
      break;
  }
  return slot;
}

// The row of that name whose test it may be: the same digest, or one of the two is not known.
static unsigned row_find(Comparison *c, const char *test, const char *fence, uint64_t digest) {
  if (c->row_count * 2 >= c->row_slots)
    rehash_rows(c);
  CompareRow wanted = {.test = test, .fence = fence, .digest = digest};
  unsigned slot = row_slot(c, &wanted);
  CompareRow *first = c->row_table[slot] ? &c->rows[c->row_table[slot] - 1] : NULL;
  if (first && digest && first->digest && first->digest != digest) {
    wanted.again = true;
    slot = row_slot(c, &wanted);
  } else if (first && !first->digest) {
    first->digest = digest;
  }
  if (!c->row_table[slot]) {
    unsigned row = row_new(c, &wanted);
    c->row_table[slot] = row + 1;
  }
  return c->row_table[slot] - 1;
}

// ---- Columns

static uint64_t machine_key(const Identity *m) {
  uint64_t key = mix(mix(mix(mix(KEY, m->arch), m->cpu), m->vendor), m->virtual_);
  key = mix_number(mix_number(mix_number(key, (uint64_t)m->family), (uint64_t)m->model), (uint64_t)m->stepping);
  return mix_number(mix_number(mix_number(key, m->cores), m->pus), m->emulated);
}

bool comparison_same_machine(const CompareMachine *a, const CompareMachine *b) {
  return machine_key(&a->machine) == machine_key(&b->machine) && !strcmp(a->source, b->source) &&
         a->predicted == b->predicted;
}

static Identity copy_machine(Arena *arena, const Identity *machine) {
  Identity copy = *machine;
  const char **strings[] = {&copy.arch, &copy.cpu, &copy.vendor, &copy.microcode, &copy.virtual_, &copy.kernel};
  for (unsigned i = 0; i < sizeof strings / sizeof *strings; i++)
    *strings[i] = arena_string(arena, *strings[i] ? *strings[i] : "");
  return copy;
}

unsigned comparison_column(Comparison *c, const Identity *machine, const char *source, const char *program,
                           bool predicted) {
  uint64_t key = mix_number(mix(machine_key(machine), source), predicted);
  for (unsigned i = c->machine_count; i-- > c->first_of_file;)
    if (c->machines[i].key == key)
      return i;
  if (c->machine_count == COMPARE_MACHINES)
    return UINT_MAX;
  c->machines = arena_grow(c->arena, c->machines, &c->machine_capacity, c->machine_count + 1, sizeof *c->machines);
  CompareMachine *column = &c->machines[c->machine_count];
  *column = (CompareMachine){.key = key,
                             .machine = copy_machine(c->arena, machine),
                             .file = c->file,
                             .source = arena_string(c->arena, source ? source : ""),
                             .program = arena_string(c->arena, program ? program : ""),
                             .predicted = predicted,
                             .own = c->own};
  column->known_arch = *column->machine.arch;
  column->model = c->model_of ? c->model_of(column->machine.arch) : NULL;
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

// ---- Cells

static unsigned cell_find(Comparison *c, unsigned row, unsigned column) {
  if (c->cell_count * 2 >= c->cell_slots)
    rehash_cells(c);
  unsigned slot = slot_of(cell_key(row, column), c->cell_slots);
  for (; c->cell_table[slot]; slot = (slot + 1) & (c->cell_slots - 1)) {
    const CompareCell *cell = &c->cells[c->cell_table[slot] - 1];
    if (cell->row == row && cell->column == column)
      return c->cell_table[slot] - 1;
  }
  c->cells = grow_by_half(c->cells, &c->cell_capacity, c->cell_count + (size_t)1, sizeof *c->cells);
  c->cells[c->cell_count] = (CompareCell){.row = row, .column = column};
  c->cell_table[slot] = c->cell_count + 1;
  c->machines[column].cells++;
  return c->cell_count++;
}

const CompareCell *comparison_cell(const Comparison *c, unsigned row, unsigned column) {
  if (!c->cell_slots)
    return NULL;
  unsigned slot = slot_of(cell_key(row, column), c->cell_slots);
  for (; c->cell_table[slot]; slot = (slot + 1) & (c->cell_slots - 1)) {
    const CompareCell *cell = &c->cells[c->cell_table[slot] - 1];
    if (cell->row == row && cell->column == column)
      return cell;
  }
  return NULL;
}

// ---- Ways

enum { LABELS = 1024, WAYS = 64 }; // of all; of a cell. What is beyond shares the last one

static unsigned label_find(Comparison *c, const Record *r) {
  uint64_t key =
      mix(mix(mix(mix(mix(KEY, r->engine), r->actors), r->placement), r->compiler_version), r->compiler_flags);
  for (unsigned i = c->label_count; i-- > 0;)
    if (c->label_keys[i] == key)
      return i;
  if (c->label_count == LABELS)
    return LABELS - 1;
  c->labels = arena_grow(c->arena, c->labels, &c->label_capacity, c->label_count + 1, sizeof *c->labels);
  c->label_keys = arena_grow(c->arena, c->label_keys, &c->key_capacity, c->label_count + 1, sizeof *c->label_keys);
  const char *label = c->label_count == LABELS - 1
                          ? "other ways"
                          : arena_printf(c->arena, "%s%s%s%s%s%s%s", *r->engine ? r->engine : "unknown engine",
                                         *r->actors ? ", " : "", r->actors, *r->placement ? ", " : "", r->placement,
                                         *r->compiler_version ? ", " : "", r->compiler_version);
  c->labels[c->label_count] = label;
  c->label_keys[c->label_count] = key;
  return c->label_count++;
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
  for (unsigned i = 0; model && i < state->verdict_count; i++) {
    const char *verdict = state->verdicts[i].verdict;
    if (strcmp(state->verdicts[i].model, model) != 0)
      continue;
    if (!strcmp(verdict, "allowed") || !strcmp(verdict, "undefined"))
      return COMPARE_ALLOWED;
    if (!strcmp(verdict, "forbidden"))
      return COMPARE_FORBIDDEN;
    return !strcmp(verdict, "unmodelled") ? COMPARE_UNMODELLED : COMPARE_UNKNOWN;
  }
  return COMPARE_UNKNOWN;
}

// A state that was seen though it is forbidden outweighs others that are allowed.
static CompareVerdict worse(CompareVerdict a, CompareVerdict b) {
  if (a == COMPARE_FORBIDDEN || b == COMPARE_FORBIDDEN)
    return COMPARE_FORBIDDEN;
  return a == COMPARE_UNKNOWN ? b : a;
}

// Three bits a model, in the order of model_all; 0: nothing is said.
enum { SAID_BITS = 3, SAID_ALL = 7 };
static const char *const said_names[] = {"", "allowed", "forbidden", "undefined", "unmodelled"};

const char *compare_said(const CompareState *state, unsigned model) {
  return said_names[state->said >> model * SAID_BITS & SAID_ALL];
}

static const char *verdict_said(const RecordState *state, const char *model) {
  if (!strcmp(model, "sc") && state->weak >= 0)
    return state->weak ? "forbidden" : "allowed";
  for (unsigned i = 0; i < state->verdict_count; i++)
    if (!strcmp(state->verdicts[i].model, model))
      return state->verdicts[i].verdict;
  return "";
}

static uint32_t said_of(const RecordState *state) {
  uint32_t said = 0;
  assert(model_count * SAID_BITS <= 32);
  for (unsigned a = 0; a < model_count; a++) {
    const char *verdict = verdict_said(state, model_all[a]->name);
    for (uint32_t v = 1; v < sizeof said_names / sizeof *said_names; v++)
      if (!strcmp(verdict, said_names[v]))
        said |= v << a * SAID_BITS;
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
static void state_add(Comparison *c, CompareCell *cell, const RecordState *state, bool wanted, CompareVerdict verdict,
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
  kept->wanted |= wanted;
  kept->verdict = worse(kept->verdict, verdict);
  if (c->keep && !kept->said)
    kept->said = said_of(state);
  *at = place;
}

// What the condition asks for; where a test has none, what is weak.
static bool is_wanted(const RecordState *state, ViewCondition condition) {
  if (condition == CONDITION_NONE)
    return state->weak == 1;
  return state->witness != (condition == CONDITION_FORALL);
}

static bool weak_is_known(const Record *record) {
  for (unsigned i = 0; i < record->state_count; i++)
    if (record->states[i].weak < 0)
      return false;
  return record->state_count > 0;
}

static uint64_t seen_of(const Record *record, ViewCondition condition) {
  uint64_t witnesses = record->witnesses < record->iterations ? record->witnesses : record->iterations, weak = 0;
  if (condition == CONDITION_FORALL)
    return record->iterations - witnesses;
  if (condition != CONDITION_NONE)
    return witnesses;
  for (unsigned i = 0; i < record->state_count; i++)
    weak = add_saturating(weak, record->states[i].weak == 1 ? record->states[i].count : 0);
  return weak;
}

static void states_add(Comparison *c, CompareCell *cell, const Record *record, ViewCondition condition,
                       const char *model) {
  bool keep = c->keep || (c->test && !strcmp(c->rows[cell->row].test, c->test));
  CompareState **at = &cell->states;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    bool wanted = is_wanted(state, condition);
    CompareVerdict verdict = verdict_by(state, model);
    if (wanted && (state->count || cell->predicted)) {
      cell->verdict = worse(cell->verdict, verdict);
      cell->predicts = true;
    }
    if (keep)
      state_add(c, cell, state, wanted, verdict, &at);
  }
}

// ---- How it was run

enum { SETTINGS = 1000 }; // bytes of text that are enough

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
  const char *settings = arena_string(c->arena, text_string(&text));
  text_free(&text);
  return settings;
}

static const char *pus_of(Comparison *c, const Record *record) {
  Text text = {0};
  for (unsigned i = 0; i < record->pu_count && text.length < SETTINGS; i++)
    text_printf(&text, "%s%u", i ? "," : "", record->pus[i]);
  const char *pus = arena_string(c->arena, text_string(&text));
  text_free(&text);
  return pus;
}

static const char *keep_text(Comparison *c, const char *text) {
  return text && *text ? arena_string(c->arena, text) : "";
}

static CompareRun *run_new(Comparison *c, const Record *record) {
  CompareRun *run = ARENA_NEW(c->arena, CompareRun);
  c->kept_runs++;
  *run = (CompareRun){.settings = settings_of(c, record),
                      .pus = pus_of(c, record),
                      .weakmem = keep_text(c, record->weakmem),
                      .compiler = keep_text(c, record->compiler_version),
                      .flags = keep_text(c, record->compiler_flags),
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
  unsigned column = comparison_column(c, &record->machine, record->source, record->program, predicted);
  if (column == UINT_MAX) {
    c->beyond++;
    return;
  }
  if (!predicted && !compare_once(c, column, record)) {
    c->again++;
    return;
  }
  const char *fence = *record->fence ? record->fence : "none";
  uint64_t digest = digest_number(record->digest);
  unsigned row = row_find(c, compare_test_name(record->test, buffer, sizeof buffer), fence, digest);
  unsigned index = cell_find(c, row, column);
  CompareCell *cell = &c->cells[index];
  if (digest)
    cell->condition = NULL;
  else if (!cell->way.runs)
    cell->condition = arena_string(c->arena, record->condition);
  ViewCondition condition = view_condition(record);
  c->machines[column].records++;
  note_program(c, &c->machines[column], record->program);
  cell->conditional |= condition != CONDITION_NONE || weak_is_known(record);
  cell->predicted = predicted;
  if (!predicted) {
    CompareWay *way = way_find(c, cell, label_find(c, record));
    way_add(way, record->iterations, seen_of(record, condition));
    if (c->keep)
      run_add(c, way, record);
  }
  if (c->keep && row < COMPARE_KEPT_ROWS)
    keep_row(c, &c->rows[row], record);
  states_add(c, cell, record, condition, c->machines[column].model);
}

// Whether the column holds nothing but costs and ladders, which then are given to another column of that machine.
static bool give_objects(Comparison *c, unsigned from) {
  CompareMachine *giver = &c->machines[from];
  if (giver->records || (!giver->cost_count && !giver->ladders))
    return false;
  for (unsigned i = 0; i < c->machine_count; i++) {
    CompareMachine *taker = &c->machines[i];
    bool taken = (giver->cost_count && taker->cost_count) || (giver->ladders && taker->ladders);
    if (i == from || taken || !taker->records || !comparison_same_machine(giver, taker))
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

// Costs and ladders that stand in a file of their own join the machine's column.
static void join_objects(Comparison *c) {
  unsigned kept = 0;
  unsigned *moved = ARENA_ARRAY(c->arena, unsigned, c->machine_count + 1);
  bool *given = ARENA_ARRAY(c->arena, bool, c->machine_count + 1);
  for (unsigned i = 0; i < c->machine_count; i++)
    given[i] = give_objects(c, i);
  for (unsigned i = 0; i < c->machine_count; i++) {
    moved[i] = kept;
    if (!given[i])
      c->machines[kept++] = c->machines[i];
  }
  if (kept == c->machine_count)
    return;
  c->machine_count = kept;
  for (unsigned i = 0; i < c->cell_count; i++)
    c->cells[i].column = moved[c->cells[i].column];
  c->cell_slots /= 2; // what comes next doubles it
  rehash_cells(c);
  count_twice(c);
}

// The cells of each row one behind the other, by columns.
static void link_rows(Comparison *c) {
  unsigned *starts = ARENA_ARRAY(c->arena, unsigned, c->machine_count + (size_t)1),
           *order = table_new(c->cell_count + 1);
  for (unsigned i = 0; i < c->cell_count; i++)
    starts[c->cells[i].column + 1]++;
  for (unsigned m = 0; m < c->machine_count; m++)
    starts[m + 1] += starts[m];
  for (unsigned i = 0; i < c->cell_count; i++)
    order[starts[c->cells[i].column]++] = i;
  for (unsigned row = 0; row < c->row_count; row++)
    c->rows[row].first = 0;
  for (unsigned i = c->cell_count; i-- > 0;) {
    CompareCell *cell = &c->cells[order[i]];
    cell->next = c->rows[cell->row].first;
    c->rows[cell->row].first = order[i] + 1;
  }
  free(order);
}

void comparison_finish(Comparison *c) {
  join_objects(c);
  link_rows(c);
}

const CompareCell *comparison_first(const Comparison *c, unsigned row) {
  return c->rows[row].first ? &c->cells[c->rows[row].first - 1] : NULL;
}

const CompareCell *comparison_next(const Comparison *c, const CompareCell *cell) {
  return cell->next ? &c->cells[cell->next - 1] : NULL;
}
