#include "harness/cli/predict_views.h"

#include "harness/lang/print.h"
#include "harness/model/explain.h"

#include <stdlib.h>
#include <string.h>

// Whether some allowed state is a witness, in a word; "-" if the model does not speak of the test, "Unknown" if none
// was found but not all was looked at.
static const char *condition_word(const Prediction *p) {
  if (!p->program || p->result.unmodelled)
    return "-";
  if (p->any_witness)
    return "Allowed";
  bool all = !prediction_is_partial(p) || (p->decided && p->test->condition.quantifier != QUANTIFIER_FORALL);
  return all ? "Forbidden" : "Unknown";
}

static void add_state(const Prediction *p, const EventValue *state, Text *out) {
  Arena *arena = arena_new();
  state_print(p->test, prediction_state(p->test, state, arena), out);
  arena_free(arena);
}

static const char *kept(Text *text, Arena *arena) {
  const char *string = arena_string(arena, text_string(text));
  text_free(text);
  return string;
}

static const char *state_string(const Prediction *p, const EventValue *state, Arena *arena) {
  Text text = {0};
  add_state(p, state, &text);
  return kept(&text, arena);
}

bool predict_is_whole(const Prediction *p) {
  return !p->result.gave_up && !p->result.hang_open && prediction_decides(p);
}

// ---- For people ----

static const char *verdict_word(const Prediction *p, State state) {
  if (!p->program)
    return "-";
  Verdict verdict = prediction_verdict(p, state);
  if (verdict == VERDICT_FORBIDDEN && prediction_is_thin_air(p, state))
    return "thin-air";
  return verdict_name(verdict);
}

static const char *outcome_word(const Prediction *p) {
  if (!p->program)
    return "-";
  if (p->result.unmodelled)
    return verdict_name(VERDICT_UNMODELLED);
  if (p->result.undefined)
    return verdict_name(VERDICT_UNDEFINED);
  if (!prediction_decides(p))
    return verdict_name(VERDICT_UNKNOWN);
  if (p->test->condition.quantifier == QUANTIFIER_EXISTS)
    return verdict_name(p->any_witness ? VERDICT_ALLOWED : VERDICT_FORBIDDEN);
  return condition_validated(p->test, p->any_witness, p->all_witnesses) ? "holds" : "fails";
}

enum { ROW_LIMIT = 64 };
enum { MARK, STATE, VERDICTS };

static Sheet *new_table(const PredictedTest *predicted, Arena *arena) {
  unsigned count = VERDICTS + predicted->count;
  SheetColumn *columns = ARENA_ARRAY(arena, SheetColumn, count);
  columns[MARK] = (SheetColumn){.name = " ", .kind = KIND_MARK, .width = 1, .fit = FIT_KEY, .is_fixed = true};
  columns[STATE] = (SheetColumn){.name = "state", .width = 9, .fit = FIT_KEY};
  for (unsigned m = 0; m < predicted->count; m++)
    columns[VERDICTS + m] = (SheetColumn){.name = predicted->predictions[m].judge->name, .width = 10};
  Sheet *sheet = sheet_new(arena, columns, count);
  sheet->indent = 1;
  return sheet;
}

static void add_state_row(const PredictedTest *predicted, State state, Sheet *sheet) {
  Cell *cells = sheet_row(sheet);
  Text name = {0};
  state_print(predicted->test, state, &name);
  cells[MARK] = cell_text(test_has_condition(predicted->test) && state_is_witness(predicted->test, state) ? "*" : "");
  cells[STATE] = cell_text(kept(&name, sheet->arena));
  for (unsigned m = 0; m < predicted->count; m++)
    cells[VERDICTS + m] = cell_text(verdict_word(&predicted->predictions[m], state));
}

// Every state that some model allows or could, and what becomes of the condition.
static void add_table(const PredictedTest *predicted, const SheetStyle *style, Arena *arena, Text *out) {
  unsigned count;
  State *states = predictions_states(predicted->predictions, predicted->count, &count, arena);
  Sheet *sheet = new_table(predicted, arena);
  for (unsigned i = 0; i < count && i < ROW_LIMIT; i++)
    add_state_row(predicted, states[i], sheet);
  if (count > ROW_LIMIT)
    sheet_row(sheet)[STATE] = cell_instead(
        arena_printf(arena, "... and %u more states; --format tsv lists those that are allowed", count - ROW_LIMIT));
  Cell *cells = predicted->test->condition.quantifier == QUANTIFIER_NONE ? NULL : sheet_row(sheet);
  for (unsigned m = 0; cells && m < predicted->count; m++)
    cells[VERDICTS + m] = cell_text(outcome_word(&predicted->predictions[m]));
  if (cells)
    cells[STATE] = cell_text("condition");
  sheet_text(sheet, style, out);
}

