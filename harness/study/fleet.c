#include "harness/study/fleet.h"

#include "harness/base/file.h"
#include "harness/base/table.h"
#include "harness/base/time.h"
#include "results/records.h"
#include "results/stream.h"

#include <errno.h>
#include <stdio.h>
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
  FleetWatch watch;
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
  if (r->watch.record)
    r->watch.record(record, r->watch.context);
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
  if (r->watch.attempt)
    r->watch.attempt(attempt, r->watch.context);
}

// Whoever held it before it was read may have ended since, with more in it than we have seen.
static FleetState state_of(Reading *r, bool was_held) {
  if (r->out.runs == r->plan->tasks[r->number].count)
    return FLEET_DONE;
  if (was_held || record_file_is_held(r->path))
    return FLEET_RUNNING;
  if (!r->last && access(r->path, F_OK) != 0)
    return FLEET_WAITING;
  if (!r->last) { // between making the file and saying so in it
    r->out.why = "it was killed as it began";
    return FLEET_LOST;
  }
  if (!strcmp(r->last, "stopped"))
    return FLEET_STOPPED;
  if (!strcmp(r->last, "failed"))
    return FLEET_FAILED;
  r->out.why = "it was killed, or its machine went down";
  return FLEET_LOST;
}

FleetTask fleet_task(const Plan *plan, const char *folder, unsigned number, const FleetWatch *watch, Arena *arena,
                     const Stop *stop, Diag *diag) {
  Arena *own = arena_new();
  Reading r = {.plan = plan,
               .path = plan_records_path(folder, number, own),
               .number = number,
               .has = ARENA_ARRAY(own, bool, plan->tasks[number].count),
               .watch = watch ? *watch : (FleetWatch){0},
               .arena = arena,
               .diag = diag,
               .out = {.node = "", .job = "", .at = "", .why = ""}};
  StreamHandlers handlers = {
      .record = take_record, .attempt = take_attempt, .context = &r, .strict = true, .stop = stop};
  bool was_held = record_file_is_held(r.path);
  bool good = access(r.path, F_OK) != 0 || (stream_file(r.path, &handlers, &r.count, diag) && !r.count.skipped);
  r.out.state = good && !r.foreign ? state_of(&r, was_held) : FLEET_DAMAGED;
  if (r.out.state == FLEET_DAMAGED)
    r.out.why = "its file has lines that are no records of it";
  arena_free(own);
  return r.out;
}

// ---- One file of all

typedef struct {
  FileReplacement file;
  int error; // the first; 0: none yet
  Text line;
} Writing;

static void write_line(Writing *w) {
  if (!w->error && fwrite(w->line.bytes, 1, w->line.length, w->file.stream) != w->line.length)
    w->error = errno;
  text_clear(&w->line);
}

static void write_record(const Record *record, void *context) {
  Writing *w = context;
  record_write(record, &w->line);
  write_line(w);
}

static void write_attempt(const RecordAttempt *attempt, void *context) {
  Writing *w = context;
  attempt_write(attempt, &w->line);
  write_line(w);
}

// What is there in the place of another is on the disk before: who loses power has the one or the other.
static bool end_writing(Writing *w, bool good, Diag *diag) {
  text_free(&w->line);
  if (good && !w->error && w->file.beside && (fflush(w->file.stream) || fsync(fileno(w->file.stream))))
    w->error = errno;
  if (w->error)
    diag_error(diag, "cannot write %s: %s", w->file.path, strerror(w->error));
  good &= !w->error;
  return file_replacement_end(&w->file, good, diag) && good;
}

// In what records differ from the plan, and how many: by text.
typedef struct {
  unsigned long records;
  const char *node; // of the first
} Difference;

typedef struct {
  Writing w;
  Arena *arena;
  Table texts;
  Difference *differences;
  size_t capacity;
} Merging;

static void merge_record(const Record *record, void *context) {
  Merging *m = context;
  const RecordCampaign *campaign = &record->campaign;
  for (unsigned i = 0; i < campaign->differs_count; i++) {
    size_t index = table_add(&m->texts, campaign->differs[i], strlen(campaign->differs[i]));
    m->differences = arena_grow(m->arena, m->differences, &m->capacity, m->texts.count, sizeof *m->differences);
    if (!m->differences[index].records++)
      m->differences[index].node = arena_string(m->arena, campaign->node);
  }
  write_record(record, &m->w);
}

