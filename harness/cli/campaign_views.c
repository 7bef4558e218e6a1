#include "harness/cli/campaign_views.h"

enum { LISTED = 40 }; // tasks, as text

Sheet *campaign_estimate(const Plan *plan, Arena *arena) {
  enum { KIND, NODES, TASKS, RUNS, MINUTES, NODE_HOURS, HOURS };
  static const SheetColumn columns[] = {
      [KIND] = {.name = "kind", .fit = FIT_KEY},
      [NODES] = {.name = "nodes", .kind = KIND_INTEGER},
      [TASKS] = {.name = "tasks", .kind = KIND_INTEGER},
      [RUNS] = {.name = "runs", .kind = KIND_INTEGER},
      [MINUTES] = {.name = "minutes", .title = "minutes a task", .kind = KIND_NUMBER, .places = 1},
      [NODE_HOURS] = {.name = "node_hours", .title = "node hours", .kind = KIND_NUMBER, .places = 2},
      [HOURS] = {.name = "hours", .title = "hours in all", .kind = KIND_NUMBER, .places = 2},
  };
  Sheet *sheet = SHEET_NEW(arena, columns);
  double hours = 0;
  for (unsigned i = 0; i < plan->kind_count; i++) {
    unsigned tasks;
    plan_kind_tasks(plan, i, &tasks);
    double seconds = plan_kind_seconds(plan, i);
    Cell *cells = sheet_row(sheet);
    cells[KIND] = cell_text(plan->kinds[i].name);
    cells[NODES] = cell_integer(plan->kinds[i].nodes);
    cells[TASKS] = cell_integer(tasks);
    cells[RUNS] = cell_integer((int64_t)plan->item_count * plan->repetitions);
    cells[MINUTES] = cell_number(seconds / tasks / 60);
    cells[NODE_HOURS] = cell_number(seconds / 3600);
    cells[HOURS] = cell_number(plan_kind_wall(plan, i) / 3600);
    hours += seconds / 3600;
  }
  sheet->notes = arena_printf(arena, "%u items of %u test%s; %.2f node hours in all\n", plan->item_count,
                              plan->test_count, plan->test_count == 1 ? "" : "s", hours);
  return sheet;
}

Sheet *campaign_kinds(const Plan *plan, const FleetTask *tasks, Arena *arena) {
  enum { KIND, TASKS, STATES, RUNS = STATES + FLEET_STATES, PLANNED, FAILED, BAR, COLUMNS };
  SheetColumn columns[COLUMNS] = {[KIND] = {.name = "kind", .fit = FIT_KEY},
                                  [TASKS] = {.name = "tasks", .kind = KIND_INTEGER},
                                  [RUNS] = {.name = "runs", .kind = KIND_INTEGER},
                                  [PLANNED] = {.name = "planned", .title = "of", .kind = KIND_INTEGER},
                                  [FAILED] = {.name = "runs_failed", .title = "without result", .kind = KIND_INTEGER},
                                  [BAR] = {.name = "bar", .title = "", .kind = KIND_BAR, .width = 20}};
  for (unsigned i = 0; i < FLEET_STATES; i++)
    columns[STATES + i] = (SheetColumn){.name = fleet_state_names[i], .kind = KIND_INTEGER};
  Sheet *sheet = sheet_new(arena, columns, COLUMNS);
  for (unsigned kind = 0; kind < plan->kind_count; kind++) {
    unsigned count, first = plan_kind_tasks(plan, kind, &count), states[FLEET_STATES] = {0}, runs = 0, planned = 0,
                    failed = 0;
    for (unsigned i = first; i < first + count; i++) {
      states[tasks[i].state]++;
      runs += tasks[i].runs;
      failed += tasks[i].failed;
      planned += plan->tasks[i].count;
    }
    Cell *cells = sheet_row(sheet);
    cells[KIND] = cell_text(plan->kinds[kind].name);
    cells[TASKS] = cell_integer(count);
    for (unsigned i = 0; i < FLEET_STATES; i++)
      if (states[i])
        cells[STATES + i] = cell_toned(cell_integer(states[i]), i == FLEET_DONE      ? TONE_GOOD
                                                                : i >= FLEET_STOPPED ? TONE_ALARM
                                                                                     : TONE_PLAIN);
    cells[RUNS] = cell_integer(runs);
    cells[PLANNED] = cell_integer(planned);
    if (failed)
      cells[FAILED] = cell_toned(cell_integer(failed), TONE_ALARM);
    cells[BAR] = cell_number((double)runs / planned);
  }
  return sheet;
}

enum { TASK, STATE, KIND, NODE, JOB, SINCE, DONE, RUNS, FAILED, ATTEMPTS, WHY };
static const SheetColumn task_columns[] = {
    [TASK] = {.name = "task", .kind = KIND_INTEGER, .fit = FIT_KEY},
    [STATE] = {.name = "state"},
    [KIND] = {.name = "kind"},
    [NODE] = {.name = "node"},
    [JOB] = {.name = "job", .fit = FIT_OPTIONAL},
    [SINCE] = {.name = "since", .fit = FIT_OPTIONAL},
    [DONE] = {.name = "done", .kind = KIND_INTEGER},
    [RUNS] = {.name = "runs", .kind = KIND_INTEGER},
    [FAILED] = {.name = "failed", .kind = KIND_INTEGER, .in = IN_DATA},
    [ATTEMPTS] = {.name = "attempts", .kind = KIND_INTEGER},
    [WHY] = {.name = "why", .fit = FIT_RUNS_ON},
};

static void add_task(const Plan *plan, unsigned number, const FleetTask *task, Sheet *sheet) {
  Cell *cells = sheet_row(sheet);
  cells[TASK] = cell_integer(number);
  cells[STATE] = cell_text(fleet_state_names[task->state]);
  cells[KIND] = cell_text(plan->kinds[plan->tasks[number].kind].name);
  cells[NODE] = cell_text(task->node);
  cells[JOB] = cell_text(task->job);
  cells[SINCE] = cell_text(task->at);
  cells[DONE] = cell_integer(task->runs);
  cells[RUNS] = cell_integer(plan->tasks[number].count);
  cells[FAILED] = cell_integer(task->failed);
  cells[ATTEMPTS] = cell_integer(task->attempts);
  cells[WHY] = cell_text(task->why);
}

Sheet *campaign_tasks(const Plan *plan, const FleetTask *tasks, bool all, Arena *arena) {
  Sheet *sheet = SHEET_NEW(arena, task_columns);
  unsigned left_out = 0;
  sheet->title = all ? NULL : "";
  for (unsigned i = 0; i < plan->task_count; i++) {
    if (!all && tasks[i].state != FLEET_RUNNING && tasks[i].state < FLEET_STOPPED)
      continue;
    if (all || sheet->row_count < LISTED)
      add_task(plan, i, &tasks[i], sheet);
    else
      left_out++;
  }
  if (left_out)
    sheet->notes = arena_printf(arena, "and %u more: --format tsv\n", left_out);
  return sheet;
}

void campaign_print(const Common *common, const Sheet *sheet, const Console *console) {
  Text text = {0};
  const SheetJson lines = {.lines = true};
  const SheetStyle style = console_style(console->out, common->markdown);
  if (common->format == FORMAT_JSON)
    sheet_json(sheet, &lines, &text);
  else if (common->format == FORMAT_TSV)
    sheet_tsv_all(sheet, &text);
  else
    sheet_text(sheet, &style, &text);
  console_print(console, &text);
}
