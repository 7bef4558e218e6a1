// Records among what is imported: of programs that `weakmem show --export` wrote, or of weakmem elsewhere. Private to
// the import.
#pragma once
#include "results/import.h"

// Whether a line is meant as one: no line of a log begins so.
bool import_is_record(const char *line);

// Reads it, and holds it to what records promise: its counts add up, no state comes twice. NULL where it does; else
// why it is not taken, a sentence in `arena`.
const char *import_record(const char *line, size_t length, const ImportOptions *options, Arena *arena, Record *out);
