// The clock: what must hold of it on any machine, however busy.
#include "harness/base/time.h"
#include "harness/machine/clock.h"

#include "arch/cpu.h"

#include <check.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>

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

START_TEST(the_counter_never_goes_back_on_one_pu) {
  ck_assert(topology_bind(machine, topology_pu(machine, 0), &diag));
  uint64_t last = cpu_clock_ordered();
  for (unsigned i = 0; i < 100000; i++) {
    uint64_t now = cpu_clock_ordered();
    ck_assert(now >= last);
    last = now;
  }
  double before = time_seconds();
  ck_assert(time_seconds() >= before);
}
END_TEST

static void check_sane(const Clock *clock) {
  ck_assert(clock->ticks_per_second > 1e5 && clock->ticks_per_second < 1e11);
  ck_assert(clock->step >= 1);
  ck_assert(clock->read_ns > 0 && isfinite(clock->read_ns));
  ck_assert(clock->skew >= 0 && clock->skew_error >= 0);
  ck_assert(clock->usable == !clock->reason);
}

START_TEST(calibration_gives_sane_figures_for_every_placement) {
  Placement all[PLACEMENT_COUNT];
  unsigned count = placement_all(machine, 3, arena, all);
  ck_assert_uint_ge(count, 1);
  for (unsigned i = 0; i < count; i++) {
    Clock clock = clock_calibrate(machine, &all[i]);
    check_sane(&clock);
  }
}
END_TEST

START_TEST(one_pu_has_no_skew) {
  Placement one;
  ck_assert(placement_find(machine, PLACEMENT_SAME_PU, 2, arena, &one, NULL));
  Clock clock = clock_calibrate(machine, &one);
  check_sane(&clock);
  ck_assert_int_eq(clock.skew, 0);
  ck_assert_int_eq(clock.skew_error, 0);
}
END_TEST

START_TEST(the_rate_agrees_with_the_system_clock) {
  Placement placement = placement_default(machine, 2, arena);
  Clock clock = clock_calibrate(machine, &placement);
  double begin = time_seconds();
  uint64_t ticks = cpu_clock_ordered();
  while (time_seconds() < begin + 0.05)
    cpu_pause();
  double elapsed = (double)(cpu_clock_ordered() - ticks) / clock.ticks_per_second;
  // At least what passed; what an interruption adds after the loop has no bound.
  ck_assert(elapsed > 0.049);
}
END_TEST

START_TEST(calibration_leaves_the_callers_binding_alone) {
  Placement placement = placement_default(machine, 2, arena);
  cpu_set_t before, after;
  ck_assert_int_eq(sched_getaffinity(0, sizeof before, &before), 0);
  clock_calibrate(machine, &placement);
  ck_assert_int_eq(sched_getaffinity(0, sizeof after, &after), 0);
  ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

START_TEST(where_threads_cannot_be_pinned_the_clock_is_not_usable) {
  Topology *foreign = topology_synthetic("pack:2 core:2 pu:1", &diag);
  Placement placement = placement_default(foreign, 2, arena);
  Clock clock = clock_calibrate(foreign, &placement);
  ck_assert(!clock.usable);
  ck_assert_ptr_nonnull(clock.reason);
  topology_free(foreign);
}
END_TEST

START_TEST(a_core_has_a_clock) {
  double ghz = clock_core_ghz();
  ck_assert(ghz > 0.001 && ghz < 20);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("clock");
  TCase *all = tcase_create("clock");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, the_counter_never_goes_back_on_one_pu);
  tcase_add_test(all, calibration_gives_sane_figures_for_every_placement);
  tcase_add_test(all, one_pu_has_no_skew);
  tcase_add_test(all, the_rate_agrees_with_the_system_clock);
  tcase_add_test(all, calibration_leaves_the_callers_binding_alone);
  tcase_add_test(all, where_threads_cannot_be_pinned_the_clock_is_not_usable);
  tcase_add_test(all, a_core_has_a_clock);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
