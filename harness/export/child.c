#include "harness/export/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  STATES = 1 << 12, // different ones, at most
  LOOK_MS = 50,     // how often time and `stop` are looked at; a signal cuts it short
  GRACE_SECONDS = 1 // for the child to end by itself once told to stop
};

// ---- what the engines ask of the rest of the harness, which is not here

const PerpetualShape *perpetual_shape(const Test *test, Arena *arena, const char **reason) {
  (void)test, (void)arena;
  *reason = exported.shape ? NULL : "it was not exported for this engine";
  return exported.shape;
}

// Actors are threads: none dies alone.
void group_die_with(pid_t parent) { (void)parent; }

const char *group_end_words(GroupEnd end, Arena *arena) {
  (void)end, (void)arena;
  return "it ended";
}

// ---- in the child

static void run_here(const ChildRun *run, Report *report, Tally *tally) {
  Session session = {
      .test = exported.test,
      .code = exported.code,
      .topology = run->topology,
      .placement = run->placement,
      .options = &run->options,
      .seed = run->options.seed,
      .deadline = run->options.seconds > 0 ? clock_seconds() + run->options.seconds : 1e18,
      .report = report,
      .tally = tally,
  };
  report->clock = clock_calibrate(run->topology, run->placement);
  if (exported.engine == ENGINE_PERPETUAL)
    perpetual_run(&session);
  else
    lockstep_run(&session);
}

// A signal to all of a group, as Ctrl-C and timeout(1) send, is the parent's, which tells; and should the parent be
// killed, the alarm ends what hangs.
static void become_child(const ChildRun *run) {
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGALRM, SIG_DFL);
  alarm((unsigned)run->options.timeout + 5);
}

// ---- in the parent

typedef enum { ENDED, OVERTIME, STOPPED } Outcome;

// Waits until the child's end of the pipe is closed, as it is once the child has ended, or for as long as it may take.
static Outcome await(const ChildRun *run, int pipe, Report *report, bool *told) {
  double deadline = clock_seconds() + run->options.timeout, grace = 0;
  for (;;) {
    double now = clock_seconds();
    if (!*told && *run->stop) {
      *told = true;
      grace = now + GRACE_SECONDS;
      __atomic_store_n(&report->stopping, 1, __ATOMIC_RELAXED);
    }
    if (*told && now >= grace)
      return STOPPED;
    if (now >= deadline)
      return OVERTIME;
    struct pollfd end = {.fd = pipe, .events = POLLIN};
    if (poll(&end, 1, LOOK_MS) > 0)
      return ENDED;
  }
}

static void describe(ChildEnd *end, const ChildRun *run, Outcome outcome, bool told, int status, Arena *arena) {
  if (outcome == OVERTIME) {
    end->status = RUN_TIMEOUT;
    end->message = arena_printf(arena, "killed: it had not ended after %.3g s", run->options.timeout);
  } else if (outcome == ENDED && WIFSIGNALED(status)) {
    end->status = RUN_CRASH;
    end->message = arena_printf(arena, "crashed: %s (signal %d)", strsignal(WTERMSIG(status)), WTERMSIG(status));
  } else if (outcome == ENDED && WEXITSTATUS(status)) {
    end->status = RUN_CRASH;
    end->message = arena_printf(arena, "the test's process ended with status %d", WEXITSTATUS(status));
  } else if (told) {
    end->status = RUN_INTERRUPTED;
    end->message = "interrupted";
  } else if (end->report->refused[0]) {
    end->status = RUN_REFUSED;
    end->message = end->report->refused;
  } else {
    end->status = RUN_DONE;
  }
}

static size_t tally_offset(void) { return (sizeof(Report) + 63) / 64 * 64; }

static bool make_report(ChildEnd *end) {
  unsigned observables = exported.test->observable_total;
  end->bytes = tally_offset() + tally_size(observables, STATES);
  void *memory = mmap(NULL, end->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return false;
  end->report = memory;
  end->tally = (Tally *)((char *)memory + tally_offset());
  tally_init(end->tally, observables, STATES);
  return true;
}

ChildEnd child_run_exported(const ChildRun *run, Arena *arena) {
  ChildEnd end = {.status = RUN_REFUSED};
  int ends[2];
  if (!make_report(&end) || pipe(ends)) {
    end.message = arena_printf(arena, "no room for what the test reports: %s", strerror(errno));
    return end;
  }
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    become_child(run);
    run_here(run, end.report, end.tally);
    _exit(0);
  }
  int reason = errno;
  close(ends[1]);
  if (child > 0) {
    bool told = false;
    int status = 0;
    Outcome outcome = await(run, ends[0], end.report, &told);
    if (outcome != ENDED)
      kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
      continue;
    describe(&end, run, outcome, told, status, arena);
  } else {
    end.message = arena_printf(arena, "cannot start a process: %s", strerror(reason));
  }
  close(ends[0]);
  return end;
}

void child_end_free(ChildEnd *end) {
  if (end->report)
    munmap(end->report, end->bytes);
  end->report = NULL;
}
