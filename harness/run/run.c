#include "harness/run/run.h"

#include <dlfcn.h>
#include <stdio.h>

// 16-byte atomic accesses are calls to the compiler's own library, which the object does not ask for by itself.
static void *load_object(const char *path) {
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!object && dlopen("libatomic.so.1", RTLD_NOW | RTLD_GLOBAL))
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return object;
}

static const KernelCode *load_code(const void *compiled, char *reason, size_t room) {
  void *object = load_object(compiled_object(compiled));
  const KernelCode *code = object ? dlsym(object, "kernel_code") : NULL;
  if (!code)
    snprintf(reason, room, "cannot load the compiled test: %s", dlerror());
  return code;
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
  Measurement measurement = {.session = {.shape = shape,
                                         .binding = measure_binding(topology, placement, arena),
                                         .actors = options->actors,
                                         .seconds = options->seconds,
                                         .iterations = options->iterations,
                                         .until_witness = options->until_witness,
                                         .seed = result.seed,
                                         .ticks_per_second = clock.ticks_per_second,
                                         .no_clock = clock.reason},
                             .load = load_code,
                             .context = compiled,
                             .timeout = options->timeout > 0 ? options->timeout : default_timeout(options),
                             .stop = stop,
                             .watch = options->watch};
  Measured measured = measure_session(&measurement, arena);
  result.status = measured.status;
  result.message = measured.message;
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
