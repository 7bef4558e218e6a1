// Loops, jumps, `?:` and assignments in all of C's forms: every model says of them what it says of the same in the
// words that herd7 reads too, `if`, `while` and `=`, of which the table says what herd7 7.57 makes of the condition by
// rc11.cat.
#include "harness/model/judge.h"
#include "tests/unit/litmus_text.h"
#include "tests/unit/runner.h"

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

#define RELAXED ", memory_order_relaxed)"
#define ACQUIRE ", memory_order_acquire)"
#define SEQ_CST ", memory_order_seq_cst)"
#define PUBLISH "atomic_store_explicit(x, 1" RELAXED "; atomic_store_explicit(y, 1, memory_order_release);"
#define LOOK "r0 = atomic_load_explicit(y" ACQUIRE ";"
#define SEE " int r1 = atomic_load_explicit(x" RELAXED ";"

// P0 and P1, then P1 in herd7's words; NULL: as P1 says.
static const struct {
  const char *p0, *p1, *plain_p0, *plain_p1, *condition;
  bool allowed; // by herd7
} pairs[] = {
    {PUBLISH, "int r0 = 0; for (int i = 0; i < 2; i++) { " LOOK " if (r0) break; }" SEE, NULL,
     "int r0 = 0; int i = 0; int go = 1; while (go) { " LOOK
     " if (r0) { go = 0; } else { i = i + 1; go = i < 2; } }" SEE,
     "1:r0=1 /\\ 1:r1=0", false},
    {PUBLISH, "int r0 = 0; int n = 0; do { " LOOK " n++; } while (!r0 && n < 2);" SEE, NULL,
     "int r0 = 0; int n = 0; " LOOK " n = 1; if (r0 == 0) { " LOOK " n = 2; }" SEE, "1:r0=1 /\\ 1:r1=0", false},
    {PUBLISH, "int r0 = 0; int n = 2; int r2 = 0; for (; n; n--) { " LOOK " if (!r0) continue; r2 += 1; }" SEE, NULL,
     "int r0 = 0; int n = 2; int r2 = 0; while (n) { " LOOK " if (r0) { r2 = r2 + 1; } n = n - 1; }" SEE,
     "1:r2=1 /\\ 1:r1=0", false},
    {PUBLISH, "int r0 = 0; " LOOK " int r1 = r0 ? atomic_load_explicit(x" RELAXED " : 7;", NULL,
     "int r0 = 0; " LOOK " int r1 = 7; if (r0) { r1 = atomic_load_explicit(x" RELAXED "; }", "1:r1=0", false},
    {"int r0 = atomic_load_explicit(y" RELAXED "; int r1 = r0 ? 1 : 1; atomic_store_explicit(x, r1" RELAXED ";",
     "int r0 = atomic_load_explicit(x" RELAXED "; r0 ^= 0; r0 |= 0; atomic_store_explicit(y, r0" RELAXED ";",
     "int r0 = atomic_load_explicit(y" RELAXED
     "; int r1 = (r0 != 0) - (r0 != 0) + 1; atomic_store_explicit(x, r1" RELAXED ";",
     "int r0 = atomic_load_explicit(x" RELAXED "; r0 = r0 ^ 0; r0 = r0 | 0; atomic_store_explicit(y, r0" RELAXED ";",
     "0:r0=1 /\\ 1:r0=1", false},
    {"(*x)++; int r0 = atomic_load_explicit(y" RELAXED ";",
     "*y += 1; int r0 = atomic_load_explicit(x" RELAXED "; --*x;",
     "atomic_fetch_add_explicit(x, 1" SEQ_CST "; int r0 = atomic_load_explicit(y" RELAXED ";",
     "atomic_fetch_add_explicit(y, 1" SEQ_CST "; int r0 = atomic_load_explicit(x" RELAXED
     "; atomic_fetch_sub_explicit(x, 1" SEQ_CST ";",
     "0:r0=0 /\\ 1:r0=0", true},
    {"*x |= 4;", "*x ^= 1;", "atomic_fetch_or_explicit(x, 4" SEQ_CST ";", "atomic_fetch_xor_explicit(x, 1" SEQ_CST ";",
     "x=4", false},
};

