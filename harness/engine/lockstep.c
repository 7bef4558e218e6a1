// The run of the lockstep engine: short trials choose the setting, then most of the time goes to the best one, while a
// part keeps sweeping over others, so that rare states appear too.
#include "harness/engine/lockstep.h"
#include "harness/base/time.h"
#include "harness/engine/lockstep_actor.h"

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
  TRIAL_NS = 40000,     // of a trial, about, where threads meet by the clock
  TRIAL_LEAST = 256,    // instances of a trial
  TRIAL_MOST = 2048,
  SWEEP_TRIALS = 5, // a sweep is as long as so many trials
  TRIAL_IN_MEMORY = 1024
};

static const double SEGMENT_MOST = 1 << 24; // instances, should the clock not have moved
static const double SEGMENT_SECONDS = 4e-3; // about how long the best setting runs between looks at the rest

// All times in nanoseconds, whatever the clock's ticks. Where threads meet in memory shift and spread are turns of a
// delay loop.
static const int interval_values[] = {8, 15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 100, 150, 250, 500, 1000};
static const int every_values[] = {1, 1, 2, 4, 16, 64, BATCH_MAX};
static const int spread_values[] = {0, 3, 6, 12, 25, 50, 100, 200, 400, 800};
static const int batch_values[] = {64, 128, 256, 512, 1024, BATCH_MAX};
static const int layout_values[] = {0, 1};
static const int touch_values[] = {TOUCH_SHARED,  TOUCH_NONE,    TOUCH_FLUSH,   TOUCH_ONE,
                                   TOUCH_ONE + 1, TOUCH_ONE + 2, TOUCH_ONE + 3, TOUCH_ONE + 4,
                                   TOUCH_ONE + 5, TOUCH_ONE + 6, TOUCH_ONE + 7};
static const int shift_values[] = {-600, -400, -300, -200, -150, -120, -100, -80, -70, -60, -52, -44, -40, -36, -32,
                                   -28,  -24,  -20,  -16,  -12,  -8,   -4,   0,   4,   8,   12,  16,  20,  24,  28,
                                   32,   36,   40,   44,   52,   60,   70,   80,  100, 120, 150, 200, 300, 400, 600};

#define COUNT(array) (unsigned)(sizeof(array) / sizeof *(array))

enum {
  AXIS_PACE,
  AXIS_SPREAD,
  AXIS_BATCH,
  AXIS_LAYOUT,
  AXIS_TOUCH,
  AXIS_CREW,
  AXIS_SHIFT
}; // AXIS_PACE: interval or every

typedef struct {
  EngineSession *session;
  const KernelCode *code;
  LockstepRound *round; // in the team's region
  unsigned threads, actors;
  bool by_clock;
  double ticks_per_ns;
  int arrangements[CREW_ARRANGEMENTS];
  Layout layouts[2];
  TuneAxis axes[TUNE_AXES];
  Tuner tuner;
  uint64_t random;  // for sweeps
  uint32_t pauses;  // of the sweep that runs; 0 otherwise
  uint64_t segment; // instances of a long run of the setting `timed`; 0: not known yet
  TuneSetting timed;
  TuneSetting ran; // the best one, as it last ran: what the report shows
  unsigned ran_batch;
} Lockstep;

unsigned lockstep_axes(unsigned threads, bool one_layout, bool by_clock, TuneAxis axes[TUNE_AXES]) {
  static const int alone[] = {0};
  unsigned touched = threads < TOUCHED_MAX ? threads : TOUCHED_MAX;
  axes[AXIS_PACE] = by_clock ? (TuneAxis){"interval", interval_values, COUNT(interval_values)}
                             : (TuneAxis){"every", every_values, COUNT(every_values)};
  axes[AXIS_SPREAD] = (TuneAxis){"spread", spread_values, COUNT(spread_values)};
  axes[AXIS_BATCH] = (TuneAxis){"batch", batch_values, COUNT(batch_values)};
  axes[AXIS_LAYOUT] = (TuneAxis){"layout", layout_values, one_layout ? 1 : 2};
  // Up to TOUCH_ONE + t, and the turns beyond them where every thread can have one.
  axes[AXIS_TOUCH] = (TuneAxis){"touch", touch_values, 3 + touched * (touched == threads ? 2 : 1)};
  axes[AXIS_CREW] = (TuneAxis){"crew", alone, 1};
  unsigned count = AXIS_SHIFT;
  for (unsigned t = 1; t < threads && t < SHIFTED_MAX; t++)
    axes[count++] = (TuneAxis){"shift", shift_values, COUNT(shift_values)};
  return count;
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
  round->crew = crew_arrange(run->threads, run->actors, setting->at[AXIS_CREW]);
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
  for (unsigned axis = AXIS_CREW; axis < run->tuner.axis_count; axis++)
    setting.at[axis] = (unsigned char)kernel_random_below(&run->random, run->axes[axis].count);
  return setting;
}

// ---- counting

static void take_state(Lockstep *run, TuneOutcome *outcome, const uint64_t *state, uint64_t count) {
  unsigned what = session_count(run->session, state, count);
  if (what & STATE_HIDDEN)
    return;
  outcome->targets += what & STATE_ASKED ? count : 0;
  outcome->variety += log2(1 + (double)count);
}

