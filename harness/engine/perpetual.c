// The run: epochs. In each, every thread clears the locations that it stores to, runs its iterations without another
// word to the others, and then counts a part of the frames, all threads at once.
#include "harness/engine/perpetual.h"
#include "harness/base/time.h"
#include "harness/engine/crew.h"
#include "harness/engine/perpetual_match.h"
#include "harness/engine/stopwatch.h"
#include "harness/engine/trials.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  LINES = 128,      // bytes: what is written by different threads lies that far apart
  CHUNK = 128,      // iterations, at most, between two yields of threads that share a PU
  RARE_MOST = 8,    // rare states that a round looks for, at most
  FRAMES_EVERY = 64 // of the epochs, every so many counts the literature's frames as well, for all of them
};

// The settings that trials choose from.
enum { AXIS_COPIES, AXIS_DELAY, AXIS_CHUNK, AXIS_CREW, AXES };
static const int copies_values[] = {1, 2, 4, 8};
static const int delay_values[] = {0, 1, 2, 4, 8, 16, 32, 64};
enum { DELAYS = sizeof delay_values / sizeof *delay_values };
static const int chunk_values[] = {1, 2, 4, 16, 64}; // iterations between two threads of one actor
enum { CHUNKS = sizeof chunk_values / sizeof *chunk_values };

// What a round consists of.
typedef struct {
  unsigned variant; // 1 << variant copies
  bool pauses;      // between the statements too; of one copy
  uint32_t delay;   // turns of kernel_delay before a visit
  uint32_t chunk;   // iterations between two threads of one actor
  Crew crew;
  uint32_t iterations; // of each copy in an epoch
  unsigned epochs;
  unsigned any_every;                   // of the epochs, every so many looks for any state instead of those asked for
  unsigned rare[RARE_MOST], rare_count; // preferred among them
  uint64_t random;
  double seconds; // that the epochs took, other programs' share left out
} Round;

// What one actor counted in a round.
typedef struct {
  _Alignas(LINES) uint64_t frames;
  uint64_t frame_witnesses;
  uint64_t *states;
} Count;

// The start of the region that the actors share.
typedef struct {
  Count counts[SHAPE_THREADS];
  _Alignas(LINES) Round round;
  _Alignas(LINES) const PerpetualShape *shape;
  Team *team;
  const KernelIterations *code;
  uint16_t *seen[SHAPE_THREADS]; // each thread's buffers
  char *cells;
  const unsigned *asked; // states that are looked for
  const bool *is_asked;  // by state
  unsigned asked_count;
  bool crowded; // actors share PUs
} Shared;

// ---- in the actors

static void clear_thread(const Shared *shared, unsigned thread, unsigned copies) {
  const PerpetualShape *shape = shared->shape;
  for (unsigned l = 0; l < shape->load_count; l++)
    if (shape->loads[l].writer == thread)
      memset(shared->cells + perpetual_cell(shape->loads[l].location, 0), 0, (size_t)copies * PERPETUAL_CELL);
}

// The sequences begin anew in each epoch. Nobody is running.
static void clear_own(const Shared *shared, const Crew *crew, unsigned actor, unsigned copies) {
  for (unsigned i = crew->from[actor]; i < crew->from[actor + 1]; i++)
    clear_thread(shared, crew->order[i], copies);
}

static KernelIterations code_of(const Shared *shared, const Round *round, unsigned thread) {
  return shared->code[thread * PERPETUAL_CODES + (round->pauses ? PERPETUAL_PAUSING : round->variant)];
}

// The threads of an actor in turn, some iterations each. Fences stand for threads that others have more.
static void run_crew(const Shared *shared, const Round *round, unsigned actor) {
  const Crew *crew = &round->crew;
  for (uint32_t from = 0, to; from < round->iterations; from = to) {
    to = round->iterations - from > round->chunk ? from + round->chunk : round->iterations;
    for (unsigned i = crew->from[actor]; i < crew->from[actor] + crew->most; i++) {
      unsigned thread = i < crew->from[actor + 1] ? crew->order[i] : crew->threads;
      if (thread < crew->threads)
        code_of(shared, round, thread)(shared->cells, shared->seen[thread], from, to, round->delay);
      crew_switch();
    }
  }
}

