#include "harness/study/machines.h"

#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "harness/model/judge.h"
#include "harness/study/row_test.h"

#include <assert.h>
#include <string.h>

#define SECONDS 2.0 // for one test and model; all of the suite takes less

static bool asks(const Test *test, const char *condition) {
  Text text = {0};
  condition_print(test, &text);
  bool same = compare_same_condition(text_string(&text), condition);
  text_free(&text);
  return same;
}

// What is judged once for all cells that have it in common.
typedef struct {
  const Cpu *cpu;
  bool lse, named; // named: known by the test's name alone
  CompareVerdict verdict;
} Judged;

typedef struct {
  const Comparison *comparison;
  const CompareRow *row;
  const Judge *judges;  // of model_all
  const Test *tests[2]; // by digest; by name alone
  Judged judged[32];
  unsigned count;
  Arena *arena;
} RowJudging;

static CompareVerdict judge(const RowJudging *judging, const Test *test, const Cpu *cpu, bool lse) {
  static const char *const no_features[] = {NULL};
  JudgeOptions options = {.limits = {.seconds = SECONDS}, .lower = {.features = lse ? NULL : no_features}, .cpu = cpu};
  test = test_with_fence(test, judging->row->fence, UINT64_MAX, judging->arena);
  Prediction sc = judge_test(&judging->judges[model_index(model_find("sc"))], test, &options, judging->arena);
  Prediction own = judge_test(&judging->judges[model_index(cpu->model)], test, &options, judging->arena);
  switch (prediction_asked(&own, &sc)) {
  case VERDICT_ALLOWED:
    return COMPARE_ALLOWED;
  case VERDICT_FORBIDDEN:
    return COMPARE_FORBIDDEN;
  case VERDICT_UNKNOWN:
    return COMPARE_UNKNOWN;
  default:
    return COMPARE_UNMODELLED;
  }
}

static CompareVerdict judge_once(RowJudging *judging, const Cpu *cpu, bool lse, bool named) {
  unsigned i = 0;
  Judged *judged = judging->judged;
  while (i < judging->count && (judged[i].cpu != cpu || judged[i].lse != lse || judged[i].named != named))
    i++;
  assert(i < sizeof judging->judged / sizeof *judged); // there are fewer CPUs
  if (i == judging->count)
    judged[judging->count++] = (Judged){cpu, lse, named, judge(judging, judging->tests[named], cpu, lse)};
  return judged[i].verdict;
}

// A cell without a digest is of the suite's test of that name, if that asks for the same.
static CompareVerdict judge_cell(RowJudging *judging, const CompareCell *cell) {
  const CompareMachine *machine = &judging->comparison->machines[cell->column];
  const Cpu *cpu = cpu_find(machine->machine.arch);
  bool named = cell->condition;
  const Test *test = judging->tests[named];
  if (!cpu)
    return machine->known_arch ? COMPARE_UNMODELLED : COMPARE_UNKNOWN;
  if (!test || (named && !asks(test, cell->condition)))
    return COMPARE_UNKNOWN;
  bool lse = machine->machine.has_lse || *machine->source || !*machine->machine.kernel;
  return judge_once(judging, cpu, lse, named);
}

static bool is_open(const CompareCell *cell) {
  return cell->conditional && !cell->predicted && cell->verdict == COMPARE_UNKNOWN;
}

static void judge_row(const RowTests *tests, const Judge *judges, Comparison *comparison, unsigned row) {
  const CompareCell *cell = comparison_first(comparison, row);
  while (cell && !is_open(cell))
    cell = comparison_next(comparison, cell);
  if (!cell)
    return;
  uint64_t fenced;
  CompareRow named = comparison->rows[row];
  named.digest = 0;
  RowJudging judging = {
      .comparison = comparison, .row = &comparison->rows[row], .judges = judges, .arena = arena_new()};
  judging.tests[0] = row_test(tests, judging.row, &fenced, judging.arena);
  judging.tests[1] = row_test(tests, &named, &fenced, judging.arena);
  for (; cell; cell = comparison_next(comparison, cell))
    if (is_open(cell))
      comparison_set_verdict(comparison, cell, judge_cell(&judging, cell));
  arena_free(judging.arena);
}

void machines_judge(Comparison *comparison, Arena *arena, const Stop *stop) {
  RowTests tests = row_tests_new(arena);
  const Judge *judges = judges_all(arena);
  for (unsigned row = 0; row < comparison->row_count && !stop_wanted(stop); row++)
    judge_row(&tests, judges, comparison, row);
}
