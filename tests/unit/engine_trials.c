// The tuner: it climbs to a peak, forgets a best that no longer is one, and repeats what a seed proposes. The schedule:
// no luck wins, no disturbance loses, and a best that has lost is searched for anew. The time of what was disturbed.
#include "harness/engine/stopwatch.h"
#include "harness/engine/trials.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 40, PEAK_A = 27, PEAK_B = 5 };

static int steps[STEPS];
static TuneAxis axes[2];

static void setup(void) {
  for (int i = 0; i < STEPS; i++)
    steps[i] = i;
  axes[0] = (TuneAxis){"a", steps, STEPS};
  axes[1] = (TuneAxis){"b", steps, STEPS};
}

// A cone with its peak at (peak_a, peak_b).
static double cone(const Tuner *tuner, const TuneSetting *setting, int peak_a, int peak_b) {
  int a = tuner_value(tuner, setting, 0) - peak_a, b = tuner_value(tuner, setting, 1) - peak_b;
  return 1000 - (double)(a * a + b * b) / 4;
}

START_TEST(neighbours_lead_to_the_peak) {
  Tuner tuner;
  tuner_init(&tuner, axes, 2, (uint64_t)_i + 1);
  for (unsigned trial = 0; trial < 300; trial++) {
    TuneSetting setting = trial < 8 ? tuner_random(&tuner) : tuner_near(&tuner);
    tuner_judge(&tuner, &setting, cone(&tuner, &setting, PEAK_A, PEAK_B));
  }
  ck_assert_int_le(tuner_value(&tuner, &tuner.best, 0) - PEAK_A, 1);
  ck_assert_int_ge(tuner_value(&tuner, &tuner.best, 0) - PEAK_A, -1);
  ck_assert_int_le(tuner_value(&tuner, &tuner.best, 1) - PEAK_B, 1);
  ck_assert_int_ge(tuner_value(&tuner, &tuner.best, 1) - PEAK_B, -1);
}
END_TEST

START_TEST(a_best_that_falls_behind_gives_way) {
  Tuner tuner;
  tuner_init(&tuner, axes, 2, 1);
  TuneSetting lucky = {{1, 1}}, steady = {{2, 2}};
  tuner_judge(&tuner, &steady, 100);
  tuner_judge(&tuner, &lucky, 1000);
  ck_assert_int_eq(memcmp(&tuner.best, &lucky, sizeof lucky), 0);
  for (unsigned i = 0; i < 20; i++)
    if (!memcmp(&tuner.best, &lucky, sizeof lucky))
      tuner_judge(&tuner, &lucky, 10);
  ck_assert_int_eq(memcmp(&tuner.best, &steady, sizeof steady), 0);
}
END_TEST

START_TEST(kept_settings_are_the_highest_and_each_is_kept_once) {
  Tuner tuner;
  tuner_init(&tuner, axes, 2, 1);
  for (unsigned i = 0; i < STEPS; i++) {
    TuneSetting setting = {{(unsigned char)(i * 7 % STEPS), 0}};
    tuner_judge(&tuner, &setting, setting.at[0]);
    tuner_judge(&tuner, &setting, setting.at[0]);
  }
  ck_assert_uint_eq(tuner.kept_count, TUNE_KEPT);
  for (unsigned i = 0; i < TUNE_KEPT; i++)
    ck_assert_uint_eq(tuner.kept[i].setting.at[0], STEPS - 1 - i);
}
END_TEST

START_TEST(a_seed_proposes_the_same_settings_again) {
  Tuner one, two, other;
  tuner_init(&one, axes, 2, 42);
  tuner_init(&two, axes, 2, 42);
  tuner_init(&other, axes, 2, 43);
  bool differs = false;
  for (unsigned i = 0; i < 20; i++) {
    TuneSetting a = tuner_random(&one), b = tuner_random(&two), c = tuner_random(&other);
    ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
    differs = differs || memcmp(&a, &c, sizeof a) != 0;
  }
  ck_assert(differs);
}
END_TEST

START_TEST(any_target_beats_any_variety) {
  TuneOutcome one = {.targets = 1, .seconds = 1}, varied = {.variety = 1e6, .seconds = 1},
              less = {.variety = 3, .seconds = 1};
  ck_assert(tune_score(&one) > tune_score(&varied));
  ck_assert(tune_score(&varied) > tune_score(&less));
  TuneOutcome faster = {.targets = 1, .seconds = 0.5};
  ck_assert(tune_score(&faster) > tune_score(&one));
}
END_TEST

