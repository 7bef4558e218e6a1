// Predictions: a model's word on every state of a test.
#include "harness/model/judge.h"
#include "tests/unit/litmus_text.h"

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static Prediction predicted(const char *text, const char *model, const LowerOptions *lower) {
  Judge *judge = ARENA_NEW(arena, Judge);
  *judge = judge_of(model_find(model), arena);
  JudgeOptions options = {.limits = judge_limits(60), .lower = lower ? *lower : (LowerOptions){0}};
  return judge_test(judge, parse_text(text, arena), &options, arena);
}

static Verdict verdict(const Prediction *p, Value first, Value second) {
  return prediction_verdict(p, (State){(Value[]){first, second}});
}

// Load buffering; `store` is what each thread stores, in these orders.
#define LB(load_order, store_order, store)                                                                             \
  "C LB\n{}\nP0 (atomic_int* x, atomic_int* y) { int r0 = atomic_load_explicit(x, memory_order_" load_order "); "      \
  "atomic_store_explicit(y, " store ", memory_order_" store_order "); }\n"                                             \
  "P1 (atomic_int* x, atomic_int* y) { int r0 = atomic_load_explicit(y, memory_order_" load_order "); "                \
  "atomic_store_explicit(x, " store ", memory_order_" store_order "); }\nexists (0:r0=1 /\\ 1:r0=1)\n"
static const char lb[] = LB("relaxed", "relaxed", "1");

START_TEST(verdicts_and_witnesses_are_the_models) {
  Prediction p = predicted(lb, "aarch64", NULL);
  ck_assert(p.any_witness && !p.all_witnesses && !p.why);
  ck_assert_uint_eq(p.result.state_count, 4);
  ck_assert_int_eq(verdict(&p, 1, 1), VERDICT_ALLOWED);
  p = predicted(lb, "x86-tso", NULL);
  ck_assert(!p.any_witness);
  ck_assert_int_eq(verdict(&p, 1, 1), VERDICT_FORBIDDEN);
  ck_assert_int_eq(verdict(&p, 0, 1), VERDICT_ALLOWED);
  ck_assert_int_eq(verdict(&p, 0, 9), VERDICT_FORBIDDEN); // no execution ends in it
}
END_TEST

START_TEST(only_rc11_has_a_thin_air_axiom) {
  State both = {(Value[]){1, 1}};
  Prediction p = predicted(lb, "c11", NULL);
  ck_assert_int_eq(prediction_verdict(&p, both), VERDICT_FORBIDDEN);
  ck_assert(prediction_is_thin_air(&p, both));
  ck_assert(!prediction_is_thin_air(&p, (State){(Value[]){0, 1}})); // allowed
  ck_assert(p.judge->model->thin_air);
  for (unsigned m = 0; m < model_count; m++)
    if (strcmp(model_all[m]->name, "c11") != 0) {
      p = predicted(lb, model_all[m]->name, NULL);
      ck_assert(!p.judge->model->thin_air && !prediction_is_thin_air(&p, both));
    }
  p = predicted(LB("acquire", "release", "1"), "c11", NULL); // coherence forbids it too
  ck_assert_int_eq(prediction_verdict(&p, both), VERDICT_FORBIDDEN);
  ck_assert(!prediction_is_thin_air(&p, both));
}
END_TEST

// Each thread stores what it read: no execution makes the circle that (1, 1) would come of.
START_TEST(values_out_of_thin_air_are_in_no_execution_and_c11s_are_thin_air) {
  State both = {(Value[]){1, 1}};
  for (unsigned m = 0; m < model_count; m++) {
    Prediction p = predicted(LB("relaxed", "relaxed", "r0"), model_all[m]->name, NULL);
    ck_assert_uint_eq(p.result.candidate_count, 1);
    ck_assert_int_eq(verdict(&p, 0, 0), VERDICT_ALLOWED);
    ck_assert_int_eq(prediction_verdict(&p, both), VERDICT_FORBIDDEN);
    ck_assert(prediction_is_thin_air(&p, both) == (p.judge->model->thin_air != NULL));
  }
  // Of what no circle could lead to, nothing is out of thin air; nor where the circle would not be coherent.
  Prediction p = predicted(lb, "c11", NULL);
  ck_assert(!prediction_is_thin_air(&p, (State){(Value[]){7, 7}}));
  p = predicted(
      "C inc\n{}\nP0 (atomic_int* x) { int r0 = atomic_load(x); atomic_store(x, r0 + 1); }\n"
      "P1 (atomic_int* x) { int r0 = atomic_load(x); atomic_store(x, r0 + 1); }\nexists (0:r0=1 /\\ 1:r0=1)\n",
      "c11", NULL);
  ck_assert_int_eq(prediction_verdict(&p, both), VERDICT_FORBIDDEN);
  ck_assert(!prediction_is_thin_air(&p, both));
}
END_TEST

