// Views of a record: what they say is what was counted, and nothing in a record can harm the reader.
#include "results/view.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Text text;
static const SheetStyle plain = {0}, rich = {.colour = true, .utf8 = true, .width = 80};

static void setup(void) { arena = arena_new(); }

static void teardown(void) {
  text_free(&text);
  arena_free(arena);
}

static RecordState seen[] = {{"0:r0=0; 1:r0=0;", 900, true, -1, NULL, 0, NULL, false, NULL, NULL},
                             {"0:r0=0; 1:r0=1;", 99, false, -1, NULL, 0, NULL, false, NULL, NULL},
                             {"0:r0=1; 1:r0=1;", 1, false, -1, NULL, 0, NULL, false, NULL, NULL}};
static unsigned pus[] = {0, 3};

static Record sample(const char *condition, uint64_t witnesses) {
  return (Record){.test = "SB",
                  .status = "done",
                  .engine = "lockstep",
                  .actors = "threads",
                  .fence = "none",
                  .placement = "l3",
                  .pus = pus,
                  .pu_count = 2,
                  .iterations = 1000,
                  .witnesses = witnesses,
                  .seconds = 0.5,
                  .condition = condition,
                  .states = seen,
                  .state_count = 3};
}

static const char *run_text(const Record *record, const char *story, const SheetStyle *style) {
  text_clear(&text);
  view_run(record, story, style, &text);
  return text_string(&text);
}

static void expect(const char *part) {
  ck_assert_msg(strstr(text_string(&text), part) != NULL, "no \"%s\" in:\n%s", part, text_string(&text));
}

START_TEST(a_run_is_told_state_by_state) {
  Record record = sample("exists (0:r0=0 /\\ 1:r0=0)", 900);
  run_text(&record, "Store buffering: two\n   threads. More follows.", &plain);
  ck_assert_str_eq(text_string(&text), "SB\n"
                                       "  Store buffering: two threads.\n"
                                       "  lockstep, 2 threads on l3: PU 0,3\n"
                                       "    0:r0=0; 1:r0=0;  ##################     90.0 %     900  *\n"
                                       "    0:r0=0; 1:r0=1;  ##                     9.90 %      99\n"
                                       "    0:r0=1; 1:r0=1;  #                     0.100 %       1\n"
                                       "  Sometimes exists (0:r0=0 /\\ 1:r0=0)\n"
                                       "  900 of 1.00k; the condition holds\n"
                                       "  1.00k iterations in 0.5 s: 2.00k/s, 1.80k witnesses/s\n"
                                       "\n");
}
END_TEST

START_TEST(colours_and_blocks_are_used_where_they_are_wanted_alone) {
  Record record = sample("exists (true)", 900);
  run_text(&record, NULL, &plain);
  for (const char *c = text_string(&text); *c; c++)
    ck_assert((unsigned char)*c < 0x80 && *c != '\033');
  run_text(&record, NULL, &rich);
  expect("\033[1mSB\033[0m");
  expect("\u2588");
}
END_TEST

START_TEST(zero_of_n_is_a_bound_and_never_impossible) {
  Record record = sample("exists (0:r0=2)", 0);
  run_text(&record, NULL, &plain);
  expect("  Never exists");
  expect("0 of 1.00k: under 0.003 at 95 % if iterations were independent; the condition does not hold so far");
  record = sample("~exists (0:r0=2)", 0);
  run_text(&record, NULL, &plain);
  expect("under 0.003 at 95 %");
  expect("the condition holds so far");
  record = sample("forall (0:r0=0)", 1000);
  run_text(&record, NULL, &plain);
  expect("  Always forall");
  expect("contradicted by 0 of 1.00k: under 0.003 at 95 %");
}
END_TEST

