// weakmem predict: what each memory model allows.
#include "harness/base/suggestion.h"
#include "harness/base/time.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/predict_results.h"
#include "harness/cli/predict_views.h"
#include "harness/cli/tests.h"
#include "harness/code/assembly.h"
#include "harness/lang/print.h"
#include "harness/model/explain.h"

#include <string.h>

enum { FORMAT_HERD = FORMAT_TSV + 1, FORMAT_DOT, FORMAT_JUNIT };
static const char *const formats[] = {"text", "json", "tsv", "herd", "dot", "junit", "markdown", NULL};

typedef struct {
  Common common;
  const char *const *models; // as --model names them; NULL: all
  unsigned model_count;
  const char *cat, *as; // --cat FILE --as ARCH
  bool explain;
  const char *state;      // --state
  const char **cat_paths; // --cat-path, NULL-terminated; NULL: none
  size_t cat_path_count, cat_path_capacity;
  LowerOptions lower;
  double seconds;      // of a test and model
  const char *dialect; // --dialect; NULL: told by what a test uses
  bool check_results;
  ResultTally results;
  Junit junit;
} Settings;

// "sc c11 x86-tso": of all models.
static const char *model_names(Arena *arena) {
  const char *names = "";
  for (unsigned i = 0; i < model_count; i++)
    names = arena_printf(arena, "%s%s%s", names, i ? " " : "", model_all[i]->name);
  for (const Dialect *const *d = dialect_all; *d; d++)
    for (unsigned i = 0; i < model_count; i++)
      if (*d != &dialect_c11 && model_for(i, (*d)->name) != model_all[i])
        names = arena_printf(arena, "%s %s", names, model_for(i, (*d)->name)->name);
  return names;
}

// "rcpc (aarch64), lse (aarch64)": what the mappings ask for.
static const char *feature_names(Arena *arena) {
  const char *names = "", *feature;
  for (unsigned c = 0; c < cpu_count; c++)
    for (unsigned i = 0; (feature = cpu_feature(cpu_all[c], i)); i++)
      names = arena_printf(arena, "%s%s%s (%s)", names, *names ? ", " : "", feature, cpu_all[c]->name);
  return names;
}

static bool is_feature(const char *name) {
  const char *feature;
  for (unsigned c = 0; c < cpu_count; c++)
    for (unsigned i = 0; (feature = cpu_feature(cpu_all[c], i)); i++)
      if (!strcmp(feature, name))
        return true;
  return false;
}

static error_t read_features(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  unsigned count;
  const char *const *items;
  error_t error = option_list(state, name, text, s->common.arena, &items, &count);
  if (error)
    return error;
  const char **features = ARENA_ARRAY(s->common.arena, const char *, count + 1);
  bool none = count == 1 && !strcmp(items[0], "none");
  for (unsigned i = 0; i < count && !none; i++) {
    if (!is_feature(items[i]))
      return option_error(state, name, "no CPU's code depends on a feature '%s'; there are %s, or none", items[i],
                          feature_names(s->common.arena));
    features[i] = items[i];
  }
  s->lower.features = features;
  return 0;
}

static error_t read_as(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  if (!model_find(text))
    return option_error(state, name, "no architecture '%s'; there are %s", text, model_names(s->common.arena));
  s->as = text;
  return 0;
}

static error_t check(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  if (!s->cat != !s->as)
    return option_error(state, s->cat ? "--cat" : "--as", "--cat FILE and --as ARCH go together");
  if (s->cat_paths && !s->cat)
    return option_error(state, "--cat-path", "is for --cat");
  if (s->cat && s->models)
    return option_error(state, "--model", "is not for --cat, whose file is the model");
  if (s->common.format == FORMAT_HERD && !s->cat && s->model_count != 1)
    return option_error(state, "--format", "herd's format is for one model: name it with --model");
  if (s->check_results && (s->explain || (s->common.format != FORMAT_TEXT && s->common.format != FORMAT_JUNIT)))
    return option_error(state, "--check-results", "is told as lines of its own, or as junit");
  if (s->explain && s->common.format != FORMAT_TEXT && s->common.format != FORMAT_DOT)
    return option_error(state, "--explain", "explains as text or dot");
  if (s->state && !s->explain && s->common.format != FORMAT_DOT)
    return option_error(state, "--state", "is for --explain and --format dot");
  return 0;
}

