// weakmem list: the tests that come with it, by family, each with its story.
#include "harness/base/suggestion.h"
#include "harness/cli/code_files.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/code/assembly.h"
#include "harness/lang/print.h"
#include "harness/lang/suite.h"

#include <string.h>

static const Option table[] = {OPTION_COMMON_FORMAT(option_formats, "text (default), json, tsv or markdown"), {0}};

static const Options list_options = {
    .arguments = "[FAMILY|TEST]...",
    .summary = "Lists the tests that come with weakmem, each with what it shows and which CPUs show it.",
    .examples = "  weakmem list                 every test\n"
                "  weakmem list publish         one family\n"
                "  weakmem list SB 'MP*'        a test, and those whose names match\n"
                "  weakmem list --format tsv    name, family, threads, condition and story, for scripts\n",
    .table = table};

enum { TEST, FAMILY, THREADS, CONDITION, STORY };
static const SheetColumn columns[] = {
    [TEST] = {.name = "test"},
    [FAMILY] = {.name = "family", .in = IN_DATA},
    [THREADS] = {.name = "threads", .in = IN_DATA},
    [CONDITION] = {.name = "condition", .in = IN_DATA},
    [STORY] = {.name = "story", .fit = FIT_BELOW},
};

static void add_test(const Test *test, Sheet *sheet) {
  Cell *cells = sheet_row(sheet);
  Text condition = {0};
  cells[TEST] = cell_text(test->name);
  cells[FAMILY] = cell_text(test->family);
  cells[STORY] = cell_text(test->story);
  if (!test->thread_count) // C, which nobody has compiled yet
    return;
  condition_print(test, &condition);
  cells[THREADS] = cell_count(test->thread_count);
  cells[CONDITION] = cell_text(arena_string(sheet->arena, text_string(&condition)));
  text_free(&condition);
}

// Family by family, each under its name.
static void print_text(const Suite *suite, const SheetStyle *style, Arena *arena, Text *out) {
  for (unsigned i = 0; i < suite->count;) {
    Sheet *family = SHEET_NEW(arena, columns);
    family->title = suite->tests[i]->family;
    family->is_bare = true;
    family->indent = 2;
    text_add(out, i ? "\n" : "");
    for (; i < suite->count && !strcmp(suite->tests[i]->family, family->title); i++)
      add_test(suite->tests[i], family);
    sheet_text(family, style, out);
  }
}

static void print(const Common *s, const Suite *suite, const Console *console) {
  SheetStyle style = console_style(console->out, s->markdown);
  Text out = {0};
  Sheet *all = SHEET_NEW(s->arena, columns);
  for (unsigned i = 0; i < suite->count; i++)
    add_test(suite->tests[i], all);
  if (s->format == FORMAT_TEXT)
    print_text(suite, &style, s->arena, &out);
  else if (s->format == FORMAT_JSON)
    sheet_json(all, &(SheetJson){.lines = true}, &out);
  else
    sheet_tsv_all(all, &out);
  console_print(console, &out);
}

static bool is_picked(const Test *test, const char *name) {
  return !strcmp(name, "all") || suite_name_matches(name, test->family) || suite_name_matches(name, test->name);
}

static bool report_unknown(const Suite *all, const char *name, Diag *diag) {
  Suggestion suggestion = suggestion_for(name);
  for (unsigned i = 0; i < all->count; i++) {
    suggestion_try(&suggestion, all->tests[i]->family);
    suggestion_try(&suggestion, all->tests[i]->name);
  }
  return diag_error(diag, "no family or test '%s' comes with weakmem%s", name,
                    suggestion_text(&suggestion, diag->arena));
}

static Suite everything(Arena *arena, Diag *diag) {
  Suite tests = suite_builtin_by(test_read, NULL, arena, diag), code = code_examples(arena);
  Suite all = {.tests = ARENA_ARRAY(arena, const Test *, tests.count + code.count + (size_t)1)};
  for (unsigned i = 0; i < tests.count; i++)
    all.tests[all.count++] = tests.tests[i];
  for (unsigned i = 0; i < code.count; i++)
    all.tests[all.count++] = code.tests[i];
  return all;
}

// The built-in tests that the names pick, families, single ones or patterns; all of them where none is given.
static Suite pick(const Common *s, Diag *diag) {
  Suite all = everything(s->arena, diag);
  if (!s->argument_count)
    return all;
  Suite picked = {.tests = ARENA_ARRAY(s->arena, const Test *, all.count)};
  bool *found = ARENA_ARRAY(s->arena, bool, s->argument_count);
  for (unsigned i = 0; i < all.count; i++) {
    bool wanted = false;
    for (unsigned f = 0; f < s->argument_count; f++) {
      bool is = is_picked(all.tests[i], s->arguments[f]);
      wanted |= is;
      found[f] |= is;
    }
    if (wanted)
      picked.tests[picked.count++] = all.tests[i];
  }
  for (unsigned f = 0; f < s->argument_count; f++)
    if (!found[f])
      report_unknown(&all, s->arguments[f], diag);
  return picked;
}

int command_list(int argc, char **argv, const Console *console) {
  Common settings = {.arena = arena_new()};
  int status = EXIT_OK;
  if (options_parse(&list_options, argc, argv, &settings, console, &status)) {
    Diag diag = {.arena = settings.arena};
    Suite suite = pick(&settings, &diag);
    console_report(console, &diag);
    status = diag.errors ? EXIT_USAGE : EXIT_OK;
    if (!diag.errors)
      print(&settings, &suite, console);
  }
  arena_free(settings.arena);
  return status;
}
