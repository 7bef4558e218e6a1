// weakmem check: what compilers make of tests, judged against what C11 allows; and of the user's own code.
#include "harness/study/check.h"
#include "harness/cli/check_code.h"
#include "harness/cli/check_views.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/tests.h"
#include "harness/code/assembly.h"

#include <errno.h>
#include <string.h>

enum { FORMAT_JUNIT = FORMAT_TSV + 1 };
static const char *const formats[] = {"text", "json", "tsv", "junit", "markdown", NULL};

typedef struct {
  Common common;
  CodeOptions code;
  bool explain;
  unsigned unroll;
  const char *cc; // --cc; NULL: those of the usual ones that are here
  const char *const *flags;
  unsigned flag_count;
  const Cpu **cpus; // --target; NULL: this CPU, of code every one that there are compilers for
  unsigned cpu_count;
  bool first_good;
  double seconds; // of a test and model
} Settings;

static error_t read_flags(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  error_t error = option_list(state, name, text, s->common.arena, &s->flags, &s->flag_count);
  for (unsigned i = 0; i < s->flag_count && !error; i++)
    error = option_flags(state, name, s->flags[i], s->common.arena);
  return error;
}

static const char *cpu_names(Arena *arena) {
  const char *names = "";
  for (unsigned i = 0; i < cpu_count; i++)
    names = arena_printf(arena, "%s%s%s", names, i ? ", " : "", cpu_all[i]->name);
  return names;
}

static error_t read_targets(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  const char *const *items;
  error_t error = option_list(state, name, text, s->common.arena, &items, &s->cpu_count);
  if (error)
    return error;
  if (s->cpu_count == 1 && !strcmp(items[0], "all")) {
    s->cpu_count = cpu_count;
    s->cpus = (const Cpu **)cpu_all;
    return 0;
  }
  s->cpus = ARENA_ARRAY(s->common.arena, const Cpu *, s->cpu_count);
  for (unsigned i = 0; i < s->cpu_count; i++)
    if (!(s->cpus[i] = cpu_find(items[i])))
      return option_error(state, name, "no CPU '%s'; there are %s", items[i], cpu_names(s->common.arena));
  return 0;
}

static error_t check_settings(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  if (s->first_good && s->common.format == FORMAT_JUNIT)
    return option_error(state, "--first-good", "is told as text, tsv or json");
  if (s->first_good && s->cc && strchr(s->cc, '='))
    return option_error(state, "--first-good", "compares whole compilers, not threads of several");
  return 0;
}

static const Option table[] = {
    {"cc", 0, "CC,...", "compilers (default: gcc and clang), or one for each thread: P0=gcc,P1=clang", OPTION_TEXT,
     .place = offsetof(Settings, cc)},
    {"cflags", 0, "FLAGS,...", "their flags, each in turn; -O2", OPTION_OWN, .read = read_flags},
    {"target", 0, "CPU,...", "CPUs that they make code for, or all; this one, of code all", OPTION_OWN,
     .read = read_targets},
    {"explain", 0, NULL, "how every forbidden result of code comes about; else the first", OPTION_FLAG,
     .place = offsetof(Settings, explain)},
    {"unroll", 0, "N", "turns of a loop of code that values decide; 4", OPTION_UNSIGNED,
     .place = offsetof(Settings, unroll), .low = 1, .high = 1000},
    OPTION_CODE(Settings, code),
    {"first-good", 0, NULL, "from which version on each compiler keeps a test", OPTION_FLAG,
     .place = offsetof(Settings, first_good)},
    OPTION_COMMON_FORMAT(formats, "text (default), json, tsv, junit or markdown"),
    OPTION_COMMON_OUTPUT("Write it to FILE"),
    {"time", 0, "SECONDS", "given to one test and model; 10", OPTION_SECONDS, .place = offsetof(Settings, seconds),
     .low = 0.001, .high = 1e6},
    OPTION_COMMON_QUIET("No progress, no warnings"),
    {0}};

