#include "harness/study/label.h"

#include "harness/code/assembly.h"
#include "harness/model/explain.h"
#include "harness/model/judge.h"
#include "harness/study/judge_any.h"

#include <string.h>

struct Labeller {
  const Judge *of_c11, *of_linux; // of model_all, of model_for
  const Identity *machine;
  double seconds;
};

Labeller *labeller_new(const Identity *machine, double seconds, Arena *arena) {
  Labeller *labeller = ARENA_NEW(arena, Labeller);
  *labeller = (Labeller){.of_c11 = judges_all(arena),
                         .of_linux = judges_for(dialect_linux.name, arena),
                         .machine = machine,
                         .seconds = seconds};
  return labeller;
}

// ---- What is judged

// What this CPU's model and sequential consistency say of code that ran.
typedef struct {
  MachineCode code;
  Prediction cpu, sc; // without a program where the code could not be read
} CodeVerdict;

enum { PLAIN, PAUSING, CODES }; // the functions that ran: as they are, and with pauses between their statements

typedef struct {
  Labeller *labeller;
  const Judge *judges; // that speak of the test
  const Test *test;
  const Histogram *histogram;
  Record *record;
  const Compiled *compiled;
  Arena *arena;
  const Prediction *predictions; // of model_all, of what the test is mapped to
  CodeVerdict codes[CODES];
  bool racy;
} Labelling;

static const Prediction *prediction_of(const Labelling *l, const Model *model) {
  return &l->predictions[model_index(model)];
}

static bool is_sc(const Judge *judge) { return !strcmp(judge->name, "sc"); }
static bool is_c11(const Judge *judge) { return !strcmp(judge->name, "c11"); }

static CodeVerdict judge_code(const Labelling *l, bool pauses) {
  CodeVerdict out = {.code = machine_code_of_run(l->test, l->compiled, pauses, l->arena)};
  if (!out.code.program)
    return out;
  EnumerationLimits limits = judge_limits(l->labeller->seconds / model_count);
  out.cpu = machine_code_by_cpu(&out.code, l->judges, &limits, l->arena);
  out.sc = machine_code_by_sc(&out.code, l->judges, &limits, l->arena);
  return out;
}

static Verdict verdict_of(const Prediction *prediction, State state) {
  return prediction->program ? prediction_verdict(prediction, state) : VERDICT_UNKNOWN;
}

static bool any_not_allowed(const Labelling *l, const Prediction *prediction) {
  for (unsigned i = 0; i < l->histogram->count; i++)
    if (verdict_of(prediction, l->histogram->rows[i].state) != VERDICT_ALLOWED)
      return true;
  return false;
}

// An assembly test is the code that ran, wherever it did.
static void take_assembly(Labelling *l) {
  const Model *model = model_find(assembly_instructions(l->test, NULL)->arch);
  const Prediction *cpu = prediction_of(l, model);
  l->codes[PLAIN] =
      (CodeVerdict){.code = {.cpu = model->cpu, .program = cpu->program, .why = cpu->program ? NULL : cpu->why},
                    .cpu = *cpu,
                    .sc = *prediction_of(l, model_find("sc"))};
}

static void judge_codes(Labelling *l) {
  if (test_is_assembly(l->test))
    take_assembly(l);
  if (!l->compiled || test_is_assembly(l->test))
    return;
  l->codes[PLAIN] = judge_code(l, false);
  if (any_not_allowed(l, &l->codes[PLAIN].cpu)) // pauses are between statements: they add no reordering as a rule
    l->codes[PAUSING] = judge_code(l, true);
}

// What is asked of a prediction: about a state, or, if that is NULL, about what the condition asks for.
static Verdict answer(const Labelling *l, const Prediction *prediction, const State *state) {
  if (state || !prediction->program)
    return state ? verdict_of(prediction, *state) : VERDICT_UNKNOWN;
  return prediction_asked(prediction, prediction_of(l, model_find("sc")));
}

