// What is kept of runs: runs of the same thing add up, and nothing that was seen is lost to a shorter run, another
// compiler or a full file.
#include "results/history.h"
#include "results/record_sum.h"
#include "results/records.h"
#include "tests/unit/left.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static Arena *arena;
static Diag diag;
static Left before;
static char folder[64];
static const char *path;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  snprintf(folder, sizeof folder, "/tmp/weakmem-unit-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  path = arena_printf(arena, "%s/records.jsonl", folder);
}

static void teardown(void) {
  unlink(path);
  unlink(arena_printf(arena, "%s.lock", path));
  rmdir(folder);
  arena_free(arena);
  left_assert_nothing(&before);
}

static Record run_of(const char *test, const char *cc, uint64_t strong, uint64_t weak) {
  RecordState *states = ARENA_ARRAY(arena, RecordState, 2);
  states[0] = (RecordState){.state = "1:r0=1; 1:r1=1;", .count = strong, .weak = 0};
  states[1] = (RecordState){.state = "1:r0=1; 1:r1=0;", .count = weak, .witness = true, .weak = 1};
  return (Record){.test = test,
                  .digest = test,
                  .started = "2026-11-22T10:00:00Z",
                  .status = "done",
                  .machine = {.arch = "x86_64", .cpu = "CPU", .kernel = "6.1"},
                  .compiler_path = cc,
                  .compiler_version = "gcc 12",
                  .compiler_flags = "-O2",
                  .engine = "lockstep",
                  .fence = "none",
                  .iterations = strong + weak,
                  .witnesses = weak,
                  .seconds = 1,
                  .states = states,
                  .state_count = 1 + (weak > 0)};
}

static void keep(const Record *record) { ck_assert(history_add(path, &record, 1, &diag)); }

static Records kept(void) {
  Records records;
  ck_assert(records_read(path, arena, &records, &diag));
  ck_assert_uint_eq(records.skipped, 0);
  return records;
}

static RecordSums sums_of(const Records *records) {
  RecordSums sums = record_sums_new(arena);
  for (unsigned i = 0; i < records->count; i++)
    record_sums_add(&sums, &records->records[i]);
  return sums;
}

START_TEST(what_two_runs_saw_adds_up) {
  Record sum = run_of("MP", "cc", 90, 0), more = run_of("MP", "cc", 7, 3);
  RecordVerdict verdict = {"x86-tso", "forbidden"};
  sum.steal = 0.5;
  more.seconds = 3;
  unsigned first[] = {2, 0}, second[] = {1, 2};
  sum.memory = first;
  more.memory = second;
  sum.memory_count = more.memory_count = 2;
  more.started = "2026-11-21T10:00:00Z";
  more.states[1].verdicts = &verdict;
  more.states[1].verdict_count = 1;
  more.forbidden_state = more.states[1].state;
  more.forbidden_by = "x86-tso";
  ck_assert(record_add(&sum, &more, arena));
  ck_assert_uint_eq(sum.iterations, 100);
  ck_assert_uint_eq(sum.witnesses, 3);
  ck_assert_uint_eq(sum.runs, 2);
  ck_assert_double_eq(sum.seconds, 4);
  ck_assert_double_eq(sum.steal, 0.125);
  ck_assert_uint_eq(sum.memory_count, 3);
  ck_assert(sum.memory[0] == 2 && sum.memory[1] == 0 && sum.memory[2] == 1);
  ck_assert_str_eq(sum.started, "2026-11-21T10:00:00Z");
  ck_assert_uint_eq(sum.state_count, 2);
  ck_assert_uint_eq(sum.states[0].count, 97);
  ck_assert_uint_eq(sum.states[1].count, 3);
  ck_assert_str_eq(record_verdict(sum.states[1].verdicts, sum.states[1].verdict_count, "x86-tso"), "forbidden");
  ck_assert_str_eq(sum.forbidden_state, "1:r0=1; 1:r1=0;");
}
END_TEST

START_TEST(counts_beyond_64_bits_are_not_added) {
  Record sum = run_of("MP", "cc", UINT64_MAX, 0), more = run_of("MP", "cc", 1, 0);
  ck_assert(!record_add(&sum, &more, arena));
  ck_assert_uint_eq(sum.iterations, UINT64_MAX);
  ck_assert_uint_eq(sum.states[0].count, UINT64_MAX);
}
END_TEST

START_TEST(a_run_without_its_states_leaves_no_histogram_of_both) {
  Record sum = run_of("MP", "cc", 9, 1), more = run_of("MP", "cc", 9, 1);
  more.state_count = 0;
  ck_assert(record_add(&sum, &more, arena));
  ck_assert_uint_eq(sum.state_count, 0);
  ck_assert_uint_eq(sum.witnesses, 2);
}
END_TEST

