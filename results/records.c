#include "results/records.h"
#include "harness/base/file.h"
#include "results/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  LOCK_MS = 1000, // for a run that was just killed, and may still be on its way out
  REPLACED = 5    // times, before we are on a file system that tells files anew at each look
};

// ---- Reading

typedef struct {
  Arena *arena;
  Records *out;
  size_t capacity;
} Keeping;

static void keep(const Record *record, void *context) {
  Keeping *keeping = context;
  Records *out = keeping->out;
  out->records = arena_grow(keeping->arena, out->records, &keeping->capacity, out->count + 1, sizeof *record);
  out->records[out->count++] = *record;
}

bool records_read(const char *path, Arena *arena, Records *out, Diag *diag) {
  *out = (Records){0};
  Keeping keeping = {.arena = arena, .out = out};
  StreamHandlers handlers = {.record = keep, .context = &keeping, .arena = arena};
  StreamCount count = {0};
  bool good = stream_file(path, &handlers, &count, diag);
  out->skipped = (unsigned)count.skipped;
  return good;
}

// ---- Writing

struct RecordWriter {
  int file;
  bool regular; // not a pipe or a device
  bool durable;
  char *path;
};

static bool is_on_disk(int file) {
  while (fsync(file))
    if (errno != EINTR)
      return errno == EINVAL; // the file system has no such thing
  return true;
}

// Writes all of it or, where the file is a regular one, none of it.
static bool append(RecordWriter *writer, const char *bytes, size_t length, Diag *diag) {
  off_t before = writer->regular ? lseek(writer->file, 0, SEEK_END) : -1;
  if (file_write_all(writer->file, bytes, length) && (!writer->durable || is_on_disk(writer->file)))
    return true;
  diag_error(diag, "cannot write to %s: %s", writer->path, strerror(errno));
  if (before >= 0 && ftruncate(writer->file, before))
    diag_error(diag, "%s may end in half a record", writer->path);
  return false;
}

// Ends a line that a kill cut short.
static bool end_last_line(RecordWriter *writer, Diag *diag) {
  off_t size = writer->regular ? lseek(writer->file, 0, SEEK_END) : 0;
  char last = '\n';
  if (size > 0 && pread(writer->file, &last, 1, size - 1) != 1)
    return diag_error(diag, "cannot read %s: %s", writer->path, strerror(errno));
  return last == '\n' || append(writer, "\n", 1, diag);
}

// -1, with errno, where it cannot be had.
static int open_locked(const char *path, Diag *diag) {
  // Read too, for the end of what is there; a pipe or a device need not allow that.
  int file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666), error = errno;
  if (file < 0 && (errno == EACCES || errno == ENXIO))
    file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
  if (file < 0) {
    diag_error(diag, "cannot open %s: %s", path, strerror(error));
    errno = error;
    return -1;
  }
  if (file_lock(file, LOCK_MS))
    return file;
  error = errno;
  if (error == EWOULDBLOCK)
    diag_error(diag, "another run is writing to %s", path);
  else
    diag_error(diag, "cannot lock %s: %s", path, strerror(error));
  close(file);
  errno = error;
  return -1;
}

// Whether the path still leads to the open file: who held its lock before us may have put another in its place.
static bool is_at(int file, const char *path) {
  struct stat locked, there;
  return !fstat(file, &locked) && !stat(path, &there) && locked.st_ino == there.st_ino && locked.st_dev == there.st_dev;
}

RecordWriter *record_writer_open(const char *path, Diag *diag) {
  int file = open_locked(path, diag);
  for (unsigned tries = 0; file >= 0 && tries < REPLACED && !is_at(file, path); tries++) {
    close(file);
    file = open_locked(path, diag);
  }
  if (file < 0)
    return NULL;
  struct stat status;
  RecordWriter *writer = calloc(1, sizeof *writer);
  char *name = strdup(path);
  if (!writer || !name)
    abort();
  *writer = (RecordWriter){.file = file, .regular = !fstat(file, &status) && S_ISREG(status.st_mode), .path = name};
  if (!end_last_line(writer, diag)) {
    record_writer_close(writer);
    errno = EIO;
    return NULL;
  }
  return writer;
}

void record_writer_make_durable(RecordWriter *writer) {
  writer->durable = writer->regular;
  // The name of a new file is in its folder.
  char *folder = strdup(writer->path);
  if (!folder)
    abort();
  int number = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  free(folder);
  if (number < 0)
    return;
  (void)fsync(number);
  close(number);
}

bool record_file_is_held(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0)
    return false;
  bool held = flock(file, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK; // who only looks is in no one's way that looks
  close(file);
  return held;
}

bool record_writer_add(RecordWriter *writer, const Record *record, Diag *diag) {
  Text line = {0};
  record_write(record, &line);
  bool added = record_writer_add_line(writer, &line, diag);
  text_free(&line);
  return added;
}

bool record_writer_add_line(RecordWriter *writer, const Text *line, Diag *diag) {
  return append(writer, line->bytes, line->length, diag);
}

void record_writer_close(RecordWriter *writer) {
  if (!writer)
    return;
  close(writer->file);
  free(writer->path);
  free(writer);
}
