// R and the lost update by the lockstep engine beside loops written by hand, in turns.
//
// usage: bench-lockstep [ROUNDS [SECONDS]]      (default: 5 rounds of 0.5 s each)
//
// The loop by hand is what one would write for the one test and nothing else: all locations on one line, 64 bytes an
// instance, a batch of 1024, lines read by both threads before it, each instance at its own time by the clock, and the
// states counted by both threads. It spends its time on the pace and shift that did best in short trials just before,
// which are not part of its time, and looks for nothing but the witness.
#include "harness/base/time.h"
#include "harness/engine/kernel.h"
#include "harness/engine/team.h"
#include "harness/lang/parse.h"
#include "harness/run/run.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 1024, LINE = 64, ROUNDS_MOST = 100 };

static const char R[] = "C R\n{}\n"
                        "P0 (atomic_int* x, atomic_int* y) { atomic_store_explicit(x,1,memory_order_relaxed);\n"
                        "  atomic_store_explicit(y,1,memory_order_relaxed); }\n"
                        "P1 (atomic_int* x, atomic_int* y) { atomic_store_explicit(y,2,memory_order_relaxed);\n"
                        "  int r0 = atomic_load_explicit(x,memory_order_relaxed); }\n"
                        "exists (y=2 /\\ 1:r0=0)\n";

#define INCREMENT                                                                                                      \
  "(atomic_int* x) { int r0 = atomic_load_explicit(x,memory_order_relaxed);\n"                                         \
  "  atomic_store_explicit(x,r0+1,memory_order_relaxed); }\n"
static const char LOST_UPDATE[] = "C lost-update\n{}\nP0 " INCREMENT "P1 " INCREMENT "exists (x=1)\n";

// ---- by hand

typedef struct {
  _Alignas(LINE) atomic_int x;
  atomic_int y;
} Instance;

typedef struct {
  Instance instances[BATCH];
  int seen[BATCH]; // by thread 1
  KernelMeeting meeting;
  bool is_r; // else the lost update
  uint64_t pace, late[2];
  unsigned batches;
  struct {
    _Alignas(2 * LINE) uint64_t witnesses;
  } counts[2];
} Hand;

static void wait_until(uint64_t due) {
  while ((int64_t)(cpu_clock() - due) < 0) {
  }
}

static void run_r(Hand *hand, unsigned thread, uint64_t start) {
  for (unsigned i = 0; i < BATCH; i++) {
    Instance *at = &hand->instances[i];
    wait_until(start + i * hand->pace);
    if (thread) {
      atomic_store_explicit(&at->y, 2, memory_order_relaxed);
      hand->seen[i] = atomic_load_explicit(&at->x, memory_order_relaxed);
    } else {
      atomic_store_explicit(&at->x, 1, memory_order_relaxed);
      atomic_store_explicit(&at->y, 1, memory_order_relaxed);
    }
  }
}

static void run_lost_update(Hand *hand, uint64_t start) {
  for (unsigned i = 0; i < BATCH; i++) {
    atomic_int *x = &hand->instances[i].x;
    wait_until(start + i * hand->pace);
    atomic_store_explicit(x, atomic_load_explicit(x, memory_order_relaxed) + 1, memory_order_relaxed);
  }
}

// Each thread counts and resets a half.
static void count(Hand *hand, unsigned thread) {
  uint64_t witnesses = 0;
  for (unsigned i = thread * BATCH / 2; i < (thread + 1) * BATCH / 2; i++) {
    Instance *at = &hand->instances[i];
    __builtin_prefetch(at + KERNEL_AHEAD, 1);
    int x = atomic_load_explicit(&at->x, memory_order_relaxed), y = atomic_load_explicit(&at->y, memory_order_relaxed);
    witnesses += hand->is_r ? y == 2 && hand->seen[i] == 0 : x == 1;
    atomic_store_explicit(&at->x, 0, memory_order_relaxed);
    atomic_store_explicit(&at->y, 0, memory_order_relaxed);
  }
  hand->counts[thread].witnesses += witnesses;
}

static void work(unsigned thread, void *shared, void *round) {
  enum { MARGIN = 1000 };
  Hand *hand = shared;
  (void)round;
  for (unsigned batch = 0; batch < hand->batches; batch++) {
    kernel_meet(&hand->meeting, 2, false, 0);
    for (unsigned i = 0; i < BATCH; i++)
      (void)atomic_load_explicit(&hand->instances[i].x, memory_order_relaxed);
    uint64_t start = kernel_meet(&hand->meeting, 2, false, MARGIN) + hand->late[thread];
    if (hand->is_r)
      run_r(hand, thread, start);
    else
      run_lost_update(hand, start);
    kernel_meet(&hand->meeting, 2, false, 0);
    count(hand, thread);
  }
}

typedef struct {
  uint64_t witnesses;
  double seconds;
  int pace, shift; // ns
} Score;

