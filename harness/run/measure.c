#include "harness/run/measure.h"
#include "harness/base/group.h"
#include "harness/base/time.h"
#include "harness/engine/engine.h"
#include "harness/machine/memory.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STATES_MOST = 1 << 14, STATES_LEAST = 1024, TALLY_BYTES = 8 << 20 };

// ---- where the actors sit

typedef struct {
  const Topology *topology;
  Placement placement;
  const unsigned *node;
} Places;

static bool bind_actor(const void *context, unsigned actor, Diag *diag) {
  const Places *places = context;
  return topology_bind(places->topology, places->placement.pus[actor], diag);
}

static bool place_memory(const void *context, void *region, size_t bytes, Diag *diag) {
  const Places *places = context;
  return !places->node || memory_place(places->topology, *places->node, region, bytes, diag);
}

static uint64_t find_memory(const void *context, const void *region, size_t bytes) {
  const Places *places = context;
  return memory_nodes(places->topology, region, bytes);
}

// Of each PU the first thread that sits there.
static unsigned find_seats(const Placement *placement, unsigned *seats) {
  unsigned count = 0;
  for (unsigned t = 0, seat; t < placement->threads; t++) {
    for (seat = 0; seat < count && placement->pus[seats[seat]] != placement->pus[t];)
      seat++;
    if (seat == count)
      seats[count++] = t;
  }
  return count;
}

static Binding bind_instance(const Topology *topology, const Placement *all, unsigned index, const unsigned *node,
                             Arena *arena) {
  Places *places = ARENA_NEW(arena, Places);
  *places = (Places){topology, placement_instance(all, index), node};
  const Placement *placement = &places->placement;
  unsigned *seats = ARENA_ARRAY(arena, unsigned, placement->threads);
  return (Binding){.threads = placement->threads,
                   .crowded = placement_oversubscribed(placement),
                   .pus = find_seats(placement, seats),
                   .seats = seats,
                   .spare_pu = topology_pu_count(topology) > all->threads,
                   .bind = bind_actor,
                   .context = places,
                   .memory = {place_memory, find_memory, places}};
}

const Binding *measure_bindings(const Topology *topology, const Placement *placement, const unsigned *node,
                                Arena *arena) {
  unsigned count = placement_instances(placement);
  Binding *bindings = ARENA_ARRAY(arena, Binding, count);
  for (unsigned i = 0; i < count; i++)
    bindings[i] = bind_instance(topology, placement, i, node, arena);
  return bindings;
}

// ---- what the child shares: for each instance a report, then a tally

typedef struct {
  Report report;
  _Alignas(64) Tally tally; // its rows follow
} Shared;

static unsigned states_of(unsigned words) {
  unsigned states = STATES_MOST;
  while (states > STATES_LEAST && tally_bytes(words, states) > TALLY_BYTES)
    states /= 2;
  return states;
}

static unsigned words_of(const Measurement *measurement) {
  const Shape *shape = measurement->session.shape;
  return shape_words(shape, shape->shown);
}

static unsigned instances_of(const Measurement *measurement) {
  return measurement->instances ? measurement->instances : 1;
}

static size_t stride_of(const Measurement *measurement) {
  unsigned words = words_of(measurement);
  return (offsetof(Shared, tally) + tally_bytes(words, states_of(words)) + 63) / 64 * 64;
}

static Shared *shared_of(const Measurement *measurement, void *memory, unsigned index) {
  return (Shared *)(void *)((char *)memory + index * stride_of(measurement));
}

// ---- in the child

static void run_instance(const Measurement *measurement, Shared *shared, unsigned index) {
  unsigned instances = instances_of(measurement);
  EngineSession session = measurement->session;
  char reason[256] = "";
  session.binding = measurement->bindings[index];
  session.iterations = (session.iterations + instances - 1) / instances; // 0 stays 0
  session.seed += index;
  session.report = &shared->report;
  session.tally = &shared->tally;
  session.code = measurement->load(measurement->context, reason, sizeof reason);
  if (session.code)
    engine_run(&session);
  else
    session_refuse(&session, reason);
  shared->report.done = 1;
}

// What is told to the first instance is told to all; a witness of one is enough for all.
static void relay(const Measurement *measurement, void *memory) {
  bool stop = false;
  for (unsigned i = 0; i < instances_of(measurement); i++) {
    const Report *report = &shared_of(measurement, memory, i)->report;
    stop |= __atomic_load_n(&report->stopping, __ATOMIC_RELAXED) ||
            (measurement->session.until_witness && __atomic_load_n(&report->witnesses, __ATOMIC_RELAXED));
  }
  for (unsigned i = 0; stop && i < instances_of(measurement); i++)
    __atomic_store_n(&shared_of(measurement, memory, i)->report.stopping, 1, __ATOMIC_RELAXED);
}

