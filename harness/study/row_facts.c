#include "harness/study/row_facts.h"

#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "harness/machine/clock.h"
#include "harness/model/judge.h"
#include "harness/study/row_test.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS 2.0 // for one test, all models together

struct RowFacts {
  RowTests tests;
  const Judge *judges; // of model_all
  double until;        // clock_seconds
};

RowFacts *row_facts_new(double seconds, Arena *arena) {
  RowFacts *facts = ARENA_NEW(arena, RowFacts);
  *facts = (RowFacts){.tests = row_tests_new(arena), .judges = judges_all(arena), .until = clock_seconds() + seconds};
  assert(model_count <= PAGE_MODELS);
  return facts;
}

typedef struct {
  const RowFacts *facts;
  const Test *test; // with the row's fences
  Arena *arena;
  const Prediction *predictions; // of model_all
  unsigned count;                // of them; 0 where there was no time left
} Asking;

static void predict(Asking *asking) {
  if (clock_seconds() > asking->facts->until)
    return;
  JudgeOptions options = {.limits = judge_limits(SECONDS / model_count)};
  asking->count = model_count;
  asking->predictions = judge_test_by(asking->facts->judges, model_count, asking->test, &options, asking->arena);
}

// ---- States

static char letter_of(const Prediction *prediction, State state) {
  if (!prediction->program)
    return '-';
  switch (prediction_verdict(prediction, state)) {
  case VERDICT_ALLOWED:
    return 'a';
  case VERDICT_FORBIDDEN:
    return "ft"[prediction_excused(prediction, state)];
  case VERDICT_UNDEFINED:
    return 'u';
  case VERDICT_UNMODELLED:
    return 'm';
  case VERDICT_UNKNOWN:
    break;
  }
  return '?';
}

static PageState judge_state(const Asking *asking, const char *name) {
  PageState out = {.state = name};
  Value values[LIMIT_OBSERVABLES] = {0};
  bool parsed = asking->test->observable_total <= LIMIT_OBSERVABLES && state_parse(asking->test, name, values);
  for (unsigned i = 0; i < model_count; i++) {
    if (parsed && i < asking->count)
      out.verdicts[i] = letter_of(&asking->predictions[i], (State){values});
    else
      out.verdicts[i] = '-';
  }
  out.wanted = parsed && state_is_asked(asking->test, (State){values}, out.verdicts[0] == 'f'); // sc is the first;
  return out;
}

static int by_state(const void *a, const void *b) {
  return strcmp(((const PageState *)a)->state, ((const PageState *)b)->state);
}

static bool has_state(const PageTest *test, const char *name) {
  for (unsigned i = 0; i < test->state_count; i++)
    if (!strcmp(test->states[i].state, name))
      return true;
  return false;
}

// What any model allows, or an execution of it at least ends in.
static void add_candidates(const Asking *asking, PageTest *out) {
  for (unsigned p = 0; p < asking->count; p++) {
    const ModelResult *result = &asking->predictions[p].result;
    for (unsigned i = 0; i < result->candidate_count; i++) {
      Text name = {0};
      state_print(asking->test, prediction_state(asking->test, result->candidates[i], asking->arena), &name);
      bool known = has_state(out, text_string(&name));
      if (!known && out->state_count < PAGE_STATES)
        out->states[out->state_count++] = judge_state(asking, arena_string(asking->arena, text_string(&name)));
      else if (!known)
        out->beyond++;
      text_free(&name);
    }
  }
}

static void add_states(const Asking *asking, const char *const *states, unsigned count, PageTest *out) {
  out->states = ARENA_ARRAY(asking->arena, PageState, PAGE_STATES);
  for (unsigned i = 0; i < count && i < PAGE_STATES; i++)
    out->states[out->state_count++] = judge_state(asking, states[i]);
  add_candidates(asking, out);
  qsort(out->states, out->state_count, sizeof *out->states, by_state);
}

// ---- The test

static const char *print_test(const Test *test, Arena *arena) {
  Text text = {0};
  test_print(test, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

static const char *print_condition(const Test *test, Arena *arena) {
  Text text = {0};
  condition_print(test, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

static const char *note_of(const CompareRow *row, const Test *test, uint64_t fenced, Arena *arena) {
  if (!fenced)
    return strcmp(row->fence, "none") != 0
               ? arena_printf(arena, "%s, with %s put between the accesses of every thread", test->name, row->fence)
               : NULL;
  Text threads = {0};
  for (unsigned t = 0; t < test->thread_count; t++)
    if (fenced >> t & 1)
      text_printf(&threads, "%sP%u", threads.length ? ", " : "", t);
  const char *note = arena_printf(arena, "%s, with a sequentially consistent fence between the accesses of %s",
                                  test->name, text_string(&threads));
  text_free(&threads);
  return note;
}

bool row_facts_find(const CompareRow *row, const char *const *states, unsigned count, Arena *arena, PageTest *out,
                    void *context) {
  const RowFacts *facts = context;
  uint64_t fenced;
  const Test *test = row_test(&facts->tests, row, &fenced, arena);
  if (!test)
    return false;
  bool plain = !fenced && !strcmp(row->fence, "none");
  Asking asking = {.facts = facts, .test = test_with_fence(test, row->fence, UINT64_MAX, arena), .arena = arena};
  predict(&asking);
  *out = (PageTest){.family = test->family,
                    .story = test->story,
                    .source = plain ? test->source->bytes : print_test(asking.test, arena),
                    .condition = print_condition(test, arena),
                    .note = note_of(row, test, fenced, arena)};
  for (unsigned i = 0; i < asking.count; i++)
    out->why[i] = asking.predictions[i].why;
  add_states(&asking, states, count, out);
  return true;
}
