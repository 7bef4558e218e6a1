// A task beside others that want it too, and on a disk that does not keep what it was given.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/study/fleet.h"
#include "harness/study/plan_scripts.h"
#include "harness/study/task.h"
#include "results/records.h"
#undef Suite
#include "tests/unit/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static Arena *arena;
static Diag diag;
static const char *folder;
static Topology *topology;
static Plan plan;

static const char *records_path(void) { return plan_records_path(folder, 0, arena); }

// In place of the C library's. What somebody else does to the file just before it is locked for writing, once.
static void (*before_lock)(void);
int flock(int file, int operation) {
  if (before_lock && operation & LOCK_EX) {
    void (*act)(void) = before_lock;
    before_lock = NULL;
    act();
  }
  return (int)syscall(SYS_flock, file, operation);
}

// From the one with that number on, counted from 1, nothing is put on the disk, once. 0: all is.
static unsigned failing_sync;
int fsync(int file) {
  if (failing_sync && !--failing_sync) {
    errno = EIO;
    return -1;
  }
  return (int)syscall(SYS_fsync, file);
}

static void setup(void) {
  static const char *const none[] = {"none"}, *const threads[] = {"threads"}, *const usual[] = {"default"};
  static PlanKind any = {.name = "any", .cpu = "", .nodes = 1};
  arena = arena_new();
  diag = (Diag){.arena = arena};
  folder = mkdtemp(arena_string(arena, "/tmp/weakmem-unit-XXXXXX"));
  topology = topology_new(&diag);
  char *test = arena_string(arena, "SB");
  LitmusSuite suite = suite_find(&test, 1, arena, &diag);
  plan = (Plan){.weakmem = WEAKMEM_VERSION,
                .binary = "",
                .arch = "",
                .seconds = 0.01,
                .task_seconds = 1,
                .engine = "auto",
                .seed = 1,
                .repetitions = 1,
                .kinds = &any,
                .kind_count = 1,
                .compilers = ARENA_NEW(arena, Compiler),
                .compiler_count = 1};
  ck_assert(compiler_find(NULL, NULL, arena, plan.compilers, &diag));
  const PlanAxes axes = {&suite, usual, 1, topology, threads, none, 1, 1};
  ck_assert(plan_make(&plan, &axes, arena, &diag));
  ck_assert(plan_write(&plan, folder, arena, &diag));
}

static void teardown(void) {
  ck_assert_int_eq(system(arena_printf(arena, "rm -rf '%s'", folder)), 0);
  topology_free(topology);
  arena_free(arena);
}

static TaskEnd run(unsigned *done) {
  const TaskWatch watch = {0};
  return task_run(&plan, folder, 0, 0, topology, &watch, arena, NULL, done, &diag);
}

static int other; // who else has the file
static void take_first(void) {
  other = open(records_path(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  ck_assert_int_eq((int)syscall(SYS_flock, other, LOCK_EX | LOCK_NB), 0);
}

START_TEST(who_comes_second_is_told_that_it_is_held) {
  unsigned done;
  before_lock = take_first;
  ck_assert_int_eq(run(&done), TASK_HELD);
  ck_assert_uint_eq(done, 0);
  close(other);
}
END_TEST

static void end_other(const RecordAttempt *attempt, void *context) {
  (void)attempt, (void)context;
  close(other);
}

START_TEST(who_ends_while_its_file_is_read_is_not_lost) {
  const char *began = "{\"schema\":\"weakmem.attempt/1\",\"task\":0,\"plan\":\"%s\",\"status\":\"began\"}\n";
  take_first();
  dprintf(other, began, plan.digest);
  const FleetWatch watch = {.attempt = end_other};
  ck_assert_int_eq(fleet_task(&plan, folder, 0, &watch, arena, NULL, &diag).state, FLEET_RUNNING);
  ck_assert_int_eq(fleet_task(&plan, folder, 0, NULL, arena, NULL, &diag).state, FLEET_LOST);
}
END_TEST

static void put_another_in_its_place(void) {
  const char *beside = arena_printf(arena, "%s/beside", folder);
  close(open(beside, O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  ck_assert_int_eq(rename(beside, records_path()), 0);
}

START_TEST(what_is_written_is_in_the_file_that_is_there_now) {
  unsigned done;
  before_lock = put_another_in_its_place;
  ck_assert_int_eq(run(&done), TASK_DONE);
  ck_assert_uint_eq(fleet_task(&plan, folder, 0, NULL, arena, NULL, &diag).runs, 1);
}
END_TEST

// The folder's, "began", the record.
START_TEST(what_the_disk_does_not_keep_is_not_done) {
  unsigned done;
  failing_sync = 3;
  ck_assert_int_eq(run(&done), TASK_FAILED);
  ck_assert_uint_eq(done, 0);
  FleetTask task = fleet_task(&plan, folder, 0, NULL, arena, NULL, &diag);
  ck_assert_int_eq(task.state, FLEET_FAILED);
  ck_assert_uint_eq(task.runs, 0);
  ck_assert_ptr_nonnull(strstr(task.why, strerror(EIO)));
  ck_assert_int_eq(run(&done), TASK_DONE);
  before_lock = take_first; // who cannot have it still says how far it is
  ck_assert_int_eq(run(&done), TASK_HELD);
  ck_assert_uint_eq(done, 1);
  close(other);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("task", setup, teardown);
  tcase_add_test(tests, who_comes_second_is_told_that_it_is_held);
  tcase_add_test(tests, who_ends_while_its_file_is_read_is_not_lost);
  tcase_add_test(tests, what_is_written_is_in_the_file_that_is_there_now);
  tcase_add_test(tests, what_the_disk_does_not_keep_is_not_done);
  return unit_run("task", tests);
}
