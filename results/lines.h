// A file line by line, in bounded memory whatever it holds.
#pragma once
#include "harness/base/diag.h"

#include <stdio.h>

typedef struct {
  FILE *file;
  char *bytes; // owned; freed by lines_free
  size_t limit, capacity, begin, end;
  unsigned long number; // of the line that was read last, from 1
  bool ended;           // that line had its newline
  bool at_end;
  bool endless; // a line was longer than LINE_ENDLESS (/dev/zero is one), and is the last
} Lines;

#define LINE_ENDLESS ((size_t)1 << 30) // bytes

// Opens a regular file, standard input ("-"), or a pipe that the shell has opened (/dev/fd/63). NULL with the reason
// where it is anything else: a device may never end, a named pipe may have no writer.
FILE *lines_open(const char *path, Diag *diag);
void lines_close(FILE *file);

// `limit` is the longest line, in bytes.
void lines_start(Lines *lines, FILE *file, size_t limit);

typedef enum { LINE_READ, LINE_TOO_LONG, LINE_END } LineStatus;

// The next line without its newline, NUL-terminated (though it may hold NULs of its own), to be overwritten at will and
// valid until the next call. What is too long is passed over.
LineStatus lines_next(Lines *lines, char **line, size_t *length);

void lines_free(Lines *lines);
