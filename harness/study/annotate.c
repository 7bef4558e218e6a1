#include "harness/study/annotate.h"
#include "harness/base/time.h"
#include "harness/code/assembly.h"

#include "harness/lang/dependency.h"
#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "harness/lang/suite.h"
#include "harness/machine/clock.h"
#include "harness/study/judge_any.h"
#include "results/condition.h"
#include "results/test_name.h"

#include <stdlib.h>
#include <string.h>

static const double SECONDS = 2; // for one test

struct Annotator {
  Suite suite;
  uint64_t *digests;   // the first 64 bits of each test's
  const Judge *judges; // of model_all
};

static uint64_t digest_of(const Test *test) {
  char digest[65], first[17];
  test_digest(test, digest);
  memcpy(first, digest, 16);
  first[16] = '\0';
  return strtoull(first, NULL, 16);
}

Annotator *annotator_new(Arena *arena) {
  Diag diag = {.arena = arena};
  Annotator *out = ARENA_NEW(arena, Annotator);
  *out = (Annotator){.suite = suite_builtin_by(test_read, NULL, arena, &diag), .judges = judges_all(arena)};
  out->digests = ARENA_ARRAY(arena, uint64_t, out->suite.count + 1);
  for (unsigned i = 0; i < out->suite.count; i++)
    out->digests[i] = digest_of(out->suite.tests[i]);
  return out;
}

// ---- The test of a row

// A test, and what was put into it, in words; NULL: nothing.
typedef struct {
  const Test *test;
  const char *how;
} Found;

static bool is_access(const Expr *expr, void *count) {
  if (expr->kind == EXPR_ACCESS && !access_is_fence(expr->access.op))
    ++*(unsigned *)count;
  return false;
}

// Whether there is something between accesses of the thread.
static bool has_order(const Thread *thread) {
  unsigned count = 0;
  block_each(thread->body, is_access, &count);
  return count > 1;
}

static DependencyKind dependency_of(const char *word) {
  return !strcmp(word, "addr") ? DEPENDENCY_ADDRESS : !strcmp(word, "data") ? DEPENDENCY_DATA : DEPENDENCY_CONTROL;
}

// Fences first: a dependency leaves them where they are.
static const Test *with_order(const Test *test, unsigned thread, const ArchOrder *order, Arena *arena) {
  if (order->fence)
    test = test_with_fence(test, order->fence, UINT64_C(1) << thread, arena);
  return order->dependency ? test_with_dependency(test, thread, dependency_of(order->dependency), arena) : test;
}

static void tell_order(const ArchOrder *order, unsigned thread, Text *how) {
  if (!order->fence && !order->dependency)
    return;
  text_printf(how, "%s%s%s%s between the accesses of P%u", how->length ? ", " : "", order->fence ? order->fence : "",
              order->fence && order->dependency ? " and " : "", order->dependency ? order->dependency : "", thread);
}

// "+po+fence" behind a test's name: what is put between the accesses of each thread that has two. No test where the
// words are not as many, or cannot be put there.
static Found put_orders(const Test *test, const TestNameOrders *orders, Arena *arena) {
  Found found = {.test = test};
  Text how = {0};
  unsigned next = 0;
  for (unsigned t = 0; t < test->thread_count && found.test; t++) {
    if (!has_order(&test->threads[t]))
      continue;
    const ArchOrder *order = orders->is_plural ? orders->orders[0] : next < orders->count ? orders->orders[next] : NULL;
    next++;
    found.test = order ? with_order(found.test, t, order, arena) : NULL;
    if (found.test)
      tell_order(order, t, &how);
  }
  if (!orders->is_plural && next != orders->count)
    found.test = NULL;
  found.how = how.length ? arena_string(arena, text_string(&how)) : NULL;
  text_free(&how);
  return found;
}

// The test that a row is of, without the row's own fence; none if the suite has none. By `digest`, unless that is 0:
// then names such as "SB+po+fence" are of the test without what its words say, into which that is put.
static Found find_test(const Annotator *a, const char *name, uint64_t digest, Arena *arena) {
  TestNameOrders orders = test_name_orders(name);
  Found found = {0};
  for (unsigned i = 0; i < a->suite.count; i++) {
    const Test *test = a->suite.tests[i];
    if (!digest && test_is_assembly(test))
      continue; // what is in assembly elsewhere has other registers
    if (!strcmp(test->name, name))
      return (Found){.test = !digest || digest == a->digests[i] ? test : NULL};
    if (!digest && orders.count && strlen(test->name) == orders.base && !memcmp(test->name, name, orders.base))
      found = put_orders(test, &orders, arena);
  }
  return found;
}

