// weakmem campaign: many machines. What each is to do is planned here; Slurm, make or people start it there.
#include "harness/build/compiler.h"
#include "harness/cli/campaign_views.h"
#include "harness/cli/console.h"
#include "harness/cli/fence_option.h"
#include "harness/cli/options.h"
#include "harness/cli/tests.h"
#include "harness/study/evidence.h"
#include "harness/study/plan_scripts.h"
#include "harness/study/task.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Common common;
  Plan plan; // as far as options say: seconds, task_seconds, repetitions, kinds, seed
  TextList placements, actors, fences, compilers, flags;
  const char *topology; // NULL: this machine
  unsigned engine;
  bool estimate;
  double wait;
  bool beside; // of a task that another run holds: that is fine
  unsigned by;
  bool all, mend;
} Settings;

static const char *const engines[] = {"auto", "perpetual", "lockstep", NULL};
static const char *const actors[] = {"threads", "processes", NULL};
static const char *const starters[] = {"auto", "slurm", "make", NULL};
enum { BY_AUTO, BY_SLURM, BY_MAKE };

// ---- Machines: NAME[=COUNT[:CPU]]

static bool is_name(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
      return false;
  return length && text[0] != '-' && text[0] != '.';
}

static error_t read_machine(struct argp_state *state, const char *name, const char *text, Settings *s) {
  PlanKind *kind = &s->plan.kinds[s->plan.kind_count++];
  size_t length = strcspn(text, "=");
  *kind = (PlanKind){.name = arena_copy(s->common.arena, text, length), .cpu = "", .nodes = 1};
  for (unsigned i = 0; i + 1 < s->plan.kind_count; i++)
    if (!strcmp(s->plan.kinds[i].name, kind->name))
      return option_error(state, name, "%s is there twice", kind->name);
  if (!is_name(text, length) || !strcmp(kind->name, "all"))
    return option_error(state, name, "a kind of machine is a word of letters, digits, '.', '_' and '-', got '%s'",
                        kind->name);
  if (!text[length])
    return 0;
  const char *count = text + length + 1, *colon = strchr(count, ':');
  if (colon) {
    kind->cpu = colon + 1;
    count = arena_copy(s->common.arena, count, (size_t)(colon - count));
  }
  return option_unsigned(state, name, count, 1, 1000000, &kind->nodes);
}

static error_t read_machines(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  const char *const *items;
  unsigned count;
  error_t error = option_list(state, name, text, s->common.arena, &items, &count);
  if (error)
    return error;
  s->plan.kinds = ARENA_ARRAY(s->common.arena, PlanKind, count);
  s->plan.kind_count = 0;
  s->plan.constrained = true;
  for (unsigned i = 0; i < count && !error; i++)
    error = read_machine(state, name, items[i], s);
  return error;
}

static error_t read_fences(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  return option_fences(state, name, text, s->common.arena, &s->fences.items, &s->fences.count);
}

// ---- Options, by subcommand