static void run_thread(const Shared *shared, const Round *round, unsigned thread, uint64_t *random) {
  KernelIterations code = code_of(shared, round, thread);
  if (!shared->crowded) {
    code(shared->cells, shared->seen[thread], 0, round->iterations, round->delay);
    return;
  }
  for (uint32_t from = 0, to; from < round->iterations; from = to) {
    to = from + 1 + kernel_random_below(random, CHUNK);
    if (to > round->iterations)
      to = round->iterations;
    code(shared->cells, shared->seen[thread], from, to, round->delay);
    sched_yield();
  }
}

static void target_digits(const PerpetualShape *shape, unsigned state, signed char *target) {
  for (unsigned l = 0; l < shape->load_count; l++)
    target[l] = (signed char)(state / shape->loads[l].weight % (shape->loads[l].stores + 1));
}

// What the epoch looks for; `choice` is the same in all actors, so that none has more to do than the others.
static unsigned choose_target(const Shared *shared, const Round *round, uint64_t *choice) {
  bool any = kernel_random_below(choice, round->any_every) == 0;
  bool rare = kernel_random_below(choice, 4) != 0;
  if ((any || !shared->asked_count) && rare && round->rare_count)
    return round->rare[kernel_random_below(choice, round->rare_count)];
  if (any || !shared->asked_count)
    return kernel_random_below(choice, shared->shape->state_count);
  return shared->asked[kernel_random_below(choice, shared->asked_count)];
}

static void count_copy(Shared *shared, const Round *round, unsigned actor, unsigned copy, uint64_t *choice) {
  const PerpetualShape *shape = shared->shape;
  Count *count = &shared->counts[actor];
  const uint16_t *seen[PERPETUAL_LOADS];
  for (unsigned l = 0; l < shape->load_count; l++)
    seen[l] = shared->seen[shape->loads[l].thread] + perpetual_buffer(shape->loads[l].slot, copy, 1u << round->variant);
  PerpetualRange ranges[SHAPE_THREADS];
  perpetual_cut(shape, seen, round->iterations, actor, round->crew.actors, ranges);
  signed char target[PERPETUAL_LOADS];
  unsigned state = choose_target(shared, round, choice);
  target_digits(shape, state, target);
  perpetual_match(shape, seen, ranges, target, count->states);
  if (kernel_random_below(choice, FRAMES_EVERY) == 0 && shared->is_asked[state]) {
    count->frames += FRAMES_EVERY * (uint64_t)(ranges[0].to - ranges[0].from);
    count->frame_witnesses += FRAMES_EVERY * (uint64_t)perpetual_frames(shape, seen, ranges, target);
  }
}

static void work(unsigned actor, void *region, void *argument) {
  Shared *shared = region;
  Round *round = argument;
  unsigned copies = 1u << round->variant;
  uint64_t choice = round->random + !round->random, random = choice ^ (actor + 1) * 0x9e3779b97f4a7c15ull;
  random += !random;
  Stopwatch watch = stopwatch_start();
  for (unsigned epoch = 0; epoch < round->epochs; epoch++) {
    clear_own(shared, &round->crew, actor, copies);
    team_meet(shared->team);
    if (round->crew.actors < round->crew.threads)
      run_crew(shared, round, actor);
    else
      run_thread(shared, round, actor, &random);
    team_meet(shared->team);
    for (unsigned copy = 0; copy < copies; copy++)
      count_copy(shared, round, actor, copy, &choice);
    stopwatch_lap(&watch);
  }
  if (!actor)
    round->seconds = stopwatch_seconds(&watch);
}

// ---- in the caller

