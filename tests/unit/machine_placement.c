// Placements on machines that are described: each thread and the next share what is named, and nothing nearer.
#include "harness/machine/placement.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Diag diag;
static Topology *machine;

static void set_up(void) {
  arena = arena_new();
  diag = (Diag){.arena = arena};
}

static void tear_down(void) {
  topology_free(machine);
  machine = NULL;
  arena_free(arena);
}

static void use(const char *description) {
  machine = topology_synthetic(description, &diag);
  ck_assert_ptr_nonnull(machine);
}

static void use_file(const char *name) {
  const char *source = getenv("SOURCE");
  machine = topology_xml(arena_printf(arena, "%s/tests/data/%s", source ? source : ".", name), &diag);
  ck_assert_ptr_nonnull(machine);
}

// "0 2 4": where that many threads go; "-": not offered.
static const char *pus(PlacementKind kind, unsigned threads) {
  Placement placement;
  const char *reason = NULL;
  Text out = {0};
  if (!placement_find(machine, kind, threads, arena, &placement, &reason)) {
    ck_assert_ptr_nonnull(reason);
    return "-";
  }
  ck_assert_int_eq(placement.kind, kind);
  ck_assert_uint_eq(placement.threads, threads);
  for (unsigned t = 0; t < threads; t++)
    text_printf(&out, "%s%u", t ? " " : "", placement.pus[t]);
  const char *made = arena_string(arena, text_string(&out));
  text_free(&out);
  return made;
}

static const char *default_name(unsigned threads) {
  return placement_name(placement_default(machine, threads, arena).kind);
}

START_TEST(two_cores_share_the_last_level_cache) {
  use("pack:1 l3:1 l2:2 core:1 pu:1");
  ck_assert_str_eq(pus(PLACEMENT_SAME_PU, 2), "0 0");
  ck_assert_str_eq(pus(PLACEMENT_L3, 1), "0");
  ck_assert_str_eq(pus(PLACEMENT_L3, 2), "0 1");
  ck_assert_str_eq(pus(PLACEMENT_L3, 3), "-");
  ck_assert_str_eq(pus(PLACEMENT_SHARED_PUS, 2), "-");
  ck_assert_str_eq(pus(PLACEMENT_SHARED_PUS, 5), "0 1 0 1 0");
  ck_assert_str_eq(pus(PLACEMENT_SMT, 2), "-");
  ck_assert_str_eq(pus(PLACEMENT_L2, 2), "-");
  ck_assert_str_eq(pus(PLACEMENT_PACKAGE, 2), "-");
  ck_assert_str_eq(pus(PLACEMENT_MACHINE, 2), "-");
  ck_assert_str_eq(pus(PLACEMENT_KINDS, 2), "-");
  ck_assert_str_eq(pus(PLACEMENT_CUSTOM, 2), "-");
  ck_assert_str_eq(default_name(1), "l3");
  ck_assert_str_eq(default_name(2), "l3");
  ck_assert_str_eq(default_name(3), "shared-pus");
}
END_TEST

START_TEST(one_pu_takes_all_threads_in_turn) {
  use("pu:1");
  ck_assert_str_eq(pus(PLACEMENT_SAME_PU, 3), "0 0 0");
  ck_assert_str_eq(pus(PLACEMENT_SHARED_PUS, 2), "0 0");
  ck_assert_str_eq(default_name(1), "same-pu");
  ck_assert_str_eq(default_name(2), "shared-pus");
}
END_TEST

START_TEST(siblings_are_taken_only_where_asked_for_or_needed) {
  use("pack:1 l3:1 l2:4 core:1 pu:2");
  ck_assert_uint_eq(topology_cores(machine), 4);
  ck_assert_uint_eq(topology_pu_count(machine), 8);
  ck_assert_str_eq(pus(PLACEMENT_SMT, 2), "0 1");
  ck_assert_str_eq(pus(PLACEMENT_SMT, 3), "-");
  ck_assert_str_eq(pus(PLACEMENT_L2, 2), "-"); // its cores are alone with their L2: siblings are nearer than that
  ck_assert_str_eq(pus(PLACEMENT_L3, 4), "0 2 4 6");
  ck_assert_str_eq(pus(PLACEMENT_L3, 6), "0 2 4 6 1 3");
  ck_assert_str_eq(pus(PLACEMENT_SHARED_PUS, 10), "0 2 4 6 1 3 5 7 0 2");
}
END_TEST

START_TEST(clusters_share_an_l2) {
  use("pack:1 l3:1 l2:2 core:4 pu:1");
  ck_assert_str_eq(pus(PLACEMENT_L2, 4), "0 1 2 3");
  ck_assert_str_eq(pus(PLACEMENT_L2, 5), "-");
  ck_assert_str_eq(pus(PLACEMENT_L3, 4), "0 4 1 5");
  ck_assert_str_eq(default_name(2), "l2");
  ck_assert_str_eq(default_name(5), "l3");
}
END_TEST

