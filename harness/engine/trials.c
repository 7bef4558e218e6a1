#include "harness/engine/trials.h"
#include "harness/base/time.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

double tune_score(const TuneOutcome *outcome) {
  double seconds = outcome->seconds > 1e-9 ? outcome->seconds : 1e-9;
  if (outcome->targets)
    return 1 + (double)outcome->targets / seconds;
  return outcome->variety / (1 + outcome->variety);
}

void tuner_init(Tuner *tuner, const TuneAxis *axes, unsigned axis_count, uint64_t seed) {
  assert(axis_count <= TUNE_AXES);
  *tuner = (Tuner){.axes = axes, .axis_count = axis_count, .random = seed ? seed : 1, .best_score = -1};
  for (unsigned i = 0; i < axis_count; i++)
    assert(axes[i].count > 0 && axes[i].count <= 255);
}

TuneSetting tuner_random(Tuner *tuner) {
  TuneSetting setting = {0};
  for (unsigned i = 0; i < tuner->axis_count; i++)
    setting.at[i] = (unsigned char)kernel_random_below(&tuner->random, tuner->axes[i].count);
  return setting;
}

// Mostly one step to either side, now and then a leap.
static void move(Tuner *tuner, TuneSetting *setting, unsigned axis) {
  int count = (int)tuner->axes[axis].count;
  static const int steps[] = {1, 1, 1, 2, 3, 8};
  int step = steps[kernel_random_below(&tuner->random, sizeof steps / sizeof *steps)];
  int at = setting->at[axis] + (kernel_random_below(&tuner->random, 2) ? step : -step);
  setting->at[axis] = (unsigned char)(at < 0 ? 0 : at >= count ? count - 1 : at);
}

TuneSetting tuner_near(Tuner *tuner) {
  TuneSetting setting = kernel_random_below(&tuner->random, 4) ? tuner->best : tuner_again(tuner);
  unsigned moves = 1 + kernel_random_below(&tuner->random, 2);
  for (unsigned tries = 0; tries < 16 && moves; tries++) {
    unsigned axis = kernel_random_below(&tuner->random, tuner->axis_count);
    unsigned char before = setting.at[axis];
    move(tuner, &setting, axis);
    if (setting.at[axis] != before)
      moves--;
  }
  return setting;
}

TuneSetting tuner_again(Tuner *tuner) {
  if (tuner->kept_count < 2)
    return tuner->best;
  return tuner->kept[1 + kernel_random_below(&tuner->random, tuner->kept_count - 1)].setting;
}

bool tuner_promising(const Tuner *tuner, double score) { return score > 0.9 * tuner->best_score; }

// Puts the kept setting at `index`, whose score has changed, where it belongs.
static void rank(Tuner *tuner, unsigned index) {
  TuneKept *kept = tuner->kept;
  for (; index > 0 && kept[index].score > kept[index - 1].score; index--) {
    TuneKept better = kept[index];
    kept[index] = kept[index - 1];
    kept[index - 1] = better;
  }
  for (; index + 1 < tuner->kept_count && kept[index].score < kept[index + 1].score; index++) {
    TuneKept worse = kept[index];
    kept[index] = kept[index + 1];
    kept[index + 1] = worse;
  }
  tuner->best = kept[0].setting;
  tuner->best_score = kept[0].score;
}

static void add_score(TuneKept *kept, double score) {
  kept->scores[kept->count++ % TUNE_SCORES] = score;
  unsigned count = kept->count < TUNE_SCORES ? kept->count : TUNE_SCORES;
  double sorted[TUNE_SCORES] = {0};
  for (unsigned i = 0, at; i < count; i++) {
    for (at = i; at > 0 && sorted[at - 1] > kept->scores[i]; at--)
      sorted[at] = sorted[at - 1];
    sorted[at] = kept->scores[i];
  }
  kept->score = sorted[(count - 1) / 2];
}