// Acquire loads as ldapr may pass an earlier stlr, and nothing else; those of seq_cst stay ldar. As herd7's aarch64
// says.
START_TEST(rcpc_lets_an_acquire_load_pass_an_earlier_release_and_no_more) {
#define TWO(first0, second0, first1, second1)                                                                          \
  "C two\n{}\nP0 (atomic_int* x, atomic_int* y) { int r0 = 0; " first0 second0 " }\n"                                  \
  "P1 (atomic_int* x, atomic_int* y) { int r0 = 0; int r1 = 0; " first1 second1 " }\n"
#define ST(x, order) "atomic_store_explicit(" x ", 1, memory_order_" order "); "
#define LD(r, x, order) r " = atomic_load_explicit(" x ", memory_order_" order "); "
  static const struct {
    const char *text;
    bool with_ldar, with_ldapr; // some witness
  } tests[] = {
      {TWO(ST("x", "release"), LD("r0", "y", "acquire"), ST("y", "release"), LD("r0", "x", "acquire")) //
       "exists (0:r0=0 /\\ 1:r0=0)",
       false, true},
      {TWO(ST("x", "release"), LD("r0", "y", "seq_cst"), ST("y", "release"), LD("r0", "x", "seq_cst")) //
       "exists (0:r0=0 /\\ 1:r0=0)",
       false, false},
      {TWO(ST("x", "relaxed"), ST("y", "release"), LD("r0", "y", "acquire"), LD("r1", "x", "relaxed")) //
       "exists (1:r0=1 /\\ 1:r1=0)",
       false, false},
      {TWO(LD("r0", "x", "acquire"), ST("y", "relaxed"), LD("r0", "y", "acquire"), ST("x", "relaxed")) //
       "exists (0:r0=1 /\\ 1:r0=1)",
       false, false},
      {TWO("atomic_compare_exchange_strong_explicit(x, &r0, 1, memory_order_release, memory_order_acquire); ",
           LD("r0", "y", "acquire"), ST("y", "release"), LD("r0", "x", "acquire")) //
       "exists (0:r0=0 /\\ 1:r0=0)",
       false, true},
      // A compare_exchange that fails reads as ldar does, after an earlier stlr.
      {"C cas\n{}\nP0 (atomic_int* x, atomic_int* y) { int r0 = 7; " ST(
           "x", "release") "atomic_compare_exchange_strong_explicit(y, &r0, 9, memory_order_acquire, "
                           "memory_order_acquire); }\n"
                           "P1 (atomic_int* x, atomic_int* y) { int r0 = 0; " ST("y", "release")
                               LD("r0", "x", "seq_cst") "}\nexists (0:r0=0 /\\ 1:r0=0)",
       false, false},
  };
  static const char *const rcpc[] = {"lse", "rcpc", NULL};
  for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
    Prediction p = predicted(tests[i].text, "aarch64", NULL);
    ck_assert_msg(p.any_witness == tests[i].with_ldar && !p.result.gave_up, "%zu with ldar", i);
    p = predicted(tests[i].text, "aarch64", &(LowerOptions){.features = rcpc});
    ck_assert_msg(p.any_witness == tests[i].with_ldapr && !p.result.gave_up, "%zu with ldapr", i);
  }
}
END_TEST

