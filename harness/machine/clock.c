#include "harness/machine/clock.h"
#include "harness/base/time.h"

#include "arch/cpu.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

// The counter and the system's clock, read at one moment.
typedef struct {
  double ticks, seconds;
} Moment;

// The counter is read before and after the system's clock; the narrowest of a few tries is one that nothing
// interrupted.
static Moment moment_now(uint64_t origin) {
  Moment best = {0};
  uint64_t narrowest = UINT64_MAX;
  for (int i = 0; i < 5; i++) {
    uint64_t before = cpu_clock_ordered();
    double seconds = time_seconds();
    uint64_t after = cpu_clock_ordered();
    if (after - before < narrowest) {
      narrowest = after - before;
      best = (Moment){(double)(before - origin) + (double)narrowest / 2, seconds};
    }
  }
  return best;
}

static Moment moment_after(uint64_t origin, double seconds) {
  while (time_seconds() < seconds)
    cpu_pause();
  return moment_now(origin);
}

static int compare_ticks(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

// How far the counter goes between two reads that differ; 0 if it stands still.
static double measure_step(void) {
  enum { SAMPLES = 101, TRIES_MOST = 100000 };
  uint64_t steps[SAMPLES];
  for (unsigned i = 0; i < SAMPLES; i++) {
    uint64_t before = cpu_clock(), now = before;
    for (unsigned tries = 0; now == before; tries++) {
      if (tries == TRIES_MOST)
        return 0;
      now = cpu_clock();
    }
    steps[i] = now - before;
  }
  qsort(steps, SAMPLES, sizeof *steps, compare_ticks);
  uint64_t median = steps[SAMPLES / 2];
  return (double)median;
}

// ns to read the counter: the best of a few rounds of reads.
static double measure_read(void) {
  enum { ROUNDS = 8, READS = 256 };
  double best = INFINITY;
  for (unsigned round = 0; round < ROUNDS; round++) {
    double begin = time_seconds();
    for (unsigned i = 0; i < READS; i++)
      (void)cpu_clock();
    best = fmin(best, (time_seconds() - begin) * 1e9 / (double)READS);
  }
  return best;
}

// Two threads on two PUs that send each other the time. Each thread writes one line of its own: the rounds asked for
// and what the asker was given, the rounds answered and what was found.
typedef struct {
  _Alignas(128) _Atomic unsigned asked;
  _Atomic bool failed;
  unsigned pus[2];
  const Topology *topology;
  double deadline;
  _Alignas(128) _Atomic unsigned answered;
  bool answers, drifts; // whether rounds were had in time; whether no one offset explains them all
  uint64_t stamp;       // the answering thread's counter
  int64_t offset;       // ticks: of the second PU's counter over the first's
  int64_t error;        // ticks: how far `offset` may be off
} Exchange;

enum { OVER = INT_MAX }; // a round that is not asked for: the end

// Waits until *counter is `wanted` or OVER. False where time is up or the other thread failed. Where the other thread
// has lost its PU, naps: one that yields gives its own away for a slice, and goes as the other comes.
static bool wait_for(Exchange *exchange, _Atomic unsigned *counter, unsigned wanted, double deadline) {
  for (unsigned spins = 0;; spins++) {
    unsigned seen = atomic_load_explicit(counter, memory_order_acquire);
    if (seen == wanted || seen == OVER)
      return seen == wanted;
    // At first without a pause, which would round the trip up.
    if (spins < 4000)
      continue;
    if (atomic_load_explicit(&exchange->failed, memory_order_relaxed) || time_seconds() > deadline)
      return false;
    const struct timespec nap = {.tv_nsec = 50000};
    nanosleep(&nap, NULL);
  }
}

static bool pin(Exchange *exchange, unsigned side) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  bool pinned = topology_bind(exchange->topology, exchange->pus[side], &diag);
  arena_free(arena);
  if (!pinned)
    atomic_store_explicit(&exchange->failed, true, memory_order_relaxed);
  return pinned;
}

