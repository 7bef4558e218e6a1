// Records are added up by machine and test; what differs and what changed is told, and nothing else is.
#include "results/compare_room.h"
#include "results/lines.h"
#include "results/stream.h"
#include "results/student.h"
#include "results/test_name.h"
#include "tests/unit/left.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Diag diag;
static Left before;
static Comparison comparison;
static uint64_t seeds;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  comparison = comparison_new(arena);
  comparison_file(&comparison, "a.jsonl", false);
}

static void teardown(void) {
  comparison_free(&comparison);
  arena_free(arena);
  left_assert_nothing(&before);
}

static Record run_of(const char *test, const char *arch, uint64_t witnesses, uint64_t iterations) {
  static RecordVerdict forbidden[] = {{"x86-tso", "forbidden"}, {"aarch64", "allowed"}};
  static RecordState states[] = {
      {.state = "1:r0=1; 1:r1=0;", .count = 1, .witness = true, .weak = 1, .verdicts = forbidden, .verdict_count = 2}};
  return (Record){.test = test,
                  .digest = "",
                  .status = "done",
                  .machine = {.arch = arch, .cpu = "CPU", .vendor = "", .microcode = "", .virtual_ = "", .kernel = ""},
                  .compiler_version = "",
                  .compiler_flags = "",
                  .engine = "lockstep",
                  .actors = "",
                  .placement = "",
                  .fence = "",
                  .condition = "exists (1:r0=1 /\\ 1:r1=0)",
                  .source = "",
                  .program = "",
                  .witnesses = witnesses,
                  .iterations = iterations,
                  .states = states,
                  .state_count = witnesses > 0};
}

// Each a run of its own.
static void add(const char *test, const char *arch, uint64_t witnesses, uint64_t iterations) {
  Record record = run_of(test, arch, witnesses, iterations);
  record.seed = ++seeds;
  comparison_add(&comparison, &record);
}

START_TEST(runs_of_a_test_on_a_machine_add_up) {
  add("MP", "aarch64", 1, 10);
  add("MP", "aarch64", 2, 20);
  add("MP", "x86_64", 0, 7);
  ck_assert_uint_eq(comparison.machine_count, 2);
  ck_assert_uint_eq(comparison.row_count, 1);
  const CompareCell *cell = comparison_cell(&comparison, 0, 0);
  ck_assert_uint_eq(compare_seen(cell), 3);
  ck_assert_uint_eq(compare_iterations(cell), 30);
  ck_assert_uint_eq(compare_runs(cell), 2);
  ck_assert_int_eq(cell->verdict, COMPARE_ALLOWED);
  ck_assert_uint_eq(compare_seen(comparison_cell(&comparison, 0, 1)), 0);
}
END_TEST

START_TEST(a_record_that_stands_there_twice_is_one_run) {
  Record record = run_of("MP", "aarch64", 1, 10);
  record.started = "2026-11-22T10:00:00Z";
  for (unsigned i = 0; i < 1000; i++) {
    record.seed = i % 500;
    comparison_add(&comparison, &record);
  }
  ck_assert_uint_eq(comparison.again, 500);
  ck_assert_uint_eq(compare_iterations(comparison_cell(&comparison, 0, 0)), 5000);
  record.started = "2026-11-22T10:00:01Z";
  comparison_add(&comparison, &record);
  record.seconds = 1;
  comparison_add(&comparison, &record);
  record.witnesses = 2;
  comparison_add(&comparison, &record);
  record.engine = "perpetual";
  comparison_add(&comparison, &record);
  comparison_file(&comparison, "b.jsonl", false);
  comparison_add(&comparison, &record); // another file's is another column's
  ck_assert_uint_eq(comparison.again, 500);
  ck_assert_uint_eq(compare_runs(comparison_cell(&comparison, 0, 0)), 504);
  ck_assert_uint_eq(compare_runs(comparison_cell(&comparison, 0, 1)), 1);
}
END_TEST