// What the caller keeps.
typedef struct {
  EngineSession *session;
  const PerpetualShape *shape;
  Shared *shared;
  unsigned actors;
  int arrangements[CREW_ARRANGEMENTS];
  TuneAxis axes[AXES];
  Tuner tuner;
  TuneSetting ran;                                  // the best one, as it last ran: what the report shows
  double epoch_seconds[PERPETUAL_VARIANTS][DELAYS]; // as last seen; 0: never
  unsigned *asked;                                  // states that are looked for
  unsigned asked_count;
  bool *is_asked;    // by state
  uint64_t *counted; // by state
} Run;

static size_t align_up(size_t bytes) { return (bytes + LINES - 1) / LINES * LINES; }

static unsigned slots_of(const PerpetualShape *shape, unsigned thread) {
  unsigned slots = 0;
  for (unsigned l = 0; l < shape->load_count; l++)
    slots += shape->loads[l].thread == thread;
  return slots;
}

// The region: Shared, counters of each actor, cells, buffers of each thread. Lays them out where `shared` is given.
static size_t lay_out_region(const PerpetualShape *shape, unsigned locations, Shared *shared) {
  size_t at = align_up(sizeof(Shared));
  for (unsigned t = 0; t < shape->threads; t++) {
    if (shared)
      shared->counts[t].states = (uint64_t *)((char *)shared + at);
    at += align_up(shape->state_count * sizeof(uint64_t)) + LINES;
  }
  if (shared)
    shared->cells = (char *)shared + at;
  at += perpetual_cell(locations, 0) + LINES;
  for (unsigned t = 0; t < shape->threads; t++) {
    if (shared)
      shared->seen[t] = (uint16_t *)(void *)((char *)shared + at);
    at += align_up((size_t)slots_of(shape, t) * PERPETUAL_SLOT * sizeof(uint16_t)) + LINES;
  }
  return at;
}

// What the condition asks for, and the filter does not hide.
static void find_asked(Run *run) {
  for (unsigned s = 0; s < run->shape->state_count; s++) {
    uint64_t words[SHAPE_WORDS];
    perpetual_words(run->session->shape, s, words);
    run->is_asked[s] = (run->session->code->classify(words) & (STATE_ASKED | STATE_HIDDEN)) == STATE_ASKED;
    if (run->is_asked[s])
      run->asked[run->asked_count++] = s;
  }
}

// What all actors counted of a state, and forgets it.
static uint64_t take_state(const Run *run, unsigned state) {
  uint64_t count = 0;
  for (unsigned a = 0; a < run->actors; a++) {
    count += run->shared->counts[a].states[state];
    run->shared->counts[a].states[state] = 0;
  }
  return count;
}

// Hands the session what the actors counted; returns what the round brought.
static TuneOutcome collect(Run *run) {
  Report *report = run->session->report;
  TuneOutcome outcome = {0};
  for (unsigned s = 0; s < run->shape->state_count; s++) {
    uint64_t count = take_state(run, s);
    if (!count)
      continue;
    uint64_t words[SHAPE_WORDS];
    perpetual_words(run->session->shape, s, words);
    session_count(run->session, words, count);
    run->counted[s] += count;
    outcome.variety += log2(1 + (double)count);
    outcome.targets += run->is_asked[s] ? count : 0;
  }
  for (unsigned a = 0; a < run->actors; a++) {
    Count *count = &run->shared->counts[a];
    report->frames += count->frames;
    report->frame_witnesses += count->frame_witnesses;
    count->frames = count->frame_witnesses = 0;
  }
  session_counted(run->session);
  return outcome;
}

// Iterations of each copy in an epoch: as many as values can name and buffers hold, and no more than were asked for.
static uint32_t epoch_iterations(const Run *run, unsigned copies) {
  uint64_t n = PERPETUAL_VISITS / copies;
  if (n > run->shape->iterations)
    n = run->shape->iterations;
  uint64_t asked = run->session->iterations, done = run->session->report->executed;
  if (asked > done && n > (asked - done + copies - 1) / copies)
    n = (asked - done + copies - 1) / copies;
  return (uint32_t)n;
}

static bool is_rare(const Run *run, unsigned state) {
  enum { RARE = 1000 };
  return !run->is_asked[state] && run->counted[state] < RARE;
}

