// UTF-8, what a terminal would act on, and JSON as text.
#include "harness/base/json_text.h"
#include "harness/base/utf8.h"
#include "tests/unit/runner.h"

#include <math.h>
#include <string.h>

static Text text;

static void setup(void) { text = (Text){0}; }
static void teardown(void) { text_free(&text); }

static unsigned next(const char *bytes, uint32_t *code) { return utf8_next(bytes, strlen(bytes), code); }

START_TEST(characters_of_every_length_are_decoded) {
  static const struct {
    const char *bytes;
    unsigned length;
    uint32_t code;
  } rows[] = {{"a", 1, 'a'},
              {"\x7f", 1, 0x7f},
              {"\xc2\x80", 2, 0x80},
              {"\xc3\xa9!", 2, 0xe9},
              {"\xef\xbf\xbf", 3, 0xffff},
              {"\xe0\xa0\x80", 3, 0x800},
              {"\xf0\x90\x80\x80", 4, 0x10000},
              {"\xf4\x8f\xbf\xbf", 4, 0x10ffff}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint32_t code = 0;
    ck_assert_uint_eq(next(rows[i].bytes, &code), rows[i].length);
    ck_assert_uint_eq(code, rows[i].code);
  }
}
END_TEST

START_TEST(what_is_not_utf8_is_no_character) {
  static const char *const none[] = {"",
                                     "\x80",
                                     "\xc0\x80",
                                     "\xc1\xbf",
                                     "\xc3",
                                     "\xe2\x82",
                                     "\xe0\x9f\xbf",
                                     "\xf0\x8f\xbf\xbf",
                                     "\xed\xa0\x80",
                                     "\xed\xbf\xbf",
                                     "\xc3(",
                                     "\xe2(\xa1",
                                     "\xff",
                                     "\xf4\x90\x80\x80",
                                     "\xf8\x88\x80\x80"};
  for (unsigned i = 0; i < sizeof none / sizeof *none; i++) {
    uint32_t code;
    ck_assert_msg(!next(none[i], &code), "row %u", i);
    ck_assert_msg(!none[i][0] || (utf8_lenient(none[i], strlen(none[i]), &code) == 1 && code == UTF8_REPLACEMENT),
                  "row %u", i);
  }
}
END_TEST

START_TEST(a_terminal_is_shown_no_control_characters) {
  static const char bytes[] = "a\x1b[m\xc2\x9b\xc2\xa0\xc3\xa9\x7f\0\xff";
  text_add_printable(&text, bytes, sizeof bytes - 1);
  ck_assert_str_eq(text_string(&text), "a?[m?\xc2\xa0\xc3\xa9??\xff");
}
END_TEST

static void write_value(JsonText *json, const char *string) {
  json_text_open(json, '{');
  json_text_key(json, "a");
  json_text_open(json, '[');
  json_text_string(json, string);
  json_text_count(json, UINT64_MAX);
  json_text_integer(json, -3);
  json_text_open(json, '{');
  json_text_close(json, '}');
  json_text_close(json, ']');
  json_text_key(json, "b");
  json_text_bool(json, true);
  json_text_key(json, "c");
  json_text_null(json);
  json_text_close(json, '}');
}

START_TEST(commas_are_where_they_belong) {
  JsonText json = {.out = &text};
  write_value(&json, "x");
  ck_assert_str_eq(text_string(&text), "{\"a\":[\"x\",18446744073709551615,-3,{}],\"b\":true,\"c\":null}");
}
END_TEST

START_TEST(strings_hold_no_control_character) {
  static const char string[] = "\"\\/<&\b\f\n\r\t\x01\x10\x7f \xc2\x9b\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  json_text_string(&(JsonText){.out = &text}, string);
  ck_assert_str_eq(text_string(&text), "\"\\\"\\\\/<&\\b\\f\\n\\r\\t\\u0001\\u0010\\u007f \\u009b\xc3\xa9\xe2\x82\xac"
                                       "\xf0\x9f\x98\x80\"");
}
END_TEST

START_TEST(reals_have_fifteen_digits_and_a_point) {
  static const struct {
    double real;
    const char *text;
  } cases[] = {{0, "0.0"},
               {-0.0, "-0.0"},
               {-42, "-42.0"},
               {2.614, "2.614"},
               {0.1, "0.1"},
               {1e15, "1e15"},
               {999999999999999.0, "999999999999999.0"},
               {1e20, "1e20"},
               {1.5e-7, "1.5e-7"},
               {123456789012345678.0, "1.23456789012346e17"},
               {1e-300, "1e-300"}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_text_real(&(JsonText){.out = &text}, cases[i].real);
    ck_assert_str_eq(text_string(&text), cases[i].text);
    text_clear(&text);
  }
}
END_TEST

START_TEST(whole_numbers_are_integers_and_infinity_is_null) {
  JsonText json = {.out = &text};
  json_text_number(&json, 42);
  json_text_number(&json, 0.5);
  json_text_number(&json, (double)INFINITY);
  json_text_real(&json, (double)NAN);
  ck_assert_str_eq(text_string(&text), "42,0.5,null,null");
}
END_TEST

START_TEST(what_is_not_utf8_is_a_question_mark) {
  json_text_string(&(JsonText){.out = &text}, "a\xff\xc3:");
  ck_assert_str_eq(text_string(&text), "\"a??:\"");
}
END_TEST

START_TEST(for_html_no_text_ends_a_script_or_misleads) {
  json_text_string(&(JsonText){.out = &text, .for_html = true},
                   // NOLINTNEXTLINE(misc-misleading-bidirectional): an escape, and what is tested
                   "</script>&\n\t\x01\xff\xe2\x80\xae\xc2\x9b\xc3\xa9\xf0\x9f\x98\x80\x7f");
  ck_assert_str_eq(text_string(&text),
                   "\"\\u003c/script\\u003e\\u0026\\n\\t\\ufffd\\ufffd\\ufffd\\ufffd\\u00e9\\ud83d\\ude00\\ufffd\"");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("text", setup, teardown);
  tcase_add_test(tests, characters_of_every_length_are_decoded);
  tcase_add_test(tests, what_is_not_utf8_is_no_character);
  tcase_add_test(tests, a_terminal_is_shown_no_control_characters);
  tcase_add_test(tests, commas_are_where_they_belong);
  tcase_add_test(tests, strings_hold_no_control_character);
  tcase_add_test(tests, reals_have_fifteen_digits_and_a_point);
  tcase_add_test(tests, whole_numbers_are_integers_and_infinity_is_null);
  tcase_add_test(tests, what_is_not_utf8_is_a_question_mark);
  tcase_add_test(tests, for_html_no_text_ends_a_script_or_misleads);
  return unit_run("text", tests);
}
