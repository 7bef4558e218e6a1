// How fast tests are judged: rings of growing length, loops that wait and increments by every model, and a folder of
// tests against herd7 where it is on the PATH.
//
// usage: bench-predict [FOLDER]     a folder of C litmus tests; the tests that come with weakmem without one
#include "harness/lang/parse.h"
#include "harness/lang/suite.h"
#include "harness/model/judge.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const double RING_LIMIT = 1;  // seconds: eight threads, all models
static const double WAIT_LIMIT = 1;  // seconds: each loop that waits, and each test of increments, all models
static const double HERD_LIMIT = 30; // times faster than herd7 on the C program
enum { LONGEST = 8 };

static double now_by(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double now(void) { return now_by(CLOCK_MONOTONIC); }

// Of this process alone: what others do meanwhile does not count.
static double busy(void) { return now_by(CLOCK_PROCESS_CPUTIME_ID); }

typedef struct {
  const Judge *judges;
  unsigned count;
} Models;

static Models all_models(Arena *arena) { return (Models){judges_all(arena), model_count}; }

static double judge(const Test *test, const Judge *by, const char **note) {
  Arena *arena = arena_new();
  JudgeOptions options = {.limits = {.seconds = 20}};
  double start = busy();
  Prediction p = judge_test(by, test, &options, arena);
  double seconds = busy() - start;
  if (p.result.gave_up)
    *note = "gave up";
  arena_free(arena);
  return seconds;
}

// The test that a text is; the text is freed.
static const Test *parse(Text *text, Arena *arena) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "made", .bytes = arena_copy(arena, text->bytes, text->length), .length = text->length};
  Diag diag = {.arena = arena};
  const Test *test = test_parse(source, arena, &diag);
  if (!test) {
    diag_format(&diag, text);
    fputs(text_string(text), stderr);
    exit(2);
  }
  text_free(text);
  return test;
}

// ---- Rings ----

typedef enum { RING_SB, RING_MP, RING_LB, RING_2W, RING_COUNT } Ring;
static const char *const ring_names[] = {"SB", "MP", "LB", "2+2W"};

// Thread i and its two locations, the second of which is the first of the next thread.
static void add_thread(Ring ring, unsigned i, unsigned length, const char *order, Text *text) {
  unsigned a = i, b = (i + 1) % length;
  text_printf(text, "P%u (atomic_int* x%u, atomic_int* x%u) {\n", i, a, b);
  bool first_writes = ring == RING_SB || ring == RING_2W || (ring == RING_MP && i % 2 == 0);
  bool second_writes = ring == RING_LB || ring == RING_2W || (ring == RING_MP && i % 2 == 0);
  if (first_writes)
    text_printf(text, "  atomic_store_explicit(x%u, 2, memory_order_%s);\n", a, order);
  else
    text_printf(text, "  int r0 = atomic_load_explicit(x%u, memory_order_%s);\n", a, order);
  if (second_writes)
    text_printf(text, "  atomic_store_explicit(x%u, 1, memory_order_%s);\n", b, order);
  else
    text_printf(text, "  int r1 = atomic_load_explicit(x%u, memory_order_%s);\n", b, order);
  text_add(text, "}\n");
}

static const Test *make_ring(Ring ring, unsigned length, const char *order, Arena *arena) {
  Text text = {0};
  text_printf(&text, "C %s%u\n{}\n", ring_names[ring], length);
  for (unsigned i = 0; i < length; i++)
    add_thread(ring, i, length, order, &text);
  text_add(&text, "locations [");
  for (unsigned i = 0; i < length; i++) {
    text_printf(&text, "x%u; ", i);
    if (ring == RING_LB || (ring == RING_MP && i % 2))
      text_printf(&text, "%u:r0; ", i);
    if (ring == RING_SB || (ring == RING_MP && i % 2))
      text_printf(&text, "%u:r1; ", i);
  }
  text_add(&text, "]\nexists (x0=2)\n");
  return parse(&text, arena);
}

