// weakmem fences: the fence ladder of a test.
#include "harness/cli/console.h"
#include "harness/cli/fences_view.h"
#include "harness/cli/options.h"
#include "harness/cli/tests.h"
#include "harness/study/evidence.h"

#include <string.h>

#define DEFAULT_SECONDS 0.1 // a row

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_TSV };
static const char *const formats[] = {"text", "json", "tsv", NULL};

typedef struct {
  Arena *arena;
  LadderOptions ladder;
  PlacementKind placement;
  char *test;
  const char *output;
  unsigned format;
  bool quiet;
} Settings;

enum { KEY_PUS = 256, KEY_CC, KEY_CFLAGS, KEY_SEED, KEY_ORDERS, KEY_MODELS, KEY_PER_THREAD };

static const struct argp_option argp_options[] = {
    {.name = "time", .key = 't', .arg = "SECONDS", .doc = "For each row (default 0.1); as 0.1, 200ms or 2min"},
    {.name = "per-thread", .key = KEY_PER_THREAD, .doc = "Look for the cheapest combination, thread by thread"},
    {.name = "orders", .key = KEY_ORDERS, .doc = "The ladder of access orders, too"},
    {.name = "models", .key = KEY_MODELS, .doc = "What the models of other CPUs say, too"},
    {.name = "placement", .key = 'p', .arg = "NAME", .doc = "Where threads sit; `weakmem topo` lists them"},
    {.name = "pus", .key = KEY_PUS, .arg = "LIST", .doc = "Or the PUs themselves, in turn: 0,2 or 0-3"},
    {.name = "cc", .key = KEY_CC, .arg = "CC", .doc = "The compiler (default: cc, gcc or clang)"},
    {.name = "cflags", .key = KEY_CFLAGS, .arg = "FLAGS", .doc = "Its flags (default -O2)"},
    {.name = "format", .key = 'f', .arg = "FORMAT", .doc = "text (default), json or tsv"},
    {.name = "output", .key = 'o', .arg = "FILE", .doc = "Append the result to a file of records, as a line of JSON"},
    {.name = "seed", .key = KEY_SEED, .arg = "N", .doc = "Repeat the choices of the run that had this seed"},
    {.name = "quiet", .key = 'q', .doc = "No progress and no warnings"},
    {0}};

static error_t parse_pus(Settings *s, const char *text, struct argp_state *state) {
  unsigned *pus = NULL;
  error_t error = option_pus(state, "--pus", text, s->arena, &pus, &s->ladder.pu_count);
  s->ladder.pus = pus;
  return error;
}

static error_t parse_test(Settings *s, char *text, struct argp_state *state) {
  if (s->test)
    return option_error(state, text, "one test at a time: %s is another", s->test);
  s->test = text;
  return 0;
}

static error_t check(const Settings *s, struct argp_state *state) {
  if (!s->test)
    return option_error(state, "fences", "needs a test, as in `weakmem fences SB`");
  if (s->ladder.pus && s->ladder.placement)
    return option_error(state, "--pus", "says where threads sit, and so does --placement");
  return 0;
}

static error_t parse(int key, char *text, struct argp_state *state) {
  Settings *s = state->input;
  RunOptions *run = &s->ladder.run;
  switch (key) {
  case 't':
    return option_seconds(state, "--time", text, 0.001, 1e6, &run->seconds);
  case KEY_PER_THREAD:
    s->ladder.per_thread = true;
    return 0;
  case KEY_ORDERS:
    s->ladder.orders = true;
    return 0;
  case KEY_MODELS:
    s->ladder.other_models = true;
    return 0;
  case 'p':
    s->ladder.placement = &s->placement;
    return option_placement(state, "--placement", text, "", &s->placement);
  case KEY_PUS:
    return parse_pus(s, text, state);
  case KEY_CC:
    run->cc = text;
    return 0;
  case KEY_CFLAGS:
    run->cflags = text;
    return option_flags(state, "--cflags", text, s->arena);
  case 'f':
    return option_choice(state, "--format", text, formats, &s->format);
  case 'o':
    s->output = text;
    return 0;
  case KEY_SEED:
    return option_seed(state, "--seed", text, &run->seed);
  case 'q':
    s->quiet = true;
    return 0;
  case ARGP_KEY_ARG:
    return parse_test(s, text, state);
  case ARGP_KEY_END:
    return check(s, state);
  default:
    return ARGP_ERR_UNKNOWN;
  }
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
                "not be run, or the machine cannot do it.\n",
    .options = argp_options,
    .parse = parse};

