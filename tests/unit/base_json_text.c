// JSON as text: what is JSON already passes through, but for what a terminal would act on.
#include "harness/base/json_text.h"
#include "tests/unit/runner.h"

static const struct {
  const char *given, *written;
} raw[] = {{"{\"a\":[1,2.5,null],\"b\":\"\\n\"}", "{\"a\":[1,2.5,null],\"b\":\"\\n\"}"},
           {"\"caf\xc3\xa9 \xe2\x82\xac\"", "\"caf\xc3\xa9 \xe2\x82\xac\""},
           {"\"\xc2\x9b"
            "31m red\x7f\"",
            "\"\\u009b31m red\\u007f\""},
           {"\"\xff\"", "\"?\""}};

START_TEST(what_is_json_already_has_no_control_character) {
  Text text = {0};
  JsonText json = {.out = &text};
  json_text_raw(&json, raw[_i].given);
  ck_assert_str_eq(text_string(&text), raw[_i].written);
  text_free(&text);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("json_text", NULL, NULL);
  tcase_add_loop_test(tests, what_is_json_already_has_no_control_character, 0, sizeof raw / sizeof *raw);
  return unit_run("json_text", tests);
}
