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

bool file_replace(const char *path, const void *bytes, size_t length, Diag *diag) {
  char *beside = arena_printf(diag->arena, "%s.new-XXXXXX", path);
  int file = mkostemp(beside, O_CLOEXEC);
  if (file < 0)
    return diag_error(diag, "cannot write beside %s: %s", path, strerror(errno));
  bool good = file_write_all(file, bytes, length);
  good = !close(file) && good;
  good = good && !rename(beside, path);
  if (!good) {
    diag_error(diag, "cannot write %s: %s", path, strerror(errno));
    unlink(beside);
  }
  return good;
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