START_TEST(what_was_seen_on_some_alone_is_a_sentence) {
  add("MP", "aarch64", 1, 10);
  add("MP", "x86_64", 0, 10);
  add("SB", "aarch64", 1, 10);
  add("SB", "x86_64", 1, 10);
  comparison_set_verdict(&comparison, comparison_cell(&comparison, 0, 1), COMPARE_FORBIDDEN);
  comparison_finish(&comparison);
  Text text = {0};
  ck_assert(compare_difference(&comparison, 0, &text));
  ck_assert_str_eq(text_string(&text), "MP: seen on the ARM machine; forbidden and not seen on the x86 machine");
  text_clear(&text);
  ck_assert(compare_difference(&comparison, 1, &text)); // x86-tso forbids that state, says the record
  ck_assert_str_eq(text_string(&text), "SB: seen on the ARM machine; forbidden and yet seen on the x86 machine");
  text_free(&text);
}
END_TEST

// What is said of the governors; "" if nothing.
static const char *said_of_governors(void) {
  Text text = {0};
  compare_room_difference(&comparison, ROOM_GOVERNOR, &text);
  return text_finish(&text, arena);
}

static void add_governed(const char *arch, const char *governor) {
  Record record = run_of("MP", arch, 1, 10);
  record.seed = ++seeds;
  record.machine.room[ROOM_GOVERNOR] = governor;
  comparison_add(&comparison, &record);
}

START_TEST(machines_whose_systems_differ_are_told) {
  add_governed("aarch64", "performance");
  add_governed("x86_64", "");
  ck_assert_str_eq(said_of_governors(), "");
  add_governed("riscv64", "performance");
  ck_assert_str_eq(said_of_governors(), "");
  add_governed("ppc64le", "power\x1b[save");
  ck_assert_str_eq(said_of_governors(), "frequency governor: performance on 1, 3; power?[save on 4");
  add_governed("riscv64", "powersave");
  ck_assert_str_eq(said_of_governors(), "frequency governor: performance on 1, 3 (not always); power?[save on 4");
}
END_TEST

START_TEST(other_peoples_names_are_ours_by_what_their_words_mean) {
  static const char *const names[][2] = {
      {"SB+fence+fence", "SB+fences"},
      {"IRIW+fence+fence+fence+fence", "IRIW+fences"},
      {"SB+po+fence", "SB+po+fence"},
      {"LB+ctrls", "LB+ctrl+ctrl"},
      {"2+2W+fence+fence", "2+2W+fences"},
      {"MP+dmb.sys", "MP+fences"},
      {"MP+dmb.ish+dmb.sy", "MP+fences"},
      {"SB+mfences", "SB+fences"},
      {"W+RWC+sync+addr+sync", "W+RWC+fence+addr+fence"},
      {"MP+dmb.sy+addr", "MP+fence+addr"},
      {"MP+fence.rw.rw+po", "MP+fence+po"},
      {"MP+dmb.st+addr", "MP+dmb.st+addr"}, // orders less
      {"MP+lwsync+lwsync", "MP+lwsyncs"},
      {"MP+pos", "MP"},
      {"2+2W+po+po", "2+2W"},
      {"LB+data+data", "LB+data+data"},
      {"MP+dmbs+po", "MP+dmbs+po"}, // no plural but the last
      {"MP+rel-acq", "MP+rel-acq"},
      {"S+rel+data", "S+rel+data"},
      {"+dmb.sys", "+dmb.sys"},
      {"MP+", "MP+"},
      {"", ""},
  };
  char buffer[64], small[12];
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_str_eq(test_name_here(names[i][0], buffer, sizeof buffer), names[i][1]);
  ck_assert_str_eq(test_name_here("MP+dmb+dmb", small, sizeof small), "MP+dmb+dmb"); // no room
}
END_TEST

START_TEST(a_test_of_ours_keeps_its_name_whatever_its_words_mean) {
  Record record = run_of("SB+mfences", "x86_64", 1, 10);
  comparison_add(&comparison, &record);
  record.digest = "1111111111111111";
  comparison_add(&comparison, &record);
  ck_assert_uint_eq(comparison.row_count, 2);
  ck_assert_str_eq(comparison.rows[0].test, "SB+fences");
  ck_assert_str_eq(comparison.rows[1].test, "SB+mfences");
}
END_TEST