START_TEST(two_sockets_of_complexes_with_smt) {
  use("pack:2 l3:2 l2:2 core:1 pu:2");
  ck_assert_str_eq(pus(PLACEMENT_L3, 2), "0 2");
  ck_assert_str_eq(pus(PLACEMENT_L3, 3), "0 2 1");
  ck_assert_str_eq(pus(PLACEMENT_L3, 5), "-");
  ck_assert_str_eq(pus(PLACEMENT_PACKAGE, 4), "0 4 2 6");
  ck_assert_str_eq(pus(PLACEMENT_MACHINE, 2), "0 8");
  ck_assert_str_eq(pus(PLACEMENT_MACHINE, 4), "0 8 4 12"); // spread: other complexes before other cores of the same
  ck_assert_str_eq(pus(PLACEMENT_MACHINE, 16), "0 8 4 12 2 10 6 14 1 9 5 13 3 11 7 15");
  ck_assert_str_eq(pus(PLACEMENT_MACHINE, 17), "-");
}
END_TEST

START_TEST(where_nothing_is_known_of_caches_cores_share_the_package) {
  use("pack:1 core:4 pu:1");
  ck_assert_str_eq(pus(PLACEMENT_PACKAGE, 4), "0 1 2 3");
  ck_assert_str_eq(default_name(2), "package");
}
END_TEST

START_TEST(kinds_of_cores_alternate_from_the_fastest) {
  use_file("hybrid.xml");
  ck_assert_uint_eq(topology_cores(machine), 6);
  ck_assert_str_eq(pus(PLACEMENT_KINDS, 2), "0 4");
  ck_assert_str_eq(pus(PLACEMENT_KINDS, 4), "0 4 2 5");
  ck_assert_str_eq(pus(PLACEMENT_KINDS, 8), "0 4 1 5 2 6 3 7"); // more than the fast cores: their siblings too
  ck_assert_str_eq(pus(PLACEMENT_KINDS, 9), "-");
}
END_TEST

START_TEST(hybrid_cores_share_what_they_share) {
  use_file("hybrid.xml");
  ck_assert_str_eq(pus(PLACEMENT_SMT, 2), "0 1");
  ck_assert_str_eq(pus(PLACEMENT_L2, 4), "4 5 6 7");
  ck_assert_str_eq(pus(PLACEMENT_L3, 3), "0 2 4");
  // Of six cores four are in one cluster; no two of them may follow each other.
  ck_assert_str_eq(pus(PLACEMENT_L3, 5), "4 0 5 2 6");
  ck_assert_str_eq(pus(PLACEMENT_L3, 8), "0 4 2 5 1 6 3 7");
}
END_TEST

START_TEST(pus_without_a_common_placement_are_a_custom_one) {
  use_file("lopsided.xml"); // three cores of a cluster, and one alone
  ck_assert_str_eq(pus(PLACEMENT_L2, 3), "0 1 2");
  ck_assert_str_eq(pus(PLACEMENT_L3, 3), "0 3 1");
  ck_assert_str_eq(pus(PLACEMENT_L3, 4), "-");
  ck_assert_str_eq(pus(PLACEMENT_SHARED_PUS, 4), "-");
  Placement p = placement_default(machine, 4, arena);
  const unsigned expected[] = {0, 3, 1, 2};
  ck_assert_mem_eq(p.pus, expected, sizeof expected);
  ck_assert_str_eq(placement_name(p.kind), "custom");
  ck_assert(!placement_oversubscribed(&p));
  ck_assert_str_eq(default_name(5), "shared-pus");
}
END_TEST

START_TEST(two_sockets_and_192_pus) {
  use("pack:2 l3:12 l2:8 core:1 pu:1");
  ck_assert_uint_eq(topology_pu_count(machine), 192);
  ck_assert_str_eq(pus(PLACEMENT_L3, 8), "0 1 2 3 4 5 6 7");
  ck_assert_str_eq(pus(PLACEMENT_L3, 9), "-");
  ck_assert_str_eq(pus(PLACEMENT_PACKAGE, 4), "0 8 16 24");
  ck_assert_str_eq(pus(PLACEMENT_MACHINE, 4), "0 96 8 104");
  Placement all[PLACEMENT_COUNT];
  ck_assert_uint_eq(placement_all(machine, 4, arena, all), 4);
  ck_assert_int_eq(all[0].kind, PLACEMENT_SAME_PU);
  ck_assert_int_eq(all[3].kind, PLACEMENT_MACHINE);
}
END_TEST