// Ends as an instance ended that did not come to its end; the others die with this process.
static void end_as(int status) {
  if (WIFSIGNALED(status))
    raise(WTERMSIG(status)); // its action is the default one
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 127);
}

// Each in a process of its own, of this one's group: what one does to its process, it does to no other.
static void run_instances(const Measurement *measurement, void *memory) {
  unsigned left = instances_of(measurement);
  pid_t leader = getpid(), *pids = calloc(left, sizeof *pids);
  for (unsigned i = 0; pids && i < left; i++) {
    pids[i] = fork();
    if (pids[i] < 0)
      _exit(127);
    if (pids[i])
      continue;
    group_die_with(leader);
    run_instance(measurement, shared_of(measurement, memory, i), i);
    _exit(0);
  }
  const struct timespec moment = {.tv_nsec = 2000000};
  for (int status; pids && left;) {
    pid_t ended = waitpid(-1, &status, WNOHANG);
    relay(measurement, memory);
    if (ended <= 0)
      nanosleep(&moment, NULL);
    for (unsigned i = 0; ended > 0 && i < instances_of(measurement); i++) {
      if (pids[i] != ended)
        continue;
      if (status || !shared_of(measurement, memory, i)->report.done)
        end_as(status);
      left--;
    }
  }
  free(pids);
}

static void run_session(void *memory, void *context) {
  const Measurement *measurement = context;
  for (unsigned i = 0; i < instances_of(measurement); i++)
    tally_init(&shared_of(measurement, memory, i)->tally, words_of(measurement), states_of(words_of(measurement)));
  if (instances_of(measurement) == 1)
    run_instance(measurement, memory, 0);
  else
    run_instances(measurement, memory);
}

// ---- what came of it

static void add_report(Report *into, const Report *from) {
  if (from->started && (!into->started || from->began < into->began))
    into->began = from->began;
  into->ended = from->ended > into->ended ? from->ended : into->ended;
  into->started |= from->started;
  into->executed += from->executed;
  into->hidden += from->hidden;
  into->nodes |= from->nodes;
  into->witnesses += from->witnesses;
  into->frames += from->frames;
  into->frame_witnesses += from->frame_witnesses;
  if (!*into->refused)
    memcpy(into->refused, from->refused, sizeof into->refused);
  if (from->died && !into->died) {
    into->died = from->died;
    into->end = from->end;
  }
}

// Adds to the first instance what another one told and counted.
static void add_instance(Shared *into, const Shared *from) {
  add_report(&into->report, &from->report);
  if (!from->report.started)
    return;
  unsigned at = 0;
  const uint64_t *state;
  for (uint64_t count; (count = tally_next(&from->tally, &at, &state)) != 0;)
    tally_add(&into->tally, state, count);
  into->tally.lost += from->tally.lost;
}

Measured measure_session(Measurement *measurement, Arena *arena) {
  ChildJob job = {
      .body = run_session,
      .context = measurement,
      .report_bytes = instances_of(measurement) * stride_of(measurement),
      .timeout = measurement->timeout,
      .stop = measurement->stop,
      .watch = measurement->watch,
      .stopping_offset = offsetof(Shared, report.stopping),
  };
  Measured out = {.child = child_run(&job, arena)};
  Shared *shared = out.child.report;
  out.status = out.child.status;
  out.message = out.child.message;
  out.killed = group_end_is_others((GroupEnd){out.child.signal != 0, out.child.signal});
  if (!shared)
    return out;
  for (unsigned i = 1; i < instances_of(measurement); i++)
    add_instance(shared, shared_of(measurement, shared, i));
  out.report = &shared->report;
  out.tally = out.report->started ? &shared->tally : NULL;
  if (out.status == RUN_DONE && out.report->died) {
    out.status = RUN_CRASH;
    out.message = group_end_words(out.report->end, arena);
    out.killed = group_end_is_others(out.report->end);
  } else if (out.status == RUN_DONE && out.report->refused[0]) {
    out.status = RUN_REFUSED;
    out.message = arena_string(arena, out.report->refused);
  }
  return out;
}

void measured_free(Measured *measured) {
  child_free(&measured->child);
  measured->report = NULL;
  measured->tally = NULL;
}

double measured_seconds(const Measured *measured) {
  return measured->tally ? measured->report->ended - measured->report->began : 0;
}

uint64_t measure_seed(void) {
  uint64_t seed = 0;
  FILE *file = fopen("/dev/urandom", "r");
  if (!file || fread(&seed, sizeof seed, 1, file) != 1)
    seed = (uint64_t)(time_seconds() * 1e9);
  if (file)
    fclose(file);
  seed &= (1ull << 53) - 1;
  return seed ? seed : 1;
}
