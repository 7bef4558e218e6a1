// The rows: that none is missing, none is there twice, and that one which cannot be had says why.
#include "arch/cpus.h"
#include "harness/cost/claim.h"
#include "harness/cost/cost.h"
#include "tests/unit/skip.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  Arena *arena;
  Diag diag;
  Topology *topology;
  Cost *cost;
} Fixture;

static Fixture f;

static void build(bool one_core) {
  f.arena = arena_new();
  f.diag = (Diag){.arena = f.arena};
  f.topology = topology_new(&f.diag);
  ck_assert_ptr_nonnull(f.topology);
  unsigned first = topology_pu(f.topology, 0);
  f.cost = cost_new(f.topology, one_core ? &first : NULL, 1, &f.diag);
  ck_assert_ptr_nonnull(f.cost);
  ck_assert_uint_eq(f.diag.errors, 0);
}
static void whole_machine(void) { build(false); }
static void one_core(void) { build(true); }

static void leave(void) {
  cost_free(f.cost);
  topology_free(f.topology);
  arena_free(f.arena);
}

START_TEST(every_fence_is_there_in_every_context) {
  static const char *const c11[] = {"compiler",      "fence-relaxed", "fence-consume", "fence-acquire",
                                    "fence-release", "fence-acq_rel", "fence-seq_cst"};
  static const char *const contexts[] = {COST_ALONE, COST_AFTER_STORE, COST_AFTER_OTHER, COST_BETWEEN_LOADS};
  const Cpu *here = cpu_here();
  ck_assert_ptr_nonnull(here);
  ck_assert_uint_gt(here->fence_count, 0);
  for (unsigned c = 0; c < sizeof contexts / sizeof *contexts; c++) {
    for (unsigned i = 0; i < here->fence_count; i++)
      ck_assert_msg(cost_find(f.cost, here->fences[i].name, contexts[c]) != NULL, "no %s %s", here->fences[i].name,
                    contexts[c]);
    for (unsigned i = 0; i < sizeof c11 / sizeof *c11; i++)
      ck_assert_msg(cost_find(f.cost, c11[i], contexts[c]) != NULL, "no %s %s", c11[i], contexts[c]);
  }
}
END_TEST

