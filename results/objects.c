#include "results/objects.h"

enum { REQUIRED = FIELD_REQUIRED };

static const Field cost_rows[] = {
    FIELD_ROW(RecordCost, "group", FIELD_TEXT, group, 0),
    FIELD_ROW(RecordCost, "operation", FIELD_TEXT, operation, 0),
    FIELD_ROW(RecordCost, "context", FIELD_TEXT, context, 0),
    FIELD_ROW(RecordCost, "ns", FIELD_MEASURE, ns, 0),
    FIELD_ROW(RecordCost, "cycles", FIELD_MEASURE, cycles, 0),
    FIELD_ROW(RecordCost, "spread", FIELD_MEASURE, spread, 0),
    FIELD_ROW(RecordCost, "stable", FIELD_MAYBE, stable, 0),
};
static const Fields cost_fields = {NULL, sizeof(RecordCost), FIELD_TABLE(cost_rows)};

static const Field costs_rows[] = {
    FIELD_PART("machine", offsetof(RecordCosts, machine), REQUIRED, &machine_fields),
    FIELD_ROW(RecordCosts, "ghz", FIELD_REAL, ghz, 0),
    FIELD_ROWS(RecordCosts, "rows", FIELD_LIST, rows, row_count, REQUIRED, &cost_fields),
};
const Fields costs_fields = {"weakmem.cost/1", sizeof(RecordCosts), FIELD_TABLE(costs_rows)};

static const Field row_rows[] = {
    FIELD_ROW(RecordLadderRow, "fence", FIELD_TEXT, fence, 0),
    FIELD_ROW(RecordLadderRow, "orders", FIELD_TEXT, orders, 0),
    FIELD_ROW(RecordLadderRow, "threads", FIELD_TEXT, threads, 0),
    FIELD_ROW(RecordLadderRow, "emitted", FIELD_TEXT, emitted, 0),
    FIELD_ROW(RecordLadderRow, "ns", FIELD_MEASURE, ns, 0),
    FIELD_ROW(RecordLadderRow, "spread", FIELD_MEASURE, spread, 0),
    FIELD_ROW(RecordLadderRow, "stable", FIELD_MAYBE, stable, 0),
    FIELD_ROW(RecordLadderRow, "contended_ns", FIELD_MEASURE, contended_ns, 0),
    FIELD_ROW(RecordLadderRow, "contended_spread", FIELD_MEASURE, contended_spread, 0),
    FIELD_ROW(RecordLadderRow, "contended_stable", FIELD_MAYBE, contended_stable, 0),
    FIELD_ROW(RecordLadderRow, "contended_reason", FIELD_TEXT, no_contended, 0),
    FIELD_ROW(RecordLadderRow, "same_code_as", FIELD_TEXT, same, 0),
    FIELD_ROW(RecordLadderRow, "status", FIELD_TEXT, status, 0),
    FIELD_ROW(RecordLadderRow, "witnesses", FIELD_COUNT, witnesses, REQUIRED),
    FIELD_ROW(RecordLadderRow, "iterations", FIELD_COUNT, iterations, REQUIRED),
    FIELD_ROWS(RecordLadderRow, "verdict", FIELD_NAMES, verdicts, verdict_count, 0, NULL),
    FIELD_ROW(RecordLadderRow, "bounded", FIELD_FLAG, bounded, 0),
    FIELD_ROW(RecordLadderRow, "thin_air", FIELD_FLAG, thin_air, 0),
    FIELD_ROW(RecordLadderRow, "note", FIELD_TEXT, note, 0),
};
static const Fields row_fields = {NULL, sizeof(RecordLadderRow), FIELD_TABLE(row_rows)};

static const Field compiler_rows[] = {
    FIELD_ROW(RecordLadder, "version", FIELD_TEXT, compiler_version, 0),
    FIELD_ROW(RecordLadder, "flags", FIELD_TEXT, compiler_flags, 0),
};
static const Fields compiler_fields = {NULL, 0, FIELD_TABLE(compiler_rows)};

static const Field placement_rows[] = {
    FIELD_ROW(RecordLadder, "name", FIELD_TEXT, placement, 0),
    FIELD_ROWS(RecordLadder, "pus", FIELD_NUMBERS, pus, pu_count, 0, NULL),
};
static const Fields placement_fields = {NULL, 0, FIELD_TABLE(placement_rows)};

