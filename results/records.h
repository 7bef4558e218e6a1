// Files of records: lines of JSON.
#pragma once
#include "results/record.h"

typedef struct {
  Record *records;
  unsigned count;
  unsigned skipped; // damaged or foreign lines: each is a warning with file and line in `diag`
} Records;

// Reads a JSON Lines file as stream_file does, and keeps all of its records.
bool records_read(const char *path, Arena *arena, Records *out, Diag *diag);

// A file of records open for appending, locked against a second writer.
typedef struct RecordWriter RecordWriter;
// NULL, with the reason, where it cannot be opened or another run holds it: then errno is EWOULDBLOCK. A line that a
// kill cut short is ended first, so that what is appended stands on a line of its own.
RecordWriter *record_writer_open(const char *path, Diag *diag);
// From now on a line counts as appended once it is on the disk (fsync(2)), where a machine that loses power leaves it.
void record_writer_make_durable(RecordWriter *writer);
// Whether another run has the file open so, now.
bool record_file_is_held(const char *path);
// Appends one line and flushes it to the file. False with the reason (disk full) in `diag`.
bool record_writer_add(RecordWriter *writer, const Record *record, Diag *diag);
// The same for an object of another schema: what a command other than `run` records. A line with its newline.
bool record_writer_add_line(RecordWriter *writer, const Text *line, Diag *diag);
void record_writer_close(RecordWriter *writer);
