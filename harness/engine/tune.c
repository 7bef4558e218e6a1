#include "harness/engine/tune.h"
#include "harness/engine/kernel.h"

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