void tuner_judge(Tuner *tuner, const TuneSetting *setting, double score) {
  unsigned at = 0;
  while (at < tuner->kept_count && memcmp(&tuner->kept[at].setting, setting, sizeof *setting) != 0)
    at++;
  if (at == TUNE_KEPT && tuner->kept[--at].score >= score)
    return;
  if (at == tuner->kept_count)
    tuner->kept_count++;
  if (memcmp(&tuner->kept[at].setting, setting, sizeof *setting) != 0)
    tuner->kept[at] = (TuneKept){.setting = *setting};
  add_score(&tuner->kept[at], score);
  rank(tuner, at);
}

void tuner_forget(Tuner *tuner) {
  tuner->kept_count = 0;
  tuner->best_score = -1;
}

bool tuner_has(const Tuner *tuner, const TuneSetting *setting) {
  for (unsigned axis = 0; axis < TUNE_AXES; axis++)
    if (setting->at[axis] >= (axis < tuner->axis_count ? tuner->axes[axis].count : 1))
      return false;
  return true;
}

int tuner_value(const Tuner *tuner, const TuneSetting *setting, unsigned axis) {
  assert(axis < tuner->axis_count && setting->at[axis] < tuner->axes[axis].count);
  return tuner->axes[axis].values[setting->at[axis]];
}

// ---- the schedule

static const double SEARCH_SHARE = 0.1; // of what is left of the time, and of the iterations asked for: a search
static const double SEARCH_SECONDS = 5; // ... but no longer, above all where there is no limit
static const double LOST = 0.5;         // of what the best brought at most: it brings less, and a search begins

static bool is_best(const Tuner *tuner, const TuneSetting *setting) {
  return tuner->kept_count && !memcmp(&tuner->best, setting, sizeof *setting);
}

static void note(const Trials *trials, const TuneSetting *setting) {
  if (trials->note && is_best(trials->tuner, setting))
    trials->note(trials->engine, setting);
}

// Runs a kept setting once more. False where an actor died.
static bool run_kept(const Trials *trials, TuneSetting setting, TrialLength length) {
  double score;
  if (!trials->run(trials->engine, &setting, length, &score))
    return false;
  tuner_judge(trials->tuner, &setting, score);
  note(trials, &setting);
  return true;
}

// A setting that looks as good as the best runs again, in turns with it, and is judged by all that it brought.
static bool challenge(const Trials *trials, const TuneSetting *setting, double first) {
  enum { SCORES = 3 };
  double scores[SCORES] = {first};
  unsigned count = 1;
  while (count < SCORES && !session_over(trials->session)) {
    if (!trials->run(trials->engine, setting, TRIAL_AGAIN, &scores[count++]))
      return false;
    if (trials->tuner->kept_count && !session_over(trials->session) &&
        !run_kept(trials, trials->tuner->best, TRIAL_AGAIN))
      return false;
  }
  for (unsigned i = 0; i < count; i++)
    tuner_judge(trials->tuner, setting, scores[i]);
  note(trials, setting);
  return true;
}

static bool try_setting(const Trials *trials, const TuneSetting *setting) {
  double score;
  if (is_best(trials->tuner, setting))
    return run_kept(trials, *setting, TRIAL_SHORT);
  if (!trials->run(trials->engine, setting, TRIAL_SHORT, &score))
    return false;
  if (score >= 1 && tuner_promising(trials->tuner, score))
    return challenge(trials, setting, score);
  if (score < 1) // nothing was met: time is better spent on others than on which varies most
    tuner_judge(trials->tuner, setting, score);
  return true;
}

// Where a search ends.
typedef struct {
  double until;
  uint64_t executed;
  unsigned trials;
} Limit;

static Limit limit_of(const Trials *trials) {
  const EngineSession *session = trials->session;
  double now = time_seconds(), seconds = (session->deadline - now) * SEARCH_SHARE;
  if (session->given.tuning)
    return (Limit){.until = session->deadline, .executed = UINT64_MAX, .trials = UINT_MAX};
  uint64_t done = session->report->executed, left = session->iterations > done ? session->iterations - done : 0;
  return (Limit){.until = now + (seconds < SEARCH_SECONDS ? seconds : SEARCH_SECONDS),
                 .executed = session->iterations ? done + (uint64_t)((double)left * SEARCH_SHARE) : UINT64_MAX,
                 .trials = trials->most ? trials->most : UINT_MAX};
}

