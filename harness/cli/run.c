// weakmem run: litmus tests on this machine, and how often each state was seen.
#include "harness/base/time.h"
#include "harness/cli/code_files.h"
#include "harness/cli/console.h"
#include "harness/cli/fence_option.h"
#include "harness/cli/options.h"
#include "harness/cli/pace.h"
#include "harness/cli/run_card.h"
#include "harness/cli/tests.h"
#include "harness/machine/memory.h"
#include "harness/study/campaign.h"
#include "harness/study/evidence.h"
#include "harness/study/mutation.h"
#include "results/history.h"
#include "results/junit.h"
#include "results/meaning.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SECONDS 0.1  // a test: the classic suite then takes about 15 s
#define CONFIDENT_SECONDS 10 // at most, with --confidence

enum { FORMAT_LITMUS7 = FORMAT_TSV + 1, FORMAT_JUNIT };
static const char *const formats[] = {"text", "json", "tsv", "litmus7", "junit", "markdown", NULL};
static const char *const engines[] = {"auto", "perpetual", "lockstep", NULL}; // as Engine has them
static const char *const actors[] = {"threads", "processes", NULL};           // as Actors has them

typedef struct {
  Common common;
  CampaignOptions campaign;
  CodeOptions code;
  double budget; // seconds, of all; 0: none
  bool resume, forget, verbose;
  bool mutants;
  double confidence; // 0: the time stays as it is
  unsigned node;     // of --where
} Settings;

static error_t read_placement(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  s->campaign.all_placements = !strcmp(text, "all");
  s->common.placed = true;
  return s->campaign.all_placements ? 0 : option_placement(state, name, text, " or all", &s->common.placement);
}

static error_t read_where(struct argp_state *state, const char *name, const char *text, void *settings) {
  static const char prefix[] = "node:";
  Settings *s = settings;
  const char *digits = text + sizeof prefix - 1;
  size_t length = strncmp(text, prefix, sizeof prefix - 1) ? 0 : strspn(digits, "0123456789");
  if (!length || length > 4 || digits[length])
    return option_error(state, name, "expected node:N, a NUMA node, got '%s'", text);
  s->node = (unsigned)strtoul(digits, NULL, 10);
  s->campaign.run.node = &s->node;
  return 0;
}

static error_t read_fences(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  return option_fences(state, name, text, s->common.arena, &s->campaign.fences, &s->campaign.fence_count);
}

static error_t read_instances(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  char *end;
  unsigned long count = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
  if (!strcmp(text, "auto"))
    s->campaign.instances = CAMPAIGN_FILL;
  else if (count < 1 || count >= CAMPAIGN_FILL || *end)
    return option_error(state, name, "expected auto, or a number from 1 to %d, got '%s'", CAMPAIGN_FILL - 1, text);
  else
    s->campaign.instances = (unsigned)count;
  return 0;
}

static error_t read_confidence(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  size_t digits = strspn(text, "0123456789.");
  double percent = digits && !text[digits] && isdigit((unsigned char)*text) ? strtod(text, NULL) : 0;
  if (percent < 50 || percent >= 100 || strchr(text, '.') != strrchr(text, '.'))
    return option_error(state, name, "expected percent from 50 to below 100, as 99.999, got '%s'", text);
  s->confidence = percent / 100;
  s->mutants = true;
  return 0;
}