static void *answer(void *argument) {
  Exchange *exchange = argument;
  if (!pin(exchange, 1))
    return NULL;
  // Twice the asking thread's time: it is the one to give up.
  double deadline = exchange->deadline + (exchange->deadline - time_seconds()) + 0.1;
  for (unsigned round = 1; wait_for(exchange, &exchange->asked, round, deadline); round++) {
    exchange->stamp = cpu_clock_ordered();
    atomic_store_explicit(&exchange->answered, round, memory_order_release);
  }
  return NULL;
}

// What is known of an offset, in ticks: it lies between the two.
typedef struct {
  int64_t low, high;
} Bounds;

// The other counter was read after the question was sent and before the answer came, so each round trip bounds its
// offset from both sides, and all of them together do so best. F. Cristian, "Probabilistic clock synchronization",
// 1989, section 4; the intersection is K. Marzullo's. False where time was up.
static bool exchange_rounds(Exchange *exchange, unsigned first, unsigned count, Bounds *bounds) {
  *bounds = (Bounds){INT64_MIN, INT64_MAX};
  for (unsigned round = first; round < first + count; round++) {
    uint64_t begin = cpu_clock_ordered();
    atomic_store_explicit(&exchange->asked, round, memory_order_release);
    if (!wait_for(exchange, &exchange->answered, round, exchange->deadline))
      return round > first;
    uint64_t end = cpu_clock_ordered();
    int64_t low = (int64_t)(exchange->stamp - end), high = (int64_t)(exchange->stamp - begin);
    bounds->low = low > bounds->low ? low : bounds->low;
    bounds->high = high < bounds->high ? high : bounds->high;
  }
  return true;
}

static void *ask(void *argument) {
  enum { ROUNDS = 48 };
  Exchange *exchange = argument;
  if (pin(exchange, 0)) {
    Bounds early, late;
    exchange->answers =
        exchange_rounds(exchange, 1, ROUNDS, &early) && exchange_rounds(exchange, ROUNDS + 1, ROUNDS, &late);
    if (exchange->answers) {
      int64_t low = late.low > early.low ? late.low : early.low;
      int64_t high = late.high < early.high ? late.high : early.high;
      exchange->drifts = low > high + 1;
      exchange->offset = low / 2 + high / 2;
      exchange->error = high > low ? (high - low + 1) / 2 : 0;
    }
  }
  atomic_store_explicit(&exchange->asked, OVER, memory_order_release);
  return NULL;
}

// Compares the counters of two PUs by threads of its own, so that the caller's binding stays. False where threads
// cannot be had.
static bool exchange_run(Exchange *exchange) {
  pthread_t asking, answering;
  if (pthread_create(&answering, NULL, answer, exchange))
    return false;
  bool started = !pthread_create(&asking, NULL, ask, exchange);
  if (!started)
    atomic_store_explicit(&exchange->asked, OVER, memory_order_release);
  else
    pthread_join(asking, NULL);
  pthread_join(answering, NULL);
  return started;
}

// Whether the thread before this one in the placement has the same PU.
static bool seen_before(const Placement *placement, unsigned thread) {
  for (unsigned t = 0; t < thread; t++)
    if (placement->pus[t] == placement->pus[thread])
      return true;
  return false;
}

// The counters of the placement's PUs against that of the first. Returns why they cannot be relied on, or NULL.
static const char *measure_skew(const Topology *topology, const Placement *placement, Clock *clock) {
  // 100 ms a pair is for a machine that is busy: an idle one needs a tenth of a millisecond.
  const double pair = 0.1, limit = time_seconds() + 0.2;
  int64_t lowest = 0, highest = 0;
  for (unsigned t = 1; t < placement->threads; t++) {
    if (seen_before(placement, t))
      continue;
    Exchange exchange = {.topology = topology,
                         .pus = {placement->pus[0], placement->pus[t]},
                         .deadline = fmin(limit, time_seconds() + pair)};
    if (!exchange_run(&exchange) || atomic_load(&exchange.failed))
      return "the PUs' counters could not be compared: threads could not be started and pinned";
    if (!exchange.answers)
      return "the PUs' counters could not be compared: other programs keep the PUs busy";
    if (exchange.drifts)
      return "the PUs' counters run at different rates";
    lowest = exchange.offset < lowest ? exchange.offset : lowest;
    highest = exchange.offset > highest ? exchange.offset : highest;
    clock->skew_error = exchange.error > clock->skew_error ? exchange.error : clock->skew_error;
  }
  clock->skew = highest - lowest;
  return NULL;
}

