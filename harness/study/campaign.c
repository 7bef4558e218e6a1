#include "harness/study/campaign.h"

#include "arch/cpu.h"
#include "harness/base/time.h"
#include "harness/build/compile.h"
#include "harness/build/emit.h"
#include "harness/code/assembly.h"
#include "harness/lang/code_grade.h"
#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "results/record_sum.h"

#include <string.h>

static const double LABEL_SECONDS = 1; // for the models to decide a test

// ---- Fences

#define HAS(name, function, condition) {name, (condition) != 0},

typedef struct {
  const char **names;
  size_t count, capacity;
} Names;

static void add_name(Names *names, const char *name, Arena *arena) {
  for (size_t i = 0; i < names->count; i++)
    if (!strcmp(names->names[i], name))
      return;
  names->names = arena_grow(arena, names->names, &names->capacity, names->count + 2, sizeof *names->names);
  names->names[names->count++] = name;
  names->names[names->count] = NULL;
}

static void add_fences(Names *names, const Dialect *dialect, Arena *arena) {
  for (unsigned i = 0; i < dialect->fence_count; i++)
    add_name(names, dialect->fences[i].name, arena);
}

static void add_cpu_fences(Names *names, Arena *arena) {
  const struct {
    const char *name;
    bool here;
  } cpu[] = {CPU_FENCES(HAS)};
  for (size_t i = 0; i < sizeof cpu / sizeof *cpu; i++)
    if (cpu[i].here)
      add_name(names, cpu[i].name, arena);
}

const char *const *campaign_fences(const Dialect *dialect, Arena *arena) {
  Names names = {0};
  add_name(&names, "none", arena);
  add_fences(&names, dialect, arena);
  add_cpu_fences(&names, arena);
  return names.names;
}

const char *const *campaign_all_fences(Arena *arena) {
  Names names = {0};
  add_name(&names, "none", arena);
  for (const Dialect *const *dialect = dialect_all; *dialect; dialect++)
    add_fences(&names, *dialect, arena);
  add_cpu_fences(&names, arena);
  return names.names;
}

bool campaign_takes_fence(const Test *test, const char *name) {
  if (test->code)
    return !strcmp(name, "none");
  if (!strcmp(name, "none") || dialect_fence(test->dialect, name))
    return true;
  bool others = test_is_assembly(test);
  for (const Dialect *const *dialect = dialect_all; *dialect; dialect++)
    others |= dialect_fence(*dialect, name) != NULL;
  return !others;
}

// ---- Planning

typedef struct {
  const CampaignOptions *options;
  const Topology *topology;
  const Identity *machine;
  const Compiler *compiler;
  Arena *arena;
  Diag *diag;
  Campaign *out;
  size_t capacity;
} Planning;

// Each placement with as many instances as were asked for. False where one has no room for them.
static bool fill(const Planning *plan, const Test *test, Placement *placements, unsigned count) {
  unsigned wanted = plan->options->instances;
  for (unsigned i = 0; wanted && i < count; i++) {
    placements[i] = placement_fill(plan->topology, &placements[i], wanted, plan->arena);
    unsigned room = placements[i].instances;
    if (room < wanted && wanted != CAMPAIGN_FILL)
      return diag_error(
          plan->diag,
          "%u instances of %s are too many: each has cores of its own, and this machine (%u PUs, %u cores) "
          "has room for %u on %s",
          wanted, test->name, topology_pu_count(plan->topology), topology_cores(plan->topology), room,
          placement_name(placements[i].kind));
  }
  return true;
}

// The placements that a test is to be run on; 0 where there is none, which is told.
static unsigned place(const Planning *plan, const Test *test, Placement out[PLACEMENT_COUNT]) {
  const CampaignOptions *options = plan->options;
  unsigned threads = test->thread_count;
  if (options->pus)
    return placement_custom(plan->topology, options->pus, options->pu_count, threads, plan->arena, out, plan->diag);
  if (options->all_placements)
    return placement_all(plan->topology, threads, plan->arena, out);
  if (!options->placement) {
    *out = placement_default(plan->topology, threads, plan->arena);
    return 1;
  }
  const char *reason = NULL;
  if (placement_find(plan->topology, *options->placement, threads, plan->arena, out, &reason))
    return 1;
  diag_warning(plan->diag, "%s is not run on %s: %s", test->name, placement_name(*options->placement),
               reason ? reason : "this machine does not offer it");
  return 0;
}

