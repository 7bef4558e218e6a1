#include "harness/study/task.h"

#include "harness/base/time.h"
#include "harness/build/compile.h"
#include "harness/engine/names.h"
#include "harness/study/fleet.h"
#include "results/records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  const Plan *plan;
  const PlanTask *task;
  unsigned number;
  const char *folder, *path;
  const Topology *topology;
  const TaskWatch *watch;
  Arena *arena;
  const Stop *stop;
  Diag *diag;
  RecordWriter *writer;
  bool *has; // by item of the task: it is in the file
  unsigned done;
  Identity machine;
  const char *node;
  const char **differs; // from what was planned, but for the compiler
  unsigned differs_count;
} Doing;

const char *task_node(Arena *arena) {
  const char *scheduled = getenv("SLURMD_NODENAME");
  char name[256] = "";
  if (scheduled && *scheduled)
    return arena_string(arena, scheduled);
  (void)gethostname(name, sizeof name - 1);
  return arena_string(arena, name);
}

static const char *job(Arena *arena) {
  const char *array = getenv("SLURM_ARRAY_JOB_ID"), *index = getenv("SLURM_ARRAY_TASK_ID"),
             *id = getenv("SLURM_JOB_ID");
  return array && index ? arena_printf(arena, "%s_%s", array, index) : id ? id : "";
}

// ---- The file

static void note_record(const Record *record, void *context) {
  Doing *d = context;
  d->has[record->campaign.item - d->task->first] = true;
}

static bool read_done(Doing *d, Diag *diag) {
  const FleetWatch watch = {.record = note_record, .context = d};
  FleetTask task = fleet_task(d->plan, d->folder, d->number, &watch, d->arena, NULL, diag);
  d->done = task.runs;
  return task.state != FLEET_DAMAGED;
}

static bool add_attempt(Doing *d, const char *status, const char *message) {
  const RecordAttempt attempt = {.task = d->number,
                                 .plan = d->plan->digest,
                                 .node = d->node,
                                 .job = job(d->arena),
                                 .weakmem = WEAKMEM_VERSION,
                                 .at = time_rfc3339(d->arena),
                                 .status = status,
                                 .message = message};
  Text line = {0};
  attempt_write(&attempt, &line);
  bool added = record_writer_add_line(d->writer, &line, d->diag);
  text_free(&line);
  return added;
}

// Waits for who holds the file: a run of the same task that was requeued, and is still on its way out.
static TaskEnd open_file(Doing *d, double wait) {
  double until = time_seconds() + wait;
  Diag why;
  bool held;
  do {
    why = (Diag){.arena = d->arena};
    d->writer = record_writer_open(d->path, &why);
    held = !d->writer && errno == EWOULDBLOCK;
  } while (held && time_seconds() < until && !stop_wanted(d->stop));
  if (held) {
    diag_error(d->diag, "task %u is being run elsewhere: %s is locked", d->number, d->path);
    return TASK_HELD;
  }
  if (!d->writer) {
    diag_error(d->diag, "%s", why.last->message);
    return TASK_FAILED;
  }
  record_writer_make_durable(d->writer);
  return TASK_DONE;
}

// ---- What differs from the plan

static void differ(Doing *d, const char *what) { d->differs[d->differs_count++] = what; }

static void compare_with_plan(Doing *d) {
  enum { MOST = 4 };
  const PlanKind *kind = &d->plan->kinds[d->task->kind];
  const char *binary = plan_binary(d->arena);
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  d->differs = ARENA_ARRAY(d->arena, const char *, MOST);
  // For another CPU it has to be another one; that it is of the same version is asked for anyway.
  bool comparable = !*d->plan->arch || !strcmp(d->plan->arch, cpu_here()->name);
  if (comparable && *d->plan->binary && strcmp(binary, d->plan->binary) != 0)
    differ(d, "the program is another binary");
  if (*kind->cpu && strcmp(kind->cpu, d->machine.cpu) != 0)
    differ(d, arena_printf(d->arena, "the CPU is %s, not %s", *d->machine.cpu ? d->machine.cpu : "unknown", kind->cpu));
  if (online > 0 && d->machine.pus < (unsigned long)online)
    differ(d, arena_printf(d->arena, "only %u of the machine's %ld PUs may be used", d->machine.pus, online));
}

