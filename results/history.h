// What this machine showed last: `run` keeps its records under the user's data folder, `compare` reads them.
#pragma once
#include "results/record.h"

// $XDG_DATA_HOME/weakmem/records.jsonl, or under ~/.local/share (XDG Base Directory Specification). NULL where neither
// variable is an absolute path.
const char *history_path(Arena *arena);

// Adds records; of the same run (record_same_run) the latest alone is kept. The file is private to its user, is
// replaced whole under a lock, so that two at once lose nothing, and keeps to HISTORY_BYTES: the oldest go first.
// Records that counted nothing are not kept. False, with the reason in `diag`, where it cannot be written.
bool history_add(const char *path, const Record *const *records, unsigned count, Diag *diag);

enum { HISTORY_BYTES = 16 << 20 };
