#include "harness/study/label_record.h"

#include "harness/code/assembly.h"
#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "harness/lang/suite.h"

#include <string.h>

static const double SECONDS = 1; // for the models to decide a test

typedef struct {
  const Test *test;
  char digest[65];
} Known;

struct RecordLabeller {
  Identity machine; // of the record under way: what the labeller goes by
  Labeller *labeller;
  Known *known; // the tests that come with weakmem
  unsigned count;
};

RecordLabeller *record_labeller_new(Arena *arena) {
  RecordLabeller *out = ARENA_NEW(arena, RecordLabeller);
  Diag diag = {.arena = arena};
  Suite suite = suite_builtin_by(test_read, NULL, arena, &diag);
  *out = (RecordLabeller){.labeller = labeller_new(&out->machine, SECONDS, arena),
                          .known = ARENA_ARRAY(arena, Known, suite.count + (size_t)1),
                          .count = suite.count};
  for (unsigned i = 0; i < suite.count; i++) {
    out->known[i].test = suite.tests[i];
    test_digest(suite.tests[i], out->known[i].digest);
  }
  return out;
}

// ---- the test

static const Test *parse_text(const Record *record, Arena *arena) {
  if (!record->litmus || !*record->litmus)
    return NULL;
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = record->test, .bytes = record->litmus, .length = strlen(record->litmus)};
  Diag quiet = {.arena = arena};
  const Test *test = test_read(source, arena, &quiet);
  char digest[65];
  if (!test)
    return NULL;
  test_digest(test, digest);
  return strcmp(digest, record->digest) != 0 ? NULL : test;
}

// NULL where it is not known.
static const Test *find_test(const RecordLabeller *labeller, const Record *record, Arena *arena) {
  for (unsigned i = 0; i < labeller->count; i++)
    if (!strcmp(labeller->known[i].digest, record->digest))
      return labeller->known[i].test;
  return parse_text(record, arena);
}

// ---- its states

// The record's states as those of the test, row by row. False where one is none of the test's, or the other's witness.
static bool read_states(const Record *record, const Test *test, Arena *arena, Histogram *out) {
  *out = (Histogram){.rows = ARENA_ARRAY(arena, HistogramRow, record->state_count + (size_t)1),
                     .count = record->state_count};
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    Value *values = ARENA_ARRAY(arena, Value, test->observable_total + (size_t)1);
    if (!state_parse(test, state->state, values))
      return false;
    bool is_witness = state_is_witness(test, (State){values});
    if (is_witness != state->witness)
      return false;
    out->rows[i] = (HistogramRow){{values}, state->count, is_witness};
    out->total += state->count;
    out->witnesses += is_witness ? state->count : 0;
  }
  return true;
}

static bool is_labelled(const Record *record) {
  for (unsigned i = 0; i < record->state_count; i++)
    if (record->states[i].weak >= 0 || record->states[i].verdict_count)
      return true;
  return false;
}

static bool forbidden_by(const RecordState *state, const char *model) {
  return !strcmp(record_verdict(state->verdicts, state->verdict_count, model), "forbidden");
}

// What C11 forbids is an alarm. What this CPU's model forbids may be so, too: what the compiler made is not known.
static void warn(const Record *record, const char *alarm, Diag *diag) {
  const Cpu *cpu = record->machine.arch ? cpu_find(record->machine.arch) : NULL;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    bool by_c11 = alarm && !strcmp(state->state, alarm);
    if (state->count && (by_c11 || (!alarm && cpu && forbidden_by(state, cpu->model->name))))
      diag_warning(diag,
                   "%s: %s was seen %llu times, which %s forbids%s: only the code that ran can tell whose it is%s",
                   record->test, state->state, (unsigned long long)state->count, by_c11 ? "c11" : cpu->model->name,
                   by_c11 ? "" : " for the code that compilers usually make",
                   record->machine.emulated ? "; an emulator ran it, and no such CPU" : "");
  }
}

bool record_label(RecordLabeller *labeller, Record *record, Arena *arena, Diag *diag) {
  Histogram histogram;
  if (!record->state_count || is_labelled(record))
    return false;
  const Test *test = find_test(labeller, record, arena);
  if (!test)
    return false;
  if (*record->fence)
    test = test_with_fence(test, record->fence, UINT64_MAX, arena);
  if (!read_states(record, test, arena, &histogram)) {
    diag_warning(diag, "%s is not judged: its states are not those of its test", record->test);
    return false;
  }
  labeller->machine = record->machine;
  Labels labels = label_record(labeller->labeller, test, NULL, &histogram, record, arena);
  record->forbidden_state = labels.violation.state;
  record->forbidden_by = labels.violation.model;
  if (labels.undecided)
    diag_warning(diag, "%s", labels.undecided);
  warn(record, labels.violation.state, diag);
  return true;
}