static const char *condition_text(const Test *test, Arena *arena) {
  Text text = {0};
  condition_print(test, &text);
  return text_finish(&text, arena);
}

static Record identify(const Planning *plan, const Test *test, const char *digest, Engine engine, const char *fence,
                       const Placement *placement) {
  const unsigned *node = plan->options->run.node;
  return (Record){.test = test->name,
                  .family = test->family,
                  .file = test->source ? test->source->name : "",
                  .digest = digest,
                  .weakmem = WEAKMEM_VERSION,
                  .machine = *plan->machine,
                  .compiler_path = plan->compiler->path,
                  .compiler_version = plan->compiler->version,
                  .compiler_flags = plan->compiler->flags,
                  .engine = engine_name(engine),
                  .actors = actors_name(plan->options->run.actors),
                  .fence = fence,
                  .placement = placement_name(placement->kind),
                  .pus = placement->pus,
                  .pu_count = placement->threads,
                  .where = node ? arena_printf(plan->arena, "node:%u", *node) : "",
                  .instances = placement->instances,
                  .condition = condition_text(test, plan->arena)};
}

static void plan_run(Planning *plan, const Test *test, const char *digest, const char *fence,
                     const Placement *placement) {
  Campaign *out = plan->out;
  const Test *fenced = test_with_fence(test, fence, UINT64_MAX, plan->arena);
  const char *reason = NULL;
  Engine asked = plan->options->run.engine, engine = build_engine(fenced, asked, &reason);
  out->runs = arena_grow(plan->arena, out->runs, &plan->capacity, out->count + 1, sizeof *out->runs);
  CampaignRun *run = &out->runs[out->count++];
  *run = (CampaignRun){.test = fenced,
                       .fence = fence,
                       .placement = *placement,
                       .record = identify(plan, test, digest, engine, fence, placement)};
  if (asked == ENGINE_PERPETUAL && engine != asked)
    run->remark = arena_printf(plan->arena, "%s cannot be run by the perpetual engine (%s): lockstep runs it",
                               test->name, reason ? reason : "it does not say why");
}

static void plan_test(Planning *plan, const Test *test) {
  Placement placements[PLACEMENT_COUNT];
  unsigned count = place(plan, test, placements);
  if (!fill(plan, test, placements, count))
    return;
  char *digest = arena_alloc(plan->arena, 65);
  test_digest(test, digest);
  bool any = false;
  for (unsigned f = 0; f < plan->options->fence_count; f++)
    any |= campaign_takes_fence(test, plan->options->fences[f]);
  if (!any)
    diag_warning(plan->diag, "%s is not run: %s", test->name,
                 test->code ? "no fence is put into the user's code"
                            : "such a fence is of another language than its own");
  for (unsigned p = 0; p < count; p++)
    for (unsigned f = 0; f < plan->options->fence_count; f++)
      if (campaign_takes_fence(test, plan->options->fences[f]))
        plan_run(plan, test, digest, plan->options->fences[f], &placements[p]);
}

static Planning begin_plan(const CampaignOptions *options, const Topology *topology, const Identity *machine,
                           const Compiler *compiler, Arena *arena, Campaign *out) {
  *out = (Campaign){.topology = topology,
                    .labeller = labeller_new(machine, LABEL_SECONDS, arena),
                    .options = options->run,
                    .compiler = *compiler};
  return (Planning){
      .options = options, .topology = topology, .machine = machine, .compiler = compiler, .arena = arena, .out = out};
}

