#include "results/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
  WARNINGS = 20,         // told of a file; the rest are counted
  LINE_BYTES = 16 << 20, // a longer line is none of ours
  LOCK_MS = 1000         // for a run that was just killed to let go of the file
};

// ---- Reading

typedef struct {
  const char *path;
  Arena *arena;
  Records *out;
  size_t capacity;
  Diag *diag;
} Reading;

static void skip(Reading *reading, unsigned line, const char *why) {
  if (++reading->out->skipped <= WARNINGS)
    diag_warning(reading->diag, "%s:%u: skipped: %s", reading->path, line, why);
}

static bool is_blank(const char *line, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!strchr(" \t\r\n", line[i]) || !line[i])
      return false;
  return true;
}

static void read_line(Reading *reading, unsigned number, const char *line, size_t length) {
  bool ended = line[length - 1] == '\n';
  if (is_blank(line, length))
    return;
  if (length > LINE_BYTES) {
    skip(reading, number, "the line is too long for a record");
    return;
  }
  json_error_t error;
  json_t *json = json_loadb(line, length, 0, &error);
  Record record;
  Diag why = {.arena = reading->arena};
  if (!json) {
    // One that was cut short has been ended since, where another run has appended to the file.
    bool cut = !ended || json_error_code(&error) == json_error_premature_end_of_input;
    skip(reading, number,
         cut ? "cut short, as by a run that was killed" : arena_printf(reading->arena, "not JSON: %s", error.text));
  } else if (!record_from_json(json, reading->arena, &record, &why)) {
    skip(reading, number, why.first->message);
  } else {
    Records *out = reading->out;
    out->records = arena_grow(reading->arena, out->records, &reading->capacity, out->count + 1, sizeof record);
    out->records[out->count++] = record;
  }
  json_decref(json);
}

bool records_read(const char *path, Arena *arena, Records *out, Diag *diag) {
  *out = (Records){0};
  FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
  if (!file)
    return diag_error(diag, "cannot read %s: %s", path, strerror(errno));
  Reading reading = {.path = path, .arena = arena, .out = out, .diag = diag};
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  for (unsigned number = 1; (length = getline(&line, &capacity, file)) > 0; number++)
    read_line(&reading, number, line, (size_t)length);
  free(line);
  bool failed = ferror(file);
  if (failed)
    diag_error(diag, "cannot read %s: %s", path, strerror(errno));
  if (file != stdin)
    fclose(file);
  if (out->skipped > WARNINGS)
    diag_warning(diag, "%s: %u more lines skipped", path, out->skipped - WARNINGS);
  return !failed;
}

// ---- Writing

struct RecordWriter {
  int file;
  bool regular; // not a pipe or a device
  char *path;
};

// A run that was killed may still be on its way out.
static bool lock(int file) {
  for (int waited = 0; flock(file, LOCK_EX | LOCK_NB); waited += 20) {
    if (errno != EWOULDBLOCK || waited >= LOCK_MS)
      return false;
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000000L}, NULL);
  }
  return true;
}

// Writes all of it or, where the file is a regular one, none of it.
static bool append(RecordWriter *writer, const char *bytes, size_t length, Diag *diag) {
  off_t before = writer->regular ? lseek(writer->file, 0, SEEK_END) : -1;
  for (size_t done = 0; done < length;) {
    ssize_t written = write(writer->file, bytes + done, length - done);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0) {
      diag_error(diag, "cannot write to %s: %s", writer->path, strerror(errno));
      if (before >= 0 && ftruncate(writer->file, before))
        diag_error(diag, "%s may end in half a record", writer->path);
      return false;
    }
    done += (size_t)written;
  }
  return true;
}

// Ends a line that a kill cut short.
static bool end_last_line(RecordWriter *writer, Diag *diag) {
  off_t size = writer->regular ? lseek(writer->file, 0, SEEK_END) : 0;
  char last = '\n';
  if (size > 0 && pread(writer->file, &last, 1, size - 1) != 1)
    return diag_error(diag, "cannot read %s: %s", writer->path, strerror(errno));
  return last == '\n' || append(writer, "\n", 1, diag);
}

RecordWriter *record_writer_open(const char *path, Diag *diag) {
  // Read too, for the end of what is there; a pipe or a device need not allow that.
  int file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
  if (file < 0 && (errno == EACCES || errno == ENXIO))
    file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
  if (file < 0) {
    diag_error(diag, "cannot open %s: %s", path, strerror(errno));
    return NULL;
  }
  if (!lock(file)) {
    if (errno == EWOULDBLOCK)
      diag_error(diag, "another run is writing to %s", path);
    else
      diag_error(diag, "cannot lock %s: %s", path, strerror(errno));
    close(file);
    return NULL;
  }
  struct stat status;
  RecordWriter *writer = calloc(1, sizeof *writer);
  char *name = strdup(path);
  if (!writer || !name)
    abort();
  *writer = (RecordWriter){.file = file, .regular = !fstat(file, &status) && S_ISREG(status.st_mode), .path = name};
  if (!end_last_line(writer, diag)) {
    record_writer_close(writer);
    return NULL;
  }
  return writer;
}

bool record_writer_add(RecordWriter *writer, const Record *record, Diag *diag) {
  json_t *json = record_to_json(record);
  bool added = record_writer_add_json(writer, json, diag);
  json_decref(json);
  return added;
}

bool record_writer_add_json(RecordWriter *writer, const json_t *object, Diag *diag) {
  Text line = {0};
  bool added = record_add_line(object, &line) ? append(writer, line.bytes, line.length, diag)
                                              : diag_error(diag, "no memory for a record, or its text is not UTF-8");
  text_free(&line);
  return added;
}

void record_writer_close(RecordWriter *writer) {
  if (!writer)
    return;
  close(writer->file);
  free(writer->path);
  free(writer);
}
