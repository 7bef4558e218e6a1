#include "harness/cost/measure.h"
#include "harness/base/time.h"
#include "harness/cost/figure.h"
#include "harness/cost/perf.h"
#include "harness/cost/quiet.h"
#include "harness/machine/clock.h"

#include <assert.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_SAMPLES = 16384,
  MAX_ROUNDS = 1 << 16,
  MAX_PASSES = 64,
  TURNS = 10, // of a row that brought enough samples, at least
  MAX_TURNS = 60,
};

static const double sample_ns = 20e3, contended_ns = 100e3; // a body's time, at least
static const double pass_steps = 100;                       // a sample over prepared lines, in steps of the clock
static const double smallest_ns = 0.02;                     // differences below are noise: a tenth of a cycle or less
static const double shared_turn = 0.005;                    // seconds of a turn with several cores, at least
static const double row_seconds = 0.1;                      // then a row is given up as not stable
static const double probe_steps = 100, probe_ns = 1000;     // a probe, at least
// What measurements that were repeated another time differ by, which one of them does not show: where pages and code
// lie; and, beyond the core's own caches, what lines travel through and who else uses that.
static const double repeats = 0.06, repeats_shared = 0.3;

// How much a sample holds.
typedef struct {
  unsigned rounds; // of the body
  unsigned passes; // of preparation and body
} Size;

// What a row's turns have brought.
typedef struct CostSamples {
  Sample *samples;
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
  _Alignas(WORK_STRIDE) atomic_uint count;
} SharedCount;

// The threads of a row: worker 0 measures, the others prepare lines for it or get in its way.
typedef struct {
  SharedCount asked, done; // tasks of the preparing thread
  Cost *cost;
  struct Member *members;
  CostRow *row;
  Workspace *workspace;
  atomic_uint ready;  // threads that are where they belong
  atomic_bool failed; // one cannot be pinned
} Measurement;

typedef struct Member {
  _Alignas(WORK_STRIDE) atomic_uint rounds; // that an other one has run
  Measurement *measurement;
  unsigned index;
  Worker worker;
  pthread_t thread;
} Member;

// Waiting that lets others run once it takes long: PUs may be shared with other programs.
static void wait_a_little(unsigned *waited) {
  cpu_pause();
  if (++*waited % 4096 == 0)
    sched_yield();
}

static Worker make_worker(const CostOperation *how, Workspace *workspace, unsigned index) {
  assert(index < WORKERS);
  _Atomic uint32_t *counter = &workspace->counters[0].value;
  if (how->share == SHARE_LINE) // the words after the line's first
    counter = (_Atomic uint32_t *)&workspace->counters[0] + index % (CPU_CACHE_LINE / sizeof *counter);
  else if (how->share == SHARE_NOTHING)
    counter = &workspace->counters[index].value;
  return (Worker){.workspace = workspace, .counter = counter, .at = workspace->pages + how->offset};
}

static void write_all(Workspace *workspace) {
  for (unsigned i = 0; i < WORK_LINES; i++)
    atomic_store_explicit(&workspace->lines[i].value, i, memory_order_relaxed);
}

static void read_all(Workspace *workspace) {
  for (unsigned i = 0; i < WORK_LINES; i++)
    (void)atomic_load_explicit(&workspace->lines[i].value, memory_order_relaxed);
}

static void flush_all(Workspace *workspace) {
  for (unsigned i = 0; i < WORK_LINES; i++)
    cpu_flush(&workspace->lines[i]);
}

// The other core's part in a preparation, again and again until the row is done.
static void prepare_for_other(Measurement *measurement) {
  unsigned done = 0, waited = 0;
  while (!atomic_load_explicit(&measurement->workspace->stop, memory_order_relaxed)) {
    if (atomic_load_explicit(&measurement->asked.count, memory_order_acquire) == done) {
      wait_a_little(&waited);
      continue;
    }
    if (measurement->row->how->before == BEFORE_OTHER_WRITE)
      write_all(measurement->workspace);
    else
      read_all(measurement->workspace);
    atomic_thread_fence(memory_order_seq_cst);
    atomic_store_explicit(&measurement->done.count, ++done, memory_order_release);
  }
}

static void ask_other(Measurement *measurement) {
  unsigned waited = 0, number = atomic_load_explicit(&measurement->asked.count, memory_order_relaxed) + 1;
  atomic_store_explicit(&measurement->asked.count, number, memory_order_release);
  while (atomic_load_explicit(&measurement->done.count, memory_order_acquire) != number)
    wait_a_little(&waited);
}

static void prepare(Measurement *measurement) {
  switch (measurement->row->how->before) {
  case BEFORE_NOTHING:
    return;
  case BEFORE_OWN_WRITE:
    write_all(measurement->workspace);
    break;
  case BEFORE_OTHER_WRITE:
    ask_other(measurement);
    break;
  case BEFORE_OTHER_READ:
  case BEFORE_BOTH_READ:
    flush_all(measurement->workspace);
    atomic_thread_fence(memory_order_seq_cst);
    ask_other(measurement);
    if (measurement->row->how->before == BEFORE_BOTH_READ)
      read_all(measurement->workspace);
    break;
  case BEFORE_FLUSH:
    flush_all(measurement->workspace);
    break;
  }
  atomic_thread_fence(memory_order_seq_cst);
}