static const Options check_options = {
    .arguments = "[TEST|FILE|DIR|@LIST|-]...",
    .summary = "Says whether compilers keep to C11: compiles each thread of a test, reads the machine code back, and\n"
               "compares what its CPU allows with what C11, or of a kernel's test the kernel's model, allows for the\n"
               "source. Nothing is run. Without a test: the classic suite.",
    .examples = "  weakmem check SB+xchg --cc gcc,clang-14 --cflags '-O0,-O2,-O3'\n"
                "  weakmem check classic --target aarch64,riscv,power,x86_64 --cc clang\n"
                "  weakmem check mp.litmus --cc P0=gcc,P1=clang-14       threads by different compilers\n"
                "  weakmem check SB+xchg --first-good                    which version mended it\n"
                "  weakmem check --format junit -o check.xml tests/      for CI\n"
                "  weakmem check seqlock.c                               your own C, for every CPU\n"
                "\n"
                "Exit status: 0 nothing is broken; 1 a compiler's code allows what C11 forbids, or what your code's\n"
                "grades forbid, or a wait of it may never end; 2 bad usage or a bad test; 3 something could not be "
                "compiled, read or decided.\n",
    .table = table,
    .check = check_settings};

// ---- The ways to compile

typedef struct {
  CheckBuild *builds;
  unsigned count;
  size_t capacity;
} Builds;

static bool add_build(const Settings *s, const char *cc, const Cpu *cpu, Builds *builds, Diag *diag) {
  for (unsigned f = 0; f < s->flag_count; f++) {
    builds->builds =
        arena_grow(s->common.arena, builds->builds, &builds->capacity, builds->count + 1, sizeof *builds->builds);
    if (!check_build_find(cc, s->flags[f], cpu, s->common.arena, &builds->builds[builds->count], diag))
      return false;
    builds->count++;
  }
  return true;
}

// Those of the usual names that make code for the CPU: with versions, where it is asked which of them are good.
static void add_found(const Settings *s, const Cpu *cpu, Builds *builds) {
  enum { NEWEST = 40, OLDEST = 4 };
  for (unsigned n = 0; n < CHECK_USUAL; n++) {
    unsigned before = builds->count;
    Diag ignored = {.arena = s->common.arena};
    for (unsigned v = OLDEST; s->first_good && v <= NEWEST; v++)
      add_build(s, arena_printf(s->common.arena, "%s-%u", check_usual[n], v), cpu, builds, &ignored);
    if (builds->count == before)
      add_build(s, check_usual[n], cpu, builds, &ignored);
  }
}

static Builds find_builds(const Settings *s, Diag *diag) {
  const Cpu *here[] = {cpu_here()};
  const Cpu *const *cpus = s->cpus ? s->cpus : here;
  Builds builds = {0};
  if (!cpus[0])
    diag_error(diag, "--target: which CPU? There is no model of this one");
  for (unsigned c = 0; c < (s->cpus ? s->cpu_count : 1) && !diag->errors; c++) {
    if (!s->cc)
      add_found(s, cpus[c], &builds);
    else if (strchr(s->cc, '='))
      add_build(s, s->cc, cpus[c], &builds, diag);
    for (const char *at = s->cc; at && *at && !strchr(s->cc, '=') && !diag->errors; at += *at == ',') {
      size_t length = strcspn(at, ",");
      add_build(s, arena_copy(s->common.arena, at, length), cpus[c], &builds, diag);
      at += length;
    }
  }
  if (!diag->errors && !builds.count)
    diag_error(diag, "there is no compiler: neither gcc nor clang is on the PATH, for these CPUs");
  return builds;
}

// ---- A command under way

typedef struct {
  const Settings *settings;
  const Console *console;
  FILE *out;
  SheetStyle style;
  Progress progress;
  EnumerationLimits limits;
  CheckTable table; // of those done
  Junit junit;
  unsigned counts[CHECK_UNREAD + 1];
  unsigned total;
  bool failed;
} Session;

