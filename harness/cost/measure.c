#include "harness/cost/measure.h"
#include "harness/base/time.h"
#include "harness/cost/counter.h"
#include "harness/machine/clock.h"

#include <assert.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  MAX_SAMPLES = 16384,
  MAX_ROUNDS = 1 << 16,
  MAX_PASSES = 64,
  TURNS = 6, // of a row, at least
};

static const double sample_ns = 20e3, contended_ns = 100e3; // a body's time, at least
static const double pass_steps = 100;                       // a sample over prepared lines, in steps of the clock
static const double smallest_ns = 0.02;                     // differences below are noise: a tenth of a cycle or less
static const double shared_turn = 0.01;                     // seconds of a turn with several cores, at least
static const double row_seconds = 0.15;                     // then a row is given up as not stable

// How much a sample holds.
typedef struct {
  unsigned rounds; // of the body
  unsigned passes; // of preparation and body
} Size;

// What a row's turns have brought.
typedef struct CostSamples {
  double *values; // ns an operation
  size_t count, capacity;
  Size size;      // the same in all turns
  double floor;   // ns that cannot be told from nothing
  double seconds; // that sampling took
  double ghz;     // of the core, the sum over the turns
  unsigned turns;
} CostSamples;

static const char cannot_pin[] = "the system pins no thread to the PU";

struct Member;

// A number on a line of its own.
typedef struct {
  _Alignas(BED_STRIDE) atomic_uint count;
} Tally;

// The threads of a row: seat 0 measures, the others prepare lines for it or get in its way.
typedef struct {
  Tally asked, done; // errands of the preparing thread
  Cost *cost;
  struct Member *members;
  CostRow *row;
  Bed *bed;
  atomic_uint seated; // threads that are where they belong
  atomic_bool failed; // one cannot be pinned
} Crew;

typedef struct Member {
  _Alignas(BED_STRIDE) atomic_uint rounds; // that an other one has run
  Crew *crew;
  unsigned index;
  Seat seat;
  pthread_t thread;
} Member;

// Waiting that lets others run once it takes long: PUs may be shared with other programs.
static void wait_a_little(unsigned *waited) {
  cpu_pause();
  if (++*waited % 4096 == 0)
    sched_yield();
}

static Seat take_seat(const CostOperation *how, Bed *bed, unsigned index) {
  assert(index < BED_SEATS);
  _Atomic uint32_t *counter = &bed->counters[0].value;
  if (how->share == SHARE_LINE) // the words after the line's first
    counter = (_Atomic uint32_t *)&bed->counters[0] + index % (CPU_CACHE_LINE / sizeof *counter);
  else if (how->share == SHARE_NOTHING)
    counter = &bed->counters[index].value;
  return (Seat){.bed = bed, .counter = counter, .at = bed->pages + how->offset};
}

static void write_all(Bed *bed) {
  for (unsigned i = 0; i < BED_LINES; i++)
    atomic_store_explicit(&bed->lines[i].value, i, memory_order_relaxed);
}

static void read_all(Bed *bed) {
  for (unsigned i = 0; i < BED_LINES; i++)
    (void)atomic_load_explicit(&bed->lines[i].value, memory_order_relaxed);
}

static void flush_all(Bed *bed) {
  for (unsigned i = 0; i < BED_LINES; i++)
    cpu_flush(&bed->lines[i]);
}

// The other core's part in a preparation, again and again until the row is done.
static void run_errands(Crew *crew) {
  unsigned done = 0, waited = 0;
  while (!atomic_load_explicit(&crew->bed->stop, memory_order_relaxed)) {
    if (atomic_load_explicit(&crew->asked.count, memory_order_acquire) == done) {
      wait_a_little(&waited);
      continue;
    }
    if (crew->row->how->before == BEFORE_OTHER_WRITE)
      write_all(crew->bed);
    else
      read_all(crew->bed);
    atomic_thread_fence(memory_order_seq_cst);
    atomic_store_explicit(&crew->done.count, ++done, memory_order_release);
  }
}

static void ask_other(Crew *crew) {
  unsigned waited = 0, number = atomic_load_explicit(&crew->asked.count, memory_order_relaxed) + 1;
  atomic_store_explicit(&crew->asked.count, number, memory_order_release);
  while (atomic_load_explicit(&crew->done.count, memory_order_acquire) != number)
    wait_a_little(&waited);
}