static const Option plan_table[] = {
    {"output", 'o', "DIR", "The campaign's folder, which all of its machines see, or have a copy of", OPTION_TEXT,
     .place = offsetof(Common, output)},
    {"estimate", 0, NULL, "Only say how long it takes, and how many node hours", OPTION_FLAG,
     .place = offsetof(Settings, estimate)},
    {"machines", 'm', "KIND,...",
     "Kinds of machines, each of which does all of it: a feature that Slurm knows, how many there are, and their CPU, "
     "as zen4=40 or 'zen4=40:AMD EPYC 9654'",
     OPTION_OWN, .read = read_machines},
    {"time", 't', "SECONDS", "For each run (default 1)", OPTION_SECONDS, .place = offsetof(Settings, plan.seconds),
     .low = 0.001, .high = 1e6},
    {"task-time", 0, "TIME", "About what a task is to take (default 15min)", OPTION_SECONDS,
     .place = offsetof(Settings, plan.task_seconds), .low = 0.01, .high = 1e7},
    {"repeat", 0, "N", "Do all of it N times (default 1), as to see what differs from node to node", OPTION_UNSIGNED,
     .place = offsetof(Settings, plan.repetitions), .low = 1, .high = 100000},
    {"placement", 'p', "NAME,...|all", "Where threads sit (default: what `run` takes)", OPTION_LIST,
     .place = offsetof(Settings, placements)},
    {"topology", 0, "DESCRIPTION",
     "What machines `all` placements are of: a file that lstopo wrote (.xml), or hwloc's synthetic words; this one",
     OPTION_TEXT, .place = offsetof(Settings, topology)},
    {"actors", 0, "KIND,...", "threads (default), processes", OPTION_LIST, .place = offsetof(Settings, actors),
     .choices = actors},
    {"fence", 'F', "NAME,...|all", "Put these fences between the accesses, each in turn (default none)", OPTION_OWN,
     .read = read_fences},
    {"cc", 0, "CC,...", "Compilers (default: as `run`), as they are called there", OPTION_LIST,
     .place = offsetof(Settings, compilers)},
    {"cflags", 0, "FLAGS,...", "Their flags, each in turn (default -O2)", OPTION_LIST,
     .place = offsetof(Settings, flags)},
    {"engine", 0, "NAME", "auto (default), perpetual or lockstep", OPTION_CHOICE, .place = offsetof(Settings, engine),
     .choices = engines},
    {"seed", 0, "N", "Repeat the choices of the plan that had this seed", OPTION_SEED,
     .place = offsetof(Settings, plan.seed)},
    OPTION_COMMON_FORMAT(option_formats, "of the estimate: text (default), json, tsv or markdown"),
    OPTION_COMMON_QUIET("No estimate where a plan is written, no warnings"),
    {0}};

static error_t check_plan(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  PlacementKind kind;
  if (!s->common.argument_count)
    return option_error(state, "TEST", "which tests? `all` is all that come with weakmem");
  if (!s->common.output && !s->estimate)
    return option_error(state, "--output", "the campaign's folder is missing");
  for (unsigned i = 0; i < s->placements.count; i++)
    if (!(s->placements.count == 1 && !strcmp(s->placements.items[0], "all")) &&
        !placement_by_name(s->placements.items[i], &kind))
      return option_error(state, "--placement", "no placement '%s'; `weakmem topo` lists them", s->placements.items[i]);
  for (unsigned i = 0; i < s->flags.count; i++)
    if (option_flags(state, "--cflags", s->flags.items[i], s->common.arena))
      return EINVAL;
  return 0;
}

static const Options plan_options = {
    .arguments = "TEST|FAMILY|FILE|DIR|@LIST|-...",
    .summary =
        "Cuts tests, in every combination of what the options name, into tasks of about --task-time, and writes\n"
        "DIR: a manifest, an array of Slurm's for each kind of machine (submit.sh), and a Makefile.",
    .examples = "  weakmem campaign plan classic -t 10 --machines zen4=24,icx=16 --repeat 24 --estimate\n"
                "  weakmem campaign plan all --placement all --machines zen4=64 --topology 'pack:2 l3:12 core:8 pu:1' "
                "-o camp\n",
    .table = plan_table,
    .check = check_plan};

static const Option task_table[] = {{"wait", 0, "TIME", "Wait so long for another run that holds the task",
                                     OPTION_SECONDS, .place = offsetof(Settings, wait), .low = 0, .high = 1e6},
                                    {"beside", 0, NULL, "If another run holds it, leave it to that one, and be content",
                                     OPTION_FLAG, .place = offsetof(Settings, beside)},
                                    OPTION_COMMON_QUIET("No progress and no last line"),
                                    {0}};

static const Option status_table[] = {OPTION_COMMON_FORMAT(option_formats, "text (default), json, tsv or markdown"),
                                      OPTION_COMMON_QUIET("No progress, and no list of tasks"),
                                      {0}};

static const Option retry_table[] = {
    {"by", 0, "NAME", "slurm or make; auto: Slurm where there is sbatch", OPTION_CHOICE,
     .place = offsetof(Settings, by), .choices = starters},
    {"all", 0, NULL, "Those too that nobody has begun", OPTION_FLAG, .place = offsetof(Settings, all)},
    {"mend", 0, NULL, "Of damaged files, keep what is whole; the file as it was stays beside it", OPTION_FLAG,
     .place = offsetof(Settings, mend)},
    OPTION_COMMON_QUIET("No progress and no warnings"),
    {0}};

