// What is said of figures is true of them: on rows made up.
#include "arch/cpus.h"
#include "harness/cost/claim.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static CostRow rows[16];
static Cost cost = {.rows = rows};
static Text text;

static void reset(void) {
  cost.row_count = 0;
  text = (Text){0};
}

static void leave(void) { text_free(&text); }

static void add(CostGroup group, const char *operation, const char *context, double ns) {
  rows[cost.row_count++] = (CostRow){.group = group,
                                     .operation = operation,
                                     .context = context,
                                     .ns = ns,
                                     .spread = 0.03,
                                     .measured = true,
                                     .stable = true};
}

static const char *claim(CostGroup group) {
  ck_assert(cost_claim(&cost, group, &text));
  return text_string(&text);
}

START_TEST(contended_and_alone) {
  add(COST_INCREMENTS, "increment-plain", "alone", 1);
  add(COST_INCREMENTS, "increment-seq_cst", "alone", 2);
  ck_assert_str_eq(claim(COST_INCREMENTS), "Alone, an atomic i++ costs 2.0 times a plain one.");
  text_clear(&text);
  add(COST_INCREMENTS, "increment-seq_cst", "2-cores", 30);
  ck_assert_str_eq(claim(COST_INCREMENTS),
                   "Alone, an atomic i++ costs 2.0 times a plain one; when two cores do it, each "
                   "waits 30 ns \302\2613 %, 15 times what it costs alone.");
}
END_TEST

START_TEST(orders_that_cost_the_same_and_orders_that_do_not) {
  static const char *const same[] = {"load-relaxed",      "load-acquire",      "fetch_add-relaxed", "fetch_add-acquire",
                                     "fetch_add-release", "fetch_add-acq_rel", "fetch_add-seq_cst"};
  for (unsigned i = 0; i < sizeof same / sizeof *same; i++)
    add(COST_ACCESSES, same[i], "alone", i < 2 ? 0.2 : 2);
  add(COST_ACCESSES, "store-release", "alone", 0.3);
  add(COST_ACCESSES, "store-seq_cst", "alone", 3);
  Text none = {0};
  ck_assert(!cost_claim(&cost, COST_ACCESSES, &none)); // no seq_cst load: nothing is said
  ck_assert_uint_eq(none.length, 0);
  add(COST_ACCESSES, "load-seq_cst", "alone", 0.21);
  ck_assert_str_eq(claim(COST_ACCESSES),
                   "A load costs the same in every order, and so does a fetch_add; a seq_cst store costs 10 times a "
                   "release store.");
  text_clear(&text);
  rows[cost.row_count - 1].ns = 1;
  rows[2].ns = 1;
  ck_assert_str_eq(claim(COST_ACCESSES), "A seq_cst load costs 5.0 times a relaxed one, a fetch_add differs from order "
                                         "to order; a seq_cst store costs 10 times a release store.");
}
END_TEST

START_TEST(a_fence_that_waits_for_nothing_is_not_said_to_wait) {
  add(COST_FENCES, "fence-seq_cst", COST_ALONE, 2);
  add(COST_CONTEXTS, "fence-seq_cst", COST_AFTER_STORE, 2);
  add(COST_CONTEXTS, "fence-seq_cst", COST_AFTER_OTHER, 2.1);
  ck_assert_ptr_null(strstr(claim(COST_CONTEXTS), "waits"));
  text_clear(&text);
  rows[2].ns = 40;
  ck_assert_ptr_nonnull(strstr(claim(COST_CONTEXTS), "40 ns \302\2613 %, 20 times what it costs alone: it waits"));
}
END_TEST

START_TEST(rows_with_a_reason_are_no_figures) {
  add(COST_SHARING, "increment-relaxed", "same-word", 30);
  add(COST_SHARING, "increment-relaxed", "same-line", 30);
  add(COST_SHARING, "increment-relaxed", "lines-apart", 2);
  rows[1].reason = "no second core";
  ck_assert(!cost_claim(&cost, COST_SHARING, &text));
  rows[1].reason = NULL;
  ck_assert_str_eq(claim(COST_SHARING),
                   "Two cores' counters in one line cost 15 times what they cost in lines of their "
                   "own, and as much as one counter that both share.");
}
END_TEST

