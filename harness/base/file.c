#include "harness/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

bool file_write_all(int file, const void *bytes, size_t length) {
  for (const char *at = bytes, *end = at + length; at < end;) {
    ssize_t written = write(file, at, (size_t)(end - at));
    if (written < 0 && errno == EINTR)
      continue;
    if (written == 0)
      errno = ENOSPC; // a device that takes no more says so like this
    if (written <= 0)
      return false;
    at += written;
  }
  return true;
}

bool file_create(const char *path, const void *bytes, size_t length) {
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return false;
  bool good = file_write_all(file, bytes, length);
  return !close(file) && good;
}

static const char *real_path(const char *path, Arena *arena) {
  char *real = realpath(path, NULL);
  const char *copy = real ? arena_string(arena, real) : path;
  free(real);
  return copy;
}

static FILE *begin_beside(FileReplacement *r, unsigned mode, Arena *arena) {
  r->beside = arena_printf(arena, "%s.new-XXXXXX", r->target);
  int file = mkostemp(r->beside, O_CLOEXEC);
  FILE *stream = file < 0 || fchmod(file, (mode_t)mode) ? NULL : fdopen(file, "w");
  if (!stream && file >= 0) {
    close(file);
    unlink(r->beside);
  }
  return stream;
}

bool file_replacement_begin(FileReplacement *r, const char *path, unsigned mode, Diag *diag) {
  struct stat status;
  *r = (FileReplacement){.path = path, .target = real_path(path, diag->arena)};
  bool is_output = !strcmp(path, "-"), exists = !is_output && !stat(r->target, &status);
  if (is_output)
    r->stream = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), "w");
  else if (exists && !S_ISREG(status.st_mode))
    r->stream = fopen(r->target, "we");
  else
    r->stream = begin_beside(r, exists ? status.st_mode & 0777 : mode, diag->arena);
  return r->stream || diag_error(diag, "cannot write %s: %s", path, strerror(errno));
}

bool file_replacement_end(FileReplacement *r, bool keep, Diag *diag) {
  bool good = !ferror(r->stream) && !fflush(r->stream);
  int error = errno;
  good &= !fclose(r->stream);
  if (good && keep && r->beside)
    good = !rename(r->beside, r->target);
  error = good ? error : errno ? errno : error;
  if (r->beside && !(good && keep))
    unlink(r->beside);
  return good || !keep || diag_error(diag, "cannot write %s: %s", r->path, strerror(error));
}

bool file_replace(const char *path, const void *bytes, size_t length, Diag *diag) {
  FileReplacement r;
  if (!file_replacement_begin(&r, path, 0600, diag))
    return false;
  bool good =
      file_write_all(fileno(r.stream), bytes, length) || diag_error(diag, "cannot write %s: %s", path, strerror(errno));
  return file_replacement_end(&r, good, diag) && good;
}

unsigned file_mode(void) {
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

bool file_lock(int file, unsigned milliseconds) {
  enum { PAUSE_MS = 20 };
  for (unsigned waited = 0; flock(file, LOCK_EX | LOCK_NB); waited += PAUSE_MS) {
    if (errno != EWOULDBLOCK || waited >= milliseconds)
      return false;
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
  }
  return true;
}

bool file_make_folders(const char *path, unsigned mode, Diag *diag) {
  char *folder = arena_string(diag->arena, path);
  for (char *slash = folder; (slash = strchr(slash + 1, '/')); *slash = '/') {
    *slash = '\0';
    if (mkdir(folder, (mode_t)mode) && errno != EEXIST)
      return diag_error(diag, "cannot make the folder %s: %s", folder, strerror(errno));
  }
  return true;
}