static const Option merge_table[] = {
    OPTION_COMMON_OUTPUT("The file that all records go to, in the place of what is there"),
    OPTION_COMMON_QUIET("No last line"),
    {0}};

static error_t check_folder(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  return s->common.argument_count == 1 ? 0 : option_error(state, "DIR", "expected one campaign's folder");
}

static error_t check_task(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  return s->common.argument_count == 2
             ? 0
             : option_error(state, "DIR N", "expected a campaign's folder and a task's number");
}

static error_t check_merge(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  return s->common.output ? check_folder(state, settings) : option_error(state, "--output", "the file is missing");
}

static const Options task_options = {
    .arguments = "DIR N",
    .summary = "Runs what is left of task N on this machine, and appends each record to DIR/records/N.jsonl.",
    .table = task_table,
    .check = check_task};
static const Options status_options = {
    .arguments = "DIR",
    .summary = "Says which tasks are done, running, waiting, failed or lost, and why, by kind of machine.\n"
               "Exit status 3: not everything is done.",
    .table = status_table,
    .check = check_folder};
static const Options retry_options = {
    .arguments = "DIR",
    .summary =
        "Prints the commands that start again what failed, was lost or stopped: `weakmem campaign retry DIR | sh`.",
    .table = retry_table,
    .check = check_folder};
static const Options merge_options = {.arguments = "DIR",
                                      .summary = "Writes the records of all tasks to one file, each run's once.\n"
                                                 "Exit status 3: it is written, but not everything is done.",
                                      .table = merge_table,
                                      .check = check_merge};

static const Subcommand subcommands[] = {{"plan", &plan_options},     {"task", &task_options},
                                         {"status", &status_options}, {"retry", &retry_options},
                                         {"merge", &merge_options},   {0}};

static error_t check_subcommand(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  if (s->common.argument_count)
    return option_error(state, "COMMAND", "no '%s'; there are plan, task, status, retry and merge",
                        s->common.arguments[0]);
  return option_error(state, "COMMAND", "expected plan, task, status, retry or merge");
}

static const Option no_options[] = {{0}};

static const Options campaign_options = {
    .arguments = "plan|task|status|retry|merge [OPTION...]...",
    .summary = "Runs tests on many machines: plans tasks, runs them there, says how they stand, and merges what came\n"
               "of them. Slurm, make or you start the tasks. `weakmem campaign COMMAND --help` tells more.",
    .examples = "  weakmem campaign plan classic --machines zen4=24,icx=16 --repeat 24 --estimate   how long?\n"
                "  weakmem campaign plan classic --machines zen4=24,icx=16 --repeat 24 -o camp\n"
                "  sh camp/submit.sh                       by Slurm; `make -C camp zen4` on a machine without\n"
                "  weakmem campaign status camp            what is done, and what is not, and why\n"
                "  weakmem campaign retry camp | sh        what failed or was lost, again\n"
                "  weakmem campaign merge camp -o all.jsonl && weakmem report all.jsonl -o page.html\n"
                "\n"
                "Exit status: 0 done; 1 a forbidden state was seen; 2 bad usage, a damaged plan or damaged\n"
                "records; 3 not everything is done, or the machine would not do it.\n",
    .table = no_options,
    .check = check_subcommand,
    .subcommands = subcommands};

// ---- Every command

static void report(const Settings *s, const Console *console, Diag *diag) {
  if (diag->errors || !s->common.quiet)
    console_report(console, diag);
}

static void print_sheet(const Settings *s, const Sheet *sheet, const Console *console) {
  Text text = {0};
  const SheetJson lines = {.lines = true};
  const SheetStyle style = console_style(console->out, s->common.markdown);
  if (s->common.format == FORMAT_JSON)
    sheet_json(sheet, &lines, &text);
  else if (s->common.format == FORMAT_TSV)
    sheet_tsv_all(sheet, &text);
  else
    sheet_text(sheet, &style, &text);
  console_print(console, &text);
}

// ---- plan

