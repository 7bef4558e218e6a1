#include "results/stream.h"
#include "results/lines.h"
#include "results/record_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  WARNINGS = 20,        // told of a file; the rest are counted
  LINE_BYTES = 16 << 20 // a longer line is none of ours
};

typedef struct {
  const char *name;
  const StreamHandlers *handlers;
  StreamCount *count;
  Arena *arena; // for what is said of the line being read
  Diag *diag;
  unsigned long skipped; // of this file
} Stream;

// Column 0: none in particular.
static void skip(Stream *stream, unsigned long column, const char *why) {
  stream->count->skipped++;
  if (++stream->skipped > WARNINGS)
    return;
  const char *place = arena_printf(stream->diag->arena, "%s:%lu", stream->name, stream->count->line);
  if (column > 0)
    place = arena_printf(stream->diag->arena, "%s:%lu", place, column);
  if (stream->handlers->strict)
    diag_error(stream->diag, "%s: %s", place, why);
  else
    diag_warning(stream->diag, "%s: skipped: %s", place, why);
}

static bool is_blank(const char *line, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!line[i] || !strchr(" \t\r", line[i]))
      return false;
  return true;
}

// Whether a line of that schema is one of our other objects, and they are asked for.
static bool is_object(const Stream *stream, const char *schema) {
  return stream->handlers->object && (!strcmp(schema, costs_fields.schema) || !strcmp(schema, ladder_fields.schema));
}

static bool read_object(Stream *stream, const char *schema, const char *line, size_t length, FieldsFault *fault) {
  if (!stream->handlers->object(schema, line, length, stream->handlers->context, fault))
    return false;
  stream->count->objects++;
  return true;
}

static bool read_record(Stream *stream, const char *line, size_t length, FieldsFault *fault) {
  Record record;
  if (!record_read(line, length, stream->handlers->arena ? stream->handlers->arena : stream->arena, &record, fault))
    return false;
  stream->count->records++;
  stream->handlers->record(&record, stream->handlers->context);
  return true;
}

static bool read_attempt(Stream *stream, const char *line, size_t length, FieldsFault *fault) {
  RecordAttempt attempt;
  if (!fields_read(&attempt_fields, line, length, stream->arena, &attempt, fault))
    return false;
  if (stream->handlers->attempt)
    stream->handlers->attempt(&attempt, stream->handlers->context);
  return true;
}

static void read_line(Stream *stream, const Lines *lines, const char *line, size_t length) {
  if (is_blank(line, length))
    return;
  FieldsFault fault;
  const char *schema = fields_schema(line, length, stream->arena);
  bool good = is_object(stream, schema)                ? read_object(stream, schema, line, length, &fault)
              : !strcmp(schema, attempt_fields.schema) ? read_attempt(stream, line, length, &fault)
                                                       : read_record(stream, line, length, &fault);
  bool is_cut_short = !good && (fault.is_cut_short || (fault.at && !lines->ended));
  if (is_cut_short && !stream->handlers->strict)
    skip(stream, 0, "cut short, as by a run that was killed"); // and ended since, if another run appended
  else if (is_cut_short)
    stream->count->cut++;
  else if (!good)
    skip(stream, fault.at, fault.why);
  arena_free(stream->arena); // what was said of a line is not needed any more
  stream->arena = arena_new();
}

// What a file is that begins so; NULL where it may be one of records.
static const char *what_else(const char *bytes, size_t length) {
  static const struct {
    const char *begin, *what;
  } others[] = {{"\x1f\x8b", "it is compressed: unpack it first, with gunzip"},
                {"\xfd"
                 "7zXZ",
                 "it is compressed: unpack it first, with unxz"},
                {"\x28\xb5\x2f\xfd", "it is compressed: unpack it first, with unzstd"},
                {"BZh", "it is compressed: unpack it first, with bunzip2"},
                {"\xff\xfe", "it is in UTF-16, records are in UTF-8"},
                {"\xfe\xff", "it is in UTF-16, records are in UTF-8"}};
  for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
    if (length >= strlen(others[i].begin) && !memcmp(bytes, others[i].begin, strlen(others[i].begin)))
      return others[i].what;
  return NULL;
}

// Behind what a file in UTF-8 may begin with.
static size_t mark_length(const char *line, size_t length) {
  static const char mark[] = "\xef\xbb\xbf";
  return length >= strlen(mark) && !memcmp(line, mark, strlen(mark)) ? strlen(mark) : 0;
}

static bool read_lines(Stream *stream, Lines *lines) {
  const Stop *stop = stream->handlers->stop;
  char *line;
  size_t length;
  LineStatus status;
  while (!stop_wanted(stop) && (status = lines_next(lines, &line, &length)) != LINE_END) {
    stream->count->line = lines->number;
    const char *what = lines->number == 1 ? what_else(line, length) : NULL;
    size_t mark = lines->number == 1 ? mark_length(line, length) : 0;
    if (what)
      return diag_error(stream->diag, "cannot read %s: %s", stream->name, what);
    if (status == LINE_TOO_LONG)
      skip(stream, 0, "the line is too long for a record");
    else
      read_line(stream, lines, line + mark, length - mark);
  }
  if (lines->endless)
    return diag_error(stream->diag, "%s:%lu: read no further: the line does not end", stream->name, lines->number + 1);
  return !ferror(lines->file) || diag_error(stream->diag, "cannot read %s: %s", stream->name, strerror(errno));
}

static bool read_all(const char *name, FILE *file, const StreamHandlers *handlers, StreamCount *count, Diag *diag) {
  Stream stream = {.name = name, .handlers = handlers, .count = count, .arena = arena_new(), .diag = diag};
  Lines lines;
  lines_start(&lines, file, LINE_BYTES);
  bool good = read_lines(&stream, &lines);
  lines_free(&lines);
  arena_free(stream.arena);
  if (stream.skipped > WARNINGS)
    diag_warning(diag, "%s: %lu more lines skipped", name, stream.skipped - WARNINGS);
  return good;
}

bool stream_file(const char *path, const StreamHandlers *handlers, StreamCount *count, Diag *diag) {
  FILE *file = lines_open(path, diag);
  bool good = file && read_all(path, file, handlers, count, diag);
  lines_close(file);
  return good;
}

bool stream_bytes(const char *name, const char *bytes, size_t length, const StreamHandlers *handlers,
                  StreamCount *count, Diag *diag) {
  if (!length)
    return true;
  FILE *file = fmemopen((void *)bytes, length, "r");
  if (!file)
    return diag_error(diag, "cannot read %s: %s", name, strerror(errno));
  bool good = read_all(name, file, handlers, count, diag);
  fclose(file);
  return good;
}