static unsigned small_counters(const Lockstep *run) {
  unsigned bits = run->code->small_bits;
  return bits ? 1u << bits * run->session->shape->observable_count : 0;
}

static void take_small(Lockstep *run, TuneOutcome *outcome) {
  const Shape *shape = run->session->shape;
  unsigned bits = run->code->small_bits;
  for (unsigned index = 0; index < small_counters(run); index++) {
    uint64_t count = 0;
    for (unsigned a = 0; a < run->actors; a++) {
      count += run->round->actors[a].small[index];
      run->round->actors[a].small[index] = 0;
    }
    if (!count)
      continue;
    uint64_t state[SHAPE_WORDS] = {0};
    for (unsigned i = 0, at = 0; i < shape->observable_count; i++, at = shape_words(shape, i))
      state[at] = index >> i * bits & ((1u << bits) - 1);
    take_state(run, outcome, state, count);
  }
}

static void take_table(Lockstep *run, TuneOutcome *outcome, Tally *table) {
  const uint64_t *state;
  unsigned at = 0;
  if (!table->total && !table->lost)
    return;
  for (uint64_t count; (count = tally_next(table, &at, &state)) != 0;)
    take_state(run, outcome, state, count);
  if (table->lost)
    session_lost(run->session, table->lost);
  tally_clear(table);
}

// ---- segments

// Runs so many instances by a setting, together with the other actors, and takes what they brought.
static TuneOutcome run_setting(Lockstep *run, const TuneSetting *setting, uint64_t instances) {
  TuneOutcome outcome = {0};
  LockstepRound *round = run->round;
  const EngineSession *session = run->session;
  if (session->iterations && instances > session->iterations - session->report->executed)
    instances = session->iterations - session->report->executed;
  apply(run, setting);
  round->instances = instances;
  // Several batches, so that one which was disturbed does not decide.
  while (round->batch > 64 && round->batch * 3ull > instances)
    round->batch /= 2;
  lockstep_segment(round, 0);
  take_small(run, &outcome);
  for (unsigned a = 0; a < run->actors; a++)
    take_table(run, &outcome, round->actors[a].table);
  session_counted(run->session);
  outcome.seconds = round->seconds;
  return outcome;
}

// About as many for every setting as take the same time, but fewer where that would be very many or few. Lines that
// come from memory take several times as long.
static uint64_t trial_instances(const Lockstep *run, const TuneSetting *setting) {
  if (!run->by_clock)
    return TRIAL_IN_MEMORY;
  if (value(run, setting, AXIS_TOUCH) == TOUCH_FLUSH)
    return TRIAL_LEAST;
  int instances = TRIAL_NS / value(run, setting, AXIS_PACE);
  return instances < TRIAL_LEAST ? TRIAL_LEAST : instances > TRIAL_MOST ? TRIAL_MOST : (uint64_t)instances;
}

uint64_t lockstep_segment_instances(uint64_t done, double seconds) {
  double instances = seconds > 0 ? (double)done / seconds * SEGMENT_SECONDS : SEGMENT_MOST;
  return 1 + (uint64_t)(instances < SEGMENT_MOST ? instances : SEGMENT_MOST);
}

static bool run_for(Lockstep *run, const TuneSetting *setting, uint64_t instances, double *score) {
  TuneOutcome outcome = run_setting(run, setting, instances);
  *score = tune_score(&outcome);
  return !session_over(run->session);
}

// The length of another setting's runs says nothing of this one's: a trial tells its own.
static void run_long(Lockstep *run, const TuneSetting *setting, double *score) {
  bool timed = run->segment && !memcmp(&run->timed, setting, sizeof *setting), more = true;
  if (!timed) {
    more = run_for(run, setting, trial_instances(run, setting), score);
    run->segment = lockstep_segment_instances(run->round->done, run->round->seconds);
    run->timed = *setting;
  }
  if (more) {
    run_for(run, setting, run->segment, score);
    run->segment = lockstep_segment_instances(run->round->done, run->round->seconds);
  }
}

static bool run_trial(void *engine, const TuneSetting *setting, TrialLength length, double *score) {
  Lockstep *run = engine;
  if (length == TRIAL_LONG)
    run_long(run, setting, score);
  else
    run_for(run, setting, (length == TRIAL_AGAIN ? 2 : 1) * trial_instances(run, setting), score);
  return true;
}

// Three of four sweeps pause between the statements of each thread.
static bool run_sweep(void *engine, unsigned turn) {
  static const uint32_t pauses[] = {0, 60, 250, 1000};
  Lockstep *run = engine;
  (void)turn;
  run->pauses = pauses[kernel_random_below(&run->random, COUNT(pauses))];
  TuneSetting setting = sweep_setting(run);
  run_setting(run, &setting, SWEEP_TRIALS * trial_instances(run, &setting));
  run->pauses = 0;
  return true;
}