// How near two PUs are, by their numbers alone, on "pack:2 l3:2 l2:2 core:2 pu:2".
static PlacementKind nearness(unsigned a, unsigned b) {
  static const PlacementKind of[] = {PLACEMENT_SAME_PU, PLACEMENT_SMT,     PLACEMENT_L2,
                                     PLACEMENT_L3,      PLACEMENT_PACKAGE, PLACEMENT_MACHINE};
  unsigned level = 0;
  while (a >> level != b >> level)
    level++;
  return of[level];
}

START_TEST(neighbours_share_the_thing_named_and_nothing_nearer) {
  use("pack:2 l3:2 l2:2 core:2 pu:2");
  for (unsigned kind = PLACEMENT_SMT; kind <= PLACEMENT_MACHINE; kind++)
    for (unsigned threads = 2; threads <= 32; threads++) {
      Placement p;
      bool found = placement_find(machine, (PlacementKind)kind, threads, arena, &p, NULL);
      ck_assert_int_eq(found, threads <= 1u << kind);
      for (unsigned t = 0; found && t + 1 < threads; t++)
        ck_assert_int_eq(nearness(p.pus[t], p.pus[t + 1]), kind);
      ck_assert(!found || !placement_oversubscribed(&p));
    }
}
END_TEST

START_TEST(threads_take_the_pus_asked_for_in_turn) {
  use("pack:1 core:4 pu:1");
  Placement p;
  const unsigned asked[] = {3, 1}, foreign[] = {0, 4};
  ck_assert(placement_custom(machine, asked, 2, 3, arena, &p, &diag));
  const unsigned expected[] = {3, 1, 3};
  ck_assert_mem_eq(p.pus, expected, sizeof expected);
  ck_assert_int_eq(p.kind, PLACEMENT_CUSTOM);
  ck_assert(placement_oversubscribed(&p));
  ck_assert_uint_eq(diag.errors, 0);
  ck_assert(!placement_custom(machine, foreign, 2, 2, arena, &p, &diag));
  ck_assert(strstr(diag.first->message, "PU 4 is not ours"));
  ck_assert(!placement_custom(machine, asked, 0, 2, arena, &p, &diag));
}
END_TEST

START_TEST(names_are_read_back) {
  for (unsigned kind = 0; kind < PLACEMENT_COUNT; kind++) {
    PlacementKind back;
    ck_assert(placement_by_name(placement_name((PlacementKind)kind), &back));
    ck_assert_uint_eq(back, kind);
    ck_assert_uint_gt(strlen(placement_sentence((PlacementKind)kind)), 10);
  }
  PlacementKind none;
  ck_assert(!placement_by_name("l4", &none));
}
END_TEST

START_TEST(what_is_no_topology_is_an_error) {
  ck_assert_ptr_null(topology_synthetic("no:such thing", &diag));
  ck_assert_ptr_null(topology_xml("/nowhere/at/all.xml", &diag));
  ck_assert_uint_eq(diag.errors, 2);
}
END_TEST

START_TEST(a_description_cannot_be_bound_to) {
  use("pu:2");
  ck_assert(!topology_bind(machine, 0, &diag));
  ck_assert_uint_eq(diag.errors, 1);
}
END_TEST

// "4 6": the PUs that are left for other things.
static const char *spare(const unsigned *pus, unsigned threads) {
  Placement placement = {.threads = threads, .pus = (unsigned *)pus};
  unsigned count;
  const unsigned *found = placement_spare(machine, &placement, arena, &count);
  Text out = {0};
  for (unsigned i = 0; i < count; i++)
    text_printf(&out, "%s%u", i ? " " : "", found[i]);
  const char *made = arena_string(arena, text_string(&out));
  text_free(&out);
  return made;
}

START_TEST(what_a_placement_leaves_has_none_of_its_cores) {
  use("pack:1 l3:1 core:4 pu:2");
  ck_assert_str_eq(spare((const unsigned[]){0, 2}, 2), "4 5 6 7");
  ck_assert_str_eq(spare((const unsigned[]){3, 3}, 2), "0 1 4 5 6 7");
  ck_assert_str_eq(spare((const unsigned[]){0, 3, 5, 6}, 4), "");
}
END_TEST

// What so many instances have: "0 2 | 4 6".
static const char *instances(PlacementKind kind, unsigned threads, unsigned most) {
  Placement first;
  ck_assert(placement_find(machine, kind, threads, arena, &first, NULL));
  Placement all = placement_fill(machine, &first, most, arena);
  ck_assert_uint_eq(all.threads, (size_t)all.instances * threads);
  Text out = {0};
  for (unsigned i = 0; i < all.threads; i++)
    text_printf(&out, "%s%u", i == 0 ? "" : i % threads ? " " : " | ", all.pus[i]);
  const char *made = arena_string(arena, text_string(&out));
  text_free(&out);
  return made;
}

