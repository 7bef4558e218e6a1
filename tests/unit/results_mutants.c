// What mutants say of a run.
#include "results/mutants.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static Arena *arena;

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

static Record run_of(const char *test, const char *engine, RecordMutant *mutants, unsigned count) {
  return (Record){
      .test = test, .digest = "", .fence = "none", .engine = engine, .mutants = mutants, .mutant_count = count};
}

START_TEST(a_mutant_counts_once_for_each_engine_and_is_shown_if_one_run_shows_it) {
  RecordMutant seen[] = {{"a", 1000, 7, 1}, {"b", 1000, 0, 1}}, unseen[] = {{"a", 1000, 0, 1}, {"b", 1000, 0, 1}};
  Record runs[] = {run_of("MP+fences", "lockstep", unseen, 2), run_of("MP+fences", "lockstep", seen, 2),
                   run_of("MP+fences", "perpetual", unseen, 2), run_of("MP+rel", "lockstep", seen, 1),
                   run_of("LB", "perpetual", unseen, 1)};
  MutantTally tally = mutant_tally_new(arena);
  Text text = {0};
  for (unsigned i = 0; i < sizeof runs / sizeof *runs; i++)
    mutant_tally_add(&tally, &runs[i]);
  mutant_tally_sentence(&tally, &text);
  ck_assert_str_eq(text_string(&text), "lockstep shows 2 of 3, perpetual 0 of 3");
  text_clear(&text);
  mutant_tally_never(&tally, &text);
  ck_assert_str_eq(text_string(&text), "MP 1 of 3, LB 1 of 1");
  text_clear(&text);
  sheet_tsv(mutant_tally_sheet(&tally, arena), &text);
  ck_assert_str_eq(text_string(&text), "lockstep\tMP\t3\t2\nperpetual\tMP\t2\t0\nperpetual\tLB\t1\t0\n");
  text_free(&text);
}
END_TEST

START_TEST(a_machine_whose_mutants_are_never_shown_has_not_been_tested) {
  RecordMutant unseen[] = {{"a", 1000, 0, 1}};
  Record run = run_of("LB", "lockstep", unseen, 1);
  MutantTally tally = mutant_tally_new(arena);
  Text text = {0};
  mutant_tally_sentence(&tally, &text);
  ck_assert_str_eq(text_string(&text), "");
  mutant_tally_add(&tally, &run);
  mutant_tally_sentence(&tally, &text);
  ck_assert_str_eq(text_string(&text), "lockstep shows 0 of 1: what was never seen says nothing");
  text_free(&text);
}
END_TEST

static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

int main(void) {
  Suite *suite = suite_create("mutants");
  TCase *all = tcase_create("mutants");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, a_mutant_counts_once_for_each_engine_and_is_shown_if_one_run_shows_it);
  tcase_add_test(all, a_machine_whose_mutants_are_never_shown_has_not_been_tested);
  tcase_add_test(all, the_rarest_that_shows_says_how_often_a_run_would_miss);
  tcase_add_test(all, mutants_that_never_show_say_nothing_of_the_state);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
