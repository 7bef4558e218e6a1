// Other orders for the accesses of a test.
#include "harness/lang/orders.h"
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

START_TEST(an_update_that_the_dialect_has_in_one_order_alone_keeps_it) {
  const Test *test = parsed("C t {} P0 (atomic_t* a) { int r0 = atomic_add_unless(a, 1, 5); }");
  ck_assert(test_equal(test_with_orders(test, 0, 1, arena), test));
  unsigned count;
  const OrderSite *sites = order_sites(test, arena, &count);
  const Order *weaker[ORDER_STEPS];
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(orders_weaker(test, &sites[0], order_of_site(&sites[0]), weaker), 0);
}
END_TEST

// Each place, what it has and the steps down from there: "0 store in line 4: seq_cst > release".
static const char *places(const Test *test) {
  unsigned count;
  OrderSite *sites = order_sites(test, arena, &count);
  Text out = {0};
  for (unsigned i = 0; i < count; i++) {
    const Order *steps[ORDER_STEPS], *order = order_of_site(&sites[i]);
    unsigned step_count = order_steps(test, &sites[i], order, steps);
    text_printf(&out, "%u %s: %s", sites[i].thread, order_site_name(test, &sites[i], arena), order->name);
    for (unsigned k = 0; k < step_count; k++)
      text_printf(&out, " > %s", steps[k] ? steps[k]->name : "nothing");
    text_add_char(&out, '\n');
  }
  return text_finish(&out, arena);
}

START_TEST(each_place_has_its_steps_down) {
  const Test *test = parsed("C t\n{}\nP0 (atomic_int* x, int* y) {\n  atomic_store(x, *y);\n"
                            "  atomic_thread_fence(memory_order_seq_cst);\n  int r0 = atomic_load(x);\n"
                            "  atomic_signal_fence(memory_order_seq_cst);\n}\n"
                            "P1 (atomic_int* x) {\n  int r0 = 1;\n  atomic_compare_exchange_strong(x, &r0, 2);\n"
                            "  atomic_thread_fence(memory_order_acquire);\n  atomic_fetch_add_explicit(x, 1, "
                            "memory_order_acq_rel);\n  membarrier();\n}\n");
  ck_assert_str_eq(places(test), "0 store in line 4: seq_cst > release\n"
                                 "0 fence in line 5: seq_cst > acq_rel\n"
                                 "0 load in line 6: seq_cst > acquire\n"
                                 "1 compare_exchange's failure in line 11: seq_cst > acquire\n"
                                 "1 compare_exchange in line 11: seq_cst > acq_rel\n"
                                 "1 fence in line 12: acquire > nothing\n"
                                 "1 fetch_add in line 13: acq_rel > acquire > release\n");
  test = parsed("C t {} P0 (int* x, spinlock_t* l, atomic_t* a) {\n spin_lock(l); smp_store_mb(*x, 1); smp_mb();"
                " smp_rmb(); barrier(); int r0 = smp_load_acquire(x); int r1 = xchg(x, 2); atomic_inc(a);"
                " smp_mb__after_atomic(); spin_unlock(l); rcu_read_lock(); rcu_read_unlock(); }");
  ck_assert_str_eq(places(test), "0 store in line 2: full > release\n"
                                 "0 fence in line 2: mb > rmb > wmb\n"
                                 "0 fence in line 2: rmb > nothing\n"
                                 "0 load in line 2: acquire > once\n"
                                 "0 exchange in line 2: full > acquire > release\n"
                                 "0 fence in line 2: after-atomic > nothing\n");
}
END_TEST

// The test with one place's order changed, printed.
static const char *changed(const Test *test, unsigned place, const char *order) {
  unsigned count;
  OrderSite *sites = order_sites(test, arena, &count);
  ck_assert_uint_lt(place, count);
  const Order *given = order ? dialect_order(test->dialect, order) : NULL;
  const Test *made = test_with_site_orders(test, &sites[place], &given, 1, arena);
  ck_assert(test_equal(parsed(printed(made)), made));
  return printed(made);
}

START_TEST(a_place_takes_its_order_and_a_failure_is_no_stronger_than_its_success) {
  const Test *test = parsed("C t {} P0 (atomic_int* x) { int r0 = 1; atomic_compare_exchange_strong(x, &r0, 2);"
                            " atomic_thread_fence(memory_order_acquire); }"
                            " P1 (atomic_int* x) { atomic_store(x, 1); }");
  const char *before = printed(test);
  ck_assert_ptr_nonnull(strstr(changed(test, 1, "acq_rel"), "memory_order_acq_rel, memory_order_acquire)"));
  ck_assert_ptr_nonnull(strstr(changed(test, 1, "release"), "memory_order_release, memory_order_relaxed)"));
  ck_assert_ptr_nonnull(strstr(changed(test, 0, "relaxed"), "memory_order_seq_cst, memory_order_relaxed)"));
  ck_assert_ptr_null(strstr(changed(test, 2, NULL), "fence"));
  ck_assert_ptr_nonnull(strstr(changed(test, 3, "release"), "atomic_store_explicit(x, 1, memory_order_release)"));
  ck_assert_str_eq(printed(test), before);
}
END_TEST

RUN("orders", atomic_accesses_take_their_order_and_nothing_else_does,
    accesses_of_the_kernels_take_its_orders_and_locks_stay, an_update_that_the_dialect_has_in_one_order_alone_keeps_it,
    each_place_has_its_steps_down, a_place_takes_its_order_and_a_failure_is_no_stronger_than_its_success)