START_TEST(what_cannot_be_lowered_has_a_reason) {
  Prediction p = predicted("C f\n{}\nP0 (int* x) { cpu_fence(\"mfence\"); *x = 1; }\nexists (x=1)\n", "aarch64", NULL);
  ck_assert(!p.program && p.why && strstr(p.why, "mfence"));
  ck_assert_int_eq(verdict(&p, 1, 0), VERDICT_UNMODELLED);
}
END_TEST

START_TEST(a_filter_that_leaves_nothing_is_told) {
  static const char *const filtered = "C f\n{}\nP0 (int* x) { int r0 = *x; }\nfilter (0:r0=1)\nexists (0:r0=0)\n";
  Prediction p = predicted(filtered, "sc", NULL);
  ck_assert(p.filtered_out && p.why && strstr(p.why, "the filter"));
  p = predicted("C f\n{}\nP0 (int* x) { int r0 = *x; }\nfilter (0:r0=0)\nexists (0:r0=0)\n", "sc", NULL);
  ck_assert(!p.filtered_out && !p.why && p.any_witness);
}
END_TEST

// Whether z is seen or not, C11 has to answer for an execution in which it is.
START_TEST(a_race_that_the_filter_hides_is_one) {
  static const char *const hidden =
      "C f\n{}\nP0 (int* x, atomic_int* z) { *x = 1; atomic_store_explicit(z, 1, memory_order_relaxed); }\n"
      "P1 (int* x, atomic_int* z) { int r0 = atomic_load_explicit(z, memory_order_relaxed); if (r0) { *x = 2; } }\n"
      "filter (1:r0=0)\nexists (1:r0=0)\n";
  ck_assert_int_eq(predicted(hidden, "c11", NULL).result.undefined, true);
  Prediction p = predicted(hidden, "sc", NULL);
  ck_assert(!p.result.undefined && p.result.state_count == 1 && !p.filtered_out);
}
END_TEST

// Seven threads store to their own location, then read the next one's: 128 states, of which 20 executions show some.
static Prediction ring(const char *condition, const char *model, uint64_t executions) {
  enum { THREADS = 7 };
  Text text = {0};
  text_add(&text, "C ring\n{}\n");
  for (unsigned t = 0; t < THREADS; t++)
    text_printf(&text, "P%u (atomic_int* x%u, atomic_int* x%u) { atomic_store(x%u, 1); int r0 = atomic_load(x%u); }\n",
                t, t, (t + 1) % THREADS, t, (t + 1) % THREADS);
  text_add(&text, condition);
  Judge *judge = ARENA_NEW(arena, Judge);
  *judge = judge_of(model_find(model), arena);
  JudgeOptions options = {.limits = {.executions = executions}};
  Prediction p = judge_test(judge, parse_text(arena_string(arena, text_string(&text)), arena), &options, arena);
  text_free(&text);
  return p;
}

START_TEST(what_the_condition_asks_for_is_looked_for_by_itself_where_all_is_too_much) {
#define ALL(value)                                                                                                     \
  "(0:r0=" value " /\\ 1:r0=" value " /\\ 2:r0=" value " /\\ 3:r0=" value " /\\ 4:r0=" value " /\\ 5:r0=" value        \
  " /\\ 6:r0=" value ")"
  static const struct {
    const char *condition, *model;
    bool any, all;
  } rows[] = {
      {"exists " ALL("0"), "sc", false, false},
      {"exists " ALL("0"), "riscv", false, false},
      {"~exists " ALL("0"), "sc", false, false},
      {"exists " ALL("1"), "sc", true, false},
      {"forall (not " ALL("0") ")", "sc", true, true},
      {"forall (not " ALL("1") ")", "sc", true, false},
      {"filter (3:r0=0) exists " ALL("1"), "sc", false, false},
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    Prediction whole = ring(rows[i].condition, rows[i].model, 0), part = ring(rows[i].condition, rows[i].model, 20);
    ck_assert(!whole.result.gave_up && !whole.decided);
    ck_assert_msg(part.result.gave_up && part.decided && prediction_decides(&part), "%u: %s", i, part.why);
    ck_assert_int_eq(prediction_asked(&part, NULL), prediction_asked(&whole, NULL));
    ck_assert_int_eq(part.any_witness, rows[i].any);
    ck_assert_int_eq(part.all_witnesses, rows[i].all);
  }
  Prediction p = ring("exists (0:r0=0)", "sc", 20); // found among the first
  ck_assert(p.any_witness && !p.decided);
  p = ring("exists " ALL("0"), "c11", 20); // a race may be elsewhere
  ck_assert(!p.decided && !prediction_decides(&p));
}
END_TEST