START_TEST(two_tests_of_one_name_are_two_rows) {
  Record record = run_of("SB", "x86_64", 1, 10);
  for (unsigned i = 0; i < 4; i++) {
    record.seed = i;
    record.digest = i % 2 ? "11111111111111111111" : "22222222222222222222";
    comparison_add(&comparison, &record);
  }
  ck_assert_uint_eq(comparison.row_count, 2);
  ck_assert_uint_eq(compare_runs(comparison_cell(&comparison, 0, 0)), 2);
  ck_assert_uint_eq(compare_runs(comparison_cell(&comparison, 1, 0)), 2);
}
END_TEST

START_TEST(many_tests_and_machines_keep_their_cells) {
  char name[32];
  for (unsigned i = 0; i < 3000; i++) {
    snprintf(name, sizeof name, "T%u", i % 1000);
    add(name, i % 3 ? "aarch64" : "x86_64", i, 10000);
  }
  ck_assert_uint_eq(comparison.row_count, 1000);
  uint64_t seen = 0;
  for (unsigned row = 0; row < 1000; row++)
    for (unsigned m = 0; m < 2; m++)
      seen += comparison_cell(&comparison, row, m) ? compare_seen(comparison_cell(&comparison, row, m)) : 0;
  ck_assert_uint_eq(seen, 2999 * 3000 / 2);
}
END_TEST

START_TEST(counts_do_not_overflow) {
  add("SB", "x86_64", UINT64_MAX, UINT64_MAX);
  add("SB", "x86_64", UINT64_MAX, UINT64_MAX);
  ck_assert_uint_eq(compare_seen(comparison_cell(&comparison, 0, 0)), UINT64_MAX);
}
END_TEST

// Of Abramowitz and Stegun, table 26.10, and of its limits.
START_TEST(students_t_agrees_with_the_tables) {
  ck_assert_double_eq_tol(student_p(2.77645, 4), 0.05, 2e-5);
  ck_assert_double_eq_tol(student_p(12.706, 1), 0.05, 2e-5);
  ck_assert_double_eq_tol(student_p(1.96, 1e7), 0.05, 1e-4);
  ck_assert_double_eq_tol(student_p(63.657, 1), 0.01, 1e-6);
  ck_assert_double_eq_tol(student_p(0, 3), 1, 1e-12);
  ck_assert_double_eq(student_p(INFINITY, 3), 0);
}
END_TEST

static void repeat(const char *test, unsigned runs, uint64_t from, uint64_t step) {
  for (unsigned i = 0; i < runs; i++)
    add(test, "x86_64", from + i * step, 1000000);
}

START_TEST(change_is_told_from_noise_by_repeated_runs) {
  repeat("changed", 5, 1000, 5);
  repeat("noise", 5, 1000, 200);
  repeat("never", 5, 0, 0);
  repeat("once", 1, 1000, 0);
  comparison_file(&comparison, "b.jsonl", false);
  repeat("changed", 5, 9000, 5);
  repeat("noise", 5, 1200, 200);
  repeat("never", 5, 0, 0);
  repeat("once", 1, 9000, 0);
  comparison_finish(&comparison);
  Changes changes = comparison_changes(&comparison);
  ck_assert_uint_eq(changes.count, 4);
  ck_assert_int_eq(changes.changes[0].kind, CHANGE_SIGNIFICANT);
  ck_assert_int_eq(changes.changes[1].kind, CHANGE_NONE);
  ck_assert_int_eq(changes.changes[2].kind, CHANGE_NONE);
  ck_assert_int_eq(changes.changes[3].kind, CHANGE_UNTOLD); // however large: one run a side has no spread
  ck_assert_uint_eq(changes.moved, 1);
}
END_TEST

// Three pairs of runs, of which the first alone differs, by a little: p is about 0.03. `pairs`: how many are there.
static ChangeKind kind_among(unsigned pairs) {
  static const char *const tests[] = {"first", "second", "third"};
  for (unsigned side = 0; side < 2; side++) {
    comparison_file(&comparison, side ? "after" : "before", false);
    for (unsigned i = 0; i < pairs; i++)
      repeat(tests[i], 3, i || !side ? 100000 : 101250, 500);
  }
  comparison_finish(&comparison);
  const Changes changes = comparison_changes(&comparison);
  ck_assert_double_lt(changes.changes[0].p, 0.05);
  ck_assert_double_gt(changes.changes[0].p, 0.05 / 2);
  ck_assert(pairs == 1 || changes.changes[1].p == 1);
  return changes.changes[0].kind;
}