// Seconds that all models take for one ring.
static double measure_ring(const Models *models, Ring ring, unsigned length, const char *order) {
  Arena *arena = arena_new();
  const Test *test = make_ring(ring, length, order, arena);
  double total = 0;
  const char *note = "";
  printf("%-5s %-8s %2u ", ring_names[ring], order, length);
  for (unsigned m = 0; m < models->count; m++) {
    double seconds = judge(test, &models->judges[m], &note);
    printf(" %9.2f", seconds * 1e3);
    total += seconds;
  }
  printf(" %9.2f  %s\n", total * 1e3, note);
  arena_free(arena);
  return total;
}

static bool measure_rings(const Models *models) {
  printf("Rings, in ms\n%-5s %-8s %2s ", "ring", "order", "n");
  for (unsigned m = 0; m < models->count; m++)
    printf(" %9s", models->judges[m].name);
  printf(" %9s\n", "all");
  double worst = 0;
  for (Ring ring = 0; ring < RING_COUNT; ring++)
    for (unsigned o = 0; o < 2; o++)
      for (unsigned length = 2; length <= LONGEST; length += 2) {
        double seconds = measure_ring(models, ring, length, o ? "seq_cst" : "relaxed");
        if (length == LONGEST && seconds > worst)
          worst = seconds;
      }
  printf("the slowest ring of %d threads, all models: %.3f s (limit %.0f s)%s\n\n", LONGEST, worst, RING_LIMIT,
         worst > RING_LIMIT ? ": TOO SLOW" : "");
  return worst <= RING_LIMIT;
}

// ---- Waits and increments ----

#define TAS                                                                                                            \
  "  while (atomic_exchange_explicit(l, 1, memory_order_acquire)) {}\n  *x = *x + 1;\n"                                \
  "  atomic_store_explicit(l, 0, memory_order_release);\n"
#define ADD "  atomic_fetch_add_explicit(l, 1, memory_order_relaxed);\n"
#define RETRY                                                                                                          \
  "  int r0 = atomic_load_explicit(l, memory_order_relaxed);\n"                                                        \
  "  while (atomic_compare_exchange_weak_explicit(l, &r0, r0 + 1, memory_order_relaxed, memory_order_relaxed) == 0) "  \
  "{}\n"

// Threads that do the same so many times, but for the first where that is told.
static const struct {
  const char *name;
  unsigned threads, times;
  const char *first, *each;
} loops[] = {
    {"await", 2, 1, "  *x = 1;\n  atomic_store_explicit(l, 1, memory_order_release);\n",
     "  while (atomic_load_explicit(l, memory_order_acquire) == 0) {}\n  int r0 = *x;\n"},
    {"TAS lock, 2", 2, 1, TAS, TAS},
    {"TAS lock, 3", 3, 1, TAS, TAS},
    {"TAS lock, 4", 4, 1, TAS, TAS},
    {"weak CAS, 3", 3, 1, RETRY, RETRY},
    {"2 x 4 adds", 2, 4, ADD, ADD},
    {"4 x 2 adds", 4, 2, ADD, ADD},
    {"4 x 3 adds", 4, 3, ADD, ADD},
};

static const Test *make_loop(unsigned row, Arena *arena) {
  Text text = {0};
  text_add(&text, "C loop\n{}\n");
  for (unsigned t = 0; t < loops[row].threads; t++) {
    text_printf(&text, "P%u (atomic_int* l, int* x) {\n", t);
    for (unsigned i = 0; i < loops[row].times; i++)
      text_add(&text, t ? loops[row].each : loops[row].first);
    text_add(&text, "}\n");
  }
  text_add(&text, "exists (x=9)\n");
  return parse(&text, arena);
}

// Seconds that all models take for a test.
static double measure(const Models *models, const char *name, const Test *test) {
  double total = 0;
  const char *note = "";
  printf("%-20s", name);
  for (unsigned m = 0; m < models->count; m++) {
    double seconds = judge(test, &models->judges[m], &note);
    printf(" %9.2f", seconds * 1e3);
    total += seconds;
  }
  printf(" %9.2f  %s\n", total * 1e3, note);
  return total;
}