bool campaign_plan(const CampaignOptions *options, const Topology *topology, const Identity *machine,
                   const Compiler *compiler, Arena *arena, Campaign *out, Diag *diag) {
  Planning plan = begin_plan(options, topology, machine, compiler, arena, out);
  plan.diag = diag;
  for (unsigned i = 0; i < options->test_count && !diag->errors; i++)
    plan_test(&plan, options->tests[i]);
  if (!out->count && !diag->errors)
    diag_error(diag, "nothing can be run so on this machine");
  return !diag->errors;
}

// ---- Runs that were chosen elsewhere

static bool has_fence(const Test *test, const char *name, Arena *arena) {
  if (test_is_assembly(test))
    return !strcmp(name, "none");
  for (const char *const *fence = campaign_fences(test->dialect, arena); *fence; fence++)
    if (!strcmp(*fence, name))
      return true;
  return false;
}

// Why no machine of this kind runs the test; NULL: it does. What comes from elsewhere is as hostile as a user's file.
static const char *refuse_test(const Test *test, Arena *arena) {
  Diag diag = {.arena = arena};
  const char *here = cpu_here()->name;
  if (!test_is_assembly(test))
    return emit_refuses(test);
  if (strcmp(assembly_instructions(test, NULL)->arch, here) != 0)
    return arena_printf(arena, "it is in %s assembly, and this CPU is %s", test->dialect->name, here);
  return assembly_runs(test, &diag) ? NULL
         : diag.first               ? diag.first->message
                                    : "it does more than access its locations";
}

// Why a choice cannot be run here; NULL: it can.
static const char *choose(const Planning *plan, const CampaignChoice *choice, Placement *placement) {
  PlacementKind kind;
  const char *reason = NULL;
  *placement = placement_default(plan->topology, choice->test->thread_count, plan->arena);
  const char *refusal = refuse_test(choice->test, plan->arena);
  if (refusal)
    return refusal;
  if (!has_fence(choice->test, choice->fence, plan->arena))
    return arena_printf(plan->arena, "this CPU, or the test, takes no fence '%s'", choice->fence);
  if (!strcmp(choice->placement, "default"))
    return NULL;
  if (!placement_by_name(choice->placement, &kind))
    return arena_printf(plan->arena, "no placement '%s' is known", choice->placement);
  if (placement_find(plan->topology, kind, choice->test->thread_count, plan->arena, placement, &reason))
    return NULL;
  return reason ? reason : "this machine does not offer the placement";
}

static void plan_choice(Planning *plan, const CampaignChoice *choice) {
  Placement placement;
  const char *refusal = choose(plan, choice, &placement);
  plan_run(plan, choice->test, choice->digest, refusal ? "none" : choice->fence, &placement);
  if (!refusal)
    return;
  CampaignRun *run = &plan->out->runs[plan->out->count - 1];
  run->done = true;
  run->record.fence = choice->fence;
  run->record.placement = choice->placement;
  run->record.started = time_rfc3339(plan->arena);
  run->record.status = "refused";
  run->record.message = refusal;
  run->record.pu_count = 0;
}

void campaign_plan_choices(const CampaignOptions *options, const CampaignChoice *choices, unsigned count,
                           const Topology *topology, const Identity *machine, const Compiler *compiler, Arena *arena,
                           Campaign *out) {
  Planning plan = begin_plan(options, topology, machine, compiler, arena, out);
  for (unsigned i = 0; i < count; i++)
    plan_choice(&plan, &choices[i]);
}

// ---- Going on

static const double ENOUGH = 0.9; // of what is asked for: a run ends a little before its time is up

static bool is_enough(double had, double asked) { return asked > 0 && had >= asked * ENOUGH; }

// What of it counts against the iterations that are asked for: also what the filter leaves out.
static double executed(const Record *record) {
  return (double)record->iterations + (double)record->lost + (double)record->filtered;
}

static bool is_done(const RunOptions *options, const Record *before) {
  return is_enough(before->seconds, options->seconds) || is_enough(executed(before), (double)options->iterations) ||
         (options->until_witness && before->witnesses);
}