START_TEST(a_pair_that_stands_alone_is_held_to_five_percent) { ck_assert_int_eq(kind_among(1), CHANGE_SIGNIFICANT); }
END_TEST

START_TEST(a_pair_among_others_is_held_to_less_though_they_did_not_change_at_all) {
  ck_assert_int_eq(kind_among(3), CHANGE_NONE);
}
END_TEST

START_TEST(runs_in_other_ways_are_not_set_side_by_side) {
  Record record = run_of("SB", "x86_64", 10, 100);
  comparison_add(&comparison, &record);
  comparison_file(&comparison, "b.jsonl", false);
  unsigned pus[] = {2, 3};
  record.pus = pus;
  record.pu_count = 2;
  comparison_add(&comparison, &record);
  comparison_finish(&comparison);
  Changes changes = comparison_changes(&comparison);
  ck_assert_uint_eq(changes.count, 0);
  ck_assert_uint_eq(changes.unlike, 1);
}
END_TEST

static void add_compiled(const char *path, const char *flags, uint64_t witnesses) {
  Record record = run_of("MP", "x86_64", witnesses, 1000000);
  record.compiler_path = path;
  record.compiler_version = "gcc 12";
  record.compiler_flags = flags;
  record.seed = ++seeds;
  comparison_add(&comparison, &record);
}

START_TEST(two_compilers_and_two_sets_of_flags_stand_side_by_side_and_are_never_added_up) {
  for (unsigned i = 0; i < 3; i++) {
    add_compiled("gcc", "-O2", 0);
    add_compiled("gcc", "-O3", 0);
    add_compiled("./gcc", "-O2", 5000); // of the same version: what it does is not what its version says
  }
  comparison_finish(&comparison);
  ck_assert_uint_eq(comparison.machine_count, 3);
  for (unsigned column = 0; column < 3; column++)
    ck_assert_uint_eq(compare_iterations(comparison_cell(&comparison, 0, column)), 3000000);
  Text text = {0};
  ck_assert(compare_difference(&comparison, 0, &text));
  ck_assert_str_eq(text_string(&text),
                   "MP: forbidden and yet seen on the x86 machine with ./gcc: gcc 12 -O2; not seen on "
                   "the x86 machine with gcc 12 -O2 or with gcc 12 -O3");
  text_free(&text);
  const Changes changes = comparison_changes(&comparison);
  ck_assert_uint_eq(changes.count, 2); // each with the first
  ck_assert_uint_eq(changes.changes[1].after, 2);
  ck_assert_int_eq(changes.changes[1].kind, CHANGE_SIGNIFICANT);
  ck_assert_int_eq(changes.changes[0].kind, CHANGE_NONE);
}
END_TEST

START_TEST(a_machine_that_shows_one_thing_by_two_compilers_is_one_machine) {
  add_compiled("gcc", "-O2", 7);
  add_compiled("gcc", "-O3", 5);
  add("MP", "aarch64", 0, 10);
  comparison_finish(&comparison);
  Text text = {0};
  ck_assert(compare_difference(&comparison, 0, &text));
  ck_assert_str_eq(text_string(&text), "MP: forbidden and yet seen on the x86 machine; not seen on the ARM machine");
  text_free(&text);
}
END_TEST

START_TEST(a_column_is_set_beside_the_same_compilers_of_the_file_before) {
  add_compiled("gcc", "-O2", 1000);
  add_compiled("clang", "-O2", 9000);
  comparison_file(&comparison, "b.jsonl", false);
  add_compiled("gcc", "-O2", 1000);
  add_compiled("clang", "-O2", 9000);
  comparison_finish(&comparison);
  const Changes changes = comparison_changes(&comparison);
  ck_assert_uint_eq(changes.count, 3); // clang with gcc, then each with itself
  ck_assert_uint_eq(changes.changes[2].before, 1);
  ck_assert_uint_eq(changes.changes[2].after, 3);
}
END_TEST