static bool measure_waits(const Models *models) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Suite locks = suite_builtin("locks", arena, &diag);
  double worst = 0, seconds;
  printf("Loops that wait, and increments, in ms\n%-20s", "test");
  for (unsigned m = 0; m < models->count; m++)
    printf(" %9s", models->judges[m].name);
  printf(" %9s\n", "all");
  for (unsigned row = 0; row < sizeof loops / sizeof *loops; row++) {
    seconds = measure(models, loops[row].name, make_loop(row, arena));
    worst = seconds > worst ? seconds : worst;
  }
  for (unsigned t = 0; t < locks.count; t++) {
    seconds = measure(models, locks.tests[t]->name, locks.tests[t]);
    worst = seconds > worst ? seconds : worst;
  }
  printf("the slowest, all models: %.3f s (limit %.0f s)%s\n\n", worst, WAIT_LIMIT,
         worst > WAIT_LIMIT ? ": TOO SLOW" : "");
  arena_free(arena);
  return worst <= WAIT_LIMIT;
}

// ---- A folder ----

// Seconds that a command takes; negative where it cannot be run.
static double time_command(char *const *argv) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child;
  double start = now();
  int error = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (error || waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 127)
    return -1;
  return now() - start;
}

static double time_herd(const char *model, const Suite *suite, Arena *arena) {
  char **argv = ARENA_ARRAY(arena, char *, suite->count + 4);
  unsigned argc = 0;
  argv[argc++] = arena_string(arena, "herd7");
  argv[argc++] = arena_string(arena, "-model");
  argv[argc++] = arena_string(arena, model);
  for (unsigned i = 0; i < suite->count; i++)
    argv[argc++] = arena_string(arena, suite->tests[i]->source->name);
  return time_command(argv);
}

static double measure_suite(const Models *models, const Suite *suite, double *seconds) {
  double total = 0;
  for (unsigned m = 0; m < models->count; m++) {
    const char *note = "";
    seconds[m] = 0;
    for (unsigned i = 0; i < suite->count; i++)
      seconds[m] += judge(suite->tests[i], &models->judges[m], &note);
    printf("  %-9s %8.3f s  %s\n", models->judges[m].name, seconds[m], note);
    total += seconds[m];
  }
  printf("  %-9s %8.3f s\n", "all", total);
  return total;
}

// herd7 reads the C programs under sc and c11 alone: the other models it would need once more each, in that CPU's
// assembly, so its time for six models is taken as three times that of the two.
static bool compare_with_herd(const Suite *suite, const double *seconds, double all, Arena *arena) {
  double sc = time_herd("sc.cat", suite, arena), c11 = time_herd("rc11.cat", suite, arena);
  if (sc < 0 || c11 < 0) {
    puts("herd7 is not on the PATH: no comparison");
    return true;
  }
  double two = (sc + c11) / (seconds[0] + seconds[1]), six = 3 * (sc + c11) / all;
  printf("  herd7: sc %.2f s, c11 %.2f s; %.0f times ours\n", sc, c11, two);
  printf("  six models at that pace: %.0f times ours (limit %.0f)%s\n", six, HERD_LIMIT,
         six < HERD_LIMIT ? ": TOO SLOW" : "");
  return six >= HERD_LIMIT;
}

int main(int argc, char **argv) {
  Arena *arena = arena_new();
  Models models = all_models(arena);
  bool fast = measure_rings(&models);
  fast &= measure_waits(&models);
  Diag diag = {.arena = arena};
  Suite suite = argc > 1 ? suite_find(argv + 1, (unsigned)argc - 1, arena, &diag) : suite_builtin(NULL, arena, &diag);
  printf("%u tests\n", suite.count);
  double seconds[8] = {0};
  double all = measure_suite(&models, &suite, seconds);
  if (argc > 1) // only what lies on disk can be given to herd7
    fast &= compare_with_herd(&suite, seconds, all, arena);
  arena_free(arena);
  return !fast;
}
