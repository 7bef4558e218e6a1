// What mutants say of a run.
#include "results/mutants.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *sentence(const Record *record) {
  static char said[512];
  Text text = {0};
  mutant_sentence(record, &text);
  snprintf(said, sizeof said, "%s", text_string(&text));
  text_free(&text);
  return said;
}

START_TEST(the_rarest_that_shows_says_how_often_a_run_would_miss) {
  RecordMutant mutants[] = {{"a", 1000, 100, 2}, {"b", 1000, 20, 2}, {"c", 1000, 0, 2}};
  Record record = {.seconds = 1, .mutants = mutants, .mutant_count = 3};
  MutantScore score = mutant_score(&record);
  ck_assert_uint_eq(score.count, 3);
  ck_assert_uint_eq(score.shown, 2);
  ck_assert_double_eq_tol(score.rarest, 10, 1e-9);
  ck_assert_double_eq_tol(score.missed, exp(-10), 1e-9);
  ck_assert_str_eq(sentence(&record), "these settings show 2 of 3 mutants, the rarest 10 times a second: had this "
                                      "state that rate, a run this long would miss it once in 10^4");
  // e^-(10 * 1.1513) is 1e-5.
  ck_assert_double_eq_tol(mutant_seconds(&record, 0.99999), 1.1513, 1e-4);
  record.seconds = 0.1;
  ck_assert_str_eq(sentence(&record), "these settings show 2 of 3 mutants, the rarest 10 times a second: had this "
                                      "state that rate, a run this long would miss it with 37 %");
  record.seconds = 1e6;
  ck_assert_ptr_nonnull(strstr(sentence(&record), "less than once in 10^100"));
}
END_TEST

START_TEST(mutants_that_never_show_say_nothing_of_the_state) {
  RecordMutant mutants[] = {{"a", 1000, 0, 2}};
  Record record = {.seconds = 1, .mutants = mutants, .mutant_count = 1};
  ck_assert_str_eq(sentence(&record),
                   "these settings show none of 1 mutants: that the state was not seen says nothing");
  ck_assert_double_eq(mutant_seconds(&record, 0.99), 0);
  ck_assert_double_eq(mutant_score(&record).missed, 1);
  record.mutant_count = 0;
  ck_assert_str_eq(sentence(&record), "");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mutants");
  TCase *all = tcase_create("mutants");
  tcase_add_test(all, the_rarest_that_shows_says_how_often_a_run_would_miss);
  tcase_add_test(all, mutants_that_never_show_say_nothing_of_the_state);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
