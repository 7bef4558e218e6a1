// Do the figures of `weakmem cost` hold? Ten of its rows, each beside a loop written by hand: another clock, another
// way to unroll, another way to take the overhead off. Both measure in turns, ten rounds.
//
// Held to: each row's ratio (tool / hand) has a median within 5 % of 1 and a spread over the rounds (interquartile
// range / median) of at most 3 %; at least 20 rows of the tool are stable. Prints PASS or FAIL; so says the exit
// status.
#include "harness/cost/cost.h"
#include "arch/cpu.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 10, CHUNK = 25, TIMES = 1000, STABLE_ROWS = 20 };
static const double median_limit = 0.05, spread_limit = 0.03;

// What the hand-written loops work on.
typedef struct {
  _Alignas(256) _Atomic uint32_t word;
  _Alignas(256) _Atomic uint32_t other;
  _Alignas(256) unsigned char bytes[256];
  _Alignas(256) pthread_mutex_t mutex;
} Yard;

// A loop of `n` times twenty operations, and the same without them.
typedef void Loop(Yard *yard, long n);
enum { UNROLLED = 20 };

// NOLINTBEGIN(bugprone-macro-parentheses): statements and initialisers
#define FIVE(x) x x x x x
#define TWENTY(x) FIVE(x) FIVE(x) FIVE(x) FIVE(x)
#define LOOP(name, body)                                                                                               \
  static void name(Yard *yard, long n) {                                                                               \
    (void)yard;                                                                                                        \
    while (n--) {                                                                                                      \
      cpu_fence_compiler();                                                                                            \
      TWENTY(body)                                                                                                     \
    }                                                                                                                  \
  }
LOOP(empty, )
LOOP(seq_cst_fence, atomic_thread_fence(memory_order_seq_cst);)
LOOP(seq_cst_store, atomic_store(&yard->word, 1);)
LOOP(increment, atomic_fetch_add(&yard->word, 1);)
LOOP(exchange, (void)atomic_exchange(&yard->word, 1);)
LOOP(mutex, pthread_mutex_lock(&yard->mutex); pthread_mutex_unlock(&yard->mutex);)
LOOP(store, atomic_store_explicit(&yard->word, 1, memory_order_relaxed);)
LOOP(store_and_fence, atomic_store_explicit(&yard->word, 1, memory_order_relaxed);
     atomic_thread_fence(memory_order_seq_cst);)
LOOP(split_store, memcpy(&yard->bytes[CPU_CACHE_LINE - 2], &(uint32_t){1}, 4); cpu_fence_compiler();)
static void compare_exchange(Yard *yard, long n) {
  uint32_t expected = atomic_load(&yard->word);
  while (n--) {
    TWENTY(atomic_compare_exchange_strong(&yard->word, &expected, expected);)
  }
}
#define FENCE_LOOP(name, fence, condition) LOOP(loop_of_##fence, fence();)
CPU_FENCES(FENCE_LOOP)

typedef struct {
  const char *operation, *context;
  Loop *loop, *less;
} Pair;

static const Pair pairs[] = {{"fence-seq_cst", COST_ALONE, seq_cst_fence, empty},
                             {"fence-seq_cst", COST_AFTER_STORE, store_and_fence, store},
                             {"store-seq_cst", COST_ALONE, seq_cst_store, empty},
                             {"fetch_add-seq_cst", COST_ALONE, increment, empty},
                             {"exchange-seq_cst", COST_ALONE, exchange, empty},
                             {"compare_exchange-seq_cst", COST_ALONE, compare_exchange, empty},
                             {"mutex", COST_ALONE, mutex, empty},
                             {"store-plain", "across-line", split_store, empty},
#define FENCE_PAIR(name, fence, condition) {name, COST_ALONE, loop_of_##fence, empty},
                             CPU_FENCES(FENCE_PAIR)};
