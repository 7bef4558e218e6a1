#include "harness/model/judge.h"
#include "harness/event/values.h"

#include "harness/model/explain.h"

#include <assert.h>
#include <stdlib.h>

Judge judge_of(const Model *model, Arena *arena) { return (Judge){model->name, model, cat_builtin(model, arena)}; }

Judge *judges_for(const char *dialect, Arena *arena) {
  Judge *judges = ARENA_ARRAY(arena, Judge, model_count);
  for (unsigned i = 0; i < model_count; i++)
    judges[i] = judge_of(model_for(i, dialect), arena);
  return judges;
}

Judge *judges_all(Arena *arena) { return judges_for("c11", arena); }

EnumerationLimits judge_limits(double seconds) {
  enum { EXECUTIONS = 200000 };
  return (EnumerationLimits){.seconds = seconds, .executions = EXECUTIONS};
}

// EnumerationLimits.wanted: whether the state may be one that the condition asks for, and that the filter keeps.
static bool may_be_asked(const EventValue *state, const bool *known, const void *context) {
  const Test *test = context;
  Value values[LIMIT_OBSERVABLES];
  for (unsigned i = 0; i < test->observable_total; i++)
    values[i] = known[i] ? value_of_event(test, state[i]) : 0;
  bool hold = test->condition.quantifier != QUANTIFIER_FORALL;
  return prop_may(test, test->condition.body, (State){values}, known, hold) &&
         (!test->filter || prop_may(test, test->filter, (State){values}, known, true));
}

EnumerationLimits judge_limits_asked(EnumerationLimits limits, const Test *test) {
  limits.wanted = may_be_asked;
  limits.wanted_context = test;
  return limits;
}

State prediction_state(const Test *test, const EventValue *state, Arena *arena) {
  Value *values = ARENA_ARRAY(arena, Value, test->observable_total);
  for (unsigned i = 0; i < test->observable_count; i++)
    values[i] = value_of_event(test, state[i]);
  return (State){values};
}

static void to_event_values(const Test *test, State state, EventValue *out) {
  assert(test->observable_count <= LIMIT_OBSERVABLES);
  for (unsigned i = 0; i < test->observable_count; i++)
    out[i] = event_value_of(test, state.values[i]);
}

const EventValue *prediction_values(const Test *test, State state, Arena *arena) {
  EventValue *values = ARENA_ARRAY(arena, EventValue, test->observable_count + (size_t)1);
  to_event_values(test, state, values);
  return values;
}

static const Program *program_of(const Judge *judge, const Test *test, const JudgeOptions *options, Arena *arena,
                                 const char **why) {
  bool speaks = !options->cpu || options->cpu == judge->model->cpu;
  if (speaks && options->program)
    return options->program;
  Diag diag = {.arena = arena};
  const Program *program = program_from_test(test, judge->model, speaks ? &options->lower : NULL, arena, &diag);
  if (!program)
    *why = diag.first ? diag.first->message : "it cannot be lowered";
  return program;
}

// A sentence on what could not be decided or shown; NULL: there is nothing of that kind.
static const char *why_of(const Prediction *p, Arena *arena) {
  if (p->result.why)
    return p->result.why;
  if (p->result.bound_reached)
    return arena_printf(arena,
                        "a loop goes on beyond its bound of %u turns, or a path beyond 20000 instructions; what that "
                        "leads to is not known",
                        p->program->unroll);
  if (p->result.hang) {
    Text who = {0};
    hang_print(p->result.hang, &who);
    const char *why = arena_printf(arena, "in some execution a wait never ends: %s", text_string(&who));
    text_free(&who);
    return why;
  }
  if (p->result.hang_open)
    return "whether every wait ends takes longer to tell than it was given";
  return p->filtered_out ? "the filter leaves out every execution, so that no state is left to be allowed or forbidden"
                         : NULL;
}

// Whether the model allows some state that the condition asks for, where not all was looked at.
static void decide(Prediction *p, ModelOptions options, Arena *arena) {
  options.limits = judge_limits_asked(options.limits, p->test);
  ModelResult asked = model_run(p->judge->cat, p->program, &options, arena);
  bool found = asked.state_count && !asked.unmodelled;
  p->decided = found || !(asked.gave_up || asked.bound_reached || asked.unmodelled);
  if (found && p->test->condition.quantifier == QUANTIFIER_FORALL)
    p->all_witnesses = false;
  p->any_witness |= found && p->test->condition.quantifier != QUANTIFIER_FORALL;
  if (p->decided)
    p->why = arena_printf(arena, "%s; what the condition asks for was then looked for by itself", p->result.why);
}

