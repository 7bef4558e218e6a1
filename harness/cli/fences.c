// weakmem fences: the fence ladder of a test.
#include "harness/cli/console.h"
#include "harness/cli/fences_view.h"
#include "harness/cli/options.h"
#include "harness/cli/tests.h"
#include "harness/study/evidence.h"

#include <string.h>

#define DEFAULT_SECONDS 0.1 // a row

typedef struct {
  Common common;
  LadderOptions ladder;
} Settings;

static const Option table[] = {
    {"time", 't', "SECONDS", "For each row (default 0.1); as 0.1, 200ms or 2min", OPTION_SECONDS,
     .place = offsetof(Settings, ladder.run.seconds), .low = 0.001, .high = 1e6},
    {"per-thread", 0, NULL, "Look for the cheapest combination, thread by thread", OPTION_FLAG,
     .place = offsetof(Settings, ladder.per_thread)},
    {"orders", 0, NULL, "The ladder of access orders, too", OPTION_FLAG, .place = offsetof(Settings, ladder.orders)},
    {"models", 0, NULL, "What the models of other CPUs say, too", OPTION_FLAG,
     .place = offsetof(Settings, ladder.other_models)},
    OPTION_COMMON_PLACEMENT,
    OPTION_COMMON_PUS,
    OPTION_COMPILER(Settings, ladder.run),
    OPTION_COMMON_FORMAT(option_formats, "text (default), json, tsv or markdown"),
    OPTION_COMMON_OUTPUT("Append the result to a file of records, as a line of JSON"),
    OPTION_COMMON_SEED(Settings, ladder.run),
    OPTION_COMMON_QUIET("No progress and no warnings"),
    {0}};

static error_t check(struct argp_state *state, void *settings) {
  const Common *common = &((const Settings *)settings)->common;
  if (!common->argument_count)
    return option_error(state, "fences", "needs a test, as in `weakmem fences SB`");
  if (common->argument_count > 1)
    return option_error(state, common->arguments[1], "one test at a time: %s is another", common->arguments[0]);
  if (common->pus && common->placed)
    return option_error(state, "--pus", "says where threads sit, and so does --placement");
  return 0;
}

static const Options fences_options = {
    .arguments = "TEST|FILE",
    .summary = "The fence ladder of a test: each fence of C11 and of this CPU between the accesses of every thread, "
               "then of each thread alone. What it costs there, what the models say of the weak states that the "
               "condition asks for, how often they were seen, and the cheapest fence that forbids them.",
    .examples = "  weakmem fences SB                  store buffering: which full fence is cheapest?\n"
                "  weakmem fences R --per-thread      a fence in one of two threads is enough\n"
                "  weakmem fences MP --orders         or release stores and acquire loads?\n"
                "  weakmem fences increment           a lost update: no fence helps\n"
                "  weakmem fences SB --cc clang       what another compiler makes of C11's fences\n"
                "\n"
                "Exit status: 0 done; 1 a forbidden state was seen; 2 bad usage or a bad test; 3 a row could\n"
                "not be run, a model could not decide, or the machine cannot do it.\n",
    .table = table,
    .check = check};

typedef struct {
  const Settings *settings;
  const Console *console;
  Progress progress;
} Session;

static void report(const Session *c, Diag *diag) {
  if (diag->errors || !c->settings->common.quiet)
    console_report(c->console, diag);
  *diag = (Diag){.arena = diag->arena};
}

static void show_progress(void *context, const char *what, unsigned done, unsigned count) {
  const Session *c = context;
  if (count)
    progress_show(&c->progress, "[%u/%u] %s", done, count, what);
  else
    progress_show(&c->progress, "cost: %s", what);
}

// States that should not have been seen are kept and told as `run` does. Whether there are any.
static bool tell_alarms(const Session *c, const Ladder *ladder) {
  bool any = false;
  for (unsigned i = 0; i < ladder->row_count; i++) {
    const LadderRow *row = &ladder->rows[i];
    if (!row->run || !row->run->labels.violation.state)
      continue;
    any = true;
    Diag diag = {.arena = ladder->arena};
    const char *folder = evidence_keep(row->campaign, row->run, ladder->arena, &diag);
    Text text = {0};
    text_printf(&text, "\n%s in %s: ", row->name, row->threads);
    evidence_report(row->campaign, row->run, folder, &text);
    fputs(text_string(&text), c->settings->common.format == FORMAT_TEXT ? c->console->out : c->console->err);
    text_free(&text);
    report(c, &diag);
  }
  return any;
}