// What of the code that ran allows it most; where there is code that was not read, it may.
static Verdict code_verdict(const Labelling *l, const State *state, bool by_sc) {
  Verdict best = VERDICT_UNKNOWN;
  for (unsigned i = 0; i < CODES; i++) {
    const CodeVerdict *code = &l->codes[i];
    if (!code->code.program && !code->code.why)
      continue; // there is none
    Verdict verdict = answer(l, by_sc ? &code->sc : &code->cpu, state);
    if (verdict == VERDICT_ALLOWED || (i > 0 && verdict == VERDICT_UNKNOWN))
      return verdict;
    best = i == 0 ? verdict : best;
  }
  return best;
}

// Whether C11 leaves the program without a meaning, so that whatever it does is no one's fault. Where not all
// executions were looked at, the one that was not may race.
static bool may_race(const Labelling *l) {
  const Prediction *c11 = prediction_of(l, model_find("c11"));
  return c11->program && (c11->result.undefined || c11->result.gave_up);
}

// ---- Verdicts

// Who reordered: the compiler, if even sequential consistency allows the state for the code; else the CPU.
static const char *made_by(const Labelling *l, State state) {
  if (code_verdict(l, &state, true) == VERDICT_ALLOWED)
    return "compiler";
  return code_verdict(l, &state, false) == VERDICT_ALLOWED ? "cpu" : NULL;
}

// On a state, or, if that is NULL, on what the condition asks for.
static Verdict verdict_by(const Labelling *l, unsigned model, const State *state) {
  const Judge *judge = &l->judges[model];
  if (l->codes[PLAIN].code.program && judge->model == l->codes[PLAIN].code.cpu->model)
    return code_verdict(l, state, false);
  Verdict verdict = answer(l, &l->predictions[model], state);
  // A compiler may make anything of a race: what a CPU's model says of the usual code is not what ran.
  return verdict == VERDICT_FORBIDDEN && l->racy && !is_sc(judge) ? VERDICT_UNDEFINED : verdict;
}

static void label_state(Labelling *l, unsigned row) {
  State state = l->histogram->rows[row].state;
  RecordState *out = &l->record->states[row];
  out->verdicts = ARENA_ARRAY(l->arena, RecordVerdict, model_count);
  for (unsigned i = 0; i < model_count; i++) {
    const Judge *judge = &l->judges[i];
    Verdict verdict = verdict_by(l, i, &state);
    if (verdict == VERDICT_UNKNOWN)
      continue;
    if (is_sc(judge)) {
      out->weak = verdict == VERDICT_UNMODELLED ? -1 : verdict == VERDICT_FORBIDDEN;
      continue;
    }
    out->verdicts[out->verdict_count++] = (RecordVerdict){judge->name, verdict_name(verdict)};
    if (is_c11(judge) && verdict == VERDICT_FORBIDDEN)
      out->thin_air = prediction_is_thin_air(&l->predictions[i], state);
  }
  if (out->weak == 1)
    out->by = made_by(l, state);
}

// Whether C11 would allow what the condition asks for but for its no-thin-air axiom.
static bool asks_thin_air(const Labelling *l) {
  const Prediction *c11 = prediction_of(l, model_find("c11")), *sc = prediction_of(l, model_find("sc"));
  unsigned count;
  State *states = predictions_states(c11, c11->program ? 1 : 0, &count, l->arena);
  for (unsigned i = 0; i < count; i++)
    if (state_is_asked(l->test, states[i], verdict_of(sc, states[i]) == VERDICT_FORBIDDEN) &&
        prediction_is_thin_air(c11, states[i]))
      return true;
  return false;
}

static void label_condition(Labelling *l) {
  Record *record = l->record;
  record->verdicts = ARENA_ARRAY(l->arena, RecordVerdict, model_count);
  record->verdict_count = 0;
  for (unsigned i = 0; i < model_count; i++) {
    Verdict verdict = verdict_by(l, i, NULL);
    if (verdict != VERDICT_UNKNOWN)
      record->verdicts[record->verdict_count++] = (RecordVerdict){l->judges[i].name, verdict_name(verdict)};
    if (is_c11(&l->judges[i]))
      record->thin_air = verdict == VERDICT_FORBIDDEN && asks_thin_air(l);
  }
}

// ---- Alarms

