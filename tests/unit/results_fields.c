// A table of fields: what is read is what is written, whatever stands around it.
#include "results/fields_read.h"
#include "results/records.h"
#include "tests/unit/left.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *name;
  int index, known;
  double cost;
} Part;

typedef struct {
  const char *text, *inner;
  uint64_t count;
  double real;
  Part *parts;
  unsigned *numbers;
  const char **texts;
  RecordVerdict *names;
  FieldValue *values;
  unsigned part_count, number_count, text_count, name_count, value_count, number;
  bool flag;
} Whole;

enum { KEY = FIELD_MARK };

static const Field part_rows[] = {
    FIELD_ROW(Part, "name", FIELD_TEXT, name, FIELD_REQUIRED | KEY),
    FIELD_ROW(Part, "index", FIELD_INTEGER, index, KEY),
    FIELD_ROW(Part, "known", FIELD_MAYBE, known, KEY),
    FIELD_ROW(Part, "cost", FIELD_MEASURE, cost, 0),
};
static const Fields part_fields = {NULL, sizeof(Part), FIELD_TABLE(part_rows)};
static const Field inner_rows[] = {FIELD_ROW(Whole, "inner", FIELD_TEXT, inner, KEY)};
static const Fields inner_fields = {NULL, 0, FIELD_TABLE(inner_rows)};
static const Field whole_rows[] = {
    FIELD_ROW(Whole, "text", FIELD_TEXT, text, KEY),
    FIELD_PART("object", 0, KEY, &inner_fields),
    FIELD_ROW(Whole, "count", FIELD_COUNT, count, FIELD_OPTIONAL | KEY),
    FIELD_ROW(Whole, "number", FIELD_UNSIGNED, number, FIELD_OPTIONAL | KEY),
    FIELD_ROW(Whole, "real", FIELD_REAL, real, FIELD_OPTIONAL | KEY),
    FIELD_ROW(Whole, "flag", FIELD_FLAG, flag, FIELD_OPTIONAL | KEY),
    FIELD_ROWS(Whole, "parts", FIELD_LIST, parts, part_count, FIELD_OPTIONAL | KEY, &part_fields),
    FIELD_ROWS(Whole, "numbers", FIELD_NUMBERS, numbers, number_count, FIELD_OPTIONAL | KEY, NULL),
    FIELD_ROWS(Whole, "texts", FIELD_TEXTS, texts, text_count, FIELD_OPTIONAL | KEY, NULL),
    FIELD_ROWS(Whole, "names", FIELD_NAMES, names, name_count, FIELD_OPTIONAL | KEY, NULL),
    FIELD_ROWS(Whole, "values", FIELD_VALUES, values, value_count, FIELD_OPTIONAL | KEY, NULL),
};
static const Fields whole_fields = {NULL, sizeof(Whole), FIELD_TABLE(whole_rows)};

#define EMPTY "\"text\":\"\",\"object\":{\"inner\":\"\"}"

