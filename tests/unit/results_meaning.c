// What a run means: the model's word beside what was seen, in one sentence.
#include "results/meaning.h"
#include "results/view.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <string.h>

static unsigned two[] = {0, 1}, turns[] = {0, 1, 0};

static Record sample(const char *condition, uint64_t witnesses, RecordVerdict *verdicts, unsigned count) {
  return (Record){.test = "t",
                  .status = "done",
                  .fence = "none",
                  .placement = "l3",
                  .engine = "lockstep",
                  .machine = {.arch = "x86_64"},
                  .pus = two,
                  .pu_count = 2,
                  .iterations = 1000,
                  .witnesses = witnesses,
                  .condition = condition,
                  .verdicts = verdicts,
                  .verdict_count = count};
}

static void expect(const Record *record, const char *sentence) {
  Text text = {0};
  meaning_add(record, &text);
  ck_assert_str_eq(text_string(&text), sentence);
  text_free(&text);
}

START_TEST(what_the_machines_model_forbids_is_set_beside_what_others_allow) {
  RecordVerdict verdicts[] = {{"sc", "forbidden"},
                              {"c11", "allowed"},
                              {"x86-tso", "forbidden"},
                              {"aarch64", "allowed"},
                              {"power", "forbidden"}};
  Record record = sample("exists (x=1)", 0, verdicts, 5);
  expect(&record, "x86-tso forbids it; c11, aarch64 allow it");
  ck_assert_str_eq(meaning_word(&record), "forbids");
  ck_assert(!meaning_is_notable(&record));
  record.witnesses = 3;
  expect(&record, "x86-tso forbids it, and yet it was seen; c11, aarch64 allow it");
  verdicts[1].verdict = verdicts[3].verdict = "forbidden";
  record.witnesses = 0;
  expect(&record, "every model forbids it");
  record.thin_air = true;
  expect(&record, "x86-tso forbids it");
  record.machine.arch = "aarch64";
  verdicts[2].verdict = "allowed";
  expect(&record, "aarch64 forbids it; x86-tso allows it");
}
END_TEST

START_TEST(where_no_cpu_has_a_say_the_kernels_model_has) {
  RecordVerdict verdicts[] = {{"sc", "unmodelled"}, {"x86-tso", "unmodelled"}, {"lkmm", "forbidden"}};
  Record record = sample("exists (x=1)", 0, verdicts, 3);
  expect(&record, "lkmm forbids it; no CPU's model speaks of grace periods");
  record.witnesses = 1;
  expect(&record, "lkmm forbids it, and yet it was seen; no CPU's model speaks of grace periods");
  verdicts[2].verdict = "undefined";
  expect(&record, "a data race: lkmm leaves the program undefined");
  verdicts[2].verdict = "unknown";
  expect(&record, "lkmm could not decide it");
  verdicts[2].verdict = "unmodelled";
  expect(&record, "no model speaks of it: accesses tear, are misaligned or of mixed sizes");
}
END_TEST

START_TEST(what_is_allowed_and_not_seen_has_its_reason) {
  RecordVerdict verdicts[] = {{"sc", "forbidden"}, {"c11", "forbidden"}, {"x86-tso", "allowed"}};
  Record record = sample("~exists (x=1)", 0, verdicts, 3);
  expect(&record, "x86-tso allows it, but it was not seen; c11 forbids it");
  record.thin_air = true;
  record.pus = turns;
  record.pu_count = 3;
  expect(&record, "x86-tso allows it, but 3 threads took turns on 2 PUs; c11 (by no-thin-air alone) forbids it");
  RecordSetting crew = {.name = "crew", .text = "P0 P2 P1"};
  record.settings = &crew;
  record.setting_count = 1;
  expect(&record, "x86-tso allows it, but 3 threads took turns on 2 PUs; c11 (by no-thin-air alone) forbids it");
  crew.text = "P0 | P2 P1";
  expect(&record, "x86-tso allows it, but it was not seen; c11 (by no-thin-air alone) forbids it");
}
END_TEST

