#include "harness/run/run.h"
#include "harness/engine/session.h"
#include "harness/run/child.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

// ---- running

enum { TALLY_STATES = 1 << 14, TALLY_BYTES = 8 << 20 };

static size_t tally_offset(void) { return (sizeof(Report) + 63) / 64 * 64; }

static unsigned tally_states(const Test *test) {
  unsigned states = TALLY_STATES;
  while (states > 1024 && tally_size(test->observable_total, states) > TALLY_BYTES)
    states /= 2;
  return states;
}

static Tally *report_tally(void *report) { return (Tally *)((char *)report + tally_offset()); }

typedef struct {
  const Test *test;
  const Compiled *compiled;
  const Topology *topology;
  const Placement *placement;
  const RunOptions *options;
  uint64_t seed;
} Job;

// 16-byte atomic accesses are calls to the compiler's own library, which the object does not ask for by itself.
static void *load_object(const char *path) {
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!object && dlopen("libatomic.so.1", RTLD_NOW | RTLD_GLOBAL))
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return object;
}

// In the child.
static void run_body(void *shared, void *context) {
  const Job *job = context;
  Report *report = shared;
  double began = clock_seconds(), seconds = job->options->seconds;
  Session session = {
      .test = job->test,
      .topology = job->topology,
      .placement = job->placement,
      .options = job->options,
      .seed = job->seed,
      .deadline = seconds > 0 ? began + seconds : 1e18,
      .report = report,
      .tally = report_tally(shared),
  };
  tally_init(session.tally, job->test->observable_total, tally_states(job->test));
  bool perpetual = compiled_engine(job->compiled) == ENGINE_PERPETUAL;
  void *object = load_object(compiled_object(job->compiled));
  session.code = object ? dlsym(object, perpetual ? "perpetual_code" : "lockstep_code") : NULL;
  if (!session.code) {
    session_refuse(&session, "cannot load the compiled test: %s", dlerror());
    return;
  }
  report->clock = clock_calibrate(job->topology, job->placement);
  if (perpetual)
    perpetual_run(&session);
  else
    lockstep_run(&session);
  dlclose(object);
}

static uint64_t draw_seed(void) {
  uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
    seed = (uint64_t)(clock_seconds() * 1e9);
  // Records are JSON, whose readers may hold numbers as doubles.
  seed &= (1ull << 53) - 1;
  return seed ? seed : 1;
}

static void copy_settings(RunResult *result, const Report *report, Arena *arena) {
  result->setting_count = report->setting_count;
  result->settings = ARENA_ARRAY(arena, Setting, report->setting_count ? report->setting_count : 1);
  for (unsigned i = 0; i < report->setting_count; i++)
    result->settings[i] = (Setting){arena_string(arena, report->settings[i].name), report->settings[i].is_number,
                                    report->settings[i].number, arena_string(arena, report->settings[i].text)};
}

static const char *copy_text(const char *text, Arena *arena) { return *text ? arena_string(arena, text) : NULL; }

static void copy_report(RunResult *result, void *shared, const Test *test, Arena *arena) {
  const Report *report = shared;
  if (result->status == RUN_DONE && report->died) {
    result->status = RUN_CRASH;
    result->message = group_end_words(report->end, arena);
  }
  if (result->status == RUN_DONE && report->refused[0]) {
    result->status = RUN_REFUSED;
    result->message = arena_string(arena, report->refused);
  }
  copy_settings(result, report, arena);
  result->clock = report->clock;
  result->meeting = report->meeting[0] ? arena_string(arena, report->meeting) : "none";
  result->meeting_reason = copy_text(report->meeting_reason, arena);
  result->frames = report->frames;
  result->frame_witnesses = report->frame_witnesses;
  if (!report->started)
    return;
  result->seconds = report->ended - report->began;
  result->histogram = tally_histogram(report_tally(shared), test, arena);
  result->lost = tally_overflow(report_tally(shared));
  if (test->filter)
    result->filtered = report->executed - tally_total(report_tally(shared)) - result->lost;
}

static double default_timeout(const RunOptions *options) {
  return options->seconds > 0 ? 10 + 3 * options->seconds : 1e9;
}

RunResult run_test(const Test *test, const Compiled *compiled, const Topology *topology, const Placement *placement,
                   const RunOptions *options, Arena *arena, const Stop *stop) {
  RunResult result = {
      .engine = compiled_engine(compiled), .meeting = "none", .seed = options->seed ? options->seed : draw_seed()};
  if (!compiled_object(compiled)) {
    result.status = RUN_NOT_COMPILED;
    result.message = compiled_errors(compiled);
    return result;
  }
  Job job = {test, compiled, topology, placement, options, result.seed};
  ChildJob child = {
      .body = run_body,
      .context = &job,
      .report_bytes = tally_offset() + tally_size(test->observable_total, tally_states(test)),
      .timeout = options->timeout > 0 ? options->timeout : default_timeout(options),
      .stop = stop,
      .stopping_offset = offsetof(Report, stopping),
  };
  ChildResult ended = child_run(&child, arena);
  result.status = ended.status;
  result.message = ended.message;
  if (ended.report)
    copy_report(&result, ended.report, test, arena);
  child_free(&ended);
  return result;
}