static const Option table[] = {
    {"time", 't', "SECONDS", "For each test (default 0.1); as 0.5, 200ms or 2min", OPTION_SECONDS,
     .place = offsetof(Settings, campaign.run.seconds), .low = 0.001, .high = 1e6},
    {"budget", 0, "TIME", "For all of it, as 30min or 2h: each test has its share of what is left, at most --time",
     OPTION_SECONDS, .place = offsetof(Settings, budget), .low = 0.01, .high = 1e7},
    {"iterations", 0, "N", "End after N iterations (k, M, G may follow); without --time no time ends the test",
     OPTION_COUNT, .place = offsetof(Settings, campaign.run.iterations), .low = 1, .high = 0x1p60},
    {"until-witness", 0, NULL, "End at the first witness of the condition", OPTION_FLAG,
     .place = offsetof(Settings, campaign.run.until_witness)},
    {"mutants", 0, NULL, "Of a condition never met, run the nearest tests that this CPU's model allows it of",
     OPTION_FLAG, .place = offsetof(Settings, mutants)},
    {"confidence", 0, "PERCENT",
     "Run as long as the mutants' rate asks for, as 99.999: at most --time (then 10 s by default)", OPTION_OWN,
     .read = read_confidence},
    {"engine", 0, "NAME", "auto (default), perpetual or lockstep", OPTION_CHOICE,
     .place = offsetof(Settings, campaign.run.engine), .choices = engines},
    {"placement", 'p', "NAME|all", "Where threads sit; `weakmem topo` lists them", OPTION_OWN, .read = read_placement},
    OPTION_COMMON_PUS,
    {"where", 0, "node:N", "Put the locations' memory on that NUMA node; `weakmem topo` lists them", OPTION_OWN,
     .read = read_where},
    {"instances", 0, "N|auto", "Run so many of each test at once, on cores of their own; auto: as many as have room",
     OPTION_OWN, .read = read_instances},
    {"actors", 0, "KIND", "threads (default), or processes that share memory", OPTION_CHOICE,
     .place = offsetof(Settings, campaign.run.actors), .choices = actors},
    {"fence", 'F', "NAME|all", "Put a fence between the accesses of every thread", OPTION_OWN, .read = read_fences},
    OPTION_COMPILER(Settings, campaign.run),
    OPTION_CODE(Settings, code),
    OPTION_COMMON_OUTPUT("Append a record of each run to FILE, a JSON object a line"),
    {"resume", 0, NULL, "Do not run again what FILE says was done; what it has less of goes on", OPTION_FLAG,
     .place = offsetof(Settings, resume)},
    OPTION_COMMON_FORMAT(formats, "text (default), json, tsv, litmus7, junit or markdown"),
    OPTION_COMMON_SEED(Settings, campaign.run),
    {"timeout", 0, "SECONDS", "Kill a test that takes longer (default: three times its time, and 10 s)", OPTION_SECONDS,
     .place = offsetof(Settings, campaign.run.timeout), .low = 0.01, .high = 1e6},
    {"no-keep", 0, NULL, "Do not keep the records for `weakmem compare`", OPTION_FLAG,
     .place = offsetof(Settings, forget)},
    {"verbose", 'v', NULL, "Of a suite, the histograms too in which nothing was seen that the tests ask for",
     OPTION_FLAG, .place = offsetof(Settings, verbose)},
    OPTION_COMMON_QUIET("No progress and no warnings; of a suite, the table alone"),
    {0}};

static error_t check(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  if (s->resume && !s->common.output)
    return option_error(state, "--resume", "needs the file of records, -o FILE");
  if (s->common.pus && s->common.placed)
    return option_error(state, "--pus", "says where threads sit, and so does --placement");
  if (s->common.pus && s->campaign.instances)
    return option_error(state, "--instances", "finds the PUs itself: it does not go with --pus");
  if (s->mutants && (s->campaign.run.iterations || s->budget > 0 || s->campaign.run.until_witness))
    return option_error(state, "--mutants",
                        "is about rates: it goes with neither --iterations, --budget nor "
                        "--until-witness");
  if (s->confidence > 0 && s->resume)
    return option_error(state, "--resume", "goes on for a time that is known, which --confidence sets");
  return 0;
}

static const Options run_options = {
    .arguments = "[TEST|FAMILY|FILE|DIR|@LIST|-]...",
    .summary = "Runs litmus tests, or your own C, on this machine and shows how often each state was seen.\n"
               "Without an argument it runs the family `classic`.",
    .examples = "  weakmem run                            the classic suite, 15 s, the first time a minute\n"
                "  weakmem run SB                         store buffering\n"
                "  weakmem run SB --fence all             with each fence this CPU has\n"
                "  weakmem run SB --placement all         wherever its threads can sit\n"
                "  weakmem run -t 10 -o here.jsonl tests/ a folder, ten seconds a test, recorded\n"
                "  weakmem run -t 10 -o here.jsonl --resume tests/   the rest of it, after a kill\n"
                "  weakmem run all --budget 30min -o here.jsonl      every test, for half an hour in all\n"
                "  weakmem run seqlock.c                  your own C, which includes <weakmem.h>\n"
                "  weakmem run lock.o --threads f,g --shared 64 --results r --forbid 'r != 2'\n"
                "\n"
                "A state marked * is a witness: it satisfies the body of the test's condition.\n"
                "Exit status: 0 done; 1 a forbidden state was seen; 2 bad usage or a bad test; 3 a test\n"
                "was interrupted, timed out, crashed or did not compile, or the machine cannot do it.\n",
    .table = table,
    .check = check};

