// The records that `compare` and `report` set side by side.
#pragma once
#include "harness/cli/command.h"
#include "results/compare.h"

#include <sys/stat.h>

// Whether `path` ("-": standard input) is the file whose status this is: what is read is not to be written.
bool source_is_file(const char *path, const struct stat *other);

// What else is read, beside the files.
typedef struct {
  bool published; // other people's figures
  bool own;       // what is kept of this machine, if the files have nothing of it
} SourcesBeside;

// Reads the files into the comparison ("-": standard input), then what else there is to be. Without a file: this
// machine's own records, where any are kept, and the published figures. What was skipped or left out is a warning; a
// file that cannot be read, or files that hold no record at all, an error.
void sources_read(Comparison *comparison, char *const *files, size_t count, SourcesBeside beside,
                  const Console *console, Diag *diag);