static const char *print(void (*printer)(const Test *test, Text *out), const Test *test, Arena *arena) {
  Text text = {0};
  printer(test, &text);
  return text_finish(&text, arena);
}

// ---- Cells

// What is judged once for all cells that have it in common.
typedef struct {
  const Cpu *cpu;
  bool lse, named; // named: known by the test's name alone
  CompareVerdict verdict;
} Judged;

typedef struct {
  const Annotator *annotator;
  const CompareRow *row;
  const Test *tests[2]; // by digest; by name alone
  Judged *judged;
  size_t count, capacity;
  Arena *arena;
} RowJudging;

static CompareVerdict judge(const RowJudging *r, const Test *test, const Cpu *cpu, bool lse) {
  static const char *const no_features[] = {NULL};
  static const CompareVerdict verdicts[] = {[VERDICT_ALLOWED] = COMPARE_ALLOWED,
                                            [VERDICT_FORBIDDEN] = COMPARE_FORBIDDEN,
                                            [VERDICT_UNDEFINED] = COMPARE_UNMODELLED,
                                            [VERDICT_UNMODELLED] = COMPARE_UNMODELLED,
                                            [VERDICT_UNKNOWN] = COMPARE_UNKNOWN};
  const Judge *judges = r->annotator->judges;
  JudgeOptions options = {.limits = {.seconds = SECONDS}, .lower = {.features = lse ? NULL : no_features}, .cpu = cpu};
  test = test_with_fence(test, r->row->fence, UINT64_MAX, r->arena);
  const Judge both[] = {judges[model_index(model_find("sc"))], judges[model_index(cpu->model)]};
  const Prediction *predictions = judge_any_by(both, 2, test, &options, r->arena);
  return verdicts[prediction_asked(&predictions[1], &predictions[0])];
}

static CompareVerdict judge_once(RowJudging *r, const Cpu *cpu, bool lse, bool named) {
  for (size_t i = 0; i < r->count; i++)
    if (r->judged[i].cpu == cpu && r->judged[i].lse == lse && r->judged[i].named == named)
      return r->judged[i].verdict;
  r->judged = arena_grow(r->arena, r->judged, &r->capacity, r->count + 1, sizeof *r->judged);
  r->judged[r->count] = (Judged){cpu, lse, named, judge(r, r->tests[named], cpu, lse)};
  return r->judged[r->count++].verdict;
}

// A cell without a digest is of the suite's test of that name, if that asks for the same.
static CompareVerdict judge_cell(RowJudging *r, const CompareMachine *machine, const CompareCell *cell) {
  const Cpu *cpu = cpu_find(machine->machine.arch);
  bool named = cell->condition;
  const Test *test = r->tests[named];
  if (!cpu)
    return machine->known_arch ? COMPARE_UNMODELLED : COMPARE_UNKNOWN;
  if (!test || (named && !condition_same(print(condition_print, test, r->arena), cell->condition)))
    return COMPARE_UNKNOWN;
  return judge_once(r, cpu, machine->machine.has_lse || *machine->source || !*machine->machine.kernel, named);
}

static bool is_open(const CompareCell *cell) {
  return cell->conditional && !cell->predicted && cell->verdict == COMPARE_UNKNOWN;
}

static void annotate_row(const Annotator *annotator, Comparison *comparison, unsigned row) {
  const CompareCell *cell = comparison_first(comparison, row);
  while (cell && !is_open(cell))
    cell = comparison_next(comparison, cell);
  if (!cell)
    return;
  RowJudging judging = {.annotator = annotator, .row = &comparison->rows[row], .arena = arena_new()};
  judging.tests[0] = find_test(annotator, judging.row->test, judging.row->digest, judging.arena).test;
  judging.tests[1] = find_test(annotator, judging.row->test, 0, judging.arena).test;
  for (; cell; cell = comparison_next(comparison, cell))
    if (is_open(cell))
      comparison_set_verdict(comparison, cell, judge_cell(&judging, &comparison->machines[cell->column], cell));
  arena_free(judging.arena);
}

void annotate_cells(const Annotator *annotator, Comparison *comparison, const Stop *stop) {
  for (unsigned row = 0; row < comparison->row_count && !stop_wanted(stop); row++)
    annotate_row(annotator, comparison, row);
}

// ---- The page's tests

typedef struct {
  const Test *test;              // with the row's fences
  const Prediction *predictions; // of model_all; NULL: there was no time left
  Arena *arena, *scratch;
  PageTest *out;
  size_t capacity;
} Telling;

static char letter_of(const Prediction *prediction, State state) {
  if (!prediction->program)
    return '-';
  switch (prediction_verdict(prediction, state)) {
  case VERDICT_ALLOWED:
    return 'a';
  case VERDICT_FORBIDDEN:
    return "ft"[prediction_is_thin_air(prediction, state)];
  case VERDICT_UNDEFINED:
    return 'u';
  case VERDICT_UNMODELLED:
    return 'm';
  case VERDICT_UNKNOWN:
    break;
  }
  return '?';
}