START_TEST(nothing_is_said_of_figures_that_are_not_stable) {
  add(COST_LATENCY, "transfer", "0-1", 30);
  rows[0].stable = false;
  ck_assert_str_eq(claim(COST_LATENCY), "Nothing can be said here: transfer 0-1 has a figure that is not stable. On a "
                                        "quiet machine they may be.");
  text_clear(&text);
  add(COST_INCREMENTS, "increment-plain", "alone", 1);
  add(COST_INCREMENTS, "increment-seq_cst", "alone", 2);
  add(COST_INCREMENTS, "increment-seq_cst", "2-cores", 30);
  rows[3].stable = false;
  ck_assert_str_eq(claim(COST_INCREMENTS), "Alone, an atomic i++ costs 2.0 times a plain one. Not said of "
                                           "increment-seq_cst 2-cores, whose figure is not stable.");
}
END_TEST

START_TEST(what_was_not_measured_is_no_matter_of_stability) {
  add(COST_CONTEXTS, "fence-seq_cst", COST_AFTER_STORE, 2);
  add(COST_CONTEXTS, "fence-seq_cst", COST_AFTER_OTHER, 30);
  rows[0].stable = false;
  rows[1].reason = "no second core";
  ck_assert(!cost_claim(&cost, COST_CONTEXTS, &text));
  ck_assert_uint_eq(text.length, 0);
}
END_TEST

START_TEST(full_fences_that_cost_the_same_are_all_named) {
  const Cpu *here = cpu_here();
  add(COST_FENCES, "fence-seq_cst", COST_ALONE, 6);
  const char *full[3] = {0};
  unsigned count = 0;
  for (unsigned i = 0; here && i < here->fence_count && count < 3; i++)
    if (cost_is_full_fence(here->fences[i].name)) {
      full[count] = here->fences[i].name;
      add(COST_FENCES, full[count], COST_ALONE, count < 2 ? 6 - 0.2 * count : 30);
      count++;
    }
  if (count < 3)
    return; // a CPU of one or two
  char wanted[256];
  snprintf(wanted, sizeof wanted,
           "The cheapest full fences of this CPU are %s and %s, 5.8 ns \302\2613 %%; %s costs 5.2 times that; C11's "
           "seq_cst fence costs as much as the cheapest.",
           full[0], full[1], full[2]);
  ck_assert_str_eq(claim(COST_FENCES), wanted);
}
END_TEST

START_TEST(full_fences_are_those_with_the_tags_of_c11s) {
  ck_assert(cost_is_full_fence("fence-seq_cst"));
  ck_assert(!cost_is_full_fence("fence-acquire"));
  ck_assert(!cost_is_full_fence("compiler"));
  ck_assert(!cost_is_full_fence("lfence"));
  ck_assert(!cost_is_full_fence("sfence"));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cost_claim");
  TCase *tcase = tcase_create("all");
  tcase_add_checked_fixture(tcase, reset, leave);
  tcase_add_test(tcase, contended_and_alone);
  tcase_add_test(tcase, orders_that_cost_the_same_and_orders_that_do_not);
  tcase_add_test(tcase, a_fence_that_waits_for_nothing_is_not_said_to_wait);
  tcase_add_test(tcase, rows_with_a_reason_are_no_figures);
  tcase_add_test(tcase, nothing_is_said_of_figures_that_are_not_stable);
  tcase_add_test(tcase, what_was_not_measured_is_no_matter_of_stability);
  tcase_add_test(tcase, full_fences_that_cost_the_same_are_all_named);
  tcase_add_test(tcase, full_fences_are_those_with_the_tags_of_c11s);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
