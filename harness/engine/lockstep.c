// The run of the lockstep engine: short trials choose the setting, then most of the time goes to the best one, while a
// part keeps sweeping over others, so that rare states appear too.
#include "harness/engine/lockstep.h"
#include "harness/engine/tune.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- settings

enum {
  BATCH_MAX = 2048,     // instances
  MEMORY_MAX = 4 << 20, // bytes of instances
  TABLE_STATES = 4096,  // a power of two
  SHIFTED_MAX = 8,      // threads with a shift of their own to tune
  TOUCHED_MAX = 4,      // threads that may be the last to touch lines, among the settings tried
  SPINS_APART = 20000,  // turns a waiter spins when each thread has a PU
  SPINS_CROWDED = 20,   // ... and when threads share PUs
  TRIAL_NS = 200000,    // of a trial, about, where threads meet by the clock
  TRIAL_LEAST = 512,    // instances of a trial
  TRIAL_MOST = 6144,
  TRIAL_IN_MEMORY = 1024
};

static const double TRIAL_SHARE = 0.1;      // of the time, and of the iterations asked for: the first trials
static const double TRIALS_SECONDS = 5;     // ... but no longer, above all where there is no limit
static const double SEGMENT_MOST = 1 << 24; // instances, should the clock not have moved
static const double SEGMENT_SECONDS = 4e-3; // about how long the best setting runs between looks at the rest

// All times in nanoseconds, whatever the clock's ticks. Where threads meet in memory shift and spread are turns of a
// delay loop.
static const int interval_values[] = {8, 15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 100, 150, 250, 500, 1000};
static const int every_values[] = {1, 1, 2, 4, 16, 64, BATCH_MAX};
static const int spread_values[] = {0, 3, 6, 12, 25, 50, 100, 200, 400, 800};
static const int batch_values[] = {64, 128, 256, 512, 1024, BATCH_MAX};
static const int layout_values[] = {0, 1};
static const int touch_values[] = {TOUCH_SHARED,  TOUCH_NONE,    TOUCH_ONE,     TOUCH_ONE + 1,
                                   TOUCH_ONE + 2, TOUCH_ONE + 3, TOUCH_ONE + 4, TOUCH_ONE + 5,
                                   TOUCH_ONE + 6, TOUCH_ONE + 7, TOUCH_FLUSH};
static const int shift_values[] = {-600, -400, -300, -200, -150, -120, -100, -80, -70, -60, -52, -44, -40, -36, -32,
                                   -28,  -24,  -20,  -16,  -12,  -8,   -4,   0,   4,   8,   12,  16,  20,  24,  28,
                                   32,   36,   40,   44,   52,   60,   70,   80,  100, 120, 150, 200, 300, 400, 600};

#define COUNT(array) (unsigned)(sizeof(array) / sizeof *(array))

enum { AXIS_PACE, AXIS_SPREAD, AXIS_BATCH, AXIS_LAYOUT, AXIS_TOUCH, AXIS_SHIFT }; // AXIS_PACE: interval or every

typedef struct {
  Session *session;
  const KernelCode *code;
  LockstepRound *round; // in the team's region
  unsigned threads;
  bool by_clock;
  double ticks_per_ns;
  Layout layouts[2];
  TuneAxis axes[TUNE_AXES];
  Tuner tuner;
  uint64_t random; // for sweeps
  uint32_t pauses; // of the sweep that runs; 0 otherwise
  TuneSetting ran; // the best one, as it last ran: what the report shows
  unsigned ran_batch;
} Lockstep;

// What was found in a round beside its states.
typedef struct {
  TuneOutcome tune;
  uint64_t done;
} Outcome;

static void choose_axes(Lockstep *run) {
  unsigned threads = run->threads < TOUCHED_MAX ? run->threads : TOUCHED_MAX;
  bool one_layout = run->layouts[0].stride == run->layouts[1].stride;
  bool all_touches = run->threads == threads;
  run->axes[AXIS_PACE] = run->by_clock ? (TuneAxis){"interval", interval_values, COUNT(interval_values)}
                                       : (TuneAxis){"every", every_values, COUNT(every_values)};
  run->axes[AXIS_SPREAD] = (TuneAxis){"spread", spread_values, COUNT(spread_values)};
  run->axes[AXIS_BATCH] = (TuneAxis){"batch", batch_values, COUNT(batch_values)};
  run->axes[AXIS_LAYOUT] = (TuneAxis){"layout", layout_values, one_layout ? 1 : 2};
  // Up to TOUCH_ONE + t, and the turns beyond them where every thread can have one.
  run->axes[AXIS_TOUCH] = (TuneAxis){"touch", touch_values, 2 + threads * (all_touches ? 2 : 1)};
  unsigned axes = AXIS_SHIFT;
  for (unsigned t = 1; t < run->threads && t < SHIFTED_MAX; t++)
    run->axes[axes++] = (TuneAxis){"shift", shift_values, COUNT(shift_values)};
  tuner_init(&run->tuner, run->axes, axes, run->session->seed);
  run->random = run->session->seed ^ 0x9e3779b97f4a7c15u;
  run->random += !run->random;
}

