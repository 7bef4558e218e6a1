// Teams: every actor runs every round on its own PU, rounds and barriers lose nobody, a death is noticed, and nothing
// is left.
#include "harness/run/measure.h"
#include "tests/unit/left.h"

#include <check.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEETINGS = 2000, MANY = 6 };

typedef struct {
  Team *team; // at the same address in every actor
  _Atomic unsigned runs[64];
  _Atomic int pu[64];
  _Atomic int process[64];
  _Atomic unsigned inside, torn;
} Shared;

static Arena *arena;
static Diag diag;
static Topology *topology;
static Left before;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  topology = topology_new(&diag);
  ck_assert_ptr_nonnull(topology);
}

static void teardown(void) {
  topology_free(topology);
  arena_free(arena);
  left_assert_nothing(&before);
}

static Team *make(unsigned threads, Actors actors, Placement *placement, size_t bytes) {
  *placement = placement_default(topology, threads, arena);
  const Binding binding = *measure_bindings(topology, placement, NULL, arena);
  Team *team = team_new(&binding, actors, bytes, &diag);
  ck_assert_msg(team != NULL, "%s", diag.first ? diag.first->message : "no reason given");
  return team;
}

static void note(unsigned actor, void *region, void *round) {
  Shared *shared = region;
  ck_assert_ptr_eq(round, &shared->torn);
  shared->runs[actor]++;
  shared->pu[actor] = sched_getcpu();
  shared->process[actor] = getpid();
}

static void check_rounds(unsigned threads, Actors actors) {
  Placement placement;
  Team *team = make(threads, actors, &placement, sizeof(Shared));
  Shared *shared = team_shared(team);
  for (unsigned round = 1; round <= 100; round++) {
    ck_assert(team_round(team, note, &shared->torn));
    for (unsigned i = 0; i < threads; i++)
      ck_assert_uint_eq(shared->runs[i], round);
  }
  for (unsigned i = 0; i < threads; i++) {
    ck_assert_int_eq(shared->pu[i], (int)placement.pus[i]);
    ck_assert((shared->process[i] == getpid()) == (actors == ACTORS_THREADS));
  }
  ck_assert_uint_eq(shared->runs[threads], 0);
  team_free(team);
}

START_TEST(every_actor_runs_every_round_on_its_pu) {
  for (unsigned threads = 1; threads <= MANY; threads++)
    check_rounds(threads, _i ? ACTORS_PROCESSES : ACTORS_THREADS);
}
END_TEST

static void meet(unsigned actor, void *region, void *round) {
  (void)actor;
  (void)round;
  Shared *shared = region;
  for (unsigned i = 0; i < MEETINGS; i++) {
    shared->inside++;
    team_meet(shared->team);
    // Everyone came in, nobody has gone on: the count is a multiple of the team.
    if (shared->inside != (i + 1) * (unsigned)(uintptr_t)atomic_load(&shared->runs[0]))
      shared->torn++;
    team_meet(shared->team);
  }
}

START_TEST(nobody_leaves_the_barrier_before_the_last_has_come) {
  for (unsigned threads = 1; threads <= 4; threads++) {
    Placement placement;
    Team *team = make(threads, _i ? ACTORS_PROCESSES : ACTORS_THREADS, &placement, sizeof(Shared));
    Shared *shared = team_shared(team);
    shared->team = team;
    shared->runs[0] = threads;
    ck_assert(team_round(team, meet, NULL));
    ck_assert_uint_eq(shared->torn, 0);
    ck_assert(shared->inside == threads * MEETINGS);
    team_free(team);
  }
}
END_TEST

static void fill(unsigned actor, void *region, void *round) {
  (void)round;
  unsigned char *bytes = region;
  for (size_t i = actor; i < (5u << 20); i += 2) {
    if (bytes[i] != 0)
      abort();
    bytes[i] = (unsigned char)(actor + 1);
  }
}

