#include "harness/engine/team.h"

#include "harness/engine/kernel.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

enum {
  LINE = 128,          // bytes: two lines, since CPUs fetch them in pairs
  HUGE_PAGE = 2 << 20, // bytes
  SPINS = 1000,        // pauses before a waiter gives way: some 10 to 50 us
  DEATH_MS = 20        // how often the caller looks whether a process actor has died
};

// What caller and actors say to each other; always in memory that processes share.
typedef struct {
  // Bumped to let a round go; what it consists of is written before.
  _Alignas(LINE) atomic_uint round;
  TeamWork work;
  void *argument;
  bool ending;
  _Alignas(LINE) atomic_uint working; // actors that have not finished the round
  _Alignas(LINE) KernelMeeting meeting;
  _Alignas(LINE) atomic_bool refused; // taken by the first actor that cannot start, whose reason it is
  char reason[256];
} Control;

typedef struct {
  Team *team;
  unsigned index;
  pthread_t thread; // ACTORS_THREADS
  pid_t process;    // ACTORS_PROCESSES
} Actor;

struct Team {
  Binding binding;
  Actors kind;
  bool broken;  // an actor died
  GroupEnd end; // ... of this
  unsigned started;
  Actor *actors;
  Control *control;
  void *region;
  size_t region_bytes; // as mapped: whole pages
};

#ifdef __linux__
// Not the private form of the calls: process actors wait on these words too.
static void futex_wait(atomic_uint *word, unsigned value, const struct timespec *timeout) {
  syscall(SYS_futex, word, FUTEX_WAIT, value, timeout, NULL, 0);
}

static void futex_wake_all(atomic_uint *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); }
#else
// An exported test on another system: a nap, from which the waiter looks again by itself.
static void futex_wait(const atomic_uint *word, unsigned value, const struct timespec *timeout) {
  const struct timespec nap = {.tv_nsec = 50000};
  (void)timeout;
  if (atomic_load_explicit(word, memory_order_relaxed) == value)
    nanosleep(&nap, NULL);
}

static void futex_wake_all(const atomic_uint *word) { (void)word; }
#endif

