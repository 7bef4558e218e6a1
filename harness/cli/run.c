// weakmem run: litmus tests on this machine, and how often each state was seen.
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/tests.h"
#include "harness/study/campaign.h"
#include "harness/study/evidence.h"
#include "harness/study/history.h"

#include <string.h>

#define DEFAULT_SECONDS 0.1 // a test: the classic suite then takes about 15 s

typedef enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_TSV, FORMAT_LITMUS7 } Format;
static const char *const formats[] = {"text", "json", "tsv", "litmus7", NULL};
static const char *const engines[] = {"auto", "perpetual", "lockstep", NULL};
static const char *const actors[] = {"threads", "processes", NULL};

typedef struct {
  Arena *arena;
  CampaignOptions campaign;
  PlacementKind placement;
  char **arguments;
  size_t argument_count, argument_capacity;
  unsigned format, engine, actors;
  const char *output; // NULL: no file of records
  bool resume, quiet, time_given, forget;
} Settings;

enum {
  KEY_ITERATIONS = 256,
  KEY_UNTIL,
  KEY_ENGINE,
  KEY_PUS,
  KEY_ACTORS,
  KEY_CC,
  KEY_CFLAGS,
  KEY_RESUME,
  KEY_SEED,
  KEY_TIMEOUT,
  KEY_NO_KEEP
};

static const struct argp_option argp_options[] = {
    {.name = "time", .key = 't', .arg = "SECONDS", .doc = "For each test (default 0.1); as 0.5, 200ms or 2min"},
    {.name = "iterations",
     .key = KEY_ITERATIONS,
     .arg = "N",
     .doc = "End after N iterations (k, M, G may follow); "
            "without --time no time ends the test"},
    {.name = "until-witness", .key = KEY_UNTIL, .doc = "End at the first witness of the condition"},
    {.name = "engine", .key = KEY_ENGINE, .arg = "NAME", .doc = "auto (default), perpetual or lockstep"},
    {.name = "placement", .key = 'p', .arg = "NAME|all", .doc = "Where threads sit; `weakmem topo` lists them"},
    {.name = "pus", .key = KEY_PUS, .arg = "LIST", .doc = "Or the PUs themselves, in turn: 0,2 or 0-3"},
    {.name = "actors", .key = KEY_ACTORS, .arg = "KIND", .doc = "threads (default), or processes that share memory"},
    {.name = "fence", .key = 'F', .arg = "NAME|all", .doc = "Put a fence between the accesses of every thread"},
    {.name = "cc", .key = KEY_CC, .arg = "CC", .doc = "The compiler (default: cc, gcc or clang)"},
    {.name = "cflags", .key = KEY_CFLAGS, .arg = "FLAGS", .doc = "Its flags (default -O2)"},
    {.name = "output", .key = 'o', .arg = "FILE", .doc = "Append a record of each run to FILE, a JSON object a line"},
    {.name = "resume", .key = KEY_RESUME, .doc = "Do not run again what FILE says was done"},
    {.name = "format", .key = 'f', .arg = "FORMAT", .doc = "text (default), json, tsv or litmus7"},
    {.name = "seed", .key = KEY_SEED, .arg = "N", .doc = "Repeat the choices of the run that had this seed"},
    {.name = "timeout",
     .key = KEY_TIMEOUT,
     .arg = "SECONDS",
     .doc = "Kill a test that takes longer "
            "(default: three times its time, and 10 s)"},
    {.name = "no-keep", .key = KEY_NO_KEEP, .doc = "Do not keep the records for `weakmem compare`"},
    {.name = "quiet", .key = 'q', .doc = "No progress and no warnings; of a suite, the table alone"},
    {0}};

static error_t parse_engine(Settings *s, const char *text, struct argp_state *state) {
  static const Engine kinds[] = {ENGINE_AUTO, ENGINE_PERPETUAL, ENGINE_LOCKSTEP};
  error_t error = option_choice(state, "--engine", text, engines, &s->engine);
  s->campaign.run.engine = kinds[s->engine];
  return error;
}