static const Field ladder_rows[] = {
    FIELD_ROW(RecordLadder, "weakmem", FIELD_TEXT, weakmem, 0),
    FIELD_PART("machine", offsetof(RecordLadder, machine), REQUIRED, &machine_fields),
    FIELD_PART("compiler", 0, 0, &compiler_fields),
    FIELD_ROW(RecordLadder, "test", FIELD_TEXT, test, REQUIRED),
    FIELD_ROW(RecordLadder, "condition", FIELD_TEXT, condition, 0),
    FIELD_PART("placement", 0, 0, &placement_fields),
    FIELD_ROW(RecordLadder, "target", FIELD_TEXT, target, 0),
    FIELD_ROWS(RecordLadder, "states", FIELD_TEXTS, states, state_count, 0, NULL),
    FIELD_ROW(RecordLadder, "cheapest", FIELD_TEXT, cheapest, 0),
    FIELD_ROW(RecordLadder, "cheapest_threads", FIELD_TEXT, cheapest_threads, 0),
    FIELD_ROW(RecordLadder, "cheapest_c11", FIELD_TEXT, cheapest_c11, 0),
    FIELD_ROW(RecordLadder, "answer", FIELD_TEXT, answer, 0),
    FIELD_ROW(RecordLadder, "interrupted", FIELD_FLAG, interrupted, 0),
    FIELD_ROWS(RecordLadder, "rows", FIELD_LIST, rows, row_count, REQUIRED, &row_fields),
};
const Fields ladder_fields = {"weakmem.fences/1", sizeof(RecordLadder), FIELD_TABLE(ladder_rows)};

static const Field attempt_rows[] = {
    FIELD_ROW(RecordAttempt, "task", FIELD_UNSIGNED, task, REQUIRED),
    FIELD_ROW(RecordAttempt, "plan", FIELD_TEXT, plan, REQUIRED),
    FIELD_ROW(RecordAttempt, "node", FIELD_TEXT, node, 0),
    FIELD_ROW(RecordAttempt, "job", FIELD_TEXT, job, FIELD_OPTIONAL),
    FIELD_ROW(RecordAttempt, "weakmem", FIELD_TEXT, weakmem, 0),
    FIELD_ROW(RecordAttempt, "at", FIELD_TEXT, at, 0),
    FIELD_ROW(RecordAttempt, "status", FIELD_TEXT, status, REQUIRED),
    FIELD_ROW(RecordAttempt, "message", FIELD_TEXT, message, FIELD_OPTIONAL),
};
const Fields attempt_fields = {"weakmem.attempt/1", sizeof(RecordAttempt), FIELD_TABLE(attempt_rows)};

void attempt_write(const RecordAttempt *attempt, Text *out) {
  JsonText json = {.out = out};
  fields_write(&attempt_fields, attempt, &json);
  text_add_char(out, '\n');
}

// ---- What must hold of them

static bool fail(FieldsFault *fault, Arena *arena, unsigned row, const char *what) {
  fault->why = arena_printf(arena, "row %u%s", row + 1, what);
  return false;
}

bool costs_read(const char *line, size_t length, Arena *arena, RecordCosts *out, FieldsFault *fault) {
  if (!fields_read(&costs_fields, line, length, arena, out, fault))
    return false;
  for (unsigned i = 0; i < out->row_count; i++) {
    const RecordCost *row = &out->rows[i];
    if (!*row->operation)
      return fail(fault, arena, i, " names no \"operation\"");
    if (row->ns < 0 || row->cycles < 0 || row->spread < 0)
      return fail(fault, arena, i, row->ns < 0 ? ": \"ns\" is less than 0" : ": a figure is less than 0");
  }
  return true;
}

bool ladder_read(const char *line, size_t length, Arena *arena, RecordLadder *out, FieldsFault *fault) {
  if (!fields_read(&ladder_fields, line, length, arena, out, fault))
    return false;
  for (unsigned i = 0; i < out->row_count; i++) {
    const RecordLadderRow *row = &out->rows[i];
    if (!*row->fence && !*row->orders)
      return fail(fault, arena, i, " names no \"fence\"");
    if (row->ns < 0 || row->contended_ns < 0 || row->spread < 0 || row->contended_spread < 0)
      return fail(fault, arena, i, ": a cost is less than 0");
    if (row->witnesses > row->iterations)
      return fail(fault, arena, i, ": its witnesses are no part of its iterations");
  }
  return true;
}