static void print(const Session *c, Text *text) {
  fwrite(text_string(text), 1, text->length, c->out);
  fflush(c->out);
  text_free(text);
}

static void keep(Session *c, const CheckedTest *checked) {
  CheckTable *kept = &c->table;
  kept->names[kept->test_count] = checked->test->name;
  for (unsigned i = 0; i < checked->count; i++) {
    kept->verdicts[(size_t)kept->test_count * kept->build_count + i] = checked->checks[i].verdict;
    c->counts[checked->checks[i].verdict]++;
    c->failed |= checked->checks[i].failed;
  }
  kept->test_count++;
}

static bool tell(const CheckedTest *checked, Arena *arena, void *context) {
  Session *c = context;
  keep(c, checked);
  Text text = {0};
  switch (c->settings->first_good ? FORMAT_JUNIT + 1 : c->settings->common.format) {
  case FORMAT_TEXT:
    check_text(checked, &c->limits, &c->style, arena, &text);
    break;
  case FORMAT_TSV:
    sheet_tsv(check_rows(checked, arena), &text);
    break;
  case FORMAT_JSON:
    sheet_json(check_objects(checked, arena), &(SheetJson){.lines = true}, &text);
    break;
  case FORMAT_JUNIT:
    check_junit(checked, &c->limits, arena, &c->junit);
    break;
  }
  progress_clear(&c->progress);
  print(c, &text);
  progress_show(&c->progress, "[%u/%u] %s", c->table.test_count, c->total, checked->test->name);
  return !ferror(c->out);
}

static void tell_progress(unsigned done, unsigned count, void *context) {
  const Session *c = context;
  progress_show(&c->progress, "[%u/%u] compiled", done, count);
}

static void print_head(const Session *c) {
  Text text = {0};
  if (c->settings->common.format == FORMAT_TSV && !c->settings->first_good)
    sheet_tsv_names(check_rows(NULL, c->settings->common.arena), &text);
  print(c, &text);
}

static void print_end(Session *c) {
  Arena *arena = c->settings->common.arena;
  Text text = {0};
  if (c->settings->first_good) {
    Sheet *sheet = check_first_good(&c->table, arena);
    if (c->settings->common.format == FORMAT_TEXT)
      sheet_text(sheet, &c->style, &text);
    else if (c->settings->common.format == FORMAT_TSV)
      sheet_tsv_all(sheet, &text);
    else
      sheet_json(sheet, &(SheetJson){.lines = true}, &text);
  } else if (c->settings->common.format == FORMAT_TEXT && c->table.test_count) {
    check_table_text(&c->table, &c->style, arena, &text);
  } else if (c->settings->common.format == FORMAT_JUNIT) {
    junit_end(&c->junit, "weakmem check", &text);
  }
  print(c, &text);
}

static int check_suite(Session *c, const Suite *suite, const Builds *builds) {
  Arena *arena = c->settings->common.arena;
  Diag diag = {.arena = arena};
  c->table = (CheckTable){.builds = builds->builds,
                          .build_count = builds->count,
                          .names = ARENA_ARRAY(arena, const char *, suite->count),
                          .verdicts = ARENA_ARRAY(arena, CheckVerdict, (size_t)suite->count * builds->count)};
  c->limits = (EnumerationLimits){.seconds = c->settings->seconds, .stop = c->console->stop};
  c->total = suite->count;
  CheckOptions options = {.tests = suite->tests,
                          .test_count = suite->count,
                          .builds = builds->builds,
                          .build_count = builds->count,
                          .limits = c->limits,
                          .stop = c->console->stop,
                          .each = tell,
                          .progress = tell_progress,
                          .context = c};
  print_head(c);
  unsigned done = check_all(&options, &diag);
  progress_clear(&c->progress);
  print_end(c);
  console_report(c->console, &diag);
  if (*c->console->stop)
    fprintf(c->console->err, "weakmem: interrupted with %u of %u tests done\n", done, suite->count);
  return c->counts[CHECK_BROKEN] ? EXIT_FORBIDDEN : c->failed || done < suite->count ? EXIT_MACHINE : EXIT_OK;
}

