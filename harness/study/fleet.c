#include "harness/study/fleet.h"

#include "harness/base/file.h"
#include "results/records.h"
#include "results/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const fleet_state_names[FLEET_STATES] = {
    [FLEET_DONE] = "done",     [FLEET_RUNNING] = "running", [FLEET_WAITING] = "waiting", [FLEET_STOPPED] = "stopped",
    [FLEET_FAILED] = "failed", [FLEET_LOST] = "lost",       [FLEET_DAMAGED] = "damaged"};

typedef struct {
  const Plan *plan;
  const char *path;
  unsigned number;
  bool *has; // by item of the task
  void (*record)(const Record *record, void *context);
  void *context;
  Arena *arena;
  Diag *diag;
  StreamCount count;
  FleetTask out;
  const char *last; // status of the last attempt; NULL: there was none
  bool foreign;     // a line of another campaign or task
} Reading;

static bool is_of_task(Reading *r, const char *plan, unsigned task) {
  if (task == r->number && !strcmp(plan, r->plan->digest))
    return true;
  r->foreign = true;
  return diag_error(r->diag, "%s:%lu: the line is of another %s", r->path, r->count.line,
                    strcmp(plan, r->plan->digest) != 0 ? "campaign" : "task");
}

static void take_record(const Record *record, void *context) {
  Reading *r = context;
  const PlanTask *task = &r->plan->tasks[r->number];
  const RecordCampaign *campaign = &record->campaign;
  if (!is_of_task(r, campaign->plan, campaign->task))
    return;
  unsigned item = campaign->item - task->first;
  if (item >= task->count || strcmp(record->digest, r->plan->tests[r->plan->items[campaign->item].test].digest) != 0) {
    r->foreign = true;
    diag_error(r->diag, "%s:%lu: the record is of no run of this task", r->path, r->count.line);
    return;
  }
  if (r->has[item]) {
    r->out.again++;
    return;
  }
  r->has[item] = true;
  r->out.runs++;
  r->out.failed += strcmp(record->status, "done") != 0;
  if (r->record)
    r->record(record, r->context);
}

static void take_attempt(const RecordAttempt *attempt, void *context) {
  Reading *r = context;
  if (!is_of_task(r, attempt->plan, attempt->task))
    return;
  r->out.attempts += !strcmp(attempt->status, "began");
  r->out.node = arena_string(r->arena, attempt->node);
  r->out.job = arena_string(r->arena, attempt->job);
  r->out.at = arena_string(r->arena, attempt->at);
  r->out.why = arena_string(r->arena, attempt->message);
  r->last = arena_string(r->arena, attempt->status);
}

static FleetState state_of(Reading *r) {
  if (r->out.runs == r->plan->tasks[r->number].count)
    return FLEET_DONE;
  if (record_file_is_held(r->path))
    return FLEET_RUNNING;
  if (!r->last)
    return FLEET_WAITING;
  if (!strcmp(r->last, "stopped"))
    return FLEET_STOPPED;
  if (!strcmp(r->last, "failed"))
    return FLEET_FAILED;
  r->out.why = "it was killed, or its machine went down";
  return FLEET_LOST;
}

FleetTask fleet_task(const Plan *plan, const char *folder, unsigned number,
                     void (*record)(const Record *record, void *context), void *context, Arena *arena, const Stop *stop,
                     Diag *diag) {
  Arena *own = arena_new();
  Reading r = {.plan = plan,
               .path = plan_records_path(folder, number, own),
               .number = number,
               .has = ARENA_ARRAY(own, bool, plan->tasks[number].count),
               .record = record,
               .context = context,
               .arena = arena,
               .diag = diag,
               .out = {.node = "", .job = "", .at = "", .why = ""}};
  StreamHandlers handlers = {
      .record = take_record, .attempt = take_attempt, .context = &r, .strict = true, .stop = stop};
  bool good = access(r.path, F_OK) != 0 || (stream_file(r.path, &handlers, &r.count, diag) && !r.count.skipped);
  r.out.state = good && !r.foreign ? state_of(&r) : FLEET_DAMAGED;
  if (r.out.state == FLEET_DAMAGED)
    r.out.why = "its file has lines that are no records of it";
  arena_free(own);
  return r.out;
}

// ---- One file of all

typedef struct {
  FILE *file;
  bool failed;
  Text line;
} Merging;

static void write_record(const Record *record, void *context) {
  Merging *m = context;
  text_clear(&m->line);
  record_write(record, &m->line);
  m->failed |= fwrite(m->line.bytes, 1, m->line.length, m->file) != m->line.length;
}

static bool merge_tasks(const Plan *plan, const char *folder, Merging *m, FleetMerge *out, const Stop *stop,
                        Diag *diag) {
  bool good = true;
  for (unsigned i = 0; i < plan->task_count && !m->failed && !stop_wanted(stop); i++) {
    Arena *arena = arena_new();
    FleetTask task = fleet_task(plan, folder, i, write_record, m, arena, stop, diag);
    good &= task.state != FLEET_DAMAGED;
    out->records += task.runs;
    out->again += task.again;
    out->missing += plan->tasks[i].count - task.runs;
    arena_free(arena);
  }
  return good && !stop_wanted(stop);
}

bool fleet_merge(const Plan *plan, const char *folder, const char *path, FleetMerge *out, const Stop *stop,
                 Diag *diag) {
  *out = (FleetMerge){0};
  char *beside = arena_printf(diag->arena, "%s.new-XXXXXX", path);
  int file = mkostemp(beside, O_CLOEXEC);
  Merging m = {.file = file < 0 || fchmod(file, file_mode()) ? NULL : fdopen(file, "w")};
  if (!m.file)
    return diag_error(diag, "cannot write beside %s: %s", path, strerror(errno));
  bool good = merge_tasks(plan, folder, &m, out, stop, diag);
  text_free(&m.line);
  m.failed |= fclose(m.file) != 0;
  if (good && !m.failed && !rename(beside, path))
    return true;
  if (good)
    diag_error(diag, "cannot write %s: %s", path, strerror(errno));
  unlink(beside);
  return false;
}

bool fleet_mend(const Plan *plan, const char *folder, unsigned number, Diag *diag) {
  const char *path = plan_records_path(folder, number, diag->arena);
  Text text = {0};
  FILE *file = open_memstream(&text.bytes, &text.length);
  Merging m = {.file = file};
  if (!file)
    return diag_error(diag, "cannot mend %s: %s", path, strerror(errno));
  Diag damage = {.arena = diag->arena};
  fleet_task(plan, folder, number, write_record, &m, diag->arena, NULL, &damage);
  text_free(&m.line);
  fclose(file);
  bool mended = !record_file_is_held(path) || diag_error(diag, "%s is being written", path);
  if (mended && link(path, arena_printf(diag->arena, "%s.damaged", path)))
    mended = diag_error(diag, "cannot keep %s.damaged: %s", path, strerror(errno));
  mended = mended && file_replace(path, text_string(&text), text.length, diag);
  free(text.bytes);
  return mended;
}
