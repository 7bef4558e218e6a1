// What each actor does in a round: for every batch, ready the lines, meet, run, meet, count.
#include "harness/engine/lockstep_actor.h"
#include "harness/base/time.h"
#include "harness/engine/stopwatch.h"

// ---- lines

static unsigned line_toucher(const LockstepRound *round, size_t line) {
  if (round->touch < TOUCH_ONE + round->threads)
    return round->touch - TOUCH_ONE;
  return (unsigned)((line + round->touch - TOUCH_ONE - round->threads) % round->threads);
}

// Takes the line for writing, and leaves what is in it. Only one actor does this to a line.
static void own_line(char *line) {
  volatile char *byte = line;
  *byte = *byte;
}

static void touch_lines(const LockstepRound *round, unsigned actor, unsigned count) {
  size_t lines = round->layout.stride / LAYOUT_LINE;
  for (size_t i = 0; i < count; i++) {
    char *at = round->memory + i * round->layout.stride;
    for (size_t line = 0; line < lines; line++) {
      if (round->touch == TOUCH_SHARED)
        (void)*(volatile char *)(at + line * LAYOUT_LINE);
      else if (round->crew.actor_of[line_toucher(round, line)] == actor)
        own_line(at + line * LAYOUT_LINE);
    }
  }
}

static void flush_lines(const LockstepRound *round, unsigned from, unsigned to) {
  for (char *at = round->memory + from * round->layout.stride, *end = round->memory + to * round->layout.stride;
       at < end; at += LAYOUT_LINE)
    cpu_flush(at);
}

// ---- a batch

static uint64_t meet(LockstepRound *round) {
  return kernel_meet(&round->batch_meeting, round->met_by, round->crowded, round->margin);
}

// The part of `count` instances that an actor counts and resets.
static unsigned part(const LockstepRound *round, unsigned actor, unsigned count) {
  return (unsigned)((uint64_t)count * actor / round->crew.actors);
}

static void ready_lines(LockstepRound *round, unsigned actor, unsigned count) {
  if (round->touch == TOUCH_FLUSH)
    flush_lines(round, part(round, actor, count), part(round, actor + 1, count));
  if (round->touch == TOUCH_NONE || round->touch == TOUCH_FLUSH)
    return;
  meet(round); // every part is reset
  touch_lines(round, actor, count);
}

// A thread's part of a batch, or of one instance of it.
static void run_thread(LockstepRound *round, unsigned actor, unsigned thread, KernelBatch *batch) {
  batch->shift = round->shift[thread];
  batch->random = round->actors[actor].random;
  (round->pauses ? round->code->pausing : round->code->threads)[thread](batch);
  round->actors[actor].random = batch->random;
}

// Each instance by all threads of the actor, each as its time comes.
static void run_crew(LockstepRound *round, unsigned actor, const KernelBatch *batch) {
  const Crew *crew = &round->crew;
  for (unsigned instance = 0; instance < batch->count; instance++)
    for (unsigned i = crew->from[actor]; i < crew->from[actor + 1]; i++) {
      unsigned thread = crew->order[i];
      KernelBatch one = *batch;
      one.instances += instance * batch->stride;
      one.frames = (char *)round->frames[thread] + instance * round->code->frame_bytes[thread];
      one.count = 1;
      one.start += instance * batch->ticks;
      run_thread(round, actor, thread, &one);
      crew_switch();
    }
}

static void run_batch(LockstepRound *round, unsigned actor, unsigned count) {
  const Crew *crew = &round->crew;
  unsigned first = crew->order[crew->from[actor]];
  KernelBatch batch = {
      .instances = round->memory,
      .stride = round->layout.stride,
      .offsets = round->layout.offsets,
      .frames = round->frames[first],
      .count = count,
      .by_clock = round->by_clock,
      .ticks = round->ticks,
      .spread = round->spread,
      .pauses = round->pauses,
      .crowded = round->crowded,
      .meeting = &round->instance_meeting,
      .threads = crew->actors,
      .every = round->every,
  };
  batch.start = meet(round);
  if (crew->from[actor + 1] - crew->from[actor] > 1)
    run_crew(round, actor, &batch);
  else
    run_thread(round, actor, first, &batch);
}

static void count_state(void *table, const uint64_t *state) { tally_add(table, state, 1); }

static void count_batch(LockstepRound *round, unsigned actor, unsigned count) {
  LockstepActor *self = &round->actors[actor];
  KernelCount part_of_it = {
      .instances = round->memory,
      .stride = round->layout.stride,
      .offsets = round->layout.offsets,
      .frames = round->frames,
      .from = part(round, actor, count),
      .to = part(round, actor + 1, count),
      .small = self->small,
      .table = self->table,
      .count_state = count_state,
  };
  round->code->count(&part_of_it);
}

static bool time_is_up(const LockstepRound *round) {
  return __atomic_load_n(round->stopping, __ATOMIC_RELAXED) || time_seconds() >= round->deadline;
}

static void run_batches(LockstepRound *round, unsigned actor) {
  Stopwatch watch = stopwatch_start();
  uint64_t done = 0;
  for (bool ended = false; done < round->instances && !ended;) {
    uint64_t left = round->instances - done;
    unsigned count = left < round->batch ? (unsigned)left : round->batch;
    ready_lines(round, actor, count);
    run_batch(round, actor, count);
    done += count;
    if (!actor)
      round->ended = time_is_up(round);
    meet(round); // every thread is through, and `ended` is the same for all
    ended = round->ended;
    count_batch(round, actor, count);
    if (count == round->batch || !watch.laps) // a part of one says nothing of the others
      stopwatch_lap(&watch);
  }
  if (actor)
    return;
  round->done = done;
  round->seconds = stopwatch_seconds(&watch);
}

bool lockstep_segment(LockstepRound *round, unsigned actor) {
  meet(round); // what is to be done is written
  if (!round->instances)
    return false;
  round->code->reset(round->memory, round->layout.stride, round->layout.offsets, part(round, actor, round->batch),
                     part(round, actor + 1, round->batch));
  run_batches(round, actor);
  meet(round); // all is counted
  return true;
}
