// Logs of other tools as records: what litmus7 prints of its runs, what herd7 prints of its models (herdtools7 manual,
// parts II and III), and what mcompare7 reads. And records that were made elsewhere: by a program that
// `weakmem show --export` wrote, or by weakmem; these keep their machine, and are no other people's.
#pragma once
#include "results/records.h"

// What a log does not say; NULL: nothing. What it says is kept, with a warning where `arch` says otherwise.
typedef struct {
  const char *arch;    // as records name it: "aarch64"
  const char *machine; // the CPU's name
} ImportOptions;

// Every test of the log, its registers renamed: as this suite has them, where it has a test of that name, else r0, r1,
// ... by program order where the log has the test's code, else by the order of their names. Each record's `engine` is
// "litmus7", or "herd7" where states were predicted and not counted (their counts are 0). A damaged section is skipped,
// with file and line as a warning. False where the log cannot be read. Lives in `arena`.
bool import_file(const char *path, const ImportOptions *options, Arena *arena, Records *out, Diag *diag);
bool import_bytes(const char *name, const char *bytes, size_t length, const ImportOptions *options, Arena *arena,
                  Records *out, Diag *diag);

// Whether a record's `source` is the log that import_file read it from, and no publication.
bool import_is_source(const char *source);