static bool same_reason(const Prediction *a, const Prediction *b) {
  return a->why && b->why && !strcmp(a->why, b->why);
}

static bool told_before(const PredictedTest *predicted, unsigned m) {
  for (unsigned before = 0; before < m; before++)
    if (same_reason(&predicted->predictions[before], &predicted->predictions[m]))
      return true;
  return false;
}

static bool is_consume(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS &&
         (!strcmp(order_name(expr->access.order), "consume") || !strcmp(order_name(expr->access.failure), "consume"));
}

// The next flag that the model raises in an execution that it allows; NULL after the last.
static const char *next_flag(const Prediction *p, unsigned *at) {
  unsigned count = 0;
  const char *const *names = p->result.flags ? cat_flags(p->judge->cat, &count) : NULL;
  while (*at < count && !(p->result.flags >> *at & 1))
    ++*at;
  return *at < count ? names[(*at)++] : NULL;
}

// But for the race, of which more is said.
static void add_flags(const Prediction *p, Text *out) {
  bool any = false;
  const char *flag;
  for (unsigned at = 0; (flag = next_flag(p, &at));) {
    if (p->result.flag && !strcmp(flag, p->result.flag))
      continue;
    if (any)
      text_add(out, ", ");
    else
      text_printf(out, "   %s: flagged ", p->judge->name);
    text_add(out, flag);
    any = true;
  }
  if (any)
    text_add_char(out, '\n');
}

static bool has_any_value(const Prediction *p) {
  for (unsigned i = 0; i < p->result.state_count; i++)
    for (unsigned v = 0; v < p->test->observable_count; v++)
      if (p->result.states[i][v].location == LOCATION_ANY)
        return true;
  return false;
}

static void add_notes(const PredictedTest *predicted, Text *out) {
  if (test_each(predicted->test, is_consume, NULL))
    text_add(out, "   memory_order_consume is judged as acquire, which is what compilers make of it\n");
  for (unsigned m = 0; m < predicted->count; m++) {
    const Prediction *p = &predicted->predictions[m];
    if (p->why && !told_before(predicted, m)) {
      text_printf(out, "   %s", p->judge->name);
      for (unsigned n = m + 1; n < predicted->count; n++)
        if (same_reason(p, &predicted->predictions[n]))
          text_printf(out, ", %s", predicted->predictions[n].judge->name);
      text_printf(out, ": %s\n", p->why);
    }
    if (p->result.undefined)
      text_printf(out,
                  "   %s: the program has a data race (%s), so %s leaves it undefined; of its executions %u state%s "
                  "would be allowed\n",
                  p->judge->name, p->result.flag, p->test->dialect->language, p->result.state_count,
                  p->result.state_count == 1 ? "" : "s");
    if (p->result.racy)
      race_print(p->result.racy, p->result.race, out);
    if (has_any_value(p))
      text_printf(out,
                  "   %s: 'any' is a value that depends on itself alone, out of thin air, and may be any; a condition "
                  "that names a number does not ask for it\n",
                  p->judge->name);
    add_flags(p, out);
    bool any = false;
    for (unsigned i = 0; i < p->result.candidate_count && !p->result.undefined; i++)
      any |= p->result.thin_air[i];
    if (any)
      text_printf(out,
                  "   %s: thin-air is forbidden only by the no-thin-air axiom of RC11, against load buffering; ISO C11 "
                  "does not forbid it\n",
                  p->judge->name);
  }
}

void predict_text(const PredictedTest *predicted, const SheetStyle *style, Text *out) {
  Arena *arena = arena_new();
  text_printf(out, "%s: ", predicted->test->name);
  condition_print(predicted->test, out);
  text_add_char(out, '\n');
  add_table(predicted, style, arena, out);
  add_notes(predicted, out);
  arena_free(arena);
}

// ---- Columns ----

