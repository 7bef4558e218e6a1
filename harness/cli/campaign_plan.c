#include "harness/cli/campaign_plan.h"

#include "harness/build/compiler.h"
#include "harness/cli/campaign_views.h"
#include "harness/cli/fence_option.h"
#include "harness/cli/tests.h"
#include "harness/study/plan_scripts.h"

#include <string.h>

typedef struct {
  Common common;
  Plan plan; // as far as options say: seconds, task_seconds, repetitions, kinds, seed
  TextList placements, actors, fences, compilers, flags;
  const char *topology; // NULL: this machine
  unsigned engine;
  bool estimate;
} Settings;

static const char *const engines[] = {"auto", "perpetual", "lockstep", NULL};
static const char *const actors[] = {"threads", "processes", NULL};

// ---- Machines: NAME[=COUNT[:CPU]]

static error_t read_machine(struct argp_state *state, const char *name, const char *text, Settings *s) {
  PlanKind *kind = &s->plan.kinds[s->plan.kind_count++];
  size_t length = strcspn(text, "=");
  *kind = (PlanKind){.name = arena_copy(s->common.arena, text, length), .cpu = "", .nodes = 1};
  for (unsigned i = 0; i + 1 < s->plan.kind_count; i++)
    if (!strcmp(s->plan.kinds[i].name, kind->name))
      return option_error(state, name, "%s is there twice", kind->name);
  if (!plan_is_kind_name(kind->name))
    return option_error(state, name,
                        "a kind of machine is a word of letters, digits, '.', '_' and '-', and not all, Makefile or "
                        "task-N, got '%s'",
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

// ---- Options

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

const Options campaign_plan_options = {
    .arguments = "TEST|FAMILY|FILE|DIR|@LIST|-...",
    .summary =
        "Cuts tests, in every combination of what the options name, into tasks of about --task-time, and writes\n"
        "DIR: a manifest, an array of Slurm's for each kind of machine (submit.sh), and a Makefile.",
    .examples = "  weakmem campaign plan classic -t 10 --machines zen4=24,icx=16 --repeat 24 --estimate\n"
                "  weakmem campaign plan all --placement all --machines zen4=64 --topology 'pack:2 l3:12 core:8 pu:1' "
                "-o camp\n",
    .table = plan_table,
    .check = check_plan};

// ---- Planning

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
  plan->arch = cpu_here()->name;
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
    campaign_print(&s->common, campaign_estimate(&s->plan, s->common.arena), console);
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
  if (diag.errors || !s->common.quiet)
    console_report(console, &diag);
  topology_free(topology);
  return status;
}

int campaign_plan_main(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.common.arena = arena};
  int status;
  if (options_parse(&campaign_plan_options, argc, argv, &settings, console, &status))
    status = plan(&settings, console);
  arena_free(arena);
  return status;
}
