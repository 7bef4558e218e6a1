#include "harness/model/prediction.h"
#include "harness/model/explain.h"

#include <assert.h>

State prediction_state(const Test *test, const EventValue *state, Arena *arena) {
  Value *values = ARENA_ARRAY(arena, Value, test->observable_total);
  for (unsigned i = 0; i < test->observable_count; i++)
    values[i] = state[i].number;
  return (State){values};
}

bool judge_excuses(const Judge *judge) { return judge->model->excused != NULL; }

Prediction prediction_make(const Test *test, const Judge *judge, const LowerOptions *lower, const ModelOptions *options,
                           Arena *arena) {
  Prediction p = {.test = test, .judge = judge};
  Diag diag = {.arena = arena};
  p.program = program_lower(test, judge->model, lower, arena, &diag);
  if (!p.program) {
    p.why = diag.first ? diag.first->message : "it cannot be lowered";
    return p;
  }
  ModelOptions own = *options;
  if (!judge_excuses(judge))
    own.excused = NULL;
  p.result = model_run(judge->cat, p.program, &own, arena);
  p.why = p.result.why;
  if (!p.why && p.result.bound_reached)
    p.why = arena_printf(arena,
                         "a loop goes on beyond its bound of %u turns, or a path beyond 20000 instructions; what that "
                         "leads to is not known",
                         p.program->unroll);
  p.filtered_out = test->filter && !p.result.executions && !p.result.hang && !p.result.gave_up && !p.result.unmodelled;
  if (!p.why && p.result.hang) {
    Text who = {0};
    hang_print(p.result.hang, &who);
    p.why = arena_printf(arena, "in some execution a wait never ends: %s", text_string(&who));
    text_free(&who);
  }
  if (!p.why && p.filtered_out)
    p.why = "the filter leaves out every execution, so that no state is left to be allowed or forbidden";
  p.all_witnesses = true;
  for (unsigned i = 0; i < p.result.state_count; i++) {
    bool witness = state_is_witness(test, prediction_state(test, p.result.states[i], arena));
    p.any_witness |= witness;
    p.all_witnesses &= witness;
  }
  return p;
}

static void to_event_values(const Test *test, State state, EventValue *out) {
  assert(test->observable_count <= LIMIT_OBSERVABLES);
  for (unsigned i = 0; i < test->observable_count; i++)
    out[i] = (EventValue){-1, state.values[i]};
}

Verdict prediction_verdict(const Prediction *prediction, State state) {
  if (!prediction->program)
    return VERDICT_UNMODELLED;
  EventValue values[LIMIT_OBSERVABLES];
  to_event_values(prediction->test, state, values);
  return model_verdict(&prediction->result, values, prediction->test->observable_count);
}

bool prediction_excused(const Prediction *prediction, State state) {
  EventValue values[LIMIT_OBSERVABLES];
  to_event_values(prediction->test, state, values);
  for (unsigned i = 0; i < prediction->result.candidate_count; i++) {
    bool same = true;
    for (unsigned v = 0; v < prediction->test->observable_count && same; v++)
      same = event_value_equal(prediction->result.candidates[i][v], values[v]);
    if (same)
      return prediction->result.excused[i];
  }
  return prediction->result.circular && judge_excuses(prediction->judge);
}