// Of memory, once its writes are ordered.
START_TEST(what_the_condition_asks_of_memory_is_looked_for_too) {
  Judge judge = judge_of(model_find("sc"), arena);
  JudgeOptions options = {.limits = {.executions = 3}};
  const Test *test =
      parse_text("C 2+2W\n{}\nP0 (atomic_int* x, atomic_int* y) { atomic_store(x, 1); atomic_store(y, 2); }\n"
                 "P1 (atomic_int* x, atomic_int* y) { atomic_store(y, 1); atomic_store(x, 2); }\n"
                 "exists ([x]=1 /\\ [y]=1)\n",
                 arena);
  Prediction p = judge_test(&judge, test, &options, arena);
  ck_assert(p.decided && !p.any_witness);
  ck_assert_int_eq(prediction_asked(&p, NULL), VERDICT_FORBIDDEN);
}
END_TEST

START_TEST(a_loop_beyond_its_bound_leaves_the_rest_unknown) {
  LowerOptions lower = {.unroll = 2};
  Prediction p = predicted("C l\n{}\nP0 (atomic_int* x) { int n = 0; while (atomic_load(x) == 0) { n = n + 1; } }\n"
                           "P1 (atomic_int* x) { atomic_store(x, 1); }\nlocations [x;]\nexists (0:n=9)\n",
                           "sc", &lower);
  ck_assert(p.result.bound_reached && p.why && strstr(p.why, "bound of 2 turns"));
  ck_assert_int_eq(verdict(&p, 2, 1), VERDICT_ALLOWED);
  ck_assert_int_eq(verdict(&p, 9, 1), VERDICT_UNKNOWN);
}
END_TEST

START_TEST(a_wait_that_nobody_ends_is_kept_with_its_execution) {
  Prediction p = predicted("C w\n{}\nP0 (atomic_int* x) { atomic_store(x, 1); atomic_store(x, 0); }\n"
                           "P1 (atomic_int* x) { while (atomic_load(x) == 0) { } }\nlocations [x;]\nexists (x=1)\n",
                           "sc", NULL);
  ck_assert(p.result.hang && p.result.hang->waiting == 2 && p.why && strstr(p.why, "a wait never ends: P1 ("));
  ck_assert_ptr_nonnull(strstr(p.why, ", which reads x=0)"));
  ck_assert_ptr_eq(p.result.hang->program, p.program);
  ck_assert_uint_eq(p.result.state_count, 1);
}
END_TEST

// Where P1 waits a turn, its last read depends on y no longer, and ARM may do it early.
START_TEST(a_turn_that_ends_a_dependency_is_no_wait) {
  static const char *const test =
      "C d\n{ atomic_int x[2] = {0, 0}; %s }\n"
      "P0 (atomic_int* x, atomic_int* y) { atomic_store_explicit(x, 1, memory_order_relaxed); "
      "atomic_thread_fence(memory_order_seq_cst); atomic_store_explicit(y, 1, memory_order_relaxed); }\n"
      "P1 (atomic_int* x, atomic_int* y, atomic_int* z, atomic_int* f) { "
      "int r1 = atomic_load_explicit(y, memory_order_relaxed); int r0 = r1 ^ r1; "
      "while (atomic_load_explicit(f, memory_order_relaxed) == 0) { r0 = %s; } "
      "int r2 = atomic_load_explicit(x + r0, memory_order_relaxed); }\n"
      "P2 (atomic_int* f) { atomic_store_explicit(f, 1, memory_order_relaxed); }\n"
      "exists (1:r1=1 /\\ 1:r2=0)\n";
  static const struct {
    const char *init, *turn;
    Verdict verdict;
  } cases[] = {
      {"", "0", VERDICT_ALLOWED},
      {"", "atomic_load_explicit(z, memory_order_relaxed)", VERDICT_ALLOWED},
      {"f = 1;", "0", VERDICT_FORBIDDEN}, // it takes no turn
      {"", "r0", VERDICT_FORBIDDEN},      // the dependency stays
      // it is on a later read of y, which sees no less than the first one
      {"", "(atomic_load_explicit(y, memory_order_relaxed) ^ r1)", VERDICT_FORBIDDEN},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    Prediction p = predicted(arena_printf(arena, test, cases[i].init, cases[i].turn), "aarch64", NULL);
    ck_assert_msg(!p.why, "%s", p.why);
    ck_assert_msg(verdict(&p, 1, 0) == cases[i].verdict, "%s: %s", cases[i].turn, verdict_name(verdict(&p, 1, 0)));
  }
}
END_TEST