static void add_state(Telling *t, const char *name) {
  PageState state = {.state = arena_string(t->arena, name)};
  char *letters = ARENA_ARRAY(t->arena, char, model_count + 1);
  Value *values = ARENA_ARRAY(t->scratch, Value, t->test->observable_total);
  bool parsed = state_parse(t->test, name, values);
  for (unsigned i = 0; i < model_count; i++) {
    letters[i] = '-';
    if (parsed && t->predictions)
      letters[i] = letter_of(&t->predictions[i], (State){values});
  }
  letters[model_count] = '\0';
  state.verdicts = letters;
  state.asked = parsed && state_is_asked(t->test, (State){values}, letters[model_index(model_find("sc"))] == 'f');
  t->out->states = arena_grow(t->arena, t->out->states, &t->capacity, t->out->state_count + 1, sizeof state);
  t->out->states[t->out->state_count++] = state;
}

static int by_state(const void *a, const void *b) {
  return strcmp(((const PageState *)a)->state, ((const PageState *)b)->state);
}

// Those that were seen, then what any model allows, or an execution of it at least ends in.
static void add_states(Telling *t, const char *const *seen, unsigned seen_count) {
  for (unsigned i = 0; i < seen_count; i++)
    add_state(t, seen[i]);
  unsigned count = 0;
  State *states = predictions_states(t->predictions, t->predictions ? model_count : 0, &count, t->scratch);
  for (unsigned s = 0; s < count; s++) {
    Text name = {0};
    bool known = false;
    state_print(t->test, states[s], &name);
    for (unsigned i = 0; i < seen_count && !known; i++)
      known = !strcmp(seen[i], text_string(&name));
    if (!known && t->out->state_count < PAGE_STATES)
      add_state(t, text_string(&name));
    else if (!known)
      t->out->beyond++;
    text_free(&name);
  }
  if (t->out->state_count)
    qsort(t->out->states, t->out->state_count, sizeof *t->out->states, by_state);
}

static const char *note_of(const CompareRow *row, const Found *found, Arena *arena) {
  if (found->how)
    return arena_printf(arena, "%s, with %s", found->test->name, found->how);
  return strcmp(row->fence, "none") != 0 ? arena_printf(arena, "%s, with %s put between the accesses of every thread",
                                                        found->test->name, row->fence)
                                         : NULL;
}

// NULL if the suite does not have the row's test.
static const PageTest *tell_row(const Annotator *annotator, const Comparison *comparison, unsigned index, bool judge,
                                Arena *scratch) {
  const CompareRow *row = &comparison->rows[index];
  Arena *arena = comparison->arena;
  const Found found = find_test(annotator, row->test, row->digest, scratch);
  const Test *test = found.test;
  if (!test)
    return NULL;
  Telling t = {.test = test_with_fence(test, row->fence, UINT64_MAX, scratch),
               .arena = arena,
               .scratch = scratch,
               .out = ARENA_NEW(arena, PageTest)};
  JudgeOptions options = {.limits = judge_limits(SECONDS / model_count)};
  t.predictions = judge ? judge_any_by(annotator->judges, model_count, t.test, &options, scratch) : NULL;
  bool plain = !found.how && !strcmp(row->fence, "none");
  const char **why = ARENA_ARRAY(arena, const char *, model_count);
  for (unsigned i = 0; judge && i < model_count; i++)
    why[i] = t.predictions[i].why ? arena_string(arena, t.predictions[i].why) : NULL;
  *t.out = (PageTest){.family = test->family,
                      .story = test->story,
                      .source = plain ? test->source->bytes : print(test_print, t.test, arena),
                      .condition = print(condition_print, test, arena),
                      .note = note_of(row, &found, arena),
                      .why = why};
  unsigned seen_count;
  const char *const *seen = page_states(comparison, index, &seen_count, scratch);
  add_states(&t, seen, seen_count);
  return t.out;
}

const PageTest *const *annotate_tests(const Annotator *annotator, const Comparison *comparison, double seconds,
                                      const Stop *stop) {
  double until = time_seconds() + seconds;
  const PageTest **tests = ARENA_ARRAY(comparison->arena, const PageTest *, comparison->row_count + 1);
  for (unsigned row = 0; row < comparison->row_count && !stop_wanted(stop); row++) {
    Arena *scratch = arena_new();
    tests[row] = tell_row(annotator, comparison, row, time_seconds() < until, scratch);
    arena_free(scratch);
  }
  return tests;
}