// NOLINTEND(bugprone-macro-parentheses)
enum { PAIRS = sizeof pairs / sizeof *pairs, PAIRS_USED = 10 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static double middle(double *values, unsigned count) {
  qsort(values, count, sizeof *values, compare);
  return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

// A measurement by hand, in parts that take turns with the tool's: a chunk before each of them.
typedef struct {
  const Pair *pair;
  Yard *yard;
  double values[64 * CHUNK]; // ns an operation
  unsigned count;
} Hand;

static bool take_chunk(void *context, const CostRow *row) {
  (void)row;
  Hand *hand = context;
  hand->pair->loop(hand->yard, TIMES);
  for (unsigned i = 0; i < CHUNK && hand->count < sizeof hand->values / sizeof *hand->values; i++) {
    double begin = seconds();
    hand->pair->loop(hand->yard, TIMES);
    double between = seconds();
    hand->pair->less(hand->yard, TIMES);
    double end = seconds();
    hand->values[hand->count++] = 1e9 * ((between - begin) - (end - between)) / (TIMES * UNROLLED);
  }
  return true;
}

static double ratio_of(Cost *cost, CostRow *row, const Pair *pair, Yard *yard, double *tool, double *by_hand) {
  static Hand hand;
  hand = (Hand){.pair = pair, .yard = yard};
  cost_measure(cost, &row, 1, take_chunk, &hand);
  *tool = row->ns;
  *by_hand = middle(hand.values, hand.count);
  return *tool / *by_hand;
}

typedef struct {
  CostRow *row;
  const Pair *pair;
  double ratios[ROUNDS], tool[ROUNDS], hand[ROUNDS];
} Match;

// The first pairs that have a figure here.
static unsigned choose(const Cost *cost, Match *matches) {
  unsigned count = 0;
  for (unsigned i = 0; i < PAIRS && count < PAIRS_USED; i++) {
    CostRow *row = cost_find(cost, pairs[i].operation, pairs[i].context);
    if (row && !row->reason)
      matches[count++] = (Match){.row = row, .pair = &pairs[i]};
  }
  return count;
}

static bool judge(Match *match) {
  double tool = middle(match->tool, ROUNDS), hand = middle(match->hand, ROUNDS);
  double median = middle(match->ratios, ROUNDS); // sorts
  double spread =
      (summary_quantile(match->ratios, ROUNDS, 0.75) - summary_quantile(match->ratios, ROUNDS, 0.25)) / median;
  bool good = fabs(median - 1) <= median_limit && spread <= spread_limit;
  printf("%-26s %-12s %8.3f %8.3f  %7.4f  %6.2f %%  %s\n", match->row->operation, match->row->context, tool, hand,
         median, 100 * spread, good ? "ok" : "OUT OF LIMITS");
  return good;
}

// How many of all the tool's rows are stable.
static unsigned count_stable(Cost *cost) {
  unsigned stable = 0;
  CostRow **rows = ARENA_ARRAY(cost->arena, CostRow *, cost->row_count);
  for (unsigned i = 0; i < cost->row_count; i++)
    rows[i] = &cost->rows[i];
  cost_measure(cost, rows, cost->row_count, NULL, NULL);
  for (unsigned i = 0; i < cost->row_count; i++)
    stable += rows[i]->measured && !rows[i]->reason && rows[i]->stable;
  return stable;
}

static bool compare_all(Cost *cost) {
  static Yard yard = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  static Match matches[PAIRS_USED];
  unsigned count = choose(cost, matches), good = 0;
  for (unsigned round = 0; round < ROUNDS; round++)
    for (unsigned i = 0; i < count; i++) {
      Match *m = &matches[i];
      m->ratios[round] = ratio_of(cost, m->row, m->pair, &yard, &m->tool[round], &m->hand[round]);
    }
  printf("%-26s %-12s %8s %8s  %7s  %8s\n", "row", "", "tool, ns", "hand, ns", "ratio", "spread");
  for (unsigned i = 0; i < count; i++)
    good += judge(&matches[i]);
  unsigned stable = count_stable(cost);
  printf("%u of %u rows within the limits; %u rows of the tool stable (at least %d wanted)\n", good, count, stable,
         (int)STABLE_ROWS);
  return good == count && count == PAIRS_USED && stable >= STABLE_ROWS;
}

int main(void) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Topology *topology = topology_new(&diag);
  Cost *cost = topology ? cost_new(topology, NULL, 0, &diag) : NULL;
  bool passed = cost && topology_bind(topology, cost->pus[0], &diag) && compare_all(cost);
  Text text = {0};
  diag_format(&diag, &text);
  fputs(text_string(&text), stderr);
  text_free(&text);
  cost_free(cost);
  topology_free(topology);
  arena_free(arena);
  puts(passed ? "PASS" : "FAIL");
  return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