static bool find_compilers(Settings *s, Diag *diag) {
  static const char *const none[] = {NULL};
  const TextList ccs = s->compilers.count ? s->compilers : (TextList){none, 1};
  const TextList flags = s->flags.count ? s->flags : (TextList){none, 1};
  Plan *plan = &s->plan;
  plan->compilers = ARENA_ARRAY(s->common.arena, Compiler, (size_t)ccs.count * flags.count);
  for (unsigned c = 0; c < ccs.count; c++)
    for (unsigned f = 0; f < flags.count; f++)
      if (!compiler_find(ccs.items[c], flags.items[f], s->common.arena, &plan->compilers[plan->compiler_count++], diag))
        return false;
  return true;
}

static void set_defaults(Settings *s, const Topology *topology) {
  static PlanKind any = {.name = "any", .nodes = 1};
  Plan *plan = &s->plan;
  plan->weakmem = WEAKMEM_VERSION;
  plan->binary = plan_binary(s->common.arena);
  plan->engine = engines[s->engine];
  plan->seconds = plan->seconds > 0 ? plan->seconds : 1;
  plan->task_seconds = plan->task_seconds > 0 ? plan->task_seconds : 15 * 60;
  plan->repetitions = plan->repetitions ? plan->repetitions : 1;
  plan->seed = plan->seed ? plan->seed : measure_seed();
  if (plan->kind_count)
    return;
  plan->kinds = ARENA_NEW(s->common.arena, PlanKind);
  *plan->kinds = any;
  plan->kinds->cpu = s->topology ? "" : identity_read(topology, s->common.arena).cpu;
  plan->kind_count = 1;
}

static int plan_on(Settings *s, const Suite *suite, const Topology *topology, const Console *console, Diag *diag) {
  static const char *const no_fence[] = {"none"}, *const by_threads[] = {"threads"}, *const usual[] = {"default"};
  bool all = s->placements.count && !strcmp(s->placements.items[0], "all");
  const PlanAxes axes = {.suite = suite,
                         .placements = all                   ? NULL
                                       : s->placements.count ? s->placements.items
                                                             : usual,
                         .placement_count = s->placements.count ? s->placements.count : 1,
                         .topology = topology,
                         .actors = s->actors.count ? s->actors.items : by_threads,
                         .actors_count = s->actors.count ? s->actors.count : 1,
                         .fences = s->fences.count ? s->fences.items : no_fence,
                         .fence_count = s->fences.count ? s->fences.count : 1};
  set_defaults(s, topology);
  if (!find_compilers(s, diag))
    return EXIT_MACHINE;
  if (!plan_make(&s->plan, &axes, s->common.arena, diag) ||
      (!s->estimate && !plan_write(&s->plan, s->common.output, s->common.arena, diag)))
    return EXIT_USAGE;
  if (s->estimate || !s->common.quiet)
    print_sheet(s, campaign_estimate(&s->plan, s->common.arena), console);
  return EXIT_OK;
}

static int plan(Settings *s, const Console *console) {
  Diag diag = {.arena = s->common.arena};
  Suite suite = tests_find(s->common.arguments, s->common.argument_count, cpu_here(), s->common.arena, &diag);
  if (!diag.errors && !suite.count)
    diag_error(&diag, "there is no test to plan");
  int status = EXIT_USAGE;
  Topology *topology = diag.errors ? NULL : topology_described(s->topology, &diag);
  if (topology)
    status = plan_on(s, &suite, topology, console, &diag);
  report(s, console, &diag);
  topology_free(topology);
  return status;
}

// ---- task

typedef struct {
  const Settings *settings;
  const Console *console;
  Progress progress;
  bool forbidden;
} Watching;

static void show_progress(unsigned done, unsigned count, const CampaignRun *next, void *context) {
  const Watching *w = context;
  progress_show(&w->progress, "[%u/%u] %s", done + 1, count, next->record.test);
}

