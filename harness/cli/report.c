// weakmem report: a page to look at.
#include "harness/base/embedded.h"
#include "harness/base/file.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/sources.h"
#include "harness/study/annotate.h"
#include "results/history.h"
#include "results/page.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JUDGING 60.0 // seconds, for all tests together

typedef struct {
  Common common;
  const char *title;
  bool published;
} Settings;

static const Option table[] = {
    OPTION_COMMON_OUTPUT("The page; `-` is standard output"),
    {"published", 0, NULL, "The published figures too, beside RECORDS", OPTION_FLAG,
     .place = offsetof(Settings, published)},
    {"title", 0, "TEXT", "The page's title", OPTION_TEXT, .place = offsetof(Settings, title)},
    OPTION_COMMON_QUIET("No warnings"),
    {0}};

static error_t check(struct argp_state *state, void *settings) {
  const char *output = ((const Settings *)settings)->common.output;
  return output && *output ? 0 : option_error(state, "-o", "where to? -o FILE.html; `-` is standard output");
}

static const Options report_options = {
    .arguments = "[RECORDS...] -o FILE.html",
    .summary = "Makes one page of records that stands by itself: machines by tests, what differs, every histogram,\n"
               "fence ladders and costs as charts, each test's source and story, and what six models say of it.\n"
               "It opens from disk and loads nothing. Without RECORDS: what `weakmem run` kept of this machine,\n"
               "beside figures that others published.",
    .examples = "  weakmem report -o page.html                  this machine beside the published ones\n"
                "  weakmem report here.jsonl arm.jsonl -o two.html\n"
                "  weakmem report before.jsonl after.jsonl -o changed.html    the same machine twice\n"
                "  weakmem import log.txt | weakmem report - --published -o -  >page.html\n"
                "\n"
                "RECORDS are files that `run -o`, `fences -o`, `cost -o` and `import -o` write, in any mixture, `-`\n"
                "standard input. A line that is no record is skipped, with a warning.\n"
                "Exit status: 0 done; 2 no record in what was given, or it cannot be read; 3 the page cannot be\n"
                "written.\n",
    .table = table,
    .check = check};

// ---- Where it goes

// Whether a file begins as the pages do that this command makes, or is empty.
static bool is_page(const char *path) {
  enum { HEAD = 1024 };
  static const char generator[] = "<meta name=\"generator\" content=\"weakmem\">";
  char head[HEAD + 1] = "";
  FILE *file = fopen(path, "re");
  size_t length = file ? fread(head, 1, HEAD, file) : 0;
  if (file)
    fclose(file);
  head[length] = '\0';
  return !length || (!strncmp(head, "<!DOCTYPE html>", 15) && strstr(head, generator));
}

// No page over the records that it is made of, nor over anything else that is no page.
static bool check_output(const Settings *s, Diag *diag) {
  struct stat status;
  if (!strcmp(s->common.output, "-") ? fstat(STDOUT_FILENO, &status) : stat(s->common.output, &status))
    return true; // not there yet
  if (S_ISDIR(status.st_mode))
    return diag_error(diag, "-o: %s is a folder", s->common.output);
  if (!S_ISREG(status.st_mode))
    return true;
  const char *kept = history_path(s->common.arena);
  if (!s->common.argument_count && kept && source_is_file(kept, &status))
    return diag_error(diag, "-o: %s holds this machine's records, of which the page is made", s->common.output);
  for (size_t i = 0; i < s->common.argument_count; i++)
    if (source_is_file(s->common.arguments[i], &status))
      return diag_error(diag, "-o: %s is one of the files that the page is made of", s->common.output);
  if (strcmp(s->common.output, "-") != 0 && !is_page(s->common.output))
    return diag_error(diag, "-o: %s is there already, and is no page: another name, or remove it", s->common.output);
  return true;
}

// ---- The page

// Without folders: the page is made to be shown to others.
static const char *command_line(const Settings *s) {
  Text text = {0};
  text_add(&text, "weakmem report");
  for (size_t i = 0; i < s->common.argument_count && i < 20; i++)
    text_printf(&text, " %s",
                strrchr(s->common.arguments[i], '/') ? strrchr(s->common.arguments[i], '/') + 1
                                                     : s->common.arguments[i]);
  if (s->common.argument_count > 20)
    text_printf(&text, " ... (%u files)", s->common.argument_count);
  if (s->published)
    text_add(&text, " --published");
  return text_finish(&text, s->common.arena);
}

static bool write_page(const Settings *s, Comparison *comparison, const Console *console, Diag *diag) {
  FileReplacement out;
  PageCount count;
  if (!file_replacement_begin(&out, s->common.output, file_mode(), diag))
    return false;
  const Annotator *annotator = annotator_new(s->common.arena);
  annotate_cells(annotator, comparison, console->stop);
  Changes changes = comparison_changes(comparison);
  Page page = {.comparison = comparison,
               .changes = &changes,
               .tests = annotate_tests(annotator, comparison, JUDGING, console->stop),
               .title = s->title,
               .command = command_line(s),
               .stop = console->stop};
  page_write(&page, out.stream, &count);
  if (count.left_out)
    diag_warning(diag, "%u of %u tests are left out, as the page says: a browser would not open them all",
                 count.left_out, count.left_out + count.tests);
  if (count.alarms)
    diag_warning(diag, "a state was seen that should not have been, %u time%s; the page begins with that", count.alarms,
                 count.alarms == 1 ? "" : "s");
  return file_replacement_end(&out, !*console->stop, diag) && !*console->stop;
}

static int report(const Settings *s, const Console *console) {
  Diag diag = {.arena = s->common.arena};
  if (!embedded_chart->path) {
    diag_error(&diag,
               "this weakmem was built without Chart.js, which draws the page: install libjs-chart.js, run cmake "
               "again, and build");
    console_report(console, &diag);
    return EXIT_MACHINE;
  }
  Comparison comparison = comparison_new(s->common.arena);
  comparison.keep = true;
  int status = EXIT_OK;
  if (check_output(s, &diag))
    sources_read(&comparison, s->common.arguments, s->common.argument_count, (SourcesBeside){.published = s->published},
                 console, &diag);
  if (diag.errors)
    status = EXIT_USAGE;
  else if (*console->stop || !write_page(s, &comparison, console, &diag))
    status = EXIT_MACHINE;
  if (diag.errors || !s->common.quiet)
    console_report(console, &diag);
  comparison_free(&comparison);
  return status;
}

int command_report(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.common.arena = arena};
  int status;
  if (options_parse(&report_options, argc, argv, &settings, console, &status))
    status = report(&settings, console);
  arena_free(arena);
  return status;
}