// The user's own code, in place of tests.
static int check_users_code(const Session *c, const CodeFiles *files, const Builds *builds) {
  const Settings *s = c->settings;
  CodeCheckRun run = {.common = &s->common,
                      .console = c->console,
                      .out = c->out,
                      .style = c->style,
                      .builds = builds->builds,
                      .build_count = builds->count,
                      .options = {.limits = judge_limits(s->seconds), .unroll = s->unroll},
                      .explain = s->explain,
                      .as_junit = s->common.format == FORMAT_JUNIT,
                      .files = files,
                      .said = &s->code.said};
  run.options.limits.stop = c->console->stop;
  return check_code(&run);
}

static void check_code_settings(const Settings *s, Diag *diag) {
  if (s->common.argument_count)
    diag_error(diag, "'%s': tests and code are checked by commands of their own", s->common.arguments[0]);
  if (s->first_good || (s->cc && strchr(s->cc, '=')))
    diag_error(diag, "%s is of tests: a file of code is compiled as a whole", s->first_good ? "--first-good" : "P0=");
}

// The tests that are in C: of others no compiler makes anything.
static Suite find_tests(const Settings *s, Diag *diag) {
  Suite suite = s->common.argument_count
                    ? tests_find(s->common.arguments, s->common.argument_count, NULL, s->common.arena, diag)
                    : suite_builtin("classic", s->common.arena, diag);
  unsigned kept = 0;
  for (unsigned i = 0; i < suite.count; i++) {
    if (!test_is_assembly(suite.tests[i]))
      suite.tests[kept++] = suite.tests[i];
    else
      diag_error(diag, "%s is in %s assembly, which no compiler has made; `weakmem predict` judges it",
                 suite.tests[i]->name, suite.tests[i]->dialect->name);
  }
  suite.count = kept;
  if (!diag->errors && !suite.count)
    diag_error(diag, "there is no test to check");
  return suite;
}

static int check_with(Settings *s, const Console *console) {
  Diag diag = {.arena = s->common.arena};
  CodeFiles code;
  Suite suite = {0};
  if (code_files_take(&s->common, &s->code, &code, &diag) && code.count)
    check_code_settings(s, &diag);
  else if (!diag.errors)
    suite = find_tests(s, &diag);
  if (code.count && !s->cpus) {
    s->cpus = (const Cpu **)cpu_all;
    s->cpu_count = cpu_count;
  }
  int status = EXIT_USAGE;
  Builds builds = {0};
  if (!diag.errors) {
    builds = find_builds(s, &diag);
    status = EXIT_MACHINE;
  }
  Session session = {
      .settings = s, .console = console, .out = console->out, .progress = progress_new(console, s->common.quiet)};
  if (!diag.errors && s->common.output && !(session.out = fopen(s->common.output, "we")))
    diag_error(&diag, "cannot write %s: %s", s->common.output, strerror(errno));
  if (!diag.errors) {
    session.style = console_style(session.out, s->common.markdown);
    status = code.count ? check_users_code(&session, &code, &builds) : check_suite(&session, &suite, &builds);
  }
  if (session.out && session.out != console->out && (fclose(session.out) || false))
    diag_error(&diag, "cannot write %s: %s", s->common.output, strerror(errno));
  console_report(console, &diag);
  return diag.errors && status == EXIT_OK ? EXIT_MACHINE : status;
}

int command_check(int argc, char **argv, const Console *console) {
  static const char *const flags[] = {"-O2"};
  Settings settings = {.common.arena = arena_new(), .flags = flags, .flag_count = 1, .seconds = 10};
  int status;
  if (options_parse(&check_options, argc, argv, &settings, console, &status))
    status = check_with(&settings, console);
  arena_free(settings.common.arena);
  return status;
}