static error_t read_models(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  return option_list(state, name, text, s->common.arena, &s->models, &s->model_count);
}

static error_t read_dialect(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  for (const Dialect *const *d = dialect_all; *d; d++)
    if (!strcmp((*d)->name, text))
      s->dialect = (*d)->name;
  return s->dialect ? 0 : option_error(state, name, "no dialect '%s'; there are c11 and linux", text);
}

static error_t read_cat_path(struct argp_state *state, const char *name, const char *text, void *settings) {
  (void)state;
  (void)name;
  Settings *s = settings;
  s->cat_paths =
      arena_grow(s->common.arena, s->cat_paths, &s->cat_path_capacity, s->cat_path_count + 2, sizeof *s->cat_paths);
  s->cat_paths[s->cat_path_count++] = text;
  s->cat_paths[s->cat_path_count] = NULL;
  return 0;
}

enum { OPTION_MODEL, OPTION_FEATURES };
static const Option table[] = {
    [OPTION_MODEL] = {"model", 'm', "NAME,...", NULL, OPTION_OWN, .read = read_models},
    [OPTION_FEATURES] = {"features", 0, "NAME,...", NULL, OPTION_OWN, .read = read_features},
    {"cat", 0, "FILE", "judge by a model of your own, in cat", OPTION_TEXT, .place = offsetof(Settings, cat)},
    {"cat-path", 0, "DIR", "where it includes from, after its own folder", OPTION_OWN, .read = read_cat_path},
    {"as", 0, "ARCH", "What --cat is a model of: an architecture", OPTION_OWN, .read = read_as},
    {"dialect", 0, "NAME", "of tests in C: c11 or linux; told by what a test uses", OPTION_OWN, .read = read_dialect},
    {"check-results", 0, NULL, "compare with what the kernel's tests say in their line Result:", OPTION_FLAG,
     .place = offsetof(Settings, check_results)},
    {"explain", 0, NULL, "why a state is forbidden, or how it comes about", OPTION_FLAG,
     .place = offsetof(Settings, explain)},
    {"state", 0, "STATE", "the state to explain: '0:r0=0; 1:r0=0;'", OPTION_TEXT, .place = offsetof(Settings, state)},
    OPTION_COMMON_FORMAT(formats, "text (default), json, tsv, herd, dot, junit or markdown"),
    {"unroll", 0, "N", "turns of a loop that are looked at; 4", OPTION_UNSIGNED,
     .place = offsetof(Settings, lower.unroll), .low = 1, .high = 64},
    {"time", 0, "SECONDS", "given to one test and model; 10", OPTION_SECONDS, .place = offsetof(Settings, seconds),
     .low = 0.001, .high = 1e6},
    {0}};

// But for what is told of tables.
static const Options predict_options = {
    .arguments = "[TEST|FILE|DIR|@LIST|-]...",
    .summary = "Says which final states of a litmus test each memory model allows. Without a test: the classic suite.",
    .examples = "  weakmem predict SB                              all models\n"
                "  weakmem predict --model x86-tso,aarch64 MP      two of them\n"
                "  weakmem predict --explain --model x86-tso MP    the cycle that forbids it\n"
                "  weakmem predict --model c11 --format dot MP | dot -Tsvg >MP.svg\n"
                "  weakmem predict --cat mine.cat --as aarch64 MP  by a model of your own\n"
                "  weakmem predict --check-results tests/          the kernel's tests, against what they say\n"
                "  weakmem predict --format tsv tests/             for scripts\n",
    .table = table,
    .check = check};

// ---- Models ----

