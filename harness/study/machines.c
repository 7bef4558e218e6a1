#include "harness/study/machines.h"

#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "harness/model/prediction.h"

#include <assert.h>
#include <stdlib.h>
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

typedef struct {
  Suite suite;
  uint64_t *digests; // the first 64 bits of each test's
  Arena *arena;
} Judging;

static uint64_t digest_of(const Test *test) {
  char digest[65], first[17];
  test_digest(test, digest);
  memcpy(first, digest, 16);
  first[16] = '\0';
  return strtoull(first, NULL, 16);
}

// "+po+fence" behind a test without fences: a bit for each thread that has one. False where it reads otherwise.
static bool read_fences(const char *tail, unsigned threads, uint64_t *mask) {
  unsigned thread = 0;
  for (*mask = 0; *tail; thread++) {
    bool fence = !strncmp(tail, "+fence", 6);
    if (!fence && strncmp(tail, "+po", 3) != 0)
      return false;
    if (fence && thread < threads)
      *mask |= UINT64_C(1) << thread;
    tail += fence ? 6 : 3;
  }
  return thread == threads;
}

// The test that a row is of; NULL where the suite has none.
static const Test *find_test(const Judging *judging, const CompareRow *row, Arena *arena) {
  const Test *fenced = NULL;
  for (unsigned i = 0; i < judging->suite.count; i++) {
    const Test *test = judging->suite.tests[i];
    size_t length = strlen(test->name);
    uint64_t mask;
    if (strncmp(row->test, test->name, length) != 0)
      continue;
    if (!row->test[length])
      return !row->digest || row->digest == judging->digests[i] ? test : NULL;
    if (!row->digest && read_fences(row->test + length, test->thread_count, &mask))
      fenced = test_with_fence(test, "fence-seq_cst", mask, arena);
  }
  return fenced;
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
static void judge_row(const Judging *judging, Comparison *comparison, unsigned row) {
  Arena *arena = arena_new();
  const Test *test = NULL;
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
      test = find_test(judging, &comparison->rows[row], arena);
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
  Diag diag = {.arena = arena};
  Judging judging = {.suite = suite_builtin(NULL, arena, &diag), .arena = arena};
  judging.digests = ARENA_ARRAY(arena, uint64_t, judging.suite.count + 1);
  for (unsigned i = 0; i < judging.suite.count; i++)
    judging.digests[i] = digest_of(judging.suite.tests[i]);
  for (unsigned row = 0; row < comparison->row_count && !(stop && *stop); row++)
    judge_row(&judging, comparison, row);
}