static int value(const Lockstep *run, const TuneSetting *setting, unsigned axis) {
  return tuner_value(&run->tuner, setting, axis);
}

static uint64_t delay(const Lockstep *run, int ns) {
  return run->by_clock ? (uint64_t)(ns * run->ticks_per_ns + 0.5) : (uint64_t)ns * 2;
}

// A thread's lateness against thread 0, in nanoseconds; negative: thread 0 is the later one.
static int shift_of(const Lockstep *run, const TuneSetting *setting, unsigned thread) {
  return thread == 0 || thread >= SHIFTED_MAX ? 0 : value(run, setting, AXIS_SHIFT + thread - 1);
}

static unsigned batch_of(const Lockstep *run, const TuneSetting *setting, const Layout *layout) {
  unsigned batch = (unsigned)value(run, setting, AXIS_BATCH);
  size_t room = MEMORY_MAX / layout->stride;
  if (room < 1)
    room = 1;
  return batch < room ? batch : (unsigned)room;
}

static void apply(Lockstep *run, const TuneSetting *setting) {
  LockstepRound *round = run->round;
  int earliest = 0;
  for (unsigned t = 0; t < run->threads; t++)
    if (shift_of(run, setting, t) < earliest)
      earliest = shift_of(run, setting, t);
  for (unsigned t = 0; t < run->threads; t++)
    round->shift[t] = delay(run, shift_of(run, setting, t) - earliest);
  round->layout = run->layouts[value(run, setting, AXIS_LAYOUT)];
  round->batch = batch_of(run, setting, &round->layout);
  round->ticks = run->by_clock ? delay(run, value(run, setting, AXIS_PACE)) : 0;
  round->every = run->by_clock ? 1 : (unsigned)value(run, setting, AXIS_PACE);
  round->pauses = run->pauses;
  round->spread = (uint32_t)delay(run, value(run, setting, AXIS_SPREAD));
  round->touch = (unsigned)value(run, setting, AXIS_TOUCH);
}

// A setting far from what the tuner looks for: neighbours of the best so that the rate stays, or anything at all; and
// spread out widely, with time for it between instances.
static TuneSetting sweep_setting(Lockstep *run) {
  bool near = kernel_random_below(&run->random, 2);
  TuneSetting setting = near ? run->tuner.best : tuner_random(&run->tuner);
  unsigned spreads = run->axes[AXIS_SPREAD].count;
  setting.at[AXIS_SPREAD] = (unsigned char)(spreads - 1 - kernel_random_below(&run->random, 5));
  if (run->by_clock) {
    unsigned char pace = 0;
    while (pace + 1u < run->axes[AXIS_PACE].count &&
           interval_values[pace] < value(run, &setting, AXIS_SPREAD) + interval_values[5])
      pace++;
    setting.at[AXIS_PACE] = pace;
  }
  for (unsigned axis = AXIS_SHIFT; axis < run->tuner.axis_count; axis++)
    setting.at[axis] = (unsigned char)kernel_random_below(&run->random, run->axes[axis].count);
  return setting;
}

// ---- counting

// States that the condition asks for: witnesses; of `forall`, what is none, since all are meant to be; without a
// condition none.
static bool is_target(const Test *test, bool is_witness) {
  switch (test->condition.quantifier) {
  case QUANTIFIER_EXISTS:
  case QUANTIFIER_NOT_EXISTS:
    return is_witness;
  case QUANTIFIER_FORALL:
    return !is_witness;
  case QUANTIFIER_NONE:
    break;
  }
  return false;
}

static void take_state(Lockstep *run, Outcome *outcome, const Value *values, uint64_t count) {
  const Test *test = run->session->test;
  bool hidden = test->filter && !prop_holds(test, test->filter, (State){values});
  bool is_witness = session_count(run->session, values, count);
  if (hidden)
    return;
  outcome->tune.targets += is_target(test, is_witness) ? count : 0;
  outcome->tune.variety += log2(1 + (double)count);
}

static unsigned small_counters(const Lockstep *run) {
  unsigned bits = run->code->small_bits;
  return bits ? 1u << bits * run->session->test->observable_total : 0;
}

