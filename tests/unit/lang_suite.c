// Finding tests: built in, by file, folder, list and standard input; and what is none of these.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/lang/suite.h"
#undef Suite
#include "tests/unit/lang.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void enter(void) {
  strcpy(folder, "/tmp/weakmem-suite-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void) {
  ck_assert_int_eq(chdir("/"), 0);
  char command[96];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  ck_assert_int_eq(system(command), 0);
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static void write_test(const char *path, const char *name) {
  write_file(path, arena_printf(arena, "C %s\n{}\nP0 () {}\n", name));
}

// The names of the tests found, then the messages: "a b | weakmem: error: ...".
static const char *found(const char *first, const char *second) {
  char *arguments[] = {arena_string(arena, first), second ? arena_string(arena, second) : NULL};
  Diag diag = {.arena = arena};
  LitmusSuite suite = suite_find(arguments, second ? 2 : 1, arena, &diag);
  Text text = {0};
  for (unsigned i = 0; i < suite.count; i++)
    text_printf(&text, "%s%s", i ? " " : "", suite.tests[i]->name);
  if (diag.first)
    text_printf(&text, "|%s", messages(&diag));
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

START_TEST(built_in_tests_are_sorted_and_have_a_family_and_a_story) {
  Diag diag = {.arena = arena};
  LitmusSuite all = suite_builtin(NULL, arena, &diag);
  ck_assert_str_eq(messages(&diag), "");
  ck_assert_uint_gt(all.count, 0);
  for (unsigned i = 0; i < all.count; i++) {
    ck_assert_str_ne(all.tests[i]->family, "");
    ck_assert_str_ne(all.tests[i]->story, "");
    if (!i)
      continue;
    int order = strcmp(all.tests[i - 1]->family, all.tests[i]->family);
    ck_assert_int_le(order, 0);
    ck_assert(order || strcmp(all.tests[i - 1]->name, all.tests[i]->name) < 0);
  }
  LitmusSuite classic = suite_builtin("classic", arena, &diag);
  ck_assert_uint_gt(classic.count, 0);
  ck_assert_uint_eq(suite_builtin("no such family", arena, &diag).count, 0);
  char *arguments[] = {arena_string(arena, "classic")};
  ck_assert_uint_eq(suite_find(arguments, 1, arena, &diag).count, classic.count);
}
END_TEST

START_TEST(a_name_is_a_built_in_test_unless_it_is_a_file) {
  ck_assert_str_eq(found("SB", NULL), "SB");
  write_test("SB", "mine");
  ck_assert_str_eq(found("SB", "./SB"), "mine mine");
  ck_assert_str_eq(found("SBB", NULL), "|weakmem: error: no test, file or folder 'SBB' (did you mean 'SB'?)\n");
  ck_assert_str_eq(found("mp", NULL), "|weakmem: error: no test, file or folder 'mp' (did you mean 'MP'?)\n");
  ck_assert_str_eq(found("", NULL),
                   "|weakmem: error: no test, file or folder ''; `weakmem list` shows the tests that come with it\n");
  ck_assert_ptr_nonnull(strstr(found("qwertyuiop", NULL), "`weakmem list` shows"));
}
END_TEST

START_TEST(a_pattern_names_those_that_come_with_it) {
  ck_assert_str_eq(found("SB+fence[s]", "SB*-same"), "SB+fences SB+fadd0-same");
  ck_assert_str_eq(found("2+2W", "2[+]2W"), "2+2W 2+2W");
  ck_assert_ptr_nonnull(strstr(found("classi?", NULL), "IRIW"));
  ck_assert_ptr_nonnull(strstr(found("SBB*", NULL), "no test, file or folder 'SBB*'"));
  write_test("SB*", "mine");
  ck_assert_str_eq(found("SB*", NULL), "mine");
}
END_TEST

START_TEST(a_folder_is_every_litmus_file_under_it_sorted) {
  mkdir("d", 0700);
  mkdir("d/b", 0700);
  write_test("d/c.litmus", "c");
  write_test("d/a.litmus", "a");
  write_test("d/b/b.litmus", "b");
  write_test("d/.hidden.litmus", "hidden");
  write_test("d/other.txt", "other");
  mkdir("elsewhere", 0700);
  write_test("elsewhere/e.litmus", "e");
  ck_assert_int_eq(symlink("../elsewhere", "d/link"), 0);
  ck_assert_int_eq(symlink("..", "d/b/loop"), 0);
  ck_assert_int_eq(symlink("../elsewhere/e.litmus", "d/e.litmus"), 0);
  ck_assert_str_eq(found("d", NULL), "a b c e");
  ck_assert_str_eq(found("d/", "d/b"), "a b c e b");
  ck_assert_str_eq(found("d/link", NULL), "e");
  mkdir("empty", 0700);
  ck_assert_str_eq(found("empty", NULL), "|weakmem: error: no *.litmus file in the folder empty\n");
}
END_TEST

START_TEST(a_list_names_tests_relative_to_itself) {
  mkdir("d", 0700);
  write_test("d/a.litmus", "a");
  write_test("b.litmus", "b");
  write_file("d/inner", "a.litmus\n../b.litmus\n");
  write_file("d/list", "# a comment\n\n  a.litmus \t\r\nSB  # why\n@inner\t#\nnone.litmus\n../b.litmus");
  ck_assert_str_eq(found("@d/list", NULL),
                   "a SB a b b|weakmem: error: no test, file or folder 'none.litmus'; `weakmem list` shows the tests "
                   "that come with it\n");
  ck_assert_str_eq(found("@none", NULL), "|weakmem: error: cannot open none: No such file or directory\n");
  write_file("self", "@self\n@self\n");
  ck_assert_ptr_nonnull(strstr(found("@self", NULL), "lists nested more than 8 deep at self"));
  Text many = {0};
  for (int i = 0; i < 1000; i++)
    text_add(&many, "@wide\n");
  write_file("wide", text_string(&many));
  text_free(&many);
  ck_assert_ptr_nonnull(strstr(found("@wide", NULL), "lists nested more than 8 deep at wide")); // and it ends
}
END_TEST

START_TEST(what_is_no_file_is_refused_with_a_sentence) {
  ck_assert_int_eq(mkfifo("pipe.litmus", 0600), 0);
  ck_assert_str_eq(found("pipe.litmus", NULL),
                   "|weakmem: error: pipe.litmus is a pipe, not a file; '-' reads standard input\n");
  ck_assert_str_eq(found("/dev/zero", NULL),
                   "|weakmem: error: /dev/zero is a device, not a file; '-' reads standard input\n");
  mkdir("d", 0700);
  ck_assert_str_eq(found("@d", NULL), "|weakmem: error: d is a folder, not a file; '-' reads standard input\n");
  ck_assert_int_eq(symlink("nowhere", "dangling.litmus"), 0);
  ck_assert_ptr_nonnull(strstr(found("dangling.litmus", NULL), "no test, file or folder"));
  if (geteuid() != 0) { // who may read everything is refused nothing
    write_test("secret.litmus", "secret");
    chmod("secret.litmus", 0);
    ck_assert_str_eq(found("secret.litmus", NULL), "|weakmem: error: cannot open secret.litmus: Permission denied\n");
  }
  FILE *big = fopen("big.litmus", "w");
  ck_assert_int_eq(ftruncate(fileno(big), (off_t)1 << 40), 0);
  fclose(big);
  ck_assert_str_eq(found("big.litmus", NULL),
                   "|weakmem: error: big.litmus has more than 67108864 bytes, the limit for a "
                   "file of its kind\n");
}
END_TEST

START_TEST(a_test_that_fails_does_not_hide_the_others) {
  write_file("bad.litmus", "C bad\n{}\nP0 () { nothing }\n");
  write_test("good.litmus", "good");
  const char *text = found("bad.litmus", "good.litmus");
  ck_assert_ptr_eq(strstr(text, "good|bad.litmus:3:9: error: "), text);
}
END_TEST

START_TEST(standard_input_is_a_test_once) {
  write_test("input", "input");
  ck_assert_ptr_nonnull(freopen("input", "r", stdin));
  ck_assert_str_eq(found("-", "-"), "input|weakmem: error: '-' is named twice; standard input can be read once\n");
}
END_TEST

int main(void) {
  SRunner *runner = srunner_create(NULL);
  struct Suite *suite = suite_create("suite");
  TCase *all = tcase_create("suite");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_checked_fixture(all, enter, leave);
  tcase_add_test(all, built_in_tests_are_sorted_and_have_a_family_and_a_story);
  tcase_add_test(all, a_name_is_a_built_in_test_unless_it_is_a_file);
  tcase_add_test(all, a_pattern_names_those_that_come_with_it);
  tcase_add_test(all, a_folder_is_every_litmus_file_under_it_sorted);
  tcase_add_test(all, a_list_names_tests_relative_to_itself);
  tcase_add_test(all, what_is_no_file_is_refused_with_a_sentence);
  tcase_add_test(all, a_test_that_fails_does_not_hide_the_others);
  tcase_add_test(all, standard_input_is_a_test_once);
  suite_add_tcase(suite, all);
  srunner_add_suite(runner, suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
