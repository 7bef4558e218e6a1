// Whether a fault is found in the time that --confidence gives.
//
// usage: bench-seeded_fault [TRIALS [CONFIDENCE]]      (default: 100 trials in all, 99.999)
//        bench-seeded_fault 0                          trials of one test until it is found: what the test suite runs
//
// This program is weakmem with a fault: its emitter drops one fence of the test that is run (and of no mutant). Each
// trial is `weakmem run TEST --confidence ...`, which knows nothing of it, of a test of the classic suite and a fence
// without which this CPU's model allows what the test asks for, in turn. It has found the fault where it ends with the
// status of a forbidden state that was seen. First each of the tests is run without the fault, and must not be alarmed.
// Where not all of its mutants show then, --confidence has no word on what does not, and it has no trials. The limit by
// hand: 99 of 100.
#include "harness/base/time.h"
#include "harness/build/emit.h"
#include "harness/cli/command.h"
#include "harness/code/assembly.h"
#include "harness/lang/orders.h"
#include "harness/lang/print.h"
#include "harness/lang/suite.h"
#include "harness/machine/topology.h"
#include "harness/model/judge.h"
#include "results/mutants.h"
#include "results/record_read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const double MOST_SECONDS = 10; // of a run, and of its confirmation by another engine

// ---- The fault

static const Test *faulty; // NULL: there is none
static unsigned dropped;   // of its fences

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
void __real_emit_code(const Test *test, const Shape *shape, Text *out);
void __wrap_emit_code(const Test *test, const Shape *shape, Text *out);
// NOLINTEND(bugprone-reserved-identifier)

static bool is_fence(const OrderSite *site) { return site->expr->access.op == ACCESS_FENCE; }

static const Test *without_fence(const Test *test, unsigned fence, Arena *arena) {
  unsigned count;
  OrderSite *sites = order_sites(test, arena, &count);
  for (unsigned i = 0; i < count; i++)
    if (is_fence(&sites[i]) && !fence--) {
      const Order *none = NULL;
      return test_with_site_orders(test, &sites[i], &none, 1, arena);
    }
  return NULL;
}

void __wrap_emit_code(const Test *test, const Shape *shape, Text *out) { // NOLINT(bugprone-reserved-identifier)
  Arena *arena = arena_new();
  bool is_it = faulty && test_equal(test, faulty);
  __real_emit_code(is_it ? without_fence(test, dropped, arena) : test, shape, out);
  arena_free(arena);
}

// ---- Trials

typedef struct {
  const Test *test;
  unsigned fence;
  MutantScore score; // of the run without the fault
  unsigned trials, found;
  double longest; // seconds
} Case;

static bool has_trials(const Case *c) { return c->score.count && c->score.shown == c->score.count; }

// Whether this CPU's model allows what the test asks for.
static bool allows(const Test *test) {
  Arena *arena = arena_new();
  Judge judge = judge_of(cpu_here()->model, arena), sc = judge_of(model_find("sc"), arena);
  JudgeOptions options = {.limits = judge_limits(2)};
  Prediction here = judge_test(&judge, test, &options, arena), weak = judge_test(&sc, test, &options, arena);
  bool allowed = prediction_asked(&here, &weak) == VERDICT_ALLOWED;
  arena_free(arena);
  return allowed;
}

static Case *find_cases(const Suite *suite, Arena *arena, unsigned *count) {
  Case *cases = NULL;
  size_t capacity = 0;
  *count = 0;
  for (unsigned i = 0; i < suite->count; i++) {
    const Test *weaker;
    for (unsigned fence = 0; !allows(suite->tests[i]) && (weaker = without_fence(suite->tests[i], fence, arena));
         fence++) {
      if (!allows(weaker))
        continue;
      cases = arena_grow(arena, cases, &capacity, *count + (size_t)1, sizeof *cases);
      cases[(*count)++] = (Case){.test = suite->tests[i], .fence = fence};
    }
  }
  return cases;
}