static void take_small(Lockstep *run, Outcome *outcome) {
  unsigned bits = run->code->small_bits;
  for (unsigned index = 0; index < small_counters(run); index++) {
    uint64_t count = 0;
    for (unsigned t = 0; t < run->threads; t++) {
      count += run->round->actors[t].small[index];
      run->round->actors[t].small[index] = 0;
    }
    if (!count)
      continue;
    Value values[LIMIT_OBSERVABLES] = {0};
    for (unsigned i = 0; i < run->session->test->observable_total; i++)
      values[i] = index >> i * bits & ((1u << bits) - 1);
    take_state(run, outcome, values, count);
  }
}

static void take_table(Lockstep *run, Outcome *outcome, StateTable *table) {
  for (unsigned i = 0; i < table->capacity; i++) {
    uint64_t *entry = table->entries + (size_t)i * (1 + table->words);
    if (!entry[0])
      continue;
    Value values[LIMIT_OBSERVABLES] = {0};
    lockstep_state_values(run->session->test, entry + 1, values);
    take_state(run, outcome, values, entry[0]);
    entry[0] = 0;
  }
  if (table->overflow)
    session_lost(run->session, table->overflow);
  table->overflow = 0;
  table->used = false;
}

// ---- segments

// Runs so many instances by a setting, together with the other actors, and takes what they brought.
static Outcome run_setting(Lockstep *run, const TuneSetting *setting, uint64_t instances) {
  Outcome outcome = {0};
  LockstepRound *round = run->round;
  const RunOptions *options = run->session->options;
  if (options->iterations && instances > options->iterations - run->session->report->executed)
    instances = options->iterations - run->session->report->executed;
  apply(run, setting);
  round->instances = instances;
  // Several batches, so that one which was disturbed does not decide.
  while (round->batch > 64 && round->batch * 3ull > instances)
    round->batch /= 2;
  lockstep_segment(round, 0);
  take_small(run, &outcome);
  for (unsigned t = 0; t < run->threads; t++)
    if (round->actors[t].table.used)
      take_table(run, &outcome, &round->actors[t].table);
  session_counted(run->session);
  outcome.done = round->done;
  outcome.tune.seconds = round->seconds;
  return outcome;
}

static bool over(const Lockstep *run) { return session_over(run->session); }

// About as many for every setting as take the same time, but fewer where that would be very many or few.
static uint64_t trial_instances(const Lockstep *run, const TuneSetting *setting) {
  if (!run->by_clock)
    return TRIAL_IN_MEMORY;
  int instances = TRIAL_NS / value(run, setting, AXIS_PACE);
  return instances < TRIAL_LEAST ? TRIAL_LEAST : instances > TRIAL_MOST ? TRIAL_MOST : (uint64_t)instances;
}

static double run_trial(Lockstep *run, const TuneSetting *setting) {
  Outcome outcome = run_setting(run, setting, trial_instances(run, setting));
  return tune_score(&outcome.tune);
}

// A setting that looks as good as the best runs again, longer, and is judged by the worse of the two.
static void try_setting(Lockstep *run, const TuneSetting *setting) {
  double first = run_trial(run, setting);
  if (!tuner_promising(&run->tuner, first) || over(run))
    return;
  Outcome outcome = run_setting(run, setting, 2 * trial_instances(run, setting));
  double second = tune_score(&outcome.tune);
  tuner_judge(&run->tuner, setting, second < first ? second : first);
}

// Keeps for the report what the best setting was really run with: apply asks for a batch that run_setting may halve,
// most of all where few iterations are left.
static void note_ran(Lockstep *run, const TuneSetting *setting) {
  bool same = !memcmp(&run->ran, setting, sizeof *setting);
  if (!same || run->round->batch > run->ran_batch)
    run->ran_batch = run->round->batch;
  run->ran = *setting;
}

static bool is_best(const Lockstep *run, const TuneSetting *setting) {
  return !memcmp(&run->tuner.best, setting, sizeof *setting);
}

// A good start for most tests: lines in all caches, threads close together, some spread.
static TuneSetting first_setting(const Lockstep *run) {
  TuneSetting setting = {0};
  setting.at[AXIS_PACE] = run->by_clock ? 6 : 0;
  setting.at[AXIS_SPREAD] = 4;
  setting.at[AXIS_BATCH] = 3;
  for (unsigned axis = AXIS_SHIFT; axis < run->tuner.axis_count; axis++)
    setting.at[axis] = COUNT(shift_values) / 2;
  return setting;
}