// Threads that meet by the counter should do so within a few tens of nanoseconds, about a line's way between cores.
static const char *judge(const Clock *clock, double first_rate, double second_rate) {
  enum { STEP_NS = 25, READ_NS = 200, SKEW_NS = 50 };
  double tick_ns = 1e9 / clock->ticks_per_second;
  if (!(first_rate > 0) || !(second_rate > 0) || fabs(first_rate - second_rate) > 0.01 * first_rate)
    return "the counter is not steady against the system's clock";
  if (clock->read_ns > READ_NS)
    return "reading the counter takes too long, as where a hypervisor steps in";
  if (clock->step * tick_ns > STEP_NS && clock->step * tick_ns > 2 * clock->read_ns)
    return "the counter's step is too coarse to meet by";
  if ((double)(clock->skew - clock->skew_error) * tick_ns > SKEW_NS)
    return "the counter's skew between the PUs is too large to meet by";
  return NULL;
}

Clock clock_calibrate(const Topology *topology, const Placement *placement) {
  const double half = 1.5e-3; // seconds: two read errors of 20 ns in it are 0.003 %
  Clock clock = {0};
  uint64_t origin = cpu_clock_ordered();
  Moment begin = moment_now(origin);
  clock.step = measure_step();
  clock.read_ns = measure_read();
  const char *incomparable = measure_skew(topology, placement, &clock);
  Moment middle = moment_after(origin, begin.seconds + half);
  Moment end = moment_after(origin, middle.seconds + half);
  clock.ticks_per_second = (end.ticks - begin.ticks) / (end.seconds - begin.seconds);
  double first_rate = (middle.ticks - begin.ticks) / (middle.seconds - begin.seconds);
  double second_rate = (end.ticks - middle.ticks) / (end.seconds - middle.seconds);
  if (!(clock.step > 0) || !(clock.ticks_per_second > 0))
    clock.reason = "the counter stands still";
  else
    clock.reason = incomparable ? incomparable : judge(&clock, first_rate, second_rate);
  clock.usable = !clock.reason;
  return clock;
}

// Seconds for a chain of `count` * 16 adds, each of which needs the one before.
static double time_chain(unsigned count) {
  double begin = time_seconds();
  uint64_t sum = begin > 0, term = sum;
  for (unsigned i = 0; i < count; i++) {
    sum = cpu_add(cpu_add(cpu_add(cpu_add(sum, term), term), term), term);
    sum = cpu_add(cpu_add(cpu_add(cpu_add(sum, term), term), term), term);
    sum = cpu_add(cpu_add(cpu_add(cpu_add(sum, term), term), term), term);
    sum = cpu_add(cpu_add(cpu_add(cpu_add(sum, term), term), term), term);
  }
  return time_seconds() - begin;
}

double clock_core_ghz(void) {
  enum { COUNT = 8192, CHUNKS_AT_LEAST = 4 };
  double best = INFINITY, end = time_seconds() + 1e-3;
  // The fastest chunk is one that nothing interrupted and for which the core had woken up.
  for (unsigned chunk = 0; chunk < CHUNKS_AT_LEAST || time_seconds() < end; chunk++)
    best = fmin(best, time_chain(COUNT));
  return best > 0 ? 16.0 * COUNT * CPU_ADD_CYCLES / best * 1e-9 : 0;
}
