// What must be seen within a second, and what must not.
//
// usage: bench-states [GROUP]...      groups: sc weak updates tears; default: all of them, about 45 s
//
//   sc       every state that sequential consistency allows, for every two-thread test of the classic family
//   weak     SB's weak state on two cores, between threads and between processes; not on one PU
//   updates  updates lost by load, add and store; none by fetch_add
//   tears    accesses torn across the end of a line; none of aligned ones
//
// Exit status 1 where a line says FAIL.
#include "harness/lang/suite.h"
#include "harness/model/judge.h"
#include "harness/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double SECONDS = 1;

typedef enum { SEEN, NEVER, ALL_SC } Expectation;

typedef struct {
  const char *group, *test;
  Expectation expectation; // of the witnesses; or of the states
  Actors actors;
  bool on_one_pu;
} Claim;

// clang-format off
static const Claim claims[] = {
    {"weak", "SB", SEEN, ACTORS_THREADS, false},
    {"weak", "SB", SEEN, ACTORS_PROCESSES, false},
    {"weak", "SB", NEVER, ACTORS_THREADS, true},
    {"weak", "SB", NEVER, ACTORS_PROCESSES, true},
    {"updates", "increment", SEEN, ACTORS_THREADS, false},
    {"updates", "increment", SEEN, ACTORS_PROCESSES, false},
    {"updates", "increment-plain", SEEN, ACTORS_THREADS, false},
    {"updates", "increment-seq_cst", SEEN, ACTORS_THREADS, false},
    {"updates", "fetch_add-increment", SEEN, ACTORS_THREADS, false},
    {"updates", "fetch_add", NEVER, ACTORS_THREADS, false},
    {"updates", "fetch_add", NEVER, ACTORS_PROCESSES, false},
    {"tears", "tear-16-across", SEEN, ACTORS_THREADS, false},
    {"tears", "tear-32-across", SEEN, ACTORS_THREADS, false},
    {"tears", "tear-64-across", SEEN, ACTORS_THREADS, false},
    {"tears", "tear-16-aligned", NEVER, ACTORS_THREADS, false},
    {"tears", "tear-32-aligned", NEVER, ACTORS_THREADS, false},
    {"tears", "tear-64-aligned", NEVER, ACTORS_THREADS, false},
};
// clang-format on

typedef struct {
  Arena *arena;
  Diag diag;
  Topology *topology;
  Judge sc;
  unsigned failures;
} Bench;

// ---- One run

static bool run(Bench *bench, const Test *test, const Claim *claim, Placement *placement, RunResult *out) {
  const RunOptions options = {.seconds = SECONDS, .actors = claim->actors};
  const char *reason = NULL;
  Compiler compiler;
  *placement = placement_default(bench->topology, test->thread_count, bench->arena);
  if (claim->on_one_pu &&
      !placement_find(bench->topology, PLACEMENT_SAME_PU, test->thread_count, bench->arena, placement, &reason))
    return diag_error(&bench->diag, "%s", reason);
  if (!compiler_find(NULL, NULL, bench->arena, &compiler, &bench->diag))
    return false;
  Compiled **compiled = build_compile(&test, 1, options.engine, &compiler, bench->arena, NULL, NULL, NULL);
  *out = run_test(test, compiled[0], bench->topology, placement, &options, bench->arena, NULL);
  if (out->status != RUN_DONE)
    return diag_error(&bench->diag, "%s: %s: %s", test->name, run_status_name(out->status),
                      out->message ? out->message : "");
  return true;
}

static uint64_t count_of(const Test *test, const Histogram *histogram, State state) {
  for (unsigned i = 0; i < histogram->count; i++)
    if (!state_compare(test, histogram->rows[i].state, state))
      return histogram->rows[i].count;
  return 0;
}

static void print_state(const Test *test, State state) {
  Text text = {0};
  state_print(test, state, &text);
  fputs(text_string(&text), stdout);
  text_free(&text);
}

static void begin_line(bool good, const Test *test, const Claim *claim, const Placement *placement,
                       const RunResult *result) {
  printf("%s  %-20s %-9s %-9s %-7s %10llu iterations", good ? "PASS" : "FAIL", test->name, engine_name(result->engine),
         actors_name(claim->actors), placement_name(placement->kind), (unsigned long long)result->histogram.total);
}

