// Other orders for the accesses of a test.
#include "harness/lang/strengthen.h"
#include "tests/unit/lang.h"

#define X(order) "memory_order_" #order
static const char text[] = "C t {} P0 (atomic_int* x, int* y) { int r0 = atomic_load_explicit(x, " X(
    relaxed) ") + *y; *y = 1; "
             "while (atomic_fetch_add_explicit(x, 1, " X(relaxed) ")) { atomic_store_explicit(x, 1, " X(
                 relaxed) "); } "
                          "if (r0 == 1) { r0 = atomic_exchange_explicit(x, 2, " X(
                              relaxed) "); } "
                                       "else { atomic_thread_fence(" X(
                                           acquire) "); } "
                                                    "int r1 = atomic_compare_exchange_strong_explicit(x, &r0, 1, " X(
                                                        relaxed) ", " X(relaxed) "); } "
                                                                                 "P1 (atomic_int* x) { "
                                                                                 "atomic_store_explicit(x, 3, " X(
                                                                                     relaxed) "); }";

// The orders in the printed test, by their order of appearance.
static const char *orders(const Test *test) {
  Text found = {0};
  for (const char *at = printed(test); (at = strstr(at, X()));) {
    at += strlen(X());
    text_add_bytes(&found, at, strcspn(at, ",)"));
    text_add_char(&found, ' ');
  }
  const char *result = arena_string(arena, text_string(&found));
  text_free(&found);
  return result;
}

START_TEST(atomic_accesses_take_their_order_and_nothing_else_does) {
  const Test *test = parsed(text);
  const char *before = printed(test);
  const Test *both = test_with_orders(test, 1, 3, arena);
  ck_assert_str_eq(orders(both), "acquire acq_rel release acq_rel acquire acq_rel acquire release ");
  ck_assert_str_eq(orders(test_with_orders(test, 2, 1, arena)),
                   "seq_cst seq_cst seq_cst seq_cst acquire seq_cst seq_cst relaxed ");
  ck_assert(test_equal(test_with_orders(both, 0, 3, arena), test));
  ck_assert_str_eq(printed(test), before); // the tree itself is not changed
  ck_assert(test_equal(parsed(printed(both)), both));
  ck_assert_ptr_eq(test_with_orders(test, 2, 1, arena)->threads[1].body, test->threads[1].body);
}
END_TEST

START_TEST(accesses_of_the_kernels_take_its_orders_and_locks_stay) {
  const Test *test = parsed("C t {} P0 (int* x, spinlock_t* l, atomic_t* a) { spin_lock(l); WRITE_ONCE(*x, 1);"
                            " int r0 = READ_ONCE(*x); int r1 = xchg_relaxed(x, 2); atomic_inc(a); spin_unlock(l); }");
  const char *strong = printed(test_with_orders(test, 2, 1, arena));
  ck_assert_msg(strstr(strong, "spin_lock(l);") && strstr(strong, "smp_store_mb(*x, 1);"), "%s", strong);
  ck_assert_msg(strstr(strong, "smp_load_acquire(x)") && strstr(strong, "= xchg(x, 2)"), "%s", strong);
  ck_assert_msg(strstr(strong, "atomic_add(1, a);") && strstr(strong, "spin_unlock(l);"), "%s", strong);
  ck_assert(test_equal(test_with_orders(test_with_orders(test, 2, 1, arena), 0, 1, arena), test));
}
END_TEST

RUN("strengthen", atomic_accesses_take_their_order_and_nothing_else_does,
    accesses_of_the_kernels_take_its_orders_and_locks_stay)