static const struct {
  const char *json, *again; // NULL: it is refused, and `why` says why
  const char *why;
} cases[] = {
    {"{}", "{" EMPTY "}", NULL},
    {"{\"text\":\"a\\\"\\u00e9\\ud83d\\ude00\",\"object\":{\"inner\":\"b\",\"other\":[[{}]]}}",
     "{\"text\":\"a\\\"\xc3\xa9\xf0\x9f\x98\x80\",\"object\":{\"inner\":\"b\"}}", NULL},
    {"{\"text\":null,\"count\":null,\"parts\":null,\"object\":null}", "{" EMPTY "}", NULL},
    {"{\"text\":\"a\",\"text\":\"b\",\"parts\":[{\"name\":\"x\"}],\"parts\":[]}",
     "{\"text\":\"b\",\"object\":{\"inner\":\"\"}}", NULL},
    {"{\"count\":9223372036854775807}", "{" EMPTY ",\"count\":9223372036854775807}", NULL},
    {"{\"count\":\"18446744073709551615\"}", "{" EMPTY ",\"count\":\"18446744073709551615\"}", NULL},
    {"{\"count\":18446744073709551615}", "{" EMPTY ",\"count\":\"18446744073709551615\"}", NULL},
    {"{\"number\":2147483647,\"real\":1e-3,\"flag\":true}",
     "{" EMPTY ",\"number\":2147483647,\"real\":0.001,\"flag\":true}", NULL},
    {"{\"real\":2}", "{" EMPTY ",\"real\":2.0}", NULL},
    {"{\"parts\":[{\"name\":\"x\"},{\"name\":\"y\",\"index\":3,\"known\":true,\"cost\":1.5}]}",
     "{" EMPTY ",\"parts\":[{\"name\":\"x\",\"index\":-1},{\"name\":\"y\",\"index\":3,\"known\":true,\"cost\":1.5}]}",
     NULL},
    {"{\"numbers\":[0,17],\"texts\":[\"a\",\"\"]}", "{" EMPTY ",\"numbers\":[0,17],\"texts\":[\"a\",\"\"]}", NULL},
    {"{\"names\":{\"b\":\"1\",\"a\":\"2\",\"b\":\"3\"}}", "{" EMPTY ",\"names\":{\"b\":\"3\",\"a\":\"2\"}}", NULL},
    {"{\"values\":{\"b\":1,\"a\":\"2\",\"c\":0.5,\"d\":[1],\"e\":true,\"b\":4}}",
     "{" EMPTY ",\"values\":{\"b\":4,\"a\":\"2\",\"c\":0.5}}", NULL},
    {"{\"text\":7}", NULL, "\"text\" is not a string"},
    {"{\"text\":{\"text\":\"a\"}}", NULL, "\"text\" is not a string"},
    {"{\"text\":\"\\u0000\"}", NULL, "\"text\" holds a zero byte"},
    {"{\"count\":-1}", NULL, "\"count\" is not a count"},
    {"{\"count\":1.0}", NULL, "\"count\" is not a count"},
    {"{\"count\":18446744073709551616}", NULL, "\"count\" is not a count"},
    {"{\"count\":\"1x\"}", NULL, "\"count\" is not a count"},
    {"{\"count\":\"\"}", NULL, "\"count\" is not a count"},
    {"{\"number\":2147483648}", NULL, "\"number\" is not a count"},
    {"{\"real\":1e999}", NULL, "\"real\" is not a number"},
    {"{\"flag\":1}", NULL, "\"flag\" is not true or false"},
    {"{\"object\":[]}", NULL, "\"object\" is not an object"},
    {"{\"parts\":{}}", NULL, "\"parts\" is not a list of objects"},
    {"{\"parts\":[1]}", NULL, "\"parts\" is not a list of objects"},
    {"{\"parts\":[[]]}", NULL, "\"parts\" is not a list of objects"},
    {"{\"parts\":[{}]}", NULL, "no record: \"name\" is missing"},
    {"{\"parts\":[{\"name\":\"x\",\"index\":-2}]}", NULL, "\"index\" is not a number"},
    {"{\"numbers\":[-1]}", NULL, "\"numbers\" is not a list of counts"},
    {"{\"numbers\":[[0]]}", NULL, "\"numbers\" is not a list of counts"},
    {"{\"numbers\":0}", NULL, "\"numbers\" is not a list of counts"},
    {"{\"texts\":[0]}", NULL, "\"texts\" is not a list of strings"},
    {"{\"names\":{\"a\":1}}", NULL, "\"names\" is not an object of strings"},
    {"{\"names\":[]}", NULL, "\"names\" is not an object of strings"},
    {"{\"values\":3}", NULL, "\"values\" is not an object"},
    {"[]", NULL, "no object"},
    {"1", NULL, "no object"},
    {"{\"real\":01}", NULL, "not JSON: after key and value, inside map, I expect ',' or '}'"},
    {"{\"real\":1.}", NULL, "not JSON: malformed number, a digit is required after the decimal point"},
    {"{} x", NULL, "not JSON: trailing garbage"},
    {"{\"a\":1,}", NULL, "not JSON: invalid object key (must be a string)"},
    {"{\"text\":\"\xff\"}", NULL, "not JSON: invalid bytes in UTF8 string"},
    {"{\"text\":\"a", NULL, "it is cut short"},
    {"", NULL, "it is cut short"},
};

