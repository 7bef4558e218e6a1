#include "harness/run/child.h"
#include "harness/base/group.h"
#include "harness/base/time.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  LOOK_MS = 50,     // how often time and `stop` are looked at; a signal cuts it short
  GRACE_SECONDS = 1 // for the body to end by itself once told to stop
};

// How waiting for the child ended.
typedef enum { ENDED, OVERTIME, STOPPED } Outcome;

static void tell(const ChildJob *job, void *report) {
  int *stopping = (int *)((char *)report + job->stopping_offset);
  __atomic_store_n(stopping, 1, __ATOMIC_RELAXED);
}

// Shared with the child, before the report.
typedef struct {
  _Alignas(64) int done; // the body returned
} Mark;

// Waits for the child to end, for its time to be up, or for the grace after a stop to be over. *told: it was told to
// stop.
static Outcome await(const ChildJob *job, const Group *group, void *report, bool *told) {
  double deadline = time_seconds() + job->timeout, grace = 0;
  for (;;) {
    if (job->watch.look)
      job->watch.look(job->watch.context);
    if (!*told && stop_wanted(job->stop)) {
      *told = true;
      grace = time_seconds() + GRACE_SECONDS;
      tell(job, report);
    }
    double now = time_seconds(), left = (*told && grace < deadline ? grace : deadline) - now;
    if (group_ended(group, left > LOOK_MS * 1e-3 ? LOOK_MS : left > 0 ? (int)(left * 1e3) + 1 : 0))
      return ENDED;
    if (*told && time_seconds() >= grace)
      return STOPPED;
    if (time_seconds() >= deadline)
      return OVERTIME;
  }
}

static void describe_crash(ChildResult *result, GroupEnd end, Arena *arena) {
  result->status = RUN_CRASH;
  result->signal = end.by_signal ? end.code : 0;
  result->message = group_end_words(end, arena);
}

// A child that ended by itself before its body did, as by a library's constructor, has crashed whatever its status is.
static void describe(ChildResult *result, const ChildJob *job, Outcome outcome, bool told, GroupEnd end, Arena *arena) {
  const Mark *mark = (const Mark *)result->report - 1;
  if (outcome == OVERTIME) {
    result->status = RUN_TIMEOUT;
    result->message = arena_printf(arena, "killed: it had not ended after %.3g s", job->timeout);
  } else if (outcome == ENDED && (end.by_signal || end.code || !mark->done)) {
    describe_crash(result, end, arena);
  } else if (told) {
    result->status = RUN_INTERRUPTED;
    result->message = "interrupted";
  } else {
    result->status = RUN_DONE;
  }
}

ChildResult child_run(const ChildJob *job, Arena *arena) {
  ChildResult result = {.status = RUN_REFUSED, .report_bytes = job->report_bytes};
  Mark *mark = mmap(NULL, sizeof *mark + job->report_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (mark == MAP_FAILED) {
    result.message = arena_printf(arena, "no memory for what the test reports: %s", strerror(errno));
    return result;
  }
  void *report = result.report = mark + 1;
  Diag diag = {.arena = arena};
  Group group;
  Adoption adoption = group_adopt();
  if (!group_start(&group, &diag)) {
    group_disown(&adoption);
    result.message = diag.first->message;
    return result;
  }
  if (group.leader == 0) {
    job->body(report, job->context);
    mark->done = 1;
    _exit(0);
  }
  bool told = false;
  Outcome outcome = await(job, &group, report, &told);
  GroupEnd end;
  group_finish(&group, &end);
  group_disown(&adoption);
  describe(&result, job, outcome, told, end, arena);
  return result;
}

void child_free(ChildResult *result) {
  if (result->report)
    munmap((Mark *)result->report - 1, sizeof(Mark) + result->report_bytes);
  result->report = NULL;
}
