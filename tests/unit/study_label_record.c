// Records made elsewhere are judged by the models, as far as what ran there is known.
#include "harness/lang/print.h"
#include "harness/study/label_record.h"
#include "tests/unit/litmus_text.h"

static Arena *arena;
static Diag diag;
static RecordLabeller *labeller;

static void setup(void) {
  arena = arena_new();
  diag = (Diag){.arena = arena};
  labeller = record_labeller_new(arena);
}

static void teardown(void) { arena_free(arena); }

#define MP                                                                                                             \
  "C mine\n{}\nP0 (atomic_int* x, atomic_int* y) {\n atomic_store_explicit(x, 1, memory_order_relaxed);\n"             \
  " atomic_store_explicit(y, 1, memory_order_relaxed);\n}\n"                                                           \
  "P1 (atomic_int* x, atomic_int* y) {\n int r0 = atomic_load_explicit(y, memory_order_relaxed);\n"                    \
  " int r1 = atomic_load_explicit(x, memory_order_relaxed);\n}\nexists (1:r0=1 /\\ 1:r1=0)\n"

// A record of MP on a machine; what its weak state is comes first.
static Record record_of(const char *text, const char *arch, bool emulated) {
  RecordState *states = ARENA_ARRAY(arena, RecordState, 2);
  states[0] = (RecordState){.state = "1:r0=1; 1:r1=0;", .count = 3, .witness = true, .weak = -1};
  states[1] = (RecordState){.state = "1:r0=1; 1:r1=1;", .count = 97, .weak = -1};
  char *digest = arena_alloc(arena, 65);
  test_digest(parse_text(text, arena), digest);
  return (Record){.test = "mine",
                  .digest = digest,
                  .fence = "none",
                  .machine = {.arch = arch, .emulated = emulated},
                  .litmus = text,
                  .states = states,
                  .state_count = 2,
                  .iterations = 100};
}

static const char *verdict(const RecordState *state, const char *model) {
  for (unsigned i = 0; i < state->verdict_count; i++)
    if (!strcmp(state->verdicts[i].model, model))
      return state->verdicts[i].verdict;
  return "";
}

START_TEST(a_record_is_judged_by_the_text_that_it_holds) {
  Record r = record_of(MP, "aarch64", false);
  ck_assert(record_label(labeller, &r, arena, &diag));
  ck_assert_int_eq(r.states[0].weak, 1);
  ck_assert_int_eq(r.states[1].weak, 0);
  ck_assert_str_eq(verdict(&r.states[0], "aarch64"), "allowed");
  ck_assert_str_eq(verdict(&r.states[0], "x86-tso"), "forbidden");
  ck_assert_str_eq(verdict(&r.states[0], "c11"), "allowed");
  ck_assert_ptr_null(r.forbidden_state);
  ck_assert_ptr_null(diag.first);
}
END_TEST

START_TEST(what_the_machines_model_forbids_is_told) {
  Record r = record_of(MP, "x86_64", false);
  ck_assert(record_label(labeller, &r, arena, &diag));
  ck_assert_ptr_null(r.forbidden_state); // C11 allows it
  ck_assert_str_eq(diag.first->message,
                   "mine: 1:r0=1; 1:r1=0; was seen 3 times, which x86-tso forbids for the code that "
                   "compilers usually make: only the code that ran can tell whose it is");
}
END_TEST

START_TEST(what_an_emulator_does_against_the_model_is_the_emulators) {
  Record r = record_of(MP, "x86_64", true);
  ck_assert(record_label(labeller, &r, arena, &diag));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "whose it is; an emulator ran it, and no such CPU"));
  ck_assert_str_eq(verdict(&r.states[0], "x86-tso"), "forbidden");
}
END_TEST

START_TEST(the_fence_that_was_put_in_is_judged_too) {
  Record r = record_of(MP, "aarch64", true);
  r.fence = "fence-seq_cst";
  ck_assert(record_label(labeller, &r, arena, &diag));
  ck_assert_str_eq(verdict(&r.states[0], "aarch64"), "forbidden");
}
END_TEST

START_TEST(what_is_not_known_is_not_judged) {
  Record other = record_of(MP, "aarch64", false), none = other, broken = other;
  other.digest = "0000000000000000000000000000000000000000000000000000000000000000";
  none.litmus = "";
  broken.litmus = "C mine {}";
  ck_assert(!record_label(labeller, &other, arena, &diag));
  ck_assert(!record_label(labeller, &none, arena, &diag));
  ck_assert(!record_label(labeller, &broken, arena, &diag));
  ck_assert_int_eq(other.states[0].weak, -1);
  ck_assert_ptr_null(diag.first);
}
END_TEST

START_TEST(states_of_another_test_are_told_and_left_alone) {
  Record r = record_of(MP, "aarch64", false), lies = record_of(MP, "aarch64", false);
  r.states[1].state = "0:r9=1;";
  lies.states[1].witness = true;
  ck_assert(!record_label(labeller, &r, arena, &diag));
  ck_assert(!record_label(labeller, &lies, arena, &diag));
  ck_assert_uint_eq(diag.warnings, 2);
  ck_assert_int_eq(r.states[0].weak, -1);
}
END_TEST

START_TEST(labels_that_are_there_are_kept) {
  Record r = record_of(MP, "aarch64", false);
  r.states[1].weak = 1;
  ck_assert(!record_label(labeller, &r, arena, &diag));
  ck_assert_int_eq(r.states[1].weak, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("label_record");
  TCase *tests = tcase_create("label_record");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_record_is_judged_by_the_text_that_it_holds);
  tcase_add_test(tests, what_the_machines_model_forbids_is_told);
  tcase_add_test(tests, what_an_emulator_does_against_the_model_is_the_emulators);
  tcase_add_test(tests, the_fence_that_was_put_in_is_judged_too);
  tcase_add_test(tests, what_is_not_known_is_not_judged);
  tcase_add_test(tests, states_of_another_test_are_told_and_left_alone);
  tcase_add_test(tests, labels_that_are_there_are_kept);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