enum { TEST, MODEL, CONDITION, STATES, FILE_NAME };
static const SheetColumn columns[] = {[TEST] = {.name = "test"},
                                      [MODEL] = {.name = "model"},
                                      [CONDITION] = {.name = "condition"},
                                      [STATES] = {.name = "states"},
                                      [FILE_NAME] = {.name = "file"}};

Sheet *predict_rows(const PredictedTest *predicted, Arena *arena) {
  Sheet *sheet = SHEET_NEW(arena, columns);
  for (unsigned m = 0; predicted && m < predicted->count; m++) {
    const Prediction *p = &predicted->predictions[m];
    Cell *cells = sheet_row(sheet);
    Text states = {0};
    for (unsigned i = 0; i < p->result.state_count; i++) {
      text_add(&states, i ? " | " : "");
      add_state(p, p->result.states[i], &states);
    }
    cells[TEST] = cell_text(p->test->name);
    cells[MODEL] = cell_text(p->judge->name);
    cells[CONDITION] = cell_text(condition_word(p));
    cells[STATES] = cell_text(kept(&states, arena));
    cells[FILE_NAME] = cell_text(p->test->source->name);
  }
  return sheet;
}

// ---- herd ----

static const char *herd_kind(Quantifier quantifier) {
  switch (quantifier) {
  case QUANTIFIER_EXISTS:
    return "Allowed";
  case QUANTIFIER_NOT_EXISTS:
    return "Forbidden";
  default:
    return "Required";
  }
}

void predict_herd(const PredictedTest *predicted, Text *out) {
  const Prediction *p = &predicted->predictions[0];
  const Test *test = p->test;
  uint64_t positive = 0, negative = 0;
  text_printf(out, "Test %s %s\nStates %u\n", test->name, herd_kind(test->condition.quantifier), p->result.state_count);
  Arena *arena = arena_new();
  for (unsigned i = 0; i < p->result.state_count; i++) {
    add_state(p, p->result.states[i], out);
    text_add_char(out, '\n');
    bool witness = state_is_witness(test, prediction_state(test, p->result.states[i], arena));
    *(witness ? &positive : &negative) += p->result.counts[i];
  }
  arena_free(arena);
  if (p->result.undefined)
    text_add(out, "Undef\n");
  else
    text_printf(out, "%s%s\n", p->result.bound_reached ? "Loop " : "",
                condition_validated(test, p->any_witness, p->all_witnesses) ? "Ok" : "No");
  text_printf(out, "Witnesses\nPositive: %ju Negative: %ju\n", (uintmax_t)positive, (uintmax_t)negative);
  const char *flag;
  for (unsigned at = 0; (flag = next_flag(p, &at));)
    text_printf(out, "Flag %s\n", flag);
  text_add(out, "Condition ");
  condition_print(test, out);
  text_printf(out, "\nObservation %s %s %ju %ju\nTime %s %.2f\n\n", test->name,
              !positive   ? "Never"
              : !negative ? "Always"
                          : "Sometimes",
              (uintmax_t)positive, (uintmax_t)negative, test->name, predicted->seconds);
}

// ---- JSON ----

// The lines of the accesses that race.
static Cell race_cell(const Prediction *p, Arena *arena) {
  Sheet *list = sheet_list(arena);
  for (unsigned i = 0; p->result.racy && i < 2; i++) {
    Text line = {0};
    event_print_line(p->result.racy, p->result.race[i], &line);
    sheet_add(list, cell_text(kept(&line, arena)));
  }
  return p->result.racy ? cell_sheet(list) : (Cell){0};
}

// Who waits for ever in some execution, and where.
static Cell hang_cell(const Prediction *p, Arena *arena) {
  if (!p->result.hang)
    return cell_text(NULL);
  Text text = {0};
  hang_print(p->result.hang, &text);
  Cell cell = cell_text(arena_string(arena, text_string(&text)));
  text_free(&text);
  return cell;
}

static Cell flags_cell(const Prediction *p, Arena *arena) {
  Sheet *list = sheet_list(arena);
  const char *flag;
  for (unsigned at = 0; (flag = next_flag(p, &at));)
    sheet_add(list, cell_text(flag));
  return p->result.flags ? cell_sheet(list) : (Cell){0};
}