START_TEST(a_large_region_is_zeroed_and_shared) {
  Placement placement;
  Team *team = make(2, _i ? ACTORS_PROCESSES : ACTORS_THREADS, &placement, 5u << 20);
  ck_assert(team_round(team, fill, NULL));
  const unsigned char *bytes = team_shared(team);
  size_t wrong = 0;
  for (size_t i = 0; i < (5u << 20); i++)
    wrong += bytes[i] != i % 2 + 1;
  ck_assert_uint_eq(wrong, 0);
  team_free(team);
}
END_TEST

static void die(unsigned actor, void *region, void *round) {
  (void)round;
  Shared *shared = region;
  if (actor == 1)
    raise(SIGKILL);
  team_meet(shared->team); // would wait for ever
}

START_TEST(a_dead_process_ends_the_round) {
  Placement placement;
  Team *team = make(3, ACTORS_PROCESSES, &placement, sizeof(Shared));
  Shared *shared = team_shared(team);
  shared->team = team;
  GroupEnd end;
  ck_assert(!team_died(team, &end));
  ck_assert(!team_round(team, die, NULL));
  ck_assert(team_died(team, &end));
  ck_assert(end.by_signal);
  ck_assert_int_eq(end.code, SIGKILL);
  ck_assert(!team_round(team, note, &shared->torn));
  team_free(team);
}
END_TEST

static void stay(unsigned actor, void *region, void *round) {
  (void)actor;
  (void)round;
  ((Shared *)region)->runs[63] = 1;
  for (;;)
    pause();
}

// The actors of a killed caller die with it: seen from a grandparent that adopts them.
START_TEST(processes_die_with_their_caller) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  pid_t caller = fork();
  if (caller == 0) {
    Placement placement;
    Team *team = make(2, ACTORS_PROCESSES, &placement, sizeof(Shared));
    if (write(ends[1], "r", 1) != 1)
      _exit(1);
    team_round(team, stay, NULL);
    _exit(0);
  }
  close(ends[1]);
  char byte;
  ck_assert_int_eq(read(ends[0], &byte, 1), 1);
  usleep(20000);
  kill(caller, SIGKILL);
  waitpid(caller, NULL, 0);
  // The pipe's other end is held by the actors: this returns 0 only once they are gone.
  ck_assert_int_eq(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}
END_TEST

START_TEST(a_pu_that_is_not_there_is_refused_with_the_reason) {
  unsigned pus[] = {topology_pu(topology, 0), 100000};
  Placement placement = {.kind = PLACEMENT_CUSTOM, .threads = 2, .pus = pus};
  const Binding binding = *measure_bindings(topology, &placement, NULL, arena);
  ck_assert_ptr_null(team_new(&binding, _i ? ACTORS_PROCESSES : ACTORS_THREADS, 64, &diag));
  ck_assert_uint_ge(diag.errors, 1);
}
END_TEST

START_TEST(more_memory_than_there_is_is_refused) {
  Placement placement = placement_default(topology, 2, arena);
  const Binding binding = *measure_bindings(topology, &placement, NULL, arena);
  ck_assert_ptr_null(team_new(&binding, ACTORS_THREADS, (size_t)1 << 60, &diag));
  ck_assert_uint_eq(diag.errors, 1);
}
END_TEST

START_TEST(freeing_no_team_is_allowed) { team_free(NULL); }
END_TEST

int main(void) {
  Suite *suite = suite_create("team");
  TCase *tests = tcase_create("team");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, every_actor_runs_every_round_on_its_pu, 0, 2);
  tcase_add_loop_test(tests, nobody_leaves_the_barrier_before_the_last_has_come, 0, 2);
  tcase_add_loop_test(tests, a_large_region_is_zeroed_and_shared, 0, 2);
  tcase_add_test(tests, a_dead_process_ends_the_round);
  tcase_add_test(tests, processes_die_with_their_caller);
  tcase_add_loop_test(tests, a_pu_that_is_not_there_is_refused_with_the_reason, 0, 2);
  tcase_add_test(tests, more_memory_than_there_is_is_refused);
  tcase_add_test(tests, freeing_no_team_is_allowed);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
