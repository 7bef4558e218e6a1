#include "harness/study/history.h"

#include "harness/study/data_folder.h"
#include "results/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char *history_path(Arena *arena) { return data_folder_path("records.jsonl", arena); }

// Waits up to two seconds for another run to finish with it. -1 where it cannot be had.
static int lock(const char *path, Arena *arena, Diag *diag) {
  const char *name = arena_printf(arena, "%s.lock", path);
  int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    diag_error(diag, "cannot open %s: %s", name, strerror(errno));
    return -1;
  }
  for (unsigned waited = 0; flock(file, LOCK_EX | LOCK_NB); waited += 20) {
    if (errno != EWOULDBLOCK || waited >= 2000) {
      diag_error(diag, "cannot lock %s: %s", name, strerror(errno));
      close(file);
      return -1;
    }
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000000L}, NULL);
  }
  return file;
}

typedef struct {
  char **lines; // each with its newline
  size_t *lengths;
  size_t count, capacity, length_capacity;
  Arena *arena;
} Kept;

static void keep(Kept *kept, const char *line, size_t length) {
  kept->lines = arena_grow(kept->arena, kept->lines, &kept->capacity, kept->count + 1, sizeof *kept->lines);
  kept->lengths = arena_grow(kept->arena, kept->lengths, &kept->length_capacity, kept->count + 1, sizeof(size_t));
  char *copy = arena_alloc(kept->arena, length + 2);
  memcpy(copy, line, length);
  copy[length] = '\n';
  kept->lines[kept->count] = copy;
  kept->lengths[kept->count++] = length + 1;
}

// Whether one of the new records takes the place of this line's. Lines that are not ours, as of a newer weakmem, stay.
static bool is_replaced(const char *line, size_t length, const Record *const *records, unsigned count) {
  json_t *json = json_loadb(line, length, 0, NULL);
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Record old;
  bool replaced = !json; // half a line is of use to nobody
  if (json && record_from_json(json, arena, &old, &diag))
    for (unsigned i = 0; i < count && !replaced; i++)
      replaced = record_same_run(&old, records[i]);
  json_decref(json);
  arena_free(arena);
  return replaced;
}

static bool read_kept(const char *path, const Record *const *records, unsigned count, Kept *kept, Diag *diag) {
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
      keep(kept, line, length);
  bool good = !ferror(file);
  lines_free(&lines);
  fclose(file);
  return good || diag_error(diag, "cannot read %s: %s", path, strerror(errno));
}

static void keep_new(const Record *const *records, unsigned count, Kept *kept) {
  for (unsigned i = 0; i < count; i++) {
    if (!records[i]->iterations)
      continue;
    json_t *json = record_to_json(records[i]);
    char *line = json_dumps(json, JSON_COMPACT);
    if (line)
      keep(kept, line, strlen(line));
    free(line);
    json_decref(json);
  }
}

static bool write_all(int file, const char *bytes, size_t length) {
  while (length) {
    ssize_t written = write(file, bytes, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    bytes += written;
    length -= (size_t)written;
  }
  return true;
}

// What fits, the newest of it.
static bool replace(const char *path, const Kept *kept, Diag *diag) {
  size_t first = kept->count, bytes = 0;
  while (first > 0 && bytes + kept->lengths[first - 1] <= HISTORY_BYTES)
    bytes += kept->lengths[--first];
  char *name = arena_printf(kept->arena, "%s.new-XXXXXX", path);
  int file = mkostemp(name, O_CLOEXEC); // private: mode 0600
  if (file < 0)
    return diag_error(diag, "cannot write beside %s: %s", path, strerror(errno));
  bool good = true;
  for (size_t i = first; i < kept->count && good; i++)
    good = write_all(file, kept->lines[i], kept->lengths[i]);
  good = !close(file) && good;
  good = good && !rename(name, path);
  if (!good) {
    diag_error(diag, "cannot write %s: %s", path, strerror(errno));
    unlink(name);
  }
  return good;
}

bool history_add(const char *path, const Record *const *records, unsigned count, Diag *diag) {
  Arena *arena = arena_new();
  Kept kept = {.arena = arena};
  bool good = data_folder_make(path, arena, diag);
  int held = good ? lock(path, arena, diag) : -1;
  if (held >= 0) {
    good = read_kept(path, records, count, &kept, diag);
    if (good) {
      keep_new(records, count, &kept);
      good = replace(path, &kept, diag);
    }
    close(held);
  }
  arena_free(arena);
  return good && held >= 0;
}
