// What an export writes, and what it leaves alone.
#include "harness/run/export.h"
#include "tests/unit/litmus_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static Arena *arena;
static Diag diag;
static char folder[32];
static const ExportOptions plain = {.fence = "none"};

static void setup(void) {
  arena = arena_new();
  diag = (Diag){.arena = arena};
  snprintf(folder, sizeof folder, "/tmp/export-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void) {
  ck_assert_int_eq(system(arena_printf(arena, "rm -rf %s", folder)), 0);
  arena_free(arena);
}

#define BODY                                                                                                           \
  "{}\nP0 (atomic_int* x) {\n atomic_store_explicit(x, 1, memory_order_relaxed);\n}\n"                                 \
  "P1 (atomic_int* x) {\n int r0 = atomic_load_explicit(x, memory_order_relaxed);\n}\nexists (1:r0=1)\n"

static const Test *named(const char *name) { return parse_text(arena_printf(arena, "C %s\n" BODY, name), arena); }

static const char *path(const char *file) { return arena_printf(arena, "%s/%s", folder, file); }

static bool write_named(const char *name) {
  const Test *test = named(name);
  return export_write(folder, &test, 1, &plain, arena, &diag);
}

static void put(const char *file, const char *text) {
  FILE *out = fopen(path(file), "w");
  ck_assert_ptr_nonnull(out);
  fputs(text, out);
  fclose(out);
}

START_TEST(names_are_safe_and_differ_in_more_than_case) {
  const Test *tests[] = {named("MP+rel"), named("mp+REL"), named("MP+rel"), named("$(x)"), named(".hid"), named("-n")};
  const char *names[6];
  export_names(tests, 6, arena, names);
  ck_assert_str_eq(names[0], "MP+rel");
  ck_assert_str_eq(names[1], "mp+REL-2");
  ck_assert_str_eq(names[2], "MP+rel-3");
  ck_assert_str_eq(names[3], "__x_");
  ck_assert_str_eq(names[4], "_hid");
  ck_assert_str_eq(names[5], "_n");
}
END_TEST

START_TEST(the_C_shows_the_test_and_what_it_is_for) {
  Text text = {0};
  export_emit(named("mine"), &plain, arena, &text);
  ck_assert_ptr_nonnull(strstr(text_string(&text), "// C mine\n"));
  ck_assert_ptr_nonnull(strstr(text_string(&text), "weakmem import"));
  ck_assert_ptr_nonnull(strstr(text_string(&text), "#include \"harness/exported/exported.h\"\n"));
  text_free(&text);
}
END_TEST

START_TEST(what_an_export_wrote_is_written_over) {
  ck_assert(write_named("one"));
  ck_assert(write_named("two"));
  ck_assert_int_eq(access(path("tests/one.c"), F_OK), 0);
  ck_assert_int_eq(access(path("tests/two.c"), F_OK), 0);
}
END_TEST

START_TEST(what_is_not_an_exports_stays_and_nothing_else_is_written) {
  ck_assert_int_eq(mkdir(path("tests"), 0777), 0);
  put("tests/one.c", "int main(void) {}\n");
  ck_assert(!write_named("one"));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "tests/one.c is there already"));
  ck_assert_int_ne(access(path("Makefile"), F_OK), 0);
  ck_assert_int_ne(access(path("weakmem"), F_OK), 0);
}
END_TEST

START_TEST(a_file_where_a_folder_should_be_is_told) {
  put("tests", "");
  ck_assert(!write_named("one"));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "no folder"));
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_is_told) {
  const Test *test = named("one");
  put("file", "");
  ck_assert(!export_write(path("file/deep/er"), &test, 1, &plain, arena, &diag));
  ck_assert(!export_write("", &test, 1, &plain, arena, &diag));
  ck_assert_uint_eq(diag.errors, 2);
}
END_TEST

START_TEST(fences_that_no_cpu_has_and_flags_that_a_makefile_cannot_hold_are_refused) {
  const Test *test = named("one");
  const Test *two = parse_text("C two\n{}\nP0 (atomic_int* x, atomic_int* y) {\n *x = 1;\n *y = 1;\n}\n", arena);
  ExportOptions fence = {.fence = "x();system(1"}, flags = {.fence = "none", .flags = "-DX='1'"};
  ExportOptions compiler = {.fence = "none", .cc = "$(shell x)"};
  ck_assert(!export_write(folder, &two, 1, &fence, arena, &diag));
  ck_assert(!export_write(folder, &test, 1, &flags, arena, &diag));
  ck_assert(!export_write(folder, &test, 1, &compiler, arena, &diag));
  ck_assert_uint_eq(diag.errors, 3);
  ck_assert_int_ne(access(path("Makefile"), F_OK), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("export");
  TCase *tests = tcase_create("export");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, names_are_safe_and_differ_in_more_than_case);
  tcase_add_test(tests, the_C_shows_the_test_and_what_it_is_for);
  tcase_add_test(tests, what_an_export_wrote_is_written_over);
  tcase_add_test(tests, what_is_not_an_exports_stays_and_nothing_else_is_written);
  tcase_add_test(tests, a_file_where_a_folder_should_be_is_told);
  tcase_add_test(tests, a_folder_that_cannot_be_made_is_told);
  tcase_add_test(tests, fences_that_no_cpu_has_and_flags_that_a_makefile_cannot_hold_are_refused);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
