#include "results/import_record.h"

#include <string.h>

bool import_is_record(const char *line) { return *line == '{' && line[1 + strspn(line + 1, " \t")] == '"'; }

// What the record does not say. What an emulator played is no machine, whatever its name.
static void complete(Record *record, const ImportOptions *options) {
  if (options->machine && !*record->machine.cpu && !record->machine.emulated)
    record->machine.cpu = options->machine;
}

const char *import_record(const char *line, size_t length, const ImportOptions *options, Arena *arena, Record *out) {
  FieldsFault fault;
  if (!record_read(line, length, arena, out, &fault))
    return fault.is_cut_short ? "a record that is cut short" : fault.why;
  complete(out, options);
  return NULL;
}