typedef struct {
  Judge *judges;
  unsigned count;
} Judges;

static bool add_model(const char *name, Arena *arena, Judges *judges, Diag *diag) {
  const Model *model = model_find(name);
  if (!model) {
    Suggestion suggestion = suggestion_for(name);
    for (unsigned i = 0; i < model_count; i++)
      suggestion_try(&suggestion, model_all[i]->name);
    return diag_error(diag, "no model '%s'%s; there are %s", name, suggestion_text(&suggestion, arena),
                      model_names(arena));
  }
  judges->judges[judges->count++] = judge_of(model, arena);
  return true;
}

static bool add_cat(const Settings *s, Judges *judges, Diag *diag) {
  const Model *as = model_find(s->as);
  CatModel *model = cat_load(s->cat, as, s->cat_paths, s->common.arena, diag);
  if (!model)
    return false;
  const char *slash = strrchr(s->cat, '/');
  judges->judges[judges->count++] = (Judge){slash ? slash + 1 : s->cat, as, model};
  return true;
}

static Judges every_judge(Arena *arena) {
  Judges judges = {.judges = ARENA_ARRAY(arena, Judge, model_count * (size_t)2)};
  for (const Dialect *const *d = dialect_all; *d; d++)
    for (unsigned i = 0; i < model_count; i++)
      if (*d == &dialect_c11 || model_for(i, (*d)->name) != model_all[i])
        judges.judges[judges.count++] = judge_of(model_for(i, (*d)->name), arena);
  return judges;
}

static Judges find_models(const Settings *s, Diag *diag) {
  if (s->check_results && !s->cat && !s->models) {
    Judges own = {.judges = ARENA_NEW(s->common.arena, Judge), .count = 1};
    own.judges[0] = judge_of(model_find("lkmm"), s->common.arena);
    return own;
  }
  if (!s->cat && !s->models)
    return every_judge(s->common.arena);
  Judges judges = {.judges = ARENA_ARRAY(s->common.arena, Judge, s->model_count + 1)};
  if (s->cat)
    add_cat(s, &judges, diag);
  for (unsigned i = 0; i < s->model_count; i++)
    add_model(s->models[i], s->common.arena, &judges, diag);
  return judges;
}

// ---- Explanations ----

static const EventValue *named_state(const Settings *s, const Test *test, Arena *arena) {
  Value *values = ARENA_ARRAY(arena, Value, test->observable_total);
  state_parse(test, s->state, values); // checked before
  return prediction_values(test, (State){values}, arena);
}

// Whether every test has the state of --state.
static bool check_state(const Settings *s, const Suite *suite, Diag *diag) {
  for (unsigned i = 0; s->state && i < suite->count; i++) {
    const Test *test = suite->tests[i];
    if (!state_parse(test, s->state, ARENA_ARRAY(s->common.arena, Value, test->observable_total)))
      diag_error(diag, "--state: %s has no state '%s': every register and location that it shows must be given, once",
                 test->name, s->state);
  }
  return !diag->errors;
}

// A state that the test asks for and the model allows, else one that it forbids; NULL if no execution ends in one. Of a
// test without a condition, any.
static const EventValue *telling_state(const Test *test, const ModelResult *result, Arena *arena) {
  const EventValue *forbidden = NULL;
  for (unsigned i = 0; i < result->candidate_count; i++) {
    const EventValue *state = result->candidates[i];
    if (!state_is_asked(test, prediction_state(test, state, arena), true))
      continue;
    for (unsigned j = 0; j < result->state_count; j++)
      if (result->states[j] == state)
        return state;
    forbidden = forbidden ? forbidden : state;
  }
  return forbidden;
}