// Keeps for the report what the best setting was really run with: apply asks for a batch that run_setting may halve,
// most of all where few iterations are left.
static void note_ran(void *engine, const TuneSetting *setting) {
  Lockstep *run = engine;
  bool same = !memcmp(&run->ran, setting, sizeof *setting);
  if (!same || run->round->batch > run->ran_batch)
    run->ran_batch = run->round->batch;
  run->ran = *setting;
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
  const Shape *shape = run->session->shape;
  unsigned words = shape_words(shape, shape->observable_count);
  for (unsigned t = 0; t < run->threads; t++) {
    char *frame = take(base, &used, BATCH_MAX * run->code->frame_bytes[t]);
    char *small = take(base, &used, small_counters(run) * sizeof(uint64_t));
    Tally *table = (Tally *)take(base, &used, tally_bytes(words, TABLE_STATES));
    if (!base)
      continue;
    tally_init(table, words, TABLE_STATES);
    frames[t] = frame;
    actors[t] = (LockstepActor){
        .frames = frame,
        .small = (uint64_t *)small,
        .table = table,
        .random = (run->session->seed + t + 1) * 0x9e3779b97f4a7c15u | 1,
    };
  }
  if (base) {
    *round = (LockstepRound){.code = run->code,
                             .run = copy,
                             .threads = run->threads,
                             .met_by = run->actors,
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
  const EngineSession *session = run->session;
  bool crowded = session->binding.crowded && run->actors == run->threads;
  const char *reason = crowded ? "threads share PUs" : session->no_clock;
  run->by_clock = !reason;
  run->ticks_per_ns = session->ticks_per_second * 1e-9;
  snprintf(session->report->meeting, sizeof session->report->meeting, "%s", run->by_clock ? "clock" : "memory");
  snprintf(session->report->meeting_reason, sizeof session->report->meeting_reason, "%s", reason ? reason : "");
}

// Actors that are processes know only what lies in the region, and what the caller had before they were made.
static void prepare_round(const Lockstep *run, LockstepRound *round) {
  Lockstep *shared = round->run;
  *shared = *run;
  bool one_layout = run->layouts[0].stride == run->layouts[1].stride;
  unsigned axes = lockstep_axes(run->threads, one_layout, run->by_clock, shared->axes);
  unsigned arrangements = crew_arrangements(run->threads, run->actors);
  for (unsigned i = 0; i < arrangements; i++)
    shared->arrangements[i] = (int)i;
  shared->axes[AXIS_CREW] = (TuneAxis){"crew", shared->arrangements, arrangements};
  tuner_init(&shared->tuner, shared->axes, axes, run->session->seed);
  shared->random = run->session->seed ^ 0x9e3779b97f4a7c15u;
  shared->random += !shared->random;
  round->crowded = run->session->binding.crowded && run->actors == run->threads;
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
  EngineSession *session = run->session;
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
  if (run->actors < run->threads) {
    char crew[40];
    crew_print(&round->crew, crew, sizeof crew);
    session_setting_text(session, "crew", crew);
  }
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
  round->deadline = run->session->deadline;
  const Trials trials = {.session = run->session,
                         .tuner = &run->tuner,
                         .engine = run,
                         .run = run_trial,
                         .sweep = run_sweep,
                         .note = note_ran};
  trials_run(&trials, first_setting(run));
  report_settings(run);
  round->instances = 0;
  lockstep_segment(round, 0);
}

static void run_actors(EngineSession *session, unsigned actors) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Lockstep run = {.session = session, .code = session->code, .threads = session->shape->threads, .actors = actors};
  run.layouts[0] = layout_of(session->shape, false);
  run.layouts[1] = layout_of(session->shape, true);
  decide_meeting(&run);
  const Binding binding = crew_binding(&session->binding, actors);
  Team *team = team_new(&binding, session->actors, lay_out_region(&run, NULL), &diag);
  if (team) {
    lay_out_region(&run, team_shared(team));
    assert(run.round);
    prepare_round(&run, run.round);
    if (!team_round(team, actor_work, run.round))
      session_died(session, team);
    session_memory(session, team);
  } else {
    session_refuse(session, diag.first ? diag.first->message : "cannot start the actors");
  }
  team_free(team);
  arena_free(arena);
}

// A part of the run with an actor for each thread, though PUs are few: where the system switches between them anywhere,
// states appear that need more than two to overlap.
static void run_crowded_part(const EngineSession *session) {
  enum { PARTS = 8 };
  EngineSession part = *session;
  Report *report = session->report;
  unsigned settings = report->setting_count;
  part.seconds = session->seconds > 0 ? session->seconds / PARTS : session->iterations ? 0 : 1;
  part.iterations = (session->iterations + PARTS - 1) / PARTS; // 0 stays 0
  part.given = (TuneGiven){0};                                 // they are of the other part
  run_actors(&part, session->shape->threads);
  report->setting_count = settings; // those of the other part are told
}

void lockstep_run(EngineSession *session) {
  unsigned threads = session->shape->threads;
  unsigned actors = session->no_clock ? threads : crew_actors(&session->binding, session->code->waits);
  if (actors < threads && !session->given.tuning)
    run_crowded_part(session);
  if (!session->report->refused[0] && !session->report->died)
    run_actors(session, actors);
}