static void prepare(Crew *crew) {
  switch (crew->row->how->before) {
  case BEFORE_NOTHING:
    return;
  case BEFORE_OWN_WRITE:
    write_all(crew->bed);
    break;
  case BEFORE_OTHER_WRITE:
    ask_other(crew);
    break;
  case BEFORE_OTHER_READ:
  case BEFORE_BOTH_READ:
    flush_all(crew->bed);
    atomic_thread_fence(memory_order_seq_cst);
    ask_other(crew);
    if (crew->row->how->before == BEFORE_BOTH_READ)
      read_all(crew->bed);
    break;
  case BEFORE_FLUSH:
    flush_all(crew->bed);
    break;
  }
  atomic_thread_fence(memory_order_seq_cst);
}

static double time_ticks(Crew *crew, CostBody *body, Seat *seat, Size size) {
  uint64_t ticks = 0;
  for (unsigned i = 0; i < size.passes; i++) {
    prepare(crew);
    uint64_t begin = cpu_clock_ordered();
    body(seat, size.rounds);
    ticks += cpu_clock_ordered() - begin;
  }
  return (double)ticks;
}

// Doubles what a sample holds until it takes long enough. The first runs fill the caches on the way.
static Size choose_size(Crew *crew, Seat *seat) {
  const CostOperation *how = crew->row->how;
  const Cost *cost = crew->cost;
  bool prepared = how->before != BEFORE_NOTHING;
  double wanted = prepared ? pass_steps * cost->step_ns : how->others ? contended_ns : sample_ns;
  Size size = {1, 1};
  unsigned *grows = prepared ? &size.passes : &size.rounds, limit = prepared ? MAX_PASSES : MAX_ROUNDS;
  time_ticks(crew, how->base, seat, size);
  while (time_ticks(crew, how->body, seat, size) * cost->ns_per_tick < wanted && *grows < limit)
    *grows *= 2;
  return size;
}

static void note_rounds(const Crew *crew, unsigned rounds[BED_SEATS]) {
  for (unsigned i = 1; i < crew->row->cores; i++)
    rounds[i] = atomic_load_explicit(&crew->members[i].rounds, memory_order_relaxed);
}

// Whether each of the other threads has run since: else another program had its PU, and nothing was contended.
static bool all_ran(const Crew *crew, const unsigned rounds[BED_SEATS]) {
  for (unsigned i = 1; i < crew->row->cores; i++)
    if (atomic_load_explicit(&crew->members[i].rounds, memory_order_relaxed) == rounds[i])
      return false;
  return true;
}

// Takes some samples more, in ns an operation.
static void take_samples(Crew *crew, Seat *seat, CostSamples *taken) {
  const CostOperation *how = crew->row->how;
  Cost *cost = crew->cost;
  double per_round = how->per_round ? how->per_round : COST_UNROLLED;
  if (!taken->turns) {
    taken->size = choose_size(crew, seat);
    // The counter's step divides over all the operations of a sample.
    taken->floor = fmax(smallest_ns, cost->step_ns / (per_round * taken->size.rounds * sqrt(taken->size.passes)));
  }
  double scale = cost->ns_per_tick / (per_round * taken->size.rounds * taken->size.passes);
  double begin = time_seconds(), seconds = 0, least = crew->row->cores > 1 ? shared_turn : 0;
  size_t wanted = taken->count + SUMMARY_SAMPLES;
  while ((taken->count < wanted || seconds < least) && taken->count < MAX_SAMPLES && seconds < row_seconds) {
    taken->values = arena_grow(cost->arena, taken->values, &taken->capacity, taken->count + 1, sizeof *taken->values);
    double base = time_ticks(crew, how->base, seat, taken->size);
    unsigned rounds[BED_SEATS] = {0};
    note_rounds(crew, rounds);
    double ticks = time_ticks(crew, how->body, seat, taken->size);
    if (!how->others || all_ran(crew, rounds))
      taken->values[taken->count++] = (ticks - base) * scale;
    seconds = time_seconds() - begin;
  }
  taken->seconds += seconds;
}

static unsigned switches_so_far(void) {
  struct rusage usage;
  return getrusage(RUSAGE_THREAD, &usage) ? 0 : (unsigned)usage.ru_nivcsw;
}

// The figures of all the samples so far.
static void sum_up(CostRow *row) {
  CostSamples *taken = row->taken;
  if (!taken->count) {
    if (measure_done(row))
      row->reason = "the other cores never ran at the same time";
    return;
  }
  double *scratch = malloc(taken->count * sizeof *scratch);
  if (!scratch) {
    row->reason = "out of memory";
    return;
  }
  Summary summary = summary_of(taken->values, (unsigned)taken->count, taken->floor, scratch);
  free(scratch);
  row->ns = fabs(summary.median) < taken->floor ? 0 : summary.median;
  row->cycles = row->ns * taken->ghz / taken->turns;
  row->spread = summary.spread;
  row->samples = summary.samples;
  row->outliers = summary.outliers;
  row->stable = summary.stable;
  row->measured = true;
}

