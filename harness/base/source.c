#include "harness/base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const Source *read_all(int fd, const char *name, size_t limit, Arena *arena, Diag *diag) {
  char *bytes = NULL;
  size_t capacity = 0, length = 0;
  for (;;) {
    bytes = arena_grow(arena, bytes, &capacity, length + 4096, 1);
    ssize_t got = read(fd, bytes + length, capacity - length - 1);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      diag_error(diag, "cannot read %s: %s", name, strerror(errno));
      return NULL;
    }
    if (!got)
      break;
    length += (size_t)got;
    if (length > limit) {
      diag_error(diag, "%s has more than %zu bytes, the limit for a file of its kind", name, limit);
      return NULL;
    }
  }
  bytes[length] = '\0';
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = arena_string(arena, name), .bytes = bytes, .length = length};
  return source;
}

static const char *kind_of(mode_t mode) {
  if (S_ISDIR(mode))
    return "a folder";
  if (S_ISFIFO(mode))
    return "a pipe";
  if (S_ISSOCK(mode))
    return "a socket";
  return "a device";
}

const Source *source_read_file(const char *path, size_t limit, Arena *arena, Diag *diag) {
  // Opening a pipe that nobody writes to would wait.
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    diag_error(diag, "cannot open %s: %s", path, strerror(errno));
    return NULL;
  }
  struct stat status;
  const Source *source = NULL;
  if (fstat(fd, &status))
    diag_error(diag, "cannot read %s: %s", path, strerror(errno));
  else if (!S_ISREG(status.st_mode))
    diag_error(diag, "%s is %s, not a file; '-' reads standard input", path, kind_of(status.st_mode));
  else
    source = read_all(fd, path, limit, arena, diag);
  close(fd);
  return source;
}

const Source *source_read_stdin(size_t limit, Arena *arena, Diag *diag) {
  return read_all(STDIN_FILENO, "-", limit, arena, diag);
}
