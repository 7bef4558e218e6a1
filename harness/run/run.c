#include "harness/run/run.h"
#include "arch/arch.h"
#include "harness/run/child.h"
#include "harness/run/compile.h"
#include "harness/run/emit.h"
#include "harness/run/engine.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

Engine run_engine(const Test *test, Engine asked, const char **reason) {
  const char *why = NULL;
  bool can = perpetual_can(test, &why);
  if (reason)
    *reason = can ? NULL : why;
  return can && asked != ENGINE_LOCKSTEP ? ENGINE_PERPETUAL : ENGINE_LOCKSTEP;
}

void run_emit(const Test *test, Engine engine, Arena *arena, Text *out) {
  engine = run_engine(test, engine, NULL);
  emit_head(test, engine, out);
  if (engine == ENGINE_PERPETUAL)
    perpetual_emit(test, arena, out);
  else
    lockstep_emit(test, arena, out);
}

// ---- compiling

struct Compiled {
  Engine engine;
  const char *object; // NULL: not compiled, for the reason in `errors`
  const char *errors;
  int memory; // the descriptor of the memory file that `object` is; -1: it is none
};

// A sentence on the fences that this CPU has.
static const char *fence_message(const char *missing, Arena *arena) {
  const Arch *arch = arch_here();
  Text text = {0};
  text_printf(&text, "this CPU has no fence '%s'", missing);
  for (unsigned i = 0; arch && i < arch->fence_count; i++)
    text_printf(&text, "%s%s", i ? ", " : "; it has ", arch->fences[i].name);
  const char *message = arena_string(arena, text_string(&text));
  text_free(&text);
  return message;
}

static Compiled *compiled_new(const Test *test, const RunOptions *options, Arena *arena) {
  Compiled *compiled = ARENA_NEW(arena, Compiled);
  *compiled = (Compiled){.engine = run_engine(test, options->engine, NULL), .memory = -1};
  const char *missing = emit_missing_fence(test);
  if (missing)
    compiled->errors = fence_message(missing, arena);
  return compiled;
}

static void compile_sources(Compiled **compiled, const char *const *sources, const unsigned *owners, unsigned count,
                            const Compiler *compiler, Arena *arena, const volatile int *stop,
                            void (*progress)(unsigned, unsigned, void *), void *context) {
  CompileResult *results = ARENA_ARRAY(arena, CompileResult, count ? count : 1);
  Diag diag = {.arena = arena};
  bool tried = compile_all(compiler, sources, count, results, arena, &diag, stop, progress, context);
  for (unsigned i = 0; i < count; i++) {
    Compiled *one = compiled[owners[i]];
    one->object = tried ? results[i].object : NULL;
    one->memory = tried ? results[i].memory : -1;
    if (one->object)
      continue;
    one->errors = tried ? results[i].errors : diag.first ? diag.first->message : NULL;
    if (!one->errors)
      one->errors = "the compiler failed without a word";
  }
}

Compiled **run_compile(const Test *const *tests, unsigned count, const RunOptions *options, const Compiler *compiler,
                       Arena *arena, const volatile int *stop,
                       void (*progress)(unsigned done, unsigned count, void *context), void *context) {
  Compiled **compiled = ARENA_ARRAY(arena, Compiled *, count ? count : 1);
  const char **sources = ARENA_ARRAY(arena, const char *, count ? count : 1);
  unsigned *owners = ARENA_ARRAY(arena, unsigned, count ? count : 1);
  unsigned source_count = 0;
  for (unsigned i = 0; i < count; i++) {
    compiled[i] = compiled_new(tests[i], options, arena);
    if (compiled[i]->errors)
      continue;
    Text source = {0};
    run_emit(tests[i], compiled[i]->engine, arena, &source);
    sources[source_count] = arena_string(arena, text_string(&source));
    owners[source_count++] = i;
    text_free(&source);
  }
  compile_sources(compiled, sources, owners, source_count, compiler, arena, stop, progress, context);
  return compiled;
}

void run_release(Compiled *compiled) {
  if (!compiled || compiled->memory < 0)
    return;
  close(compiled->memory);
  *compiled = (Compiled){.engine = compiled->engine, .errors = "it was released", .memory = -1};
}

const char *compiled_object(const Compiled *compiled) { return compiled->object; }
const char *compiled_errors(const Compiled *compiled) { return compiled->errors; }
Engine compiled_engine(const Compiled *compiled) { return compiled->engine; }

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
  bool perpetual = job->compiled->engine == ENGINE_PERPETUAL;
  void *object = load_object(job->compiled->object);
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
                   const RunOptions *options, Arena *arena, const volatile int *stop) {
  RunResult result = {
      .engine = compiled->engine, .meeting = "none", .seed = options->seed ? options->seed : draw_seed()};
  if (!compiled->object) {
    result.status = RUN_NOT_COMPILED;
    result.message = compiled->errors;
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