// ---- One command under way

typedef struct {
  const Settings *settings;
  const Console *console;
  Arena *arena;
  Campaign campaign;
  RecordWriter *writer; // NULL: no file
  SheetStyle style;
  Progress progress;
  Pace pace;
  unsigned at;           // the run that is under way
  double looked;         // when progress was last shown
  const Record **unkept; // done, and not yet kept for `compare`
  unsigned unkept_count;
  double kept, keep_takes; // when records were last kept, and how long that took
  bool kept_first;         // into a file that was not there
  bool cannot_keep;
  const char **remarks; // told already
  size_t remark_count, remark_capacity;
  bool failed;    // a test was not done, or what it gave could not be written
  bool forbidden; // a state was seen that should not have been
} Session;

static bool stopped(const Console *console) { return stop_wanted(console->stop); }

// Tells and forgets what is in the list; warnings not where the user wants quiet.
static void report(const Settings *settings, const Console *console, Diag *diag) {
  if (diag->errors || !settings->common.quiet)
    console_report(console, diag);
  *diag = (Diag){.arena = diag->arena};
}

static void print_head(const Session *c) {
  const Campaign *campaign = &c->campaign;
  Text text = {0};
  identity_print(&campaign->runs[0].record.machine, &text);
  text_printf(&text, "; %s %s\n", campaign->compiler.version, campaign->compiler.flags);
  const char *caveat = c->settings->common.quiet ? NULL : identity_caveat(&campaign->runs[0].record.machine);
  text_printf(&text, "%s%s\n", caveat ? caveat : "", caveat ? "\n" : "");
  console_print(c->console, &text);
}

// Whether a run's histogram is printed: of a suite that of each in which something was seen.
static bool is_shown(const Session *c, const Record *record) {
  return c->campaign.count == 1 || (!c->settings->common.quiet && (c->settings->verbose || meaning_is_notable(record)));
}

static void print_run(const Session *c, const CampaignRun *run) {
  const Settings *settings = c->settings;
  Text text = {0};
  switch (settings->common.format) {
  case FORMAT_TEXT:
    if (is_shown(c, &run->record))
      view_run(&run->record, run->test->story, &c->style, &text);
    break;
  case FORMAT_JSON:
    record_write(&run->record, &text);
    break;
  case FORMAT_TSV:
    sheet_tsv(view_states(&run->record, c->arena), &text);
    break;
  case FORMAT_LITMUS7:
    view_litmus7(&run->record, &text);
    break;
  }
  console_print(c->console, &text);
}

// What a run remarks is told once, however many runs remark it.
static void tell_remark(Session *c, const CampaignRun *run) {
  if (!run->remark || c->settings->common.quiet)
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
  if (!run->labels.violation.state)
    return;
  c->forbidden = true;
  Diag diag = {.arena = c->arena};
  const char *folder = evidence_keep(&c->campaign, run, c->arena, &diag);
  Text text = {0};
  evidence_report(&c->campaign, run, folder, &text);
  fprintf(c->settings->common.format == FORMAT_TEXT ? c->console->out : c->console->err, "%s\n", text_string(&text));
  text_free(&text);
  report(c->settings, c->console, &diag);
}

// Keeps what was seen for `compare`. That it cannot be kept is no failure of the run.
static void keep(Session *c) {
  const char *path = c->settings->forget ? NULL : history_path(c->arena);
  if (!path || !c->unkept_count || c->cannot_keep)
    return;
  Diag diag = {.arena = c->arena};
  double began = time_seconds();
  c->kept_first |= access(path, F_OK) != 0;
  c->cannot_keep = !history_add(path, c->unkept, c->unkept_count, &diag);
  c->unkept_count = 0;
  c->kept = time_seconds();
  c->keep_takes = c->kept - began;
  if (c->cannot_keep && !c->settings->common.quiet)
    fprintf(c->console->err, "weakmem: note: the records are not kept for `weakmem compare`: %s\n",
            diag.first ? diag.first->message : "no reason is known");
}

// At once, but for what comes so fast that keeping it would take more time than a tenth.
static void keep_soon(Session *c, const CampaignRun *run) {
  c->unkept[c->unkept_count++] = &run->record;
  if (time_seconds() - c->kept > 10 * c->keep_takes)
    keep(c);
}

