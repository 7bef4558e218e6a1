// Tests lowered to event programs.
#include "tests/unit/litmus_text.h"

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static const char *lowered(const char *arch, const LowerOptions *options, const char *text) {
  Diag diag = {.arena = arena};
  Program *program = program_from_test(parse_text(text, arena), model_find(arch), options, arena, &diag);
  if (!program)
    return diag.first->message;
  Text out = {0};
  program_print(program, &out);
  char *copy = arena_string(arena, text_string(&out));
  text_free(&out);
  return copy;
}

static unsigned choices(const char *model, const char *statement) {
  unsigned count = 0;
  const char *text =
      arena_printf(arena, "C t\n{ int y[2]; }\nP0 (int* x, int* y) { int r0 = 0; int r1; %s }\n", statement);
  for (const char *at = lowered(model, NULL, text); (at = strstr(at, "maybe go to")); at++)
    count++;
  return count;
}

START_TEST(test_operands_come_in_every_order_that_c_leaves_open) {
  ck_assert_str_eq(lowered("c11", NULL, "C t\n{}\nP0 (int* x, int* y) { int r0 = *x - *y; }\n"),
                   "P0:\n"
                   "   0  maybe go to 6\n"
                   "   1  t3 = [&x]  # load plain [NA]\n"
                   "   2  t1 = t3\n"
                   "   3  t4 = [&y]  # load plain [NA]\n"
                   "   4  t2 = t4\n"
                   "   5  go to 10\n"
                   "   6  t5 = [&y]  # load plain [NA]\n"
                   "   7  t2 = t5\n"
                   "   8  t6 = [&x]  # load plain [NA]\n"
                   "   9  t1 = t6\n"
                   "  10  t7 = t1 - t2\n"
                   "  11  t0 = t7\n");
  static const struct {
    const char *statement;
    unsigned choices; // orders but one
  } rows[] = {
      {"r1 = *x + *y;", 1},
      {"r1 = -(*x * 2) + *y + *x;", 5},
      {"r1 = *x + *x + *x + *x;", 23},
      {"r1 = *x + *x + *x + *x + *y;", 1}, // from either side
      {"r1 = *x && *y;", 0},
      {"r1 = (*x && *y) + *x;", 1},
      {"r1 = 1 + y[*x ^ *y];", 1}, // of the index
      {"r1 = *x + y[*x ^ *y];", 3},
      {"r1 = *x + 1;", 0},
      {"y[*x] = *x;", 0},
      {"if (*x == *y) r1 = 1;", 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_msg(choices("c11", rows[i].statement) == rows[i].choices, "%s", rows[i].statement);
    ck_assert_msg(choices("sc", rows[i].statement) == 0, "%s", rows[i].statement);
  }
  // The register that a compare_exchange assigns is read before.
  ck_assert_uint_eq(choices("c11", "r1 = r0 + *y + atomic_compare_exchange_strong(x, &r0, 1);"), 2 - 1);
}
END_TEST

START_TEST(test_c11_operations_are_the_events) {
  ck_assert_str_eq(lowered("c11", NULL,
                           "C t\n{}\nP0 (atomic_int* x, int* y) {\n  int r0 = atomic_load_explicit(x, "
                           "memory_order_acquire);\n  atomic_thread_fence(memory_order_seq_cst);\n  *y = r0;\n}\n"
                           "exists (0:r0=1)\n"),
                   "P0:\n"
                   "   0  t1 = [&x]  # load acquire [ACQ]\n"
                   "   1  t0 = t1\n"
                   "   2  fence  # fence seq_cst [SC]\n"
                   "   3  [&y] = t0  # store plain [NA]\n");
}
END_TEST

START_TEST(test_a_cpu_gets_the_steps_of_its_row) {
  ck_assert_str_eq(lowered("power", NULL,
                           "C t\n{}\nP0 (atomic_int* x) {\n  int r0 = atomic_load_explicit(x, memory_order_seq_cst);\n"
                           "  atomic_store_explicit(x, 1, memory_order_release);\n}\nexists (0:r0=1)\n"),
                   "P0:\n"
                   "   0  fence  # sync [SYNC]\n"
                   "   1  t1 = [&x]  # lwz\n"
                   "   2  unless t1 go to 3\n"
                   "   3  fence  # isync [ISYNC]\n"
                   "   4  t0 = t1\n"
                   "   5  fence  # lwsync [LWSYNC]\n"
                   "   6  [&x] = 1  # stw\n");
}
END_TEST

START_TEST(test_a_seq_cst_store_on_x86_is_an_exchange_without_a_result) {
  ck_assert_str_eq(lowered("x86_64", NULL,
                           "C t\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, 1, memory_order_seq_cst); }\n"
                           "exists (x=1)\n"),
                   "P0:\n   0  [&x]; = 1  # xchg [A][A]\n");
}
END_TEST

START_TEST(test_without_lse_an_exchange_is_a_pair_of_exclusives) {
  static const char text[] = "C t\n{}\nP0 (atomic_int* x) { int r0 = atomic_exchange_explicit(x, 1, "
                             "memory_order_acq_rel); }\nexists (x=1)\n";
  static const char *const none[] = {NULL};
  LowerOptions old = {.features = none};
  ck_assert_ptr_nonnull(strstr(lowered("aarch64", NULL, text), "t1 = [&x]; = 1  # swpal [A][L]"));
  ck_assert_ptr_nonnull(strstr(lowered("aarch64", &old, text), "t1 = [&x]; = 1  # ldaxr; stlxr [A X][L X]"));
}
END_TEST

START_TEST(test_compare_exchange_either_exchanges_or_loads_by_its_failure_order) {
  const char *text = lowered("c11", NULL,
                             "C t\n{}\nP0 (atomic_int* x, int* e) { int r0 = atomic_compare_exchange_strong_explicit("
                             "x, e, 2, memory_order_acq_rel, memory_order_acquire); }\nexists (x=2)\n");
  ck_assert_str_eq(text, "P0:\n"
                         "   0  t1 = [&e]  # load plain [NA]\n"
                         "   1  maybe go to 8\n"
                         "   2  t3 = [&x]; = 2  # compare_exchange acq_rel [ACQ_REL]\n"
                         "   3  t4 = t3 == t1\n"
                         "   4  assume t4\n"
                         "   5  t5 = t4 second 1\n"
                         "   6  t2 = t5\n"
                         "   7  go to 14\n"
                         "   8  t3 = [&x]  # failed compare_exchange acquire [ACQ]\n"
                         "   9  t6 = t3 != t1\n"
                         "  10  assume t6\n"
                         "  11  [&e] = t3  # store plain [NA]\n"
                         "  12  t7 = t6 second 0\n"
                         "  13  t2 = t7\n"
                         "  14  t0 = t2\n");
}
END_TEST

START_TEST(test_an_index_wraps_around_its_array) {
  const char *text =
      lowered("c11", NULL,
              "C t\n{ int x[3]; }\nP0 (atomic_int* x, atomic_int* y) { int r0 = "
              "atomic_load_explicit(y, memory_order_relaxed); x[r0] = 1; x[2] = 2; }\nexists (0:r0=1)\n");
  ck_assert_ptr_nonnull(strstr(text, " % 3\n"));
  ck_assert_ptr_nonnull(strstr(text, " = &x + t"));
  ck_assert_ptr_nonnull(strstr(text, "[&x+2] = 2  # store plain"));
}
END_TEST

START_TEST(test_a_fence_by_name_is_for_the_cpus_that_have_it) {
  static const char text[] = "C t\n{}\nP0 (atomic_int* x) { cpu_fence(\"dmb-ishst\"); "
                             "atomic_signal_fence(memory_order_seq_cst); }\nexists (x=1)\n";
  ck_assert_str_eq(lowered("aarch64", NULL, text), "P0:\n   0  fence  # dmb ishst [DMB.ISHST]\n");
  ck_assert_str_eq(lowered("c11", NULL, text), "P0:\n");
  ck_assert_str_eq(lowered("x86_64", NULL, text), "x86-64 (TSO) has no fence 'dmb-ishst'");
}
END_TEST

START_TEST(test_misaligned_and_torn_accesses_are_unmodelled) {
  static const char misaligned[] = "C t\nLayout=x:62\n{}\nP0 (int* x) { *x = 1; }\nexists (x=1)\n",
                    aligned[] = "C t\nLayout=x:60\n{}\nP0 (int* x) { *x = 1; }\nexists (x=1)\n",
                    wide[] = "C t\n{}\nP0 (__int128* x) { *x = 1; }\nexists (x=1)\n";
  ck_assert(lower_text(misaligned, "x86_64", arena)->unmodelled);
  ck_assert(!lower_text(aligned, "x86_64", arena)->unmodelled);
  ck_assert(lower_text(wide, "c11", arena)->unmodelled);
}
END_TEST

static Value apply(Operation op, unsigned bits, bool is_signed, Value a, Value b) {
  return operation_apply(op, bits, is_signed, (EventValue){-1, a}, (EventValue){-1, b}).number;
}

START_TEST(test_arithmetic_wraps_and_is_defined_everywhere) {
  ck_assert(apply(OP_ADD, 32, true, 0x7fffffff, 1) == -(Value)0x80000000);
  ck_assert(apply(OP_SUB, 32, false, 0, 1) == 0xffffffff);
  ck_assert(apply(OP_SHL, 8, true, 1, 7) == -128);
  ck_assert(apply(OP_SHL, 32, true, 1, 32) == 0 && apply(OP_SHR, 32, true, -1, 40) == 0);
  ck_assert(apply(OP_SHR, 32, true, -8, 1) == -4);
  ck_assert(apply(OP_DIV, 32, true, -7, 2) == -3 && apply(OP_REM, 32, true, -7, 2) == -1);
  ck_assert(apply(OP_DIV, 32, true, 7, 0) == 0 && apply(OP_REM, 128, false, 7, 0) == 0);
  Value lowest = (Value)((UnsignedValue)1 << 127);
  ck_assert(apply(OP_DIV, 128, true, lowest, -1) == lowest && apply(OP_REM, 128, true, lowest, -1) == 0);
  ck_assert(apply(OP_LT, 128, false, -1, 1) == 0 && apply(OP_LT, 128, true, -1, 1) == 1);
  ck_assert(apply(OP_NOT, 32, true, 5, 0) == 0 && apply(OP_COMPLEMENT, 8, false, 1, 0) == 254);
  EventValue pointer = operation_apply(OP_ADD, 64, true, (EventValue){3, 1}, (EventValue){-1, 2});
  ck_assert(pointer.location == 3 && pointer.number == 3);
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("lower");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, test_c11_operations_are_the_events);
  tcase_add_test(tests, test_operands_come_in_every_order_that_c_leaves_open);
  tcase_add_test(tests, test_a_cpu_gets_the_steps_of_its_row);
  tcase_add_test(tests, test_a_seq_cst_store_on_x86_is_an_exchange_without_a_result);
  tcase_add_test(tests, test_without_lse_an_exchange_is_a_pair_of_exclusives);
  tcase_add_test(tests, test_compare_exchange_either_exchanges_or_loads_by_its_failure_order);
  tcase_add_test(tests, test_an_index_wraps_around_its_array);
  tcase_add_test(tests, test_a_fence_by_name_is_for_the_cpus_that_have_it);
  tcase_add_test(tests, test_misaligned_and_torn_accesses_are_unmodelled);
  tcase_add_test(tests, test_arithmetic_wraps_and_is_defined_everywhere);
  Suite *suite = suite_create("event_from_test");
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