static error_t parse_placement(Settings *s, const char *text, struct argp_state *state) {
  if (!strcmp(text, "all")) {
    s->campaign.all_placements = true;
    return 0;
  }
  s->campaign.placement = &s->placement;
  return option_placement(state, "--placement", text, " or all", &s->placement);
}

static bool is_among(const char *name, const char *const *names) {
  while (*names && strcmp(*names, name) != 0)
    names++;
  return *names;
}

static error_t parse_fences(Settings *s, const char *text, struct argp_state *state) {
  const char *const *all = campaign_fences(s->arena);
  CampaignOptions *campaign = &s->campaign;
  if (!strcmp(text, "all")) {
    campaign->fences = all;
    for (campaign->fence_count = 0; all[campaign->fence_count];)
      campaign->fence_count++;
    return 0;
  }
  error_t error = option_list(state, "--fence", text, s->arena, &campaign->fences, &campaign->fence_count);
  for (unsigned i = 0; !error && i < campaign->fence_count; i++) {
    if (is_among(campaign->fences[i], all))
      continue;
    Text names = {0};
    for (unsigned k = 0; all[k]; k++)
      text_printf(&names, "%s, ", all[k]);
    error = option_error(state, "--fence", "this CPU has no fence '%s'; expected %sor all", campaign->fences[i],
                         text_string(&names));
    text_free(&names);
  }
  return error;
}

static error_t parse_actors(Settings *s, const char *text, struct argp_state *state) {
  error_t error = option_choice(state, "--actors", text, actors, &s->actors);
  s->campaign.run.actors = s->actors ? ACTORS_PROCESSES : ACTORS_THREADS;
  return error;
}

static error_t parse_pus(Settings *s, const char *text, struct argp_state *state) {
  unsigned *pus = NULL;
  error_t error = option_pus(state, "--pus", text, s->arena, &pus, &s->campaign.pu_count);
  s->campaign.pus = pus;
  return error;
}

// What options contradict each other is told before anything is done.
static error_t check(const Settings *s, struct argp_state *state) {
  if (s->resume && !s->output)
    return option_error(state, "--resume", "needs the file of records, -o FILE");
  if (s->campaign.pus && (s->campaign.placement || s->campaign.all_placements))
    return option_error(state, "--pus", "says where threads sit, and so does --placement");
  return 0;
}