// What is left of what is asked for.
static void go_on(RunOptions *options, const Record *before) {
  if (options->seconds > 0)
    options->seconds -= before->seconds;
  if (options->iterations)
    options->iterations -= (uint64_t)executed(before);
}

// What was never run comes first: a budget may not do for all.
static void put_new_first(Campaign *campaign, Arena *arena) {
  CampaignRun *runs = ARENA_ARRAY(arena, CampaignRun, campaign->count + (size_t)1);
  unsigned count = 0;
  for (unsigned known = 0; known < 2; known++)
    for (unsigned i = 0; i < campaign->count; i++)
      if ((campaign->runs[i].before != NULL) == known)
        runs[count++] = campaign->runs[i];
  campaign->runs = runs;
}

unsigned campaign_resume(Campaign *campaign, const Records *earlier, Arena *arena) {
  RecordSums sums = record_sums_new(arena);
  for (unsigned i = 0; i < earlier->count; i++) {
    const char *status = earlier->records[i].status;
    if (!strcmp(status, "done") || !strcmp(status, "interrupted")) // what was counted until then counts
      record_sums_add(&sums, &earlier->records[i]);
  }
  unsigned taken = 0;
  for (unsigned i = 0; i < campaign->count; i++) {
    CampaignRun *run = &campaign->runs[i];
    run->before = record_sums_find(&sums, &run->record);
    if (!run->before || !is_done(&campaign->options, run->before))
      continue;
    run->record = *run->before;
    run->done = run->taken = true;
    taken++;
  }
  put_new_first(campaign, arena);
  return taken;
}

Record campaign_total(const CampaignRun *run, Arena *arena) {
  Record total = run->record;
  if (run->before && !run->taken)
    (void)record_add(&total, run->before, arena); // beyond 64 bits the new one stands alone
  return total;
}

// ---- Compiling and running

// The tests that are left to be run, each at its run's place.
static const Test **left(Campaign *campaign, Arena *arena, unsigned *count) {
  const Test **tests = ARENA_ARRAY(arena, const Test *, campaign->count + 1);
  *count = 0;
  for (unsigned i = 0; i < campaign->count; i++)
    if (!campaign->runs[i].done) {
      campaign->runs[i].place = *count;
      tests[(*count)++] = campaign->runs[i].test;
    }
  return tests;
}

void campaign_begin(Campaign *campaign, Arena *arena, const Stop *stop) {
  unsigned count;
  const Test **tests = left(campaign, arena, &count);
  if (count)
    campaign->building = build_begin(tests, count, campaign->options.engine, &campaign->compiler, arena, stop);
}

void campaign_compile(Campaign *campaign, Arena *arena, const Stop *stop,
                      void (*progress)(unsigned done, unsigned count, void *context), void *context) {
  unsigned count;
  const Test **tests = left(campaign, arena, &count);
  if (!count)
    return;
  Compiled **compiled =
      build_compile(tests, count, campaign->options.engine, &campaign->compiler, arena, stop, progress, context);
  for (unsigned i = 0; i < campaign->count; i++)
    if (!campaign->runs[i].done)
      campaign->runs[i].compiled = compiled[campaign->runs[i].place];
}

static bool bind_compiler(const void *context, unsigned pu) {
  Diag quiet = {.arena = arena_new()};
  bool bound = topology_bind(context, pu, &quiet);
  arena_free(quiet.arena);
  return bound;
}

// Waits for the run's code, and clears its PUs of compilers. How many are at work elsewhere then.
static unsigned await_code(Campaign *campaign, CampaignRun *run, Arena *arena) {
  CompilePlaces places = {.bind = bind_compiler, .context = campaign->topology};
  run->compiled = build_await(campaign->building, run->place);
  places.pus = placement_spare(campaign->topology, &run->placement, arena, &places.count);
  return build_beside(campaign->building, &places);
}

