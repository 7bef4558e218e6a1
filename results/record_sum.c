#include "results/record_sum.h"

#include <string.h>

static bool is_said(const char *text) { return text && *text; }

static void say(const char **text, const char *more) {
  if (!is_said(*text))
    *text = more;
}

static uint64_t runs_of(const Record *record) { return record->runs ? record->runs : 1; }

static bool add_count(uint64_t *sum, uint64_t more) { return !__builtin_add_overflow(*sum, more, sum); }

// ---- States

static void add_state(RecordState *sum, const RecordState *more) {
  sum->count += more->count;
  sum->witness |= more->witness;
  sum->thin_air |= more->thin_air;
  if (sum->weak < 0)
    sum->weak = more->weak;
  if (!sum->verdict_count) {
    sum->verdicts = more->verdicts;
    sum->verdict_count = more->verdict_count;
  }
  say(&sum->by, more->by);
}

// A record that counts iterations and has no states makes those of the other no histogram of both.
static void add_states(Record *sum, const Record *more, bool whole, Arena *arena) {
  Table names = {.arena = arena};
  RecordState *states = ARENA_ARRAY(arena, RecordState, sum->state_count + (size_t)more->state_count + 1);
  if (sum->state_count)
    memcpy(states, sum->states, sum->state_count * sizeof *states);
  for (unsigned i = 0; i < sum->state_count; i++)
    table_add(&names, states[i].state, strlen(states[i].state));
  for (unsigned i = 0; i < more->state_count; i++) {
    size_t at = table_add(&names, more->states[i].state, strlen(more->states[i].state));
    if (at < sum->state_count)
      add_state(&states[at], &more->states[i]);
    else
      states[sum->state_count++] = more->states[i];
  }
  sum->states = states;
  sum->state_count = whole ? sum->state_count : 0;
}

static bool has_all_states(const Record *record) { return record->state_count || !record->iterations; }

// ---- A record

static double add_steal(const Record *a, const Record *b) {
  double seconds = a->seconds + b->seconds;
  return seconds > 0 ? (a->steal * a->seconds + b->steal * b->seconds) / seconds : 0;
}

static void add_alarm(Record *sum, const Record *more) {
  if (is_said(sum->forbidden_state))
    return;
  sum->forbidden_state = more->forbidden_state;
  sum->forbidden_by = more->forbidden_by;
  sum->culprit = more->culprit;
}

// The nodes that either was on.
static void add_memory(Record *sum, const Record *more, Arena *arena) {
  unsigned *nodes = ARENA_ARRAY(arena, unsigned, sum->memory_count + more->memory_count + 1), count = sum->memory_count;
  for (unsigned i = 0; i < sum->memory_count; i++)
    nodes[i] = sum->memory[i];
  for (unsigned i = 0, k; i < more->memory_count; i++) {
    for (k = 0; k < count && nodes[k] != more->memory[i];)
      k++;
    nodes[k] = more->memory[i];
    count += k == count;
  }
  sum->memory = nodes;
  sum->memory_count = count;
}

bool record_add(Record *sum, const Record *more, Arena *arena) {
  Record both = *sum;
  both.runs = runs_of(sum);
  if (!add_count(&both.iterations, more->iterations) || !add_count(&both.witnesses, more->witnesses) ||
      !add_count(&both.lost, more->lost) || !add_count(&both.filtered, more->filtered) ||
      !add_count(&both.frame_witnesses, more->frame_witnesses) || !add_count(&both.runs, runs_of(more)))
    return false;
  if (!sum->frame_witnesses || !more->frame_witnesses) // of one of them it is not known
    both.frame_witnesses = 0;
  add_states(&both, more, has_all_states(sum) && has_all_states(more), arena);
  both.steal = add_steal(sum, more);
  both.seconds += more->seconds;
  if (is_said(more->started) && (!is_said(both.started) || strcmp(more->started, both.started) < 0))
    both.started = more->started;
  if (!strcmp(more->status, "done"))
    both.status = more->status;
  if (!both.verdict_count) {
    both.verdicts = more->verdicts;
    both.verdict_count = more->verdict_count;
    both.thin_air = more->thin_air;
  }
  if (!both.mutant_count) {
    both.mutants = more->mutants;
    both.mutant_count = more->mutant_count;
  }
  add_alarm(&both, more);
  add_memory(&both, more, arena);
  say(&both.litmus, more->litmus);
  *sum = both;
  return true;
}

// ---- Runs

RecordSums record_sums_new(Arena *arena) {
  return (RecordSums){.arena = arena, .runs = {.arena = arena}, .told = {.arena = arena, .key_size = sizeof(uint64_t)}};
}

static bool is_new(RecordSums *sums, const Record *record) {
  Text key = {0};
  fields_key(&record_fields, record, RECORD_RUN | RECORD_TOLD, &key);
  uint64_t hash = hash_bytes(key.bytes, key.length);
  text_free(&key);
  size_t known = sums->told.count;
  return table_add(&sums->told, &hash, sizeof hash) == known;
}

unsigned record_sums_add(RecordSums *sums, const Record *record) {
  Text key = {0};
  fields_key(&record_fields, record, RECORD_RUN, &key);
  size_t index = table_add(&sums->runs, key.bytes, key.length);
  text_free(&key);
  bool is_first = is_new(sums, record);
  if (index < sums->count) {
    if (is_first)
      (void)record_add(&sums->records[index], record, sums->arena); // beyond 64 bits there is nothing to add
    return (unsigned)index;
  }
  sums->records = arena_grow(sums->arena, sums->records, &sums->capacity, sums->count + 1, sizeof *record);
  sums->records[sums->count++] = *record;
  return (unsigned)index;
}

const Record *record_sums_find(const RecordSums *sums, const Record *record) {
  Text key = {0};
  fields_key(&record_fields, record, RECORD_RUN, &key);
  size_t index = table_find(&sums->runs, key.bytes, key.length);
  text_free(&key);
  return index == TABLE_NONE ? NULL : &sums->records[index];
}