START_TEST(runs_of_other_things_are_not_added_up_and_a_copy_is_no_run) {
  Record records[] = {run_of("MP", "cc", 9, 1), run_of("MP", "./cc", 9, 1), run_of("MP", "cc", 9, 2),
                      run_of("SB", "cc", 9, 1), run_of("MP", "cc", 9, 1),   run_of("MP", "cc", 9, 1)};
  records[5].fence = "compiler";
  RecordSums sums = sums_of(&(Records){records, 6, 0});
  ck_assert_uint_eq(sums.count, 4);
  ck_assert_uint_eq(record_sums_find(&sums, &records[0])->iterations, 21); // of [0] and [2]
  ck_assert_uint_eq(record_sums_find(&sums, &records[1])->iterations, 10);
  ck_assert_uint_eq(record_sums_find(&sums, &records[5])->runs, 0); // one
  records[0].placement = "l2";
  ck_assert_ptr_null(record_sums_find(&sums, &records[0]));
}
END_TEST

START_TEST(a_short_run_takes_the_place_of_no_longer_one) {
  Record longer = run_of("MP", "cc", 1000000, 1), shorter = run_of("MP", "cc", 10, 0);
  keep(&longer);
  keep(&shorter);
  Records records = kept();
  ck_assert_uint_eq(records.count, 2);
  RecordSums sums = sums_of(&records);
  ck_assert_uint_eq(sums.count, 1);
  ck_assert_uint_eq(sums.records[0].iterations, 1000011);
  ck_assert_uint_eq(sums.records[0].witnesses, 1);
  struct stat status;
  ck_assert(!stat(path, &status));
  ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(what_counted_nothing_is_not_kept) {
  Record nothing = run_of("MP", "cc", 0, 0);
  keep(&nothing);
  ck_assert_uint_eq(kept().count, 0);
}
END_TEST

// Fills the file with runs of one thing, each with a long text, until the next one is too much.
static uint64_t fill(Record *record) {
  char *text = arena_alloc(arena, (1 << 20) + 1);
  memset(text, 'x', 1 << 20);
  record->litmus = text;
  const Record *one = record;
  uint64_t total = 0;
  for (unsigned i = 0; i < 17; i++) {
    record->seed = i;
    record->started = arena_printf(arena, "2026-11-22T10:00:%02uZ", i);
    ck_assert(history_add(path, &one, 1, &diag));
    total += record->iterations;
  }
  return total;
}

START_TEST(a_full_file_adds_up_and_loses_no_count) {
  Record first = run_of("SB", "cc", 5, 5), record = run_of("MP", "cc", 9, 1);
  keep(&first);
  uint64_t total = fill(&record);
  Records records = kept();
  ck_assert_uint_lt(records.count, 18);
  RecordSums sums = sums_of(&records);
  ck_assert_uint_eq(sums.count, 2);
  ck_assert_uint_eq(record_sums_find(&sums, &record)->iterations, total);
  ck_assert_uint_eq(record_sums_find(&sums, &record)->runs, 17);
  ck_assert_uint_eq(record_sums_find(&sums, &first)->iterations, 10);
}
END_TEST

START_TEST(a_file_full_of_other_things_loses_the_oldest) {
  for (unsigned i = 0; i < 17; i++) {
    Record record = run_of(arena_printf(arena, "T%u", i), "cc", 9, 1);
    char *text = arena_alloc(arena, (1 << 20) + 1);
    memset(text, 'x', 1 << 20);
    record.litmus = text;
    keep(&record);
  }
  Records records = kept();
  ck_assert_uint_gt(records.count, 9);
  ck_assert_uint_lt(records.count, 17);
  ck_assert_str_eq(records.records[records.count - 1].test, "T16");
}
END_TEST

static bool is_of(const Record *record, void *test) { return !strcmp(record->test, test); }

START_TEST(what_is_dropped_is_gone_and_a_newer_weakmems_lines_are_not) {
  Record records[] = {run_of("MP", "cc", 9, 1), run_of("SB", "cc", 9, 1), run_of("MP", "clang", 9, 1)};
  for (unsigned i = 0; i < 3; i++)
    keep(&records[i]);
  FILE *file = fopen(path, "ae");
  ck_assert_ptr_nonnull(file);
  fputs("{\"schema\":\"weakmem.run/2\",\"test\":\"MP\"}\n", file);
  fclose(file);
  unsigned dropped = 0;
  char name[] = "MP";
  ck_assert(history_drop(path, is_of, name, &dropped, &diag));
  ck_assert_uint_eq(dropped, 2);
  Records left;
  ck_assert(records_read(path, arena, &left, &diag));
  ck_assert_uint_eq(left.count, 1);
  ck_assert_str_eq(left.records[0].test, "SB");
  ck_assert_uint_eq(left.skipped, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("history");
  TCase *tests = tcase_create("history");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, what_two_runs_saw_adds_up);
  tcase_add_test(tests, counts_beyond_64_bits_are_not_added);
  tcase_add_test(tests, a_run_without_its_states_leaves_no_histogram_of_both);
  tcase_add_test(tests, runs_of_other_things_are_not_added_up_and_a_copy_is_no_run);
  tcase_add_test(tests, a_short_run_takes_the_place_of_no_longer_one);
  tcase_add_test(tests, what_counted_nothing_is_not_kept);
  tcase_add_test(tests, a_full_file_adds_up_and_loses_no_count);
  tcase_add_test(tests, a_file_full_of_other_things_loses_the_oldest);
  tcase_add_test(tests, what_is_dropped_is_gone_and_a_newer_weakmems_lines_are_not);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
