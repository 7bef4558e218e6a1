#include "harness/study/label.h"

#include "harness/model/explain.h"
#include "harness/model/prediction.h"

#include <string.h>

enum {
  JUDGES = 16,
  EXECUTIONS = 200000 // looked at for one model: what bounds memory, as time does not
};

struct Labeller {
  Judge judges[JUDGES];
  unsigned count;
  const Identity *machine;
  double seconds;
};

Labeller *labeller_new(const Identity *machine, double seconds, Arena *arena) {
  Labeller *labeller = ARENA_NEW(arena, Labeller);
  *labeller = (Labeller){.machine = machine, .seconds = seconds};
  for (unsigned i = 0; i < arch_count && i < JUDGES; i++)
    labeller->judges[labeller->count++] = (Judge){arch_all[i]->model, arch_all[i], cat_builtin(arch_all[i], arena)};
  return labeller;
}

// ---- What ran

bool label_has_exclusives(const Compiled *compiled, Arena *arena) {
  Text code = {0};
  Diag diag = {.arena = arena};
  bool found = !run_disassemble(compiled, arena, &code, &diag) || diag.warnings || strstr(text_string(&code), "ldxr") ||
               strstr(text_string(&code), "ldaxr");
  text_free(&code);
  return found;
}

LowerOptions label_lowering(const Identity *machine, const Arch *arch, const Compiled *compiled, Arena *arena) {
  static const char *const none[] = {NULL};
  if (arch != arch_here() || !arch->features)
    return (LowerOptions){0};
  bool all = machine->has_lse && !label_has_exclusives(compiled, arena);
  return (LowerOptions){.features = all ? NULL : none};
}

// ---- Verdicts

typedef struct {
  Labeller *labeller;
  const Test *test;
  const Histogram *histogram;
  Record *record;
  Arena *arena;
  Prediction predictions[JUDGES];
} Labelling;

static void predict_all(Labelling *l, const Compiled *compiled) {
  for (unsigned i = 0; i < l->labeller->count; i++) {
    const Judge *judge = &l->labeller->judges[i];
    LowerOptions lower = label_lowering(l->labeller->machine, judge->arch, compiled, l->arena);
    ModelOptions options = {.limits = {.seconds = l->labeller->seconds / l->labeller->count, .executions = EXECUTIONS},
                            .excused = NO_THIN_AIR};
    l->predictions[i] = prediction_make(l->test, judge, &lower, &options, l->arena);
  }
}

static const Prediction *prediction_of(const Labelling *l, const Arch *arch) {
  for (unsigned i = 0; i < l->labeller->count; i++)
    if (l->labeller->judges[i].arch == arch)
      return &l->predictions[i];
  return NULL;
}

static bool is_sc(const Judge *judge) { return !strcmp(judge->name, "sc"); }
static bool is_c11(const Judge *judge) { return !strcmp(judge->name, "c11"); }

// Whether C11 leaves the program without a meaning, so that whatever it does is no one's fault.
static bool is_racy(const Prediction *c11) { return c11 && c11->program && c11->result.undefined; }

static void label_state(Labelling *l, unsigned row) {
  bool racy = is_racy(prediction_of(l, arch_find("c11")));
  State state = l->histogram->rows[row].state;
  RecordState *out = &l->record->states[row];
  out->verdicts = ARENA_ARRAY(l->arena, RecordVerdict, l->labeller->count);
  for (unsigned i = 0; i < l->labeller->count; i++) {
    const Judge *judge = &l->labeller->judges[i];
    const Prediction *prediction = &l->predictions[i];
    Verdict verdict = prediction->program ? prediction_verdict(prediction, state) : VERDICT_UNKNOWN;
    // A compiler may make anything of a race: what a CPU's model says of the usual code is not what ran.
    if (verdict == VERDICT_FORBIDDEN && racy && !is_sc(judge))
      verdict = VERDICT_UNDEFINED;
    if (verdict == VERDICT_UNKNOWN)
      continue;
    if (is_sc(judge)) {
      out->weak = verdict == VERDICT_UNMODELLED ? -1 : verdict == VERDICT_FORBIDDEN;
      continue;
    }
    out->verdicts[out->verdict_count++] = (RecordVerdict){judge->name, verdict_name(verdict)};
    if (is_c11(judge) && verdict == VERDICT_FORBIDDEN)
      out->thin_air = prediction_excused(prediction, state);
  }
}

// ---- Alarms

static bool forbids(const Prediction *prediction, State state) {
  return prediction && prediction->program && prediction_verdict(prediction, state) == VERDICT_FORBIDDEN;
}

static void explain(const Labelling *l, const Prediction *prediction, State state, Alarm *alarm) {
  EventValue values[LIMIT_OBSERVABLES];
  for (unsigned i = 0; i < l->test->observable_count; i++)
    values[i] = (EventValue){-1, state.values[i]};
  EnumerationLimits limits = {.seconds = l->labeller->seconds, .executions = EXECUTIONS};
  Explanation explanation = model_explain(prediction->judge->cat, prediction->program, &limits, values, l->arena);
  Text text = {0};
  explanation_print(&explanation, prediction->judge->name, &text);
  alarm->axiom = explanation.found ? explanation.verdict.axiom : NULL;
  alarm->why = arena_copy(l->arena, text_string(&text), text.length);
  text_free(&text);
}

static Alarm find_alarm(const Labelling *l) {
  Alarm alarm = {0};
  const Prediction *here = arch_here() ? prediction_of(l, arch_here()) : NULL;
  const Prediction *c11 = prediction_of(l, arch_find("c11")), *culprit = NULL;
  if (is_racy(c11) || l->labeller->machine->emulated)
    here = NULL; // an emulator keeps its host's order, not that of the CPU it shows
  State worst = {0};
  for (unsigned i = 0; i < l->histogram->count; i++) {
    const HistogramRow *row = &l->histogram->rows[i];
    const Prediction *by = forbids(here, row->state)                                          ? here
                           : forbids(c11, row->state) && !prediction_excused(c11, row->state) ? c11
                                                                                              : NULL;
    if (!by || row->count <= alarm.count)
      continue;
    alarm = (Alarm){.state = l->record->states[i].state, .count = row->count, .model = by->judge->name};
    culprit = by;
    worst = row->state;
  }
  if (culprit)
    explain(l, culprit, worst, &alarm);
  return alarm;
}

static const char *undecided(const Labelling *l) {
  Text models = {0};
  const char *why = NULL;
  for (unsigned i = 0; i < l->labeller->count; i++)
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
  Labelling labelling = {.labeller = labeller, .test = test, .histogram = histogram, .record = record, .arena = arena};
  if (!histogram->count)
    return (Labels){0};
  predict_all(&labelling, compiled);
  for (unsigned i = 0; i < histogram->count; i++)
    label_state(&labelling, i);
  return (Labels){.alarm = find_alarm(&labelling), .undecided = undecided(&labelling)};
}
