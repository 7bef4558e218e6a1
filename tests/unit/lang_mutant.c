// The nearest other tests.
#include "harness/lang/mutant.h"
#include "tests/unit/lang.h"

// What was done, a line each; the statements of the mutants are in `bodies`.
static const char *whats(const Test *test, const char **bodies) {
  unsigned count;
  const Mutant *mutants = mutants_of(test, arena, &count);
  Text out = {0}, text = {0};
  const char *before = printed(test);
  for (unsigned i = 0; i < count; i++) {
    text_printf(&out, "%u: %s\n", mutants[i].site, mutants[i].what);
    const char *made = printed(mutants[i].test);
    text_add(&text, made);
    ck_assert_msg(strcmp(made, before) != 0, "%s changes nothing", mutants[i].what);
    ck_assert_str_eq(printed(parsed(made)), made);
  }
  ck_assert_str_eq(printed(test), before); // the tree itself is not changed
  *bodies = text_finish(&text, arena);
  return text_finish(&out, arena);
}

START_TEST(a_fence_is_left_out_and_accesses_are_swapped_around_it) {
  const char *bodies;
  const Test *test = parsed("C t\n{}\nP0 (atomic_int* x, atomic_int* y) {\n"
                            "  atomic_store_explicit(x, 1, memory_order_relaxed);\n"
                            "  atomic_thread_fence(memory_order_seq_cst);\n"
                            "  int r0 = atomic_load_explicit(y, memory_order_relaxed);\n}\nexists (0:r0=0)\n");
  ck_assert_str_eq(whats(test, &bodies), "1: P0 with the accesses in line 4 and line 6 swapped\n"
                                         "2: P0 without its fence in line 5\n");
  ck_assert_ptr_nonnull(strstr(bodies, "  int r0 = atomic_load_explicit(y, memory_order_relaxed);\n"
                                       "  atomic_thread_fence(memory_order_seq_cst);\n"
                                       "  atomic_store_explicit(x, 1, memory_order_relaxed);\n"));
  ck_assert_ptr_nonnull(strstr(bodies, "  atomic_store_explicit(x, 1, memory_order_relaxed);\n"
                                       "  int r0 = atomic_load_explicit(y, memory_order_relaxed);\n"));
}
END_TEST

START_TEST(an_order_is_weakened_step_by_step_to_what_the_access_may_have) {
  const char *bodies;
  const Test *test = parsed("C t\n{}\nP0 (atomic_int* x) {\n  atomic_store(x, 1);\n}\n"
                            "P1 (atomic_int* x) {\n  int r0 = atomic_load_explicit(x, memory_order_acquire);\n}\n"
                            "P2 (atomic_int* x) {\n  int r0 = 1;\n"
                            "  int r1 = atomic_compare_exchange_strong(x, &r0, 2);\n}\nexists (1:r0=1)\n");
  ck_assert_str_eq(whats(test, &bodies), "1: P0 with a store that is release, not seq_cst, in line 4\n"
                                         "1: P0 with a store that is relaxed, not seq_cst, in line 4\n"
                                         "2: P1 with a load that is relaxed, not acquire, in line 7\n"
                                         "3: P2 with a compare_exchange that is acq_rel, not seq_cst, in line 11\n"
                                         "3: P2 with a compare_exchange that is acquire, not seq_cst, in line 11\n"
                                         "3: P2 with a compare_exchange that is release, not seq_cst, in line 11\n"
                                         "3: P2 with a compare_exchange that is relaxed, not seq_cst, in line 11\n");
  ck_assert_ptr_nonnull(strstr(bodies, "(x, &r0, 2, memory_order_acq_rel, memory_order_acquire)"));
  ck_assert_ptr_nonnull(strstr(bodies, "(x, &r0, 2, memory_order_release, memory_order_relaxed)"));
}
END_TEST

START_TEST(a_dependency_without_need_is_cut) {
  const char *bodies;
  const Test *test = parsed("C t\n{}\nP0 (int* x, int* y, int* z) {\n  int r0 = *x;\n  int r1 = y[r0 & 128];\n"
                            "  int r2 = r1 ^ r1;\n  if (r0) {\n    *z = r2 + 1;\n  }\n}\nexists (0:r0=0)\n");
  ck_assert_str_eq(whats(test, &bodies), "1: P0 without the dependency in line 5\n"
                                         "2: P0 without the dependency in line 6\n"
                                         "3: P0 without the branch in line 7\n");
  ck_assert_ptr_nonnull(strstr(bodies, "int r1 = y[0];"));
  ck_assert_ptr_nonnull(strstr(bodies, "int r2 = 0;"));
  ck_assert_ptr_nonnull(strstr(bodies, "  int r2 = r1 ^ r1;\n  *z = r2 + 1;\n}"));
}
END_TEST

START_TEST(what_needs_another_access_and_what_waits_stay_where_they_are) {
  const char *bodies;
  ck_assert_str_eq(
      whats(parsed("C t\n{}\nP0 (int* x, int* y) {\n  int r0 = *x;\n  *y = r0;\n}\nexists (y=1)\n"), &bodies), "");
  ck_assert_str_eq(whats(parsed("C t\n{}\nP0 (atomic_int* x, int* y, int* z) {\n"
                                "  while (atomic_load(x)) {}\n  *y = 1;\n  *z = 1;\n}\nexists (y=1)\n"),
                         &bodies),
                   "1: P0 with a load that is acquire, not seq_cst, in line 4\n"
                   "1: P0 with a load that is relaxed, not seq_cst, in line 4\n");
  unsigned count;
  mutants_of(parsed("C t\n{}\nP0 (int* x) {}\nexists (x=1)\n"), arena, &count);
  ck_assert_uint_eq(count, 0);
}
END_TEST

RUN("mutant", a_fence_is_left_out_and_accesses_are_swapped_around_it,
    an_order_is_weakened_step_by_step_to_what_the_access_may_have, a_dependency_without_need_is_cut,
    what_needs_another_access_and_what_waits_stay_where_they_are)