typedef struct {
  const Settings *settings;
  const Console *console;
  Progress progress;
} Session;

static void report(const Session *c, Diag *diag) {
  if (diag->errors || !c->settings->quiet)
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
    if (!row->run || !row->run->labels.alarm.state)
      continue;
    any = true;
    Diag diag = {.arena = ladder->arena};
    const char *folder = evidence_keep(row->campaign, row->run, ladder->arena, &diag);
    Text text = {0};
    text_printf(&text, "\n%s in %s: ", row->name, row->threads);
    evidence_report(row->campaign, row->run, folder, &text);
    fputs(text_string(&text), c->settings->format == FORMAT_TEXT ? c->console->out : c->console->err);
    text_free(&text);
    report(c, &diag);
  }
  return any;
}

static void print(const Session *c, const Ladder *ladder, const Text *line) {
  Text text = {0};
  SheetStyle style = console_style(c->console->out);
  Sheet *rows;
  switch (c->settings->format) {
  case FORMAT_TEXT:
    fences_view_text(ladder, &style, &text);
    break;
  case FORMAT_TSV:
    rows = fences_view_rows(ladder);
    sheet_tsv_names(rows, &text);
    sheet_tsv(rows, &text);
    break;
  case FORMAT_JSON:
    text_add(&text, text_string(line));
    break;
  }
  fputs(text_string(&text), c->console->out);
  text_free(&text);
}

static bool all_done(const Ladder *ladder) {
  if (ladder->interrupted)
    return false;
  for (unsigned i = 0; i < ladder->row_count; i++)
    if (!ladder->rows[i].done)
      return false;
  return true;
}

static int climb(Session *c, const Test *test, const Topology *topology, RecordWriter *writer, Diag *diag) {
  const Settings *settings = c->settings;
  LadderSite site = {.topology = topology, .stop = c->console->stop, .progress = show_progress, .context = c};
  Identity machine = identity_read(topology, settings->arena);
  Compiler compiler;
  Ladder ladder;
  if (!compiler_find(settings->ladder.run.cc, settings->ladder.run.cflags, settings->arena, &compiler, diag))
    return EXIT_MACHINE;
  Placement threads = placement_default(topology, test->thread_count, settings->arena);
  Conditions conditions = conditions_begin(topology, &threads);
  bool made = ladder_make(&settings->ladder, test, &site, &machine, &compiler, settings->arena, &ladder, diag);
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
  bool alarming = tell_alarms(c, &ladder);
  ladder_release(&ladder);
  if (alarming)
    return EXIT_FORBIDDEN;
  return written && all_done(&ladder) ? EXIT_OK : EXIT_MACHINE;
}

static int run(const Settings *settings, const Console *console) {
  Session command = {.settings = settings, .console = console, .progress = progress_new(console, settings->quiet)};
  Diag diag = {.arena = settings->arena};
  char *arguments[] = {settings->test};
  Suite suite = tests_find(arguments, 1, cpu_here(), settings->arena, &diag);
  if (!diag.errors && suite.count != 1)
    diag_error(&diag, "%s names %u tests; the ladder is that of one", settings->test, suite.count);
  RecordWriter *writer = !diag.errors && settings->output ? record_writer_open(settings->output, &diag) : NULL;
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
  Settings settings = {.arena = arena_new(), .ladder.run.seconds = DEFAULT_SECONDS};
  int status;
  if (options_parse(&fences_options, argc, argv, &settings, console, &status))
    status = run(&settings, console);
  arena_free(settings.arena);
  return status;
}