// ---- Running

// What is compiled by one compiler and run by one kind of actors: items from `first` on, in one campaign.
typedef struct {
  unsigned first, count;
  Campaign campaign;
  const char **differs;
  unsigned differs_count;
} Part;

static bool same_part(const PlanItem *a, const PlanItem *b) {
  return a->compiler == b->compiler && !strcmp(a->actors, b->actors);
}

static const PlanItem *item_of(const Doing *d, unsigned item) { return &d->plan->items[d->task->first + item]; }

static Engine engine_named(const char *name) {
  static const Engine engines[] = {ENGINE_PERPETUAL, ENGINE_LOCKSTEP};
  for (unsigned i = 0; i < sizeof engines / sizeof *engines; i++)
    if (!strcmp(name, engine_name(engines[i])))
      return engines[i];
  return ENGINE_AUTO;
}

static bool find_compiler(Doing *d, const Compiler *planned, Compiler *out) {
  if (!compiler_find(planned->path, planned->flags, d->arena, out, d->diag))
    return false;
  const Cpu *cpu = compiler_cpu(out, d->arena);
  return !cpu || cpu == cpu_here() ||
         diag_error(d->diag, "%s makes code for %s, not for this CPU", out->path, cpu->name);
}

// The items of the part that are not done, as a campaign; which item each of its runs is, in *items.
static bool plan_part(Doing *d, Part *part, unsigned **items) {
  const Plan *plan = d->plan;
  const PlanItem *first = item_of(d, part->first);
  CampaignChoice *choices = ARENA_ARRAY(d->arena, CampaignChoice, part->count);
  unsigned count = 0;
  *items = ARENA_ARRAY(d->arena, unsigned, part->count);
  for (unsigned i = part->first; i < part->first + part->count; i++) {
    const PlanItem *item = item_of(d, i);
    if (d->has[i])
      continue;
    const Test *test = plan_test(plan, item->test, d->arena, d->diag);
    if (!test)
      return false;
    (*items)[count] = i;
    choices[count++] = (CampaignChoice){test, plan->tests[item->test].digest, item->fence, item->placement};
  }
  const Compiler *planned = &plan->compilers[first->compiler];
  Compiler compiler;
  if (count && !find_compiler(d, planned, &compiler))
    return false;
  CampaignOptions options = {.run = {.seconds = plan->seconds, .engine = engine_named(plan->engine)}};
  options.run.actors = strcmp(first->actors, actors_name(ACTORS_PROCESSES)) != 0 ? ACTORS_THREADS : ACTORS_PROCESSES;
  if (count)
    campaign_plan_choices(&options, choices, count, d->topology, &d->machine, &compiler, d->arena, &part->campaign);
  part->differs = d->differs;
  part->differs_count = d->differs_count;
  if (!count || !*planned->version || !strcmp(planned->version, compiler.version))
    return true;
  part->differs = ARENA_ARRAY(d->arena, const char *, d->differs_count + (size_t)1);
  memcpy(part->differs, d->differs, d->differs_count * sizeof *d->differs);
  part->differs[part->differs_count++] =
      arena_printf(d->arena, "the compiler is %s, not %s", compiler.version, planned->version);
  return true;
}

static bool add_record(Doing *d, const Part *part, CampaignRun *run, unsigned item) {
  run->record.campaign = (RecordCampaign){.plan = d->plan->digest,
                                          .kind = d->plan->kinds[d->task->kind].name,
                                          .node = d->node,
                                          .task = d->number,
                                          .item = d->task->first + item,
                                          .repetition = d->task->repetition,
                                          .differs = part->differs,
                                          .differs_count = part->differs_count};
  if (!record_writer_add(d->writer, &run->record, d->diag))
    return false;
  d->has[item] = true;
  d->done++;
  if (d->watch->run)
    d->watch->run(&part->campaign, run, d->watch->context);
  return true;
}

