#include "harness/study/label.h"

#include "harness/model/explain.h"
#include "harness/model/judge.h"

#include <string.h>

struct Labeller {
  const Judge *judges; // of model_all
  const Identity *machine;
  double seconds;
};

Labeller *labeller_new(const Identity *machine, double seconds, Arena *arena) {
  Labeller *labeller = ARENA_NEW(arena, Labeller);
  *labeller = (Labeller){.judges = judges_all(arena), .machine = machine, .seconds = seconds};
  return labeller;
}

// ---- What ran

// The CPU of the machine that it ran on; NULL if it has no folder.
static const Cpu *cpu_of(const Identity *machine) { return machine->arch ? cpu_find(machine->arch) : NULL; }

// Whether the threads' code has one of these mnemonics, or may have.
static bool has_any(const Compiled *compiled, const char *const *mnemonics, Arena *arena) {
  if (!mnemonics || !compiled)
    return mnemonics != NULL;
  Text code = {0};
  Diag diag = {.arena = arena};
  bool found = !build_disassemble(compiled, arena, &code, &diag) || diag.warnings;
  for (; *mnemonics && !found; mnemonics++)
    found = strstr(text_string(&code), *mnemonics) != NULL;
  text_free(&code);
  return found;
}

LowerOptions label_lowering(const Identity *machine, const Cpu *cpu, const Compiled *compiled, Arena *arena) {
  if (!cpu || cpu != cpu_of(machine) || !cpu->sign_count)
    return (LowerOptions){0};
  const char **features = ARENA_ARRAY(arena, const char *, cpu->sign_count + 1);
  unsigned count = 0;
  for (unsigned i = 0; i < cpu->sign_count; i++) {
    const CpuSign *sign = &cpu->signs[i];
    if ((!sign->if_atomics || machine->has_lse) && (!sign->with || has_any(compiled, sign->with, arena)) &&
        !has_any(compiled, sign->without, arena))
      features[count++] = sign->feature;
  }
  return (LowerOptions){.features = features};
}

// ---- Verdicts

typedef struct {
  Labeller *labeller;
  const Test *test;
  const Histogram *histogram;
  Record *record;
  const Compiled *compiled;
  Arena *arena;
  const Prediction *predictions; // of model_all
  bool racy;
} Labelling;

static JudgeOptions judge_options(const Labelling *l) {
  const Cpu *cpu = cpu_of(l->labeller->machine);
  return (JudgeOptions){.limits = judge_limits(l->labeller->seconds / model_count),
                        .lower = label_lowering(l->labeller->machine, cpu, l->compiled, l->arena),
                        .cpu = cpu};
}

static const Prediction *prediction_of(const Labelling *l, const Model *model) {
  return &l->predictions[model_index(model)];
}

static bool is_sc(const Judge *judge) { return !strcmp(judge->name, "sc"); }
static bool is_c11(const Judge *judge) { return !strcmp(judge->name, "c11"); }

// Whether C11 leaves the program without a meaning, so that whatever it does is no one's fault. Where not all
// executions were looked at, the one that was not may race.
static bool may_race(const Labelling *l) {
  const Prediction *c11 = prediction_of(l, model_find("c11"));
  return c11->program && (c11->result.undefined || c11->result.gave_up);
}

static void label_state(Labelling *l, unsigned row) {
  State state = l->histogram->rows[row].state;
  RecordState *out = &l->record->states[row];
  out->verdicts = ARENA_ARRAY(l->arena, RecordVerdict, model_count);
  for (unsigned i = 0; i < model_count; i++) {
    const Judge *judge = &l->labeller->judges[i];
    const Prediction *prediction = &l->predictions[i];
    Verdict verdict = prediction->program ? prediction_verdict(prediction, state) : VERDICT_UNKNOWN;
    // A compiler may make anything of a race: what a CPU's model says of the usual code is not what ran.
    if (verdict == VERDICT_FORBIDDEN && l->racy && !is_sc(judge))
      verdict = VERDICT_UNDEFINED;
    if (verdict == VERDICT_UNKNOWN)
      continue;
    if (is_sc(judge)) {
      out->weak = verdict == VERDICT_UNMODELLED ? -1 : verdict == VERDICT_FORBIDDEN;
      continue;
    }
    out->verdicts[out->verdict_count++] = (RecordVerdict){judge->name, verdict_name(verdict)};
    if (is_c11(judge) && verdict == VERDICT_FORBIDDEN)
      out->thin_air = prediction_is_thin_air(prediction, state);
  }
}

