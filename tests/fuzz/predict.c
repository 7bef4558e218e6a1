// Whatever parses is lowered and judged, within limits; what sequential consistency allows every model must allow, and
// a CPU without LSE whatever one with it does.
#include "harness/lang/parse.h"
#include "harness/model/explain.h"
#include "harness/model/judge.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool complete(const Prediction *p) {
  return p->program && !p->result.gave_up && !p->result.unmodelled && !p->result.bound_reached;
}

static void check_within(const Prediction *narrow, const Prediction *wide) {
  if (!complete(narrow) || !complete(wide))
    return;
  for (unsigned i = 0; i < narrow->result.state_count; i++) {
    Verdict verdict = model_verdict(&wide->result, narrow->result.states[i], narrow->test->observable_count);
    if (verdict == VERDICT_ALLOWED || verdict == VERDICT_UNDEFINED)
      continue;
    fprintf(stderr, "%s allows a state that %s forbids\n", narrow->judge->name, wide->judge->name);
    abort();
  }
}

static void check_explanations(const Prediction *p, const EnumerationLimits *limits, Arena *arena) {
  if (!p->program || p->result.unmodelled || !p->result.candidate_count)
    return;
  Text text = {0};
  Explanation explanation = model_explain(p->judge->cat, p->program, limits, p->result.candidates[0], arena);
  explanation_print(&explanation, p->judge->name, &text);
  explanation_dot(&explanation, p->judge->name, &text);
  text_free(&text);
}

static void predict(const Test *test, Arena *arena) {
  static const char *const none[] = {NULL};
  JudgeOptions options = {.limits = {.seconds = 0.05, .executions = 2000}, .lower = {.unroll = 2}};
  const Judge *judges = judges_for(test->dialect->name, arena);
  const Prediction *predictions = judge_test_by(judges, model_count, test, &options, arena);
  for (unsigned m = 0; m < model_count; m++) {
    check_within(&predictions[0], &predictions[m]);
    check_explanations(&predictions[m], &options.limits, arena);
    if (judges[m].model == model_find("aarch64")) {
      JudgeOptions old = options;
      old.lower.features = none;
      Prediction pairs = judge_test(&judges[m], test, &old, arena);
      check_within(&predictions[m], &pairs);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "fuzz.litmus", .bytes = arena_copy(arena, (const char *)data, size), .length = size};
  Diag diag = {.arena = arena};
  const Test *test = test_parse(source, arena, &diag);
  if (test)
    predict(test, arena);
  arena_free(arena);
  return 0;
}