START_TEST(two_cores_have_room_for_one_instance_of_two_threads) {
  use("pack:1 l3:1 l2:2 core:1 pu:1");
  ck_assert_str_eq(instances(PLACEMENT_L3, 2, 100), "0 1");
  ck_assert_str_eq(instances(PLACEMENT_SAME_PU, 2, 100), "0 0 | 1 1");
  ck_assert_str_eq(instances(PLACEMENT_SAME_PU, 2, 1), "0 0");
  ck_assert_str_eq(instances(PLACEMENT_SHARED_PUS, 3, 100), "0 1 0");
}
END_TEST

START_TEST(instances_keep_hardware_threads_of_their_cores_together) {
  use("pack:1 l3:1 core:4 pu:2");
  ck_assert_str_eq(instances(PLACEMENT_SMT, 2, 100), "0 1 | 2 3 | 4 5 | 6 7");
  ck_assert_str_eq(instances(PLACEMENT_L3, 2, 100), "0 2 | 4 6");
  ck_assert_str_eq(instances(PLACEMENT_L3, 3, 100), "0 2 4");
}
END_TEST

// 2 packages of 6 nodes, each with an L3 cache of 8 cores of 2 hardware threads: 192 PUs.
START_TEST(of_192_pus_each_core_is_of_one_instance_and_each_instance_within_one_node) {
  static const struct {
    PlacementKind kind;
    unsigned threads, instances, node; // node: PUs of the part that an instance is within
  } rows[] = {{PLACEMENT_L3, 2, 48, 16},      {PLACEMENT_L3, 3, 24, 16},     {PLACEMENT_L3, 4, 24, 16},
              {PLACEMENT_SMT, 2, 96, 2},      {PLACEMENT_SAME_PU, 4, 96, 1}, {PLACEMENT_PACKAGE, 2, 48, 96},
              {PLACEMENT_MACHINE, 2, 48, 192}};
  use("pack:2 numa:6 l3:1 core:8 pu:2");
  ck_assert_uint_eq(topology_pu_count(machine), 192);
  for (unsigned r = 0; r < sizeof rows / sizeof *rows; r++) {
    unsigned threads = rows[r].threads;
    Placement first;
    ck_assert(placement_find(machine, rows[r].kind, threads, arena, &first, NULL));
    Placement all = placement_fill(machine, &first, UINT_MAX, arena);
    ck_assert_msg(all.instances == rows[r].instances, "%s, %u threads: %u instances", placement_name(rows[r].kind),
                  threads, all.instances);
    unsigned owner[96] = {0}, home = 0; // of each core: an instance, from 1 on; the instance's node
    for (unsigned i = 0; i < all.threads; i++) {
      unsigned instance = i / threads + 1, pu = all.pus[i];
      if (i % threads == 0)
        home = pu / rows[r].node;
      ck_assert(!owner[pu / 2] || owner[pu / 2] == instance);
      owner[pu / 2] = instance;
      ck_assert_uint_eq(pu / rows[r].node, home);
    }
    ck_assert_uint_eq(placement_fill(machine, &first, 5, arena).instances, 5);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("placements");
  TCase *all = tcase_create("placements");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, two_cores_have_room_for_one_instance_of_two_threads);
  tcase_add_test(all, instances_keep_hardware_threads_of_their_cores_together);
  tcase_add_test(all, of_192_pus_each_core_is_of_one_instance_and_each_instance_within_one_node);
  tcase_add_test(all, two_cores_share_the_last_level_cache);
  tcase_add_test(all, one_pu_takes_all_threads_in_turn);
  tcase_add_test(all, siblings_are_taken_only_where_asked_for_or_needed);
  tcase_add_test(all, clusters_share_an_l2);
  tcase_add_test(all, two_sockets_of_complexes_with_smt);
  tcase_add_test(all, where_nothing_is_known_of_caches_cores_share_the_package);
  tcase_add_test(all, kinds_of_cores_alternate_from_the_fastest);
  tcase_add_test(all, hybrid_cores_share_what_they_share);
  tcase_add_test(all, pus_without_a_common_placement_are_a_custom_one);
  tcase_add_test(all, two_sockets_and_192_pus);
  tcase_add_test(all, neighbours_share_the_thing_named_and_nothing_nearer);
  tcase_add_test(all, threads_take_the_pus_asked_for_in_turn);
  tcase_add_test(all, names_are_read_back);
  tcase_add_test(all, what_is_no_topology_is_an_error);
  tcase_add_test(all, a_description_cannot_be_bound_to);
  tcase_add_test(all, what_a_placement_leaves_has_none_of_its_cores);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
