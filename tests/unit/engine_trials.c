// The tuner: it climbs to a peak, forgets a best that no longer is one, and repeats what a seed proposes.
#include "harness/engine/trials.h"

#include <check.h>
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
      tuner_confirm(&tuner, 10);
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

int main(void) {
  Suite *suite = suite_create("tune");
  TCase *c = tcase_create("tune");
  tcase_add_checked_fixture(c, setup, NULL);
  tcase_add_loop_test(c, neighbours_lead_to_the_peak, 0, 5);
  tcase_add_test(c, a_best_that_falls_behind_gives_way);
  tcase_add_test(c, kept_settings_are_the_highest_and_each_is_kept_once);
  tcase_add_test(c, a_seed_proposes_the_same_settings_again);
  tcase_add_test(c, any_target_beats_any_variety);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