static Cell model_cell(const Prediction *p, Arena *arena) {
  Sheet *object = sheet_object(arena), *allowed = sheet_list(arena);
  Sheet *forbidden = sheet_list(arena), *thin_air = sheet_list(arena);
  for (unsigned i = 0; i < p->result.candidate_count; i++) {
    const EventValue *state = p->result.candidates[i];
    if (model_verdict(&p->result, state, p->test->observable_count) == VERDICT_FORBIDDEN)
      sheet_add(p->result.thin_air[i] ? thin_air : forbidden, cell_text(state_string(p, state, arena)));
  }
  for (unsigned i = 0; i < p->result.state_count; i++)
    sheet_add(allowed, cell_text(state_string(p, p->result.states[i], arena)));
  sheet_set(object, "model", cell_text(p->judge->name));
  sheet_set(object, "condition", cell_text(condition_word(p)));
  sheet_set(object, "allowed", cell_sheet(allowed));
  sheet_set(object, "forbidden", cell_sheet(forbidden));
  sheet_set(object, "no_thin_air", cell_sheet(thin_air));
  sheet_set(object, "undefined", cell_flag(p->result.undefined));
  sheet_set(object, "executions", cell_count(p->result.executions));
  sheet_set(object, "bound_reached", cell_flag(p->result.bound_reached));
  sheet_set(object, "complete",
            cell_flag(p->program && !p->result.gave_up && !p->result.unmodelled && !p->result.bound_reached &&
                      !p->result.hang_open));
  sheet_set(object, "flag", cell_text(p->result.flag));
  sheet_set(object, "flags", flags_cell(p, arena));
  sheet_set(object, "race", race_cell(p, arena));
  sheet_set(object, "hang", hang_cell(p, arena));
  sheet_set(object, "reason", cell_text(p->why));
  return cell_sheet(object);
}

Sheet *predict_object(const PredictedTest *predicted, Arena *arena) {
  Sheet *object = sheet_object(arena), *models = sheet_list(arena);
  Text condition = {0};
  condition_print(predicted->test, &condition);
  for (unsigned m = 0; m < predicted->count; m++)
    sheet_add(models, model_cell(&predicted->predictions[m], arena));
  sheet_set(object, "schema", cell_text("weakmem.predict/1"));
  sheet_set(object, "test", cell_text(predicted->test->name));
  sheet_set(object, "file", cell_text(predicted->test->source->name));
  sheet_set(object, "condition", cell_text(kept(&condition, arena)));
  sheet_set(object, "seconds", cell_number(predicted->seconds));
  sheet_set(object, "models", cell_sheet(models));
  return object;
}

// ---- JUnit ----

// What a model says of a test, and of what it says of itself.
static void set_outcome(const Prediction *p, const ResultCheck *check, Arena *arena, JunitCase *one) {
  if (check && check->verdict == RESULT_DIFFERS) {
    one->outcome = JUNIT_FAILED;
    one->message = arena_printf(arena, "the test says %s, %s says %s", check->said, p->judge->name, check->found);
  } else if (p->result.hang) {
    one->outcome = JUNIT_FAILED;
    one->message = p->why ? p->why : "there is an execution in which a wait never ends";
  } else if (!predict_is_whole(p)) {
    one->outcome = JUNIT_ERROR;
    one->message = arena_printf(arena, "unknown: %s", p->why ? p->why : "not everything was looked at");
  } else if (!p->program || p->result.unmodelled) {
    one->outcome = JUNIT_SKIPPED;
    one->message = arena_printf(arena, "unmodelled: %s", p->why ? p->why : "the model does not speak of it");
  } else if (check && check->verdict == RESULT_SILENT) {
    one->outcome = JUNIT_SKIPPED;
    one->message = "the test has no line Result:";
  }
}

void predict_junit(const PredictedTest *predicted, bool results, ResultTally *tally, Arena *arena, Junit *out) {
  Sheet *rows = predict_rows(predicted, arena);
  for (unsigned m = 0; m < predicted->count; m++) {
    const Prediction *p = &predicted->predictions[m];
    const Cell *cells = rows->rows[m].cells;
    JunitCase one = {.group = p->judge->name,
                     .name = p->test->name,
                     .seconds = m ? 0 : predicted->seconds,
                     .details = arena_printf(arena, "%s: %s", cells[CONDITION].text, cells[STATES].text)};
    ResultCheck check = {0};
    if (results) {
      check = result_check(p, arena);
      tally->counts[check.verdict]++;
    }
    set_outcome(p, results ? &check : NULL, arena, &one);
    junit_add(out, &one);
  }
}
