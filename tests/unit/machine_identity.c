// Who this machine is, and what spoils a run on it.
#include "harness/base/time.h"
#include "harness/machine/identity.h"

#include "arch/cpu.h"
#include "arch/cpus.h"
#include "harness/machine/clock.h"
#include "harness/machine/host.h"
#include "tests/unit/skip.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

START_TEST(the_identity_is_complete) {
  Identity id = identity_read(machine, arena);
  ck_assert_str_eq(id.arch, cpu_here()->name);
  ck_assert_uint_eq(id.cores, topology_cores(machine));
  ck_assert_uint_eq(id.pus, topology_pu_count(machine));
  ck_assert(id.cpu && id.vendor && id.microcode && id.virtual_ && id.kernel);
  ck_assert(strspn(id.kernel, "0123456789.") == strlen(id.kernel) && strchr(id.kernel, '.'));
  ck_assert(id.cache_line >= 16 && id.cache_line <= 1024 && !(id.cache_line & (id.cache_line - 1)));
}
END_TEST

START_TEST(an_x86_cpu_that_is_not_emulated_has_its_numbers) {
  Identity id = identity_read(machine, arena);
  SKIP_IF(strcmp(id.arch, "x86_64") != 0 || id.emulated, "this is no x86 CPU, or not the machine's");
  ck_assert_int_gt(id.family, 0);
  ck_assert_int_ge(id.model, 0);
  ck_assert_int_ge(id.stepping, 0);
  ck_assert_str_ne(id.vendor, "");
  ck_assert_str_ne(id.cpu, "");
  // The flag that Linux shows is the one that the CPU gave.
  char signature[13];
  bool flagged = strstr(host_file(arena, "/proc/cpuinfo"), " hypervisor ") != NULL;
  ck_assert_int_eq(flagged, cpu_hypervisor(signature) != 0);
  ck_assert_int_eq(flagged, *id.virtual_ != '\0');
}
END_TEST

START_TEST(a_phrase_says_what_matters) {
  Identity id = {.arch = "x86_64", .cpu = "AMD EPYC", .cores = 2, .pus = 2, .virtual_ = "kvm"};
  Text out = {0};
  identity_print(&id, &out);
  ck_assert_str_eq(text_string(&out), "AMD EPYC (x86_64, 2 cores, kvm)");
  text_clear(&out);
  id = (Identity){.arch = "aarch64", .cpu = "", .cores = 1, .pus = 2, .virtual_ = "", .emulated = true};
  identity_print(&id, &out);
  ck_assert_str_eq(text_string(&out), "emulated CPU (aarch64, 1 core, 2 PUs, emulated)");
  text_free(&out);
}
END_TEST

START_TEST(a_file_that_is_missing_is_empty) {
  ck_assert_str_eq(host_file(arena, "/sys/no/such/file"), "");
  ck_assert_str_eq(host_file(arena, "/proc"), "");
}
END_TEST

START_TEST(arm_parts_have_names) {
  const Cpu *arm = cpu_find("aarch64");
  ck_assert_str_eq(cpu_core(arm, 0x41, 0xd0c), "Neoverse-N1");
  ck_assert_str_eq(cpu_maker(arm, 0xc0), "Ampere");
  ck_assert_ptr_null(cpu_core(arm, 0x41, 0xfff));
  ck_assert_ptr_null(cpu_maker(arm, 0));
  ck_assert_ptr_null(cpu_maker(cpu_find("x86_64"), 0x41));
}
END_TEST

static bool warned(const char *what) {
  for (const Diagnostic *d = diag.first; d; d = d->next)
    if (strstr(d->message, what))
      return true;
  return false;
}

START_TEST(a_hypervisor_and_too_few_pus_are_warned_of) {
  Placement crowded;
  ck_assert(placement_find(machine, PLACEMENT_SHARED_PUS, topology_pu_count(machine) + 1, arena, &crowded, NULL));
  Conditions begin = conditions_begin(machine, &crowded);
  ck_assert_uint_eq(begin.pus, topology_pu_count(machine));
  conditions_end(&begin, machine, &crowded, &diag);
  ck_assert(warned("threads take turns on"));
  ck_assert_int_eq(warned("virtual machine"), *host_hypervisor(arena) != '\0');
  ck_assert_uint_eq(diag.errors, 0);
}
END_TEST

// Keeps the calling process's PU busy.
static void burn(double seconds) {
  for (double end = time_seconds() + seconds; time_seconds() < end;)
    cpu_pause();
}

START_TEST(what_other_programs_take_is_warned_of) {
  Placement one;
  ck_assert(placement_find(machine, PLACEMENT_SAME_PU, 2, arena, &one, NULL));
  // A process that is not waited for before the end is another program to us.
  Conditions begin = conditions_begin(machine, &one);
  pid_t other = fork();
  ck_assert_int_ge(other, 0);
  if (!other) {
    if (topology_bind(machine, one.pus[0], &diag))
      burn(10);
    _exit(0);
  }
  usleep(400 * 1000);
  conditions_end(&begin, machine, &one, &diag);
  kill(other, SIGKILL);
  waitpid(other, NULL, 0);
  if (*host_file(arena, "/proc/stat"))
    ck_assert(warned("other programs used") || warned("steal"));
}
END_TEST

START_TEST(descriptions_of_other_machines_do_no_harm) {
  Topology *large = topology_synthetic("pack:2 core:96 pu:2", &diag);
  Placement placement = placement_default(large, 4, arena);
  Conditions begin = conditions_begin(large, &placement);
  conditions_end(&begin, large, &placement, &diag);
  ck_assert_uint_eq(begin.pus, 4);
  ck_assert_uint_eq(identity_read(large, arena).pus, 384);
  topology_free(large);
}
END_TEST

START_TEST(siblings_within_a_placement_are_warned_of) {
  Topology *large = topology_synthetic("pack:1 core:2 pu:2", &diag);
  const unsigned pus[] = {0, 1};
  Placement placement;
  ck_assert(placement_custom(large, pus, 2, 2, arena, &placement, &diag));
  Conditions begin = conditions_begin(large, &placement);
  conditions_end(&begin, large, &placement, &diag);
  ck_assert(warned("some threads are SMT siblings"));
  topology_free(large);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("identity");
  TCase *all = tcase_create("identity");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, the_identity_is_complete);
  tcase_add_test(all, an_x86_cpu_that_is_not_emulated_has_its_numbers);
  tcase_add_test(all, a_phrase_says_what_matters);
  tcase_add_test(all, a_file_that_is_missing_is_empty);
  tcase_add_test(all, arm_parts_have_names);
  tcase_add_test(all, a_hypervisor_and_too_few_pus_are_warned_of);
  tcase_add_test(all, what_other_programs_take_is_warned_of);
  tcase_add_test(all, descriptions_of_other_machines_do_no_harm);
  tcase_add_test(all, siblings_within_a_placement_are_warned_of);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
