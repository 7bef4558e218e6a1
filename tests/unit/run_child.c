// A test's process: whatever it does is a result, what it reported is kept, and nothing of it is left.
#include "harness/base/time.h"
#include "harness/machine/clock.h"
#include "harness/run/child.h"
#include "tests/unit/left.h"
#include "tests/unit/skip.h"

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

typedef struct {
  volatile int stopping;
  volatile int found;
  volatile pid_t helper;
} Finding;

static Arena *arena;
static Left before;
static Stop stop;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  stop = 0;
}

static void teardown(void) {
  arena_free(arena);
  left_assert_nothing(&before);
}

static ChildResult run(void (*body)(void *, void *), double timeout) {
  ChildJob job = {.body = body,
                  .report_bytes = sizeof(Finding),
                  .timeout = timeout,
                  .stop = &stop,
                  .stopping_offset = offsetof(Finding, stopping)};
  return child_run(&job, arena);
}

static const Finding *found(const ChildResult *result) { return result->report; }

static void report_and_return(void *report, void *context) { ((Finding *)report)->found = *(int *)context; }

START_TEST(what_the_body_reports_is_there_when_it_has_ended) {
  int value = 42;
  ChildJob job = {.body = report_and_return, .context = &value, .report_bytes = sizeof(Finding), .timeout = 60};
  ChildResult result = child_run(&job, arena);
  ck_assert_int_eq(result.status, RUN_DONE);
  ck_assert_ptr_null(result.message);
  ck_assert_int_eq(found(&result)->found, 42);
  child_free(&result);
}
END_TEST

static void crash(void *report, void *context) {
  (void)context;
  ((Finding *)report)->found = 7;
  signal(SIGSEGV, SIG_DFL); // a sanitizer's handler would print and exit
  raise(SIGSEGV);
}

START_TEST(a_crash_is_named_in_words_and_keeps_the_report) {
  ChildResult result = run(crash, 60);
  ck_assert_int_eq(result.status, RUN_CRASH);
  ck_assert_int_eq(result.signal, SIGSEGV);
  ck_assert_str_eq(result.message, "crashed: segmentation fault (SIGSEGV)");
  ck_assert_int_eq(found(&result)->found, 7);
  child_free(&result);
}
END_TEST

static void leave(void *report, void *context) {
  (void)report;
  (void)context;
  _exit(3);
}

START_TEST(an_exit_from_within_is_a_crash) {
  ChildResult result = run(leave, 60);
  ck_assert_int_eq(result.status, RUN_CRASH);
  ck_assert_ptr_nonnull(strstr(result.message, "status 3"));
  child_free(&result);
}
END_TEST

static void hang(void *report, void *context) {
  (void)context;
  signal(SIGTERM, SIG_IGN);
  ((Finding *)report)->found = 1;
  for (;;)
    ;
}

START_TEST(a_hang_is_killed_when_its_time_is_up) {
  double began = time_seconds();
  ChildResult result = run(hang, 0.1);
  ck_assert_int_eq(result.status, RUN_TIMEOUT);
  ck_assert_double_ge(time_seconds() - began, 0.1);
  ck_assert_int_eq(found(&result)->found, 1);
  child_free(&result);
}
END_TEST

// Starts a thread, and a process that would outlive the leader.
static _Noreturn void *sleep_for_ever(void *unused) {
  (void)unused;
  for (;;)
    pause();
}

static void start_helpers(Finding *finding) {
  pthread_t thread;
  pthread_create(&thread, NULL, sleep_for_ever, NULL);
  pid_t helper = fork();
  if (helper == 0)
    sleep_for_ever(NULL);
  finding->helper = helper;
}

static void leave_helpers(void *report, void *context) {
  (void)context;
  start_helpers(report);
}

static void hang_with_helpers(void *report, void *context) {
  (void)context;
  start_helpers(report);
  sleep_for_ever(NULL);
}

START_TEST(what_the_child_started_goes_with_it) {
  SKIP_IF(skip_adopts_none(), "the system lets nobody adopt orphans: they are reaped at its leisure");
  ChildResult result = _i ? run(hang_with_helpers, 0.2) : run(leave_helpers, 60);
  ck_assert_int_eq(result.status, _i ? RUN_TIMEOUT : RUN_DONE);
  ck_assert_int_gt(found(&result)->helper, 0);
  ck_assert_int_lt(kill(found(&result)->helper, 0), 0); // not even a zombie
  child_free(&result);
}
END_TEST

static void stop_now(int signal) { stop = signal; }

static void stop_soon(void) {
  struct sigaction action = {.sa_handler = stop_now};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval soon = {.it_value = {.tv_usec = 50000}};
  setitimer(ITIMER_REAL, &soon, NULL);
}

static void end_when_told(void *report, void *context) {
  (void)context;
  Finding *finding = report;
  while (!finding->stopping)
    usleep(1000);
  finding->found = 5;
}

START_TEST(a_body_that_is_told_to_stop_ends_by_itself) {
  stop_soon();
  ChildResult result = run(end_when_told, 60);
  ck_assert_int_eq(result.status, RUN_INTERRUPTED);
  ck_assert_int_eq(found(&result)->found, 5);
  child_free(&result);
}
END_TEST

