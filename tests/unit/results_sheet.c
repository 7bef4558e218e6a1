// A sheet says the same in each format, and its text fits the terminal.
#include "results/sheet.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Text text;
static const SheetStyle plain = {0}, rich = {.colour = true, .utf8 = true};

static void setup(void) { arena = arena_new(); }

static void teardown(void) {
  text_free(&text);
  arena_free(arena);
}

enum { NAME, NS, SIZE, SEEN, FORBIDS, NOTE };
static const SheetColumn columns[] = {
    [NAME] = {.name = "name", .fit = FIT_KEY},
    [NS] = {.name = "ns", .kind = KIND_NUMBER, .places = 2},
    [SIZE] = {.name = "size", .title = "", .kind = KIND_BAR, .width = 8, .fit = FIT_OPTIONAL, .in = IN_TEXT},
    [SEEN] = {.name = "seen", .kind = KIND_COUNT},
    [FORBIDS] = {.name = "forbids"},
    [NOTE] = {.name = "note", .title = "", .fit = FIT_RUNS_ON},
};

static Sheet *sample(void) {
  Sheet *sheet = SHEET_NEW(arena, columns);
  Cell *cells = sheet_row(sheet);
  cells[NAME] = cell_text("none");
  cells[NS] = cell_number(0);
  cells[SEEN] = cell_count(12345678);
  cells[FORBIDS] = cell_flag(false);
  cells = sheet_row(sheet);
  cells[NAME] = cell_text("f\xc3\xa9nc\t\x1b");
  cells[NS] = cell_number(1.5);
  cells[SIZE] = cell_number(0.5);
  cells[FORBIDS] = cell_shown(cell_flag(true), "forbidden");
  cells[NOTE] = cell_text("what there is to say of it");
  cells = sheet_row(sheet);
  cells[NAME] = cell_text("absent");
  cells[NS] = cell_instead("not on this CPU");
  return sheet;
}

static const char *text_of(const Sheet *sheet, const SheetStyle *style) {
  text_clear(&text);
  sheet_text(sheet, style, &text);
  return text_string(&text);
}

static const char *json_of(const Sheet *sheet, const SheetJson *how) {
  text_clear(&text);
  sheet_json(sheet, how, &text);
  return text_string(&text);
}

START_TEST(markdown_is_a_table_of_what_text_shows) {
  Sheet *sheet = sample();
  sheet->title = "a|b";
  sheet->notes = "A note.\n";
  text_clear(&text);
  text_add(&text, "before\n");
  sheet_text(sheet, &(SheetStyle){.markdown = true, .width = 20}, &text);
  ck_assert_str_eq(text_string(&text), "before\n\n"
                                       "**a\\|b**\n\n"
                                       "| name | ns | seen | forbids |  |\n"
                                       "| --- | ---: | ---: | --- | --- |\n"
                                       "| none | 0.00 | 12.3M | no |  |\n"
                                       "| f\xc3\xa9nc?? | 1.50 |  | forbidden | what there is to say of it |\n"
                                       "| absent | not on this CPU |  |  |  |\n"
                                       "\n"
                                       "A note.\n");
}
END_TEST

START_TEST(text_is_aligned_by_what_is_seen) {
  ck_assert_str_eq(text_of(sample(), &plain),
                   "name      ns             seen  forbids\n"
                   "none    0.00            12.3M  no\n"
                   "f\xc3\xa9nc??  1.50  ####             forbidden  what there is to say of it\n"
                   "absent  not on this CPU\n");
}
END_TEST

START_TEST(a_narrow_terminal_loses_optional_columns_first) {
  SheetStyle narrow = {.width = 38};
  ck_assert_str_eq(text_of(sample(), &narrow), "name      ns   seen  forbids\n"
                                               "none    0.00  12.3M  no\n"
                                               "f\xc3\xa9nc??  1.50         forbidden\n"
                                               "      what there is to say of it\n"
                                               "absent  not on this CPU\n");
}
END_TEST

START_TEST(what_still_does_not_fit_goes_on_below_with_its_keys) {
  SheetStyle narrow = {.width = 24};
  ck_assert_str_eq(text_of(sample(), &narrow), "name      ns   seen\n"
                                               "none    0.00  12.3M\n"
                                               "f\xc3\xa9nc??  1.50\n"
                                               "absent  not on this CPU\n"
                                               "\n"
                                               "name    forbids\n"
                                               "none    no\n"
                                               "f\xc3\xa9nc??  forbidden\n"
                                               "      what there is to say of it\n");
}
END_TEST

