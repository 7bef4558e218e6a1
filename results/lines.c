#include "results/lines.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST = 1 << 16 };

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
