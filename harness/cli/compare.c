// weakmem compare: machines side by side.
#include "harness/cli/console.h"
#include "harness/cli/gather.h"
#include "harness/cli/options.h"
#include "harness/study/machines.h"

#include <string.h>

typedef enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_TSV } Format;
static const char *const formats[] = {"text", "json", "tsv", NULL};

typedef struct {
  Arena *arena;
  char **files;
  size_t file_count, file_capacity;
  const char *test; // NULL: all
  unsigned format;
  bool all, published, quiet;
} Settings;

enum { KEY_TEST = 256, KEY_ALL, KEY_PUBLISHED };

static error_t parse(int key, char *text, struct argp_state *state) {
  Settings *s = state->input;
  switch (key) {
  case 'f':
    return option_choice(state, "--format", text, formats, &s->format);
  case KEY_TEST:
    s->test = text;
    return 0;
  case KEY_ALL:
    s->all = true;
    return 0;
  case KEY_PUBLISHED:
    s->published = true;
    return 0;
  case 'q':
    s->quiet = true;
    return 0;
  case ARGP_KEY_ARG:
    s->files = arena_grow(s->arena, s->files, &s->file_capacity, s->file_count + 1, sizeof *s->files);
    s->files[s->file_count++] = text;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option argp_options[] = {
    {.name = "test", .key = KEY_TEST, .arg = "NAME", .doc = "One test: its histograms side by side"},
    {.name = "all", .key = KEY_ALL, .doc = "Also tests that only one of the machines has"},
    {.name = "published", .key = KEY_PUBLISHED, .doc = "The published figures too, beside RECORDS"},
    {.name = "format", .key = 'f', .arg = "FORMAT", .doc = "text (default), json or tsv"},
    {.name = "quiet", .key = 'q', .doc = "No warnings"},
    {0}};

static const Options compare_options = {
    .arguments = "[RECORDS...]",
    .summary = "Sets machines side by side: how often each showed what a test asks for, whether its\n"
               "model allows it, and what differs. Without an argument: what `weakmem run` kept of this\n"
               "machine, beside figures that others published.",
    .examples = "  weakmem compare                              this machine beside the published ones\n"
                "  weakmem compare --test MP                    one test's histograms\n"
                "  weakmem compare here.jsonl arm.jsonl         two machines\n"
                "  weakmem compare before.jsonl after.jsonl     the same machine twice: what changed\n"
                "  weakmem import log.txt | weakmem compare - --published\n"
                "\n"
                "RECORDS are files that `run -o`, `cost --format json` and `import` write, `-` standard input.\n"
                "A line that is no record is skipped, which is told.\n",
    .options = argp_options,
    .parse = parse};

static bool has_test(const Comparison *comparison) {
  for (unsigned row = 0; row < comparison->row_count; row++)
    if (!strcmp(comparison->rows[row].test, comparison->test))
      return true;
  return false;
}

static void print(const Settings *s, const Comparison *comparison, const Console *console) {
  CompareStyle style = {.style = console_style(console->out), .all = s->all};
  Changes changes = {0};
  if (s->format != FORMAT_TSV && !s->test)
    changes = comparison_changes(comparison);
  if (s->format == FORMAT_JSON)
    compare_json(comparison, &changes, console->out);
  else if (s->format == FORMAT_TSV)
    compare_tsv(comparison, console->out);
  else if (s->test)
    compare_histograms(comparison, &style, console->out);
  else
    compare_text(comparison, &changes, &style, console->out);
}

static int compare(const Settings *s, const Console *console) {
  char buffer[256];
  Diag diag = {.arena = s->arena};
  Comparison comparison = comparison_new(s->arena);
  if (s->test)
    comparison.test = arena_string(s->arena, compare_test_name(s->test, buffer, sizeof buffer));
  gather(&comparison, s->files, s->file_count, s->published, console, &diag);
  if (!diag.errors && s->test && !has_test(&comparison))
    diag_error(&diag, "no machine has a record of '%s'", s->test);
  if (diag.errors || !s->quiet)
    console_report(console, &diag);
  int status = diag.errors ? EXIT_USAGE : EXIT_OK;
  if (!diag.errors && !*console->stop) {
    machines_judge(&comparison, s->arena, console->stop);
    print(s, &comparison, console);
  }
  if (*console->stop)
    status = EXIT_MACHINE;
  comparison_free(&comparison);
  return status;
}

int command_compare(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.arena = arena};
  int status;
  if (options_parse(&compare_options, argc, argv, &settings, console, &status))
    status = compare(&settings, console);
  arena_free(arena);
  return status;
}
