#include "harness/run/measure.h"
#include "harness/base/time.h"
#include "harness/engine/engine.h"
#include "harness/machine/memory.h"

#include <stdio.h>

enum { STATES_MOST = 1 << 14, STATES_LEAST = 1024, TALLY_BYTES = 8 << 20 };

// ---- where the actors sit

typedef struct {
  const Topology *topology;
  const Placement *placement;
  const unsigned *node;
} Places;

static bool bind_actor(const void *context, unsigned actor, Diag *diag) {
  const Places *places = context;
  return topology_bind(places->topology, places->placement->pus[actor], diag);
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

Binding measure_binding(const Topology *topology, const Placement *placement, const unsigned *node, Arena *arena) {
  Places *places = ARENA_NEW(arena, Places);
  *places = (Places){topology, placement, node};
  unsigned *seats = ARENA_ARRAY(arena, unsigned, placement->threads);
  return (Binding){.threads = placement->threads,
                   .crowded = placement_oversubscribed(placement),
                   .pus = find_seats(placement, seats),
                   .seats = seats,
                   .spare_pu = topology_pu_count(topology) > placement->threads,
                   .bind = bind_actor,
                   .context = places,
                   .memory = {place_memory, find_memory, places}};
}

// ---- what the child shares: the report, then the tally

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

// In the child.
static void run_session(void *memory, void *context) {
  Measurement *measurement = context;
  EngineSession *session = &measurement->session;
  Shared *shared = memory;
  char reason[256] = "";
  session->report = &shared->report;
  session->tally = &shared->tally;
  tally_init(session->tally, words_of(measurement), states_of(words_of(measurement)));
  session->code = measurement->load(measurement->context, reason, sizeof reason);
  if (session->code)
    engine_run(session);
  else
    session_refuse(session, reason);
}

Measured measure_session(Measurement *measurement, Arena *arena) {
  unsigned words = words_of(measurement);
  ChildJob job = {
      .body = run_session,
      .context = measurement,
      .report_bytes = offsetof(Shared, tally) + tally_bytes(words, states_of(words)),
      .timeout = measurement->timeout,
      .stop = measurement->stop,
      .watch = measurement->watch,
      .stopping_offset = offsetof(Shared, report.stopping),
  };
  Measured out = {.child = child_run(&job, arena)};
  const Shared *shared = out.child.report;
  out.status = out.child.status;
  out.message = out.child.message;
  out.killed = group_end_is_others((GroupEnd){out.child.signal != 0, out.child.signal});
  if (!shared)
    return out;
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
