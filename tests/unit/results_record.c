// Records: what is written is read back; what a kill, a full disk or a stranger did to a file costs that line alone.
#include "results/records.h"
#include "tests/unit/left.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Arena *arena;
static Diag diag;
static Left before;
static char path[64];

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  snprintf(path, sizeof path, "/tmp/weakmem-unit-XXXXXX");
  close(mkstemp(path));
}

static void teardown(void) {
  unlink(path);
  arena_free(arena);
  left_assert_nothing(&before);
}

static RecordVerdict verdicts[] = {{"c11", "allowed"}, {"x86-tso", "forbidden"}};
static RecordState states[] = {
    {"0:r0=0; 1:r0=0;", 18600000, true, 1, verdicts, 2, "cpu", true, NULL, NULL},
    {"0:r0=0; 1:r0=1;", UINT64_MAX - 18600000, false, -1, NULL, 0, NULL, false, "forbidden", "torn"}};
static RecordSetting settings[] = {{"ticks", true, 100, NULL}, {"layout", false, 0, "compact"}, {"x", true, 0.5, NULL}};
static unsigned pus[] = {0, 17};

static Record sample(void) {
  return (Record){.test = "SB",
                  .family = "classic",
                  .file = "SB.litmus",
                  .digest = "abc",
                  .started = "2026-01-02T03:04:05Z",
                  .weakmem = "0.1.0",
                  .status = "done",
                  .machine = {.arch = "x86_64",
                              .cpu = "A \"CPU\"",
                              .vendor = "V",
                              .family = 25,
                              .model = 17,
                              .stepping = -1,
                              .microcode = "0x1",
                              .cores = 2,
                              .pus = 4,
                              .virtual_ = "kvm",
                              .emulated = true,
                              .kernel = "6.1",
                              .cache_line = 64},
                  .compiler_path = "cc",
                  .compiler_version = "gcc 12",
                  .compiler_flags = "-O2",
                  .engine = "lockstep",
                  .settings = settings,
                  .setting_count = 3,
                  .actors = "threads",
                  .fence = "none",
                  .placement = "l3",
                  .pus = pus,
                  .pu_count = 2,
                  .seed = UINT64_MAX - 1,
                  .iterations = UINT64_MAX,
                  .runs = 3,
                  .frame_witnesses = 7,
                  .lost = 11,
                  .filtered = 12,
                  .forbidden_state = "0:r0=0; 1:r0=0;",
                  .forbidden_by = "x86-tso",
                  .witnesses = 18600000,
                  .seconds = 1.02,
                  .steal = 0.25,
                  .condition = "exists (0:r0=0 /\\ 1:r0=0)",
                  .states = states,
                  .state_count = 2};
}

static void write_file(const char *text) {
  FILE *file = fopen(path, "w");
  fputs(text, file);
  fclose(file);
}

static void append(const Record *record) {
  RecordWriter *writer = record_writer_open(path, &diag);
  ck_assert_ptr_nonnull(writer);
  ck_assert(record_writer_add(writer, record, &diag));
  record_writer_close(writer);
}

static Records read_all(void) {
  Records records;
  ck_assert(records_read(path, arena, &records, &diag));
  return records;
}

static const char *json_of(const Record *record) {
  Text line = {0};
  record_write(record, &line);
  const char *copy = arena_copy(arena, line.bytes, line.length - 1); // without its newline
  text_free(&line);
  return copy;
}

START_TEST(a_record_is_read_back_as_it_was_written) {
  Record record = sample();
  append(&record);
  append(&record);
  Records records = read_all();
  ck_assert_uint_eq(records.count, 2);
  ck_assert_uint_eq(records.skipped, 0);
  ck_assert_str_eq(json_of(&records.records[0]), json_of(&record));
  ck_assert_str_eq(json_of(&records.records[1]), json_of(&record));
  ck_assert(record_same_run(&record, &records.records[0]));
  ck_assert(records.records[0].seed == UINT64_MAX - 1);
  ck_assert(records.records[0].states[1].count == UINT64_MAX - 18600000);
}
END_TEST