// Until the trials have had their share of what was asked for.
static bool trials_over(const Lockstep *run, double until) {
  uint64_t iterations = run->session->options->iterations;
  return over(run) || clock_seconds() >= until ||
         (iterations && (double)run->session->report->executed >= (double)iterations * TRIAL_SHARE);
}

static void run_trials(Lockstep *run) {
  double now = clock_seconds(), seconds = (run->session->deadline - now) * TRIAL_SHARE;
  double until = now + (seconds < TRIALS_SECONDS ? seconds : TRIALS_SECONDS);
  TuneSetting setting = first_setting(run);
  try_setting(run, &setting);
  if (run->tuner.best_score < 0)
    tuner_judge(&run->tuner, &setting, 0);
  note_ran(run, &setting);
  for (unsigned trial = 0; !trials_over(run, until); trial++) {
    // Where nothing was seen yet there is nothing to be near to.
    bool explore = trial < 8 || trial % 4 == 0 || run->tuner.best_score < 1;
    setting = explore ? tuner_random(&run->tuner) : tuner_near(&run->tuner);
    try_setting(run, &setting);
    if (is_best(run, &setting))
      note_ran(run, &setting);
  }
}

// Three of four sweeps pause between the statements of each thread.
static void run_sweep(Lockstep *run) {
  static const uint32_t pauses[] = {0, 60, 250, 1000};
  run->pauses = pauses[kernel_random_below(&run->random, COUNT(pauses))];
  TuneSetting setting = sweep_setting(run);
  run_trial(run, &setting);
  run->pauses = 0;
}

// Between two segments of the best: a sweep, a neighbour, a sweep, one that was good before or anything at all.
static void run_other(Lockstep *run, unsigned turn) {
  TuneSetting setting;
  switch (turn % 8) {
  case 0:
    setting = tuner_random(&run->tuner);
    try_setting(run, &setting);
    break;
  case 2:
  case 6:
    setting = tuner_again(&run->tuner);
    tuner_judge(&run->tuner, &setting, run_trial(run, &setting));
    break;
  case 4:
    setting = tuner_near(&run->tuner);
    try_setting(run, &setting);
    break;
  default:
    run_sweep(run);
  }
}

uint64_t lockstep_segment_instances(uint64_t done, double seconds) {
  double instances = seconds > 0 ? (double)done / seconds * SEGMENT_SECONDS : SEGMENT_MOST;
  return 1 + (uint64_t)(instances < SEGMENT_MOST ? instances : SEGMENT_MOST);
}

static void run_best(Lockstep *run) {
  uint64_t segment = trial_instances(run, &run->tuner.best);
  for (unsigned turn = 0; !over(run); turn++) {
    TuneSetting best = run->tuner.best;
    Outcome outcome = run_setting(run, &best, segment);
    note_ran(run, &best);
    if (over(run))
      return;
    tuner_confirm(&run->tuner, tune_score(&outcome.tune));
    segment = lockstep_segment_instances(outcome.done, outcome.tune.seconds);
    run_other(run, turn);
  }
}

// ---- start and end

static size_t round_up(size_t bytes) { return (bytes + 127) / 128 * 128; }

static size_t instance_bytes(const Lockstep *run) {
  size_t largest = 0;
  for (unsigned i = 0; i < 2; i++) {
    size_t stride = run->layouts[i].stride;
    size_t bytes = MEMORY_MAX / stride < BATCH_MAX ? MEMORY_MAX / stride * stride : BATCH_MAX * stride;
    if (bytes < stride)
      bytes = stride;
    if (bytes > largest)
      largest = bytes;
  }
  return round_up(largest);
}

// Hands out the team's region piece by piece; with a NULL base it only adds up what is needed.
static char *take(char *base, size_t *used, size_t bytes) {
  char *piece = base ? base + *used : NULL;
  *used += round_up(bytes);
  return piece;
}

static size_t lay_out_region(Lockstep *run, char *base) {
  size_t used = 0;
  char *memory = take(base, &used, instance_bytes(run));
  LockstepRound *round = (LockstepRound *)take(base, &used, sizeof *round);
  Lockstep *copy = (Lockstep *)take(base, &used, sizeof *copy);
  LockstepActor *actors = (LockstepActor *)take(base, &used, run->threads * sizeof *actors);
  void **frames = (void **)take(base, &used, run->threads * sizeof *frames);
  unsigned words = run->code->words;
  for (unsigned t = 0; t < run->threads; t++) {
    char *frame = take(base, &used, BATCH_MAX * run->code->frame_bytes[t]);
    char *small = take(base, &used, small_counters(run) * sizeof(uint64_t));
    char *entries = take(base, &used, state_table_bytes(words, TABLE_STATES));
    if (!base)
      continue;
    frames[t] = frame;
    actors[t] = (LockstepActor){
        .frames = frame,
        .small = (uint64_t *)small,
        .table = {.words = words, .capacity = TABLE_STATES, .entries = (uint64_t *)entries},
        .random = (run->session->seed + t + 1) * 0x9e3779b97f4a7c15u | 1,
    };
  }
  if (base) {
    *round = (LockstepRound){.code = run->code,
                             .run = copy,
                             .threads = run->threads,
                             .by_clock = run->by_clock,
                             .stopping = &run->session->report->stopping,
                             .memory = memory,
                             .actors = actors,
                             .frames = frames};
    run->round = round;
  }
  return used;
}

