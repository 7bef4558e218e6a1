#include "harness/cli/sources.h"

#include "harness/base/embedded.h"
#include "results/history.h"
#include "results/stream.h"

#include <string.h>
#include <unistd.h>

bool source_is_file(const char *path, const struct stat *other) {
  struct stat status;
  int failed = !strcmp(path, "-") ? fstat(STDIN_FILENO, &status) : stat(path, &status);
  return !failed && status.st_dev == other->st_dev && status.st_ino == other->st_ino;
}

typedef struct {
  Comparison *comparison;
  Diag *diag;
  unsigned columns; // a record of a machine that one of the first so many is of is passed over
} Reading;

static void on_record(const Record *record, void *context) {
  Reading *reading = context;
  if (!comparison_has_machine(reading->comparison, reading->columns, record))
    comparison_add(reading->comparison, record);
}

static bool on_object(const char *schema, const char *line, size_t length, void *context, FieldsFault *fault) {
  Comparison *comparison = ((Reading *)context)->comparison;
  return strcmp(schema, costs_fields.schema) ? comparison_add_fences(comparison, line, length, fault)
                                             : comparison_add_cost(comparison, line, length, fault);
}

static void read_published(Reading *reading, const StreamHandlers *handlers, StreamCount *count) {
  for (const Embedded *file = embedded_published; file->path; file++) {
    const char *name = arena_printf(reading->comparison->arena, "published/%s", file->path);
    comparison_file(reading->comparison, name, false);
    stream_bytes(name, file->bytes, file->length, handlers, count, reading->diag);
  }
}

// This machine's own, where there are any.
static void read_own(Reading *reading, const StreamHandlers *handlers, StreamCount *count) {
  const char *path = history_path(reading->comparison->arena);
  if (!path || access(path, F_OK) != 0)
    diag_warning(reading->diag, "nothing is kept of this machine yet: `weakmem run` does so");
  else {
    comparison_file(reading->comparison, path, true);
    stream_file(path, handlers, count, reading->diag);
  }
}

// Beside files: what is kept of this machine, if it is in none of them.
static void read_beside(Reading *reading, const StreamHandlers *handlers, StreamCount *count) {
  const char *path = history_path(reading->comparison->arena);
  if (!path || access(path, R_OK) != 0)
    return;
  reading->columns = reading->comparison->machine_count;
  comparison_file(reading->comparison, path, true);
  stream_file(path, handlers, count, reading->diag);
  reading->columns = 0;
}

void sources_read(Comparison *comparison, char *const *files, size_t count, SourcesBeside beside,
                  const Console *console, Diag *diag) {
  Reading reading = {.comparison = comparison, .diag = diag};
  StreamHandlers handlers = {.record = on_record, .object = on_object, .context = &reading, .stop = console->stop};
  StreamCount counted = {0};
  if (!count)
    read_own(&reading, &handlers, &counted);
  for (size_t i = 0; i < count; i++) {
    comparison_file(comparison, files[i], false);
    stream_file(files[i], &handlers, &counted, diag);
  }
  bool is_empty = count && !counted.records && !counted.objects;
  if (count && beside.own && !is_empty)
    read_beside(&reading, &handlers, &counted);
  if (!count || beside.published)
    read_published(&reading, &handlers, &counted);
  if (comparison->beyond)
    diag_warning(diag, "%lu records of machines beyond the first %d are left out", comparison->beyond,
                 COMPARE_MACHINES);
  if (comparison->empty)
    diag_warning(diag, "%lu records of runs that counted nothing are left out", comparison->empty);
  if (comparison->again == 1)
    diag_warning(diag, "1 record stands there more than once: counted once");
  else if (comparison->again)
    diag_warning(diag, "%lu records stand there more than once: counted once", comparison->again);
  comparison_finish(comparison);
  if (!diag->errors && is_empty)
    diag_error(diag, "there is no record in what was given");
}
