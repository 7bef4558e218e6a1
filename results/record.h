// The record: one run of one test, as a line of JSON. DESIGN.md, "The record".
//
// A record stands by itself: it holds strings, never a Test, since it may come from another machine, another version,
// or another tool.
#pragma once
#include "harness/base/diag.h"
#include "harness/machine/identity.h"

#include <jansson.h>
#include <stdint.h>

typedef struct {
  const char *model;   // "x86-tso"
  const char *verdict; // "allowed", "forbidden", "undefined", "unmodelled"
} RecordVerdict;

typedef struct {
  const char *state; // "0:r0=0; 1:r0=0;"
  uint64_t count;
  bool witness;
  int weak; // 1, 0; -1 not known
  RecordVerdict *verdicts;
  unsigned verdict_count;
  bool thin_air; // C11 forbids it by RC11's no-thin-air axiom alone, which ISO C11 does not have
} RecordState;

typedef struct {
  const char *name;
  bool is_number;
  double number;
  const char *text;
} RecordSetting;

typedef struct {
  const char *test, *family, *file, *digest, *started, *weakmem, *status, *message;
  Identity machine;
  const char *compiler_path, *compiler_version, *compiler_flags;
  const char *engine;
  RecordSetting *settings;
  unsigned setting_count;
  const char *actors, *fence, *placement;
  unsigned *pus;
  unsigned pu_count;
  uint64_t seed, iterations, witnesses;
  uint64_t frames; // about how many witnesses there are where frames may share iterations (perpetual); 0: not known
  double seconds;
  const char *condition;
  // Of figures that were not made by a run of weakmem: where they were published or logged, and what ran, which was not
  // our C11 test. Both are "" in our own.
  const char *source, *program;
  const char *litmus; // the test's text, in records that are to be judged elsewhere; "": not in it
  RecordState *states;
  unsigned state_count;
  // In no count above: iterations in states beyond the histogram's room, and those that the test's filter leaves out.
  uint64_t lost, filtered;
  // The state seen most often of those that should not have been, and the model that forbids it; NULL or "": none.
  const char *forbidden_state, *forbidden_by;
} Record;

// A new reference, owned by the caller.
json_t *record_to_json(const Record *record);
// An object as it stands in a file of records: one line, with its newline. False where it cannot be written as JSON.
bool record_add_line(const json_t *object, Text *out);
// Its "machine" alone, for objects of other schemas. A new reference.
json_t *record_machine_to_json(const Identity *machine);
// False, with a sentence in `diag`, where the object is no record of a schema we know, or contradicts itself; fields
// that are not known are ignored.
bool record_from_json(const json_t *json, Arena *arena, Record *out, Diag *diag);

// False, with a sentence in `diag`, where the record contradicts itself: counts of states that do not add up to its
// iterations and witnesses, a state that is there twice, a status that is none.
bool record_check(const Record *record, Diag *diag);

// The fields of a machine, as records and the other commands' objects have them. The strings live in `arena`.
bool record_machine_from_json(const json_t *object, Arena *arena, Identity *out, Diag *diag);

// What makes two runs the same for --resume.
bool record_same_run(const Record *a, const Record *b);

typedef struct {
  Record *records;
  unsigned count;
  unsigned skipped; // damaged or foreign lines: each is a warning with file and line in `diag`
} Records;

// Reads a JSON Lines file as stream_file does, and keeps all of its records.
bool records_read(const char *path, Arena *arena, Records *out, Diag *diag);

// A file of records open for appending, locked against a second writer.
typedef struct RecordWriter RecordWriter;
// NULL, with the reason, where it cannot be opened or another run holds it. A line that a kill cut short is ended
// first, so that what is appended stands on a line of its own.
RecordWriter *record_writer_open(const char *path, Diag *diag);
// Appends one line and flushes it to the file. False with the reason (disk full) in `diag`.
bool record_writer_add(RecordWriter *writer, const Record *record, Diag *diag);
// The same for an object of another schema: what a command other than `run` records.
bool record_writer_add_json(RecordWriter *writer, const json_t *object, Diag *diag);
bool record_writer_add_line(RecordWriter *writer, const Text *line, Diag *diag); // that is one already
void record_writer_close(RecordWriter *writer);