static double time_ticks(Measurement *measurement, CostBody *body, Worker *worker, Size size) {
  uint64_t ticks = 0;
  for (unsigned i = 0; i < size.passes; i++) {
    prepare(measurement);
    uint64_t begin = cpu_clock_ordered();
    body(worker, size.rounds);
    ticks += cpu_clock_ordered() - begin;
  }
  return (double)ticks;
}

// Doubles what a sample holds until it takes long enough. The first runs fill the caches on the way.
static Size choose_size(Measurement *measurement, Worker *worker) {
  const CostOperation *how = measurement->row->how;
  const Cost *cost = measurement->cost;
  bool prepared = how->before != BEFORE_NOTHING;
  double wanted = prepared ? pass_steps * cost->step_ns : how->others ? contended_ns : sample_ns;
  Size size = {1, 1};
  unsigned *grows = prepared ? &size.passes : &size.rounds, limit = prepared ? MAX_PASSES : MAX_ROUNDS;
  time_ticks(measurement, how->base, worker, size);
  while (time_ticks(measurement, how->body, worker, size) * cost->ns_per_tick < wanted && *grows < limit)
    *grows *= 2;
  return size;
}

static void note_rounds(const Measurement *measurement, unsigned rounds[WORKERS]) {
  for (unsigned i = 1; i < measurement->row->cores; i++)
    rounds[i] = atomic_load_explicit(&measurement->members[i].rounds, memory_order_relaxed);
}

// Whether each of the other threads has run since: else another program had its PU, and nothing was contended.
static bool all_ran(const Measurement *measurement, const unsigned rounds[WORKERS]) {
  for (unsigned i = 1; i < measurement->row->cores; i++)
    if (atomic_load_explicit(&measurement->members[i].rounds, memory_order_relaxed) == rounds[i])
      return false;
  return true;
}

// Of this thread's: what other programs take does not count.
static double own_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// How many rounds of a probe can be told apart by the clock.
static unsigned probe_rounds(const Cost *cost) {
  double add_ns = 1 / fmax(8 * cost->ghz, 0.1), wanted = fmax(probe_ns, probe_steps * cost->step_ns);
  return (unsigned)(wanted / (add_ns * QUIET_ADDS)) + 1;
}

// Takes some samples more.
static void take_samples(Measurement *measurement, Worker *worker, CostSamples *taken) {
  const CostOperation *how = measurement->row->how;
  Cost *cost = measurement->cost;
  double per_round = how->per_round ? how->per_round : COST_UNROLLED;
  if (!taken->turns) {
    taken->size = choose_size(measurement, worker);
    // The counter's step divides over all the operations of a sample.
    taken->floor = fmax(smallest_ns, cost->step_ns / (per_round * taken->size.rounds * sqrt(taken->size.passes)));
  }
  double scale = cost->ns_per_tick / (per_round * taken->size.rounds * taken->size.passes);
  double begin = own_seconds(), seconds = 0, least = measurement->row->cores > 1 ? shared_turn : 0;
  size_t first = taken->count, wanted = first + SUMMARY_SAMPLES;
  unsigned adds = probe_rounds(cost);
  double before = quiet_probe(adds);
  while ((taken->count < wanted || seconds < least) && taken->count < MAX_SAMPLES && seconds < row_seconds) {
    taken->samples =
        arena_grow(cost->arena, taken->samples, &taken->capacity, taken->count + 1, sizeof *taken->samples);
    double base = time_ticks(measurement, how->base, worker, taken->size);
    unsigned rounds[WORKERS] = {0};
    note_rounds(measurement, rounds);
    double ticks = time_ticks(measurement, how->body, worker, taken->size);
    bool ran = !how->others || all_ran(measurement, rounds);
    double after = quiet_probe(adds);
    if (ran)
      taken->samples[taken->count++] = (Sample){(ticks - base) * scale, fmax(before, after), taken->turns};
    before = after;
    seconds = own_seconds() - begin;
  }
  double probe = figure_probe(taken->samples + first, taken->count - first);
  if (probe > 0 && (cost->probe == 0 || probe < cost->probe))
    cost->probe = probe;
  taken->seconds += seconds;
}

static unsigned switches_so_far(void) {
  struct rusage usage;
  return getrusage(RUSAGE_THREAD, &usage) ? 0 : (unsigned)usage.ru_nivcsw;
}

// Whether its lines leave the core.
static bool goes_out(const CostRow *row) { return row->cores > 1 || row->how->before == BEFORE_FLUSH; }