static error_t parse(int key, char *text, struct argp_state *state) {
  Settings *s = state->input;
  RunOptions *run = &s->campaign.run;
  switch (key) {
  case 't':
    s->time_given = true;
    return option_seconds(state, "--time", text, 0.001, 1e6, &run->seconds);
  case KEY_ITERATIONS:
    return option_count(state, "--iterations", text, 1, (uint64_t)1 << 60, &run->iterations);
  case KEY_UNTIL:
    run->until_witness = true;
    return 0;
  case KEY_ENGINE:
    return parse_engine(s, text, state);
  case 'p':
    return parse_placement(s, text, state);
  case KEY_PUS:
    return parse_pus(s, text, state);
  case KEY_ACTORS:
    return parse_actors(s, text, state);
  case 'F':
    return parse_fences(s, text, state);
  case KEY_CC:
    run->cc = text;
    return 0;
  case KEY_CFLAGS:
    run->cflags = text;
    return option_flags(state, "--cflags", text, s->arena);
  case 'o':
    s->output = text;
    return 0;
  case KEY_RESUME:
    s->resume = true;
    return 0;
  case 'f':
    return option_choice(state, "--format", text, formats, &s->format);
  case KEY_SEED:
    return option_seed(state, "--seed", text, &run->seed);
  case KEY_TIMEOUT:
    return option_seconds(state, "--timeout", text, 0.01, 1e6, &run->timeout);
  case KEY_NO_KEEP:
    s->forget = true;
    return 0;
  case 'q':
    s->quiet = true;
    return 0;
  case ARGP_KEY_ARG:
    s->arguments = arena_grow(s->arena, s->arguments, &s->argument_capacity, s->argument_count + 1, sizeof text);
    s->arguments[s->argument_count++] = text;
    return 0;
  case ARGP_KEY_END:
    return check(s, state);
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const Options run_options = {
    .arguments = "[TEST|FAMILY|FILE|DIR|@LIST|-]...",
    .summary = "Runs litmus tests on this machine and shows how often each state was seen.\n"
               "Without an argument it runs the family `classic`.",
    .examples = "  weakmem run                            the classic suite, about 15 s\n"
                "  weakmem run SB                         store buffering\n"
                "  weakmem run SB --fence all             with each fence this CPU has\n"
                "  weakmem run SB --placement all         wherever its threads can sit\n"
                "  weakmem run -t 10 -o here.jsonl tests/ a folder, ten seconds a test, recorded\n"
                "  weakmem run -t 10 -o here.jsonl --resume tests/   the rest of it, after a kill\n"
                "\n"
                "A state marked * is a witness: it satisfies the body of the test's condition.\n"
                "Exit status: 0 done; 1 a forbidden state was seen; 2 bad usage or a bad test; 3 a test\n"
                "was interrupted, timed out, crashed or did not compile, or the machine cannot do it.\n",
    .options = argp_options,
    .parse = parse};

// ---- One command under way

typedef struct {
  const Settings *settings;
  const Console *console;
  Arena *arena;
  Campaign campaign;
  RecordWriter *writer; // NULL: no file
  SheetStyle style;
  Progress progress;
  const char **remarks; // told already
  size_t remark_count, remark_capacity;
  bool failed;    // a test was not done, or what it gave could not be written
  bool forbidden; // a state was seen that should not have been
} Session;

static bool stopped(const Console *console) { return stop_wanted(console->stop); }

// Tells and forgets what is in the list; warnings not where the user wants quiet.
static void report(const Settings *settings, const Console *console, Diag *diag) {
  if (diag->errors || !settings->quiet)
    console_report(console, diag);
  *diag = (Diag){.arena = diag->arena};
}

static void print_head(const Session *c) {
  const Campaign *campaign = &c->campaign;
  Text text = {0};
  identity_print(&campaign->runs[0].record.machine, &text);
  text_printf(&text, "; %s %s\n", campaign->compiler.version, campaign->compiler.flags);
  const char *caveat = c->settings->quiet ? NULL : identity_caveat(&campaign->runs[0].record.machine);
  text_printf(&text, "%s%s\n", caveat ? caveat : "", caveat ? "\n" : "");
  fputs(text_string(&text), c->console->out);
  text_free(&text);
}

static void print_run(const Session *c, const CampaignRun *run) {
  const Settings *settings = c->settings;
  Text text = {0};
  switch ((Format)settings->format) {
  case FORMAT_TEXT:
    if (!settings->quiet || c->campaign.count == 1)
      view_run(&run->record, run->test->story, &c->style, &text);
    break;
  case FORMAT_JSON: {
    record_write(&run->record, &text);
    break;
  }
  case FORMAT_TSV:
    sheet_tsv(view_states(&run->record, c->arena), &text);
    break;
  case FORMAT_LITMUS7:
    view_litmus7(&run->record, &text);
    break;
  }
  fputs(text_string(&text), c->console->out);
  fflush(c->console->out);
  text_free(&text);
}

// What a run remarks is told once, however many runs remark it.
static void tell_remark(Session *c, const CampaignRun *run) {
  if (!run->remark || c->settings->quiet)
    return;
  for (size_t i = 0; i < c->remark_count; i++)
    if (!strcmp(c->remarks[i], run->remark))
      return;
  c->remarks = arena_grow(c->arena, c->remarks, &c->remark_capacity, c->remark_count + 1, sizeof *c->remarks);
  c->remarks[c->remark_count++] = run->remark;
  fprintf(c->console->err, "weakmem: note: %s\n", run->remark);
}

// A state that should not have been seen: what it takes to look into it is kept, and it is said what to do.
static void tell_alarm(Session *c, const CampaignRun *run) {
  if (!run->labels.alarm.state)
    return;
  c->forbidden = true;
  Diag diag = {.arena = c->arena};
  const char *folder = evidence_keep(&c->campaign, run, c->arena, &diag);
  Text text = {0};
  evidence_report(&c->campaign, run, folder, &text);
  fprintf(c->settings->format == FORMAT_TEXT ? c->console->out : c->console->err, "%s\n", text_string(&text));
  text_free(&text);
  report(c->settings, c->console, &diag);
}

// Keeps and shows one run's record. False where either cannot be done: then there is no use in going on.
static bool deliver(Session *c, const CampaignRun *run) {
  progress_clear(&c->progress);
  Diag diag = {.arena = c->arena};
  bool kept = !c->writer || record_writer_add(c->writer, &run->record, &diag);
  report(c->settings, c->console, &diag);
  print_run(c, run);
  tell_alarm(c, run);
  tell_remark(c, run);
  c->failed |= strcmp(run->record.status, "done") != 0 || !kept;
  return kept && !ferror(c->console->out);
}

static void compile_progress(unsigned done, unsigned count, void *context) {
  progress_show(context, "[%u/%u] compiled", done, count);
}

// Runs what is left. How many runs are done then, those of earlier included.
static unsigned run_all(Session *c) {
  const Console *console = c->console;
  Campaign *campaign = &c->campaign;
  campaign_compile(campaign, c->arena, console->stop, compile_progress, &c->progress);
  unsigned done = 0;
  bool going = true;
  for (unsigned i = 0; i < campaign->count; i++) {
    CampaignRun *run = &campaign->runs[i];
    if (!run->done && going && !stopped(console)) {
      progress_show(&c->progress, "[%u/%u] %s", i + 1, campaign->count, run->record.test);
      campaign_run(campaign, run, c->arena, console->stop);
      going = deliver(c, run);
    }
    done += run->done;
    c->forbidden |= run->record.forbidden_state && *run->record.forbidden_state; // also one that was taken over
  }
  progress_clear(&c->progress);
  return done;
}

static void print_summary(const Session *c, unsigned done) {
  if (c->settings->format != FORMAT_TEXT || c->campaign.count < 2)
    return;
  Record *records = ARENA_ARRAY(c->arena, Record, done + 1);
  unsigned count = 0;
  for (unsigned i = 0; i < c->campaign.count; i++)
    if (c->campaign.runs[i].done)
      records[count++] = c->campaign.runs[i].record;
  Text text = {0};
  view_summary(records, count, &c->style, &text);
  fputs(text_string(&text), c->console->out);
  text_free(&text);
}

// Keeps what was seen for `compare`. That it cannot be kept is no failure of the run.
static void keep(const Session *c) {
  const char *path = c->settings->forget ? NULL : history_path(c->arena);
  const Record **records = ARENA_ARRAY(c->arena, const Record *, c->campaign.count + 1);
  unsigned count = 0;
  for (unsigned i = 0; i < c->campaign.count; i++)
    if (c->campaign.runs[i].done)
      records[count++] = &c->campaign.runs[i].record;
  Diag diag = {.arena = c->arena};
  if (path && count && !history_add(path, records, count, &diag) && !c->settings->quiet)
    fprintf(c->console->err, "weakmem: note: the records are not kept for `weakmem compare`: %s\n",
            diag.first ? diag.first->message : "no reason is known");
}

// Runs that came to their end, none of them cut short.
static unsigned finished(const Campaign *campaign) {
  unsigned count = 0;
  for (unsigned i = 0; i < campaign->count; i++)
    count += campaign->runs[i].done && strcmp(campaign->runs[i].record.status, "interrupted") != 0;
  return count;
}

static int run_campaign(Session *c) {
  const Console *console = c->console;
  Campaign *campaign = &c->campaign;
  if (c->settings->format == FORMAT_TEXT)
    print_head(c);
  Text head = {0};
  if (c->settings->format == FORMAT_TSV)
    sheet_tsv_names(view_states(NULL, c->arena), &head);
  fputs(text_string(&head), console->out);
  fflush(console->out);
  text_free(&head);
  const Placement *placement = &campaign->runs[0].placement;
  Conditions conditions = conditions_begin(campaign->topology, placement);
  unsigned done = run_all(c);
  print_summary(c, done);
  fflush(console->out);
  keep(c);
  Diag diag = {.arena = c->arena};
  conditions_end(&conditions, campaign->topology, placement, &diag);
  report(c->settings, console, &diag);
  if (stopped(console))
    fprintf(console->err, "weakmem: interrupted with %u of %u runs done\n", finished(campaign), campaign->count);
  if (c->forbidden)
    return EXIT_FORBIDDEN;
  return c->failed || stopped(console) || done < campaign->count ? EXIT_MACHINE : EXIT_OK;
}

// ---- Getting ready

static bool resume(Session *c, Diag *diag) {
  Records earlier;
  if (!records_read(c->settings->output, c->arena, &earlier, diag))
    return false;
  unsigned taken = campaign_resume(&c->campaign, &earlier);
  if (!c->settings->quiet)
    fprintf(c->console->err, "weakmem: note: %u of %u runs were done before\n", taken, c->campaign.count);
  return true;
}

static bool open_records(Session *c, Diag *diag) {
  const Settings *settings = c->settings;
  if (!settings->output)
    return true;
  c->writer = record_writer_open(settings->output, diag); // first: the lock keeps what is read from growing
  return c->writer && (!settings->resume || resume(c, diag));
}

// Everything that has to be released lives here.
static int run_on(const Settings *settings, const Console *console, const Suite *suite, const Topology *topology) {
  Arena *arena = settings->arena;
  Diag diag = {.arena = arena};
  Compiler compiler;
  CampaignOptions options = settings->campaign;
  options.tests = suite->tests;
  options.test_count = suite->count;
  Session command = {.settings = settings,
                     .console = console,
                     .arena = arena,
                     .style = console_style(console->out),
                     .progress = progress_new(console, settings->quiet)};
  int status = EXIT_MACHINE;
  if (compiler_find(options.run.cc, options.run.cflags, arena, &compiler, &diag)) {
    Identity machine = identity_read(topology, arena);
    if (campaign_plan(&options, topology, &machine, &compiler, arena, &command.campaign, &diag)) {
      command.failed = diag.first != NULL; // a placement that a test has no room on
      if (open_records(&command, &diag)) {
        report(settings, console, &diag);
        status = run_campaign(&command);
        campaign_release(&command.campaign);
      }
    }
  }
  report(settings, console, &diag);
  record_writer_close(command.writer);
  return status;
}

static int run(const Settings *settings, const Console *console) {
  Diag diag = {.arena = settings->arena};
  Suite suite = settings->argument_count ? tests_find(settings->arguments, (unsigned)settings->argument_count,
                                                      cpu_here(), settings->arena, &diag)
                                         : suite_builtin("classic", settings->arena, &diag);
  if (!diag.errors && !suite.count)
    diag_error(&diag, "there is no test to run");
  bool good = !diag.errors;
  report(settings, console, &diag);
  if (!good)
    return EXIT_USAGE;
  Topology *topology = topology_new(&diag);
  int status = EXIT_MACHINE;
  if (topology)
    status = run_on(settings, console, &suite, topology);
  report(settings, console, &diag);
  topology_free(topology);
  return status;
}

int command_run(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  static const char *const no_fence[] = {"none", NULL};
  Settings settings = {.arena = arena, .campaign = {.fences = no_fence, .fence_count = 1}};
  int status;
  if (options_parse(&run_options, argc, argv, &settings, console, &status)) {
    if (!settings.time_given && !settings.campaign.run.iterations)
      settings.campaign.run.seconds = DEFAULT_SECONDS;
    status = run(&settings, console);
  }
  arena_free(arena);
  return status;
}