static void explain(const Labelling *l, const Prediction *prediction, State state, Violation *violation) {
  const EventValue *values = prediction_values(l->test, state, l->arena);
  EnumerationLimits limits = judge_limits(l->labeller->seconds);
  Explanation explanation = model_explain(prediction->judge->cat, prediction->program, &limits, values, l->arena);
  Text text = {0};
  explanation_print(&explanation, prediction->judge->name, &text);
  violation->axiom = explanation.found ? explanation.verdict.axiom : NULL;
  violation->why = text_finish(&text, l->arena);
}

// Who is to blame for a state, and by which prediction; false if nobody is.
static bool find_culprit(const Labelling *l, State state, Culprit *culprit, const Prediction **by) {
  const Prediction *c11 = prediction_of(l, model_find("c11"));
  Verdict here = code_verdict(l, &state, false);
  if (here == VERDICT_FORBIDDEN) {
    *culprit = CULPRIT_CPU;
    *by = &l->codes[PLAIN].cpu;
    return true;
  }
  *by = c11;
  *culprit = here == VERDICT_ALLOWED ? CULPRIT_COMPILER : CULPRIT_UNKNOWN;
  return !l->racy && verdict_of(c11, state) == VERDICT_FORBIDDEN && !prediction_is_thin_air(c11, state);
}

static const char *why_unread(const Labelling *l) {
  if (!l->compiled)
    return "it ran elsewhere";
  for (unsigned i = 0; i < CODES; i++)
    if (l->codes[i].code.why)
      return l->codes[i].code.why;
  return "this CPU's model could not decide it";
}

static Violation find_violation(Labelling *l) {
  Violation violation = {0};
  const Prediction *culprit = NULL;
  State worst = {0};
  for (unsigned i = 0; i < l->histogram->count; i++) {
    const HistogramRow *row = &l->histogram->rows[i];
    const Prediction *by;
    Culprit whose;
    if (!find_culprit(l, row->state, &whose, &by) || row->count <= violation.count)
      continue;
    violation = (Violation){.state = l->record->states[i].state,
                            .count = row->count,
                            .culprit = whose,
                            .model = by->judge->name,
                            .unread = whose == CULPRIT_UNKNOWN ? why_unread(l) : NULL};
    culprit = by;
    worst = row->state;
  }
  if (culprit)
    explain(l, culprit, worst, &violation);
  return violation;
}

static const char *undecided(const Labelling *l) {
  Text models = {0};
  const char *why = NULL;
  for (unsigned i = 0; i < model_count; i++)
    if (l->predictions[i].program && l->predictions[i].why && !l->predictions[i].result.unmodelled) {
      text_printf(&models, "%s%s", models.length ? ", " : "", l->judges[i].name);
      why = l->predictions[i].why;
    }
  const char *sentence = why ? arena_printf(l->arena, "%s: not all states are labelled by %s: %s", l->test->name,
                                            text_string(&models), why)
                             : NULL;
  if (!sentence && l->codes[PLAIN].code.why)
    sentence = arena_printf(l->arena, "%s: nothing is said of the code that ran, since it could not be read: %s",
                            l->test->name, l->codes[PLAIN].code.why);
  text_free(&models);
  return sentence;
}

Labels label_record(Labeller *labeller, const Test *test, const Compiled *compiled, const Histogram *histogram,
                    Record *record, Arena *arena) {
  bool kernel = test->dialect == &dialect_linux;
  Labelling labelling = {.labeller = labeller,
                         .judges = kernel ? labeller->of_linux : labeller->of_c11,
                         .test = test,
                         .histogram = histogram,
                         .record = record,
                         .compiled = compiled,
                         .arena = arena};
  if (!histogram->count || test->code)
    return (Labels){0};
  JudgeOptions options = {.limits = judge_limits(labeller->seconds / model_count)};
  labelling.predictions = judge_any_by(labelling.judges, model_count, test, &options, arena);
  labelling.racy = may_race(&labelling);
  judge_codes(&labelling);
  for (unsigned i = 0; i < histogram->count; i++)
    label_state(&labelling, i);
  label_condition(&labelling);
  return (Labels){.violation = find_violation(&labelling), .undecided = undecided(&labelling)};
}