// ---- the schedule, with an engine that only tells scores

typedef struct {
  Report report;
  EngineSession session;
  Tuner tuner;
  unsigned runs;
  int peak_a, peak_b;        // now
  uint64_t moves;            // once so much was executed the peak goes elsewhere; 0: never
  unsigned disturbs;         // every so many runs are worth a tenth; 0: none
  unsigned lucky;            // the run that is worth a thousand times as much; 0: none
  TuneSetting lucky_setting; // ... and what it ran
  unsigned long_at_peak;     // long runs within two steps of the peak
  bool blind;                // no setting meets the condition
  TuneGiven given;
  unsigned lengths[3];    // runs by TrialLength
  unsigned long_given[2]; // long runs of each of the first given settings
  unsigned came;          // the run by which the first of them came; 0: never
} Play;

static bool play_run(void *engine, const TuneSetting *setting, TrialLength length, double *score) {
  Play *play = engine;
  ck_assert(!session_over(&play->session)); // there is nothing left to run
  play->runs++;
  if (!play->came && play->given.count && !memcmp(setting, play->given.settings, sizeof *setting))
    play->came = play->runs;
  play->lengths[length]++;
  for (unsigned i = 0; i < 2 && i < play->given.count; i++)
    play->long_given[i] += length == TRIAL_LONG && !memcmp(setting, &play->given.settings[i], sizeof *setting);
  play->report.executed += length == TRIAL_LONG ? 20 : length == TRIAL_AGAIN ? 2 : 1;
  if (play->moves && play->report.executed > play->moves) {
    play->peak_a = STEPS - 1 - PEAK_A;
    play->peak_b = STEPS - 1 - PEAK_B;
  }
  int a = tuner_value(&play->tuner, setting, 0) - play->peak_a,
      b = tuner_value(&play->tuner, setting, 1) - play->peak_b;
  *score = 2 + 1e6 / (1 + a * a + b * b);
  if (play->disturbs && play->runs % play->disturbs == 0)
    *score /= 10;
  if (play->runs == play->lucky) {
    *score *= 1000;
    play->lucky_setting = *setting;
  }
  if (play->blind)
    *score = (double)setting->at[0] / STEPS;
  play->long_at_peak += length == TRIAL_LONG && a * a <= 4 && b * b <= 4;
  return true;
}

static bool play_sweep(void *engine, unsigned turn) {
  (void)engine, (void)turn;
  return true;
}

enum { PLAYED = 20000 };

static void play(Play *play, uint64_t seed) {
  play->session =
      (EngineSession){.report = &play->report, .iterations = PLAYED, .deadline = 1e18, .given = play->given};
  play->peak_a = PEAK_A;
  play->peak_b = PEAK_B;
  tuner_init(&play->tuner, axes, 2, seed);
  const Trials trials = {
      .session = &play->session, .tuner = &play->tuner, .engine = play, .run = play_run, .sweep = play_sweep};
  ck_assert(trials_run(&trials, (TuneSetting){{0}}));
}

START_TEST(most_of_a_run_is_at_the_peak_though_every_third_trial_is_disturbed) {
  Play disturbed = {.disturbs = 3};
  play(&disturbed, (uint64_t)_i + 1);
  ck_assert_uint_ge(disturbed.long_at_peak, PLAYED / 20 / 2);
}
END_TEST

START_TEST(one_lucky_trial_does_not_win) {
  Play lucky = {.lucky = 20};
  play(&lucky, (uint64_t)_i + 1);
  ck_assert_int_ne(memcmp(&lucky.tuner.best, &lucky.lucky_setting, sizeof lucky.lucky_setting), 0);
  ck_assert_uint_ge(lucky.long_at_peak, PLAYED / 20 / 2);
}
END_TEST

START_TEST(a_peak_that_goes_elsewhere_is_found_again) {
  Play moved = {.moves = PLAYED / 2};
  play(&moved, (uint64_t)_i + 1);
  int a = tuner_value(&moved.tuner, &moved.tuner.best, 0), b = tuner_value(&moved.tuner, &moved.tuner.best, 1);
  ck_assert_int_le(abs(a - (STEPS - 1 - PEAK_A)), 2);
  ck_assert_int_le(abs(b - (STEPS - 1 - PEAK_B)), 2);
}
END_TEST