// Some of the states that were seen seldom so far, beginning anywhere. Those that cannot be are among them.
static void choose_rare(Run *run, Round *round) {
  unsigned states = run->shape->state_count, first = kernel_random_below(&run->tuner.random, states);
  round->rare_count = 0;
  for (unsigned i = 0; i < states && round->rare_count < RARE_MOST; i++)
    if (is_rare(run, (first + i) % states))
      round->rare[round->rare_count++] = (first + i) % states;
}

static bool asked_seen(const Run *run) {
  for (unsigned w = 0; w < run->asked_count; w++)
    if (run->counted[run->asked[w]])
      return true;
  return false;
}

// A tenth of the epochs looks for any state as long as some state is rare, less later; a fifth where what is asked for
// was never seen, since it may be what no CPU shows.
static unsigned any_every(const Run *run, const Round *round) {
  enum { OFTEN = 5, SOMETIMES = 10, SELDOM = 40 };
  if (!round->rare_count)
    return SELDOM;
  return asked_seen(run) ? SOMETIMES : OFTEN;
}

// One round of about `seconds` with a setting. False where the actors died.
static bool run_round(Run *run, const TuneSetting *setting, double seconds, double *score) {
  Round *round = &run->shared->round;
  double *epoch_seconds = &run->epoch_seconds[setting->at[AXIS_COPIES]][setting->at[AXIS_DELAY]];
  double left = run->session->deadline - time_seconds();
  if (seconds > left)
    seconds = left;
  double epochs = *epoch_seconds > 0 ? seconds / *epoch_seconds : 1;
  round->pauses = false;
  round->variant = setting->at[AXIS_COPIES];
  round->delay = (uint32_t)tuner_value(&run->tuner, setting, AXIS_DELAY);
  round->chunk = (uint32_t)tuner_value(&run->tuner, setting, AXIS_CHUNK);
  round->crew = crew_arrange(run->shape->threads, run->actors, setting->at[AXIS_CREW]);
  round->iterations = epoch_iterations(run, 1u << round->variant);
  round->epochs = run->session->iterations || epochs < 1 ? 1 : epochs > 1000 ? 1000 : (unsigned)epochs;
  choose_rare(run, round);
  round->any_every = any_every(run, round);
  round->random = kernel_random(&run->tuner.random);
  if (!team_round(run->shared->team, work, round))
    return false;
  TuneOutcome outcome = collect(run);
  outcome.seconds = round->seconds;
  *epoch_seconds = outcome.seconds / round->epochs;
  *score = tune_score(&outcome);
  return true;
}

static const double TRIAL_SECONDS = 0.0005, ROUND_SECONDS = 0.006;

static bool run_trial(void *engine, const TuneSetting *setting, TrialLength length, double *score) {
  Run *run = engine;
  double seconds = length == TRIAL_LONG ? ROUND_SECONDS : length == TRIAL_AGAIN ? 2 * TRIAL_SECONDS : TRIAL_SECONDS;
  return run_round(run, setting, seconds, score);
}

// A short round with pauses between the statements, during which other threads see one without the next. Half of it
// looks for what is asked for, half for anything; it says nothing of any setting. The
// first ones are longer: on a busy machine there may be few more.
static bool run_sweep(void *engine, unsigned turn) {
  enum { ITERATIONS = 4096, SHORTEST = 8, FIRST = 16, LONG = 8 };
  Run *run = engine;
  Round *round = &run->shared->round;
  if (run->shared->crowded)
    return true;
  round->pauses = true;
  round->variant = 0;
  round->delay = SHORTEST << kernel_random_below(&run->tuner.random, 4);
  round->chunk = 1;
  round->crew = crew_arrange(run->shape->threads, run->actors,
                             kernel_random_below(&run->tuner.random, run->axes[AXIS_CREW].count));
  round->iterations = epoch_iterations(run, 1);
  if (round->iterations > ITERATIONS)
    round->iterations = ITERATIONS;
  round->epochs = turn < FIRST && !run->session->iterations ? LONG : 1;
  choose_rare(run, round);
  round->any_every = 2;
  round->random = kernel_random(&run->tuner.random);
  if (!team_round(run->shared->team, work, round))
    return false;
  collect(run);
  return true;
}

