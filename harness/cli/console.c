#include "harness/cli/console.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void console_report(const Console *console, const Diag *diag) {
  Text text = {0};
  diag_format(diag, &text);
  fputs(text_string(&text), console->err);
  text_free(&text);
}

void console_print(const Console *console, Text *text) {
  fwrite(text_string(text), 1, text->length, console->out);
  fflush(console->out);
  text_free(text);
}

static bool is_set(const char *variable) {
  const char *value = getenv(variable);
  return value && *value;
}

static bool speaks_utf8(void) {
  locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  if (!locale)
    return false;
  bool utf8 = !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");
  freelocale(locale);
  return utf8;
}

// What COLUMNS says, else how wide the terminal is; 0: neither is known.
static unsigned width_of(FILE *stream) {
  enum { WIDEST = 10000 };
  const char *columns = getenv("COLUMNS");
  char *end = NULL;
  unsigned long wanted = columns ? strtoul(columns, &end, 10) : 0;
  if (columns && end != columns && !*end && wanted > 0 && wanted <= WIDEST)
    return (unsigned)wanted;
  struct winsize size = {0};
  return isatty(fileno(stream)) && !ioctl(fileno(stream), TIOCGWINSZ, &size) ? size.ws_col : 0;
}

SheetStyle console_style(FILE *stream, bool markdown) {
  if (markdown)
    return (SheetStyle){.utf8 = speaks_utf8(), .markdown = true};
  const char *terminal = getenv("TERM");
  bool is_terminal = isatty(fileno(stream));
  return (SheetStyle){.colour = is_terminal && !is_set("NO_COLOR") && terminal && strcmp(terminal, "dumb") != 0,
                      .utf8 = speaks_utf8(),
                      .width = width_of(stream)};
}

Progress progress_new(const Console *console, bool quiet) {
  return (Progress){.stream = !quiet && isatty(fileno(console->err)) ? console->err : NULL};
}

void progress_show(const Progress *progress, const char *format, ...) {
  if (!progress->stream)
    return;
  va_list args;
  va_start(args, format);
  fputs("\r\033[K", progress->stream);
  vfprintf(progress->stream, format, args);
  va_end(args);
  fflush(progress->stream);
}

void progress_clear(const Progress *progress) {
  if (!progress->stream)
    return;
  fputs("\r\033[K", progress->stream);
  fflush(progress->stream);
}