START_TEST(the_fields_are_those_of_the_design) {
  Record record = sample();
  static const char *const keys[] = {"schema",    "test",       "family",    "file",   "digest",  "started",
                                     "weakmem",   "status",     "machine",   "engine", "actors",  "fence",
                                     "compiler",  "settings",   "placement", "seed",   "seconds", "condition",
                                     "witnesses", "iterations", "histogram"};
  const char *line = json_of(&record);
  for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
    ck_assert_msg(strstr(line, arena_printf(arena, "\"%s\":", keys[i])) != NULL, "%s", keys[i]);
  ck_assert_ptr_nonnull(strstr(line,
                               "\"histogram\":[{\"state\":\"0:r0=0; 1:r0=0;\",\"count\":18600000,\"witness\":true,"
                               "\"weak\":true,\"by\":\"cpu\",\"thin_air\":true,\"verdict\":{\"c11\":\"allowed\","
                               "\"x86-tso\":\"forbidden\"}},{\"state\":\"0:r0=0; 1:r0=1;\","
                               "\"count\":\"18446744073690951615\",\"witness\":false,"
                               "\"grade\":\"forbidden\",\"means\":\"torn\"}]")); // weak: not known
}
END_TEST

START_TEST(a_line_cut_short_is_skipped_and_the_next_record_stands_alone) {
  Record record = sample();
  append(&record);
  const char *whole = arena_printf(arena, "%s\n", json_of(&record));
  for (size_t cut = 1; cut + 1 < strlen(whole); cut += 97) {
    write_file(arena_printf(arena, "%s%.*s", whole, (int)cut, whole));
    Records records = read_all();
    ck_assert_uint_eq(records.count, 1);
    ck_assert_uint_eq(records.skipped, 1);
    append(&record);
    records = read_all();
    ck_assert_uint_eq(records.count, 2);
    ck_assert_uint_eq(records.skipped, 1);
  }
  ck_assert_ptr_nonnull(strstr(diag.first->message, ":2: skipped: cut short"));
}
END_TEST

START_TEST(damaged_and_foreign_lines_are_told_with_their_place) {
  Record record = sample();
  static const char *const foreign[] = {
      "{}",
      "[]",
      "null",
      "{\"schema\":\"weakmem.cost/1\"}",
      "{\"schema\":\"weakmem.run/1\"}",
      "not json",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},\"histogram\":7}",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},\"histogram\":[{\"count\":1}]}",
      ("{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},"
       "\"histogram\":[{\"state\":\"\",\"count\":-1}]}"),
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{\"pus\":-5}}",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":[]}",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},\"placement\":{\"pus\":[-1]}}",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},\"seed\":\"1x\"}",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},\"settings\":3}",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"\\u0000\",\"status\":\"done\",\"machine\":{}}",
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},\"seconds\":1e999}",
  };
  const unsigned count = sizeof foreign / sizeof *foreign;
  Text text = {0};
  for (unsigned i = 0; i < count; i++)
    text_printf(&text, "%s\n\n", foreign[i]); // blank lines are nothing
  text_printf(&text, "%s\n", json_of(&record));
  write_file(text_string(&text));
  text_free(&text);
  Records records = read_all();
  ck_assert_uint_eq(records.count, 1);
  ck_assert_uint_eq(records.skipped, count);
  const char *place = arena_printf(arena, "%s:3: skipped: ", path);
  ck_assert_ptr_nonnull(strstr(diag.first->next->message, place));
}
END_TEST

START_TEST(fields_that_are_not_known_and_fields_that_are_absent_do_no_harm) {
  write_file(
      "{\"schema\":\"weakmem.run/1\",\"test\":\"x\",\"status\":\"done\",\"machine\":{},\"later\":{\"a\":[1]}}\n");
  Records records = read_all();
  ck_assert_uint_eq(records.count, 1);
  ck_assert_str_eq(records.records[0].engine, "");
  ck_assert_uint_eq(records.records[0].state_count, 0);
  ck_assert_int_eq(records.records[0].machine.family, -1);
}
END_TEST