static bool limit_reached(const Trials *trials, const Limit *limit, unsigned trial) {
  return session_over(trials->session) || trial >= limit->trials || time_seconds() >= limit->until ||
         trials->session->report->executed >= limit->executed;
}

// How many settings the session was given; none if any is no point on the axes.
static unsigned count_given(const Trials *trials) {
  const TuneGiven *given = &trials->session->given;
  for (unsigned i = 0; i < given->count; i++)
    if (!tuner_has(trials->tuner, &given->settings[i]))
      return 0;
  return given->count;
}

// Forgets what it knows, and tries settings from `setting` on.
static bool search(const Trials *trials, TuneSetting setting) {
  enum { AT_RANDOM = 32 };
  Tuner *tuner = trials->tuner;
  const Limit limit = limit_of(trials);
  tuner_forget(tuner);
  bool alive = try_setting(trials, &setting);
  for (unsigned i = 0; alive && i < count_given(trials) && !limit_reached(trials, &limit, 0); i++)
    alive = try_setting(trials, &trials->session->given.settings[i]);
  for (unsigned trial = 0; alive && !limit_reached(trials, &limit, trial); trial++) {
    // Where nothing was seen yet there is nothing to be near to.
    bool explore = trial < AT_RANDOM || trial % 4 == 0 || tuner->best_score < 1;
    setting = explore ? tuner_random(tuner) : tuner_near(tuner);
    alive = try_setting(trials, &setting);
  }
  return alive;
}

// One that was good before is judged anew; a neighbour; anything at all.
static bool look_at_others(const Trials *trials) {
  TuneSetting near = tuner_near(trials->tuner), any = tuner_random(trials->tuner);
  return run_kept(trials, tuner_again(trials->tuner), TRIAL_SHORT) &&
         (session_over(trials->session) || try_setting(trials, &near)) &&
         (session_over(trials->session) || try_setting(trials, &any));
}

static bool others_or_sweep(const Trials *trials, unsigned turn) {
  return turn % 2 ? trials->sweep(trials->engine, turn / 2) : look_at_others(trials);
}

// The best setting, and every time after it either others or a sweep.
static bool run_best(const Trials *trials, TuneSetting first) {
  bool alive = search(trials, first);
  double most = trials->tuner->best_score;
  for (unsigned turn = 0; alive && !session_over(trials->session); turn++) {
    alive = run_kept(trials, trials->tuner->best, TRIAL_LONG);
    if (!alive || session_over(trials->session))
      break;
    if (trials->tuner->best_score < LOST * most && most > 1) {
      alive = search(trials, trials->tuner->best);
      most = trials->tuner->best_score;
      continue;
    }
    most = trials->tuner->best_score > most ? trials->tuner->best_score : most;
    alive = others_or_sweep(trials, turn);
  }
  return alive;
}

// The same with the given settings in turns.
static bool run_given(const Trials *trials, unsigned count) {
  bool alive = true;
  session_setting_number(trials->session, "given", count);
  for (unsigned turn = 0; alive && !session_over(trials->session); turn++) {
    alive = run_kept(trials, trials->session->given.settings[turn % count], TRIAL_LONG);
    if (alive && !session_over(trials->session))
      alive = others_or_sweep(trials, turn);
  }
  return alive;
}

bool trials_run(const Trials *trials, TuneSetting first) {
  EngineSession *session = trials->session;
  unsigned given = session->given.tuning ? 0 : count_given(trials);
  bool alive = given ? run_given(trials, given) : run_best(trials, first);
  session->report->tuned = trials->tuner->best_score >= 1;
  session->report->best = trials->tuner->best;
  return alive;
}
