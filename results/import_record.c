#include "results/import_record.h"

#include <string.h>

bool import_is_record(const char *line) { return *line == '{' && line[1 + strspn(line + 1, " \t")] == '"'; }

// What the record does not say. What an emulator played is no machine, whatever its name.
static void complete(Record *record, const ImportOptions *options) {
  if (options->machine && !*record->machine.cpu && !record->machine.emulated)
    record->machine.cpu = options->machine;
}

const char *import_record(const char *line, size_t length, const ImportOptions *options, Arena *arena, Record *out) {
  json_error_t error;
  json_t *json = json_loadb(line, length, 0, &error);
  Diag why = {.arena = arena};
  const char *fault = NULL;
  if (!json && json_error_code(&error) == json_error_premature_end_of_input)
    fault = "a record that is cut short";
  else if (!json)
    fault = arena_printf(arena, "not JSON: %s", error.text);
  else if (!record_from_json(json, arena, out, &why))
    fault = why.first->message;
  json_decref(json);
  if (!fault)
    complete(out, options);
  return fault;
}
