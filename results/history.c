#include "results/history.h"

#include "harness/base/data_folder.h"
#include "harness/base/file.h"
#include "results/lines.h"
#include "results/record_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *history_path(Arena *arena) { return data_folder_path("records.jsonl", arena); }

enum { LOCK_MS = 2000 }; // for another run to finish with it

// -1 where it cannot be had.
static int lock(const char *path, Arena *arena, Diag *diag) {
  const char *name = arena_printf(arena, "%s.lock", path);
  int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    diag_error(diag, "cannot open %s: %s", name, strerror(errno));
    return -1;
  }
  if (!file_lock(file, LOCK_MS)) {
    diag_error(diag, "cannot lock %s: %s", name, strerror(errno));
    close(file);
    return -1;
  }
  return file;
}

// Whether one of the new records takes the place of this line's. Lines that are not ours, as of a newer weakmem, stay.
static bool is_replaced(const char *line, size_t length, const Record *const *records, unsigned count) {
  Arena *arena = arena_new();
  Record old;
  FieldsFault fault;
  bool read = record_read(line, length, arena, &old, &fault);
  bool replaced = !read && (fault.at || fault.is_cut_short); // half a line is of use to nobody
  if (read)
    for (unsigned i = 0; i < count && !replaced; i++)
      replaced = record_same_run(&old, records[i]);
  arena_free(arena);
  return replaced;
}

static void keep_line(Text *kept, const char *line, size_t length) {
  text_add_bytes(kept, line, length);
  text_add_char(kept, '\n');
}

static bool read_kept(const char *path, const Record *const *records, unsigned count, Text *kept, Diag *diag) {
  int number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat status;
  if (number < 0)
    return errno == ENOENT || diag_error(diag, "cannot read %s: %s", path, strerror(errno));
  FILE *file = fstat(number, &status) || !S_ISREG(status.st_mode) ? NULL : fdopen(number, "r");
  if (!file) {
    close(number);
    return diag_error(diag, "%s is no file", path);
  }
  Lines lines;
  char *line;
  size_t length;
  LineStatus read;
  lines_start(&lines, file, HISTORY_BYTES);
  while ((read = lines_next(&lines, &line, &length)) != LINE_END)
    if (read == LINE_READ && length && !is_replaced(line, length, records, count))
      keep_line(kept, line, length);
  bool good = !ferror(file);
  lines_free(&lines);
  fclose(file);
  return good || diag_error(diag, "cannot read %s: %s", path, strerror(errno));
}

static void keep_new(const Record *const *records, unsigned count, Text *kept) {
  for (unsigned i = 0; i < count; i++)
    if (records[i]->iterations)
      record_write(records[i], kept);
}

// Where the newest lines begin that are HISTORY_BYTES at most.
static size_t newest(const Text *kept) {
  if (kept->length <= HISTORY_BYTES)
    return 0;
  size_t least = kept->length - HISTORY_BYTES;
  const char *end = memchr(kept->bytes + least - 1, '\n', HISTORY_BYTES + 1);
  return (size_t)(end + 1 - kept->bytes);
}

bool history_add(const char *path, const Record *const *records, unsigned count, Diag *diag) {
  Arena *arena = arena_new();
  Text kept = {0};
  bool good = file_make_folders(path, 0700, diag);
  int held = good ? lock(path, arena, diag) : -1;
  if (held >= 0) {
    good = read_kept(path, records, count, &kept, diag);
    if (good) {
      keep_new(records, count, &kept);
      size_t from = newest(&kept);
      good = file_replace(path, text_string(&kept) + from, kept.length - from, diag);
    }
    close(held);
  }
  text_free(&kept);
  arena_free(arena);
  return good && held >= 0;
}