// The figures of all the samples so far.
static void sum_up(const Cost *cost, CostRow *row) {
  CostSamples *taken = row->taken;
  if (!taken->count) {
    if (measure_done(row))
      row->reason = "the other cores never ran at the same time";
    return;
  }
  double *scratch = malloc(2 * taken->count * sizeof *scratch);
  if (!scratch) {
    row->reason = "out of memory";
    return;
  }
  Figure figure = figure_of(taken->samples, taken->count, cost->probe, taken->floor,
                            goes_out(row) ? repeats_shared : repeats, scratch);
  free(scratch);
  row->ns = figure.ns;
  row->cycles = row->ns * taken->ghz / taken->turns;
  row->spread = figure.spread;
  row->samples = figure.samples;
  row->outliers = figure.outliers;
  row->shared = figure.shared;
  row->stable = figure.stable;
  row->measured = true;
}

static void measure_here(Member *me) {
  CostRow *row = me->measurement->row;
  CostSamples *taken = row->taken;
  taken->ghz += clock_core_ghz();
  unsigned switches = switches_so_far();
  take_samples(me->measurement, &me->worker, taken);
  row->switches += switches_so_far() - switches;
  taken->turns++;
}

// Pins the calling thread, and waits for the others. False where one of them cannot be pinned.
static bool sit_down(Member *me) {
  Measurement *measurement = me->measurement;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  if (!topology_bind(measurement->cost->topology, measurement->row->pus[me->index], &diag))
    atomic_store(&measurement->failed, true);
  arena_free(arena);
  atomic_fetch_add(&measurement->ready, 1);
  unsigned waited = 0;
  while (atomic_load(&measurement->ready) < measurement->row->cores)
    wait_a_little(&waited);
  return !atomic_load(&measurement->failed);
}

static void *work(void *argument) {
  Member *me = argument;
  Measurement *measurement = me->measurement;
  const CostOperation *how = measurement->row->how;
  bool ready = sit_down(me);
  if (me->index == 0) {
    if (ready)
      measure_here(me);
    atomic_store(&measurement->workspace->stop, true);
  } else if (ready && how->others) {
    while (!atomic_load_explicit(&measurement->workspace->stop, memory_order_relaxed)) {
      how->others(&me->worker, 1);
      atomic_fetch_add_explicit(&me->rounds, 1, memory_order_relaxed);
    }
  } else if (ready) {
    prepare_for_other(measurement);
  }
  return NULL;
}

void measure_begin(Cost *cost, CostRow *row) {
  if (!row->taken)
    row->taken = ARENA_NEW(cost->arena, CostSamples);
  *row->taken = (CostSamples){.samples = row->taken->samples, .capacity = row->taken->capacity};
  row->switches = 0;
  row->stable = false;
  row->measured = false;
}

bool measure_done(const CostRow *row) {
  const CostSamples *taken = row->taken;
  return row->stable || taken->turns >= MAX_TURNS || taken->seconds >= row_seconds || taken->count == MAX_SAMPLES;
}

void measure_turn(Cost *cost, CostRow *row) {
  Workspace *workspace = cost->workspace;
  Member members[WORKERS] = {0};
  Measurement measurement = {.cost = cost, .members = members, .row = row, .workspace = workspace};
  assert(row->cores <= WORKERS);
  atomic_store(&workspace->stop, false);
  atomic_store(&workspace->ball, 0);
  unsigned started = 0;
  for (; started < row->cores; started++) {
    Member *member = &members[started];
    *member = (Member){.rounds = 0,
                       .measurement = &measurement,
                       .index = started,
                       .worker = make_worker(row->how, workspace, started)};
    if (pthread_create(&member->thread, NULL, work, member))
      break;
  }
  if (started < row->cores) { // those that wait must not wait for the ones that never came
    atomic_store(&measurement.failed, true);
    atomic_fetch_add(&measurement.ready, row->cores - started);
  }
  for (unsigned i = 0; i < started; i++)
    pthread_join(members[i].thread, NULL);
  if (atomic_load(&measurement.failed))
    row->reason = cannot_pin;
  else
    sum_up(cost, row);
}

void measure_again(const Cost *cost, CostRow *row) {
  if (!row->reason)
    sum_up(cost, row);
}

bool measure_survives(CostBody *body, const Worker *worker) {
  Worker own = *worker;
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
} ClockTask;

static void *read_clocks(void *argument) {
  ClockTask *task = argument;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  task->pinned = topology_bind(task->cost->topology, task->cost->pus[0], &diag);
  arena_free(arena);
  if (task->pinned) {
    task->adds_ghz = clock_core_ghz();
    task->counter_ghz = perf_core_ghz();
  }
  return NULL;
}

bool measure_clock(const Cost *cost, double *adds_ghz, double *counter_ghz) {
  ClockTask task = {.cost = cost};
  pthread_t thread;
  if (pthread_create(&thread, NULL, read_clocks, &task))
    return false;
  pthread_join(thread, NULL);
  *adds_ghz = task.adds_ghz;
  *counter_ghz = task.counter_ghz;
  return task.pinned;
}
