// What the perpetual engine accepts, how it decodes states, and whole runs on this machine.
#include "harness/build/perpetual_shape.h"
#include "harness/build/shape.h"
#include "harness/engine/perpetual_match.h"
#include "harness/lang/parse.h"
#include "harness/run/run.h"
#include "tests/unit/skip.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;

static void set_up(void) { arena = arena_new(); }

static void tear_down(void) { arena_free(arena); }

static const Test *read_test(const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "test", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  const Test *test = test_parse(source, arena, &diag);
  ck_assert_msg(test != NULL, "%s", diag.first ? diag.first->message : "no test");
  return test;
}

// ---- what it accepts

#define P_SB                                                                                                           \
  "P0 (atomic_int* x, atomic_int* y) { atomic_store_explicit(x,1,memory_order_relaxed);"                               \
  " int r0 = atomic_load_explicit(y,memory_order_relaxed); }\n"                                                        \
  "P1 (atomic_int* x, atomic_int* y) { atomic_store_explicit(y,1,memory_order_relaxed);"                               \
  " int r0 = atomic_load_explicit(x,memory_order_relaxed); }\n"
static const char SB[] = "C SB\n{}\n" P_SB "exists (0:r0=0 /\\ 1:r0=0)\n";

static const struct {
  const char *text;
  const char *reason; // a part of it; NULL: can
} accepted[] = {
    {"C t\n{}\n" P_SB "exists (0:r0=0)\n", NULL},
    {"C t\n{}\n" P_SB "exists (x=1 /\\ 0:r0=0)\n", NULL},
    {"C t\n{}\n" P_SB, NULL},
    {"C t\n{}\nP0 (volatile int* x) { *x = 1; }\nP1 (volatile int* x) { int r = *x; }\nexists (1:r=1)\n", NULL},
    {"C t\n{}\nP0 (int* x) { *x = 1; }\nP1 (int* x) { int r = *x; }\nexists (1:r=1)\n", "neither atomic nor volatile"},
    {"C t\n{}\nP0 (atomic_int* x) { *x = 1; }\nP1 (atomic_int* x) { int r = *x; }\nexists (1:r=1)\n",
     "neither atomic nor volatile"},
    {"C t\n{}\nP0 (atomic_int* x) { atomic_store(x,1); }\nP1 (atomic_int* x) { atomic_store(x,2); }\nexists (x=1)\n",
     "two threads store"},
    {"C t\n{}\nP0 (atomic_int* x) { int r = atomic_fetch_add(x,1); }\nP1 (atomic_int* x) { int r = atomic_load(x); }\n"
     "exists (1:r=1)\n",
     "read-modify-write"},
    {"C t\n{}\nP0 (atomic_int* x) { int r = atomic_load(x); atomic_store(x, r + 1); }\n"
     "P1 (atomic_int* x) { int r = atomic_load(x); }\nexists (1:r=1)\n",
     "not a constant"},
    {"C t\n{}\nP0 (atomic_int* x, atomic_int* y) { int r = atomic_load(x); atomic_store(y, r ^ r); }\n"
     "P1 (atomic_int* x) { atomic_store(x, 1); }\nexists (0:r=1)\n",
     "not a constant"},
    {"C t\n{}\nP0 (atomic_int* x, atomic_int* y) { int r = atomic_load(x); if (r) atomic_store(y, 1); }\n"
     "P1 (atomic_int* x) { atomic_store(x, 1); }\nexists (0:r=1)\n",
     "branch"},
    {"C t\n{}\nP0 (atomic_int* x) { int r = atomic_load(x); r = atomic_load(x); }\n"
     "P1 (atomic_int* x) { atomic_store(x, 1); }\nexists (0:r=1)\n",
     "more than once"},
    {"C t\n{}\nP0 (atomic_int* x) { int r = atomic_load(x) + 1; }\n"
     "P1 (atomic_int* x) { atomic_store(x, 1); }\nexists (0:r=1)\n",
     "computes"},
    {"C t\n{}\nP0 (_Atomic int8_t* x) { atomic_store(x, 1); }\nP1 (_Atomic int8_t* x) { int r = atomic_load(x); }\n"
     "exists (1:r=1)\n",
     "8 bits"},
    {"C t\n{}\nP0 (atomic_int* x) { atomic_store(x, 1); }\nP1 (atomic_int* x) { char r = atomic_load(x); }\n"
     "exists (1:r=1)\n",
     "8 bits"},
    {"C t\nLayout=x:60\n{}\nP0 (atomic_int* x) { atomic_store(x, 1); }\nP1 (atomic_int* x) { int r = atomic_load(x); "
     "}\n"
     "exists (1:r=1)\n",
     "Layout="},
    {"C t\n{}\nP0 (atomic_int* x) { atomic_store(x, 1); int r = atomic_load(x); }\nexists (0:r=1)\n", "one thread"},
};