// What it takes to look into a state that should not have been seen is kept, as `run` does.
static void look(const Campaign *campaign, const CampaignRun *run, void *context) {
  Watching *w = context;
  if (!run->labels.violation.state)
    return;
  w->forbidden = true;
  progress_clear(&w->progress);
  Diag diag = {.arena = w->settings->common.arena};
  Text text = {0};
  evidence_report(campaign, run, evidence_keep(campaign, run, diag.arena, &diag), &text);
  fprintf(w->console->err, "%s\n", text_string(&text));
  text_free(&text);
  console_report(w->console, &diag);
}

static int run_task(const Settings *s, const Plan *plan, unsigned number, const Topology *topology,
                    const Console *console, Diag *diag) {
  Watching watching = {.settings = s, .console = console, .progress = progress_new(console, s->common.quiet)};
  const TaskWatch watch = {.run = look, .progress = show_progress, .context = &watching};
  unsigned done, count = plan->tasks[number].count;
  TaskEnd end = task_run(plan, s->common.arguments[0], number, s->wait, topology, &watch, s->common.arena,
                         console->stop, &done, diag);
  progress_clear(&watching.progress);
  if (end == TASK_HELD && s->beside) {
    diag->errors = 0;
    return EXIT_OK;
  }
  if (!s->common.quiet)
    fprintf(console->out, "task %u on %s: %u of %u runs are done\n", number, task_node(s->common.arena), done, count);
  return end == TASK_DAMAGED  ? EXIT_USAGE
         : end != TASK_DONE   ? EXIT_MACHINE
         : watching.forbidden ? EXIT_FORBIDDEN
                              : EXIT_OK;
}

static int task(Settings *s, const Plan *plan, const Console *console, Diag *diag) {
  char *end;
  const char *text = s->common.arguments[1];
  unsigned long number = strtoul(text, &end, 10);
  if (!isdigit((unsigned char)*text) || *end || number >= plan->task_count) {
    diag_error(diag, "no task '%s': the plan has 0 to %u", text, plan->task_count - 1);
    return EXIT_USAGE;
  }
  Topology *topology = topology_new(diag);
  int status = topology ? run_task(s, plan, (unsigned)number, topology, console, diag) : EXIT_MACHINE;
  topology_free(topology);
  return status;
}

// ---- status

// Where every task stands, with progress, since all files are read.
static FleetTask *look_at_all(const Settings *s, const Plan *plan, const Console *console, Diag *diag) {
  FleetTask *tasks = ARENA_ARRAY(s->common.arena, FleetTask, plan->task_count);
  const Progress progress = progress_new(console, s->common.quiet);
  for (unsigned i = 0; i < plan->task_count && !stop_wanted(console->stop); i++) {
    if (i % 16 == 0)
      progress_show(&progress, "[%u/%u] reading", i, plan->task_count);
    tasks[i] = fleet_task(plan, s->common.arguments[0], i, NULL, NULL, s->common.arena, console->stop, diag);
  }
  progress_clear(&progress);
  return tasks;
}

// As text the kinds, and the tasks of which something is to be said; as data all tasks.
static int status(Settings *s, const Plan *plan, const Console *console, Diag *diag) {
  Arena *arena = s->common.arena;
  const FleetTask *tasks = look_at_all(s, plan, console, diag);
  bool as_text = s->common.format == FORMAT_TEXT, done = true;
  for (unsigned i = 0; i < plan->task_count; i++)
    done &= tasks[i].state == FLEET_DONE;
  const Sheet *listed = campaign_tasks(plan, tasks, !as_text, arena);
  if (as_text)
    print_sheet(s, campaign_kinds(plan, tasks, arena), console);
  if (!as_text || (listed->row_count && !s->common.quiet))
    print_sheet(s, listed, console);
  return diag->errors ? EXIT_USAGE : done ? EXIT_OK : EXIT_MACHINE;
}

// ---- retry

static bool mend(const Settings *s, const Plan *plan, unsigned number, const Console *console, Diag *diag) {
  if (!fleet_mend(plan, s->common.arguments[0], number, diag))
    return false;
  fprintf(console->err, "weakmem: note: %s is mended; as it was it is kept beside it\n",
          plan_records_path(s->common.arguments[0], number, s->common.arena));
  return true;
}

