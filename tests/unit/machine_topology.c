// This machine: binding lands where it is told to, and is refused elsewhere.
#include "harness/machine/host.h"
#include "harness/machine/placement.h"
#include "tests/unit/skip.h"

#include <check.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
  SKIP_IF(skip_emulated(), "the emulator has threads of its own, which are not bound");
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

static void check_print(const char *description, const char *expected) {
  Topology *described = topology_synthetic(description, &diag);
  ck_assert_ptr_nonnull(described);
  Text out = {0};
  topology_print(described, &out);
  ck_assert_str_eq(text_string(&out), expected);
  text_free(&out);
  topology_free(described);
}

START_TEST(the_tree_folds_equal_cores_and_nothing_else) {
  check_print("pack:1 l3:1(size=33554432) l2:2(size=524288) core:1 pu:1", "Machine + Package 0 + L3 32 MiB\n"
                                                                          "  L2 512 KiB + Core 0 + PU 0\n"
                                                                          "  L2 512 KiB + Core 1 + PU 1\n");
  check_print("pack:2 l3:1(size=1048576) core:4 pu:2", "Machine\n"
                                                       "  Package 0 + L3 1 MiB\n"
                                                       "    4 x Core: PU 0-7\n"
                                                       "  Package 1 + L3 1 MiB\n"
                                                       "    4 x Core: PU 8-15\n");
  check_print("pu:4", "Machine\n  4 x PU 0-3\n");
}
END_TEST

START_TEST(hybrid_cores_show_their_kind) {
  const char *source = getenv("SOURCE");
  Topology *hybrid = topology_xml(arena_printf(arena, "%s/tests/data/hybrid.xml", source ? source : "."), &diag);
  ck_assert_ptr_nonnull(hybrid);
  Text out = {0};
  topology_print(hybrid, &out);
  ck_assert_str_eq(text_string(&out), "Machine + Package 0 + L3 24 MiB\n"
                                      "  L2 2 MiB + Core 0 (kind 1)\n"
                                      "    PU 0\n"
                                      "    PU 1\n"
                                      "  L2 2 MiB + Core 1 (kind 1)\n"
                                      "    PU 2\n"
                                      "    PU 3\n"
                                      "  L2 4 MiB\n"
                                      "    4 x Core (kind 0): PU 4-7\n");
  text_free(&out);
  topology_free(hybrid);
}
END_TEST

// hwloc by itself dies of several of these.
START_TEST(damaged_descriptions_are_errors) {
  static const char *const damages[][2] = {
      {"cpuset=\"0xff\"", "cpuset=\"0x0f\""},
      {"os_index=\"7\"", "os_index=\"6\""},
      {"type=\"PU\"", "type=\"Core\""},
      {"type=\"Machine\"", "type=\"PU\""},
      {"complete_cpuset", "completely"},
      {"allowed_cpuset=\"0xff\"", "allowed_cpuset=\"0x0\""},
      {"<topology version=\"2.0\">", "<topology>"},
      {"</object>", ""},
  };
  const char *source = getenv("SOURCE");
  Text whole = {0};
  ck_assert(host_read(arena_printf(arena, "%s/tests/data/hybrid.xml", source ? source : "."), 1 << 20, &whole));
  char path[] = "/tmp/weakmem-test-XXXXXX";
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  for (unsigned i = 0; i < sizeof damages / sizeof *damages; i++) {
    const char *at = strstr(text_string(&whole), damages[i][0]);
    ck_assert_ptr_nonnull(at);
    const char *damaged = arena_printf(arena, "%.*s%s%s", (int)(at - whole.bytes), whole.bytes, damages[i][1],
                                       at + strlen(damages[i][0]));
    ck_assert_int_eq(ftruncate(file, 0), 0);
    ck_assert_int_eq(pwrite(file, damaged, strlen(damaged), 0), (ssize_t)strlen(damaged));
    Topology *topology = topology_xml(path, &diag);
    if (topology) { // hwloc could make sense of it: so must we
      Placement all[PLACEMENT_COUNT];
      placement_all(topology, 3, arena, all);
    }
    topology_free(topology);
  }
  close(file);
  unlink(path);
  text_free(&whole);
  ck_assert_uint_gt(diag.errors, 3);
}
END_TEST

START_TEST(a_machine_of_a_billion_pus_is_refused_at_once) {
  ck_assert_ptr_null(topology_synthetic("pack:1000 core:1000 pu:1000", &diag));
  ck_assert_ptr_null(topology_synthetic("pu:99999999999999999999999999", &diag));
  ck_assert_uint_eq(diag.errors, 2);
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
  tcase_add_test(all, the_tree_folds_equal_cores_and_nothing_else);
  tcase_add_test(all, hybrid_cores_show_their_kind);
  tcase_add_test(all, damaged_descriptions_are_errors);
  tcase_add_test(all, a_machine_of_a_billion_pus_is_refused_at_once);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