static void note_ran(void *engine, const TuneSetting *setting) { ((Run *)engine)->ran = *setting; }

static void report_settings(const Run *run) {
  EngineSession *session = run->session;
  session_setting_number(session, "copies", tuner_value(&run->tuner, &run->ran, AXIS_COPIES));
  session_setting_number(session, "delay", tuner_value(&run->tuner, &run->ran, AXIS_DELAY));
  session_setting_number(session, "visits", PERPETUAL_VISITS);
  if (run->actors < run->shape->threads) {
    char text[40];
    const Crew crew = crew_arrange(run->shape->threads, run->actors, run->ran.at[AXIS_CREW]);
    crew_print(&crew, text, sizeof text);
    session_setting_text(session, "crew", text);
    session_setting_number(session, "chunk", tuner_value(&run->tuner, &run->ran, AXIS_CHUNK));
  }
  snprintf(session->report->meeting, sizeof session->report->meeting, "none");
}

static void make_axes(Run *run) {
  unsigned arrangements = crew_arrangements(run->shape->threads, run->actors);
  for (unsigned i = 0; i < arrangements; i++)
    run->arrangements[i] = (int)i;
  run->axes[AXIS_COPIES] = (TuneAxis){"copies", copies_values, PERPETUAL_VARIANTS};
  run->axes[AXIS_DELAY] = (TuneAxis){"delay", delay_values, DELAYS};
  run->axes[AXIS_CHUNK] = (TuneAxis){"chunk", chunk_values, arrangements > 1 ? CHUNKS : 1};
  run->axes[AXIS_CREW] = (TuneAxis){"crew", run->arrangements, arrangements};
}

static void run_team(Run *run, Team *team) {
  enum { FIRST_TRIALS = 40, FIRST_TRIALS_CREW = 400 };
  EngineSession *session = run->session;
  Shared *shared = run->shared = team_shared(team);
  lay_out_region(run->shape, session->shape->location_count, shared);
  shared->shape = run->shape;
  shared->team = team;
  shared->code = session->code->iterations;
  shared->crowded = session->binding.crowded && run->actors == run->shape->threads;
  shared->asked = run->asked;
  shared->asked_count = run->asked_count;
  shared->is_asked = run->is_asked;
  make_axes(run);
  tuner_init(&run->tuner, run->axes, AXES, session->seed);
  session_began(session);
  const Trials trials = {.session = session,
                         .tuner = &run->tuner,
                         .engine = run,
                         .run = run_trial,
                         .sweep = run_sweep,
                         .note = note_ran,
                         .most = run->axes[AXIS_CREW].count > 1 ? FIRST_TRIALS_CREW : FIRST_TRIALS};
  if (!trials_run(&trials, (TuneSetting){0}))
    session_died(session, team);
  report_settings(run);
  session_memory(session, team);
}

// What processes need to read beyond the region is made before the team, which forks them.
void perpetual_run(EngineSession *session) {
  Arena *arena = arena_new();
  const PerpetualShape *shape = session->shape->perpetual;
  Run run = {.session = session,
             .shape = shape,
             .actors = crew_actors(&session->binding, false),
             .asked = ARENA_ARRAY(arena, unsigned, shape->state_count),
             .is_asked = ARENA_ARRAY(arena, bool, shape->state_count),
             .counted = ARENA_ARRAY(arena, uint64_t, shape->state_count)};
  find_asked(&run);
  Diag diag = {.arena = arena};
  size_t bytes = lay_out_region(shape, session->shape->location_count, NULL);
  const Binding binding = crew_binding(&session->binding, run.actors);
  Team *team = team_new(&binding, session->actors, bytes, &diag);
  if (team)
    run_team(&run, team);
  else
    session_refuse(session, diag.first ? diag.first->message : "the threads cannot be started");
  team_free(team);
  arena_free(arena);
}
