// Records one after the other, in bounded memory: a file may hold millions.
#pragma once
#include "harness/base/stop.h"
#include "results/fields_read.h"
#include "results/objects.h"

typedef struct {
  // Each record that is whole; it lives until the call returns.
  void (*record)(const Record *record, void *context);
  // The line of another object of ours (objects.h). False, with what is wrong, if it is damaged. NULL: skipped, which
  // is told.
  bool (*object)(const char *schema, const char *line, size_t length, void *context, FieldsFault *fault);
  // An attempt at a campaign's task; lives likewise. NULL: passed over.
  void (*attempt)(const RecordAttempt *attempt, void *context);
  void *context;
  bool strict;      // damaged lines are errors, but for one that was cut short
  Arena *arena;     // where records are to live on; NULL: nowhere
  const Stop *stop; // non-zero: read no further. NULL: never
} StreamHandlers;

typedef struct {
  unsigned long line; // of the file, that is being read
  unsigned long records, objects;
  unsigned long skipped; // damaged or foreign lines: the first of them are warnings with file and line in `diag`, and
                         // with the column where the line is no JSON
  unsigned long cut;     // where `strict`: lines that were cut short
} StreamCount;

// Reads a JSON Lines file ("-": standard input), or one that is in memory. False, with the reason, where it cannot be
// read, and where it is compressed, in UTF-16, or has a line without end; what was read before that was handed on.
bool stream_file(const char *path, const StreamHandlers *handlers, StreamCount *count, Diag *diag);
bool stream_bytes(const char *name, const char *bytes, size_t length, const StreamHandlers *handlers,
                  StreamCount *count, Diag *diag);
