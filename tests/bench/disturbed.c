// What SB, R and the lost update keep of their rates while another program takes a part of one PU.
//
// usage: bench-disturbed [SHARE [ROUNDS [SECONDS [TEST]]]]      (default: 20 % of one PU, 5 rounds of 1 s each, all)
//
// In turns a quiet run and a disturbed one. The disturbance is bound to the PU of thread 0, and computes there for
// bursts of 1 to 20 ms of its own CPU time, drawn at random, with sleep between them, so that it has the stated share
// of the PU. Beside each rate stand what it did take, the hypervisor's steal, and how often an actor was preempted.
// The limit by hand: the actors meet as long as all of them run, so that a share s of one PU leaves 1 - s of the rate.
#include "harness/base/group.h"
#include "harness/base/time.h"
#include "harness/engine/kernel.h"
#include "harness/lang/parse.h"
#include "harness/machine/identity.h"
#include "harness/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MOST = 100 };

#define THREAD(n, first, second) "P" n " (atomic_int* x, atomic_int* y) {\n  " first "\n  " second "\n}\n"
#define STORE(at, value) "atomic_store_explicit(" at "," value ",memory_order_relaxed);"
#define LOAD(at) "int r0 = atomic_load_explicit(" at ",memory_order_relaxed);"

typedef struct {
  const char *name, *text;
  double goal; // of the quiet rate, with 20 % of one PU taken
} Kept;

static const Kept tests[] = {
    {"SB",
     "C SB\n{}\n" THREAD("0", STORE("x", "1"), LOAD("y")) THREAD("1", STORE("y", "1"), LOAD("x")) //
     "exists (0:r0=0 /\\ 1:r0=0)\n",
     0.75},
    {"R",
     "C R\n{}\n" THREAD("0", STORE("x", "1"), STORE("y", "1")) THREAD("1", STORE("y", "2"), LOAD("x")) //
     "exists (y=2 /\\ 1:r0=0)\n",
     0.60},
    {"lost-update",
     "C lost-update\n{}\n" THREAD("0", LOAD("x"), STORE("x", "r0+1")) THREAD("1", LOAD("x"), STORE("x", "r0+1")) //
     "exists (x=1)\n",
     0.60},
};

// ---- the disturbance

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void sleep_seconds(double seconds) {
  struct timespec nap = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&nap, NULL);
}

// In a process of its own, until it is killed. *taken: seconds of CPU so far.
static void disturb(double share, volatile double *taken) {
  uint64_t random = (uint64_t)getpid() * 0x9e3779b97f4a7c15ull;
  double began = time_seconds();
  for (;;) {
    double until = *taken + 1e-3 * (1 + kernel_random_below(&random, 20));
    while ((*taken = cpu_seconds()) < until)
      kernel_delay(1000);
    double rest = *taken / share - (time_seconds() - began);
    if (rest > 0)
      sleep_seconds(rest);
  }
}

typedef struct {
  Group group;
  double began;
  volatile double *taken; // shared with it
} Disturbance;