static void decide_meeting(Lockstep *run) {
  Report *report = run->session->report;
  bool crowded = placement_oversubscribed(run->session->placement);
  run->by_clock = report->clock.usable && !crowded;
  run->ticks_per_ns = report->clock.ticks_per_second * 1e-9;
  snprintf(report->meeting, sizeof report->meeting, "%s", run->by_clock ? "clock" : "memory");
  const char *reason = crowded ? "threads share PUs" : report->clock.usable ? NULL : report->clock.reason;
  snprintf(report->meeting_reason, sizeof report->meeting_reason, "%s", reason ? reason : "");
}

// Actors that are processes know only what lies in the region, and what the caller had before they were made.
static void prepare_round(const Lockstep *run, LockstepRound *round) {
  bool crowded = placement_oversubscribed(run->session->placement);
  Lockstep *shared = round->run;
  *shared = *run;
  choose_axes(shared);
  round->deadline = run->session->deadline;
  round->crowded = crowded;
  round->patience = crowded ? SPINS_CROWDED : SPINS_APART;
  round->margin = run->by_clock ? (uint64_t)(300 * run->ticks_per_ns) : 0;
}

static void touch_name(const Lockstep *run, unsigned touch, char *name, size_t size) {
  if (touch < TOUCH_ONE)
    snprintf(name, size, "%s", touch == TOUCH_NONE ? "none" : touch == TOUCH_SHARED ? "shared" : "flushed");
  else if (touch < TOUCH_ONE + run->threads)
    snprintf(name, size, "P%u", touch - TOUCH_ONE);
  else
    snprintf(name, size, "turns+%u", touch - TOUCH_ONE - run->threads);
}

static void report_settings(Lockstep *run) {
  Session *session = run->session;
  const LockstepRound *round = run->round;
  apply(run, &run->ran);
  if (run->by_clock)
    session_setting_number(session, "ticks", (double)round->ticks);
  else
    session_setting_number(session, "every", round->every);
  for (unsigned t = 1; t < run->threads && t < SHIFTED_MAX; t++) {
    char name[16];
    snprintf(name, sizeof name, run->threads == 2 ? "shift" : "shift%u", t);
    session_setting_number(session, name, (double)round->shift[t] - (double)round->shift[0]);
  }
  session_setting_number(session, "spread", round->spread);
  session_setting_number(session, "batch", run->ran_batch);
  session_setting_text(session, "layout", value(run, &run->ran, AXIS_LAYOUT) ? "compact" : "apart");
  char touch[40];
  touch_name(run, round->touch, touch, sizeof touch);
  session_setting_text(session, "touch", touch);
}

// The first actor decides what all of them run, so that the caller, who may share its PU, sleeps throughout.
static void actor_work(unsigned actor, void *shared, void *argument) {
  (void)shared;
  LockstepRound *round = argument;
  if (actor) {
    while (lockstep_segment(round, actor)) {
    }
    return;
  }
  Lockstep *run = round->run;
  session_began(run->session);
  run_trials(run);
  run_best(run);
  report_settings(run);
  round->instances = 0;
  lockstep_segment(round, 0);
}

void lockstep_run(Session *session) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Lockstep run = {.session = session, .code = session->code, .threads = session->test->thread_count};
  run.layouts[0] = layout_of(session->test, false);
  run.layouts[1] = layout_of(session->test, true);
  decide_meeting(&run);
  Team *team =
      team_new(session->topology, session->placement, session->options->actors, lay_out_region(&run, NULL), &diag);
  if (!team) {
    session_refuse(session, "%s", diag.first ? diag.first->message : "cannot start the actors");
    arena_free(arena);
    return;
  }
  lay_out_region(&run, team_shared(team));
  assert(run.round);
  prepare_round(&run, run.round);
  if (!team_round(team, actor_work, run.round))
    session_died(session, team);
  team_free(team);
  arena_free(arena);
}
