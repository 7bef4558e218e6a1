// What the lang_*.c tests share: parsing text, and the messages it causes.
#pragma once
#include "harness/lang/parse.h"
#include "harness/lang/print.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;

static void set_up(void) { arena = arena_new(); }
static void tear_down(void) { arena_free(arena); }

static inline Test *parse_bytes(const char *bytes, size_t length, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = arena_copy(arena, bytes, length), .length = length};
  *diag = (Diag){.arena = arena};
  return test_parse(source, arena, diag);
}

static inline const char *messages(const Diag *diag) {
  Text text = {0};
  diag_format(diag, &text);
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

// The test; what is wrong with it fails the unit test.
static inline Test *parsed(const char *text) {
  Diag diag;
  Test *test = parse_bytes(text, strlen(text), &diag);
  ck_assert_msg(test && !diag.first, "%s\n%s", text, messages(&diag));
  return test;
}

static inline const char *printed(const Test *test) {
  Text text = {0};
  test_print(test, &text);
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

static inline int run(const char *name, const TTest *const *tests, size_t count) {
  struct Suite *suite = suite_create(name);
  TCase *all = tcase_create(name);
  tcase_add_checked_fixture(all, set_up, tear_down);
  for (size_t i = 0; i < count; i++)
    tcase_add_test(all, tests[i]);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

#define RUN(name, ...)                                                                                                 \
  int main(void) {                                                                                                     \
    const TTest *const all_tests[] = {__VA_ARGS__};                                                                    \
    return run(name, all_tests, sizeof all_tests / sizeof *all_tests);                                                 \
  }