START_TEST(costs_join_the_column_of_their_file) {
  static const char cost[] =
      "{\"schema\":\"weakmem.cost/1\",\"machine\":{\"arch\":\"x86_64\",\"cpu\":\"CPU\",\"family\":0,\"model\":0,"
      "\"stepping\":0},\"rows\":[{\"operation\":\"add\",\"context\":\"alone\",\"ns\":1}]}";
  FieldsFault fault;
  add_compiled("gcc", "-O2", 1);
  comparison_file(&comparison, "b.jsonl", false);
  add_compiled("gcc", "-O3", 1);
  ck_assert(comparison_add_cost(&comparison, cost, strlen(cost), &fault));
  comparison_finish(&comparison);
  ck_assert_uint_eq(comparison.machine_count, 2);
  ck_assert_uint_eq(comparison.machines[0].cost_count, 0);
  ck_assert_uint_eq(comparison.machines[1].cost_count, 1);
}
END_TEST

START_TEST(identical_repeats_are_held_to_the_spread_of_independent_iterations) {
  repeat("same", 3, 1000, 0);
  comparison_file(&comparison, "b.jsonl", false);
  repeat("same", 3, 1010, 0); // a third of a standard deviation
  comparison_finish(&comparison);
  Changes changes = comparison_changes(&comparison);
  ck_assert_int_eq(changes.changes[0].kind, CHANGE_NONE);
}
END_TEST

START_TEST(costs_in_a_file_of_their_own_join_the_machine) {
  add("SB", "x86_64", 1, 10);
  comparison_file(&comparison, "costs.jsonl", false);
  static const char cost[] =
      "{\"schema\":\"weakmem.cost/1\",\"machine\":{\"arch\":\"x86_64\",\"cpu\":\"CPU\",\"family\":0,\"model\":0,"
      "\"stepping\":0},\"rows\":[{\"operation\":\"mfence\",\"context\":\"alone\",\"ns\":15.9},"
      "{\"operation\":\"serialize\",\"context\":\"alone\",\"reason\":\"not on this CPU\"}]}";
  FieldsFault fault;
  ck_assert(comparison_add_cost(&comparison, cost, strlen(cost), &fault));
  comparison_finish(&comparison);
  ck_assert_uint_eq(comparison.machine_count, 1);
  ck_assert_uint_eq(comparison.machines[0].cost_count, 1);
  ck_assert_double_eq(comparison.machines[0].costs[0].ns, 15.9);
  ck_assert_uint_eq(compare_seen(comparison_cell(&comparison, 0, 0)), 1);
}
END_TEST

START_TEST(what_a_page_shows_is_kept_of_every_test_when_asked) {
  comparison.keep = true;
  Record record = run_of("SB", "x86_64", 3, 10);
  RecordSetting settings[] = {{.name = "delay", .is_number = true, .number = 2}, {.name = "layout", .text = "far"}};
  record.settings = settings;
  record.setting_count = 2;
  record.started = "2026-11-22T10:00:00Z";
  record.seconds = 1.5;
  record.family = "classic";
  comparison_add(&comparison, &record);
  record.started = "2026-11-22T09:00:00Z";
  comparison_add(&comparison, &record);
  const CompareCell *cell = comparison_cell(&comparison, 0, 0);
  ck_assert_uint_eq(cell->state_count, 1);
  ck_assert_uint_eq(cell->states->count, 2);
  ck_assert_str_eq(compare_said(cell->states, 0), "forbidden"); // sc: the state is weak
  ck_assert_str_eq(compare_said(cell->states, 1), "");          // c11: the record says nothing
  ck_assert_str_eq(compare_said(cell->states, 2), "forbidden");
  ck_assert_str_eq(compare_said(cell->states, 3), "allowed");
  ck_assert_str_eq(cell->way.run->settings, "delay 2, layout far");
  ck_assert_str_eq(cell->way.run->first, "2026-11-22T09:00:00Z");
  ck_assert_str_eq(cell->way.run->last, "2026-11-22T10:00:00Z");
  ck_assert_double_eq(cell->way.run->seconds, 3);
  ck_assert_str_eq(comparison.rows[0].family, "classic");
}
END_TEST

#define LADDER(name, rows)                                                                                             \
  "{\"schema\":\"weakmem.fences/1\",\"machine\":{\"arch\":\"x86_64\",\"cpu\":\"CPU\",\"family\":0,\"model\":0,"        \
  "\"stepping\":0}," name rows "\"later\":[{}]}"
