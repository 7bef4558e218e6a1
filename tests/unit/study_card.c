// Which orders a test puts to the proof, read off its cycle; and what a machine's runs then say of them.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/lang/suite.h"
#undef Suite
#include "harness/cli/run_card.h"
#include "tests/unit/litmus_text.h"
#include "tests/unit/runner.h"

static Arena *arena;
static Judge sc;

static void set_up(void) {
  arena = arena_new();
  sc = judge_of(model_find("sc"), arena);
}
static void tear_down(void) { arena_free(arena); }

static const Test *builtin(const char *name) {
  Diag diag = {.arena = arena};
  char *argument = arena_string(arena, name);
  LitmusSuite suite = suite_find(&argument, 1, arena, &diag);
  ck_assert_msg(suite.count == 1, "no test %s", name);
  return suite.tests[0];
}

// "store to load, load to load".
static const char *orders(const Test *test) {
  unsigned found = test_program_orders(test, &sc, 10, arena);
  Text text = {0};
  for (unsigned i = 0; i < PO_COUNT; i++)
    if (found >> i & 1)
      text_printf(&text, "%s%s", text.length ? ", " : "", program_order_name((ProgramOrder)i));
  return text_finish(&text, arena);
}

START_TEST(a_tests_orders_are_those_of_its_cycle) {
  static const char *const rows[][2] = {
      {"SB", "store to load"},
      {"2+2W", "store to store"},
      {"MP", "store to store, load to load"},
      {"LB", "load to store"},
      {"S", "store to store, load to store"},
      {"R", "store to load, store to store"},
      {"ISA2", "store to store, load to load, load to store"},
      {"IRIW", "load to load, multi-copy atomic"},
      {"WRC", "load to load, load to store, multi-copy atomic"},
      {"CoRR", "to one location"},
      {"CoRW", "to one location"},
      // what C11 promises is no question to the machine
      {"SB+fences", ""},
      {"MP+rel-acq", ""},
      {"MP+seq_cst", ""},
      {"SB+seq_cst", ""},
      // ... but acquire loads say nothing of whom a store reaches first
      {"IRIW+rel-acq", "multi-copy atomic"},
      {"IRIW+seq_cst", ""},
      {"IRIW+fences", ""},
      {"WRC+rel-acq", ""},
      // what may be ordered here and is not promised tells nothing
      {"SB+rel-acq", ""},
      {"RWC+rel-acq", ""},
      {"LB+data+data", ""},
      {"SB+xchg", ""},
      // nor does a test that asks for no one state, or does more than its cycle
      {"peterson-relaxed", ""},
      {"increment", ""},
      {"CoWW", ""}, // the shortest cycle has but one of its threads
      {"CoWR", ""},
      {"seqlock-relaxed", ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *found = orders(builtin(rows[i][0]));
    ck_assert_msg(!strcmp(found, rows[i][1]), "%s: '%s', not '%s'", rows[i][0], found, rows[i][1]);
  }
}
END_TEST

#define TWO "C t {} P0 (atomic_int* x, atomic_int* y) { "
#define STORE(x, order) "atomic_store_explicit(" x ", 1, memory_order_" order "); "
#define LOAD(r, x, order) "int " r " = atomic_load_explicit(" x ", memory_order_" order "); "
#define FENCE(order) "atomic_thread_fence(memory_order_" order "); "
#define P1 "} P1 (atomic_int* x, atomic_int* y) { "
#define MP_ASKED "} exists (1:r0=1 /\\ 1:r1=0)"

START_TEST(a_fence_takes_away_the_order_that_c11_says_it_keeps) {
  static const char *const rows[][2] = {
      {STORE("x", "relaxed") FENCE("seq_cst") STORE("y", "relaxed"), "load to load"},
      {STORE("x", "relaxed") FENCE("release") STORE("y", "relaxed"), "load to load"},
      {STORE("x", "relaxed") STORE("y", "release"), "load to load"},
      {STORE("x", "relaxed") FENCE("acquire") STORE("y", "relaxed"), ""}, // C11 promises nothing; a CPU may
      {STORE("x", "release") STORE("y", "relaxed"), ""},
      {"*x = 1; " STORE("y", "relaxed"), "store to store, load to load"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *text =
        arena_printf(arena, TWO "%s" P1 LOAD("r0", "y", "relaxed") LOAD("r1", "x", "relaxed") MP_ASKED, rows[i][0]);
    ck_assert_str_eq(orders(parse_text(text, arena)), rows[i][1]);
  }
}
END_TEST

// ---- Cards

static unsigned own[] = {0, 1, 2, 3}, turns[] = {0, 1, 0, 1};
static CardRun runs[8];
static Record records[8];
static unsigned run_count;

static void add(const char *name, uint64_t witnesses, const char *verdict, bool takes_turns) {
  RecordVerdict *model = ARENA_NEW(arena, RecordVerdict);
  const Test *test = builtin(name);
  *model = (RecordVerdict){"x86-tso", verdict};
  records[run_count] = (Record){.test = name,
                                .machine = {.arch = "x86_64"},
                                .iterations = 1000,
                                .witnesses = witnesses,
                                .pus = takes_turns ? turns : own,
                                .pu_count = test->thread_count,
                                .condition = "exists (x)",
                                .verdicts = model,
                                .verdict_count = 1};
  runs[run_count] = (CardRun){test, &records[run_count]};
  run_count++;
}

static void expect_card(const char *expected) {
  Card card = card_of(runs, run_count, NULL, arena);
  Text text = {0};
  card_print(&card, "x86-tso", &(SheetStyle){0}, &text);
  ck_assert_str_eq(text_string(&text), expected);
  text_free(&text);
}

START_TEST(a_card_says_what_was_seen_and_what_may_be) {
  add("SB", 900, "allowed", false);
  add("MP", 0, "forbidden", false);
  add("LB", 0, "forbidden", true);
  add("IRIW+rel-acq", 0, "forbidden", false);
  expect_card("\n"
              "reordered          here       x86-tso\n"
              "store to load      seen       allowed    SB: 900 of 1.00k\n"
              "store to store     never      forbidden  0 of 1.00k in 1 run\n"
              "load to load       never      forbidden  0 of 1.00k in 1 run\n"
              "load to store      never      forbidden  0 of 1.00k in 1 run\n"
              "multi-copy atomic  so far     yes        0 of 1.00k in 1 run\n");
}
END_TEST

START_TEST(who_takes_turns_shows_nothing_by_not_showing_it) {
  add("IRIW+rel-acq", 0, "forbidden", true);
  add("3.SB", 0, "allowed", true);
  expect_card("\n"
              "reordered          here       x86-tso\n"
              "store to load      not tried  allowed    threads took turns on too few PUs in 1 run\n"
              "multi-copy atomic  not tried  yes        threads took turns on too few PUs in 1 run\n");
}
END_TEST

START_TEST(of_two_orders_the_one_that_the_model_does_not_keep_is_to_blame) {
  add("R", 50, "allowed", false); // stores in a row, or the load past the store
  expect_card("\n"
              "reordered       here       x86-tso\n"
              "store to load   perhaps               R: 50 of 1.00k, by this or another order\n"
              "store to store  perhaps               R: 50 of 1.00k, by this or another order\n");
  add("2+2W", 0, "forbidden", false);
  expect_card("\n"
              "reordered       here       x86-tso\n"
              "store to load   seen       allowed    R: 50 of 1.00k\n"
              "store to store  never      forbidden  0 of 1.00k in 1 run\n");
}
END_TEST

START_TEST(what_is_seen_by_one_of_two_orders_that_may_both_be_is_not_called_never) {
  add("2+2W", 9, "allowed", false);
  add("IRIW", 0, "allowed", false);
  add("IRIW+rel-acq", 0, "forbidden", false);
  add("MP", 5, "allowed", false);
  expect_card("\n"
              "reordered          here       x86-tso\n"
              "store to store     seen       allowed    2+2W: 9 of 1.00k\n"
              "load to load       perhaps    allowed    MP: 5 of 1.00k, by this or another order\n"
              "multi-copy atomic  so far     yes        0 of 2.00k in 2 runs\n");
}
END_TEST

START_TEST(what_the_model_forbids_and_is_seen_stands_there_so) {
  add("2+2W", 7, "forbidden", false);
  expect_card("\n"
              "reordered       here       x86-tso\n"
              "store to store  seen       forbidden  2+2W: 7 of 1.00k\n");
  run_count = 0;
  add("MP", 3, "forbidden", false);
  expect_card("\n"
              "reordered       here       x86-tso\n"
              "store to store  perhaps    forbidden  MP: 3 of 1.00k, by this or another order\n"
              "load to load    perhaps    forbidden  MP: 3 of 1.00k, by this or another order\n");
}
END_TEST

START_TEST(tests_that_tell_nothing_make_no_card) {
  add("SB+fences", 0, "forbidden", false);
  expect_card("");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("card", set_up, tear_down);
  tcase_add_test(tests, a_tests_orders_are_those_of_its_cycle);
  tcase_add_test(tests, a_fence_takes_away_the_order_that_c11_says_it_keeps);
  tcase_add_test(tests, a_card_says_what_was_seen_and_what_may_be);
  tcase_add_test(tests, who_takes_turns_shows_nothing_by_not_showing_it);
  tcase_add_test(tests, of_two_orders_the_one_that_the_model_does_not_keep_is_to_blame);
  tcase_add_test(tests, what_is_seen_by_one_of_two_orders_that_may_both_be_is_not_called_never);
  tcase_add_test(tests, what_the_model_forbids_and_is_seen_stands_there_so);
  tcase_add_test(tests, tests_that_tell_nothing_make_no_card);
  return unit_run("card", tests);
}