// The state to explain: the one asked for, else a telling one, for which executions are made too that no model allows.
// NULL, with a sentence, where there is none.
static const EventValue *state_to_explain(const Settings *s, const Prediction *p, const EnumerationLimits *limits,
                                          Arena *arena, const char **why) {
  if (s->state)
    return named_state(s, p->test, arena);
  const EventValue *state = telling_state(p->test, &p->result, arena);
  if (!state) {
    ModelOptions options = {.limits = *limits, .incoherent = true};
    if (test_has_condition(p->test))
      options.limits = judge_limits_asked(*limits, p->test);
    ModelResult *all = ARENA_NEW(arena, ModelResult);
    *all = model_run(p->judge->cat, p->program, &options, arena);
    state = telling_state(p->test, all, arena);
  }
  if (!*why)
    *why = p->test->condition.quantifier == QUANTIFIER_FORALL
               ? "every execution ends in a witness; --state names a state"
               : "no execution ends in a witness, whatever the model; --state names another state";
  return state;
}

static void explain_state(const Settings *s, const Prediction *p, const EnumerationLimits *limits, Arena *arena,
                          Text *out) {
  const char *why = p->why;
  bool can = p->program && !p->result.unmodelled;
  const EventValue *state = can ? state_to_explain(s, p, limits, arena, &why) : NULL;
  const char *title = arena_printf(arena, "%s under %s", p->test->name, p->judge->name);
  if (s->common.format == FORMAT_TEXT) {
    text_printf(out, "%s: ", title);
    if (state)
      state_print(p->test, prediction_state(p->test, state, arena), out);
    text_add_char(out, '\n');
  }
  if (!state) {
    text_printf(out, "%s%s%s\n", s->common.format == FORMAT_TEXT ? "  " : "// ",
                prediction_is_partial(p) ? "unknown: " : "", why);
    return;
  }
  Explanation explanation = model_explain(p->judge->cat, p->program, limits, state, arena);
  bool undecided = prediction_is_partial(p) && !p->decided && !(explanation.found && explanation.verdict.allowed);
  if (undecided)
    text_printf(out, s->common.format == FORMAT_TEXT ? "  unknown: %s. Of what was looked at:\n" : "// unknown: %s\n",
                p->why);
  if (s->common.format == FORMAT_DOT)
    explanation_dot(&explanation, title, out);
  else
    explanation_print(&explanation, p->judge->name, out);
  if (s->common.format == FORMAT_TEXT && p->result.racy && !explanation.verdict.undefined) {
    text_printf(
        out, "  another execution has a data race (%s), so %s leaves the program undefined; no happens-before orders\n",
        p->result.flag, strcmp(p->judge->name, "lkmm") ? "C11" : "the kernel's model");
    race_print(p->result.racy, p->result.race, out);
  }
  if (s->common.format == FORMAT_TEXT && explanation.found && !explanation.verdict.allowed &&
      explanation.verdict.axiom && p->judge->model->thin_air &&
      !strcmp(explanation.verdict.axiom, p->judge->model->thin_air))
    text_add(out, "  RC11 forbids load buffering as a whole; ISO C11 does not.\n");
}

static void explain(const Settings *s, const Prediction *p, EnumerationLimits limits, Arena *arena, Text *out) {
  limits.from_nothing = p->judge->model->from_nothing;
  explain_state(s, p, &limits, arena, out);
  if (s->common.format == FORMAT_TEXT && p->result.hang)
    hang_explain(p->result.hang, p->judge->name, out);
}

// ---- Tests ----

