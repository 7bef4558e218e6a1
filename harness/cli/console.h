// What commands tell besides their data, and how the terminal wants it.
#pragma once
#include "harness/base/diag.h"
#include "harness/cli/command.h"
#include "results/view.h"

// Everything in the list, on console->err.
void console_report(const Console *console, const Diag *diag);

// Data, on console->out; the text is freed.
void console_print(const Console *console, Text *text);

// How text for `stream` should look: colours on a terminal alone (and not where NO_COLOR is set, https://no-color.org,
// or the terminal is dumb), block elements where the user's locale is UTF-8, as wide as COLUMNS says or else the
// terminal is. `markdown`: in Markdown, whatever the terminal is.
SheetStyle console_style(FILE *stream, bool markdown);

// A line on stderr that is overwritten again and again, where stderr is a terminal; else nothing.
typedef struct {
  FILE *stream; // NULL: not shown
} Progress;
Progress progress_new(const Console *console, bool quiet);
void progress_show(const Progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Takes the line away, before anything else is printed.
void progress_clear(const Progress *progress);
