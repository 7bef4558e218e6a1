#include "results/view.h"

#include <stdlib.h>
#include <string.h>

static bool starts_with(const char *text, const char *prefix) { return text && !strncmp(text, prefix, strlen(prefix)); }

ViewCondition view_condition(const Record *record) {
  if (!record->condition || !strcmp(record->condition, "forall (true)"))
    return CONDITION_NONE;
  if (starts_with(record->condition, "exists"))
    return CONDITION_EXISTS;
  if (starts_with(record->condition, "~exists") || starts_with(record->condition, "~ exists"))
    return CONDITION_NOT_EXISTS;
  return starts_with(record->condition, "forall") ? CONDITION_FORALL : CONDITION_NONE;
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
  case CONDITION_EXISTS:
    return record->witnesses > 0;
  case CONDITION_NOT_EXISTS:
    return record->witnesses == 0;
  case CONDITION_FORALL:
    return record->witnesses == record->iterations;
  case CONDITION_NONE:
    break;
  }
  return true;
}

Cell view_machine(const Identity *machine, Arena *arena) {
  json_t *json = record_machine_to_json(machine);
  char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
  Cell cell = text ? cell_json(arena_string(arena, text)) : (Cell){0};
  free(text);
  json_decref(json);
  return cell;
}

// ---- litmus7's log

static const char *litmus7_kind(ViewCondition condition) {
  return condition == CONDITION_EXISTS ? "Allowed" : condition == CONDITION_NOT_EXISTS ? "Forbidden" : "Required";
}

// litmus7 stars what one looks for: the witnesses, and for `forall` what contradicts it.
static bool is_starred(const Record *record, const RecordState *state) {
  ViewCondition condition = view_condition(record);
  return condition == CONDITION_FORALL || condition == CONDITION_NONE ? !state->witness : state->witness;
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
  ViewCondition condition = view_condition(record);
  const char *text = condition == CONDITION_NONE ? "forall (true)" : record->condition;
  uint64_t others = record->iterations - record->witnesses;
  bool negated = condition == CONDITION_NOT_EXISTS;
  text_add(out, "Test ");
  add_litmus7_name(record, out);
  text_printf(out, " %s\nHistogram (%u states)\n", litmus7_kind(condition), record->state_count);
  for (unsigned i = 0; i < record->state_count; i++)
    text_printf(out, "%-8llu%c>%s\n", (unsigned long long)record->states[i].count,
                is_starred(record, &record->states[i]) ? '*' : ':', record->states[i].state);
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

void view_tsv_header(Text *out) {
  text_add(out, "test\tfamily\tengine\tactors\tplacement\tfence\tstatus\titerations\tseconds\twitnesses\tstate\tcount\t"
                "witness\n");
}

// A field must hold neither tabs nor newlines.
static void add_field(const char *text, Text *out) {
  for (; text && *text; text++)
    if ((unsigned char)*text < ' ')
      text_add_char(out, ' ');
    else
      text_add_char(out, *text);
  text_add_char(out, '\t');
}

static void add_run_fields(const Record *record, Text *out) {
  add_field(record->test, out);
  add_field(record->family, out);
  add_field(record->engine, out);
  add_field(record->actors, out);
  add_field(record->placement, out);
  add_field(record->fence, out);
  add_field(record->status, out);
  text_printf(out, "%llu\t%.6f\t%llu\t", (unsigned long long)record->iterations, record->seconds,
              (unsigned long long)record->witnesses);
}

void view_tsv(const Record *record, Text *out) {
  for (unsigned i = 0; i < record->state_count; i++) {
    add_run_fields(record, out);
    add_field(record->states[i].state, out);
    text_printf(out, "%llu\t%d\n", (unsigned long long)record->states[i].count, record->states[i].witness);
  }
  if (!record->state_count) {
    add_run_fields(record, out);
    text_add(out, "\t\t\n");
  }
}