// Whether every model decided the condition, and gave nothing up.
static bool print_predicted(Settings *s, const PredictedTest *predicted, const EnumerationLimits *limits,
                            const SheetStyle *style, Arena *arena, Text *out) {
  bool decided = true;
  for (unsigned m = 0; m < predicted->count; m++)
    decided &= predict_is_whole(&predicted->predictions[m]);
  if (s->common.format == FORMAT_JUNIT) {
    predict_junit(predicted, s->check_results, &s->results, arena, &s->junit);
    return decided;
  }
  if (s->check_results) {
    for (unsigned m = 0; m < predicted->count; m++) {
      ResultCheck check = result_check(&predicted->predictions[m], arena);
      result_print(&predicted->predictions[m], &check, &s->results, out);
    }
    return decided;
  }
  if (s->explain || s->common.format == FORMAT_DOT) {
    for (unsigned m = 0; m < predicted->count; m++)
      explain(s, &predicted->predictions[m], *limits, arena, out);
    if (s->common.format == FORMAT_TEXT)
      text_add_char(out, '\n');
    return decided;
  }
  switch (s->common.format) {
  case FORMAT_TEXT:
    predict_text(predicted, style, out);
    text_add_char(out, '\n');
    break;
  case FORMAT_TSV:
    sheet_tsv(predict_rows(predicted, arena), out);
    break;
  case FORMAT_HERD:
    predict_herd(predicted, out);
    break;
  case FORMAT_JSON:
    sheet_json(predict_object(predicted, arena), NULL, out);
    text_add_char(out, '\n');
    break;
  }
  return decided;
}

// What was decided without having looked at everything, where the format itself has no room to say so.
static void warn(const Settings *s, const PredictedTest *predicted, FILE *err) {
  if (s->common.format == FORMAT_TEXT || s->common.format == FORMAT_JUNIT)
    return;
  for (unsigned m = 0; m < predicted->count; m++) {
    const Prediction *p = &predicted->predictions[m];
    if (p->why &&
        (p->result.bound_reached || p->result.gave_up || p->result.hang || p->result.hang_open || p->filtered_out))
      fprintf(err, "weakmem: warning: %s: %s: %s\n", p->test->name, p->judge->name, p->why);
  }
}

// A decision under way, for the line that tells of it.
typedef struct {
  Progress progress;
  const char *test, *model;
  double seconds;
} Deciding;

static void tell_progress(void *context, uint64_t executions) {
  const Deciding *d = context;
  progress_show(&d->progress, "%s: %s: %ju executions so far; at most %g s", d->test, d->model, (uintmax_t)executions,
                d->seconds);
}

// Those of the models asked for that can judge a test: of an assembly test its CPU's, and `sc`; of one in C all but
// other languages' own.
static Judges judges_of(const Judges *all, const Test *test, Arena *arena) {
  Judges judges = {.judges = ARENA_ARRAY(arena, Judge, all->count)};
  for (unsigned m = 0; m < all->count; m++)
    if (test_judged_by(test, all->judges[m].model))
      judges.judges[judges.count++] = all->judges[m];
  return judges;
}

// What an assembly test becomes for the CPU's model; NULL of a test in C. *good: whether it is understood.
static const Program *program_of(const Settings *s, const Test *test, Arena *arena, const Console *console,
                                 bool *good) {
  const InstructionSet *set = assembly_instructions(test, NULL);
  if (!set)
    return NULL;
  Diag diag = {.arena = arena};
  const Model *model = model_find(set->arch);
  const Program *program = assembly_program(test, model->rmw_is_one_event, s->lower.unroll, arena, &diag);
  console_report(console, &diag);
  *good = program != NULL;
  return program;
}

// What became of a test.
typedef struct {
  bool undecided; // by some model
  bool refused;
  bool hangs; // in some execution that a model allows a wait never ends
} Outcome;

