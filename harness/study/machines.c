#include "harness/study/machines.h"

#include "harness/lang/insert.h"
#include "harness/model/prediction.h"
#include "harness/study/row_test.h"

#include <assert.h>
#include <string.h>

#define SECONDS 2.0 // for one test and model; all of the suite takes less

static const Arch *find_arch(const char *name) {
  static const char *const others[][2] = {
      {"ppc64", "power"}, {"ppc64le", "power"}, {"ppc", "power"}, {"riscv32", "riscv"}, {"x86", "x86_64"}};
  for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
    if (!strcmp(name, others[i][0]))
      name = others[i][1];
  for (unsigned i = 0; i < arch_count; i++)
    if (arch_all[i]->uname && (!strcmp(arch_all[i]->name, name) || !strcmp(arch_all[i]->uname, name)))
      return arch_all[i];
  return NULL;
}

const char *machines_model(const char *arch) {
  const Arch *found = find_arch(arch);
  return found ? found->model : NULL;
}

static CompareVerdict judge(const Test *test, const Arch *arch, const CompareRow *row, bool lse, Arena *arena) {
  static const char *const no_features[] = {NULL};
  LowerOptions lower = {.features = lse ? NULL : no_features};
  ModelOptions options = {.limits = {.seconds = SECONDS}};
  Judge by = {.name = arch->model, .arch = arch, .cat = cat_builtin(arch, arena)};
  test = test_with_fence(test, row->fence, UINT64_MAX, arena);
  Prediction prediction = prediction_make(test, &by, &lower, &options, arena);
  if (!prediction.program || prediction.result.unmodelled)
    return COMPARE_UNMODELLED;
  bool asked = test->condition.quantifier == QUANTIFIER_FORALL ? !prediction.all_witnesses : prediction.any_witness;
  if (asked)
    return COMPARE_ALLOWED;
  return prediction.result.gave_up || prediction.result.bound_reached ? COMPARE_UNKNOWN : COMPARE_FORBIDDEN;
}

// The verdicts of one row: each architecture's is found once.
static void judge_row(const RowTests *tests, Comparison *comparison, unsigned row) {
  Arena *arena = arena_new();
  const Test *test = NULL;
  uint64_t fenced;
  bool looked = false;
  struct {
    const Arch *arch;
    bool lse;
    CompareVerdict verdict;
  } known[16];
  unsigned count = 0;
  for (unsigned m = 0; m < comparison->machine_count; m++) {
    CompareCell *cell = (CompareCell *)comparison_cell(comparison, row, m);
    const CompareMachine *machine = &comparison->machines[m];
    const Arch *arch = find_arch(machine->machine.arch);
    if (!cell || !cell->conditional || cell->predicted || cell->verdict != COMPARE_UNKNOWN)
      continue;
    if (!arch) {
      cell->verdict = machine->known_arch ? COMPARE_UNMODELLED : COMPARE_UNKNOWN;
      continue;
    }
    if (!looked)
      test = row_test(tests, &comparison->rows[row], &fenced, arena);
    looked = true;
    if (!test)
      continue;
    bool lse = machine->machine.has_lse || *machine->source || !*machine->machine.kernel;
    unsigned k = 0;
    while (k < count && (known[k].arch != arch || known[k].lse != lse))
      k++;
    assert(k < sizeof known / sizeof *known); // there are fewer architectures
    if (k == count) {
      known[k].arch = arch;
      known[k].lse = lse;
      known[k].verdict = judge(test, arch, &comparison->rows[row], lse, arena);
      count++;
    }
    cell->verdict = known[k].verdict;
  }
  arena_free(arena);
}

void machines_judge(Comparison *comparison, Arena *arena, const volatile int *stop) {
  RowTests tests = row_tests_new(arena);
  for (unsigned row = 0; row < comparison->row_count && !(stop && *stop); row++)
    judge_row(&tests, comparison, row);
}