#define RUNG(name, witnesses) "{\"" name "\":\"none\",\"ns\":1.5,\"witnesses\":" #witnesses ",\"iterations\":2}"
#define TEST "\"test\":\"SB\","

static bool add_ladder(const char *ladder) {
  FieldsFault fault;
  bool good = comparison_add_fences(&comparison, ladder, strlen(ladder), &fault);
  ck_assert(good == !fault.why);
  return good;
}

START_TEST(a_ladder_joins_the_machine) {
  ck_assert(add_ladder(LADDER(TEST, "\"rows\":[" RUNG("fence", 1) "," RUNG("orders", 2) "],")));
  comparison_file(&comparison, "b.jsonl", false);
  add("SB", "x86_64", 1, 10);
  comparison_finish(&comparison);
  ck_assert_uint_eq(comparison.machine_count, 1);
  ck_assert_uint_eq(comparison.machines[0].ladder_count, 1);
  const RecordLadder *ladder = &comparison.machines[0].ladders->ladder;
  ck_assert_uint_eq(ladder->row_count, 2);
  ck_assert_str_eq(ladder->rows[1].orders, "none");
  ck_assert_double_eq(ladder->rows[1].ns, 1.5);
  ck_assert(isnan(ladder->rows[1].contended_ns) && isnan(ladder->rows[1].spread));
  ck_assert_int_eq(ladder->rows[1].stable, -1);
}
END_TEST

START_TEST(a_ladders_prices_come_with_how_far_they_hold) {
  ck_assert(add_ladder(LADDER(TEST, "\"rows\":[{\"fence\":\"mfence\",\"threads\":\"all\",\"ns\":30,\"spread\":0.12,"
                                    "\"stable\":false,\"contended_reason\":\"no second core\",\"same_code_as\":"
                                    "\"lock-or all\",\"witnesses\":0,\"iterations\":2}],")));
  comparison_finish(&comparison);
  const RecordLadderRow *row = &comparison.machines[0].ladders->ladder.rows[0];
  ck_assert_double_eq(row->spread, 0.12);
  ck_assert_int_eq(row->stable, 0);
  ck_assert_int_eq(row->contended_stable, -1);
  ck_assert_str_eq(row->no_contended, "no second core");
  ck_assert_str_eq(row->same, "lock-or all");
}
END_TEST

static const char *const no_ladders[] = {
    LADDER(TEST, ""),
    LADDER("", "\"rows\":[],"),
    LADDER(TEST, "\"rows\":[" RUNG("fence", 3) "],"),
    LADDER(TEST, "\"rows\":[" RUNG("barrier", 1) "],"),
    LADDER(TEST, "\"rows\":[{\"fence\":\"none\"}],"),
    LADDER(TEST, "\"rows\":[" RUNG("fence", 1) ",7],"),
    LADDER(TEST, "\"rows\":[{\"fence\":\"none\",\"spread\":-1,\"witnesses\":0,\"iterations\":2}],"),
};

START_TEST(what_is_no_ladder_is_refused) { ck_assert(!add_ladder(no_ladders[_i])); }
END_TEST

// ---- Reading

static unsigned long told;
static void count(const Record *record, void *context) {
  (void)record;
  ++*(unsigned long *)context;
}

static StreamCount stream(const char *text) {
  StreamHandlers handlers = {.record = count, .context = &told};
  StreamCount counted = {0};
  told = 0;
  ck_assert(stream_bytes("s.jsonl", text, strlen(text), &handlers, &counted, &diag));
  ck_assert_uint_eq(told, counted.records);
  return counted;
}