START_TEST(what_was_seen_has_its_maker) {
  RecordVerdict verdicts[] = {{"sc", "forbidden"}, {"c11", "allowed"}, {"x86-tso", "allowed"}};
  RecordState states[] = {{.state = "x=1;", .count = 10, .weak = 1, .by = "cpu"},
                          {.state = "x=2;", .count = 20, .weak = 1, .by = "compiler"}};
  Record record = sample("exists (x=1)", 10, verdicts, 3);
  expect(&record, "every model allows it");
  record.states = states;
  record.state_count = 1;
  expect(&record, "every model allows it: the CPU reordered");
  record.state_count = 2;
  expect(&record, "every model allows it: the compiler reordered");
  verdicts[0].verdict = "allowed";
  expect(&record, "an interleaving of the threads ends so: nothing need be reordered");
  verdicts[1].verdict = "undefined";
  expect(&record, "an interleaving of the threads ends so: nothing need be reordered; a data race: c11 leaves the "
                  "program undefined");
  // Without a condition what is weak is asked for.
  record.condition = "forall (true)";
  verdicts[0].verdict = "forbidden";
  verdicts[1].verdict = "allowed";
  ck_assert_uint_eq(meaning_seen(&record), 30);
  expect(&record, "every model allows a weak state: the compiler reordered");
  ck_assert(meaning_is_notable(&record));
}
END_TEST

START_TEST(a_forall_is_about_what_contradicts_it) {
  RecordVerdict verdicts[] = {{"sc", "forbidden"}, {"c11", "forbidden"}, {"x86-tso", "forbidden"}};
  Record record = sample("forall (x=1)", 1000, verdicts, 3);
  expect(&record, "every model forbids what contradicts it");
  ck_assert_str_eq(meaning_word(&record), "requires");
  record.witnesses = 999;
  ck_assert_uint_eq(meaning_seen(&record), 1);
}
END_TEST

START_TEST(where_no_model_speaks_nothing_is_made_up) {
  RecordVerdict verdicts[] = {{"sc", "unmodelled"}, {"x86-tso", "unmodelled"}};
  Record record = sample("exists (x=1)", 0, NULL, 0);
  expect(&record, "");
  ck_assert_str_eq(meaning_word(&record), "");
  record.verdicts = verdicts;
  record.verdict_count = 2;
  expect(&record, "no model speaks of it: accesses tear, are misaligned or of mixed sizes");
  record.verdict_count = 1; // the machine's own gave up
  verdicts[0].verdict = "forbidden";
  expect(&record, "x86-tso could not decide it");
  record.machine.arch = "vax";
  expect(&record, "");
  record.iterations = 0;
  expect(&record, "");
}
END_TEST

START_TEST(a_table_begins_with_what_is_weak) {
  RecordVerdict allowed[] = {{"sc", "forbidden"}, {"x86-tso", "allowed"}},
                forbidden[] = {{"sc", "forbidden"}, {"x86-tso", "forbidden"}},
                plain[] = {{"sc", "allowed"}, {"x86-tso", "allowed"}};
  Record records[] = {sample("exists (x=1)", 0, forbidden, 2), sample("exists (x=1)", 0, allowed, 2),
                      sample("exists (x=1)", 5, plain, 2), sample("exists (x=1)", 5, allowed, 2),
                      sample("exists (x=1)", 5, forbidden, 2)};
  static const char *const names[] = {"kept", "unseen", "sc", "weak", "alarm"};
  for (unsigned i = 0; i < 5; i++)
    records[i].test = names[i];
  records[4].forbidden_state = "x=1;";
  Text text = {0};
  view_summary(records, 5, &(SheetStyle){0}, &text);
  const char *at = text_string(&text);
  for (unsigned i = 5; i-- > 0;) {
    char line[16];
    snprintf(line, sizeof line, "\n%s ", names[i]);
    const char *found = strstr(at, line);
    ck_assert_msg(found != NULL, "%s is not in its place in:\n%s", names[i], text_string(&text));
    at = found;
  }
  ck_assert_ptr_nonnull(strstr(text_string(&text), "x86-tso  observed"));
  ck_assert_ptr_nonnull(strstr(at, "\nof what was not seen, x86-tso forbids 1 and allows 1\n"));
  text_free(&text);
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("meaning");
  tcase_add_test(tests, what_the_machines_model_forbids_is_set_beside_what_others_allow);
  tcase_add_test(tests, where_no_cpu_has_a_say_the_kernels_model_has);
  tcase_add_test(tests, what_is_allowed_and_not_seen_has_its_reason);
  tcase_add_test(tests, what_was_seen_has_its_maker);
  tcase_add_test(tests, a_forall_is_about_what_contradicts_it);
  tcase_add_test(tests, where_no_model_speaks_nothing_is_made_up);
  tcase_add_test(tests, a_table_begins_with_what_is_weak);
  return unit_run("meaning", tests);
}