START_TEST(where_nothing_is_met_no_trial_is_repeated) {
  Play blind = {.blind = true};
  play(&blind, 1);
  ck_assert_uint_eq(blind.lengths[TRIAL_AGAIN], 0);
  ck_assert(!blind.report.tuned);
}
END_TEST

static const TuneSetting far_ones[] = {{{1, 1}}, {{2, 39}}};

// Whatever they bring: one of them is never the best.
START_TEST(given_settings_have_the_best_ones_time_in_turns) {
  Play given = {.given = {.settings = far_ones, .count = 2}};
  play(&given, 1);
  ck_assert_uint_eq(given.long_given[0] + given.long_given[1], given.lengths[TRIAL_LONG]);
  ck_assert_uint_le(given.long_given[0] - given.long_given[1], 1);
  ck_assert_uint_ge(given.lengths[TRIAL_LONG], PLAYED / 20 / 2);
  ck_assert_str_eq(given.report.settings[0].name, "given");
  ck_assert_double_eq(given.report.settings[0].number, 2);
}
END_TEST

START_TEST(tuning_is_trials_alone_of_which_those_given_are_the_first) {
  Play tuning = {.given = {.settings = far_ones, .count = 2, .tuning = true}};
  play(&tuning, 1);
  ck_assert_uint_eq(tuning.lengths[TRIAL_LONG], 0);
  ck_assert_int_eq(memcmp(&tuning.tuner.best, &tuning.report.best, sizeof tuning.report.best), 0);
  ck_assert(tuning.report.tuned);
  ck_assert(tuning.came && tuning.came <= 8);
  ck_assert_int_le(abs(tuning.report.best.at[0] - PEAK_A), 2);
  ck_assert_int_le(abs(tuning.report.best.at[1] - PEAK_B), 2);
}
END_TEST

START_TEST(given_settings_that_are_no_points_on_the_axes_are_not_run) {
  static const TuneSetting others[] = {{{1, STEPS}}, {{1, 1, 1}}};
  for (unsigned i = 0; i < 2; i++) {
    Play given = {.given = {.settings = &others[i], .count = 1}};
    play(&given, 1);
    ck_assert_uint_ge(given.long_at_peak, PLAYED / 20 / 2);
    ck_assert_uint_eq(given.report.setting_count, 0);
  }
}
END_TEST

START_TEST(disturbed_laps_count_as_the_others_do) {
  static const double late[] = {1, 1, 50, 1}, first[] = {50, 40, 1, 1, 1}, alike[] = {1, 2, 1, 2};
  Stopwatch watch = {0};
  for (unsigned i = 0; i < 4; i++)
    stopwatch_add(&watch, late[i]);
  ck_assert_double_eq_tol(stopwatch_seconds(&watch), 4, 1e-9);
  watch = (Stopwatch){0};
  for (unsigned i = 0; i < 5; i++)
    stopwatch_add(&watch, first[i]);
  ck_assert_double_eq_tol(stopwatch_seconds(&watch), 5, 1e-9);
  watch = (Stopwatch){0};
  for (unsigned i = 0; i < 4; i++)
    stopwatch_add(&watch, alike[i]);
  ck_assert_double_eq_tol(stopwatch_seconds(&watch), 6, 1e-9);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("tune");
  TCase *c = tcase_create("tune");
  tcase_add_checked_fixture(c, setup, NULL);
  tcase_add_loop_test(c, neighbours_lead_to_the_peak, 0, 5);
  tcase_add_test(c, a_best_that_falls_behind_gives_way);
  tcase_add_test(c, kept_settings_are_the_highest_and_each_is_kept_once);
  tcase_add_test(c, a_seed_proposes_the_same_settings_again);
  tcase_add_test(c, any_target_beats_any_variety);
  tcase_add_loop_test(c, most_of_a_run_is_at_the_peak_though_every_third_trial_is_disturbed, 0, 5);
  tcase_add_loop_test(c, one_lucky_trial_does_not_win, 0, 5);
  tcase_add_loop_test(c, a_peak_that_goes_elsewhere_is_found_again, 0, 5);
  tcase_add_test(c, where_nothing_is_met_no_trial_is_repeated);
  tcase_add_test(c, given_settings_have_the_best_ones_time_in_turns);
  tcase_add_test(c, tuning_is_trials_alone_of_which_those_given_are_the_first);
  tcase_add_test(c, given_settings_that_are_no_points_on_the_axes_are_not_run);
  tcase_add_test(c, disturbed_laps_count_as_the_others_do);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
