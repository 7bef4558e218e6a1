// From samples to a figure: what another program disturbed is left out, and what changes from turn to turn is said.
#include "harness/cost/figure.h"
#include "harness/cost/quiet.h"
#include "harness/cost/summary.h"

#include <check.h>

enum { TURNS = 12, EACH = 31, COUNT = TURNS * EACH };
static const double OWN = 0.2, SHARED = 0.36, FLOOR = 0.02, LEAST = 0.03;

static Sample samples[COUNT];
static double scratch[2 * COUNT];

// Turns of the same samples, 10 ns within a hundredth.
static void fill(void) {
  for (unsigned i = 0; i < COUNT; i++)
    samples[i] = (Sample){.ns = 10 + 0.01 * (double)(i % 7), .probe = OWN * (1 + 0.001 * (i % 5)), .turn = i / EACH};
}

static Figure figure(double fastest) { return figure_of(samples, COUNT, fastest, FLOOR, LEAST, scratch); }

START_TEST(samples_of_a_shared_core_are_left_out) {
  for (unsigned i = 0; i < COUNT; i += 2) {
    samples[i].ns = 12;
    samples[i].probe = SHARED;
  }
  Figure own = figure(OWN);
  ck_assert_double_eq_tol(own.ns, 10.03, 0.03);
  ck_assert(own.stable);
  ck_assert_double_eq(own.spread, LEAST);
  ck_assert_uint_eq(own.shared, COUNT / 2);
  Figure all = figure(0); // without a probe to compare with
  ck_assert_double_gt(all.spread, 0.15);
  ck_assert(!all.stable);
  ck_assert_uint_eq(all.shared, 0);
}
END_TEST

START_TEST(a_core_that_is_never_ours_has_a_figure_that_is_not_stable) {
  for (unsigned i = 0; i < COUNT; i++)
    samples[i].probe = SHARED;
  Figure f = figure(OWN);
  ck_assert_double_eq_tol(f.ns, 10.03, 0.03);
  ck_assert(!f.stable);
  ck_assert(figure(SHARED).stable); // as fast as it ever was
}
END_TEST

START_TEST(turns_that_differ_widen_the_spread) {
  for (unsigned i = COUNT / 2; i < COUNT; i++) // so little that the drift is not what tells
    samples[i].ns += 0.15;
  Figure f = figure(OWN);
  ck_assert_double_ge(f.spread, LEAST);
  for (unsigned i = 0; i < COUNT; i++)
    if (samples[i].turn % 4 == 3)
      samples[i].ns = 14;
  f = figure(OWN);
  ck_assert_double_gt(f.spread, 0.3);
  ck_assert(!f.stable);
}
END_TEST

START_TEST(one_turn_that_was_disturbed_does_not) {
  for (unsigned i = 0; i < EACH; i++)
    samples[i].ns = 500;
  Figure f = figure(OWN);
  ck_assert_double_lt(f.spread, 0.1);
  ck_assert_double_eq_tol(f.ns, 10.03, 0.05);
}
END_TEST

START_TEST(few_turns_are_never_stable) {
  ck_assert(figure(OWN).stable);
  for (unsigned i = 0; i < COUNT; i++)
    samples[i].turn = samples[i].turn * (FIGURE_TURNS - 1) / TURNS;
  ck_assert(!figure(OWN).stable);
}
END_TEST

START_TEST(a_probe_counts_that_a_quarter_of_a_turn_agree_on) {
  ck_assert_double_eq_tol(figure_probe(samples, EACH), OWN, 0.001);
  samples[0].probe = OWN / 2; // a clock that was read wrong
  ck_assert_double_eq_tol(figure_probe(samples, EACH), OWN, 0.001);
  for (unsigned i = 8; i < EACH; i++)
    samples[i].probe = SHARED;
  ck_assert_double_lt(figure_probe(samples, EACH), SHARED);
  ck_assert_double_eq(figure_probe(samples, 3), 0);
}
END_TEST

START_TEST(a_core_adds_no_faster_than_one_a_cycle_in_a_chain) {
  ck_assert(quiet_is(0.21, 0.2) && !quiet_is(0.3, 0.2));
  double least = 1e9;
  for (unsigned i = 0; i < 20; i++) {
    double probe = quiet_probe(5000); // an emulator's clock is coarse
    least = probe < least ? probe : least;
  }
  ck_assert_double_gt(least, 0);
  ck_assert_double_lt(least, 1e9);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cost_figure");
  TCase *tcase = tcase_create("all");
  tcase_add_checked_fixture(tcase, fill, NULL);
  tcase_add_test(tcase, samples_of_a_shared_core_are_left_out);
  tcase_add_test(tcase, a_core_that_is_never_ours_has_a_figure_that_is_not_stable);
  tcase_add_test(tcase, turns_that_differ_widen_the_spread);
  tcase_add_test(tcase, one_turn_that_was_disturbed_does_not);
  tcase_add_test(tcase, few_turns_are_never_stable);
  tcase_add_test(tcase, a_probe_counts_that_a_quarter_of_a_turn_agree_on);
  tcase_add_test(tcase, a_core_adds_no_faster_than_one_a_cycle_in_a_chain);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