static void tell_differences(const Merging *m, Diag *diag) {
  for (size_t i = 0; i < m->texts.count; i++)
    diag_warning(diag, "%lu record%s not as planned, on %s first: %s", m->differences[i].records,
                 m->differences[i].records == 1 ? " is" : "s are", m->differences[i].node,
                 (const char *)table_key(&m->texts, i));
}

static bool is_same_file(const char *path, const char *other) {
  struct stat a, b;
  return !stat(path, &a) && !stat(other, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

// Whether the file is the campaign's plan, or among its records.
static bool is_of_campaign(const char *folder, const char *path, Arena *arena) {
  const char *slash = strrchr(path, '/');
  const char *above = slash ? arena_copy(arena, path, (size_t)(slash - path) + 1) : ".";
  return is_same_file(path, arena_printf(arena, "%s/plan.jsonl", folder)) ||
         is_same_file(above, arena_printf(arena, "%s/records", folder));
}

static bool merge_tasks(const Plan *plan, const char *folder, Merging *m, FleetMerge *out, const Stop *stop,
                        Diag *diag) {
  const FleetWatch watch = {.record = merge_record, .context = m};
  bool good = true;
  for (unsigned i = 0; i < plan->task_count && !m->w.error && !stop_wanted(stop); i++) {
    Arena *arena = arena_new();
    FleetTask task = fleet_task(plan, folder, i, &watch, arena, stop, diag);
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
  Merging m = {.arena = diag->arena, .texts.arena = diag->arena};
  if (!file_replacement_begin(&m.w.file, path, file_mode(), diag))
    return false;
  bool good = (!m.w.file.beside || !is_of_campaign(folder, m.w.file.target, diag->arena) ||
               diag_error(diag, "%s is a part of the campaign", path)) &&
              merge_tasks(plan, folder, &m, out, stop, diag);
  tell_differences(&m, diag);
  return end_writing(&m.w, good, diag);
}

// ---- A damaged file

static bool keep_beside(const char *path, const char **kept, Diag *diag) {
  *kept = arena_printf(diag->arena, "%s.damaged", path);
  for (unsigned i = 2; link(path, *kept); i++) {
    if (errno != EEXIST)
      return diag_error(diag, "cannot keep %s: %s", *kept, strerror(errno));
    *kept = arena_printf(diag->arena, "%s.damaged-%u", path, i);
  }
  return true;
}

static bool mend_held(const Plan *plan, const char *folder, unsigned number, const char *path, const char **kept,
                      Diag *diag) {
  Writing w = {0};
  const FleetWatch watch = {.record = write_record, .attempt = write_attempt, .context = &w};
  Diag damage = {.arena = diag->arena};
  if (!file_replacement_begin(&w.file, path, file_mode(), diag))
    return false;
  FleetTask task = fleet_task(plan, folder, number, &watch, diag->arena, NULL, &damage);
  if (task.state != FLEET_DAMAGED) { // somebody else has mended it
    end_writing(&w, false, diag);
    return true;
  }
  const RecordAttempt mended = {.task = number,
                                .plan = plan->digest,
                                .node = task.node,
                                .job = task.job,
                                .weakmem = WEAKMEM_VERSION,
                                .at = time_rfc3339(diag->arena),
                                .status = "failed",
                                .message = "its file was damaged; what was whole in it is kept"};
  write_attempt(&mended, &w);
  return end_writing(&w, keep_beside(path, kept, diag), diag);
}

bool fleet_mend(const Plan *plan, const char *folder, unsigned number, const char **kept, Diag *diag) {
  const char *path = plan_records_path(folder, number, diag->arena);
  *kept = NULL;
  RecordWriter *held = record_writer_open(path, diag); // nobody works on it meanwhile
  bool mended = held && mend_held(plan, folder, number, path, kept, diag);
  record_writer_close(held);
  return mended;
}