// The exit status of the command in a process of its own, which writes its record to `out`; 127 where there is none.
static int run(const Case *c, bool fault, const char *confidence, FILE *out) {
  pid_t child = fork();
  if (!child) {
    static const Stop stop;
    FILE *nowhere = fopen("/dev/null", "w");
    if (!nowhere)
      _exit(127);
    faulty = fault ? c->test : NULL;
    dropped = c->fence;
    char line[256], *arguments[16] = {(char[]){"weakmem run"}}, *rest = line;
    int count = 1;
    snprintf(line, sizeof line, "%s --confidence %s --time %g --no-keep --quiet --format json", c->test->name,
             confidence, MOST_SECONDS);
    while ((arguments[count] = strtok_r(rest, " ", &rest)))
      count++;
    int status = command_run(count, arguments, &(Console){.stop = &stop, .out = out, .err = nowhere});
    _exit(fflush(out) ? 127 : status);
  }
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

// Runs it without the fault. Whether it ended as it should.
static bool control(Case *c, const char *confidence, Arena *arena) {
  FILE *out = tmpfile();
  if (!out || run(c, false, confidence, out) != EXIT_OK)
    return false;
  static char line[1 << 20];
  rewind(out);
  Record record;
  FieldsFault fault;
  bool read = fgets(line, sizeof line, out) && record_read(line, strcspn(line, "\n"), arena, &record, &fault);
  fclose(out);
  if (read)
    c->score = mutant_score(&record);
  return read;
}

static void try(Case *c, const char *confidence) {
  FILE *nowhere = fopen("/dev/null", "w");
  if (!nowhere)
    return;
  double begin = time_seconds();
  c->trials++;
  c->found += run(c, true, confidence, nowhere) == EXIT_FORBIDDEN;
  double took = time_seconds() - begin;
  c->longest = took > c->longest ? took : c->longest;
  fclose(nowhere);
}

// However busy the machine is, it is found some time; by turns on one PU it is not.
static int find_once(Case *c, const char *confidence, Diag *diag) {
  enum { SKIPPED = 77, TRIALS = 1000 };
  Topology *topology = topology_new(diag);
  bool parallel = topology && topology_pu_count(topology) > 1;
  topology_free(topology);
  while (parallel && !c->found && c->trials < TRIALS)
    try(c, confidence);
  printf("%s without its fence %u: found in trial %u\n", c->test->name, c->fence + 1, c->trials);
  return c->found ? EXIT_OK : parallel ? EXIT_MACHINE : SKIPPED;
}

int main(int argc, char **argv) {
  unsigned trials = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100, count, found = 0, failed = 0;
  unsigned able = 0, done = 0;
  const char *confidence = argc > 2 ? argv[2] : "99.999";
  char folder[] = "/tmp/seeded-fault-XXXXXX";
  if (!mkdtemp(folder) || setenv("XDG_DATA_HOME", folder, 1)) // where evidence is kept
    return EXIT_MACHINE;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Suite suite = suite_builtin_by(test_read, "classic", arena, &diag);
  Case *cases = find_cases(&suite, arena, &count);
  for (unsigned i = 0; i < count && !trials; i++)
    if (cases[i].test->thread_count == 2) {
      int status = find_once(&cases[i], confidence, &diag);
      arena_free(arena);
      return status;
    }
  for (unsigned i = 0; i < count; i++)
    if (i && cases[i].test == cases[i - 1].test)
      cases[i].score = cases[i - 1].score;
    else
      failed += !control(&cases[i], confidence, arena);
  for (unsigned i = 0; i < count; i++)
    able += has_trials(&cases[i]);
  for (unsigned i = 0; able && done < trials; i = (i + 1) % count)
    if (has_trials(&cases[i])) {
      try(&cases[i], confidence);
      done++;
    }
  for (unsigned i = 0; i < count; i++) {
    const Case *c = &cases[i];
    found += c->found;
    printf("%-16s without its fence %u: ", c->test->name, c->fence + 1);
    if (has_trials(c))
      printf("found in %u of %u trials, at most %.2f s each\n", c->found, c->trials, c->longest);
    else
      printf("no trials: %u of %u mutants show\n", c->score.shown, c->score.count);
  }
  bool good = able && !failed && found * 100 >= trials * 99;
  printf("found in %u of %u trials (at least 99 of 100 wanted); %u tests failed without a fault: %s\n", found, trials,
         failed, good ? "good" : "NOT GOOD");
  arena_free(arena);
  return good ? 0 : 1;
}