// ---- Alarms

static bool forbids(const Prediction *prediction, State state) {
  return prediction && prediction->program && prediction_verdict(prediction, state) == VERDICT_FORBIDDEN;
}

static void explain(const Labelling *l, const Prediction *prediction, State state, Violation *violation) {
  EventValue values[LIMIT_OBSERVABLES];
  for (unsigned i = 0; i < l->test->observable_count; i++)
    values[i] = (EventValue){-1, state.values[i]};
  EnumerationLimits limits = judge_limits(l->labeller->seconds);
  Explanation explanation = model_explain(prediction->judge->cat, prediction->program, &limits, values, l->arena);
  Text text = {0};
  explanation_print(&explanation, prediction->judge->name, &text);
  violation->axiom = explanation.found ? explanation.verdict.axiom : NULL;
  violation->why = arena_copy(l->arena, text_string(&text), text.length);
  text_free(&text);
}

// What the model of this CPU forbids whatever the compiler has made of the dependencies that the source shows: it may
// drop one that it can see through. NULL where there is no such prediction to go by.
static const Prediction *predict_here(Labelling *l) {
  const Cpu *cpu = cpu_of(l->labeller->machine);
  const Prediction *shown = cpu ? prediction_of(l, cpu->model) : NULL;
  bool any = false;
  for (unsigned i = 0; i < l->histogram->count && !any; i++)
    any = forbids(shown, l->histogram->rows[i].state);
  if (!any || l->racy)
    return NULL;
  if (has_any(l->compiled, cpu->beyond, l->arena))
    return NULL;
  JudgeOptions options = judge_options(l);
  options.lower.no_dependencies = true;
  Prediction *least = ARENA_NEW(l->arena, Prediction);
  *least = judge_test(shown->judge, l->test, &options, l->arena);
  return least;
}

static Violation find_violation(Labelling *l) {
  Violation violation = {0};
  const Prediction *here = predict_here(l), *c11 = prediction_of(l, model_find("c11")), *culprit = NULL;
  State worst = {0};
  for (unsigned i = 0; i < l->histogram->count; i++) {
    const HistogramRow *row = &l->histogram->rows[i];
    const Prediction *by = forbids(here, row->state)                                                          ? here
                           : !l->racy && forbids(c11, row->state) && !prediction_is_thin_air(c11, row->state) ? c11
                                                                                                              : NULL;
    if (!by || row->count <= violation.count)
      continue;
    violation = (Violation){.state = l->record->states[i].state, .count = row->count, .model = by->judge->name};
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
      text_printf(&models, "%s%s", models.length ? ", " : "", l->labeller->judges[i].name);
      why = l->predictions[i].why;
    }
  const char *sentence = why ? arena_printf(l->arena, "%s: not all states are labelled by %s: %s", l->test->name,
                                            text_string(&models), why)
                             : NULL;
  text_free(&models);
  return sentence;
}

Labels label_record(Labeller *labeller, const Test *test, const Compiled *compiled, const Histogram *histogram,
                    Record *record, Arena *arena) {
  Labelling labelling = {.labeller = labeller,
                         .test = test,
                         .histogram = histogram,
                         .record = record,
                         .compiled = compiled,
                         .arena = arena};
  if (!histogram->count)
    return (Labels){0};
  JudgeOptions options = judge_options(&labelling);
  labelling.predictions = judge_test_by(labeller->judges, model_count, test, &options, arena);
  labelling.racy = may_race(&labelling);
  for (unsigned i = 0; i < histogram->count; i++)
    label_state(&labelling, i);
  return (Labels){.violation = find_violation(&labelling), .undecided = undecided(&labelling)};
}
