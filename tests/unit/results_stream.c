// Files of records that are damaged, foreign or no files at all: each line that is skipped is told with its place and
// the reason, and the rest is kept.
#include "results/lines.h"
#include "results/stream.h"
#include "tests/unit/left.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Arena *arena;
static Diag diag;
static Left before;
static char path[] = "/tmp/weakmem-stream-XXXXXX";

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
}

static void teardown(void) {
  arena_free(arena);
  left_assert_nothing(&before);
}

static void count(const Record *record, void *context) {
  ck_assert_str_eq(record->test, "SB");
  ++*(unsigned long *)context;
}

static bool stream(const char *bytes, size_t length, StreamCount *counted) {
  unsigned long told = 0;
  StreamHandlers handlers = {.record = count, .context = &told};
  *counted = (StreamCount){0};
  bool good = stream_bytes("s", bytes, length, &handlers, counted, &diag);
  ck_assert_uint_eq(told, counted->records);
  return good;
}

#define HEAD "{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"done\",\"machine\":{\"arch\":\"x86_64\"},"
#define GOOD HEAD "\"iterations\":10,\"witnesses\":3}\n"
#define COUNTS(iterations, witnesses, a, b)                                                                            \
  HEAD "\"iterations\":" #iterations ",\"witnesses\":" #witnesses                                                      \
       ",\"histogram\":[{\"state\":\"0:r0=0;\",\"count\":" #a                                                          \
       ",\"witness\":true},{\"state\":\"0:r0=1;\",\"count\":" #b "}]}"

static const struct {
  const char *line, *why; // what is said of it, from behind the file's name; NULL: it is a good record
} lines[] = {
    {COUNTS(10, 3, 3, 7), NULL},
    {COUNTS(11, 3, 3, 7), ":2: skipped: the counts of its states are 10 together, its iterations 11"},
    {COUNTS(10, 2, 3, 7), ":2: skipped: the counts of its witnesses are 3 together, not 2"},
    {COUNTS(10, 11, 3, 7), ":2: skipped: 11 witnesses in 10 iterations"},
    {COUNTS(10, -1, 3, 7), ":2: skipped: \"witnesses\" is not a count"},
    {COUNTS(10, 3, 3.0, 7), ":2: skipped: \"count\" is not a count"},
    {COUNTS(9223372036854775815, 9223372036854775808, 9223372036854775808, 7), NULL},
    {COUNTS(10, 3, 18446744073709551616, 7), ":2: skipped: \"count\" is not a count"},
    {COUNTS("18446744073709551615", 3, "18446744073709551612", "18446744073709551615"),
     ":2: skipped: the counts of its states are beyond 64 bits"},
    {COUNTS("18446744073709551615", "18446744073709551612", "18446744073709551612", 3), NULL},
    {COUNTS("18446744073709551616", 3, 3, 7), ":2: skipped: \"iterations\" is not a count"},
    {COUNTS("-1", 3, 3, 7), ":2: skipped: \"iterations\" is not a count"},
    {HEAD "\"iterations\":2,\"histogram\":[{\"state\":\"a\",\"count\":1},{\"state\":\"a\",\"count\":1}]}",
     ":2: skipped: a state is there twice: \"a\""},
    {HEAD
     "\"iterations\":3,\"histogram\":[{\"state\":\"b\",\"count\":1},{\"state\":\"a\",\"count\":1},{\"state\":\"b\","
     "\"count\":1}]}",
     ":2: skipped: a state is there twice: \"b\""},
    {HEAD "\"seconds\":NaN}", ":2:93: skipped: not JSON: invalid char in json text"},
    {HEAD "\"seconds\":1e999}", ":2: skipped: \"seconds\" is not a number"},
    {HEAD "\"seconds\":-1}", ":2: skipped: \"seconds\" is no time there is: -1"},
    {HEAD "\"seconds\":\"1\"}", ":2: skipped: \"seconds\" is not a number"},
    {"{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"done\"}",
     ":2: skipped: no record: \"machine\" is missing"},
    {"{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"machine\":{}}", ":2: skipped: no record: \"status\" is missing"},
    {"{\"schema\":\"weakmem.run/1\",\"status\":\"done\",\"machine\":{}}",
     ":2: skipped: no record: \"test\" is missing"},
    {"{\"schema\":\"weakmem.run/1\",\"test\":\"\",\"status\":\"done\",\"machine\":{}}",
     ":2: skipped: \"test\" is empty"},
    {"{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"done\",\"machine\":7}",
     ":2: skipped: \"machine\" is not an object"},
    {"{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"fine\",\"machine\":{}}",
     ":2: skipped: \"status\" is none that is known: \"fine\""},
    {"{\"schema\":\"weakmem.run/2\",\"test\":\"SB\"}",
     ":2: skipped: a newer schema than this weakmem knows: \"weakmem.run/2\""},
    {"{\"schema\":\"weakmem.cost/2\"}", ":2: skipped: a newer schema than this weakmem knows: \"weakmem.cost/2\""},
    {"{\"schema\":\"weakmem.run/0\"}", ":2: skipped: a record of another kind: \"weakmem.run/0\""},
    {"{\"schema\":\"other/1\"}", ":2: skipped: a record of another kind: \"other/1\""},
    {"{\"schema\":1}", ":2: skipped: no record: it names no \"schema\""},
    {"[]", ":2: skipped: no record"},
    {HEAD "\"source\":\"\xff\"}", ":2:93: skipped: not JSON: invalid bytes in UTF8 string"},
    {HEAD "\"source\":\"\\u0000\"}", ":2: skipped: \"source\" holds a zero byte"},
    {HEAD "\"source\":\"caf\xc3\xa9\"}\r", NULL},
    {HEAD "\"iterations\":1", ":2: skipped: cut short"},
    {GOOD "\n \t\r", NULL},
};