// `bytes` of zeroes, aligned to a huge page where they fill one; NULL where there is no memory.
static void *map(size_t bytes, bool between_processes) {
  int flags = (between_processes ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS;
  size_t slack = bytes >= HUGE_PAGE ? HUGE_PAGE : 0;
  char *start = mmap(NULL, bytes + slack, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (start == MAP_FAILED)
    return NULL;
  if (!slack)
    return start;
  size_t before = (HUGE_PAGE - (uintptr_t)start % HUGE_PAGE) % HUGE_PAGE;
  if (before)
    munmap(start, before);
  munmap(start + before + bytes, slack - before);
#ifdef MADV_HUGEPAGE
  madvise(start + before, bytes, MADV_HUGEPAGE);
#endif
  return start + before;
}

// Touches every page, so that no fault is left for the run.
static void touch(void *region, size_t bytes, bool nobody_writes) {
#ifdef MADV_POPULATE_WRITE
  if (!madvise(region, bytes, MADV_POPULATE_WRITE))
    return;
#endif
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (volatile char *at = region, *end = at + bytes; at < end; at += page)
    if (nobody_writes)
      *at = 0;
    else
      (void)*at;
}

// Waits for a word to change, first awake, then asleep; returns what it became.
static unsigned await_change(atomic_uint *word, unsigned old, unsigned spins) {
  unsigned now;
  while ((now = atomic_load_explicit(word, memory_order_acquire)) == old)
    if (spins) {
      spins--;
      cpu_pause();
    } else {
      futex_wait(word, old, NULL);
    }
  return now;
}

void team_meet(Team *team) { kernel_meet(&team->control->meeting, team->binding.threads, team->binding.crowded, 0); }

static void finish_round(Control *control) {
  if (atomic_fetch_sub_explicit(&control->working, 1, memory_order_acq_rel) == 1)
    futex_wake_all(&control->working);
}

static void refuse(Control *control, const char *reason) {
  if (!atomic_exchange(&control->refused, true))
    snprintf(control->reason, sizeof control->reason, "%s", reason);
}

static void pin(const Actor *actor) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  const Binding *binding = &actor->team->binding;
  if (!binding->bind(binding->context, actor->index, &diag))
    refuse(actor->team->control, diag.first ? diag.first->message : "cannot pin a thread");
  arena_free(arena);
}

// An actor's life. Starting counts as a round, so that the caller waits for it as for any other.
static void live(const Actor *actor) {
  Team *team = actor->team;
  Control *control = team->control;
  pin(actor);
  if (team->kind == ACTORS_PROCESSES) // a page table of its own
    touch(team->region, team->region_bytes, false);
  unsigned round = 0;
  finish_round(control);
  for (;;) {
    round = await_change(&control->round, round, team->binding.spare_pu ? SPINS : 0);
    if (control->ending)
      return;
    if (!team->binding.crowded)
      team_meet(team); // all let go together, though the system wakes one after the other
    control->work(actor->index, team->region, control->argument);
    finish_round(control);
  }
}

static void *live_as_thread(void *actor) {
  live(actor);
  return NULL;
}

static bool start_thread(Actor *actor, Diag *diag) {
  int error = pthread_create(&actor->thread, NULL, live_as_thread, actor);
  return !error || diag_error(diag, "cannot start a thread: %s", strerror(error));
}

static bool start_process(Actor *actor, Diag *diag) {
  pid_t parent = getpid();
  actor->process = fork();
  if (actor->process < 0)
    return diag_error(diag, "cannot start a process: %s", strerror(errno));
  if (actor->process > 0)
    return true;
  group_die_with(parent);
  live(actor);
  _exit(0);
}

// Leaves it to be reaped.
static bool has_died(const Actor *actor, GroupEnd *end) {
  siginfo_t info = {0};
  if (waitid(P_PID, (id_t)actor->process, &info, WEXITED | WNOHANG | WNOWAIT))
    return true; // nobody knows how
  *end = (GroupEnd){.by_signal = info.si_code != CLD_EXITED, .code = info.si_status};
  return info.si_pid == actor->process;
}

static bool any_has_died(const Team *team, GroupEnd *end) {
  *end = (GroupEnd){0};
  if (team->kind == ACTORS_PROCESSES)
    for (unsigned i = 0; i < team->started; i++)
      if (has_died(&team->actors[i], end))
        return true;
  return false;
}

// Waits for every actor to finish. A thread cannot die alone; a process can, and would be waited for in vain.
static bool await_actors(Team *team) {
  Control *control = team->control;
  const struct timespec while_alive = {.tv_nsec = DEATH_MS * 1000000L};
  unsigned spins = team->binding.spare_pu ? SPINS : 0;
  unsigned working;
  while ((working = atomic_load_explicit(&control->working, memory_order_acquire)) != 0) {
    if (spins) {
      spins--;
      cpu_pause();
      continue;
    }
    futex_wait(&control->working, working, team->kind == ACTORS_PROCESSES ? &while_alive : NULL);
    if (any_has_died(team, &team->end) && atomic_load(&control->working)) {
      team->broken = true;
      return false;
    }
  }
  return true;
}

static bool start_actors(Team *team, Diag *diag) {
  atomic_store(&team->control->working, team->binding.threads);
  for (; team->started < team->binding.threads; team->started++) {
    Actor *actor = &team->actors[team->started];
    *actor = (Actor){.team = team, .index = team->started};
    if (!(team->kind == ACTORS_PROCESSES ? start_process : start_thread)(actor, diag))
      return false;
  }
  if (!await_actors(team))
    return diag_error(diag, "a process died before the run began: %s", group_end_words(team->end, diag->arena));
  if (atomic_load(&team->control->refused))
    return diag_error(diag, "%s", team->control->reason);
  return true;
}

Team *team_new(const Binding *binding, Actors actors, size_t shared_bytes, Diag *diag) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  bool processes = actors == ACTORS_PROCESSES;
  Team *team = calloc(1, sizeof *team);
  if (team)
    *team = (Team){.binding = *binding,
                   .kind = actors,
                   .actors = calloc(binding->threads, sizeof(Actor)),
                   .control = map(sizeof(Control), true),
                   .region_bytes = (shared_bytes / page + 1) * page};
  if (team)
    team->region = map(team->region_bytes, processes);
  if (!team || !team->actors || !team->control || !team->region) {
    diag_error(diag, "no memory for %zu bytes that %s share", shared_bytes, processes ? "processes" : "threads");
    team_free(team);
    return NULL;
  }
  touch(team->region, team->region_bytes, true);
  const MemoryBinding *memory = &binding->memory;
  if ((memory->place && !memory->place(memory->context, team->region, team->region_bytes, diag)) ||
      !start_actors(team, diag)) {
    team_free(team);
    return NULL;
  }
  return team;
}

void *team_shared(Team *team) { return team->region; }

uint64_t team_nodes(const Team *team) {
  const MemoryBinding *memory = &team->binding.memory;
  return memory->nodes ? memory->nodes(memory->context, team->region, team->region_bytes) : 0;
}

static void post(Control *control) {
  atomic_fetch_add_explicit(&control->round, 1, memory_order_release);
  futex_wake_all(&control->round);
}

bool team_round(Team *team, TeamWork work, void *round) {
  if (team->broken)
    return false;
  Control *control = team->control;
  assert(atomic_load(&control->working) == 0);
  control->work = work;
  control->argument = round;
  atomic_store_explicit(&control->working, team->binding.threads, memory_order_relaxed);
  post(control);
  return await_actors(team);
}

bool team_died(const Team *team, GroupEnd *end) {
  *end = team->broken ? team->end : (GroupEnd){0};
  return team->broken;
}

// Processes are killed: one may be waiting for another that has died, and none has anything to put away.
static void end_actors(Team *team) {
  if (team->kind == ACTORS_THREADS) {
    team->control->ending = true;
    post(team->control);
  }
  for (unsigned i = 0; i < team->started; i++)
    if (team->kind == ACTORS_THREADS) {
      pthread_join(team->actors[i].thread, NULL);
    } else {
      kill(team->actors[i].process, SIGKILL);
      while (waitpid(team->actors[i].process, NULL, 0) < 0 && errno == EINTR)
        continue;
    }
}

void team_free(Team *team) {
  if (!team)
    return;
  if (team->started)
    end_actors(team);
  if (team->region)
    munmap(team->region, team->region_bytes);
  if (team->control)
    munmap(team->control, sizeof *team->control);
  free(team->actors);
  free(team);
}
