// This machine: binding lands where it is told to, and is refused elsewhere.
#include "harness/machine/topology.h"

#include <check.h>
#include <sched.h>
#include <string.h>

static Arena *arena;
static Diag diag;
static Topology *machine;

static void set_up(void) {
  arena = arena_new();
  diag = (Diag){.arena = arena};
  machine = topology_new(&diag);
  ck_assert_ptr_nonnull(machine);
}

static void tear_down(void) {
  topology_free(machine);
  arena_free(arena);
}

START_TEST(binding_lands_on_each_pu) {
  for (unsigned i = 0; i < topology_pu_count(machine); i++) {
    unsigned pu = topology_pu(machine, i);
    ck_assert(topology_bind(machine, pu, &diag));
    ck_assert_int_eq(sched_getcpu(), (int)pu);
    ck_assert_uint_eq(diag.errors, 0);
  }
}
END_TEST

START_TEST(a_pu_that_does_not_exist_is_refused) {
  ck_assert(!topology_has_pu(machine, 60000));
  ck_assert(!topology_bind(machine, 60000, &diag));
  ck_assert(strstr(diag.first->message, "PU 60000"));
}
END_TEST

START_TEST(a_process_bound_to_one_pu_sees_that_one_alone) {
  unsigned last = topology_pu(machine, topology_pu_count(machine) - 1);
  ck_assert(topology_bind(machine, last, &diag));
  Topology *narrow = topology_new(&diag);
  ck_assert_ptr_nonnull(narrow);
  ck_assert_uint_eq(topology_pu_count(narrow), 1);
  ck_assert_uint_eq(topology_cores(narrow), 1);
  ck_assert_uint_eq(topology_pu(narrow, 0), last);
  for (unsigned i = 0; i + 1 < topology_pu_count(machine); i++)
    ck_assert(!topology_bind(narrow, topology_pu(machine, i), &diag));
  topology_free(narrow);
}
END_TEST

START_TEST(pus_are_in_order_and_no_fewer_than_cores) {
  ck_assert_uint_ge(topology_pu_count(machine), topology_cores(machine));
  ck_assert_uint_ge(topology_cores(machine), 1);
  for (unsigned i = 1; i < topology_pu_count(machine); i++)
    ck_assert_uint_lt(topology_pu(machine, i - 1), topology_pu(machine, i));
}
END_TEST

START_TEST(the_tree_names_every_pu) {
  Text out = {0};
  topology_print(machine, &out);
  for (unsigned i = 0; i < topology_pu_count(machine); i++)
    ck_assert(strstr(text_string(&out), arena_printf(arena, "PU %u\n", topology_pu(machine, i))));
  text_free(&out);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("topology");
  TCase *all = tcase_create("topology");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, binding_lands_on_each_pu);
  tcase_add_test(all, a_pu_that_does_not_exist_is_refused);
  tcase_add_test(all, a_process_bound_to_one_pu_sees_that_one_alone);
  tcase_add_test(all, pus_are_in_order_and_no_fewer_than_cores);
  tcase_add_test(all, the_tree_names_every_pu);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