static const char *said(void) { return diag.first ? diag.first->message + strlen("s") : ""; }

START_TEST(a_line_is_a_record_or_is_told_with_its_place_and_what_is_wrong) {
  StreamCount counted;
  const char *text = arena_printf(arena, GOOD "%s\n" GOOD, lines[_i].line);
  ck_assert(stream(text, strlen(text), &counted));
  ck_assert_uint_eq(counted.records, lines[_i].why ? 2 : 3);
  ck_assert_uint_eq(counted.skipped, lines[_i].why != NULL);
  ck_assert_uint_eq(diag.warnings, lines[_i].why != NULL);
  if (lines[_i].why)
    ck_assert_msg(!strncmp(said(), lines[_i].why, strlen(lines[_i].why)), "%s", said());
}
END_TEST

START_TEST(a_nul_damages_its_line_alone) {
  static const char text[] = GOOD HEAD "\"source\":\"a\0b\"}\n" GOOD "\0\n" GOOD;
  StreamCount counted;
  ck_assert(stream(text, sizeof text - 1, &counted));
  ck_assert_uint_eq(counted.records, 3);
  ck_assert_uint_eq(counted.skipped, 2);
}
END_TEST

START_TEST(a_last_line_needs_no_end) {
  static const char text[] = GOOD HEAD "\"iterations\":1}";
  StreamCount counted;
  ck_assert(stream(text, sizeof text - 1, &counted));
  ck_assert_uint_eq(counted.records, 2);
}
END_TEST

START_TEST(a_byte_order_mark_is_no_part_of_the_first_line) {
  static const char text[] = "\xef\xbb\xbf" GOOD GOOD;
  StreamCount counted;
  ck_assert(stream(text, sizeof text - 1, &counted));
  ck_assert_uint_eq(counted.records, 2);
}
END_TEST

static const struct {
  const char *bytes, *why;
} others[] = {{"\x1f\x8b\x08zzz\nzzz\n", "cannot read s: it is compressed: unpack it first, with gunzip"},
              {"\x28\xb5\x2f\xfdzzz\n", "cannot read s: it is compressed: unpack it first, with unzstd"},
              {"\xff\xfe{\n", "cannot read s: it is in UTF-16"}};

