// Files and standard input as sources. Private to lang.
#pragma once
#include "harness/base/diag.h"

// The whole of a regular file of at most LIMIT_FILE bytes; NULL, reported, where it is anything else.
const Source *source_read_file(const char *path, Arena *arena, Diag *diag);

// The whole of standard input, with the same limit, as the source "-".
const Source *source_read_stdin(Arena *arena, Diag *diag);