// Keeps and shows one run's record. False where either cannot be done: then there is no use in going on.
static bool deliver(Session *c, const CampaignRun *run) {
  progress_clear(&c->progress);
  Diag diag = {.arena = c->arena};
  bool kept = !c->writer || record_writer_add(c->writer, &run->record, &diag);
  report(c->settings, c->console, &diag);
  keep_soon(c, run);
  print_run(c, run);
  tell_alarm(c, run);
  tell_remark(c, run);
  c->failed |= strcmp(run->record.status, "done") != 0 || !kept || run->labels.unconfirmed;
  return kept && !ferror(c->console->out);
}

// A few times a second while a test runs.
static void show_progress(void *context) {
  Session *c = context;
  if (time_seconds() - c->looked < 0.5)
    return;
  Text left = {0};
  c->looked = time_seconds();
  pace_print_left(&c->pace, &left);
  progress_show(&c->progress, "[%u/%u] %s%s", c->at + 1, c->campaign.count, c->campaign.runs[c->at].record.test,
                text_string(&left));
  text_free(&left);
}

// One run. False where there is no use in going on.
static bool run_next(Session *c, CampaignRun *run) {
  RunOptions *options = &c->campaign.options;
  c->looked = 0;
  show_progress(c);
  options->seconds = pace_share(&c->pace);
  if (run->before && options->seconds > 0 && c->pace.budget > 0)
    options->seconds += run->before->seconds; // its share is for this time alone
  if (c->settings->mutants)
    mutation_run(&c->campaign, run, c->settings->confidence, c->arena, c->console->stop);
  else
    campaign_run(&c->campaign, run, c->arena, c->console->stop);
  pace_add(&c->pace, run->record.seconds);
  return !run->done || deliver(c, run);
}

// Runs what is left. How many runs are done then, those of earlier included.
static unsigned run_all(Session *c) {
  Campaign *campaign = &c->campaign;
  unsigned done = 0, left = 0;
  for (unsigned i = 0; i < campaign->count; i++)
    left += !campaign->runs[i].done;
  campaign->options.watch = (Watch){show_progress, c};
  c->unkept = ARENA_ARRAY(c->arena, const Record *, left + 1);
  c->pace = pace_begin(c->settings->budget, c->settings->campaign.run.seconds, left);
  campaign_begin(campaign, c->arena, c->console->stop);
  bool going = true;
  for (c->at = 0; c->at < campaign->count; c->at++) {
    CampaignRun *run = &campaign->runs[c->at];
    if (!run->done && going && !stopped(c->console) && !pace_is_over(&c->pace))
      going = run_next(c, run);
    done += run->done;
    c->forbidden |= run->record.forbidden_state && *run->record.forbidden_state; // also one that was taken over
  }
  progress_clear(&c->progress);
  return done;
}

static void add_card(const Session *c, const CardRun *runs, unsigned count, Text *out) {
  bool several = false;
  for (unsigned i = 1; i < count; i++)
    several |= strcmp(runs[i].record->test, runs[0].record->test) != 0;
  if (!several || c->settings->common.quiet)
    return;
  Card card = card_of(runs, count, c->console->stop, c->arena);
  card_print(&card, meaning_model(runs[0].record), &c->style, out);
}

// Every run, also those of before, and those that were not come to.
static void print_junit(const Session *c) {
  Junit junit = {0};
  for (unsigned i = 0; i < c->campaign.count; i++) {
    const CampaignRun *run = &c->campaign.runs[i];
    Record record = run->done ? campaign_total(run, c->arena) : run->record;
    if (!run->done)
      record.status = "not run";
    junit_add_record(&junit, &record, c->arena);
  }
  Text text = {0};
  junit_end(&junit, "weakmem run", &text);
  console_print(c->console, &text);
}

// The table, the card, and what is not shown.
static void print_summary(const Session *c, unsigned done) {
  if (c->settings->common.format != FORMAT_TEXT || c->campaign.count < 2)
    return;
  Record *records = ARENA_ARRAY(c->arena, Record, done + 1);
  CardRun *runs = ARENA_ARRAY(c->arena, CardRun, done + 1);
  unsigned count = 0, hidden = 0;
  for (unsigned i = 0; i < c->campaign.count; i++)
    if (c->campaign.runs[i].done) {
      records[count] = campaign_total(&c->campaign.runs[i], c->arena);
      runs[count] = (CardRun){c->campaign.runs[i].test, &records[count]};
      hidden += !is_shown(c, &records[count++]);
    }
  Text text = {0};
  view_summary(records, count, &c->style, &text);
  add_card(c, runs, count, &text);
  if (hidden && !c->settings->common.quiet)
    text_printf(&text, "\n%u histogram%s in which nothing was seen: -v\n", hidden, hidden == 1 ? "" : "s");
  console_print(c->console, &text);
}

