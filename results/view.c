#include "results/view.h"

#include <string.h>

static bool starts_with(const char *text, const char *prefix) { return text && !strncmp(text, prefix, strlen(prefix)); }

Quantifier view_condition(const Record *record) {
  if (!record->condition || !strcmp(record->condition, "forall (true)"))
    return QUANTIFIER_NONE;
  if (starts_with(record->condition, "exists"))
    return QUANTIFIER_EXISTS;
  if (starts_with(record->condition, "~exists") || starts_with(record->condition, "~ exists"))
    return QUANTIFIER_NOT_EXISTS;
  return starts_with(record->condition, "forall") ? QUANTIFIER_FORALL : QUANTIFIER_NONE;
}

const char *view_observation(const Record *record) {
  if (!record->iterations)
    return "";
  if (!record->witnesses)
    return "Never";
  return record->witnesses == record->iterations ? "Always" : "Sometimes";
}

bool view_validated(const Record *record) {
  switch (view_condition(record)) {
  case QUANTIFIER_EXISTS:
    return record->witnesses > 0;
  case QUANTIFIER_NOT_EXISTS:
    return record->witnesses == 0;
  case QUANTIFIER_FORALL:
    return record->witnesses == record->iterations;
  case QUANTIFIER_NONE:
    break;
  }
  return true;
}

Cell view_machine(const Identity *machine, Arena *arena) {
  Text text = {0};
  fields_write(&machine_fields, machine, &(JsonText){.out = &text});
  return cell_json(text_finish(&text, arena));
}

// ---- litmus7's log

static const char *litmus7_kind(Quantifier condition) {
  return condition == QUANTIFIER_EXISTS ? "Allowed" : condition == QUANTIFIER_NOT_EXISTS ? "Forbidden" : "Required";
}

// A name that mcompare takes for one test: a test with a fence put into it is another test.
static void add_litmus7_name(const Record *record, Text *out) {
  text_add(out, record->test);
  if (record->fence && *record->fence && strcmp(record->fence, "none") != 0)
    text_printf(out, "+%s", record->fence);
}

void view_litmus7(const Record *record, Text *out) {
  if (!record->iterations) // litmus7 logs nothing of a test that did not run
    return;
  Quantifier condition = view_condition(record);
  const char *text = condition == QUANTIFIER_NONE ? "forall (true)" : record->condition;
  uint64_t others = record->iterations - record->witnesses;
  bool negated = condition == QUANTIFIER_NOT_EXISTS;
  text_add(out, "Test ");
  add_litmus7_name(record, out);
  text_printf(out, " %s\nHistogram (%u states)\n", litmus7_kind(condition), record->state_count);
  for (unsigned i = 0; i < record->state_count; i++)
    text_printf(out, "%-8llu%c>%s\n", (unsigned long long)record->states[i].count,
                quantifier_asks(condition, record->states[i].witness, false) ? '*' : ':', record->states[i].state);
  text_printf(out, "%s\n\nWitnesses\nPositive: %llu, Negative: %llu\n", view_validated(record) ? "Ok" : "No",
              (unsigned long long)(negated ? others : record->witnesses),
              (unsigned long long)(negated ? record->witnesses : others));
  text_printf(out, "Condition %s is %svalidated\nObservation ", text, view_validated(record) ? "" : "NOT ");
  add_litmus7_name(record, out);
  text_printf(out, " %s %llu %llu\nTime ", view_observation(record), (unsigned long long)record->witnesses,
              (unsigned long long)others);
  add_litmus7_name(record, out);
  text_printf(out, " %.2f\n\n", record->seconds);
}

// ---- Columns

enum { TEST, FAMILY, ENGINE, ACTORS, PLACEMENT, FENCE, STATUS, ITERATIONS, SECONDS, WITNESSES, STATE, COUNT, WITNESS };
static const SheetColumn columns[] = {
    [TEST] = {.name = "test"},
    [FAMILY] = {.name = "family"},
    [ENGINE] = {.name = "engine"},
    [ACTORS] = {.name = "actors"},
    [PLACEMENT] = {.name = "placement"},
    [FENCE] = {.name = "fence"},
    [STATUS] = {.name = "status"},
    [ITERATIONS] = {.name = "iterations"},
    [SECONDS] = {.name = "seconds", .kind = KIND_NUMBER, .places = 6},
    [WITNESSES] = {.name = "witnesses"},
    [STATE] = {.name = "state"},
    [COUNT] = {.name = "count"},
    [WITNESS] = {.name = "witness"},
};

Sheet *view_states(const Record *record, Arena *arena) {
  Sheet *sheet = SHEET_NEW(arena, columns);
  for (unsigned i = 0; record && (i < record->state_count || !i); i++) {
    const RecordState *state = record->state_count ? &record->states[i] : NULL;
    Cell *cells = sheet_row(sheet);
    cells[TEST] = cell_text(record->test);
    cells[FAMILY] = cell_text(record->family);
    cells[ENGINE] = cell_text(record->engine);
    cells[ACTORS] = cell_text(record->actors);
    cells[PLACEMENT] = cell_text(record->placement);
    cells[FENCE] = cell_text(record->fence);
    cells[STATUS] = cell_text(record->status);
    cells[ITERATIONS] = cell_count(record->iterations);
    cells[SECONDS] = cell_number(record->seconds);
    cells[WITNESSES] = cell_count(record->witnesses);
    if (!state)
      continue;
    cells[STATE] = cell_text(state->state);
    cells[COUNT] = cell_count(state->count);
    cells[WITNESS] = cell_count(state->witness);
  }
  return sheet;
}