START_TEST(each_quantifier_judges_its_own_way) {
  static const struct {
    const char *condition;
    uint64_t witnesses;
    bool validated;
  } cases[] = {{"exists (x=1)", 1, true},    {"exists (x=1)", 0, false},   {"~exists (x=1)", 0, true},
               {"~exists (x=1)", 1, false},  {"forall (x=1)", 1000, true}, {"forall (x=1)", 999, false},
               {"forall (true)", 1000, true}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    Record record = sample(cases[i].condition, cases[i].witnesses);
    ck_assert_int_eq(view_validated(&record), cases[i].validated);
  }
}
END_TEST

START_TEST(a_failure_is_told_with_its_reason_within_bounds) {
  Record record = sample("exists (true)", 0);
  record.status = "not-compiled";
  record.iterations = record.state_count = 0;
  Text message = {0};
  for (unsigned i = 0; i < 500; i++)
    text_printf(&message, "line %u \033[31m\a\n", i);
  record.message = text_string(&message);
  run_text(&record, NULL, &plain);
  text_free(&message);
  expect("not-compiled: line 0 ?[31m?\n");
  expect("and 488 lines more");
  ck_assert_ptr_null(strchr(text_string(&text), '\033'));
  ck_assert_ptr_null(strstr(text_string(&text), "Never"));
}
END_TEST

START_TEST(many_states_are_cut_to_the_most_frequent) {
  enum { COUNT = 3000 };
  RecordState *states = ARENA_ARRAY(arena, RecordState, COUNT);
  uint64_t total = 0;
  for (unsigned i = 0; i < COUNT; i++) {
    states[i] = (RecordState){
        arena_printf(arena, "[x]=%u;", i), i == 1234 ? 50000 : 1, false, -1, NULL, 0, NULL, false, NULL, NULL};
    total += states[i].count;
  }
  Record record = sample("exists (x=1234)", 0);
  record.states = states;
  record.state_count = COUNT;
  record.iterations = total;
  run_text(&record, NULL, &plain);
  unsigned lines = 0;
  for (const char *c = text_string(&text); *c; c++)
    lines += *c == '\n';
  ck_assert_uint_lt(lines, 60);
  expect("[x]=1234;");
  expect("rarer states");
}
END_TEST

START_TEST(labels_are_shown_where_they_are_known) {
  RecordVerdict verdicts[] = {{"c11", "allowed"}, {"x86-tso", "forbidden"}, {"sc", "forbidden"}};
  RecordState states[] = {{"0:r0=0;", 1000, true, 1, verdicts, 3, NULL, false, NULL, NULL}};
  Record record = sample("exists (0:r0=0)", 1000);
  record.states = states;
  record.state_count = 1;
  run_text(&record, NULL, &plain);
  expect("*  weak  allowed by c11  forbidden by x86-tso sc\n");
  verdicts[0].verdict = verdicts[1].verdict = verdicts[2].verdict = "allowed";
  text_clear(&text);
  run_text(&record, NULL, &plain);
  expect("*  weak, every model allows it\n");
  verdicts[0].verdict = "forbidden";
  states[0].thin_air = true;
  text_clear(&text);
  run_text(&record, NULL, &plain);
  expect("*  weak  allowed by x86-tso sc  forbidden by c11 (c11: no-thin-air alone)\n");
}
END_TEST

START_TEST(the_table_shows_only_columns_that_differ) {
  Record records[] = {sample("exists (true)", 900), sample("exists (true)", 0)};
  text_clear(&text);
  view_summary(records, 2, &plain, &text);
  ck_assert_ptr_null(strstr(text_string(&text), "fence"));
  expect("SB    lockstep   Sometimes       1.00k        900          1.80k\n");
  expect("under 3.0e-03");
  expect("2 runs, 1 s of counting; witnesses sometimes in 1, always in 0, never in 1\n");
  records[1].fence = "mfence";
  text_clear(&text);
  view_summary(records, 2, &plain, &text);
  expect("test  fence   engine");
  text_clear(&text);
  view_summary(records, 0, &plain, &text);
  ck_assert_uint_eq(text.length, 0);
}
END_TEST