// ---- Claims

// Each state that the model allows was seen; the one seen least is shown, or those that were not.
static bool check_states(Bench *bench, const Test *test, const Claim *claim, const Placement *placement,
                         const RunResult *result) {
  const JudgeOptions options = {0};
  Prediction sc = judge_test(&bench->sc, test, &options, bench->arena);
  uint64_t rarest = UINT64_MAX;
  unsigned seen = 0;
  State rare = {0};
  for (unsigned i = 0; i < sc.result.state_count; i++) {
    State state = prediction_state(test, sc.result.states[i], bench->arena);
    uint64_t count = count_of(test, &result->histogram, state);
    seen += count > 0;
    if (count < rarest) {
      rarest = count;
      rare = state;
    }
  }
  bool good = sc.result.state_count && seen == sc.result.state_count;
  begin_line(good, test, claim, placement, result);
  printf("  %u of %u states of sc", seen, sc.result.state_count);
  if (sc.result.state_count) {
    printf("; fewest, %llu: ", (unsigned long long)rarest);
    print_state(test, rare);
  }
  putchar('\n');
  return good;
}

static bool check_witnesses(const Test *test, const Claim *claim, const Placement *placement, const RunResult *result) {
  uint64_t witnesses = result->histogram.witnesses;
  bool good = result->histogram.total && (claim->expectation == SEEN ? witnesses > 0 : witnesses == 0);
  begin_line(good, test, claim, placement, result);
  printf("  %llu witnesses, %s\n", (unsigned long long)witnesses,
         claim->expectation == SEEN ? "some expected" : "none expected");
  return good;
}

static void check(Bench *bench, const Test *test, const Claim *claim) {
  Placement placement = {0};
  RunResult result = {0};
  bool good = run(bench, test, claim, &placement, &result) &&
              (claim->expectation == ALL_SC ? check_states(bench, test, claim, &placement, &result)
                                            : check_witnesses(test, claim, &placement, &result));
  bench->failures += !good;
  fflush(stdout);
}

static void check_classic(Bench *bench) {
  Suite suite = suite_builtin("classic", bench->arena, &bench->diag);
  for (unsigned i = 0; i < suite.count; i++)
    if (suite.tests[i]->thread_count == 2)
      check(bench, suite.tests[i], &(Claim){.expectation = ALL_SC});
}

static void check_group(Bench *bench, const char *group) {
  for (unsigned i = 0; i < sizeof claims / sizeof *claims; i++)
    if (!strcmp(claims[i].group, group)) {
      Suite suite = suite_find((char *const[]){(char *)claims[i].test}, 1, bench->arena, &bench->diag);
      if (suite.count)
        check(bench, suite.tests[0], &claims[i]);
    }
}

static bool chosen(const char *group, int argc, char **argv) {
  bool found = argc == 1;
  for (int i = 1; i < argc; i++)
    found |= !strcmp(argv[i], group);
  return found;
}

int main(int argc, char **argv) {
  static const char *const groups[] = {"sc", "weak", "updates", "tears"};
  enum { GROUPS = sizeof groups / sizeof *groups };
  int known = 1;
  for (unsigned g = 0; g < GROUPS; g++)
    known += argc > 1 && chosen(groups[g], argc, argv);
  if (known < argc) {
    fprintf(stderr, "usage: bench-states [sc|weak|updates|tears]...\n");
    return 2;
  }
  Bench bench = {.arena = arena_new()};
  bench.diag.arena = bench.arena;
  bench.topology = topology_new(&bench.diag);
  bench.sc = judge_of(model_find("sc"), bench.arena);
  for (unsigned g = 0; g < GROUPS && bench.topology; g++)
    if (chosen(groups[g], argc, argv)) {
      if (!strcmp(groups[g], "sc"))
        check_classic(&bench);
      else
        check_group(&bench, groups[g]);
    }
  Text messages = {0};
  diag_format(&bench.diag, &messages);
  fputs(text_string(&messages), stderr);
  text_free(&messages);
  bool good = bench.topology && !bench.failures && !bench.diag.errors;
  printf("%s: %u failures\n", good ? "PASS" : "FAIL", bench.failures);
  topology_free(bench.topology);
  arena_free(bench.arena);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
