// Files and standard input as sources.
#pragma once
#include "harness/base/diag.h"

// The whole of a regular file of at most `limit` bytes; NULL, reported, where it is anything else. Lives in `arena`.
const Source *source_read_file(const char *path, size_t limit, Arena *arena, Diag *diag);

// The whole of standard input, limited likewise, as the source "-".
const Source *source_read_stdin(size_t limit, Arena *arena, Diag *diag);
