#include "results/record_read.h"

#include <stdlib.h>
#include <string.h>

static bool is_status(const char *status) {
  static const char *const known[] = {"done", "timeout", "crash", "not-compiled", "interrupted", "refused"};
  for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(known[i], status))
      return true;
  return false;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

// The name of a state that is there twice; NULL where there is none. Most records have their states in order.
static const char *find_twice(const Record *record) {
  unsigned i = 1;
  while (i < record->state_count && strcmp(record->states[i - 1].state, record->states[i].state) < 0)
    i++;
  if (i >= record->state_count)
    return NULL;
  const char **names = calloc(record->state_count, sizeof *names), *twice = NULL;
  if (!names)
    abort();
  for (i = 0; i < record->state_count; i++)
    names[i] = record->states[i].state;
  qsort(names, record->state_count, sizeof *names, by_name);
  for (i = 1; i < record->state_count && !twice; i++)
    twice = strcmp(names[i - 1], names[i]) ? NULL : names[i];
  free(names);
  return twice;
}

// What a histogram counts. False where it is beyond 64 bits.
static bool add_up(const Record *record, uint64_t *total, uint64_t *witnesses) {
  *total = *witnesses = 0;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    if (state->count > UINT64_MAX - *total)
      return false;
    *total += state->count;
    *witnesses += state->witness ? state->count : 0;
  }
  return true;
}

static bool check_counts(const Record *record, Diag *diag) {
  typedef unsigned long long Long;
  uint64_t total, witnesses;
  if (record->witnesses > record->iterations)
    return diag_error(diag, "%llu witnesses in %llu iterations", (Long)record->witnesses, (Long)record->iterations);
  if (!record->state_count) // others than the witnesses need not be known
    return true;
  if (!add_up(record, &total, &witnesses))
    return diag_error(diag, "the counts of its states are beyond 64 bits");
  if (total != record->iterations)
    return diag_error(diag, "the counts of its states are %llu together, its iterations %llu", (Long)total,
                      (Long)record->iterations);
  if (witnesses != record->witnesses)
    return diag_error(diag, "the counts of its witnesses are %llu together, not %llu", (Long)witnesses,
                      (Long)record->witnesses);
  return true;
}

bool record_check(const Record *record, Diag *diag) {
  if (!*record->test)
    return diag_error(diag, "\"test\" is empty");
  if (!is_status(record->status))
    return diag_error(diag, "\"status\" is none that is known: \"%.40s\"", record->status);
  if (!(record->seconds >= 0 && record->seconds < 1e12))
    return diag_error(diag, "\"seconds\" is no time there is: %g", record->seconds);
  if (!check_counts(record, diag))
    return false;
  const char *twice = find_twice(record);
  return !twice || diag_error(diag, "a state is there twice: \"%.80s\"", twice);
}

bool record_read(const char *line, size_t length, Arena *arena, Record *out, FieldsFault *fault) {
  Diag diag = {.arena = arena};
  if (!fields_read(&record_fields, line, length, arena, out, fault))
    return false;
  if (!record_check(out, &diag))
    fault->why = diag.first->message;
  return !fault->why;
}