START_TEST(a_body_that_does_not_stop_is_killed) {
  stop_soon();
  double began = time_seconds();
  ChildResult result = run(hang, 100);
  ck_assert_int_eq(result.status, RUN_INTERRUPTED);
  ck_assert_double_ge(time_seconds() - began, 1);
  ck_assert_double_le(time_seconds() - began, 50);
  child_free(&result);
}
END_TEST

static void look_around(void *report, void *context) {
  (void)context;
  Finding *finding = report;
  char byte;
  struct rlimit core;
  struct sigaction action;
  sigset_t blocked;
  getrlimit(RLIMIT_CORE, &core);
  sigaction(SIGUSR1, NULL, &action);
  sigprocmask(SIG_SETMASK, NULL, &blocked);
  finding->found = (getpgrp() == getpid()) << 0 | (read(0, &byte, 1) == 0) << 1 | (core.rlim_cur == 0) << 2 |
                   (action.sa_handler == SIG_DFL) << 3 | (sigismember(&blocked, SIGUSR2) == 0) << 4;
}

START_TEST(the_child_starts_from_a_clean_slate) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGUSR1, stop_now);
  ChildResult result = run(look_around, 60);
  ck_assert_int_eq(result.status, RUN_DONE);
  ck_assert_int_eq(found(&result)->found, 31);
  sigset_t now;
  sigprocmask(SIG_SETMASK, NULL, &now);
  ck_assert_int_eq(sigismember(&now, SIGUSR2), 1); // ours is as it was
  child_free(&result);
}
END_TEST

// The child's end of a pipe closes only when it is gone.
static void hold(void *report, void *context) {
  (void)report;
  if (write(*(int *)context, "r", 1) == 1)
    sleep_for_ever(NULL);
}

START_TEST(the_child_dies_with_a_parent_that_is_killed) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  pid_t parent = fork();
  if (parent == 0) {
    ChildJob job = {.body = hold, .context = &ends[1], .report_bytes = sizeof(Finding), .timeout = 100};
    child_run(&job, arena);
    _exit(0);
  }
  close(ends[1]);
  char byte;
  ck_assert_int_eq(read(ends[0], &byte, 1), 1);
  kill(parent, SIGKILL);
  waitpid(parent, NULL, 0);
  ck_assert_int_eq(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}
END_TEST

// A signal in the child before it leads a group of its own: meant for the parent, as Ctrl-C is.
static bool interrupting;
static void interrupt_child(void) {
  if (interrupting)
    raise(SIGINT);
}

START_TEST(a_signal_that_comes_between_fork_and_the_new_group_does_not_kill_the_child) {
  interrupting = true;
  int value = 42;
  ChildJob job = {.body = report_and_return, .context = &value, .report_bytes = sizeof(Finding), .timeout = 60};
  ChildResult result = child_run(&job, arena);
  interrupting = false;
  ck_assert_int_eq(result.status, RUN_DONE);
  ck_assert_int_eq(found(&result)->found, 42);
  child_free(&result);
}
END_TEST

// In place of the C library's: is a group killed whose leader is reaped, so that its number may be another's?
static pid_t watched_parent;
static unsigned kills, kills_of_strangers;
int kill(pid_t pid, int signal) {
  siginfo_t info;
  if (getpid() == watched_parent && pid < 0) {
    kills++;
    kills_of_strangers += waitid(P_PID, (id_t)-pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0;
  }
  return (int)syscall(SYS_kill, pid, signal);
}

START_TEST(no_group_is_killed_once_its_leader_is_reaped) {
  SKIP_IF(skip_adopts_none(), "the system lets nobody adopt orphans: they are reaped at its leisure");
  watched_parent = getpid();
  ChildResult result = _i ? run(hang_with_helpers, 0.2) : run(leave_helpers, 60);
  watched_parent = 0;
  ck_assert_int_lt(kill(found(&result)->helper, 0), 0);
  ck_assert_uint_gt(kills, 0);
  ck_assert_uint_eq(kills_of_strangers, 0);
  child_free(&result);
}
END_TEST

int main(void) {
  pthread_atfork(NULL, NULL, interrupt_child);
  Suite *suite = suite_create("child");
  TCase *tests = tcase_create("child");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, what_the_body_reports_is_there_when_it_has_ended);
  tcase_add_test(tests, a_crash_is_named_in_words_and_keeps_the_report);
  tcase_add_test(tests, an_exit_from_within_is_a_crash);
  tcase_add_test(tests, a_hang_is_killed_when_its_time_is_up);
  tcase_add_loop_test(tests, what_the_child_started_goes_with_it, 0, 2);
  tcase_add_test(tests, a_body_that_is_told_to_stop_ends_by_itself);
  tcase_add_test(tests, a_body_that_does_not_stop_is_killed);
  tcase_add_test(tests, the_child_starts_from_a_clean_slate);
  tcase_add_test(tests, the_child_dies_with_a_parent_that_is_killed);
  tcase_add_test(tests, a_signal_that_comes_between_fork_and_the_new_group_does_not_kill_the_child);
  tcase_add_loop_test(tests, no_group_is_killed_once_its_leader_is_reaped, 0, 2);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
