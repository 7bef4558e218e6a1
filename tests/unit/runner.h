// What every unit's main does: its tests, each in a process of its own between setup and teardown.
//
//   int main(void) {
//     TCase *tests = unit_tests("table", setup, teardown);
//     tcase_add_test(tests, keys_are_kept_in_order);
//     return unit_run("table", tests);
//   }
#pragma once
#include <check.h>
#include <stdlib.h>

static inline TCase *unit_tests(const char *name, void (*setup)(void), void (*teardown)(void)) {
  TCase *tests = tcase_create(name);
  tcase_add_checked_fixture(tests, setup, teardown);
  return tests;
}

// The program's exit status.
static inline int unit_run(const char *name, TCase *tests) {
  Suite *suite = suite_create(name);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