// A run. Who ends a whole job, as Slurm does, may end the test first, and us only then: that is no crash of the test,
// if it does not come again.
static void run_item(Doing *d, Campaign *campaign, CampaignRun *run) {
  enum { TRIES = 2, PAUSES = 30 };
  for (unsigned tries = 0; tries < TRIES && !stop_wanted(d->stop); tries++) {
    campaign_run(campaign, run, d->arena, d->stop);
    for (unsigned i = 0; run->killed && i < PAUSES && !stop_wanted(d->stop); i++)
      nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    if (!run->killed)
      return;
  }
}

// False if there is no use in going on. What was stopped on its way is no record: the next attempt makes a whole one.
// Nor is a test that was not compiled where nothing is, as on a node whose disk is full.
static bool run_part(Doing *d, Part *part) {
  unsigned *items;
  if (!plan_part(d, part, &items))
    return false;
  Campaign *campaign = &part->campaign;
  bool good = true;
  campaign_begin(campaign, d->arena, d->stop);
  for (unsigned i = 0; i < campaign->count && good && !stop_wanted(d->stop); i++) {
    CampaignRun *run = &campaign->runs[i];
    campaign->options.seed = plan_seed(d->task->seed, items[i]);
    if (d->watch->progress)
      d->watch->progress(d->done, d->task->count, run, d->watch->context);
    if (!run->done)
      run_item(d, campaign, run);
    if (run->done && !strcmp(run->record.status, run_status_name(RUN_NOT_COMPILED)) &&
        !compile_works(&campaign->compiler, d->stop, d->arena, d->diag))
      good = false;
    else if (run->done && (!stop_wanted(d->stop) || !strcmp(run->record.status, "done")))
      good = add_record(d, part, run, items[i]);
  }
  campaign_release(campaign);
  return good;
}

static bool run_parts(Doing *d) {
  unsigned count = d->task->count;
  for (unsigned first = 0, end; first < count && !stop_wanted(d->stop); first = end) {
    for (end = first + 1; end < count && same_part(item_of(d, first), item_of(d, end));)
      end++;
    Part part = {.first = first, .count = end - first};
    if (!run_part(d, &part))
      return false;
  }
  return true;
}

static bool check_version(Doing *d) {
  return !strcmp(d->plan->weakmem, WEAKMEM_VERSION) ||
         diag_error(d->diag,
                    "this weakmem is %s, and the plan was made by %s: the whole campaign is to be of one version",
                    WEAKMEM_VERSION, d->plan->weakmem);
}

static TaskEnd run_open(Doing *d) {
  if (!read_done(d, d->diag))
    return TASK_DAMAGED;
  if (d->done == d->task->count)
    return TASK_DONE;
  if (!add_attempt(d, "began", NULL))
    return TASK_FAILED;
  compare_with_plan(d);
  bool good = check_version(d) && run_parts(d);
  TaskEnd end = d->done == d->task->count ? TASK_DONE : good ? TASK_STOPPED : TASK_FAILED;
  static const char *const words[] = {[TASK_DONE] = "done", [TASK_STOPPED] = "stopped", [TASK_FAILED] = "failed"};
  const char *why = end == TASK_STOPPED ? "it was asked to end" : d->diag->last ? d->diag->last->message : NULL;
  return add_attempt(d, words[end], end == TASK_DONE ? NULL : why) ? end : TASK_FAILED;
}

TaskEnd task_run(const Plan *plan, const char *folder, unsigned number, double wait, const Topology *topology,
                 const TaskWatch *watch, Arena *arena, const Stop *stop, unsigned *done, Diag *diag) {
  Doing d = {.plan = plan,
             .task = &plan->tasks[number],
             .number = number,
             .folder = folder,
             .path = plan_records_path(folder, number, arena),
             .topology = topology,
             .watch = watch,
             .arena = arena,
             .stop = stop,
             .diag = diag,
             .has = ARENA_ARRAY(arena, bool, plan->tasks[number].count),
             .machine = identity_read(topology, arena),
             .node = task_node(arena)};
  TaskEnd end = open_file(&d, wait);
  Diag quiet = {.arena = arena};
  if (d.writer)
    end = run_open(&d);
  else
    read_done(&d, &quiet); // as far as it is, or can be read
  record_writer_close(d.writer);
  *done = d.done;
  return end;
}
