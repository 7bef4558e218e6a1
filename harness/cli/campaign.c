// weakmem campaign: many machines. What each is to do is planned here; Slurm, make or people start it there.
#include "harness/build/compiler.h"
#include "harness/cli/campaign_plan.h"
#include "harness/cli/campaign_views.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/study/evidence.h"
#include "harness/study/plan_scripts.h"
#include "harness/study/task.h"
#include "results/junit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Common common;
  double wait;
  bool beside; // of a task that another run holds: that is fine
  unsigned by;
  bool all, mend;
} Settings;

enum { FORMAT_JUNIT = FORMAT_TSV + 1 };
static const char *const status_formats[] = {"text", "json", "tsv", "junit", "markdown", NULL};
static const char *const starters[] = {"auto", "slurm", "make", NULL};
enum { BY_AUTO, BY_SLURM, BY_MAKE };

// ---- Options, by subcommand

static const Option task_table[] = {{"wait", 0, "TIME", "Wait so long for another run that holds the task",
                                     OPTION_SECONDS, .place = offsetof(Settings, wait), .low = 0, .high = 1e6},
                                    {"beside", 0, NULL, "If another run holds it, leave it to that one, and be content",
                                     OPTION_FLAG, .place = offsetof(Settings, beside)},
                                    OPTION_COMMON_QUIET("No progress and no last line"),
                                    {0}};

static const Option status_table[] = {
    OPTION_COMMON_FORMAT(status_formats, "text (default), json, tsv, junit or markdown"),
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

static const Subcommand subcommands[] = {{"plan", &campaign_plan_options}, {"task", &task_options},
                                         {"status", &status_options},      {"retry", &retry_options},
                                         {"merge", &merge_options},        {0}};

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
    *diag = (Diag){.arena = diag->arena};
    if (!s->common.quiet)
      fprintf(console->out, "task %u is left to another run, which works on it\n", number);
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

// Where every task stands, with progress, since all files are read. NULL, told, where it was interrupted.
static FleetTask *look_at_all(const Settings *s, const Plan *plan, const FleetWatch *watch, const Console *console,
                              Diag *diag) {
  FleetTask *tasks = ARENA_ARRAY(s->common.arena, FleetTask, plan->task_count);
  const Progress progress = progress_new(console, s->common.quiet);
  for (unsigned i = 0; i < plan->task_count && !stop_wanted(console->stop); i++) {
    if (i % 16 == 0)
      progress_show(&progress, "[%u/%u] reading", i, plan->task_count);
    tasks[i] = fleet_task(plan, s->common.arguments[0], i, watch, s->common.arena, console->stop, diag);
  }
  progress_clear(&progress);
  if (!stop_wanted(console->stop))
    return tasks;
  fputs("weakmem: interrupted: not every task was looked at\n", console->err);
  return NULL;
}

static void add_junit(const Record *record, void *junit) {
  Arena *arena = arena_new();
  junit_add_record(junit, record, arena);
  arena_free(arena);
}

// A case for each record, and one for each task of which some are missing.
static void print_junit(const Plan *plan, const FleetTask *tasks, Junit *junit, const Console *console) {
  Text text = {0};
  for (unsigned i = 0; i < plan->task_count; i++) {
    char name[32];
    snprintf(name, sizeof name, "task %u", i);
    if (tasks[i].state != FLEET_DONE)
      junit_add(junit, &(JunitCase){.group = plan->kinds[plan->tasks[i].kind].name,
                                    .name = name,
                                    .outcome = JUNIT_ERROR,
                                    .message = fleet_state_names[tasks[i].state],
                                    .details = tasks[i].why});
  }
  junit_end(junit, "weakmem campaign", &text);
  console_print(console, &text);
}

// As text the kinds, and the tasks of which something is to be said; as data all tasks.
static int status(Settings *s, const Plan *plan, const Console *console, Diag *diag) {
  Arena *arena = s->common.arena;
  Junit junit = {0};
  bool as_junit = s->common.format == FORMAT_JUNIT, as_text = s->common.format == FORMAT_TEXT, done = true;
  const FleetWatch watch = {.record = as_junit ? add_junit : NULL, .context = &junit};
  const FleetTask *tasks = look_at_all(s, plan, &watch, console, diag);
  if (!tasks)
    return EXIT_MACHINE;
  for (unsigned i = 0; i < plan->task_count; i++)
    done &= tasks[i].state == FLEET_DONE;
  const Sheet *listed = campaign_tasks(plan, tasks, !as_text, arena);
  if (as_junit)
    print_junit(plan, tasks, &junit, console);
  else if (!as_text)
    campaign_print(&s->common, listed, console);
  else {
    campaign_print(&s->common, campaign_kinds(plan, tasks, arena), console);
    if (listed->row_count && !s->common.quiet)
      campaign_print(&s->common, listed, console);
  }
  return diag->errors ? EXIT_USAGE : done ? EXIT_OK : EXIT_MACHINE;
}

// ---- retry

static bool mend(const Settings *s, const Plan *plan, unsigned number, const Console *console, Diag *diag) {
  const char *kept;
  if (!fleet_mend(plan, s->common.arguments[0], number, &kept, diag))
    return false;
  if (kept)
    fprintf(console->err, "weakmem: note: %s is mended; as it was it is %s\n",
            plan_records_path(s->common.arguments[0], number, s->common.arena), kept);
  return true;
}

// To the folder, from wherever the shell is, as it reads it.
static void add_cd(const char *folder, Text *out) {
  char *real = realpath(folder, NULL);
  text_add(out, "cd '");
  for (const char *at = real ? real : folder; *at; at++)
    text_add(out, *at == '\'' ? "'\\''" : (char[]){*at, '\0'});
  text_add(out, "'\n");
  free(real);
}

static int retry(Settings *s, const Plan *plan, const Console *console, Diag *diag) {
  Arena *arena = s->common.arena;
  Diag damage = {.arena = arena};
  const FleetTask *tasks = look_at_all(s, plan, NULL, console, &damage);
  if (!tasks)
    return EXIT_MACHINE;
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
    text_add(&text, "(set -e\n"); // wherever it is pasted, that shell stays where it is
    add_cd(s->common.arguments[0], &text);
    if (slurm)
      plan_print_sbatch(plan, again, count, &text);
    else
      plan_print_make(again, count, &text);
    text_add(&text, ")\n");
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
  Plan plan;
  if (plan_read(s->common.arguments[0], s->common.arena, &plan, &diag))
    for (unsigned i = 0; i < sizeof on_plans / sizeof *on_plans; i++)
      if (on_plans[i].options == options)
        code = on_plans[i].does(s, &plan, console, &diag);
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
  if (options == &campaign_plan_options) {
    status = campaign_plan_main(argc - 1, argv + 1, console);
    arena_free(arena);
    return status;
  }
  bool parsed = options ? options_parse(options, argc - 1, argv + 1, &settings, console, &status)
                        : options_parse(&campaign_options, argc, argv, &settings, console, &status);
  if (parsed)
    status = on_plan(options, &settings, console);
  arena_free(arena);
  return status;
}
