// Crews: every arrangement has each thread once, each two threads are apart in some and in either order in others, and
// no state is shown that threads of one actor could have only as one thread.
#include "harness/engine/crew.h"
#include "harness/lang/parse.h"
#include "harness/run/run.h"
#include "tests/unit/left.h"
#include "tests/unit/runner.h"
#include "tests/unit/skip.h"

#include <string.h>

static Arena *arena;
static Diag diag;
static Left before;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
}

static void teardown(void) {
  arena_free(arena);
  left_assert_nothing(&before);
}

static void check_each_once(const Crew *crew) {
  bool seen[SHAPE_THREADS] = {0};
  ck_assert_uint_eq(crew->from[0], 0);
  ck_assert_uint_eq(crew->from[crew->actors], crew->threads);
  for (unsigned a = 0; a < crew->actors; a++) {
    ck_assert_uint_lt(crew->from[a], crew->from[a + 1]);
    ck_assert_uint_le(crew->from[a + 1] - crew->from[a], crew->most);
    for (unsigned i = crew->from[a]; i < crew->from[a + 1]; i++) {
      ck_assert(!seen[crew->order[i]]);
      seen[crew->order[i]] = true;
      ck_assert_uint_eq(crew->actor_of[crew->order[i]], a);
    }
  }
}

static unsigned place_of(const Crew *crew, unsigned thread) {
  unsigned place = 0;
  while (crew->order[place] != thread)
    place++;
  return place;
}

START_TEST(each_two_threads_are_apart_somewhere_and_in_either_order_elsewhere) {
  static const struct {
    unsigned threads, actors, arrangements;
  } cases[] = {{3, 2, 12}, {4, 2, 72}, {4, 3, 24}, {5, 2, CREW_ARRANGEMENTS}, {7, 3, CREW_ARRANGEMENTS}};
  unsigned threads = cases[_i].threads, actors = cases[_i].actors;
  ck_assert_uint_eq(crew_arrangements(threads, actors), cases[_i].arrangements);
  bool apart[8][8] = {0}, first[8][8] = {0};
  for (unsigned n = 0; n < cases[_i].arrangements; n++) {
    const Crew crew = crew_arrange(threads, actors, n);
    check_each_once(&crew);
    for (unsigned a = 0; a < threads; a++)
      for (unsigned b = 0; b < threads; b++)
        if (crew.actor_of[a] != crew.actor_of[b])
          apart[a][b] = true;
        else if (place_of(&crew, a) < place_of(&crew, b))
          first[a][b] = true;
  }
  for (unsigned a = 0; a < threads; a++)
    for (unsigned b = 0; b < threads; b++)
      ck_assert(a == b || (apart[a][b] && first[a][b]));
}
END_TEST

START_TEST(with_an_actor_for_each_thread_each_has_its_own) {
  ck_assert_uint_eq(crew_arrangements(5, 5), 1);
  const Crew crew = crew_arrange(5, 5, 0);
  check_each_once(&crew);
  for (unsigned t = 0; t < 5; t++)
    ck_assert_uint_eq(crew.actor_of[t], t);
}
END_TEST

START_TEST(threads_that_wait_or_have_one_pu_or_one_each_are_no_crew) {
  Binding binding = {.threads = 3, .crowded = true, .pus = 2};
  ck_assert_uint_eq(crew_actors(&binding, false), 2);
  ck_assert_uint_eq(crew_actors(&binding, true), 3);
  binding.pus = 1;
  ck_assert_uint_eq(crew_actors(&binding, false), 3);
  binding = (Binding){.threads = 3, .pus = 3};
  ck_assert_uint_eq(crew_actors(&binding, false), 3);
}
END_TEST

#define READER(a, b)                                                                                                   \
  "(atomic_int* x, atomic_int* y) { int r0 = atomic_load_explicit(" a ",memory_order_acquire);\n"                      \
  "  int r1 = atomic_load_explicit(" b ",memory_order_acquire); }\n"

// Every CPU that is multi-copy atomic forbids it. A reader that runs on its writer's actor with no fence between would
// read what is still in the store buffer, and the two readers would not agree.
static const char IRIW[] = "C IRIW+rels+acqs\n{}\n"
                           "P0 (atomic_int* x) { atomic_store_explicit(x,1,memory_order_release); }\n"
                           "P1 " READER("x", "y") //
    "P2 (atomic_int* y) { atomic_store_explicit(y,1,memory_order_release); }\n"
    "P3 " READER("y", "x") //
    "exists (1:r0=1 /\\ 1:r1=0 /\\ 3:r0=1 /\\ 3:r1=0)\n";

START_TEST(readers_agree_though_each_shares_an_actor_with_a_writer) {
  Topology *topology = topology_new(&diag);
  ck_assert_ptr_nonnull(topology);
  bool alone = topology_pu_count(topology) < 2;
  if (!alone) {
    const unsigned pus[] = {topology_pu(topology, 0), topology_pu(topology, 1)};
    Placement placement;
    ck_assert(placement_custom(topology, pus, 2, 4, arena, &placement, &diag));
    Source source = {.name = "IRIW", .bytes = IRIW, .length = strlen(IRIW)};
    const Test *test = test_parse(&source, arena, &diag);
    ck_assert_ptr_nonnull(test);
    const RunOptions options = {.seconds = 0.3, .engine = _i ? ENGINE_LOCKSTEP : ENGINE_PERPETUAL, .timeout = 60};
    Compiler compiler;
    ck_assert(compiler_find(NULL, NULL, arena, &compiler, &diag));
    Compiled **compiled = build_compile(&test, 1, options.engine, &compiler, arena, NULL, NULL, NULL);
    RunResult result = run_test(test, compiled[0], topology, &placement, &options, arena, NULL);
    ck_assert_msg(result.status == RUN_DONE, "%s", result.message);
    ck_assert_uint_gt(result.histogram.total, 0);
    ck_assert_uint_eq(result.histogram.witnesses, 0);
  }
  topology_free(topology);
  SKIP_IF(alone, "it needs two PUs");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("crew", setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, each_two_threads_are_apart_somewhere_and_in_either_order_elsewhere, 0, 5);
  tcase_add_test(tests, with_an_actor_for_each_thread_each_has_its_own);
  tcase_add_test(tests, threads_that_wait_or_have_one_pu_or_one_each_are_no_crew);
  tcase_add_loop_test(tests, readers_agree_though_each_shares_an_actor_with_a_writer, 0, 2);
  return unit_run("crew", tests);
}