START_TEST(a_file_of_rubbish_is_not_told_line_by_line) {
  Text text = {0};
  for (unsigned i = 0; i < 5000; i++)
    text_add(&text, "rubbish\n");
  write_file(text_string(&text));
  text_free(&text);
  ck_assert_uint_eq(read_all().skipped, 5000);
  unsigned told = 0;
  for (const Diagnostic *d = diag.first; d; d = d->next)
    told++;
  ck_assert_uint_le(told, 25);
}
END_TEST

START_TEST(a_second_writer_is_refused) {
  RecordWriter *writer = record_writer_open(path, &diag);
  ck_assert_ptr_nonnull(writer);
  ck_assert_ptr_null(record_writer_open(path, &diag));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "another run"));
  record_writer_close(writer);
  writer = record_writer_open(path, &diag);
  ck_assert_ptr_nonnull(writer);
  record_writer_close(writer);
}
END_TEST

START_TEST(a_full_disk_is_told) {
  Record record = sample();
  RecordWriter *writer = record_writer_open("/dev/full", &diag);
  ck_assert_ptr_nonnull(writer);
  ck_assert(!record_writer_add(writer, &record, &diag));
  ck_assert_uint_eq(diag.errors, 1);
  record_writer_close(writer);
  ck_assert_ptr_null(record_writer_open("/no/such/folder/x", &diag));
  ck_assert_ptr_null(record_writer_open("/sys/x", &diag)); // no file is made there
  ck_assert_ptr_nonnull(strstr(diag.last->message, strerror(EACCES)));
}
END_TEST

START_TEST(what_is_not_utf8_is_written_as_json_all_the_same) {
  Record record = sample();
  record.message = "caf\xc3\xa9 \xff \xed\xa0\x80 \xf0\x9f\x98\x80 \xe2\x82";
  record.status = "not-compiled";
  append(&record);
  Records records = read_all();
  ck_assert_uint_eq(records.count, 1);
  ck_assert_str_eq(records.records[0].message, "caf\xc3\xa9 ? ??? \xf0\x9f\x98\x80 ??");
}
END_TEST

START_TEST(runs_are_the_same_only_where_all_that_matters_is) {
  Record a = sample();
#define DIFFERS(change)                                                                                                \
  do {                                                                                                                 \
    Record b = sample();                                                                                               \
    change;                                                                                                            \
    ck_assert(!record_same_run(&a, &b));                                                                               \
  } while (0)
  DIFFERS(b.digest = "abd");
  DIFFERS(b.engine = "perpetual");
  DIFFERS(b.placement = "l2");
  DIFFERS(b.pu_count = 1);
  DIFFERS(b.actors = "processes");
  DIFFERS(b.fence = "mfence");
  DIFFERS(b.compiler_version = "gcc 13");
  DIFFERS(b.compiler_path = "./cc");
  DIFFERS(b.compiler_flags = "-O1");
  DIFFERS(b.machine.cpu = "another");
  DIFFERS(b.machine.kernel = "6.2");
  Record c = sample();
  c.seed = 1;
  c.iterations = 5;
  c.started = "later";
  ck_assert(record_same_run(&a, &c));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("record");
  TCase *tests = tcase_create("record");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_record_is_read_back_as_it_was_written);
  tcase_add_test(tests, the_fields_are_those_of_the_design);
  tcase_add_test(tests, a_line_cut_short_is_skipped_and_the_next_record_stands_alone);
  tcase_add_test(tests, damaged_and_foreign_lines_are_told_with_their_place);
  tcase_add_test(tests, fields_that_are_not_known_and_fields_that_are_absent_do_no_harm);
  tcase_add_test(tests, a_file_of_rubbish_is_not_told_line_by_line);
  tcase_add_test(tests, a_second_writer_is_refused);
  tcase_add_test(tests, a_full_disk_is_told);
  tcase_add_test(tests, what_is_not_utf8_is_written_as_json_all_the_same);
  tcase_add_test(tests, runs_are_the_same_only_where_all_that_matters_is);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
