// weakmem compare: machines side by side.
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/sources.h"
#include "harness/study/annotate.h"
#include "results/test_name.h"

#include <string.h>

typedef struct {
  Common common;
  const char *test; // NULL: all
  bool all, published, alone;
} Settings;

static const Option table[] = {
    {"test", 0, "NAME", "One test: its histograms side by side", OPTION_TEXT, .place = offsetof(Settings, test)},
    {"all", 0, NULL, "Also tests that only one of the machines has", OPTION_FLAG, .place = offsetof(Settings, all)},
    {"published", 0, NULL, "The published figures too, beside RECORDS", OPTION_FLAG,
     .place = offsetof(Settings, published)},
    {"alone", 0, NULL, "RECORDS alone, without what is kept of this machine", OPTION_FLAG,
     .place = offsetof(Settings, alone)},
    OPTION_COMMON_FORMAT(option_formats, "text (default), json, tsv or markdown"),
    OPTION_COMMON_QUIET("No warnings"),
    {0}};

static const Options compare_options = {
    .arguments = "[RECORDS...]",
    .summary = "Sets machines side by side: how often each showed what a test asks for, whether its\n"
               "model allows it, and what differs. What `weakmem run` kept of this machine stands beside\n"
               "RECORDS that have nothing of it; without RECORDS, beside figures that others published.\n"
               "A machine has a column for each compiler and set of flags: nothing of two is added up.",
    .examples = "  weakmem compare                              this machine beside the published ones\n"
                "  weakmem compare --test MP                    one test's histograms\n"
                "  weakmem compare arm.jsonl                    another machine beside this one\n"
                "  weakmem compare here.jsonl arm.jsonl         two machines\n"
                "  weakmem compare before.jsonl after.jsonl     the same machine twice: what changed\n"
                "  weakmem compare gcc.jsonl clang.jsonl        ... or two compilers, two sets of flags\n"
                "  weakmem import log.txt | weakmem compare - --published\n"
                "\n"
                "RECORDS are files that `run -o`, `cost --format json` and `import` write, `-` standard input.\n"
                "A line that is no record is skipped, with a warning.\n",
    .table = table};

static bool has_test(const Comparison *comparison) {
  for (unsigned row = 0; row < comparison->row_count; row++)
    if (comparison_is_asked(comparison, row))
      return true;
  return false;
}

static void print(const Settings *s, const Comparison *comparison, const Console *console) {
  CompareStyle style = {.style = console_style(console->out, s->common.markdown), .all = s->all};
  Changes changes = {0};
  if (s->common.format != FORMAT_TSV && !s->test)
    changes = comparison_changes(comparison);
  if (s->common.format == FORMAT_JSON)
    compare_json(comparison, &changes, console->out);
  else if (s->common.format == FORMAT_TSV)
    compare_tsv(comparison, console->out);
  else if (s->test)
    compare_histograms(comparison, &style, console->out);
  else
    compare_text(comparison, &changes, &style, console->out);
}

static int compare(const Settings *s, const Console *console) {
  char buffer[256];
  Diag diag = {.arena = s->common.arena};
  Comparison comparison = comparison_new(s->common.arena);
  if (s->test) {
    comparison.test = arena_string(s->common.arena, test_name_here(s->test, buffer, sizeof buffer));
    comparison.also = s->test;
  }
  sources_read(&comparison, s->common.arguments, s->common.argument_count,
               (SourcesBeside){.published = s->published, .own = !s->alone}, console, &diag);
  if (!diag.errors && s->test && !has_test(&comparison))
    diag_error(&diag, "no machine has a record of '%s'", s->test);
  if (diag.errors || !s->common.quiet)
    console_report(console, &diag);
  int status = diag.errors ? EXIT_USAGE : EXIT_OK;
  if (!diag.errors && !*console->stop) {
    annotate_cells(annotator_new(s->common.arena), &comparison, console->stop);
    print(s, &comparison, console);
  }
  if (*console->stop)
    status = EXIT_MACHINE;
  comparison_free(&comparison);
  return status;
}

int command_compare(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.common.arena = arena};
  int status;
  if (options_parse(&compare_options, argc, argv, &settings, console, &status))
    status = compare(&settings, console);
  arena_free(arena);
  return status;
}