START_TEST(every_order_is_there) {
  static const char *const operations[] = {"load", "store", "exchange", "fetch_add", "compare_exchange", NULL};
  static const char *const orders[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst", NULL};
  for (unsigned i = 0; operations[i]; i++)
    for (unsigned j = 0; orders[j]; j++) {
      char name[64];
      snprintf(name, sizeof name, "%s-%s", operations[i], orders[j]);
      bool load = i == 0, store = i == 1, reads = j == 1 || j == 2 || j == 4, writes = j == 3 || j == 4;
      bool wanted = load ? !writes : store ? !reads : true;
      ck_assert_msg((cost_find(f.cost, name, COST_ALONE) != NULL) == wanted, "%s", name);
    }
}
END_TEST

START_TEST(no_row_is_there_twice) {
  for (unsigned i = 0; i < f.cost->row_count; i++) {
    const CostRow *row = &f.cost->rows[i];
    ck_assert_ptr_eq(cost_find(f.cost, row->operation, row->context), row);
    ck_assert(*row->context && !strpbrk(row->operation, " \t") && !strpbrk(row->context, " \t"));
  }
}
END_TEST

START_TEST(every_group_has_rows_and_a_name) {
  for (CostGroup group = 0; group < COST_GROUPS; group++) {
    unsigned count = 0;
    for (unsigned i = 0; i < f.cost->row_count; i++)
      count += f.cost->rows[i].group == group;
    ck_assert_uint_gt(count, 0);
    CostGroup found;
    ck_assert(cost_group_by_name(cost_group_name(group), &found) && found == group);
  }
  CostGroup none;
  ck_assert(!cost_group_by_name("fence", &none));
}
END_TEST

START_TEST(the_kernels_rows_are_those_of_the_same_instructions) {
  static const char *const names[] = {"smp_rmb",           "smp_wmb",      "smp_mb",     "smp_load_acquire",
                                      "smp_store_release", "smp_store_mb", "atomic_inc", "atomic_inc_return"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const CostRow *row = cost_find(f.cost, names[i], COST_ALONE);
    ck_assert_msg(row && row->group == COST_KERNEL && (row->reason || row->same), "%s", names[i]);
    ck_assert_msg(!row->same || row->same->group != COST_KERNEL, "%s", names[i]);
  }
  const CostRow *barrier = cost_find(f.cost, "smp_mb", COST_ALONE);
  ck_assert_ptr_null(barrier->reason);
}
END_TEST

START_TEST(cores_are_each_used_once) {
  for (unsigned i = 0; i < f.cost->cores; i++)
    for (unsigned j = 0; j < i; j++)
      ck_assert_uint_ne(f.cost->pus[i], f.cost->pus[j]);
  ck_assert_uint_le(f.cost->cores, topology_cores(f.topology));
}
END_TEST

START_TEST(one_core_leaves_reasons) {
  ck_assert_uint_eq(f.cost->cores, 1);
  static const char *const names[][2] = {{"mfence", COST_AFTER_OTHER},   {"fence-seq_cst", COST_AFTER_OTHER},
                                         {"increment-plain", "2-cores"}, {"transfer", "2-cores"},
                                         {"read", "other-core-wrote"},   {"increment-relaxed", "same-line"}};
  for (unsigned i = cpu_here() != cpu_find("x86_64"); i < sizeof names / sizeof *names; i++) {
    CostRow *row = cost_find(f.cost, names[i][0], names[i][1]);
    ck_assert_msg(row != NULL, "%s %s", names[i][0], names[i][1]);
    ck_assert_str_eq(row->reason, "no second core");
    cost_measure(f.cost, &row, 1, NULL, NULL);
    ck_assert(!row->measured);
  }
  ck_assert_ptr_null(cost_find(f.cost, "fence-seq_cst", COST_ALONE)->reason);
}
END_TEST

START_TEST(one_core_makes_no_claim_about_two) {
  static const char *const contexts[] = {COST_AFTER_STORE, COST_AFTER_OTHER, COST_BETWEEN_LOADS};
  CostRow *rows[3];
  for (unsigned i = 0; i < 3; i++)
    rows[i] = cost_find(f.cost, "fence-seq_cst", contexts[i]);
  cost_measure(f.cost, rows, 3, NULL, NULL);
  ck_assert(rows[0]->measured && !rows[1]->measured && rows[2]->measured);
  Text text = {0};
  ck_assert(!cost_claim(f.cost, COST_CONTEXTS, &text));
  ck_assert_uint_eq(text.length, 0);
  text_free(&text);
}
END_TEST

START_TEST(an_instruction_this_cpu_lacks_has_a_reason) {
  // The reason is there exactly where the fence would be an illegal instruction: the others can all be measured.
  const Cpu *here = cpu_here();
  for (unsigned i = 0; i < here->fence_count; i++) {
    CostRow *row = cost_find(f.cost, here->fences[i].name, COST_ALONE);
    if (!row->reason) {
      cost_measure(f.cost, &row, 1, NULL, NULL);
      ck_assert(row->measured && row->samples >= SUMMARY_SAMPLES);
    } else {
      ck_assert_ptr_nonnull(here->fences[i].feature); // one that every CPU of the architecture has needs no reason
      ck_assert_str_eq(row->reason, "not on this CPU");
    }
  }
}
END_TEST

START_TEST(a_figure_has_cycles_and_samples) {
  CostRow *row = cost_find(f.cost, "fence-seq_cst", COST_ALONE);
  cost_measure(f.cost, &row, 1, NULL, NULL);
  ck_assert(row->measured && !row->reason);
  ck_assert_double_gt(f.cost->ghz, 0.1);
  SKIP_IF(skip_emulated(), "an emulator merges fences that follow one another: they cost nothing");
  ck_assert_double_gt(row->ns, 0);
  ck_assert_double_gt(row->cycles, 0);
  unsigned samples = row->samples;
  cost_measure(f.cost, &row, 1, NULL, NULL); // again: not added to what was there
  ck_assert_uint_lt(row->samples / 100, samples);
  ck_assert_uint_ge(row->samples, SUMMARY_SAMPLES);
}
END_TEST

// A sanitizer's calls, told from the place they stand at, make every body's code its own.
#ifdef __has_feature // clang
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined SANITIZED || defined __SANITIZE_ADDRESS__
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

START_TEST(rows_of_one_machine_code_are_one_measurement) {
  CostRow *rows[] = {cost_find(f.cost, "load-acquire", COST_ALONE), cost_find(f.cost, "load-consume", COST_ALONE)};
  SKIP_IF(sanitized, "a sanitizer makes every body's code its own");
  const CostRow *first = rows[1]->same ? rows[1]->same : rows[1];
  ck_assert(rows[0]->same == first || rows[0]->same == rows[1]);
  cost_measure(f.cost, rows, 2, NULL, NULL);
  ck_assert(rows[0]->measured && rows[1]->measured);
  ck_assert_double_eq(rows[0]->ns, rows[1]->ns);
  ck_assert_uint_eq(rows[0]->samples, rows[1]->samples);
  for (unsigned i = 0; i < f.cost->row_count; i++)
    if (f.cost->rows[i].same)
      ck_assert(!f.cost->rows[i].same->same && f.cost->rows[i].same->cores == f.cost->rows[i].cores);
  const CostRow *load = cost_find(f.cost, "load-seq_cst", COST_ALONE),
                *store = cost_find(f.cost, "store-seq_cst", COST_ALONE);
  ck_assert(load->same != store && store->same != load);
}
END_TEST

static bool never(void *context, const CostRow *row) {
  (void)row;
  ++*(unsigned *)context;
  return false;
}

START_TEST(measuring_stops_when_told) {
  CostRow *rows[] = {cost_find(f.cost, "fence-seq_cst", COST_ALONE), cost_find(f.cost, "compiler", COST_ALONE)};
  unsigned calls = 0;
  cost_measure(f.cost, rows, 2, never, &calls);
  ck_assert_uint_eq(calls, 1);
  ck_assert(!rows[0]->measured && !rows[1]->measured);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cost_rows");
  TCase *machine = tcase_create("this machine");
  tcase_add_checked_fixture(machine, whole_machine, leave);
  tcase_add_test(machine, every_fence_is_there_in_every_context);
  tcase_add_test(machine, every_order_is_there);
  tcase_add_test(machine, no_row_is_there_twice);
  tcase_add_test(machine, every_group_has_rows_and_a_name);
  tcase_add_test(machine, cores_are_each_used_once);
  tcase_add_test(machine, the_kernels_rows_are_those_of_the_same_instructions);
  tcase_add_test(machine, an_instruction_this_cpu_lacks_has_a_reason);
  tcase_add_test(machine, a_figure_has_cycles_and_samples);
  tcase_add_test(machine, rows_of_one_machine_code_are_one_measurement);
  tcase_add_test(machine, measuring_stops_when_told);
  suite_add_tcase(suite, machine);
  TCase *single = tcase_create("one core");
  tcase_add_checked_fixture(single, one_core, leave);
  tcase_add_test(single, one_core_leaves_reasons);
  tcase_add_test(single, one_core_makes_no_claim_about_two);
  tcase_add_test(single, no_row_is_there_twice);
  suite_add_tcase(suite, single);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