START_TEST(colours_are_where_they_are_asked_for_alone) {
  Sheet *sheet = sample();
  sheet->rows[0].cells[NAME].tone = TONE_ALARM;
  sheet_tone_row(sheet, TONE_BOLD);
  ck_assert_ptr_null(strchr(text_of(sheet, &plain), '\033'));
  ck_assert_ptr_nonnull(strstr(text_of(sheet, &rich), "\033[1;31mnone\033[0m "));
  ck_assert_ptr_nonnull(strstr(text_string(&text), "\033[1mabsent"));
  ck_assert_ptr_nonnull(strstr(text_string(&text), "\u2588\u2588\u2588\u2588  "));
}
END_TEST

START_TEST(a_title_holds_nothing_that_a_terminal_acts_on) {
  Sheet *sheet = sample();
  sheet->columns[NAME].title = "a\033[31mb";
  ck_assert_ptr_null(strchr(text_of(sheet, &plain), '\033'));
}
END_TEST

START_TEST(columns_have_their_values_and_nothing_that_ends_them) {
  sheet_tsv_names(sample(), &text);
  sheet_tsv(sample(), &text);
  ck_assert_str_eq(text_string(&text), "name\tns\tseen\tforbids\tnote\n"
                                       "none\t0.00\t12345678\tfalse\t\n"
                                       "f\xc3\xa9nc??\t1.50\t\ttrue\twhat there is to say of it\n"
                                       "absent\t\t\t\t\n");
}
END_TEST

START_TEST(json_has_objects_lists_and_what_is_empty_not_at_all) {
  Sheet *object = sheet_object(arena), *sheet = sample();
  sheet->row_count = 2;
  sheet_set(object, "schema", cell_text("test/1"));
  sheet_set(object, "nothing", (Cell){0});
  sheet_set(object, "null", cell_null());
  sheet_set(object, "pus", cell_numbers((unsigned[]){0, 3}, 2, arena));
  sheet_set(object, "skew", cell_integer(-4));
  sheet_set(object, "machine", cell_json("{\"a\":1}"));
  sheet_set(object, "rows", cell_sheet(sheet));
  ck_assert_str_eq(json_of(object, NULL),
                   "{\"schema\":\"test/1\",\"null\":null,\"pus\":[0,3],\"skew\":-4,\"machine\":{\"a\":1},\"rows\":["
                   "{\"name\":\"none\",\"ns\":0.0,\"seen\":12345678,\"forbids\":false},"
                   "{\"name\":\"f\xc3\xa9nc\\t\\u001b\",\"ns\":1.5,\"forbids\":true,"
                   "\"note\":\"what there is to say of it\"}]}");
  sheet->row_count = 1;
  sheet->shape = SHAPE_ARRAYS;
  ck_assert_str_eq(json_of(sheet, &(SheetJson){.spaced = true}), "[[\"none\", 0.0, 12345678, false, null]]");
}
END_TEST

START_TEST(json_in_a_page_cannot_become_markup) {
  static const char *const texts[][2] = {{"</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\""},
                                         {"\xf0\x9f\x98\x80", "\"\\ud83d\\ude00\""},
                                         // NOLINTNEXTLINE(misc-misleading-bidirectional): an escape, and what is tested
                                         {"\xe2\x80\xae", "\"\\ufffd\""},
                                         {"\xff", "\"\\ufffd\""},
                                         {"\"\\\x01", "\"\\\"\\\\\\ufffd\""}};
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
    Sheet *list = sheet_list(arena);
    sheet_add(list, cell_text(texts[i][0]));
    ck_assert_str_eq(json_of(list, &(SheetJson){.in_page = true}), arena_printf(arena, "[%s]", texts[i][1]));
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("results_sheet");
  TCase *cases = tcase_create("sheet");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, markdown_is_a_table_of_what_text_shows);
  tcase_add_test(cases, text_is_aligned_by_what_is_seen);
  tcase_add_test(cases, a_narrow_terminal_loses_optional_columns_first);
  tcase_add_test(cases, what_still_does_not_fit_goes_on_below_with_its_keys);
  tcase_add_test(cases, colours_are_where_they_are_asked_for_alone);
  tcase_add_test(cases, a_title_holds_nothing_that_a_terminal_acts_on);
  tcase_add_test(cases, columns_have_their_values_and_nothing_that_ends_them);
  tcase_add_test(cases, json_has_objects_lists_and_what_is_empty_not_at_all);
  tcase_add_test(cases, json_in_a_page_cannot_become_markup);
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