static void record_settings(Record *record, const RunResult *result, Arena *arena) {
  unsigned count = result->report.setting_count;
  Setting *settings = ARENA_ARRAY(arena, Setting, count + 1); // which the record's texts are in
  memcpy(settings, result->report.settings, count * sizeof *settings);
  record->settings = ARENA_ARRAY(arena, RecordSetting, count + 1);
  for (unsigned i = 0; i < count; i++) {
    const Setting *setting = &settings[i];
    record->settings[i] =
        (RecordSetting){setting->name, setting->is_number, setting->number, setting->is_number ? NULL : setting->text};
  }
  record->setting_count = count;
}

static void record_grade(const CodeFile *code, State state, RecordState *out) {
  const Grade *grade = code_grade(code, state.values);
  out->grade = grade ? grade_name(grade->kind) : NULL;
  out->means = grade ? grade->sentence : NULL;
}

static void record_states(Record *record, const Test *test, const Histogram *histogram, Arena *arena) {
  record->states = ARENA_ARRAY(arena, RecordState, histogram->count + 1);
  record->state_count = histogram->count;
  Text text = {0};
  for (unsigned i = 0; i < histogram->count; i++) {
    const HistogramRow *row = &histogram->rows[i];
    text_clear(&text);
    state_print(test, row->state, &text);
    record->states[i] = (RecordState){.state = arena_copy(arena, text_string(&text), text.length),
                                      .count = row->count,
                                      .witness = row->is_witness,
                                      .weak = -1};
    if (test->code)
      record_grade(test->code, row->state, &record->states[i]);
  }
  text_free(&text);
}

// The state seen most often of those that the user's grades forbid.
static void record_forbidden(Record *record) {
  uint64_t most = 0;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    if (!state->grade || strcmp(state->grade, grade_name(GRADE_FORBIDDEN)) != 0 || state->count <= most)
      continue;
    most = state->count;
    record->forbidden_state = state->state;
    record->forbidden_by = "its own grade";
  }
}

static const char *remark_on(const RunResult *result, Arena *arena) {
  const Report *report = &result->report;
  return *report->meeting_reason ? arena_printf(arena, "threads met in %s: %s", report->meeting, report->meeting_reason)
                                 : NULL;
}

static bool same_places(const Placement *a, const Placement *b) {
  return a->threads == b->threads && !memcmp(a->pus, b->pus, a->threads * sizeof *a->pus);
}

// The clock of a placement is calibrated once; again only as long as it was not found usable, which may be for want of
// quiet. The perpetual engine needs none.
static const Clock *clock_for(Campaign *campaign, const CampaignRun *run) {
  if (compiled_engine(run->compiled) == ENGINE_PERPETUAL)
    return NULL;
  for (unsigned i = 0; i < CAMPAIGN_CLOCKS; i++)
    if (campaign->clocks[i].placement && same_places(campaign->clocks[i].placement, &run->placement))
      return &campaign->clocks[i].clock;
  CampaignClock *next = &campaign->clocks[campaign->next_clock];
  *next = (CampaignClock){&run->placement, clock_calibrate(campaign->topology, &run->placement)};
  if (next->clock.usable)
    campaign->next_clock = (campaign->next_clock + 1) % CAMPAIGN_CLOCKS;
  else
    next->placement = NULL;
  return &next->clock;
}

// What the perpetual engine's loops show need not be what the test's own functions do, whose code is read: the lockstep
// engine, which calls those, has to show it too. Else there is no alarm, and it is said so.
static void confirm(Campaign *campaign, CampaignRun *run, Arena *arena, const Stop *stop) {
  Violation *first = &run->labels.violation;
  Compiled **compiled = build_compile(&run->test, 1, ENGINE_LOCKSTEP, &campaign->compiler, arena, stop, NULL, NULL);
  RunOptions options = campaign->options;
  options.engine = ENGINE_LOCKSTEP;
  options.until_witness = true;
  Clock clock = clock_calibrate(campaign->topology, &run->placement);
  options.clock = &clock;
  RunResult result = run_test(run->test, compiled[0], campaign->topology, &run->placement, &options, arena, stop);
  Record record = run->record;
  record_states(&record, run->test, &result.histogram, arena);
  Labels labels = label_record(campaign->labeller, run->test, compiled[0], &result.histogram, &record, arena);
  bool ended = result.status == RUN_DONE;
  if (labels.violation.state && !strcmp(labels.violation.state, first->state)) {
    uint64_t count = first->count;
    *first = labels.violation;
    first->confirmed = first->count;
    first->count = count;
  } else if (labels.violation.state) {
    first->also = labels.violation.state;
  } else {
    run->labels.unconfirmed = arena_printf(
        arena,
        "%s: %s was seen %ju times by the perpetual engine, which %s forbids; the lockstep engine, whose code is read, "
        "%s %ju iterations: it is not raised",
        run->test->name, first->state, (uintmax_t)first->count, first->model,
        ended ? "did not show it in" : "did not come to its end, and did not show it in",
        (uintmax_t)result.histogram.total);
    *first = (Violation){0};
  }
  compiled_release(compiled[0]);
}

