// Memory is where it was asked to be, on this machine and by a team's actors; what a machine does not have is refused.
#include "harness/engine/crew.h"
#include "harness/machine/memory.h"
#include "harness/run/measure.h"
#include "tests/unit/runner.h"
#include "tests/unit/skip.h"

#include <string.h>
#include <sys/mman.h>

enum { BYTES = 4 << 20 };

static Arena *arena;
static Diag diag;
static Topology *here;

static void setup(void) {
  arena = arena_new();
  diag = (Diag){.arena = arena};
  here = topology_new(&diag);
  ck_assert_ptr_nonnull(here);
}

static void teardown(void) {
  topology_free(here);
  arena_free(arena);
}

static void *touched(void) {
  void *region = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(region, MAP_FAILED);
  memset(region, 1, BYTES);
  return region;
}

// A node that this machine has, or -1 if its system does not say where memory is.
static int node_here(void) {
  void *region = touched();
  uint64_t nodes = memory_nodes(here, region, BYTES);
  munmap(region, BYTES);
  for (int node = 0; node < 64; node++)
    if (nodes >> node & 1)
      return node;
  return -1;
}

START_TEST(memory_lands_on_the_node) {
  int node = node_here();
  SKIP_IF(node < 0, "the system does not say where memory is");
  void *region = touched();
  ck_assert(memory_has_node(here, (unsigned)node, &diag));
  ck_assert_msg(memory_place(here, (unsigned)node, region, BYTES, &diag), "%s", diag.first ? diag.first->message : "");
  ck_assert_uint_eq(memory_nodes(here, region, BYTES), UINT64_C(1) << node);
  munmap(region, BYTES);
}
END_TEST

START_TEST(a_node_that_is_not_there_is_refused_with_those_that_are) {
  ck_assert(!memory_has_node(here, 4000, &diag));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "no memory for us on NUMA node 4000, but on 0"));
}
END_TEST

START_TEST(a_described_machine_has_the_nodes_that_it_says) {
  Topology *two = topology_synthetic("numa:2 core:2 pu:1", &diag), *one = topology_synthetic("core:2 pu:1", &diag);
  ck_assert(two && one);
  ck_assert(memory_has_node(two, 0, &diag) && memory_has_node(two, 1, &diag) && memory_has_node(one, 0, &diag));
  ck_assert_uint_eq(diag.errors, 0);
  ck_assert(!memory_has_node(two, 2, &diag));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "on NUMA node 2, but on 0-1"));
  ck_assert(!memory_has_node(one, 1, &diag));
  topology_free(two);
  topology_free(one);
}
END_TEST

START_TEST(a_described_machine_holds_no_memory) {
  Topology *two = topology_synthetic("numa:2 core:2 pu:1", &diag);
  void *region = touched();
  ck_assert_ptr_nonnull(two);
  ck_assert(!memory_place(two, 0, region, BYTES, &diag));
  ck_assert_uint_eq(memory_nodes(two, region, BYTES), 0);
  munmap(region, BYTES);
  topology_free(two);
}
END_TEST

// Threads and processes; an actor a thread, and fewer.
START_TEST(a_teams_memory_is_on_the_node) {
  int node = node_here();
  SKIP_IF(node < 0, "the system does not say where memory is");
  unsigned wanted = (unsigned)node, pu = topology_pu(here, 0), pus[] = {pu, pu};
  Placement placement = {.kind = PLACEMENT_CUSTOM, .threads = 2, .pus = pus};
  const Binding whole = *measure_bindings(here, &placement, &wanted, arena), binding = crew_binding(&whole, 1 + _i / 2);
  Team *team = team_new(&binding, _i % 2 ? ACTORS_PROCESSES : ACTORS_THREADS, BYTES, &diag);
  ck_assert_msg(team != NULL, "%s", diag.first ? diag.first->message : "no reason given");
  ck_assert_uint_eq(team_nodes(team), UINT64_C(1) << node);
  team_free(team);
}
END_TEST

START_TEST(a_team_without_its_node_does_not_start) {
  unsigned wanted = 4000, pu = topology_pu(here, 0), pus[] = {pu, pu};
  Placement placement = {.kind = PLACEMENT_CUSTOM, .threads = 2, .pus = pus};
  const Binding binding = *measure_bindings(here, &placement, &wanted, arena);
  ck_assert_ptr_null(team_new(&binding, ACTORS_THREADS, 64, &diag));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "cannot put memory on NUMA node 4000: "));
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("memory", setup, teardown);
  tcase_add_test(tests, memory_lands_on_the_node);
  tcase_add_test(tests, a_node_that_is_not_there_is_refused_with_those_that_are);
  tcase_add_test(tests, a_described_machine_has_the_nodes_that_it_says);
  tcase_add_test(tests, a_described_machine_holds_no_memory);
  tcase_add_loop_test(tests, a_teams_memory_is_on_the_node, 0, 4);
  tcase_add_test(tests, a_team_without_its_node_does_not_start);
  return unit_run("memory", tests);
}