START_TEST(accepts_what_it_can_decode_and_says_why_not) {
  const char *reason = "unset";
  bool can = perpetual_shape(read_test(accepted[_i].text), arena, &reason) != NULL;
  ck_assert_int_eq(can, accepted[_i].reason == NULL);
  if (accepted[_i].reason)
    ck_assert_msg(strstr(reason, accepted[_i].reason) != NULL, "%s", reason);
  else
    ck_assert_ptr_null(reason);
}
END_TEST

// ---- states

// A state of the engine as the test shows it.
static const char *state_text(const Shape *shape, unsigned state) {
  uint64_t words[SHAPE_WORDS];
  Text text = {0};
  perpetual_words(shape, state, words);
  shape_print(shape, words, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

static const char COWW[] = "C CoWW\n{}\n"
                           "P0 (atomic_int* x) { atomic_store_explicit(x,1,memory_order_relaxed);"
                           " atomic_store_explicit(x,2,memory_order_relaxed); }\n"
                           "P1 (atomic_int* x) { int r0 = atomic_load_explicit(x,memory_order_relaxed);"
                           " int r1 = atomic_load_explicit(x,memory_order_relaxed); }\n"
                           "exists (1:r0=1 /\\ 1:r1=2)\n";

// Initial values, constants in no order, a narrower register, a location nobody stores to, a register nobody assigns.
static const char VALUES[] = "C values\n{ x = 7; z = 9; 1:r9 = 4; }\n"
                             "P0 (atomic_int* x) { atomic_store(x, -3); atomic_store(x, 70000); }\n"
                             "P1 (atomic_int* x, atomic_int* z) { int16_t r0 = atomic_load(x); int r1 = atomic_load(z);"
                             " int r2 = -5; }\n"
                             "locations [x; 1:r0; 1:r1; 1:r2; 1:r9;]\nexists (1:r0=7)\n";

START_TEST(states_show_the_tests_own_values) {
  const Test *test = read_test(VALUES);
  const char *reason;
  const Shape *shape = shape_of(test, ENGINE_AUTO, arena, &reason);
  ck_assert_msg(shape->perpetual != NULL, "%s", reason);
  ck_assert_uint_eq(shape->perpetual->load_count, 1);
  ck_assert_uint_eq(shape->perpetual->state_count, 3);
  static const char *const states[] = {
      "1:r0=7; 1:r1=9; 1:r2=-5; 1:r9=4; [x]=70000;", "1:r0=-3; 1:r1=9; 1:r2=-5; 1:r9=4; [x]=70000;",
      "1:r0=4464; 1:r1=9; 1:r2=-5; 1:r9=4; [x]=70000;", // 70000 in 16 bits
  };
  for (unsigned s = 0; s < 3; s++)
    ck_assert_str_eq(state_text(shape, s), states[s]);
}
END_TEST

// Every operator that a constant can have: state 1 shows what is stored.
static const struct {
  const char *stored, *state;
} constants[] = {
    {"(long)1", "1:r0=1;"},
    {"-(long)5", "1:r0=-5;"},
    {"(int)-5", "1:r0=-5;"},
    {"~6", "1:r0=-7;"},
    {"!0", "1:r0=1;"},
    {"!7", "1:r0=0;"},
    {"(int8_t)300", "1:r0=44;"},
    {"(uint16_t)-1", "1:r0=65535;"},
    {"(_Bool)6", "1:r0=1;"},
    {"-(-2147483647 - 1)", NULL},
    {"(int64_t)4294967299", "1:r0=3;"},
    {"(unsigned int)-1", "1:r0=-1;"},
};

START_TEST(constants_are_what_c_makes_of_them) {
  const Test *test = read_test(
      arena_printf(arena,
                   "C t\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, %s, memory_order_relaxed); }\n"
                   "P1 (atomic_int* x) { int r0 = atomic_load_explicit(x, memory_order_relaxed); }\nexists (1:r0=1)\n",
                   constants[_i].stored));
  const Shape *shape = shape_of(test, ENGINE_AUTO, arena, NULL);
  ck_assert_int_eq(shape->perpetual != NULL, constants[_i].state != NULL);
  if (shape->perpetual)
    ck_assert_str_eq(state_text(shape, 1), constants[_i].state);
}
END_TEST

// ---- whole runs

static RunResult run(const char *text, const RunOptions *options, bool same_pu) {
  const Test *test = read_test(text);
  Diag diag = {.arena = arena};
  Compiler compiler;
  Topology *topology = topology_new(&diag);
  ck_assert_ptr_nonnull(topology);
  ck_assert(compiler_find(options->cc, options->cflags, arena, &compiler, &diag));
  Compiled **compiled = build_compile(&test, 1, options->engine, &compiler, arena, NULL, NULL, NULL);
  Placement placement = placement_default(topology, test->thread_count, arena);
  unsigned pu = topology_pu(topology, 0);
  if (same_pu)
    ck_assert(placement_custom(topology, &pu, 1, test->thread_count, arena, &placement, &diag));
  RunResult result = run_test(test, compiled[0], topology, &placement, options, arena, NULL);
  ck_assert_msg(result.status == RUN_DONE, "%s", result.message ? result.message : "no reason");
  ck_assert_int_eq(result.engine, ENGINE_PERPETUAL);
  topology_free(topology);
  return result;
}

static uint64_t sum(const Histogram *histogram) {
  uint64_t total = 0;
  for (unsigned i = 0; i < histogram->count; i++)
    total += histogram->rows[i].count;
  return total;
}

START_TEST(counts_add_up) {
  const RunOptions options = {
      .seconds = 20, .iterations = 100000, .seed = 1, .actors = _i ? ACTORS_PROCESSES : ACTORS_THREADS};
  RunResult result = run(SB, &options, false);
  ck_assert_uint_gt(result.histogram.total, 0);
  ck_assert_uint_eq(result.histogram.total, sum(&result.histogram));
  ck_assert_uint_le(result.report.frame_witnesses, result.report.frames);
}
END_TEST

START_TEST(threads_on_one_pu_end_and_show_nothing_weak) {
  const RunOptions options = {.seconds = 20, .iterations = 100000, .seed = 1};
  RunResult result = run(SB, &options, true);
  ck_assert_uint_gt(result.histogram.total, 0);
  ck_assert_uint_eq(result.histogram.witnesses, 0);
}
END_TEST

START_TEST(runs_about_as_many_iterations_as_asked_for) {
  const RunOptions options = {.seconds = 5, .iterations = 1000, .seed = 1};
  RunResult result = run(SB, &options, false);
  ck_assert_uint_ge(result.histogram.total, 1000);
  ck_assert_uint_le(result.histogram.total, 2 * 1000 + 64);
}
END_TEST

START_TEST(states_of_a_run_are_states_of_the_test) {
  const RunOptions options = {.seconds = 20, .iterations = 100000, .seed = 1};
  RunResult result = run(VALUES, &options, false);
  ck_assert_uint_gt(result.histogram.total, 0);
  for (unsigned i = 0; i < result.histogram.count; i++) {
    Value seen = result.histogram.rows[i].state.values[0];
    ck_assert(seen == 7 || seen == -3 || seen == 4464);
  }
}
END_TEST

START_TEST(there_is_code_that_pauses_between_any_two_statements) {
  Text text = {0};
  build_emit(read_test(COWW), ENGINE_PERPETUAL, arena, &text);
  const char *at = strstr(text_string(&text), "void pausing0(");
  ck_assert_ptr_nonnull(at);
  static const char *const row[] = {"__atomic_store_n(", "kernel_delay(", "__atomic_store_n(", "\n}"};
  for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
    at = strstr(at + 1, row[i]);
    ck_assert_ptr_nonnull(at);
  }
  text_free(&text);
}
END_TEST

// What pauses between the statements bring about soon: one store is seen without the next, then the next.
START_TEST(a_thread_is_seen_between_its_statements) {
  Diag diag = {.arena = arena};
  Topology *topology = topology_new(&diag);
  bool alone = topology_pu_count(topology) < 2;
  topology_free(topology);
  SKIP_IF(alone, "no other thread runs between two statements");
  const RunOptions options = {.seconds = 20, .seed = 1, .iterations = 10000000, .until_witness = true};
  RunResult result = run(COWW, &options, false);
  ck_assert_uint_gt(result.histogram.witnesses, 0);
}
END_TEST

static const char FILTERED[] = "C filtered\n{}\n" P_SB "filter (1:r0=1)\nexists (0:r0=0)\n";

START_TEST(what_the_filter_hides_is_not_counted) {
  const RunOptions options = {.seconds = 20, .until_witness = true, .seed = 1};
  RunResult result = run(FILTERED, &options, false);
  ck_assert_uint_gt(result.histogram.total, 0);
  ck_assert_uint_eq(result.histogram.total, sum(&result.histogram));
  ck_assert_uint_le(result.histogram.count, 2);
}
END_TEST

// Their witnesses are states that no machine shows.
static const char *const never[] = {
    "C CoRR\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x,1,memory_order_relaxed); }\n"
    "P1 (atomic_int* x) { int r0 = atomic_load_explicit(x,memory_order_relaxed);"
    " int r1 = atomic_load_explicit(x,memory_order_relaxed); }\nexists (1:r0=1 /\\ 1:r1=0)\n",
    "C SB+fences\n{}\nP0 (atomic_int* x, atomic_int* y) { atomic_store(x,1); atomic_thread_fence(memory_order_seq_cst);"
    " int r0 = atomic_load(y); }\n"
    "P1 (atomic_int* x, atomic_int* y) { atomic_store(y,1); atomic_thread_fence(memory_order_seq_cst);"
    " int r0 = atomic_load(x); }\nexists (0:r0=0 /\\ 1:r0=0)\n",
    "C MP\n{}\nP0 (atomic_int* x, atomic_int* y) { atomic_store_explicit(x,1,memory_order_relaxed);"
    " atomic_store_explicit(y,1,memory_order_release); }\n"
    "P1 (atomic_int* x, atomic_int* y) { int r0 = atomic_load_explicit(y,memory_order_acquire);"
    " int r1 = atomic_load_explicit(x,memory_order_relaxed); }\nexists (1:r0=1 /\\ 1:r1=0)\n",
    "C IRIW\n{}\nP0 (atomic_int* x) { atomic_store(x,1); }\nP1 (atomic_int* y) { atomic_store(y,1); }\n"
    "P2 (atomic_int* x, atomic_int* y) { int r0 = atomic_load(x); int r1 = atomic_load(y); }\n"
    "P3 (atomic_int* x, atomic_int* y) { int r0 = atomic_load(y); int r1 = atomic_load(x); }\n"
    "exists (2:r0=1 /\\ 2:r1=0 /\\ 3:r0=1 /\\ 3:r1=0)\n",
};

START_TEST(what_no_machine_shows_is_never_counted) {
  const RunOptions options = {.seconds = 20, .iterations = 100000, .seed = 1};
  RunResult result = run(never[_i], &options, false);
  ck_assert_uint_gt(result.histogram.total, 0);
  ck_assert_uint_eq(result.histogram.witnesses, 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("perpetual");
  TCase *tests = tcase_create("perpetual");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_loop_test(tests, accepts_what_it_can_decode_and_says_why_not, 0, sizeof accepted / sizeof *accepted);
  tcase_add_test(tests, states_show_the_tests_own_values);
  tcase_add_loop_test(tests, constants_are_what_c_makes_of_them, 0, sizeof constants / sizeof *constants);
  tcase_add_loop_test(tests, counts_add_up, 0, 2);
  tcase_add_test(tests, threads_on_one_pu_end_and_show_nothing_weak);
  tcase_add_test(tests, runs_about_as_many_iterations_as_asked_for);
  tcase_add_test(tests, states_of_a_run_are_states_of_the_test);
  tcase_add_test(tests, there_is_code_that_pauses_between_any_two_statements);
  tcase_add_test(tests, a_thread_is_seen_between_its_statements);
  tcase_add_test(tests, what_the_filter_hides_is_not_counted);
  tcase_add_loop_test(tests, what_no_machine_shows_is_never_counted, 0, sizeof never / sizeof *never);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
