// SB by the perpetual engine beside a loop written by hand, in turns, witnesses counted by the same honest rule.
//
// usage: bench-perpetual [ROUNDS [SECONDS]]      (default: 5 rounds of 0.5 s each)
//
// The loop by hand is what one would write for SB and nothing else: for 1, 2, 4 and 8 pairs of lines an unrolled loop,
// what was read in 16 bits, runs short enough to stay in cache, counted by both threads with the engine's matcher. Its
// time includes the counting, as the engine's does; "run alone" leaves it out. It spends its time on the number of
// pairs that did best in short trials just before, which are not part of its time, and looks for nothing but the weak
// state.
#include "harness/base/time.h"
#include "harness/build/perpetual_shape.h"
#include "harness/engine/perpetual_match.h"
#include "harness/lang/parse.h"
#include "harness/run/run.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VISITS = 32768, PAIRS = 8, GAP = 32, LINES = 128, ROUNDS_MOST = 100 };

static const char SB[] = "C SB\n{}\n"
                         "P0 (atomic_int* x, atomic_int* y) { atomic_store_explicit(x,1,memory_order_relaxed);\n"
                         "  int r0 = atomic_load_explicit(y,memory_order_relaxed); }\n"
                         "P1 (atomic_int* x, atomic_int* y) { atomic_store_explicit(y,1,memory_order_relaxed);\n"
                         "  int r0 = atomic_load_explicit(x,memory_order_relaxed); }\n"
                         "exists (0:r0=0 /\\ 1:r0=0)\n";

// ---- by hand

typedef struct {
  _Alignas(LINES) atomic_int value;
} Line;

typedef struct {
  Line stored[2][PAIRS]; // by each thread
  uint16_t seen[2][VISITS + PAIRS * GAP];
  _Alignas(LINES) uint64_t states[2][LINES / sizeof(uint64_t)];
  _Alignas(LINES) atomic_uint arrived;
  _Alignas(LINES) atomic_uint generation;
  _Alignas(LINES) unsigned pairs;
  unsigned epochs;
  double running; // seconds, of thread 0, without the counting
  const PerpetualShape *shape;
} Hand;

static void meet(Hand *hand) {
  unsigned generation = atomic_load_explicit(&hand->generation, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&hand->arrived, 1, memory_order_acq_rel) == 1) {
    atomic_store_explicit(&hand->arrived, 0, memory_order_relaxed);
    atomic_store_explicit(&hand->generation, generation + 1, memory_order_release);
  }
  while (atomic_load_explicit(&hand->generation, memory_order_acquire) == generation)
    ;
}

#define VISIT(pair)                                                                                                    \
  atomic_store_explicit(&mine[pair].value, (int)i + 1, memory_order_relaxed);                                          \
  seen[(pair) * (n + GAP) + i] = (uint16_t)atomic_load_explicit(&other[pair].value, memory_order_relaxed);

#define LOOP(pairs, visits)                                                                                            \
  static void loop_##pairs(Line *mine, Line *other, uint16_t *seen) {                                                  \
    enum { n = VISITS / (pairs) };                                                                                     \
    for (unsigned i = 0; i < n; i++) {                                                                                 \
      visits                                                                                                           \
    }                                                                                                                  \
  }
LOOP(1, VISIT(0))
LOOP(2, VISIT(0) VISIT(1))
LOOP(4, VISIT(0) VISIT(1) VISIT(2) VISIT(3))
LOOP(8, VISIT(0) VISIT(1) VISIT(2) VISIT(3) VISIT(4) VISIT(5) VISIT(6) VISIT(7))

static void run_loop(Hand *hand, unsigned thread) {
  Line *mine = hand->stored[thread], *other = hand->stored[!thread];
  uint16_t *seen = hand->seen[thread];
  switch (hand->pairs) {
  case 1:
    loop_1(mine, other, seen);
    break;
  case 2:
    loop_2(mine, other, seen);
    break;
  case 4:
    loop_4(mine, other, seen);
    break;
  default:
    loop_8(mine, other, seen);
  }
}

static void count(Hand *hand, unsigned thread) {
  static const signed char weak[] = {0, 0};
  unsigned n = VISITS / hand->pairs;
  for (unsigned pair = 0; pair < hand->pairs; pair++) {
    const size_t at = (size_t)pair * (n + GAP);
    const uint16_t *seen[] = {hand->seen[0] + at, hand->seen[1] + at};
    PerpetualRange ranges[2];
    perpetual_cut(hand->shape, seen, n, thread, 2, ranges);
    perpetual_match(hand->shape, seen, ranges, weak, hand->states[thread]);
  }
}

static void work(unsigned thread, void *shared, void *round) {
  Hand *hand = shared;
  (void)round;
  for (unsigned epoch = 0; epoch < hand->epochs; epoch++) {
    for (unsigned pair = 0; pair < hand->pairs; pair++)
      atomic_store_explicit(&hand->stored[thread][pair].value, 0, memory_order_relaxed);
    meet(hand);
    double began = thread ? 0 : time_seconds();
    run_loop(hand, thread);
    meet(hand);
    if (!thread)
      hand->running += time_seconds() - began;
    count(hand, thread);
  }
}

typedef struct {
  uint64_t witnesses;
  double seconds, running;
  unsigned pairs;
} Score;