// A compare-exchange that fails though it need not, and puts what it found where what it expected came from, changes
// nothing; one that fails because others wrote does so as often as they write.
START_TEST(a_loop_that_tries_again_with_what_it_found_needs_no_bound) {
  static const char *const add = "P%u (atomic_int* x) { int r0 = atomic_load_explicit(x, memory_order_relaxed); "
                                 "while (atomic_compare_exchange_weak_explicit(x, &r0, r0 + 1, memory_order_relaxed, "
                                 "memory_order_relaxed) == 0) { } }\n";
  Text text = {0};
  text_add(&text, "C a\n{}\n");
  for (unsigned t = 0; t < 3; t++)
    text_printf(&text, add, t);
  text_add(&text, "exists (x=3)\n");
  for (unsigned m = 0; m < model_count; m++) {
    if (!strcmp(model_all[m]->name, "lkmm"))
      continue;
    Prediction p = predicted(text_string(&text), model_all[m]->name, NULL);
    ck_assert_msg(!p.why, "%s: %s", model_all[m]->name, p.why);
    ck_assert(p.result.state_count == 1 && p.any_witness && !p.result.hang);
  }
  text_free(&text);
}
END_TEST

START_TEST(a_race_leaves_all_undefined_and_names_its_accesses) {
  Prediction p =
      predicted("C r\n{}\nP0 (int* x) { *x = 1; }\nP1 (int* x) { int r0 = *x; }\nexists (1:r0=1)\n", "c11", NULL);
  ck_assert(p.result.undefined && p.result.racy);
  ck_assert_int_eq(verdict(&p, 7, 7), VERDICT_UNDEFINED);
  const Event *a = &p.result.racy->events[p.result.race[0]], *b = &p.result.racy->events[p.result.race[1]];
  ck_assert(a->thread == 0 && a->kind == EVENT_WRITE && b->thread == 1 && b->kind == EVENT_READ);
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("prediction");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, verdicts_and_witnesses_are_the_models);
  tcase_add_test(tests, only_rc11_has_a_thin_air_axiom);
  tcase_add_test(tests, values_out_of_thin_air_are_in_no_execution_and_c11s_are_thin_air);
  tcase_add_test(tests, rcpc_lets_an_acquire_load_pass_an_earlier_release_and_no_more);
  tcase_add_test(tests, what_cannot_be_lowered_has_a_reason);
  tcase_add_test(tests, a_filter_that_leaves_nothing_is_told);
  tcase_add_test(tests, a_race_that_the_filter_hides_is_one);
  tcase_add_test(tests, a_loop_beyond_its_bound_leaves_the_rest_unknown);
  tcase_add_test(tests, what_the_condition_asks_for_is_looked_for_by_itself_where_all_is_too_much);
  tcase_add_test(tests, what_the_condition_asks_of_memory_is_looked_for_too);
  tcase_add_test(tests, a_wait_that_nobody_ends_is_kept_with_its_execution);
  tcase_add_test(tests, a_turn_that_ends_a_dependency_is_no_wait);
  tcase_add_test(tests, a_loop_that_tries_again_with_what_it_found_needs_no_bound);
  tcase_add_test(tests, a_race_leaves_all_undefined_and_names_its_accesses);
  Suite *suite = suite_create("model");
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