static const char *culprit_name(Culprit culprit) {
  static const char *const names[] = {[CULPRIT_COMPILER] = "compiler", [CULPRIT_CPU] = "cpu"};
  return names[culprit];
}

// Of the nodes that are bits.
static void record_memory(Record *record, uint64_t nodes, Arena *arena) {
  record->memory = ARENA_ARRAY(arena, unsigned, 64);
  record->memory_count = 0;
  for (unsigned node = 0; node < 64; node++)
    if (nodes >> node & 1)
      record->memory[record->memory_count++] = node;
}

void campaign_run(Campaign *campaign, CampaignRun *run, Arena *arena, const Stop *stop) {
  Record *record = &run->record;
  if (campaign->building && !run->compiled) {
    record->compiling = await_code(campaign, run, arena);
    if (stop_wanted(stop) && !compiled_object(run->compiled))
      return;
  }
  record->started = time_rfc3339(arena);
  RunOptions options = campaign->options;
  options.clock = clock_for(campaign, run);
  options.seconds = run->seconds > 0 ? run->seconds : options.seconds;
  options.given = run->given;
  if (run->before)
    go_on(&options, run->before);
  Conditions before = conditions_begin(campaign->topology, &run->placement);
  RunResult result = run_test(run->test, run->compiled, campaign->topology, &run->placement, &options, arena, stop);
  record->steal = conditions_steal(&before, campaign->topology, &run->placement);
  record->status = run_status_name(result.status);
  record->message = result.message;
  run->killed = result.killed;
  run->tuned = result.report.tuned;
  run->best = result.report.best;
  record->engine = engine_name(result.engine);
  record->seed = result.seed;
  record->iterations = result.histogram.total;
  record->witnesses = result.histogram.witnesses;
  record->frame_witnesses = result.report.frame_witnesses;
  record->lost = result.lost;
  record->filtered = result.report.hidden;
  record->seconds = result.seconds;
  record_memory(record, result.report.nodes, arena);
  record_settings(record, &result, arena);
  record_states(record, run->test, &result.histogram, arena);
  run->labels = label_record(campaign->labeller, run->test, run->compiled, &result.histogram, record, arena);
  if (run->labels.violation.state && result.engine == ENGINE_PERPETUAL && !stop_wanted(stop))
    confirm(campaign, run, arena, stop);
  record->forbidden_state = run->labels.violation.state;
  record->forbidden_by = run->labels.violation.model;
  record->culprit = run->labels.violation.state ? culprit_name(run->labels.violation.culprit) : NULL;
  if (run->test->code)
    record_forbidden(record);
  if (!record->iterations && record->filtered)
    run->remark = arena_printf(arena, "%s: the filter leaves out all of the %ju iterations; nothing is counted",
                               run->test->name, (uintmax_t)record->filtered);
  if (!run->remark)
    run->remark = run->labels.unconfirmed ? run->labels.unconfirmed
                  : run->labels.undecided ? run->labels.undecided
                                          : remark_on(&result, arena);
  run->done = true;
}

void campaign_release(Campaign *campaign) {
  build_end(campaign->building);
  for (unsigned i = 0; i < campaign->count; i++)
    compiled_release(campaign->runs[i].compiled);
}