// Runs that came to their end, none of them cut short.
static unsigned finished(const Campaign *campaign) {
  unsigned count = 0;
  for (unsigned i = 0; i < campaign->count; i++)
    count += campaign->runs[i].done && strcmp(campaign->runs[i].record.status, "interrupted") != 0;
  return count;
}

// Once: when it is the first time.
static void tell_where_kept(const Session *c) {
  if (!c->kept_first || c->cannot_keep || c->settings->common.quiet)
    return;
  fprintf(c->console->err,
          "weakmem: note: records of what is run are kept in %s, for `weakmem compare`; `weakmem records` lists and "
          "drops them, --no-keep keeps none\n",
          history_path(c->arena));
}

static void tell_end(const Session *c, unsigned done) {
  const Campaign *campaign = &c->campaign;
  if (stopped(c->console))
    fprintf(c->console->err, "weakmem: interrupted with %u of %u runs done\n", finished(campaign), campaign->count);
  else if (done < campaign->count && pace_is_over(&c->pace))
    fprintf(c->console->err, "weakmem: the budget is used up with %u of %u runs done%s\n", done, campaign->count,
            c->writer ? "; --resume runs the rest" : "");
}

static int run_campaign(Session *c) {
  const Console *console = c->console;
  Campaign *campaign = &c->campaign;
  if (c->settings->common.format == FORMAT_TEXT)
    print_head(c);
  Text head = {0};
  if (c->settings->common.format == FORMAT_TSV)
    sheet_tsv_names(view_states(NULL, c->arena), &head);
  console_print(console, &head);
  const Placement *placement = &campaign->runs[0].placement;
  Conditions conditions = conditions_begin(campaign->topology, placement);
  unsigned done = run_all(c);
  print_summary(c, done);
  if (c->settings->common.format == FORMAT_JUNIT)
    print_junit(c);
  fflush(console->out);
  keep(c);
  tell_where_kept(c);
  Diag diag = {.arena = c->arena};
  conditions_end(&conditions, campaign->topology, placement, &diag);
  report(c->settings, console, &diag);
  tell_end(c, done);
  if (c->forbidden)
    return EXIT_FORBIDDEN;
  return c->failed || stopped(console) || done < campaign->count ? EXIT_MACHINE : EXIT_OK;
}

// ---- Getting ready

static bool resume(Session *c, Diag *diag) {
  Records earlier;
  if (!records_read(c->settings->common.output, c->arena, &earlier, diag))
    return false;
  if (c->settings->budget > 0) // what had as much as each would have if all were run now
    c->campaign.options.seconds = pace_share(&(Pace){.began = time_seconds(),
                                                     .budget = c->settings->budget,
                                                     .each = c->settings->campaign.run.seconds,
                                                     .left = c->campaign.count});
  unsigned taken = campaign_resume(&c->campaign, &earlier, c->arena), shorter = 0;
  for (unsigned i = 0; i < c->campaign.count; i++)
    shorter += c->campaign.runs[i].before && !c->campaign.runs[i].taken;
  if (c->settings->common.quiet)
    return true;
  fprintf(c->console->err, "weakmem: note: %u of %u runs were done before", taken, c->campaign.count);
  if (shorter)
    fprintf(c->console->err, "; %u for less: they go on, and what they had is added", shorter);
  fputc('\n', c->console->err);
  return true;
}

static bool open_records(Session *c, Diag *diag) {
  const Settings *settings = c->settings;
  if (!settings->common.output)
    return true;
  c->writer = record_writer_open(settings->common.output, diag); // first: the lock keeps what is read from growing
  return c->writer && (!settings->resume || resume(c, diag));
}

