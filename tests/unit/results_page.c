// The page's data can stand inside HTML whatever the records hold, and says of them what they say.
#include "harness/base/embedded.h"
#include "results/page.h"
#include "results/page_object.h"
#include "tests/unit/left.h"
#include "tests/unit/skip.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

static const char no_charts[] = "built without Chart.js, which pages are made with";

static Arena *arena;
static Left before;
static Comparison comparison;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  comparison = comparison_new(arena);
  comparison.keep = true;
  comparison_file(&comparison, "a.jsonl", false);
}

static void teardown(void) {
  comparison_free(&comparison);
  arena_free(arena);
  left_assert_nothing(&before);
}

// What the writer makes of a text, as the bytes that stand in the page.
static const char *written(const char *text, size_t limit) {
  Sheet *list = sheet_list(arena);
  Text json = {0};
  sheet_add(list, cell_text(page_cut(text, limit, arena)));
  sheet_json(list, &(SheetJson){.in_page = true}, &json);
  const char *copy = arena_copy(arena, json.bytes + 1, json.length - 2);
  text_free(&json);
  return copy;
}

START_TEST(text_cannot_become_markup) {
  ck_assert_str_eq(written("</script><!--&", 100), "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
  ck_assert_str_eq(written("\"\\", 100), "\"\\\"\\\\\"");
  ck_assert_str_eq(written("\xe2\x80\xa8\xe2\x80\xa9", 100), "\"\\u2028\\u2029\"");
  ck_assert_str_eq(written("\xf0\x9f\x98\x80", 100), "\"\\ud83d\\ude00\"");
}
END_TEST

START_TEST(what_misleads_or_is_not_utf8_is_replaced) {
  // NOLINTBEGIN(misc-misleading-bidirectional): it is what is tested
  static const char *const texts[] = {
      "\x01",         "\x7f",         "\xc2\x85",         "\xe2\x80\xae",    "\xff",
      "\xc3",         "\xe2\x80",     "\xc0\xaf",         "\xed\xa0\x80",    "\xf4\x90\x80\x80",
      "\xe2\x81\xa6", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x88\x80\x80"};
  // NOLINTEND(misc-misleading-bidirectional)
  const char *text = written(texts[_i], 100);
  ck_assert_msg(!strncmp(text, "\"\\ufffd", 7), "%s", text);
  for (const char *at = text; *at; at++)
    ck_assert(*at >= ' ' && *at < 0x7f);
}
END_TEST

START_TEST(long_text_says_how_much_is_left_out) {
  char text[5000];
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  const char *out = written(text, PAGE_TEXT);
  ck_assert_ptr_nonnull(strstr(out, "x\\u2026 (999 bytes more)\""));
  // A character is not cut in two.
  ck_assert_str_eq(written("a\xc3\xa9z", 2), "\"a\\u00e9\\u2026 (1 bytes more)\"");
}
END_TEST

START_TEST(counts_that_javascript_cannot_hold_are_text) {
  Sheet *list = sheet_list(arena);
  Text json = {0};
  sheet_add(list, cell_count(UINT64_C(1) << 53));
  sheet_add(list, cell_count(UINT64_MAX));
  sheet_add(list, cell_number(0.25));
  sheet_add(list, cell_number(1e308 * 10));
  sheet_json(list, &(SheetJson){.in_page = true}, &json);
  ck_assert_str_eq(text_string(&json), "[9007199254740992,\"18446744073709551615\",0.25,null]");
  text_free(&json);
}
END_TEST

// ---- Pages

static const char *alarm_state = ""; // that the runs to be added say is forbidden
static void add(const char *test, const char *arch, const char *verdict, uint64_t count) {
  RecordVerdict verdicts[] = {{"x86-tso", verdict}};
  RecordState states[] = {
      {.state = "0:r0=1;", .count = count, .witness = true, .weak = 1, .verdicts = verdicts, .verdict_count = 1},
      {.state = "0:r0=0;", .count = 100 - count, .weak = 0}};
  RecordMutant mutants[] = {{"P0 without its fence in line 5", 100, 3, 1}};
  Record record = {.test = test,
                   .family = "classic",
                   .digest = "",
                   .status = "done",
                   .machine = {.arch = arch, .cpu = "CPU", .vendor = "", .microcode = "", .virtual_ = "", .kernel = ""},
                   .compiler_version = "",
                   .compiler_flags = "",
                   .engine = "lockstep",
                   .actors = "",
                   .placement = "",
                   .fence = "",
                   .condition = "exists (0:r0=1)",
                   .source = "",
                   .program = "",
                   .witnesses = count,
                   .iterations = 100,
                   .forbidden_state = alarm_state,
                   .states = states,
                   .state_count = 2,
                   .mutants = mutants,
                   .mutant_count = count ? 0 : 1};
  comparison_add(&comparison, &record);
}

// The value at a path: "tests.0.cells"; NULL.
static yajl_val at(yajl_val json, const char *path) {
  char name[32];
  for (size_t length; json && *path; path += length + (path[length] == '.')) {
    length = strcspn(path, ".");
    snprintf(name, sizeof name, "%.*s", (int)length, path);
    const char *const names[] = {name, NULL};
    size_t index = strtoul(name, NULL, 10);
    if (YAJL_IS_ARRAY(json))
      json = index < YAJL_GET_ARRAY(json)->len ? YAJL_GET_ARRAY(json)->values[index] : NULL;
    else
      json = yajl_tree_get(json, (const char **)names, yajl_t_any);
  }
  return json;
}

static yajl_val page_of(PageCount *count) {
  static const Changes none;
  char *bytes;
  size_t length;
  FILE *file = open_memstream(&bytes, &length);
  ck_assert_ptr_nonnull(file);
  comparison_finish(&comparison);
  Page page = {.comparison = &comparison, .changes = &none, .title = "T", .command = "weakmem report"};
  page_write(&page, file, count);
  fclose(file);
  static const char open[] = "<script type=\"application/json\" id=\"data\">";
  char *start = strstr(bytes, open);
  ck_assert_ptr_nonnull(start);
  char *end = strstr(start, "</script>");
  ck_assert_ptr_nonnull(end);
  *end = '\0';
  yajl_val json = yajl_tree_parse(start + strlen(open), NULL, 0);
  ck_assert_ptr_nonnull(json);
  ck_assert_uint_eq(count->bytes, (size_t)(end - start) - strlen(open));
  free(bytes);
  return json;
}

START_TEST(a_page_holds_what_the_records_hold) {
  SKIP_IF(!embedded_chart->path, no_charts);
  add("SB", "x86_64", "allowed", 7);
  add("SB", "arm", "allowed", 0);
  PageCount count;
  yajl_val page = page_of(&count), cell = at(page, "tests.0.cells.0");
  ck_assert_uint_eq(YAJL_GET_ARRAY(at(page, "tests"))->len, 1);
  ck_assert_int_eq(YAJL_GET_INTEGER(at(cell, "seen")), 7);
  ck_assert_int_eq(YAJL_GET_INTEGER(at(cell, "n")), 100);
  ck_assert_double_eq_tol(YAJL_GET_DOUBLE(at(cell, "share")), 0.07, 1e-12);
  ck_assert(YAJL_IS_TRUE(at(page, "machines.1.unmodelled")));
  ck_assert_ptr_null(at(page, "machines.0.mutants"));
  ck_assert_str_eq(YAJL_GET_STRING(at(page, "machines.1.mutants.0.shape")), "SB");
  ck_assert_int_eq(YAJL_GET_INTEGER(at(page, "machines.1.mutants.0.shown")), 1);
  ck_assert_uint_eq(count.alarms, 0);
  yajl_tree_free(page);
}
END_TEST

START_TEST(a_state_that_is_forbidden_and_was_seen_is_an_alarm) {
  SKIP_IF(!embedded_chart->path, no_charts);
  add("SB", "x86_64", "allowed", 7);
  add("MP", "x86_64", "forbidden", 3);
  add("LB", "x86_64", "forbidden", 0);
  alarm_state = "0:r0=1;"; // by the run's own word
  add("S", "x86_64", "allowed", 5);
  PageCount count;
  yajl_val page = page_of(&count), alarm = at(page, "alarms.0");
  ck_assert_uint_eq(count.alarms, 2);
  ck_assert_int_eq(YAJL_GET_INTEGER(at(page, "alarms.1.count")), 5);
  ck_assert_int_eq(YAJL_GET_INTEGER(at(alarm, "test")), 1);
  ck_assert_int_eq(YAJL_GET_INTEGER(at(alarm, "count")), 3);
  ck_assert_str_eq(YAJL_GET_STRING(at(alarm, "state")), "0:r0=1;");
  ck_assert_str_eq(YAJL_GET_STRING(at(alarm, "by")), "x86-tso");
  yajl_tree_free(page);
}
END_TEST

// Also beyond what a page holds is an alarm shown.
START_TEST(a_page_has_an_end_and_alarms_are_within) {
  SKIP_IF(!embedded_chart->path, no_charts);
  char name[32];
  for (unsigned i = 0; i < 6000; i++) {
    snprintf(name, sizeof name, "T%u", i);
    add(name, "x86_64", i == 5999 ? "forbidden" : "allowed", 1);
  }
  PageCount count;
  yajl_val page = page_of(&count);
  ck_assert_uint_eq(count.tests + count.left_out, 6000);
  ck_assert_uint_gt(count.left_out, 0);
  ck_assert_int_eq(YAJL_GET_INTEGER(at(page, "left_out")), count.left_out);
  ck_assert_uint_eq(count.alarms, 1);
  yajl_tree_free(page);
}
END_TEST

START_TEST(a_page_without_records_is_a_page) {
  SKIP_IF(!embedded_chart->path, no_charts);
  PageCount count;
  yajl_val page = page_of(&count);
  ck_assert_uint_eq(YAJL_GET_ARRAY(at(page, "tests"))->len, 0);
  yajl_tree_free(page);
}
END_TEST

// What the policy's hashes are of must stand in the page as it is: browsers read a carriage return as a newline.
START_TEST(the_pages_own_parts_can_stand_in_it) {
  const Embedded *lists[] = {embedded_page, embedded_chart};
  for (unsigned i = 0; i < 2; i++)
    for (const Embedded *file = lists[i]; file->path; file++) {
      bool is_template = !strcmp(file->path, "page.html");
      ck_assert_msg(is_template || !strstr(file->bytes, "</script"), "%s", file->path);
      ck_assert_msg(is_template || !strstr(file->bytes, "</style"), "%s", file->path);
      ck_assert_msg(!strchr(file->bytes, '\r'), "%s", file->path);
      ck_assert_uint_eq(strlen(file->bytes), file->length);
    }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("page");
  TCase *tests = tcase_create("page");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, text_cannot_become_markup);
  tcase_add_loop_test(tests, what_misleads_or_is_not_utf8_is_replaced, 0, 14);
  tcase_add_test(tests, long_text_says_how_much_is_left_out);
  tcase_add_test(tests, counts_that_javascript_cannot_hold_are_text);
  tcase_add_test(tests, a_page_holds_what_the_records_hold);
  tcase_add_test(tests, a_state_that_is_forbidden_and_was_seen_is_an_alarm);
  tcase_add_test(tests, a_page_has_an_end_and_alarms_are_within);
  tcase_add_test(tests, a_page_without_records_is_a_page);
  tcase_add_test(tests, the_pages_own_parts_can_stand_in_it);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
