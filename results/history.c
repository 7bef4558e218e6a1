#include "results/history.h"

#include "harness/base/data_folder.h"
#include "harness/base/file.h"
#include "results/lines.h"
#include "results/record_read.h"
#include "results/record_sum.h"

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

static void keep_line(Text *kept, const char *line, size_t length) {
  text_add_bytes(kept, line, length);
  text_add_char(kept, '\n');
}

// ---- Reading

// Hands on each line that is there. A file that is not there has none.
static bool each_line(const char *path, void (*take)(const char *line, size_t length, void *context), void *context,
                      Diag *diag) {
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
    if (read == LINE_READ && length)
      take(line, length, context);
  bool good = !ferror(file);
  lines_free(&lines);
  fclose(file);
  return good || diag_error(diag, "cannot read %s: %s", path, strerror(errno));
}

// Does so under the lock, and puts what `change` makes of the file in its place.
static bool rewrite(const char *path, bool (*change)(const char *path, void *context, Text *kept, Diag *diag),
                    void *context, Diag *diag) {
  Arena *arena = arena_new();
  Text kept = {0};
  int held = file_make_folders(path, 0700, diag) ? lock(path, arena, diag) : -1;
  bool good =
      held >= 0 && change(path, context, &kept, diag) && file_replace(path, text_string(&kept), kept.length, diag);
  if (held >= 0)
    close(held);
  text_free(&kept);
  arena_free(arena);
  return good;
}

// ---- Adding

static void take_line(const char *line, size_t length, void *context) { keep_line(context, line, length); }

// The line that ends before `end`, its newline left out.
static const char *line_before(const char *bytes, const char *end, size_t *length) {
  const char *before = end - 1 > bytes ? memrchr(bytes, '\n', (size_t)(end - 1 - bytes)) : NULL;
  const char *line = before ? before + 1 : bytes;
  *length = (size_t)(end - 1 - line);
  return line;
}

// Runs of the same thing, each one record now, the latest last; before them what is not ours. The latest come first to
// the sums, which so are as those were run.
static void add_up(Text *kept) {
  Arena *arena = arena_new();
  RecordSums sums = record_sums_new(arena);
  Text out = {0};
  size_t length;
  for (const char *bytes = text_string(kept), *end = bytes + kept->length; end > bytes; end -= length + 1) {
    const char *line = line_before(bytes, end, &length);
    Record record;
    FieldsFault fault;
    if (record_read(line, length, arena, &record, &fault))
      record_sums_add(&sums, &record);
    else if (!fault.at && !fault.is_cut_short) // half a line is of use to nobody
      keep_line(&out, line, length);
  }
  for (unsigned i = sums.count; i-- > 0;)
    record_write(&sums.records[i], &out);
  text_free(kept);
  *kept = out;
  arena_free(arena);
}

enum { ROOM = HISTORY_BYTES / 4 }; // made at once, so that not every run has to

// Leaves out the oldest lines, beyond that many bytes.
static void keep_newest(Text *kept, size_t most) {
  if (kept->length <= most)
    return;
  size_t least = kept->length - most;
  const char *end = memchr(kept->bytes + least - 1, '\n', most + 1);
  size_t from = (size_t)(end + 1 - kept->bytes);
  memmove(kept->bytes, kept->bytes + from, kept->length - from + 1); // with its NUL
  kept->length -= from;
}

typedef struct {
  const Record *const *records;
  unsigned count;
} Added;

static bool add(const char *path, void *context, Text *kept, Diag *diag) {
  const Added *added = context;
  if (!each_line(path, take_line, kept, diag))
    return false;
  for (unsigned i = 0; i < added->count; i++)
    if (added->records[i]->iterations)
      record_write(added->records[i], kept);
  if (kept->length > HISTORY_BYTES) {
    add_up(kept);
    keep_newest(kept, HISTORY_BYTES - ROOM);
  }
  return true;
}

bool history_add(const char *path, const Record *const *records, unsigned count, Diag *diag) {
  Added added = {records, count};
  return rewrite(path, add, &added, diag);
}

// ---- Dropping

typedef struct {
  HistoryChoice *is_dropped;
  void *context;
  unsigned dropped;
  Text *kept;
} Drop;

static void drop_line(const char *line, size_t length, void *context) {
  Drop *drop = context;
  Arena *arena = arena_new();
  Record record;
  FieldsFault fault;
  if (record_read(line, length, arena, &record, &fault) && drop->is_dropped(&record, drop->context))
    drop->dropped++;
  else
    keep_line(drop->kept, line, length);
  arena_free(arena);
}

static bool drop(const char *path, void *context, Text *kept, Diag *diag) {
  Drop *choice = context;
  choice->kept = kept;
  bool good = each_line(path, drop_line, choice, diag);
  choice->kept = NULL;
  return good;
}

bool history_drop(const char *path, HistoryChoice *is_dropped, void *context, unsigned *dropped, Diag *diag) {
  Drop choice = {.is_dropped = is_dropped, .context = context};
  bool good = rewrite(path, drop, &choice, diag);
  *dropped = choice.dropped;
  return good;
}
