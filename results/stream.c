#include "results/stream.h"
#include "results/lines.h"
#include "results/scan.h"

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
  RecordScan *scan;
  Diag *diag;
  unsigned long skipped; // of this file
} Stream;

static void skip(Stream *stream, unsigned long line, const char *why) {
  stream->count->skipped++;
  if (++stream->skipped <= WARNINGS)
    diag_warning(stream->diag, "%s:%lu: skipped: %s", stream->name, line, why);
}

static bool is_blank(const char *line, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!line[i] || !strchr(" \t\r", line[i]))
      return false;
  return true;
}

// Whether it is one of our other objects, which was then handed on.
static bool hand_on(Stream *stream, const json_t *json) {
  static const char *const schemas[] = {"weakmem.cost/1", "weakmem.fences/1"};
  const char *schema = json_string_value(json_object_get(json, "schema"));
  for (unsigned i = 0; schema && stream->handlers->object && i < sizeof schemas / sizeof *schemas; i++)
    if (!strcmp(schema, schemas[i])) {
      stream->count->objects++;
      stream->handlers->object(schema, json, stream->handlers->context);
      return true;
    }
  return false;
}

// What the scanner did not take.
static void read_slowly(Stream *stream, const Lines *lines, const char *line, size_t length) {
  Arena *arena = arena_new();
  Diag why = {.arena = arena};
  Record record;
  json_error_t error;
  json_t *json = json_loadb(line, length, 0, &error);
  if (!json) {
    bool cut = !lines->ended || json_error_code(&error) == json_error_premature_end_of_input;
    skip(stream, lines->number,
         cut ? "cut short, as by a run that was killed" : arena_printf(arena, "not JSON: %s", error.text));
  } else if (!hand_on(stream, json)) {
    if (record_from_json(json, arena, &record, &why)) {
      stream->count->records++;
      stream->handlers->record(&record, stream->handlers->context);
    } else {
      skip(stream, lines->number, why.first->message);
    }
  }
  json_decref(json);
  arena_free(arena);
}

static void read_line(Stream *stream, const Lines *lines, const char *line, size_t length) {
  Record record;
  if (is_blank(line, length))
    return;
  if (record_scan(stream->scan, line, length, &record)) {
    stream->count->records++;
    stream->handlers->record(&record, stream->handlers->context);
  } else {
    read_slowly(stream, lines, line, length);
  }
}

static bool read_all(const char *name, FILE *file, const StreamHandlers *handlers, StreamCount *count, Diag *diag) {
  Stream stream = {.name = name, .handlers = handlers, .count = count, .scan = record_scan_new(), .diag = diag};
  Lines lines;
  lines_start(&lines, file, LINE_BYTES);
  char *line;
  size_t length;
  LineStatus status;
  while (!(handlers->stop && *handlers->stop) && (status = lines_next(&lines, &line, &length)) != LINE_END)
    if (status == LINE_TOO_LONG)
      skip(&stream, lines.number, "the line is too long for a record");
    else
      read_line(&stream, &lines, line, length);
  lines_free(&lines);
  record_scan_free(stream.scan);
  if (stream.skipped > WARNINGS)
    diag_warning(diag, "%s: %lu more lines skipped", name, stream.skipped - WARNINGS);
  return ferror(file) ? diag_error(diag, "cannot read %s: %s", name, strerror(errno)) : true;
}

bool stream_file(const char *path, const StreamHandlers *handlers, StreamCount *count, Diag *diag) {
  bool is_stdin = !strcmp(path, "-");
  FILE *file = is_stdin ? stdin : fopen(path, "re");
  if (!file)
    return diag_error(diag, "cannot read %s: %s", path, strerror(errno));
  bool good = read_all(path, file, handlers, count, diag);
  if (!is_stdin)
    fclose(file);
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