START_TEST(a_file_of_another_kind_is_told_once) {
  StreamCount counted;
  ck_assert(!stream(others[_i].bytes, strlen(others[_i].bytes), &counted));
  ck_assert_uint_eq(counted.skipped, 0);
  ck_assert_uint_eq(diag.errors, 1);
  ck_assert_msg(!strncmp(diag.first->message, others[_i].why, strlen(others[_i].why)), "%s", diag.first->message);
}
END_TEST

START_TEST(thousands_of_damaged_lines_are_counted) {
  Text text = {0};
  for (unsigned i = 0; i < 5000; i++)
    text_add(&text, "rubbish\n");
  text_add(&text, GOOD);
  StreamCount counted;
  ck_assert(stream(text_string(&text), text.length, &counted));
  text_free(&text);
  ck_assert_uint_eq(counted.records, 1);
  ck_assert_uint_eq(counted.skipped, 5000);
  ck_assert_uint_eq(diag.warnings, 21);
  ck_assert_str_eq(diag.last->message, "s: 4980 more lines skipped");
}
END_TEST

// ---- What is no file of lines

static bool read_path(const char *name, StreamCount *counted) {
  unsigned long told = 0;
  StreamHandlers handlers = {.record = count, .context = &told};
  *counted = (StreamCount){0};
  return stream_file(name, &handlers, counted, &diag);
}

static const struct {
  const char *name, *why;
} no_files[] = {{"/", "cannot read /: Is a directory"},
                {"/no/such/file", "cannot read /no/such/file: No such file or directory"},
                {"/dev/zero", "cannot read /dev/zero: it is no regular file"},
                {"/dev/urandom", "cannot read /dev/urandom: it is no regular file"}};

START_TEST(what_is_no_file_is_told_and_ends) {
  StreamCount counted;
  ck_assert(!read_path(no_files[_i].name, &counted));
  ck_assert_uint_eq(diag.errors, 1);
  ck_assert_str_eq(diag.first->message, no_files[_i].why);
}
END_TEST

START_TEST(a_pipe_that_the_shell_opened_is_read_to_its_end) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  static const char text[] = GOOD GOOD;
  ck_assert_int_eq(write(ends[1], text, sizeof text - 1), sizeof text - 1);
  close(ends[1]);
  StreamCount counted;
  ck_assert(read_path(arena_printf(arena, "/dev/fd/%d", ends[0]), &counted));
  close(ends[0]);
  ck_assert_uint_eq(counted.records, 2);
}
END_TEST

START_TEST(a_named_pipe_is_refused_whoever_may_write_to_it) {
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  close(file);
  unlink(path);
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  StreamCount counted;
  bool good = read_path(path, &counted);
  unlink(path);
  ck_assert(!good);
  ck_assert_ptr_nonnull(strstr(diag.first->message, "it is no regular file"));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("stream");
  TCase *tests = tcase_create("stream");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, a_line_is_a_record_or_is_told_with_its_place_and_what_is_wrong, 0,
                      sizeof lines / sizeof *lines);
  tcase_add_test(tests, a_nul_damages_its_line_alone);
  tcase_add_test(tests, a_last_line_needs_no_end);
  tcase_add_test(tests, a_byte_order_mark_is_no_part_of_the_first_line);
  tcase_add_loop_test(tests, a_file_of_another_kind_is_told_once, 0, sizeof others / sizeof *others);
  tcase_add_test(tests, thousands_of_damaged_lines_are_counted);
  tcase_add_loop_test(tests, what_is_no_file_is_told_and_ends, 0, sizeof no_files / sizeof *no_files);
  tcase_add_test(tests, a_pipe_that_the_shell_opened_is_read_to_its_end);
  tcase_add_test(tests, a_named_pipe_is_refused_whoever_may_write_to_it);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