static Outcome predict(Settings *s, const Judges *all, const Test *test, const Console *console) {
  Arena *arena = arena_new();
  bool good = true;
  const Program *program = program_of(s, test, arena, console, &good);
  if (!good) {
    arena_free(arena);
    return (Outcome){.refused = true};
  }
  Judges own = judges_of(all, test, arena), *judges = &own;
  if (!own.count) {
    Diag diag = {.arena = arena};
    if (test_is_assembly(test))
      diag_error(&diag, "%s is in %s assembly, which its CPU's model and sc judge", test->name, test->dialect->name);
    else
      diag_error(&diag, "%s is of the dialect %s, which these models do not speak of", test->name, test->dialect->name);
    console_report(console, &diag);
    arena_free(arena);
    return (Outcome){.refused = true};
  }
  Deciding deciding = {.progress = progress_new(console, false), .test = test->name, .seconds = s->seconds};
  JudgeOptions options = {.limits = {.seconds = s->seconds,
                                     .stop = console->stop,
                                     .progress = tell_progress,
                                     .progress_context = &deciding},
                          .lower = s->lower,
                          .program = program,
                          .count = s->common.format == FORMAT_HERD};
  Prediction *predictions = ARENA_ARRAY(arena, Prediction, judges->count);
  double start = time_seconds();
  for (unsigned m = 0; m < judges->count; m++) {
    deciding.model = judges->judges[m].name;
    predictions[m] = judge_test(&judges->judges[m], test, &options, arena);
  }
  PredictedTest predicted = {test, predictions, judges->count, time_seconds() - start};
  SheetStyle style = console_style(console->out, s->common.markdown);
  Text text = {0};
  Outcome outcome = {.undecided = !print_predicted(s, &predicted, &options.limits, &style, arena, &text)};
  for (unsigned m = 0; m < judges->count; m++)
    outcome.hangs |= predictions[m].result.hang != NULL;
  progress_clear(&deciding.progress);
  console_print(console, &text);
  warn(s, &predicted, console->err);
  arena_free(arena);
  return outcome;
}

static int predict_all(Settings *s, const Console *console) {
  Diag diag = {.arena = s->common.arena};
  Judges judges = find_models(s, &diag);
  Suite suite = {0};
  if (!diag.errors && s->common.argument_count)
    suite = tests_find_in(s->dialect, s->common.arguments, s->common.argument_count, NULL, s->common.arena, &diag);
  else if (!diag.errors)
    suite = suite_builtin_by(test_read, "classic", s->common.arena, &diag);
  if (!diag.errors && !check_state(s, &suite, &diag))
    suite.count = 0;
  console_report(console, &diag);
  Text header = {0};
  if (s->common.format == FORMAT_TSV && judges.count && (suite.count || !diag.errors))
    sheet_tsv_names(predict_rows(NULL, s->common.arena), &header);
  console_print(console, &header);
  Outcome all = {.refused = diag.errors};
  unsigned done = 0;
  for (; done < suite.count && !*console->stop && !ferror(console->out); done++) {
    Outcome one = predict(s, &judges, suite.tests[done], console);
    if (one.refused && s->common.format == FORMAT_JUNIT)
      junit_add(&s->junit, &(JunitCase){.group = "refused",
                                        .name = suite.tests[done]->name,
                                        .outcome = JUNIT_ERROR,
                                        .message = "none of the models can judge it"});
    all = (Outcome){all.undecided | one.undecided, all.refused | one.refused, all.hangs | one.hangs};
  }
  if (*console->stop)
    fprintf(console->err, "weakmem: interrupted at test %u of %u\n", done, suite.count);
  Text end = {0};
  if (s->common.format == FORMAT_JUNIT)
    junit_end(&s->junit, "weakmem predict", &end);
  else if (s->check_results)
    result_summary(&s->results, &end);
  console_print(console, &end);
  if (all.refused)
    return EXIT_USAGE;
  if (s->results.counts[RESULT_DIFFERS] || all.hangs)
    return EXIT_FORBIDDEN;
  return !all.undecided && done == suite.count ? EXIT_OK : EXIT_MACHINE;
}

int command_predict(int argc, char **argv, const Console *console) {
  Settings settings = {.common.arena = arena_new(), .seconds = 10};
  Option own[sizeof table / sizeof *table];
  memcpy(own, table, sizeof own);
  own[OPTION_MODEL].doc =
      arena_printf(settings.common.arena, "out of %s; all of them", model_names(settings.common.arena));
  own[OPTION_FEATURES].doc =
      arena_printf(settings.common.arena, "of the CPU: %s, or none", feature_names(settings.common.arena));
  Options options = predict_options;
  options.table = own;
  int status;
  if (options_parse(&options, argc, argv, &settings, console, &status))
    status = predict_all(&settings, console);
  arena_free(settings.common.arena);
  return status;
}