START_TEST(damaged_foreign_and_newer_lines_are_skipped_with_their_places) {
  StreamCount counted =
      stream("{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"done\",\"machine\":{}}\n\n"
             "{\"schema\":\"weakmem.run/2\",\"test\":\"SB\",\"status\":\"done\",\"machine\":{}}\n"
             "{\"a\":1}\nnonsense\n"
             "{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"done\",\"machine\":{},\"iterations\":-1}\n"
             "{\"schema\":\"weakmem.run/1\",\"test\":\"S");
  ck_assert_uint_eq(counted.records, 1);
  ck_assert_uint_eq(counted.skipped, 5);
  static const char *const messages[] = {"s.jsonl:3: skipped: a newer schema", "s.jsonl:4: skipped: no record",
                                         "s.jsonl:5:1: skipped: not JSON", "s.jsonl:6: skipped: \"iterations\"",
                                         "s.jsonl:7: skipped: cut short"};
  const Diagnostic *d = diag.first;
  for (unsigned i = 0; i < 5; i++, d = d->next)
    ck_assert_msg(!strncmp(d->message, messages[i], strlen(messages[i])), "%s", d->message);
}
END_TEST

START_TEST(a_line_longer_than_any_buffer_is_skipped_in_bounded_memory) {
  size_t length = 40 << 20;
  char *text = malloc(length + 1);
  ck_assert_ptr_nonnull(text);
  memset(text, 'x', length);
  const char *tail = "\n{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"done\",\"machine\":{}}\n";
  memcpy(text + length - strlen(tail), tail, strlen(tail));
  text[length] = '\0';
  StreamCount counted = stream(text);
  free(text);
  ck_assert_uint_eq(counted.records, 1);
  ck_assert_uint_eq(counted.skipped, 1);
}
END_TEST

// A file without a byte: what is added to no buffer at all is undefined behaviour.
START_TEST(an_empty_file_has_no_lines) {
  Lines read;
  char *line;
  size_t length;
  FILE *file = fopen("/dev/null", "re");
  ck_assert_ptr_nonnull(file);
  lines_start(&read, file, 100);
  ck_assert_int_eq(lines_next(&read, &line, &length), LINE_END);
  ck_assert_int_eq(lines_next(&read, &line, &length), LINE_END);
  lines_free(&read);
  fclose(file);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("compare");
  TCase *tests = tcase_create("compare");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, runs_of_a_test_on_a_machine_add_up);
  tcase_add_test(tests, a_record_that_stands_there_twice_is_one_run);
  tcase_add_test(tests, what_was_seen_on_some_alone_is_a_sentence);
  tcase_add_test(tests, machines_whose_systems_differ_are_told);
  tcase_add_test(tests, other_peoples_names_are_ours_by_what_their_words_mean);
  tcase_add_test(tests, a_test_of_ours_keeps_its_name_whatever_its_words_mean);
  tcase_add_test(tests, two_tests_of_one_name_are_two_rows);
  tcase_add_test(tests, many_tests_and_machines_keep_their_cells);
  tcase_add_test(tests, counts_do_not_overflow);
  tcase_add_test(tests, students_t_agrees_with_the_tables);
  tcase_add_test(tests, change_is_told_from_noise_by_repeated_runs);
  tcase_add_test(tests, a_pair_that_stands_alone_is_held_to_five_percent);
  tcase_add_test(tests, a_pair_among_others_is_held_to_less_though_they_did_not_change_at_all);
  tcase_add_test(tests, runs_in_other_ways_are_not_set_side_by_side);
  tcase_add_test(tests, two_compilers_and_two_sets_of_flags_stand_side_by_side_and_are_never_added_up);
  tcase_add_test(tests, a_machine_that_shows_one_thing_by_two_compilers_is_one_machine);
  tcase_add_test(tests, a_column_is_set_beside_the_same_compilers_of_the_file_before);
  tcase_add_test(tests, costs_join_the_column_of_their_file);
  tcase_add_test(tests, identical_repeats_are_held_to_the_spread_of_independent_iterations);
  tcase_add_test(tests, costs_in_a_file_of_their_own_join_the_machine);
  tcase_add_test(tests, what_a_page_shows_is_kept_of_every_test_when_asked);
  tcase_add_test(tests, a_ladder_joins_the_machine);
  tcase_add_test(tests, a_ladders_prices_come_with_how_far_they_hold);
  tcase_add_loop_test(tests, what_is_no_ladder_is_refused, 0, sizeof no_ladders / sizeof *no_ladders);
  tcase_add_test(tests, damaged_foreign_and_newer_lines_are_skipped_with_their_places);
  tcase_add_test(tests, an_empty_file_has_no_lines);
  tcase_add_test(tests, a_line_longer_than_any_buffer_is_skipped_in_bounded_memory);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
