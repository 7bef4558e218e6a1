// What this machine showed: `run` keeps its records under the user's data folder, `compare` reads them, `records` lists
// and drops them.
#pragma once
#include "results/record.h"

// $XDG_DATA_HOME/weakmem/records.jsonl, or under ~/.local/share (XDG Base Directory Specification). NULL where neither
// variable is an absolute path.
const char *history_path(Arena *arena);

// Adds records, each a run of its own beside what was kept before. The file is private to its user and is replaced
// whole under a lock, so that two at once lose nothing. Once it is larger than HISTORY_BYTES, runs of the same thing
// are added up (record_sum.h), and if that is not enough the oldest go. Records that counted nothing are not kept.
// False, with the reason in `diag`, where it cannot be written.
bool history_add(const char *path, const Record *const *records, unsigned count, Diag *diag);

// Which records are dropped. Lines that are none, as of a newer weakmem, are not asked about, and stay.
typedef bool HistoryChoice(const Record *record, void *context);

// Drops those that `is_dropped` says, under the same lock. How many in `*dropped`.
bool history_drop(const char *path, HistoryChoice *is_dropped, void *context, unsigned *dropped, Diag *diag);

enum { HISTORY_BYTES = 16 << 20 };