START_TEST(what_is_read_is_written_and_the_rest_is_refused_with_the_reason) {
  Arena *arena = arena_new();
  Whole whole;
  FieldsFault fault;
  bool good = fields_read(&whole_fields, cases[_i].json, strlen(cases[_i].json), arena, &whole, &fault);
  ck_assert_msg(good == !cases[_i].why, "%s: %s", cases[_i].json, good ? "taken" : fault.why);
  if (good) {
    Text text = {0};
    fields_write(&whole_fields, &whole, &(JsonText){.out = &text});
    ck_assert_str_eq(text_string(&text), cases[_i].again);
    text_free(&text);
  } else {
    ck_assert_str_eq(fault.why, cases[_i].why);
  }
  arena_free(arena);
}
END_TEST

START_TEST(two_objects_are_equal_if_all_marked_fields_are) {
  Arena *arena = arena_new();
  static const char *const jsons[] = {"{}",
                                      "{\"text\":\"a\"}",
                                      "{\"text\":\"ab\"}",
                                      "{\"text\":\"a\",\"object\":{\"inner\":\"b\"}}",
                                      "{\"count\":1}",
                                      "{\"numbers\":[1]}",
                                      "{\"numbers\":[1,1]}",
                                      "{\"texts\":[\"a\",\"b\"]}",
                                      "{\"texts\":[\"ab\",\"\"]}",
                                      "{\"names\":{\"a\":\"b\"}}",
                                      "{\"values\":{\"a\":\"b\"}}",
                                      "{\"values\":{\"a\":1}}",
                                      "{\"parts\":[{\"name\":\"a\"}]}",
                                      "{\"parts\":[{\"name\":\"a\",\"index\":1}]}"};
  enum { COUNT = sizeof jsons / sizeof *jsons };
  Whole wholes[COUNT], again;
  FieldsFault fault;
  for (unsigned i = 0; i < COUNT; i++)
    ck_assert(fields_read(&whole_fields, jsons[i], strlen(jsons[i]), arena, &wholes[i], &fault));
  for (unsigned i = 0; i < COUNT; i++)
    for (unsigned k = 0; k < COUNT; k++)
      ck_assert_msg(fields_equal(&whole_fields, &wholes[i], &wholes[k], KEY) == (i == k), "%s %s", jsons[i], jsons[k]);
  static const char other[] = "{\"parts\":[{\"cost\":7,\"name\":\"a\"}]}"; // the cost is not marked
  ck_assert(fields_read(&whole_fields, other, strlen(other), arena, &again, &fault));
  ck_assert(fields_equal(&whole_fields, &wholes[COUNT - 2], &again, KEY));
  arena_free(arena);
}
END_TEST

START_TEST(nests_of_any_depth_are_passed_over) {
  enum { DEEP = 100000 };
  Text text = {0};
  text_add(&text, "{\"other\":");
  text_repeat(&text, '[', DEEP);
  text_repeat(&text, ']', DEEP);
  text_add(&text, ",\"text\":\"a\"}");
  Arena *arena = arena_new();
  Whole whole;
  FieldsFault fault;
  ck_assert(fields_read(&whole_fields, text.bytes, text.length, arena, &whole, &fault));
  ck_assert_str_eq(whole.text, "a");
  arena_free(arena);
  text_free(&text);
}
END_TEST

START_TEST(an_object_of_too_many_names_is_refused) {
  Text text = {0};
  text_add(&text, "{\"names\":{");
  for (unsigned i = 0; i < 1000; i++)
    text_printf(&text, "%s\"%u\":\"\"", i ? "," : "", i);
  text_add(&text, "}}");
  Arena *arena = arena_new();
  Whole whole;
  FieldsFault fault;
  ck_assert(!fields_read(&whole_fields, text.bytes, text.length, arena, &whole, &fault));
  arena_free(arena);
  text_free(&text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("fields");
  TCase *tests = tcase_create("fields");
  tcase_add_loop_test(tests, what_is_read_is_written_and_the_rest_is_refused_with_the_reason, 0,
                      sizeof cases / sizeof *cases);
  tcase_add_test(tests, two_objects_are_equal_if_all_marked_fields_are);
  tcase_add_test(tests, nests_of_any_depth_are_passed_over);
  tcase_add_test(tests, an_object_of_too_many_names_is_refused);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