START_TEST(litmus7s_log_has_its_kinds_counts_and_stars) {
  Record record = sample("exists (0:r0=0 /\\ 1:r0=0)", 900);
  view_litmus7(&record, &text);
  ck_assert_str_eq(text_string(&text),
                   "Test SB Allowed\nHistogram (3 states)\n"
                   "900     *>0:r0=0; 1:r0=0;\n99      :>0:r0=0; 1:r0=1;\n1       :>0:r0=1; 1:r0=1;\n"
                   "Ok\n\nWitnesses\nPositive: 900, Negative: 100\n"
                   "Condition exists (0:r0=0 /\\ 1:r0=0) is validated\n"
                   "Observation SB Sometimes 900 100\nTime SB 0.50\n\n");
  text_clear(&text);
  record.condition = "~exists (0:r0=0 /\\ 1:r0=0)";
  record.fence = "mfence";
  view_litmus7(&record, &text);
  expect("Test SB+mfence Forbidden\n");
  expect("900     *>");
  expect("No\n\nWitnesses\nPositive: 100, Negative: 900\n");
  expect("is NOT validated\nObservation SB+mfence Sometimes 900 100\n");
  text_clear(&text);
  record.condition = "forall (0:r0=0 /\\ 1:r0=0)";
  view_litmus7(&record, &text);
  expect("Required\n");
  expect("900     :>"); // starred is what contradicts it
  expect("99      *>");
  text_clear(&text);
  record.iterations = 0;
  view_litmus7(&record, &text);
  ck_assert_uint_eq(text.length, 0);
}
END_TEST

START_TEST(counts_have_three_digits_and_a_unit) {
  static const struct {
    double count;
    const char *text;
  } cases[] = {{0, "0"},          {1, "1"},          {950, "950"},    {999, "999"},     {1000, "1.00k"},
               {9994, "9.99k"},   {9996, "10.0k"},   {99960, "100k"}, {999499, "999k"}, {999500, "1.00M"},
               {18.6e6, "18.6M"}, {1.5e12, "1.50T"}, {0.25, "0.25"}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    text_clear(&text);
    count_add(cases[i].count, &text);
    ck_assert_str_eq(text_string(&text), cases[i].text);
  }
}
END_TEST

START_TEST(columns_hold_neither_tabs_nor_newlines) {
  Record record = sample("exists (true)", 900);
  record.test = "a\tb\nc";
  sheet_tsv_names(view_states(NULL, arena), &text);
  size_t header = text.length;
  unsigned tabs = 0;
  for (size_t i = 0; i < header; i++)
    tabs += text.bytes[i] == '\t';
  sheet_tsv(view_states(&record, arena), &text);
  unsigned all = 0, lines = 0;
  for (size_t i = header; i < text.length; i++) {
    all += text.bytes[i] == '\t';
    lines += text.bytes[i] == '\n';
  }
  ck_assert_uint_eq(lines, 3);
  ck_assert(all == 3 * tabs);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("view");
  TCase *tests = tcase_create("view");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_run_is_told_state_by_state);
  tcase_add_test(tests, colours_and_blocks_are_used_where_they_are_wanted_alone);
  tcase_add_test(tests, zero_of_n_is_a_bound_and_never_impossible);
  tcase_add_test(tests, each_quantifier_judges_its_own_way);
  tcase_add_test(tests, a_failure_is_told_with_its_reason_within_bounds);
  tcase_add_test(tests, many_states_are_cut_to_the_most_frequent);
  tcase_add_test(tests, labels_are_shown_where_they_are_known);
  tcase_add_test(tests, the_table_shows_only_columns_that_differ);
  tcase_add_test(tests, litmus7s_log_has_its_kinds_counts_and_stars);
  tcase_add_test(tests, counts_have_three_digits_and_a_unit);
  tcase_add_test(tests, columns_hold_neither_tabs_nor_newlines);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