static bool disturbance_start(Disturbance *disturbance, double share, const Topology *topology, unsigned pu,
                              Diag *diag) {
  void *shared = mmap(NULL, sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return diag_error(diag, "no memory that processes share");
  disturbance->taken = shared;
  disturbance->began = time_seconds();
  if (!group_start(&disturbance->group, diag))
    return false;
  if (disturbance->group.leader == 0) {
    if (topology_bind(topology, pu, diag))
      disturb(share, disturbance->taken);
    _exit(1);
  }
  return true;
}

// Ends it; the share that it took.
static double disturbance_end(Disturbance *disturbance) {
  double share = *disturbance->taken / (time_seconds() - disturbance->began);
  group_finish(&disturbance->group, NULL);
  munmap((void *)disturbance->taken, sizeof(double));
  return share;
}

// ---- runs

typedef struct {
  const Test *test;
  const Compiled *compiled;
  const Topology *topology;
  Placement placement;
  double share, seconds;
  Diag *diag;
} Bench;

// In millions of witnesses per second.
typedef struct {
  double rate, taken, steal;
  long preempted;
} Sample;

static long preemptions(void) {
  struct rusage usage;
  return getrusage(RUSAGE_CHILDREN, &usage) ? 0 : usage.ru_nivcsw;
}

static Sample run_once(const Bench *bench, bool disturbed) {
  const RunOptions options = {.seconds = bench->seconds};
  Conditions conditions = conditions_begin(bench->topology, &bench->placement);
  long before = preemptions();
  RunResult result =
      run_test(bench->test, bench->compiled, bench->topology, &bench->placement, &options, bench->diag->arena, NULL);
  Sample sample = {.preempted = preemptions() - before,
                   .steal = conditions_steal(&conditions, bench->topology, &bench->placement)};
  if (result.status == RUN_DONE)
    sample.rate = (double)result.histogram.witnesses / result.seconds * 1e-6;
  else
    diag_error(bench->diag, "%s: %s", bench->test->name, result.message ? result.message : "did not run");
  if (disturbed && sample.preempted == 0)
    diag_warning(bench->diag, "%s was not disturbed", bench->test->name);
  return sample;
}

static Sample run_disturbed(const Bench *bench) {
  Disturbance disturbance;
  if (!disturbance_start(&disturbance, bench->share, bench->topology, bench->placement.pus[0], bench->diag))
    return (Sample){0};
  Sample sample = run_once(bench, true);
  sample.taken = disturbance_end(&disturbance);
  return sample;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, unsigned n) {
  qsort(values, n, sizeof *values, by_size);
  return (values[n / 2] + values[(n - 1) / 2]) / 2;
}

static void print_sample(const Sample *sample) {
  printf(" %8.2f %4.0f %% %4.0f %% %8ld", sample->rate, 100 * sample->taken, 100 * sample->steal, sample->preempted);
}

static void alternate(const Bench *bench, const Kept *kept, unsigned rounds) {
  double quiet[ROUNDS_MOST] = {0}, disturbed[ROUNDS_MOST] = {0}, limit = 1 - bench->share;
  printf("%s on %s, million witnesses per second\n%8s %8s %6s %6s %8s %8s %6s %6s %8s %6s\n", bench->test->name,
         placement_name(bench->placement.kind), "round", "quiet", "taken", "steal", "preempt.", "disturb.", "taken",
         "steal", "preempt.", "kept");
  for (unsigned r = 0; r < rounds; r++) {
    Sample a = run_once(bench, false), b = run_disturbed(bench);
    quiet[r] = a.rate;
    disturbed[r] = b.rate;
    printf("%8u", r + 1);
    print_sample(&a);
    print_sample(&b);
    printf(" %6.2f\n", b.rate / a.rate);
  }
  double share = median(disturbed, rounds) / median(quiet, rounds);
  printf("  medians: %.2f quiet, %.2f disturbed: kept %.2f (goal %.2f at 20 %%), %.2f of the limit by hand, %.2f\n",
         median(quiet, rounds), median(disturbed, rounds), share, kept->goal, share / limit, limit);
}

static bool measure(const Kept *kept, double share, unsigned rounds, double seconds, Diag *diag) {
  Arena *arena = diag->arena;
  Source source = {.name = kept->name, .bytes = kept->text, .length = strlen(kept->text)};
  const Test *test = test_parse(&source, arena, diag);
  Topology *topology = topology_new(diag);
  Compiler compiler;
  bool ready = test && topology && compiler_find(NULL, NULL, arena, &compiler, diag);
  if (ready) {
    Compiled **compiled = build_compile(&test, 1, ENGINE_AUTO, &compiler, arena, NULL, NULL, NULL);
    const Bench bench = {.test = test,
                         .compiled = compiled[0],
                         .topology = topology,
                         .placement = placement_default(topology, 2, arena),
                         .share = share,
                         .seconds = seconds,
                         .diag = diag};
    alternate(&bench, kept, rounds);
  }
  topology_free(topology);
  return ready;
}

int main(int argc, char **argv) {
  double share = argc > 1 ? strtod(argv[1], NULL) / 100 : 0.2, rounds = argc > 2 ? strtod(argv[2], NULL) : 5,
         seconds = argc > 3 ? strtod(argv[3], NULL) : 1;
  if (!(share > 0 && share < 1 && rounds >= 1 && rounds <= ROUNDS_MOST && seconds > 0)) {
    fprintf(stderr, "usage: bench-disturbed [PERCENT [ROUNDS [SECONDS [TEST]]]]\n");
    return 2;
  }
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  bool measured = true;
  for (unsigned i = 0; i < sizeof tests / sizeof *tests; i++)
    if (argc <= 4 || !strcmp(argv[4], tests[i].name))
      measured = measured && measure(&tests[i], share, (unsigned)rounds, seconds, &diag);
  if (diag.first)
    fprintf(stderr, "%s\n", diag.first->message);
  arena_free(arena);
  return measured && !diag.errors ? EXIT_SUCCESS : EXIT_FAILURE;
}