static double rate(Score score) { return (double)score.witnesses / score.seconds * 1e-6; }

static Score run_pairs(Team *team, unsigned pairs, unsigned epochs, double seconds) {
  Hand *hand = team_shared(team);
  hand->pairs = pairs;
  hand->epochs = epochs;
  hand->running = 0;
  memset(hand->states, 0, sizeof hand->states);
  double began = time_seconds();
  while (time_seconds() - began < seconds && team_round(team, work, NULL))
    continue;
  return (Score){.witnesses = hand->states[0][0] + hand->states[1][0],
                 .seconds = time_seconds() - began,
                 .running = hand->running,
                 .pairs = pairs};
}

static Score run_hand(const PerpetualShape *shape, const Topology *topology, const Placement *placement, double seconds,
                      Diag *diag) {
  const Binding binding = *measure_bindings(topology, placement, NULL, diag->arena);
  Team *team = team_new(&binding, ACTORS_THREADS, sizeof(Hand), diag);
  Score best = {.seconds = 1, .running = 1};
  if (!team)
    return best;
  ((Hand *)team_shared(team))->shape = shape;
  for (unsigned pairs = 1; pairs <= PAIRS; pairs *= 2) {
    Score trial = run_pairs(team, pairs, 8, seconds / 40);
    if (rate(trial) > rate(best))
      best = trial;
  }
  best = run_pairs(team, best.pairs, 40, seconds);
  team_free(team);
  return best;
}

// ---- the engine

static Score run_engine_once(const Test *test, const Compiled *compiled, const Topology *topology,
                             const Placement *placement, const RunOptions *options, Arena *arena) {
  RunResult result = run_test(test, compiled, topology, placement, options, arena, NULL);
  Score score = {.witnesses = result.histogram.witnesses, .seconds = result.seconds};
  for (unsigned i = 0; i < result.report.setting_count; i++)
    if (!strcmp(result.report.settings[i].name, "copies"))
      score.pairs = (unsigned)result.report.settings[i].number;
  if (result.status != RUN_DONE)
    fprintf(stderr, "the engine did not run: %s\n", result.message ? result.message : "no reason given");
  return score;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, unsigned n) {
  qsort(values, n, sizeof *values, by_size);
  return (values[n / 2] + values[(n - 1) / 2]) / 2;
}

static void alternate(const Test *test, const Compiled *compiled, const Topology *topology, const Placement *placement,
                      const RunOptions *options, unsigned rounds, Diag *diag) {
  double hand[ROUNDS_MOST] = {0}, alone[ROUNDS_MOST] = {0}, engine[ROUNDS_MOST] = {0}, ratio[ROUNDS_MOST] = {0};
  const char *reason;
  const PerpetualShape *shape = perpetual_shape(test, diag->arena, &reason);
  printf("SB on %s, million witnesses per second\n%8s %18s %12s %18s %8s\n", placement_name(placement->kind), "round",
         "by hand (pairs)", "run alone", "engine (copies)", "ratio");
  for (unsigned r = 0; r < rounds; r++) {
    Score h = run_hand(shape, topology, placement, options->seconds, diag);
    Score e = run_engine_once(test, compiled, topology, placement, options, diag->arena);
    hand[r] = rate(h);
    alone[r] = hand[r] * h.seconds / h.running;
    engine[r] = rate(e);
    ratio[r] = engine[r] / hand[r];
    printf("%8u %14.1f (%u) %12.1f %14.1f (%u) %8.2f\n", r + 1, hand[r], h.pairs, alone[r], engine[r], e.pairs,
           ratio[r]);
  }
  double by_hand = median(hand, rounds), by_engine = median(engine, rounds);
  printf("%8s %14.1f %16.1f %14.1f %12.2f   (of medians; the median of the ratios is %.2f)\n", "median", by_hand,
         median(alone, rounds), by_engine, by_engine / by_hand, median(ratio, rounds));
}

static int measure(unsigned rounds, double seconds, Arena *arena) {
  Diag diag = {.arena = arena};
  Source source = {.name = "SB", .bytes = SB, .length = strlen(SB)};
  const RunOptions options = {.seconds = seconds, .engine = ENGINE_PERPETUAL};
  const Test *test = test_parse(&source, arena, &diag);
  Topology *topology = topology_new(&diag);
  Compiler compiler;
  bool ready = test && topology && compiler_find(NULL, NULL, arena, &compiler, &diag);
  if (ready) {
    Placement placement = placement_default(topology, 2, arena);
    Compiled **compiled = build_compile(&test, 1, options.engine, &compiler, arena, NULL, NULL, NULL);
    alternate(test, compiled[0], topology, &placement, &options, rounds, &diag);
  }
  topology_free(topology);
  if (diag.first)
    fprintf(stderr, "%s\n", diag.first->message);
  return ready && !diag.errors ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  double rounds = argc > 1 ? strtod(argv[1], NULL) : 5, seconds = argc > 2 ? strtod(argv[2], NULL) : 0.5;
  if (!(rounds >= 1 && rounds <= ROUNDS_MOST && seconds > 0)) {
    fprintf(stderr, "usage: bench-perpetual [ROUNDS [SECONDS]]\n");
    return 2;
  }
  Arena *arena = arena_new();
  int status = measure((unsigned)rounds, seconds, arena);
  arena_free(arena);
  return status;
}
