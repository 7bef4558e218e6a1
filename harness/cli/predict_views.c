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
  return prediction_is_partial(p) ? "Unknown" : "Forbidden";
}

static void add_state(const Prediction *p, const EventValue *state, Text *out) {
  Arena *arena = arena_new();
  state_print(p->test, prediction_state(p->test, state, arena), out);
  arena_free(arena);
}

// ---- For people ----

// Rows of the table: every state that some model allows or could.
typedef struct {
  Arena *arena;
  const Test *test;
  State *states;
  unsigned count;
} Rows;

static Rows rows_of(const PredictedTest *predicted, Arena *arena) {
  Rows rows = {.arena = arena, .test = predicted->test};
  rows.states = predictions_states(predicted->predictions, predicted->count, &rows.count, arena);
  return rows;
}

static const char *cell(const Prediction *p, State state) {
  if (!p->program)
    return "-";
  Verdict verdict = prediction_verdict(p, state);
  if (verdict == VERDICT_FORBIDDEN && prediction_excused(p, state))
    return "thin-air";
  return verdict_name(verdict);
}

static const char *condition_cell(const Prediction *p) {
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

enum { CELL_WIDTH = 12, ROW_LIMIT = 64, STATE_LIMIT = 60 };

static void add_line(Text *out, const char *mark, const char *label, unsigned width, const char *const *cells,
                     unsigned count) {
  text_printf(out, "%s %-*s", mark, (int)width, label);
  for (unsigned i = 0; i < count; i++)
    text_printf(out, i + 1 < count ? "  %-*s" : "  %.*s", CELL_WIDTH - 2, cells[i]);
  text_add_char(out, '\n');
}

static void add_table(const PredictedTest *predicted, const Rows *rows, Text *out) {
  unsigned shown = rows->count < ROW_LIMIT ? rows->count : ROW_LIMIT, width = 9;
  const char **cells = ARENA_ARRAY(rows->arena, const char *, predicted->count);
  const char **labels = ARENA_ARRAY(rows->arena, const char *, shown);
  for (unsigned i = 0; i < shown; i++) {
    Text label = {0};
    state_print(rows->test, rows->states[i], &label);
    labels[i] = arena_string(rows->arena, text_string(&label));
    if (label.length > width)
      width = (unsigned)(label.length < STATE_LIMIT ? label.length : STATE_LIMIT);
    text_free(&label);
  }
  for (unsigned m = 0; m < predicted->count; m++)
    cells[m] = predicted->predictions[m].judge->name;
  add_line(out, "  ", "state", width, cells, predicted->count);
  for (unsigned i = 0; i < shown; i++) {
    for (unsigned m = 0; m < predicted->count; m++)
      cells[m] = cell(&predicted->predictions[m], rows->states[i]);
    bool witness = test_has_condition(predicted->test) && state_is_witness(rows->test, rows->states[i]);
    add_line(out, witness ? " *" : "  ", labels[i], width, cells, predicted->count);
  }
  if (shown < rows->count)
    text_printf(out, "   ... and %u more states; --format tsv lists those that are allowed\n", rows->count - shown);
  if (predicted->test->condition.quantifier == QUANTIFIER_NONE)
    return;
  for (unsigned m = 0; m < predicted->count; m++)
    cells[m] = condition_cell(&predicted->predictions[m]);
  add_line(out, "  ", "condition", width, cells, predicted->count);
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

static void add_notes(const PredictedTest *predicted, Text *out) {
  if (test_each(predicted->test, is_consume, NULL))
    text_add(out, "   memory_order_consume is judged as acquire, which is what compilers make of it\n");
  for (unsigned m = 0; m < predicted->count; m++) {
    const Prediction *p = &predicted->predictions[m];
    if (p->why && !told_before(predicted, m)) {
      text_printf(out, "   %s", p->judge->name);
      for (unsigned n = m + 1; n < predicted->count && same_reason(p, &predicted->predictions[n]); n++)
        text_printf(out, ", %s", predicted->predictions[n].judge->name);
      text_printf(out, ": %s\n", p->why);
    }
    if (p->result.undefined)
      text_printf(out,
                  "   %s: the program has a data race (%s), so C11 leaves it undefined; of its executions %u state%s "
                  "would be allowed\n",
                  p->judge->name, p->result.flag, p->result.state_count, p->result.state_count == 1 ? "" : "s");
    if (p->result.racy)
      race_print(p->result.racy, p->result.race, out);
    bool excused = false;
    for (unsigned i = 0; i < p->result.candidate_count && !p->result.undefined; i++)
      excused |= p->result.excused[i];
    if (excused)
      text_printf(out,
                  "   %s: thin-air is forbidden only by the no-thin-air axiom of RC11, against load buffering; ISO C11 "
                  "does not forbid it\n",
                  p->judge->name);
  }
}

void predict_text(const PredictedTest *predicted, Text *out) {
  Arena *arena = arena_new();
  Rows rows = rows_of(predicted, arena);
  text_printf(out, "%s: ", predicted->test->name);
  condition_print(predicted->test, out);
  text_add_char(out, '\n');
  add_table(predicted, &rows, out);
  add_notes(predicted, out);
  arena_free(arena);
}

// ---- tsv ----

void predict_tsv_header(Text *out) { text_add(out, "test\tmodel\tcondition\tstates\tfile\n"); }

// A field: what would end it is shown as '?'.
static void add_field(Text *out, const char *text) {
  for (; *text; text++)
    text_add_bytes(out, *text == '\t' || *text == '\n' || *text == '\r' ? "?" : text, 1);
}

void predict_tsv(const PredictedTest *predicted, Text *out) {
  for (unsigned m = 0; m < predicted->count; m++) {
    const Prediction *p = &predicted->predictions[m];
    add_field(out, p->test->name);
    text_printf(out, "\t%s\t%s\t", p->judge->name, condition_word(p));
    for (unsigned i = 0; i < p->result.state_count; i++) {
      if (i)
        text_add(out, " | ");
      add_state(p, p->result.states[i], out);
    }
    text_add_char(out, '\t');
    add_field(out, p->test->source->name);
    text_add_char(out, '\n');
  }
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
  if (p->result.undefined)
    text_printf(out, "Flag %s\n", p->result.flag);
  text_add(out, "Condition ");
  condition_print(test, out);
  text_printf(out, "\nObservation %s %s %ju %ju\nTime %s %.2f\n\n", test->name,
              !positive   ? "Never"
              : !negative ? "Always"
                          : "Sometimes",
              (uintmax_t)positive, (uintmax_t)negative, test->name, predicted->seconds);
}

// ---- JSON ----

// A string; bytes that are no UTF-8 (paths may hold any) become '?'.
static json_t *text_json(const char *text) {
  json_t *string = json_string(text);
  if (string)
    return string;
  Text plain = {0};
  for (; *text; text++)
    text_add_bytes(&plain, (unsigned char)*text < 128 ? text : "?", 1);
  string = json_string(text_string(&plain));
  text_free(&plain);
  return string;
}

static json_t *state_json(const Prediction *p, const EventValue *state) {
  Text text = {0};
  add_state(p, state, &text);
  json_t *string = text_json(text_string(&text));
  text_free(&text);
  return string;
}

// The line of one of the accesses that race.
static json_t *line_json(const Prediction *p, unsigned which) {
  Text text = {0};
  event_print_line(p->result.racy, p->result.race[which], &text);
  json_t *string = text_json(text_string(&text));
  text_free(&text);
  return string;
}

static json_t *prediction_json(const Prediction *p) {
  json_t *allowed = json_array(), *forbidden = json_array(), *excused = json_array();
  for (unsigned i = 0; i < p->result.candidate_count; i++) {
    const EventValue *state = p->result.candidates[i];
    Verdict verdict = model_verdict(&p->result, state, p->test->observable_count);
    if (verdict == VERDICT_FORBIDDEN)
      json_array_append_new(p->result.excused[i] ? excused : forbidden, state_json(p, state));
  }
  for (unsigned i = 0; i < p->result.state_count; i++)
    json_array_append_new(allowed, state_json(p, p->result.states[i]));
  json_t *object = json_pack("{s:o, s:s, s:o, s:o, s:o, s:b, s:I, s:b, s:b}", "model", text_json(p->judge->name),
                             "condition", condition_word(p), "allowed", allowed, "forbidden", forbidden, "no_thin_air",
                             excused, "undefined", p->result.undefined, "executions", (json_int_t)p->result.executions,
                             "bound_reached", p->result.bound_reached, "complete",
                             p->program && !p->result.gave_up && !p->result.unmodelled && !p->result.bound_reached);
  if (p->result.flag)
    json_object_set_new(object, "flag", text_json(p->result.flag));
  if (p->result.racy)
    json_object_set_new(object, "race", json_pack("[o, o]", line_json(p, 0), line_json(p, 1)));
  if (p->why)
    json_object_set_new(object, "reason", text_json(p->why));
  return object;
}

json_t *predict_json(const PredictedTest *predicted) {
  json_t *models = json_array();
  for (unsigned m = 0; m < predicted->count; m++)
    json_array_append_new(models, prediction_json(&predicted->predictions[m]));
  Text condition = {0};
  condition_print(predicted->test, &condition);
  json_t *object =
      json_pack("{s:s, s:o, s:o, s:o, s:f, s:o}", "schema", "weakmem.predict/1", "test",
                text_json(predicted->test->name), "file", text_json(predicted->test->source->name), "condition",
                text_json(text_string(&condition)), "seconds", predicted->seconds, "models", models);
  text_free(&condition);
  return object;
}
