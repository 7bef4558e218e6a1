#include "results/import_record.h"

#include <stdlib.h>
#include <string.h>

bool import_is_record(const char *line) { return !strncmp(line, "{\"", 2); }

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static bool repeats_state(const Record *record, Arena *arena) {
  const char **states = ARENA_ARRAY(arena, const char *, record->state_count + (size_t)1);
  for (unsigned i = 0; i < record->state_count; i++)
    states[i] = record->states[i].state;
  if (record->state_count)
    qsort(states, record->state_count, sizeof *states, by_text);
  for (unsigned i = 1; i < record->state_count; i++)
    if (!strcmp(states[i - 1], states[i]))
      return true;
  return false;
}

static bool adds_up(const Record *record) {
  uint64_t total = 0, witnesses = 0;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    if (state->count > UINT64_MAX - total)
      return false;
    total += state->count;
    witnesses += state->witness ? state->count : 0;
  }
  return total == record->iterations && witnesses == record->witnesses;
}

static bool knows_status(const char *status) {
  static const char *const known[] = {"done", "timeout", "crash", "not-compiled", "interrupted", "refused"};
  for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(status, known[i]))
      return true;
  return false;
}

static const char *find_fault(const Record *record, Arena *arena) {
  if (!knows_status(record->status))
    return arena_printf(arena, "test %.128s: no run ends as \"%.40s\"", record->test, record->status);
  if (!adds_up(record))
    return arena_printf(arena, "test %.128s: the counts of its states do not add up to its iterations and witnesses",
                        record->test);
  if (repeats_state(record, arena))
    return arena_printf(arena, "test %.128s has a state twice", record->test);
  if (!(record->seconds >= 0 && record->seconds < 1e12))
    return arena_printf(arena, "test %.128s took no time there is", record->test);
  return NULL;
}

// What the record does not say. What an emulator played is no machine, whatever its name.
static void complete(Record *record, const ImportOptions *options) {
  if (options->arch && !*record->machine.arch)
    record->machine.arch = options->arch;
  if (options->machine && !*record->machine.cpu && !record->machine.emulated)
    record->machine.cpu = options->machine;
}

const char *import_record(const char *line, size_t length, const ImportOptions *options, Arena *arena, Record *out) {
  json_error_t error;
  json_t *json = json_loadb(line, length, 0, &error);
  Diag why = {.arena = arena};
  const char *fault = NULL;
  if (!json)
    fault = json_error_code(&error) == json_error_premature_end_of_input
                ? "a record that is cut short"
                : arena_printf(arena, "not JSON: %s", error.text);
  else if (!record_from_json(json, arena, out, &why))
    fault = why.first->message;
  else
    fault = find_fault(out, arena);
  json_decref(json);
  if (!fault)
    complete(out, options);
  return fault;
}
