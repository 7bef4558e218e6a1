#include "results/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 1 << 16 };

// A pipe that is open already, and so has had a writer.
static bool is_open_pipe(const char *path, const struct stat *status) {
  static const char *const folders[] = {"/dev/fd/", "/dev/stdin", "/proc/self/fd/"};
  for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++)
    if (!strncmp(path, folders[i], strlen(folders[i])))
      return S_ISFIFO(status->st_mode) || S_ISSOCK(status->st_mode);
  return false;
}

FILE *lines_open(const char *path, Diag *diag) {
  bool is_stdin = !strcmp(path, "-");
  struct stat status;
  if (is_stdin ? fstat(STDIN_FILENO, &status) : stat(path, &status)) {
    diag_error(diag, "cannot read %s: %s", path, strerror(errno));
    return NULL;
  }
  bool is_device = !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
  bool is_fine = is_stdin ? !S_ISCHR(status.st_mode) || isatty(STDIN_FILENO) : is_open_pipe(path, &status);
  if (is_device && !is_fine) {
    diag_error(diag, "cannot read %s: it is no regular file", path);
    return NULL;
  }
  FILE *file = is_stdin ? stdin : fopen(path, "re");
  if (!file)
    diag_error(diag, "cannot read %s: %s", path, strerror(errno));
  return file;
}

void lines_close(FILE *file) {
  if (file && file != stdin)
    fclose(file);
}

void lines_start(Lines *lines, FILE *file, size_t limit) {
  *lines = (Lines){.file = file, .limit = limit, .bytes = malloc(FIRST), .capacity = FIRST};
  if (!lines->bytes)
    abort();
}

void lines_free(Lines *lines) {
  free(lines->bytes);
  lines->bytes = NULL;
}

// Makes room and reads on. What was read stays at the front of the buffer.
static void fill(Lines *lines) {
  if (lines->begin) {
    memmove(lines->bytes, lines->bytes + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
  }
  if (lines->end + 1 >= lines->capacity) {
    lines->capacity *= 2;
    lines->bytes = realloc(lines->bytes, lines->capacity);
    if (!lines->bytes)
      abort();
  }
  size_t got = fread(lines->bytes + lines->end, 1, lines->capacity - 1 - lines->end, lines->file);
  lines->at_end = got == 0;
  lines->end += got;
}

LineStatus lines_next(Lines *lines, char **line, size_t *length) {
  size_t looked = 0, passed = 0;
  for (;;) {
    size_t have = lines->end - lines->begin;
    char *start = lines->bytes + lines->begin;
    char *newline = have > looked ? memchr(start + looked, '\n', have - looked) : NULL;
    if (newline || (lines->at_end && (have || passed))) {
      *line = start;
      *length = newline ? (size_t)(newline - start) : have;
      lines->ended = newline;
      lines->begin += *length + (newline != NULL);
      lines->number++;
      (*line)[*length] = '\0';
      return passed || *length > lines->limit ? LINE_TOO_LONG : LINE_READ;
    }
    if (lines->at_end || lines->endless)
      return LINE_END;
    looked = have;
    if (have > lines->limit) { // forget it, but go on to its end
      passed += have;
      lines->begin = lines->end;
      looked = 0;
      lines->endless = passed > LINE_ENDLESS;
    }
    fill(lines);
  }
}
