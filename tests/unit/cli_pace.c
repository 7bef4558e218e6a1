// The pace of a run: shares of a budget, and how long the rest takes. Times are given to it, but for the moment it is.
#include "harness/base/time.h"
#include "harness/cli/pace.h"
#include "tests/unit/runner.h"

#include <string.h>

// One that began so many seconds ago.
static Pace since(double seconds, Pace pace) {
  pace.began = time_seconds() - seconds;
  return pace;
}

static const char *left(const Pace *pace) {
  static char shown[64];
  Text text = {0};
  pace_print_left(pace, &text);
  strncpy(shown, text_string(&text), sizeof shown - 1);
  text_free(&text);
  return shown;
}

START_TEST(without_a_budget_each_test_has_its_time) {
  Pace pace = since(1000, (Pace){.each = 0.5, .left = 3, .done = 2, .counted = 1});
  ck_assert_double_eq(pace_share(&pace), 0.5);
  ck_assert(!pace_is_over(&pace));
  pace_add(&pace, 0.5);
  ck_assert_uint_eq(pace.left, 2);
  ck_assert_double_eq(pace.counted, 1.5);
}
END_TEST

START_TEST(a_budget_is_shared_by_what_is_left_of_both) {
  Pace pace = since(0, (Pace){.budget = 10000, .left = 10});
  ck_assert_double_eq_tol(pace_share(&pace), 1000, 10);
  // 600 s took ten tests, which counted for 500 s of them: each takes 10 s beside counting.
  pace = since(600, (Pace){.budget = 1600, .left = 10, .done = 10, .counted = 500});
  ck_assert_double_eq_tol(pace_share(&pace), 90, 5);
  pace.each = 7;
  ck_assert_double_eq(pace_share(&pace), 7);
  ck_assert(!pace_is_over(&pace));
}
END_TEST

START_TEST(a_budget_that_is_used_up_is_over_and_a_share_is_never_nothing) {
  Pace pace = since(101, (Pace){.budget = 100, .left = 10, .done = 10, .counted = 1});
  ck_assert(pace_is_over(&pace));
  ck_assert_double_gt(pace_share(&pace), 0);
  ck_assert_str_eq(left(&pace), "");
}
END_TEST

START_TEST(what_is_left_is_told_as_people_would) {
  Pace pace = since(0, (Pace){.each = 1, .left = 30});
  ck_assert_str_eq(left(&pace), ", 30 s left");
  pace = since(1200, (Pace){.each = 1, .left = 60, .done = 600, .counted = 600}); // and as long beside
  ck_assert_str_eq(left(&pace), ", 2 min left");
  pace = since(0, (Pace){.budget = 9000, .left = 60});
  ck_assert_str_eq(left(&pace), ", 2.5 h left");
  pace = since(0, (Pace){.left = 60}); // by iterations: nothing is known
  ck_assert_str_eq(left(&pace), "");
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("pace");
  tcase_add_test(tests, without_a_budget_each_test_has_its_time);
  tcase_add_test(tests, a_budget_is_shared_by_what_is_left_of_both);
  tcase_add_test(tests, a_budget_that_is_used_up_is_over_and_a_share_is_never_nothing);
  tcase_add_test(tests, what_is_left_is_told_as_people_would);
  return unit_run("pace", tests);
}
