// The listing of a test's machine code: all that runs its threads, however long, and a word where it is cut.
#define Suite LitmusSuite // Check has a Suite of its own
#include "arch/cpus.h"
#include "harness/lang/suite.h"
#undef Suite
#include "harness/run/run.h"
#include "harness/study/label.h"
#include "tests/unit/left.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Arena *arena;
static Diag diag;
static Left before;
static const char *root;
static const Test *test;
static Compiled *compiled;
static Text code;

// SB, compiled where there is no cache folder.
static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  code = (Text){0};
  root = mkdtemp(arena_string(arena, "/tmp/weakmem-unit-XXXXXX"));
  ck_assert_ptr_nonnull(root);
  setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
  char name[] = "SB", *names[] = {name};
  LitmusSuite suite = suite_find(names, 1, arena, &diag);
  ck_assert_uint_eq(suite.count, 1);
  test = suite.tests[0];
  Compiler compiler;
  ck_assert(compiler_find(NULL, NULL, arena, &compiler, &diag));
  compiled = build_compile(suite.tests, 1, ENGINE_LOCKSTEP, &compiler, arena, NULL, NULL, NULL)[0];
  ck_assert_msg(compiled_object(compiled) != NULL, "%s", compiled_errors(compiled));
}

static void teardown(void) {
  compiled_release(compiled);
  ck_assert_ptr_null(compiled_object(compiled));
  compiled_release(compiled);
  text_free(&code);
  ck_assert_int_eq(system(arena_printf(arena, "rm -rf '%s'", root)), 0);
  arena_free(arena);
  left_assert_nothing(&before); // not the memory file either
}

// Puts a program in the place of our CPU's objdump.
static void be_objdump(const char *body) {
  const char *path = arena_printf(arena, "%s/%s-objdump", root, cpu_here()->gnu);
  FILE *file = fopen(path, "w");
  fprintf(file, "#!/bin/sh\n%s\n", body);
  fclose(file);
  chmod(path, 0700);
  setenv("PATH", arena_printf(arena, "%s:/usr/bin:/bin", root), 1);
}

START_TEST(all_code_that_runs_a_thread_is_listed_and_no_other) {
  ck_assert_msg(build_disassemble(compiled, arena, &code, &diag), "%s", diag.first ? diag.first->message : "");
  static const char *const functions[] = {"P0:", "P1:", "P0_pausing:", "P1_pausing:"};
  for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++)
    ck_assert_msg(strstr(text_string(&code), functions[i]) != NULL, "%s", functions[i]);
  ck_assert_ptr_null(strstr(text_string(&code), "count:"));
  ck_assert_ptr_null(strstr(text_string(&code), "reset:"));
}
END_TEST

// Why the code that the listing shows is not judged; NULL: it is.
static const char *unread(void) { return machine_code_of_run(test, compiled, false, arena).why; }

#define LINES(count) "yes '    1130:\tnop' | head -" #count "\n"

START_TEST(a_long_listing_is_whole) {
  be_objdump("echo '1130 <P0>:'\n" LINES(100000) "echo '    2000:\tret'\n");
  ck_assert(build_disassemble(compiled, arena, &code, &diag));
  ck_assert_uint_eq(diag.warnings, 0);
  ck_assert_ptr_nonnull(strstr(text_string(&code), "ret"));
}
END_TEST

START_TEST(a_listing_that_is_cut_says_so_and_is_not_judged) {
  be_objdump("echo '1130 <P0>:'\n" LINES(1000000));
  ck_assert(build_disassemble(compiled, arena, &code, &diag));
  ck_assert_uint_eq(diag.warnings, 1);
  ck_assert_ptr_nonnull(strstr(text_string(&code), "(cut:"));
  ck_assert_ptr_nonnull(strstr(unread(), "cut"));
}
END_TEST

START_TEST(code_that_is_not_understood_is_not_judged) {
  ck_assert_msg(!unread(), "%s", unread());
  be_objdump("for t in 0 1; do\necho \"0000000000001130 <P$t>:\"\necho '    1130:\tfoo w0, [x1]'\necho\ndone\n");
  ck_assert_msg(strstr(unread(), "foo"), "%s", unread());
  be_objdump("exit 1");
  ck_assert_ptr_nonnull(strstr(unread(), "objdump failed"));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("disassemble");
  TCase *tests = tcase_create("disassemble");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, all_code_that_runs_a_thread_is_listed_and_no_other);
  tcase_add_test(tests, a_long_listing_is_whole);
  tcase_add_test(tests, a_listing_that_is_cut_says_so_and_is_not_judged);
  tcase_add_test(tests, code_that_is_not_understood_is_not_judged);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