// Everything that has to be released lives here, but for code files.
static int run_on(const Settings *settings, const Console *console, const Suite *suite, const Compiler *compiler,
                  const Topology *topology) {
  Arena *arena = settings->common.arena;
  Diag diag = {.arena = arena};
  CampaignOptions options = settings->campaign;
  options.tests = suite->tests;
  options.test_count = suite->count;
  Session command = {.settings = settings,
                     .console = console,
                     .arena = arena,
                     .style = console_style(console->out, settings->common.markdown),
                     .progress = progress_new(console, settings->common.quiet)};
  int status = EXIT_MACHINE;
  Identity machine = identity_read(topology, arena);
  if (campaign_plan(&options, topology, &machine, compiler, arena, &command.campaign, &diag)) {
    command.failed = diag.first != NULL; // a placement that a test has no room on
    if (open_records(&command, &diag)) {
      report(settings, console, &diag);
      status = run_campaign(&command);
      campaign_release(&command.campaign);
    }
  } else if (settings->campaign.instances) {
    status = EXIT_USAGE;
  }
  report(settings, console, &diag);
  record_writer_close(command.writer);
  return status;
}

// Between instructions no fence is put. Where nothing else is asked for, that is an error.
static void check_fences(const CampaignOptions *campaign, const Suite *suite, Diag *diag) {
  unsigned fences = 0, assembly = 0;
  for (unsigned f = 0; f < campaign->fence_count; f++)
    fences += strcmp(campaign->fences[f], "none") != 0;
  for (unsigned i = 0; i < suite->count; i++)
    assembly += test_is_assembly(suite->tests[i]);
  if (!fences || !assembly)
    return;
  if (assembly == suite->count && fences == campaign->fence_count)
    diag_error(diag, "%s is in assembly: no fence is put between its instructions", suite->tests[0]->name);
  else
    diag_warning(diag, "tests in assembly are run without fences between their instructions");
}

// Litmus tests that were asked for; the classic ones where nothing is.
static Suite find_tests(const Common *common, const CodeFiles *code, Diag *diag) {
  if (common->argument_count)
    return tests_find(common->arguments, common->argument_count, cpu_here(), common->arena, diag);
  return code->count ? (Suite){0} : suite_builtin("classic", common->arena, diag);
}

static int run_suite(const Settings *settings, const Console *console, const Suite *suite, const Compiler *compiler) {
  Diag diag = {.arena = settings->common.arena};
  Topology *topology = topology_new(&diag);
  int status = EXIT_MACHINE;
  if (topology && settings->campaign.run.node && !memory_has_node(topology, settings->node, &diag))
    status = EXIT_USAGE;
  else if (topology)
    status = run_on(settings, console, suite, compiler, topology);
  report(settings, console, &diag);
  topology_free(topology);
  return status;
}

static int run(Settings *settings, const Console *console) {
  Common *common = &settings->common;
  Diag diag = {.arena = common->arena};
  CodeFiles code;
  Compiler compiler;
  code_files_take(common, &settings->code, &code, &diag);
  Suite suite = find_tests(common, &code, &diag);
  if (!diag.errors && !suite.count && !code.count)
    diag_error(&diag, "there is no test to run");
  check_fences(&settings->campaign, &suite, &diag);
  int status = diag.errors ? EXIT_USAGE : EXIT_OK;
  if (!status &&
      !compiler_find(settings->campaign.run.cc, settings->campaign.run.cflags, common->arena, &compiler, &diag))
    status = EXIT_MACHINE;
  if (!status && !code_files_add(&code, &settings->code, &compiler, console->stop, &suite, common->arena, &diag))
    status = EXIT_USAGE;
  report(settings, console, &diag);
  if (!status)
    status = run_suite(settings, console, &suite, &compiler);
  users_release(code.files, code.count);
  return status;
}

int command_run(int argc, char **argv, const Console *console) {
  static const char *const no_fence[] = {"none", NULL};
  Settings settings = {.common.arena = arena_new(), .campaign = {.fences = no_fence, .fence_count = 1}};
  Common *common = &settings.common;
  CampaignOptions *campaign = &settings.campaign;
  int status;
  if (options_parse(&run_options, argc, argv, &settings, console, &status)) {
    if (campaign->run.seconds == 0 && !campaign->run.iterations && !settings.budget)
      campaign->run.seconds = settings.confidence > 0 ? CONFIDENT_SECONDS : DEFAULT_SECONDS;
    campaign->placement = common->placed && !campaign->all_placements ? &common->placement : NULL;
    campaign->pus = common->pus;
    campaign->pu_count = common->pu_count;
    status = run(&settings, console);
  }
  arena_free(common->arena);
  return status;
}