static const Test *test_of(const char *p0, const char *p1, const char *condition) {
  const char *text = arena_printf(arena,
                                  "C t\n{}\nP0 (atomic_int* x, atomic_int* y) { %s }\n"
                                  "P1 (atomic_int* x, atomic_int* y) { %s }\nlocations [x; y;]\nexists (%s)\n",
                                  p0, p1, condition);
  return parse_text(text, arena);
}

static Prediction predicted(const char *model, const Test *test) {
  Judge *judge = ARENA_NEW(arena, Judge);
  *judge = judge_of(model_find(model), arena);
  JudgeOptions options = {.limits = judge_limits(60)};
  return judge_test(judge, test, &options, arena);
}

START_TEST(every_model_says_the_same_as_of_plain_words) {
  static const char *const models[] = {"sc", "c11", "x86-tso", "aarch64", "riscv", "power"};
  const char *plain_p0 = pairs[_i].plain_p0 ? pairs[_i].plain_p0 : pairs[_i].p0;
  const Test *tests[] = {test_of(pairs[_i].p0, pairs[_i].p1, pairs[_i].condition),
                         test_of(plain_p0, pairs[_i].plain_p1, pairs[_i].condition)};
  for (unsigned m = 0; m < sizeof models / sizeof *models; m++) {
    Prediction both[] = {predicted(models[m], tests[0]), predicted(models[m], tests[1])};
    unsigned count;
    State *states = predictions_states(both, 2, &count, arena);
    ck_assert_uint_gt(count, 0);
    for (unsigned s = 0; s < count; s++)
      ck_assert_msg(prediction_verdict(&both[0], states[s]) == prediction_verdict(&both[1], states[s]), "%s: %s",
                    models[m], pairs[_i].p1);
    if (!strcmp(models[m], "c11"))
      ck_assert_msg(both[0].any_witness == pairs[_i].allowed, "%s", pairs[_i].p1);
  }
}
END_TEST

// What stores read through `?:` depends on, also if neither arm does anything.
START_TEST(what_is_chosen_depends_on_what_chose_it) {
  const char *load = "int r0 = atomic_load_explicit(y" RELAXED ";";
  const Test *test =
      test_of(arena_printf(arena, "%s atomic_store_explicit(x, r0 ? 1 : 1" RELAXED ";", load),
              "int r0 = atomic_load_explicit(x" RELAXED "; atomic_store_explicit(y, r0 ? 1 : 1" RELAXED ";",
              "0:r0=1 /\\ 1:r0=1");
  ck_assert(!predicted("aarch64", test).any_witness);
  const Test *without = test_of(arena_printf(arena, "%s atomic_store_explicit(x, 1" RELAXED ";", load),
                                "int r0 = atomic_load_explicit(x" RELAXED "; atomic_store_explicit(y, 1" RELAXED ";",
                                "0:r0=1 /\\ 1:r0=1");
  ck_assert(predicted("aarch64", without).any_witness);
}
END_TEST

// From left to right, as what runs does it: what a compare_exchange puts into a register comes after what stands
// before.
START_TEST(a_register_is_read_before_what_follows_assigns_it) {
  const Test *test = test_of("int r0 = 0; int r1 = r0 + atomic_compare_exchange_strong(x, &r0, 5);",
                             "atomic_store_explicit(x, 3" RELAXED ";", "0:r1=3");
  ck_assert(!predicted("sc", test).any_witness);
  ck_assert(!predicted("c11", test).any_witness);
  test = test_of("int r0 = 0; int r1 = atomic_compare_exchange_strong(x, &r0, 5) + r0;",
                 "atomic_store_explicit(x, 3" RELAXED ";", "0:r1=3");
  ck_assert(predicted("sc", test).any_witness);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("model_control", setup, teardown);
  tcase_add_loop_test(tests, every_model_says_the_same_as_of_plain_words, 0, sizeof pairs / sizeof *pairs);
  tcase_add_test(tests, what_is_chosen_depends_on_what_chose_it);
  tcase_add_test(tests, a_register_is_read_before_what_follows_assigns_it);
  return unit_run("model_control", tests);
}
