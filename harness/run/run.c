#include "harness/run/run.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

// 16-byte atomic accesses are calls to the compiler's own library, which the object does not ask for by itself.
static void *load_object(const char *path) {
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!object && dlopen("libatomic.so.1", RTLD_NOW | RTLD_GLOBAL))
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return object;
}

// What happens in a process before it forks.
static void end_by_sigsys(void) {
  signal(SIGSYS, SIG_DFL);
  raise(SIGSYS);
}

typedef struct {
  const Compiled *compiled;
  bool is_users;
  Actors actors;
} Loading;

// The user's own code is held to one process, and what it prints is no data of ours. Actors that are processes are
// forked themselves.
static void confine(Actors actors) {
  dup2(STDERR_FILENO, STDOUT_FILENO);
  if (actors == ACTORS_THREADS)
    pthread_atfork(end_by_sigsys, NULL, NULL);
}

static const KernelCode *load_code(const void *context, char *reason, size_t room) {
  const Loading *loading = context;
  if (loading->is_users)
    confine(loading->actors);
  void *object = load_object(compiled_object(loading->compiled));
  const KernelCode *code = object ? dlsym(object, "kernel_code") : NULL;
  if (!code)
    snprintf(reason, room, "cannot load the compiled test: %s", dlerror());
  return code;
}

// How the user's code ended a run, where the way it ended is their doing.
static const char *users_words(const Measured *measured, Arena *arena) {
  if (measured->child.signal == SIGSYS)
    return "a thread forked, which none may";
  if (measured->status == RUN_TIMEOUT)
    return arena_printf(arena, "%s: a thread never ends, or waits for what no other does", measured->message);
  if (measured->status == RUN_CRASH && !measured->child.signal)
    return arena_printf(arena, "%s: a thread ended it", measured->message);
  return measured->message;
}

static double default_timeout(const RunOptions *options) {
  return options->seconds > 0 ? 10 + 3 * options->seconds : 1e9;
}

// Threads of the perpetual engine do not meet by a clock.
static Clock clock_for(const RunOptions *options, const Shape *shape, const Topology *topology,
                       const Placement *placement) {
  if (options->clock)
    return *options->clock;
  return shape->perpetual ? (Clock){0} : clock_calibrate(topology, placement);
}

RunResult run_test(const Test *test, const Compiled *compiled, const Topology *topology, const Placement *placement,
                   const RunOptions *options, Arena *arena, const Stop *stop) {
  RunResult result = {.engine = compiled_engine(compiled), .seed = options->seed ? options->seed : measure_seed()};
  if (!compiled_object(compiled)) {
    result.status = RUN_NOT_COMPILED;
    result.message = compiled_errors(compiled);
    return result;
  }
  const Shape *shape = compiled_shape(compiled);
  Clock clock = clock_for(options, shape, topology, placement);
  const Loading loading = {compiled, test->code, options->actors};
  Measurement measurement = {.session = {.shape = shape,
                                         .actors = options->actors,
                                         .seconds = options->seconds,
                                         .iterations = options->iterations,
                                         .until_witness = options->until_witness,
                                         .seed = result.seed,
                                         .given = options->given,
                                         .ticks_per_second = clock.ticks_per_second,
                                         .no_clock = clock.reason},
                             .bindings = measure_bindings(topology, placement, options->node, arena),
                             .instances = placement->instances,
                             .load = load_code,
                             .context = &loading,
                             .timeout = options->timeout > 0 ? options->timeout : default_timeout(options),
                             .stop = stop,
                             .watch = options->watch};
  Measured measured = measure_session(&measurement, arena);
  result.status = measured.status;
  result.message = test->code ? users_words(&measured, arena) : measured.message;
  result.killed = measured.killed;
  result.seconds = measured_seconds(&measured);
  if (measured.report)
    result.report = *measured.report;
  if (measured.tally) {
    result.histogram = histogram_of(measured.tally, test, arena);
    result.lost = measured.tally->lost;
  }
  measured_free(&measured);
  return result;
}
