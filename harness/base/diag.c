#include "harness/base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const severity_names[] = {"error", "warning", "note"};

static void add(Diag *diag, Severity severity, const Source *source, Span span, const char *format, va_list args) {
  unsigned *made_before = severity == DIAG_ERROR ? &diag->errors : &diag->warnings;
  if (severity != DIAG_NOTE && ++*made_before > DIAG_LIMIT) {
    diag->dropped++;
    return;
  }
  Text message = {0};
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  text_repeat(&message, ' ', (size_t)length);
  vsnprintf(message.bytes, (size_t)length + 1, format, again);
  va_end(again);

  Diagnostic *made = ARENA_NEW(diag->arena, Diagnostic);
  *made = (Diagnostic){.severity = severity,
                       .source = source,
                       .span = span,
                       .message = arena_copy(diag->arena, message.bytes, message.length)};
  text_free(&message);
  if (diag->last)
    diag->last->next = made;
  else
    diag->first = made;
  diag->last = made;
}

bool diag_error(Diag *diag, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add(diag, DIAG_ERROR, NULL, (Span){0}, format, args);
  va_end(args);
  return false;
}

bool diag_error_at(Diag *diag, const Source *source, Span span, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add(diag, DIAG_ERROR, source, span, format, args);
  va_end(args);
  return false;
}

void diag_warning(Diag *diag, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add(diag, DIAG_WARNING, NULL, (Span){0}, format, args);
  va_end(args);
}

void diag_warning_at(Diag *diag, const Source *source, Span span, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add(diag, DIAG_WARNING, source, span, format, args);
  va_end(args);
}

// By offset; of two at one offset the one made first comes first.
typedef struct {
  Diagnostic *diagnostic;
  unsigned made;
} Placed;

static int compare_places(const void *a, const void *b) {
  const Placed *left = a, *right = b;
  size_t x = left->diagnostic->span.offset, y = right->diagnostic->span.offset;
  if (x != y)
    return x < y ? -1 : 1;
  return left->made < right->made ? -1 : 1;
}

void diag_sort(Diag *diag, Diagnostic *after) {
  Diagnostic **link = after ? &after->next : &diag->first;
  unsigned count = 0;
  for (Diagnostic *d = *link; d; d = d->next)
    count++;
  if (!count)
    return;
  Placed *placed = ARENA_ARRAY(diag->arena, Placed, count);
  unsigned i = 0;
  for (Diagnostic *d = *link; d; d = d->next, i++)
    placed[i] = (Placed){d, i};
  qsort(placed, count, sizeof *placed, compare_places);
  for (i = 0; i < count; i++) {
    *link = placed[i].diagnostic;
    link = &placed[i].diagnostic->next;
  }
  *link = NULL;
  diag->last = placed[count - 1].diagnostic;
}

void source_position(const Source *source, size_t offset, unsigned *line, unsigned *column) {
  *line = source->line + 1;
  *column = 1;
  for (size_t i = 0; i < offset && i < source->length; i++) {
    ++*column;
    if (source->bytes[i] == '\n') {
      ++*line;
      *column = 1;
    }
  }
}

// Lines stay lines, and a tab is as wide as a blank, so that the caret is where it belongs.
static void add_printable(Text *out, const char *bytes, size_t length) {
  for (const char *at = bytes, *end = bytes + length; at < end; at++) {
    size_t plain = 0;
    while (at + plain < end && at[plain] != '\t' && at[plain] != '\n')
      plain++;
    text_add_printable(out, at, plain);
    at += plain;
    if (at < end)
      text_add_char(out, *at == '\t' ? ' ' : '\n');
  }
}

// The source line of a span with a caret under it. A very long line is shown as the part around the span.
static void format_excerpt(const Source *source, Span span, unsigned line, Text *out) {
  const size_t width = 100;
  size_t offset = span.offset < source->length ? span.offset : source->length;
  size_t begin = offset, end = offset;
  while (begin > 0 && source->bytes[begin - 1] != '\n')
    begin--;
  while (end < source->length && source->bytes[end] != '\n')
    end++;
  if (end > begin && source->bytes[end - 1] == '\r' && end - 1 >= offset)
    end--;
  if (offset - begin > width)
    begin = offset - width / 2;
  if (end - begin > 2 * width)
    end = begin + 2 * width;

  text_printf(out, "%6u | ", line);
  add_printable(out, source->bytes + begin, end - begin);
  text_add(out, "\n       | ");
  text_repeat(out, ' ', offset - begin);
  text_add_char(out, '^');
  size_t more = span.length > 1 ? span.length - 1 : 0;
  if (offset + more >= end)
    more = end > offset ? end - offset - 1 : 0;
  text_repeat(out, '~', more);
  text_add_char(out, '\n');
}

void diag_format(const Diag *diag, Text *out) {
  for (const Diagnostic *d = diag->first; d; d = d->next) {
    unsigned line = 0, column = 0;
    if (d->source) {
      source_position(d->source, d->span.offset, &line, &column);
      add_printable(out, d->source->name, strlen(d->source->name));
      text_printf(out, ":%u:%u: ", line, column);
    } else {
      text_add(out, "weakmem: ");
    }
    text_printf(out, "%s: ", severity_names[d->severity]);
    add_printable(out, d->message, strlen(d->message));
    text_add_char(out, '\n');
    if (d->source)
      format_excerpt(d->source, d->span, line, out);
  }
  if (diag->dropped)
    text_printf(out, "weakmem: note: %u more errors and warnings are not shown\n", diag->dropped);
}
