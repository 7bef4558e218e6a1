// Records among what is imported: of programs that `weakmem show --export` wrote, or of weakmem elsewhere. Private to
// the import.
#pragma once
#include "results/import.h"

// Whether a line is meant as one: no line of a log begins so.
bool import_is_record(const char *line);

// Reads it as record_from_json does. NULL where it is a record; else why it is none, a sentence in `arena`.
const char *import_record(const char *line, size_t length, const ImportOptions *options, Arena *arena, Record *out);