Prediction judge_test(const Judge *judge, const Test *test, const JudgeOptions *options, Arena *arena) {
  Prediction p = {.test = test, .judge = judge};
  p.program = program_of(judge, test, options, arena, &p.why);
  if (!p.program)
    return p;
  ModelOptions own = {.limits = options->limits,
                      .thin_air = judge->model->thin_air,
                      .undefined_behaviour = judge->model->undefined_behaviour,
                      .count = options->count};
  own.limits.from_nothing = judge->model->from_nothing;
  p.result = model_run(judge->cat, p.program, &own, arena);
  p.filtered_out = test->filter && !p.result.executions && !p.result.hang && !p.result.gave_up && !p.result.unmodelled;
  p.why = why_of(&p, arena);
  p.all_witnesses = true;
  for (unsigned i = 0; i < p.result.state_count; i++) {
    bool witness = state_is_witness(test, prediction_state(test, p.result.states[i], arena));
    p.any_witness |= witness;
    p.all_witnesses &= witness;
  }
  if (p.result.gave_up && !prediction_decides(&p) && test_has_condition(test) && !own.undefined_behaviour)
    decide(&p, own, arena);
  return p;
}

Prediction *judge_test_by(const Judge *judges, unsigned count, const Test *test, const JudgeOptions *options,
                          Arena *arena) {
  Prediction *predictions = ARENA_ARRAY(arena, Prediction, count);
  for (unsigned i = 0; i < count; i++)
    predictions[i] = judge_test(&judges[i], test, options, arena);
  return predictions;
}

bool prediction_is_partial(const Prediction *prediction) {
  return prediction->result.gave_up || prediction->result.bound_reached;
}

bool prediction_decides(const Prediction *prediction) {
  bool found = prediction->test->condition.quantifier == QUANTIFIER_FORALL ? !prediction->all_witnesses
                                                                           : prediction->any_witness;
  return !prediction_is_partial(prediction) || prediction->decided || (test_has_condition(prediction->test) && found);
}

Verdict prediction_verdict(const Prediction *prediction, State state) {
  if (!prediction->program)
    return VERDICT_UNMODELLED;
  EventValue values[LIMIT_OBSERVABLES];
  to_event_values(prediction->test, state, values);
  return model_verdict(&prediction->result, values, prediction->test->observable_count);
}

bool prediction_is_thin_air(const Prediction *prediction, State state) {
  EventValue values[LIMIT_OBSERVABLES];
  to_event_values(prediction->test, state, values);
  for (unsigned i = 0; i < prediction->result.candidate_count; i++) {
    bool same = true;
    for (unsigned v = 0; v < prediction->test->observable_count && same; v++)
      same = event_value_equal(prediction->result.candidates[i][v], values[v]);
    if (same)
      return prediction->result.thin_air[i];
  }
  return prediction->result.circular && prediction->judge->model->thin_air;
}

Verdict prediction_asked(const Prediction *prediction, const Prediction *sc) {
  const Test *test = prediction->test;
  const ModelResult *result = &prediction->result;
  if (!prediction->program || result->unmodelled)
    return VERDICT_UNMODELLED;
  if (result->undefined)
    return VERDICT_UNDEFINED;
  if (prediction->decided && test->condition.quantifier != QUANTIFIER_FORALL)
    return prediction->any_witness ? VERDICT_ALLOWED : VERDICT_FORBIDDEN;
  if (prediction->decided)
    return prediction->all_witnesses ? VERDICT_FORBIDDEN : VERDICT_ALLOWED;
  Arena *scratch = arena_new();
  bool allowed = false;
  for (unsigned i = 0; i < result->state_count && !allowed; i++) {
    State state = prediction_state(test, result->states[i], scratch);
    allowed = state_is_asked(test, state, sc && prediction_verdict(sc, state) == VERDICT_FORBIDDEN);
  }
  arena_free(scratch);
  return allowed ? VERDICT_ALLOWED : prediction_is_partial(prediction) ? VERDICT_UNKNOWN : VERDICT_FORBIDDEN;
}

static int compare_states(const void *a, const void *b, void *test) {
  return state_compare(test, *(const State *)a, *(const State *)b);
}

State *predictions_states(const Prediction *predictions, unsigned prediction_count, unsigned *count, Arena *arena) {
  const Test *test = prediction_count ? predictions[0].test : NULL;
  unsigned total = 0, kept = 0;
  for (unsigned p = 0; p < prediction_count; p++)
    total += predictions[p].result.candidate_count;
  State *states = ARENA_ARRAY(arena, State, total);
  total = 0;
  for (unsigned p = 0; p < prediction_count; p++)
    for (unsigned i = 0; i < predictions[p].result.candidate_count; i++)
      states[total++] = prediction_state(test, predictions[p].result.candidates[i], arena);
  if (total)
    qsort_r(states, total, sizeof *states, compare_states, (void *)test);
  for (unsigned i = 0; i < total; i++)
    if (!kept || state_compare(test, states[kept - 1], states[i]))
      states[kept++] = states[i];
  *count = kept;
  return states;
}