static void measure_here(Member *me) {
  CostRow *row = me->crew->row;
  CostSamples *taken = row->taken;
  taken->ghz += clock_core_ghz();
  unsigned switches = switches_so_far();
  take_samples(me->crew, &me->seat, taken);
  row->switches += switches_so_far() - switches;
  taken->turns++;
}

// Pins the calling thread, and waits for the others. False where one of them cannot be pinned.
static bool sit_down(Member *me) {
  Crew *crew = me->crew;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  if (!topology_bind(crew->cost->topology, crew->row->pus[me->index], &diag))
    atomic_store(&crew->failed, true);
  arena_free(arena);
  atomic_fetch_add(&crew->seated, 1);
  unsigned waited = 0;
  while (atomic_load(&crew->seated) < crew->row->cores)
    wait_a_little(&waited);
  return !atomic_load(&crew->failed);
}

static void *work(void *argument) {
  Member *me = argument;
  Crew *crew = me->crew;
  const CostOperation *how = crew->row->how;
  bool seated = sit_down(me);
  if (me->index == 0) {
    if (seated)
      measure_here(me);
    atomic_store(&crew->bed->stop, true);
  } else if (seated && how->others) {
    while (!atomic_load_explicit(&crew->bed->stop, memory_order_relaxed)) {
      how->others(&me->seat, 1);
      atomic_fetch_add_explicit(&me->rounds, 1, memory_order_relaxed);
    }
  } else if (seated) {
    run_errands(crew);
  }
  return NULL;
}

void measure_begin(Cost *cost, CostRow *row) {
  if (!row->taken)
    row->taken = ARENA_NEW(cost->arena, CostSamples);
  *row->taken = (CostSamples){.values = row->taken->values, .capacity = row->taken->capacity};
  row->switches = 0;
  row->stable = false;
  row->measured = false;
}

bool measure_done(const CostRow *row) {
  const CostSamples *taken = row->taken;
  return taken->turns >= TURNS && (row->stable || taken->seconds >= row_seconds || taken->count == MAX_SAMPLES);
}

void measure_turn(Cost *cost, CostRow *row) {
  Bed *bed = cost->bed;
  Member members[BED_SEATS] = {0};
  Crew crew = {.cost = cost, .members = members, .row = row, .bed = bed};
  assert(row->cores <= BED_SEATS);
  atomic_store(&bed->stop, false);
  atomic_store(&bed->ball, 0);
  unsigned started = 0;
  for (; started < row->cores; started++) {
    Member *member = &members[started];
    *member = (Member){.rounds = 0, .crew = &crew, .index = started, .seat = take_seat(row->how, bed, started)};
    if (pthread_create(&member->thread, NULL, work, member))
      break;
  }
  if (started < row->cores) { // those that wait must not wait for the ones that never came
    atomic_store(&crew.failed, true);
    atomic_fetch_add(&crew.seated, row->cores - started);
  }
  for (unsigned i = 0; i < started; i++)
    pthread_join(members[i].thread, NULL);
  if (atomic_load(&crew.failed))
    row->reason = cannot_pin;
  else
    sum_up(row);
}

bool measure_survives(CostBody *body, const Seat *seat) {
  Seat own = *seat;
  pid_t child = fork();
  if (child == 0) {
    const int refusals[] = {SIGBUS, SIGSEGV, SIGILL};
    for (unsigned i = 0; i < sizeof refusals / sizeof *refusals; i++)
      signal(refusals[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    alarm(2);
    body(&own, 1);
    _exit(0);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

typedef struct {
  const Cost *cost;
  double adds_ghz, counter_ghz;
  bool pinned;
} ClockErrand;

static void *read_clocks(void *argument) {
  ClockErrand *errand = argument;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  errand->pinned = topology_bind(errand->cost->topology, errand->cost->pus[0], &diag);
  arena_free(arena);
  if (errand->pinned) {
    errand->adds_ghz = clock_core_ghz();
    errand->counter_ghz = counter_core_ghz();
  }
  return NULL;
}

bool measure_clock(const Cost *cost, double *adds_ghz, double *counter_ghz) {
  ClockErrand errand = {.cost = cost};
  pthread_t thread;
  if (pthread_create(&thread, NULL, read_clocks, &errand))
    return false;
  pthread_join(thread, NULL);
  *adds_ghz = errand.adds_ghz;
  *counter_ghz = errand.counter_ghz;
  return errand.pinned;
}