// A folder as a shell reads it.
static void add_quoted(const char *path, Text *out) {
  text_add_char(out, '\'');
  for (; *path; path++)
    text_add(out, *path == '\'' ? "'\\''" : (char[]){*path, '\0'});
  text_add_char(out, '\'');
}

static int retry(Settings *s, const Plan *plan, const Console *console, Diag *diag) {
  Arena *arena = s->common.arena;
  Diag damage = {.arena = arena};
  const FleetTask *tasks = look_at_all(s, plan, console, &damage);
  unsigned *again = ARENA_ARRAY(arena, unsigned, plan->task_count), count = 0;
  for (unsigned i = 0; i < plan->task_count; i++) {
    bool damaged = tasks[i].state == FLEET_DAMAGED;
    if (damaged && !(s->mend && mend(s, plan, i, console, diag)))
      continue;
    if (tasks[i].state >= FLEET_STOPPED || (s->all && tasks[i].state == FLEET_WAITING))
      again[count++] = i;
  }
  if (damage.errors && !s->mend) {
    console_report(console, &damage);
    diag_error(diag, "damaged files are left alone; --mend keeps what is whole in them, and does the rest again");
  }
  bool slurm = s->by == BY_SLURM || (s->by == BY_AUTO && compiler_locate("sbatch", arena));
  Text text = {0};
  if (count) {
    text_add(&text, "cd ");
    add_quoted(s->common.arguments[0], &text);
    text_add(&text, " &&\n");
    if (slurm)
      plan_print_sbatch(plan, again, count, &text);
    else
      plan_print_make(again, count, &text);
  }
  console_print(console, &text);
  return diag->errors ? EXIT_USAGE : EXIT_OK;
}

// ---- merge

static int merge(Settings *s, const Plan *plan, const Console *console, Diag *diag) {
  FleetMerge merged;
  if (!fleet_merge(plan, s->common.arguments[0], s->common.output, &merged, console->stop, diag)) {
    if (!stop_wanted(console->stop))
      diag_error(diag, "nothing is merged: %s is as it was", s->common.output);
    return stop_wanted(console->stop) ? EXIT_MACHINE : EXIT_USAGE;
  }
  if (!s->common.quiet) {
    fprintf(console->err, "weakmem: note: %lu records", merged.records);
    if (merged.again)
      fprintf(console->err, "; %lu more, of runs that were done twice, are left out", merged.again);
    if (merged.missing)
      fprintf(console->err, "; %lu are missing: `weakmem campaign status` tells where", merged.missing);
    fputc('\n', console->err);
  }
  return merged.missing ? EXIT_MACHINE : EXIT_OK;
}

// ---- The command

static const struct {
  const Options *options;
  int (*does)(Settings *s, const Plan *plan, const Console *console, Diag *diag);
} on_plans[] = {{&task_options, task}, {&status_options, status}, {&retry_options, retry}, {&merge_options, merge}};

static int on_plan(const Options *options, Settings *s, const Console *console) {
  Diag diag = {.arena = s->common.arena};
  int code = EXIT_USAGE;
  if (plan_read(s->common.arguments[0], s->common.arena, &s->plan, &diag))
    for (unsigned i = 0; i < sizeof on_plans / sizeof *on_plans; i++)
      if (on_plans[i].options == options)
        code = on_plans[i].does(s, &s->plan, console, &diag);
  report(s, console, &diag);
  return code;
}

static const Options *find_subcommand(const char *name) {
  for (const Subcommand *sub = subcommands; sub->name; sub++)
    if (!strcmp(sub->name, name))
      return sub->options;
  return NULL;
}

int command_campaign(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.common.arena = arena};
  bool is_last = console->instead && argc < 3; // a word that is not ended completes to itself
  const Options *options = argc > 1 && !is_last ? find_subcommand(argv[1]) : NULL;
  int status;
  if (options)
    argv[1] = arena_printf(arena, "weakmem campaign %s", argv[1]);
  bool parsed = options ? options_parse(options, argc - 1, argv + 1, &settings, console, &status)
                        : options_parse(&campaign_options, argc, argv, &settings, console, &status);
  if (parsed)
    status = options == &plan_options ? plan(&settings, console) : on_plan(options, &settings, console);
  arena_free(arena);
  return status;
}
