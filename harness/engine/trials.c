#include "harness/engine/trials.h"
#include "harness/base/time.h"

#include <assert.h>
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

void tuner_judge(Tuner *tuner, const TuneSetting *setting, double score) {
  for (unsigned i = 0; i < tuner->kept_count; i++)
    if (!memcmp(&tuner->kept[i].setting, setting, sizeof *setting)) {
      tuner->kept[i].score += (score - tuner->kept[i].score) / 2;
      rank(tuner, i);
      return;
    }
  if (tuner->kept_count == TUNE_KEPT && tuner->kept[TUNE_KEPT - 1].score >= score)
    return;
  unsigned last = tuner->kept_count < TUNE_KEPT ? tuner->kept_count++ : TUNE_KEPT - 1;
  tuner->kept[last] = (TuneKept){*setting, score};
  rank(tuner, last);
}

void tuner_confirm(Tuner *tuner, double score) {
  if (!tuner->kept_count)
    return;
  tuner->kept[0].score += (score - tuner->kept[0].score) / 4;
  rank(tuner, 0);
}

int tuner_value(const Tuner *tuner, const TuneSetting *setting, unsigned axis) {
  assert(axis < tuner->axis_count && setting->at[axis] < tuner->axes[axis].count);
  return tuner->axes[axis].values[setting->at[axis]];
}

// ---- the schedule

static const double FIRST_SHARE = 0.1; // of the time, and of the iterations asked for: the first trials
static const double FIRST_SECONDS = 5; // ... but no longer, above all where there is no limit

static void note(const Trials *trials, const TuneSetting *setting) {
  if (trials->note && !memcmp(&trials->tuner->best, setting, sizeof *setting))
    trials->note(trials->engine, setting);
}

// A setting that looks as good as the best runs again, longer, and is judged by the worse of the two.
static bool try_setting(const Trials *trials, const TuneSetting *setting) {
  double first, second;
  if (!trials->run(trials->engine, setting, TRIAL_SHORT, &first))
    return false;
  if (!tuner_promising(trials->tuner, first) || session_over(trials->session))
    return true;
  if (!trials->run(trials->engine, setting, TRIAL_AGAIN, &second))
    return false;
  tuner_judge(trials->tuner, setting, second < first ? second : first);
  note(trials, setting);
  return true;
}

static bool first_trials_over(const Trials *trials, unsigned trial, double until) {
  const EngineSession *session = trials->session;
  return session_over(session) || (trials->most && trial >= trials->most) || time_seconds() >= until ||
         (session->iterations && (double)session->report->executed >= (double)session->iterations * FIRST_SHARE);
}

static bool run_first_trials(const Trials *trials, TuneSetting setting) {
  Tuner *tuner = trials->tuner;
  double now = time_seconds(), seconds = (trials->session->deadline - now) * FIRST_SHARE;
  double until = now + (seconds < FIRST_SECONDS ? seconds : FIRST_SECONDS);
  bool alive = try_setting(trials, &setting);
  if (alive && tuner->best_score < 0) {
    tuner_judge(tuner, &setting, 0);
    note(trials, &setting);
  }
  for (unsigned trial = 0; alive && !first_trials_over(trials, trial, until); trial++) {
    // Where nothing was seen yet there is nothing to be near to.
    bool explore = trial < 8 || trial % 4 == 0 || tuner->best_score < 1;
    setting = explore ? tuner_random(tuner) : tuner_near(tuner);
    alive = try_setting(trials, &setting);
  }
  return alive;
}

// One that was good before is judged anew.
static bool try_again(const Trials *trials) {
  TuneSetting setting = tuner_again(trials->tuner);
  double score;
  if (!trials->run(trials->engine, &setting, TRIAL_SHORT, &score))
    return false;
  tuner_judge(trials->tuner, &setting, score);
  return true;
}

// Between two runs of the best: a sweep, a neighbour, a sweep, one that was good before or anything at all.
static bool run_other(const Trials *trials, unsigned turn) {
  TuneSetting setting;
  switch (turn % 8) {
  case 0:
    setting = tuner_random(trials->tuner);
    return try_setting(trials, &setting);
  case 4:
    setting = tuner_near(trials->tuner);
    return try_setting(trials, &setting);
  case 2:
  case 6:
    return try_again(trials);
  default:
    return trials->sweep(trials->engine, turn / 2);
  }
}

bool trials_run(const Trials *trials, TuneSetting first) {
  bool alive = run_first_trials(trials, first);
  for (unsigned turn = 0; alive && !session_over(trials->session); turn++) {
    const TuneSetting best = trials->tuner->best;
    double score;
    alive = trials->run(trials->engine, &best, TRIAL_LONG, &score);
    if (!alive)
      break;
    note(trials, &best);
    if (session_over(trials->session))
      break;
    tuner_confirm(trials->tuner, score);
    alive = run_other(trials, turn);
  }
  return alive;
}