static void print(const Session *c, const Ladder *ladder, const Text *line) {
  Text text = {0};
  SheetStyle style = console_style(c->console->out, c->settings->common.markdown);
  switch (c->settings->common.format) {
  case FORMAT_TEXT:
    fences_view_text(ladder, &style, &text);
    break;
  case FORMAT_TSV:
    sheet_tsv_all(fences_view_rows(ladder), &text);
    break;
  case FORMAT_JSON:
    text_add(&text, text_string(line));
    break;
  }
  console_print(c->console, &text);
}

static bool all_done(const Ladder *ladder) {
  if (ladder->interrupted)
    return false;
  for (unsigned i = 0; i < ladder->row_count; i++)
    if (!ladder->rows[i].done)
      return false;
  return true;
}

// Whether every model that the answer rests on said all that it was asked.
static bool all_decided(const Ladder *ladder) {
  if (ladder->target == TARGET_UNKNOWN)
    return false;
  for (unsigned i = 0; i < ladder->row_count; i++)
    for (unsigned j = 0; j < ladder->judge_count; j++)
      if (ladder->rows[i].verdicts[j].speaks && ladder->rows[i].verdicts[j].verdict == VERDICT_UNKNOWN)
        return false;
  return true;
}

static int climb(Session *c, const Test *test, const Topology *topology, RecordWriter *writer, Diag *diag) {
  const Settings *settings = c->settings;
  LadderSite site = {.topology = topology, .stop = c->console->stop, .progress = show_progress, .context = c};
  Identity machine = identity_read(topology, settings->common.arena);
  Compiler compiler;
  Ladder ladder;
  if (!compiler_find(settings->ladder.run.cc, settings->ladder.run.cflags, settings->common.arena, &compiler, diag))
    return EXIT_MACHINE;
  Placement threads = placement_default(topology, test->thread_count, settings->common.arena);
  Conditions conditions = conditions_begin(topology, &threads);
  bool made = ladder_make(&settings->ladder, test, &site, &machine, &compiler, settings->common.arena, &ladder, diag);
  progress_clear(&c->progress);
  if (!made)
    return EXIT_MACHINE;
  conditions_end(&conditions, topology, &threads, diag);
  Text line = {0};
  sheet_json(fences_view_object(&ladder), NULL, &line);
  text_add_char(&line, '\n');
  print(c, &ladder, &line);
  bool written = !writer || record_writer_add_line(writer, &line, diag);
  text_free(&line);
  bool alarming = tell_alarms(c, &ladder), whole = all_done(&ladder) && all_decided(&ladder);
  ladder_release(&ladder);
  if (alarming)
    return EXIT_FORBIDDEN;
  return written && whole ? EXIT_OK : EXIT_MACHINE;
}

static int run(const Settings *settings, const Console *console) {
  Session command = {
      .settings = settings, .console = console, .progress = progress_new(console, settings->common.quiet)};
  Diag diag = {.arena = settings->common.arena};
  char **arguments = settings->common.arguments;
  Suite suite = tests_find(arguments, 1, cpu_here(), settings->common.arena, &diag);
  if (!diag.errors && suite.count != 1)
    diag_error(&diag, "%s names %u tests; the ladder is that of one", arguments[0], suite.count);
  if (!diag.errors && test_has_grace(suite.tests[0]))
    diag_error(&diag, "%s has RCU's sections or grace periods, of which no CPU's model speaks: no ladder is made of it",
               suite.tests[0]->name);
  if (!diag.errors && test_is_assembly(suite.tests[0]))
    diag_error(&diag, "%s is in %s assembly: the ladder puts fences into C", suite.tests[0]->name,
               suite.tests[0]->dialect->name);
  RecordWriter *writer =
      !diag.errors && settings->common.output ? record_writer_open(settings->common.output, &diag) : NULL;
  int status = EXIT_USAGE;
  if (!diag.errors) {
    Topology *topology = topology_new(&diag);
    status = topology ? climb(&command, suite.tests[0], topology, writer, &diag) : EXIT_MACHINE;
    topology_free(topology);
  }
  record_writer_close(writer);
  report(&command, &diag);
  return status;
}

int command_fences(int argc, char **argv, const Console *console) {
  Settings settings = {.common.arena = arena_new(), .ladder.run.seconds = DEFAULT_SECONDS};
  int status;
  if (options_parse(&fences_options, argc, argv, &settings, console, &status)) {
    Common *common = &settings.common;
    settings.ladder.placement = common->placed ? &common->placement : NULL;
    settings.ladder.pus = common->pus;
    settings.ladder.pu_count = common->pu_count;
    status = run(&settings, console);
  }
  arena_free(settings.common.arena);
  return status;
}
