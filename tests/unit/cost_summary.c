// What samples say: median, spread, outliers, and when a median is stable.
#include "harness/cost/perf.h"
#include "harness/cost/summary.h"

#include <check.h>
#include <math.h>
#include <stdint.h>

enum { COUNT = 200 };

static double scratch[COUNT];

// Noise of a known width around `middle`: uniform, from a fixed sequence.
static void fill(double *values, unsigned count, double middle, double width) {
  uint64_t state = 1;
  for (unsigned i = 0; i < count; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    values[i] = middle + width * ((double)(state >> 40) / (1 << 24) - 0.5);
  }
}

START_TEST(median_and_spread_are_those_of_the_quartiles) {
  const double values[] = {5, 1, 3, 2, 4};
  Summary s = summary_of(values, 5, 0.01, scratch);
  ck_assert_double_eq(s.median, 3);
  ck_assert_double_eq_tol(s.spread, 2.0 / 3, 1e-12);
  ck_assert_uint_eq(s.samples, 5);
  const double even[] = {4, 1, 3, 2};
  ck_assert_double_eq(summary_of(even, 4, 0.01, scratch).median, 2.5);
  ck_assert_double_eq(summary_of(even, 1, 0.01, scratch).median, 4);
}
END_TEST

START_TEST(interrupts_are_counted_and_do_not_move_the_figure) {
  double values[COUNT];
  fill(values, COUNT, 10, 0.2);
  Summary clean = summary_of(values, COUNT, 0.01, scratch);
  ck_assert_uint_eq(clean.outliers, 0);
  ck_assert(clean.stable);
  for (unsigned i = 0; i < COUNT; i += 20)
    values[i] += 500;
  values[7] -= 500; // one that hit the base
  Summary s = summary_of(values, COUNT, 0.01, scratch);
  ck_assert_uint_eq(s.outliers, COUNT / 20 + 1);
  ck_assert_double_eq_tol(s.median, clean.median, 0.02);
  ck_assert(s.stable);
}
END_TEST

START_TEST(few_samples_are_never_stable) {
  double values[COUNT];
  fill(values, COUNT, 10, 0);
  ck_assert(!summary_of(values, SUMMARY_SAMPLES - 1, 0.01, scratch).stable);
  ck_assert(summary_of(values, SUMMARY_SAMPLES, 0.01, scratch).stable);
}
END_TEST

START_TEST(wide_samples_need_more_of_them) {
  double values[COUNT];
  fill(values, COUNT, 10, 1.6); // quartiles 8 % apart: error 1.57 * 0.8 / sqrt(n), a hundredth of 10 from n = 158 on
  ck_assert(!summary_of(values, 60, 0.01, scratch).stable);
  ck_assert(summary_of(values, COUNT, 0.01, scratch).stable);
}
END_TEST

START_TEST(a_median_that_drifts_is_not_stable) {
  double values[COUNT];
  fill(values, COUNT, 10, 0.1);
  for (unsigned i = COUNT / 2; i < COUNT; i++)
    values[i] += 0.4;
  Summary s = summary_of(values, COUNT, 0.01, scratch);
  ck_assert_double_eq_tol(s.drift, 0.4, 0.05);
  ck_assert(!s.stable);
}
END_TEST

START_TEST(two_modes_are_not_stable) {
  double values[COUNT];
  fill(values, COUNT, 10, 0.1);
  for (unsigned i = 0; i < COUNT; i += 2)
    values[i] += 20;
  ck_assert(!summary_of(values, COUNT, 0.01, scratch).stable);
}
END_TEST

START_TEST(what_is_below_the_floor_counts_as_nothing) {
  double values[COUNT];
  fill(values, COUNT, 0, 0.01);
  Summary s = summary_of(values, COUNT, 0.02, scratch);
  ck_assert(s.stable);
  ck_assert_double_lt(s.spread, 1); // of the floor, not of a median near 0
  ck_assert_uint_eq(s.outliers, 0);
  ck_assert(isfinite(s.spread) && isfinite(s.error));
}
END_TEST

START_TEST(a_negative_cost_has_a_spread_all_the_same) {
  double values[COUNT];
  fill(values, COUNT, -3, 0.1);
  Summary s = summary_of(values, COUNT, 0.02, scratch);
  ck_assert_double_eq_tol(s.median, -3, 0.02);
  ck_assert_double_gt(s.spread, 0);
  ck_assert(s.stable);
}
END_TEST

START_TEST(clocks_agree_within_three_percent) {
  ck_assert(perf_agrees(3.6, 3.65));
  ck_assert(!perf_agrees(3.6, 3.8));
  ck_assert(!perf_agrees(3.8, 3.6));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cost_summary");
  TCase *tcase = tcase_create("all");
  tcase_add_test(tcase, median_and_spread_are_those_of_the_quartiles);
  tcase_add_test(tcase, interrupts_are_counted_and_do_not_move_the_figure);
  tcase_add_test(tcase, few_samples_are_never_stable);
  tcase_add_test(tcase, wide_samples_need_more_of_them);
  tcase_add_test(tcase, a_median_that_drifts_is_not_stable);
  tcase_add_test(tcase, two_modes_are_not_stable);
  tcase_add_test(tcase, what_is_below_the_floor_counts_as_nothing);
  tcase_add_test(tcase, a_negative_cost_has_a_spread_all_the_same);
  tcase_add_test(tcase, clocks_agree_within_three_percent);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