static double rate(Score score) { return (double)score.witnesses / score.seconds * 1e-6; }

static Score run_hand(Team *team, int pace, int shift, double ticks_per_ns, double seconds) {
  Hand *hand = team_shared(team);
  hand->pace = (uint64_t)(pace * ticks_per_ns);
  hand->late[0] = shift < 0 ? (uint64_t)(-shift * ticks_per_ns) : 0;
  hand->late[1] = shift > 0 ? (uint64_t)(shift * ticks_per_ns) : 0;
  hand->batches = 8;
  hand->counts[0].witnesses = hand->counts[1].witnesses = 0;
  double began = time_seconds();
  do {
    if (!team_round(team, work, NULL))
      break;
    hand->batches = 40;
  } while (time_seconds() - began < seconds);
  return (Score){hand->counts[0].witnesses + hand->counts[1].witnesses, time_seconds() - began, pace, shift};
}

static Score best_by_hand(bool is_r, const Topology *topology, const Placement *placement, double seconds, Diag *diag) {
  static const int paces[] = {20, 30, 40, 60}, shifts[] = {-30, -20, -12, -6, 0, 6, 12, 20, 30};
  double ticks_per_ns = clock_calibrate(topology, placement).ticks_per_second * 1e-9;
  const Binding binding = *measure_bindings(topology, placement, NULL, diag->arena);
  Team *team = team_new(&binding, ACTORS_THREADS, sizeof(Hand), diag);
  Score best = {.seconds = 1};
  if (!team)
    return best;
  ((Hand *)team_shared(team))->is_r = is_r;
  for (unsigned p = 0; p < sizeof paces / sizeof *paces; p++)
    for (unsigned s = 0; s < sizeof shifts / sizeof *shifts; s++) {
      Score trial = run_hand(team, paces[p], shifts[s], ticks_per_ns, 0);
      if (rate(trial) >= rate(best))
        best = trial;
    }
  best = run_hand(team, best.pace, best.shift, ticks_per_ns, seconds);
  team_free(team);
  return best;
}

// ---- beside the engine

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, unsigned n) {
  qsort(values, n, sizeof *values, by_size);
  return (values[n / 2] + values[(n - 1) / 2]) / 2;
}

static bool measure(const char *text, unsigned rounds, double seconds, Diag *diag) {
  Arena *arena = diag->arena;
  Source source = {.name = "test", .bytes = text, .length = strlen(text)};
  const RunOptions options = {.seconds = seconds, .engine = ENGINE_LOCKSTEP};
  const Test *test = test_parse(&source, arena, diag);
  Topology *topology = topology_new(diag);
  Compiler compiler;
  bool ready = test && topology && compiler_find(NULL, NULL, arena, &compiler, diag);
  if (ready) {
    Placement placement = placement_default(topology, 2, arena);
    Compiled **compiled = build_compile(&test, 1, options.engine, &compiler, arena, NULL, NULL, NULL);
    double hand[ROUNDS_MOST] = {0}, engine[ROUNDS_MOST] = {0};
    printf("%s on %s, million witnesses per second\n%8s %26s %10s %8s\n", test->name, placement_name(placement.kind),
           "round", "by hand (pace, shift in ns)", "engine", "ratio");
    for (unsigned r = 0; r < rounds; r++) {
      Score h = best_by_hand(text == R, topology, &placement, seconds, diag);
      RunResult result = run_test(test, compiled[0], topology, &placement, &options, arena, NULL);
      hand[r] = rate(h);
      engine[r] = result.status == RUN_DONE ? (double)result.histogram.witnesses / result.seconds * 1e-6 : 0;
      printf("%8u %16.1f (%3d, %3d) %10.1f %8.2f\n", r + 1, hand[r], h.pace, h.shift, engine[r], engine[r] / hand[r]);
    }
    double by_hand = median(hand, rounds), by_engine = median(engine, rounds);
    printf("%8s %16.1f %21.1f %8.2f\n", "median", by_hand, by_engine, by_engine / by_hand);
  }
  topology_free(topology);
  return ready;
}

int main(int argc, char **argv) {
  double rounds = argc > 1 ? strtod(argv[1], NULL) : 5, seconds = argc > 2 ? strtod(argv[2], NULL) : 0.5;
  if (!(rounds >= 1 && rounds <= ROUNDS_MOST && seconds > 0)) {
    fprintf(stderr, "usage: bench-lockstep [ROUNDS [SECONDS]]\n");
    return 2;
  }
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  bool measured =
      measure(R, (unsigned)rounds, seconds, &diag) && measure(LOST_UPDATE, (unsigned)rounds, seconds, &diag);
  if (diag.first)
    fprintf(stderr, "%s\n", diag.first->message);
  arena_free(arena);
  return measured && !diag.errors ? EXIT_SUCCESS : EXIT_FAILURE;
}
