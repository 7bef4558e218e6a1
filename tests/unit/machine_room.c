// What is read of a machine's room, of made-up ones: what is missing is not known, and what is odd is printed as text.
#include "harness/machine/identity.h"
#include "harness/machine/room.h"
#include "results/record.h"
#include "tests/unit/runner.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CPU "/sys/devices/system/cpu"

static Arena *arena;
static char *root;
static const char *facts[ROOM_COUNT];

static void setup(void) {
  arena = arena_new();
  root = arena_string(arena, "/tmp/weakmem-room-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(root));
}

static int drop(const char *path, const struct stat *status, int kind, struct FTW *walk) {
  (void)status, (void)kind, (void)walk;
  return remove(path);
}

static void teardown(void) {
  nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS);
  arena_free(arena);
}

// A file of the made-up machine, with the folders that it lies in.
static void put(const char *path, const char *text) {
  char *whole = arena_printf(arena, "%s%s", root, path);
  for (char *slash = strchr(whole + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(whole, 0700);
    *slash = '/';
  }
  FILE *file = fopen(whole, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static const char *fact(RoomFact which) {
  room_read(root, arena, facts);
  return facts[which];
}

START_TEST(of_a_room_without_files_nothing_is_known) {
  room_read(root, arena, facts);
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    ck_assert_str_eq(facts[i], "");
}
END_TEST

START_TEST(each_governor_is_told_once) {
  put(CPU "/cpufreq/policy0/scaling_governor", "performance\n");
  put(CPU "/cpufreq/policy1/scaling_governor", "performance\n");
  put(CPU "/cpufreq/policy2/scaling_governor", "powersave\n");
  ck_assert_str_eq(fact(ROOM_GOVERNOR), "performance + powersave");
}
END_TEST

START_TEST(boost_is_told_by_either_driver) {
  put(CPU "/intel_pstate/no_turbo", "1\n");
  ck_assert_str_eq(fact(ROOM_BOOST), "off");
  put(CPU "/intel_pstate/no_turbo", "0\n");
  ck_assert_str_eq(fact(ROOM_BOOST), "on");
  put(CPU "/cpufreq/boost", "0\n");
  ck_assert_str_eq(fact(ROOM_BOOST), "off");
  put(CPU "/cpufreq/boost", "on\x1b[31m\n");
  put(CPU "/intel_pstate/no_turbo", "what\n");
  ck_assert_str_eq(fact(ROOM_BOOST), "");
}
END_TEST

START_TEST(mitigations_are_told_by_their_first_clause_of_what_affects_the_cpu) {
  put(CPU "/vulnerabilities/spectre_v2", "Mitigation: Retpolines; STIBP: disabled; RSB filling\n");
  put(CPU "/vulnerabilities/meltdown", "Not affected\n");
  put(CPU "/vulnerabilities/l1tf", "Mitigation: PTE Inversion; VMX: conditional cache flushes, SMT vulnerable\n");
  put(CPU "/vulnerabilities/retbleed", "Vulnerable\n");
  put(CPU "/vulnerabilities/empty", "");
  ck_assert_str_eq(fact(ROOM_MITIGATIONS), "l1tf: PTE Inversion, retbleed: Vulnerable, spectre_v2: Retpolines");
}
END_TEST

START_TEST(the_chosen_policy_of_huge_pages_is_told) {
  put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  ck_assert_str_eq(fact(ROOM_HUGE_PAGES), "madvise");
  put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise\n");
  ck_assert_str_eq(fact(ROOM_HUGE_PAGES), "");
}
END_TEST

START_TEST(the_least_limit_of_the_groups_around_us_holds) {
  put("/proc/self/cgroup", "0::/user.slice/secret.scope\n");
  put("/sys/fs/cgroup/user.slice/secret.scope/cpu.max", "max 100000\n");
  put("/sys/fs/cgroup/user.slice/secret.scope/cpuset.cpus.effective", "");
  put("/sys/fs/cgroup/user.slice/cpuset.cpus.effective", "0-3,8\n");
  ck_assert_str_eq(fact(ROOM_CPU_LIMIT), "none");
  put("/sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  ck_assert_str_eq(fact(ROOM_CPU_LIMIT), "1.5");
  put("/sys/fs/cgroup/cpu.max", "400000 100000\n");
  ck_assert_str_eq(fact(ROOM_CPU_LIMIT), "1.5");
  ck_assert_str_eq(fact(ROOM_CPUSET), "0-3,8");
}
END_TEST

START_TEST(control_groups_of_version_1_are_read) {
  put("/proc/self/cgroup", "3:cpuset:/b\n1:cpu,cpuacct:/a/deep\n0::/x\n");
  put("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000\n");
  put("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  put("/sys/fs/cgroup/cpu/a/deep/cpu.cfs_quota_us", "-1\n");
  put("/sys/fs/cgroup/cpu/a/deep/cpu.cfs_period_us", "100000\n");
  put("/sys/fs/cgroup/cpuset/b/cpuset.cpus", "2\n");
  ck_assert_str_eq(fact(ROOM_CPU_LIMIT), "0.5");
  ck_assert_str_eq(fact(ROOM_CPUSET), "2");
}
END_TEST

START_TEST(a_group_that_is_elsewhere_is_not_followed) {
  put("/proc/self/cgroup", "0::/../../outside\n");
  put("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  put("/sys/outside/cpu.max", "100 100000\n");
  ck_assert_str_eq(fact(ROOM_CPU_LIMIT), "2");
}
END_TEST

START_TEST(numbers_that_are_none_are_no_limit) {
  static const char *const odd[] = {"", "\n", "x", "-5 100000", "5", "5 0", "99999999999999999999 1", "nan nan"};
  for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++) {
    put("/sys/fs/cgroup/cpu.max", odd[i]);
    put("/sys/fs/cgroup/cpuset.cpus", "0-3; /home/mine\n");
    ck_assert_str_eq(fact(ROOM_CPU_LIMIT), i < 2 ? "" : "none");
    ck_assert_str_eq(fact(ROOM_CPUSET), "");
  }
}
END_TEST

static bool is_plain(const char *text) {
  while (*text >= ' ' && *text <= '~')
    text++;
  return !*text;
}

// What a hostile system may say in each of its files.
START_TEST(nothing_is_printed_raw) {
  static const char *const files[] = {"/proc/self/cgroup",
                                      CPU "/cpufreq/policy0/scaling_governor",
                                      CPU "/cpufreq/boost",
                                      CPU "/smt/control",
                                      CPU "/vulnerabilities/a\x1b[2J\nb",
                                      "/sys/kernel/mm/transparent_hugepage/enabled",
                                      "/sys/fs/cgroup/cpu.max",
                                      "/sys/fs/cgroup/cpuset.cpus",
                                      "/sys/devices/system/node/has_memory"};
  char *large = arena_alloc(arena, 70000);
  memset(large, '[', 69999);
  large[69999] = '\0';
  const char *const texts[] = {
      "",          "\n",          "[\x1b[31m\xff\x80 \x01]\n", large, ":::\n::/\n0::\n0:cpu:/", "0::////\n/",
      "a:cpu:/\n", "[[[]]]\n\n\n"};
  for (unsigned t = 0; t < sizeof texts / sizeof *texts; t++) {
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
      put(files[i], texts[t]);
    room_read(root, arena, facts);
    for (unsigned i = 0; i < ROOM_COUNT; i++)
      ck_assert_msg(is_plain(facts[i]) && strlen(facts[i]) < 400, "text %u, %s: %.80s", t, room_name(i), facts[i]);
  }
  ck_assert_str_eq(facts[ROOM_SMT], "[[[]]]");
}
END_TEST

START_TEST(a_folder_in_place_of_a_file_says_nothing) {
  put(CPU "/smt/control/x", "");
  put("/proc/self/cgroup/x", "");
  ck_assert_str_eq(fact(ROOM_SMT), "");
}
END_TEST

START_TEST(each_fact_is_in_the_record_by_its_name) {
  Identity identity = identity_unknown();
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    identity.room[i] = arena_printf(arena, "fact %u", i);
  Text text = {0};
  fields_write(&machine_fields, &identity, &(JsonText){.out = &text});
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    ck_assert_ptr_nonnull(strstr(text_string(&text), arena_printf(arena, "\"%s\":\"fact %u\"", room_name(i), i)));
  text_free(&text);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("room", setup, teardown);
  tcase_add_test(tests, of_a_room_without_files_nothing_is_known);
  tcase_add_test(tests, each_governor_is_told_once);
  tcase_add_test(tests, boost_is_told_by_either_driver);
  tcase_add_test(tests, mitigations_are_told_by_their_first_clause_of_what_affects_the_cpu);
  tcase_add_test(tests, the_chosen_policy_of_huge_pages_is_told);
  tcase_add_test(tests, the_least_limit_of_the_groups_around_us_holds);
  tcase_add_test(tests, control_groups_of_version_1_are_read);
  tcase_add_test(tests, a_group_that_is_elsewhere_is_not_followed);
  tcase_add_test(tests, numbers_that_are_none_are_no_limit);
  tcase_add_test(tests, nothing_is_printed_raw);
  tcase_add_test(tests, a_folder_in_place_of_a_file_says_nothing);
  tcase_add_test(tests, each_fact_is_in_the_record_by_its_name);
  return unit_run("room", tests);
}
