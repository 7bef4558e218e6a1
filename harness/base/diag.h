// Diagnostics: errors and warnings as values, with the place they speak of.
#pragma once
#include "harness/base/arena.h"
#include "harness/base/text.h"

#include <stdbool.h>
#include <stddef.h>

// A text being read, kept for as long as diagnostics point into it. Owned by an arena.
typedef struct {
  const char *name;  // as the user knows it: a path, "-", or a test's name
  const char *bytes; // NUL-terminated, though it may hold NULs of its own
  size_t length;
  unsigned line; // of the text that it is a part of: how many are before it
} Source;

// Where in a source: byte offset and length of what is pointed at.
typedef struct {
  size_t offset, length;
} Span;

typedef enum { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE } Severity;

typedef struct Diagnostic {
  struct Diagnostic *next;
  Severity severity;
  const Source *source; // NULL: about no place in particular
  Span span;
  const char *message; // one sentence, no full stop
} Diagnostic;

// A list of diagnostics in the order they were made; Diag{.arena = a} is an empty one.
typedef struct {
  Arena *arena;
  Diagnostic *first, *last;
  unsigned errors, warnings; // made, kept or not
  unsigned dropped;          // errors, and warnings, beyond the first DIAG_LIMIT of each are counted, not kept
} Diag;

enum { DIAG_LIMIT = 50 };

// Adds an error without a place. Always returns false, so that a caller can `return diag_error(...)`.
bool diag_error(Diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool diag_error_at(Diag *diag, const Source *source, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warning(Diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_warning_at(Diag *diag, const Source *source, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Puts what follows `after` in the list (NULL: everything), all of one source, in the order of their places.
void diag_sort(Diag *diag, Diagnostic *after);

// 1-based line and column (in bytes) of an offset.
void source_position(const Source *source, size_t offset, unsigned *line, unsigned *column);

// Everything in the list as a compiler would print it:
//   SB.litmus:5:3: error: expected ';' after the statement
//       5 |   int r0 = 1
//         |             ^
// Bytes that a terminal would act on are shown as '?'.
void diag_format(const Diag *diag, Text *out);
