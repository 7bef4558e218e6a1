#include "harness/study/check.h"

#include "harness/model/explain.h"

#include <ctype.h>
#include <string.h>

enum { BATCH_UNITS = 256 }; // compiled at once: objects that are not kept in the cache are open files

const char *check_verdict_name(CheckVerdict verdict) {
  static const char *const names[] = {"kept", "broken", "racy", "thin-air", "unread"};
  return names[verdict];
}

// ---- Compilers

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// "gcc", "gcc-12": a name that a CPU's tools have behind theirs.
static bool is_gcc(const char *name) {
  size_t length = strlen("gcc");
  return !strncmp(name, "gcc", length) && (!name[length] || name[length] == '-') &&
         strspn(name + length, "-0123456789.") == strlen(name + length);
}

static bool find_compiler(const char *name, const char *flags, const Cpu *cpu, Arena *arena, Compiler *out,
                          Diag *diag) {
  bool here = cpu == cpu_here(), is_clang = strstr(base_name(name), "clang") != NULL;
  if (!here && is_gcc(name))
    name = arena_printf(arena, "%s-%s", cpu->gnu, name);
  if (!here && is_clang)
    flags = arena_printf(arena, "--target=%s %s", cpu->gnu, flags);
  if (!compiler_find(name, flags, arena, out, diag))
    return false;
  out->target = compiler_target(out, arena);
  if (compiler_cpu(out, arena) == cpu)
    return true;
  return diag_error(diag, "'%s' makes code for %s, not for %s", name, out->target ? out->target : "nobody knows what",
                    cpu->name);
}

// "P1=clang-14": the name behind it; NULL where this thread is not what it speaks of.
static const char *named_for(const char *item, unsigned thread, Arena *arena) {
  const char *prefix = arena_printf(arena, "P%u=", thread);
  return !strncmp(item, prefix, strlen(prefix)) ? item + strlen(prefix) : NULL;
}

const char *const check_usual[CHECK_USUAL] = {"gcc", "clang"};

bool check_build_find(const char *cc, const char *flags, const Cpu *cpu, Arena *arena, CheckBuild *out, Diag *diag) {
  const Compiler **compilers = ARENA_ARRAY(arena, const Compiler *, LIMIT_THREADS);
  *out = (CheckBuild){.compiler = cc, .flags = flags, .cpu = cpu, .of_thread = compilers};
  for (const char *at = cc; *at && out->thread_count < LIMIT_THREADS; at += *at == ',') {
    size_t length = strcspn(at, ",");
    const char *item = arena_copy(arena, at, length), *name = named_for(item, out->thread_count, arena);
    if (!name && (out->thread_count || at[length]))
      return diag_error(diag, "'%s': threads are named in turn, as in P0=gcc,P1=clang", cc);
    Compiler *compiler = ARENA_NEW(arena, Compiler);
    compilers[out->thread_count++] = compiler;
    if (!find_compiler(name ? name : item, flags, cpu, arena, compiler, diag))
      return false;
    at += length;
  }
  return true;
}

// ---- One test in one way

static bool fail(Check *check, const char *why) {
  check->verdict = CHECK_UNREAD;
  check->why = why;
  check->failed = true;
  return false;
}

// The first line of what a compiler said that speaks of an error, else its first.
static const char *first_error(const char *errors, Arena *arena) {
  const char *line = strstr(errors, "error");
  while (line && line > errors && line[-1] != '\n')
    line--;
  line = line ? line : errors;
  return arena_copy(arena, line, strcspn(line, "\n"));
}

// The listing of each thread's object; the same where they share one.
static bool list(const Test *test, Check *check, Arena *arena) {
  const char **listings = ARENA_ARRAY(arena, const char *, test->thread_count);
  check->listings = listings;
  for (unsigned t = 0; t < test->thread_count; t++) {
    const ObjectFile *object = &check->objects[t];
    unsigned same = 0;
    while (check->objects[same].source != object->source)
      same++;
    listings[t] = same < t ? listings[same] : NULL;
    if (listings[t])
      continue;
    if (!object->made.object)
      return fail(check, object->made.errors
                             ? arena_printf(arena, "not compiled: %s", first_error(object->made.errors, arena))
                             : "not compiled");
    Text text = {0};
    Diag diag = {.arena = arena};
    bool good = build_listing(object, arena, &text, &diag);
    listings[t] = arena_string(arena, text_string(&text));
    text_free(&text);
    if (!good)
      return fail(check, diag.first->message);
  }
  return true;
}

static bool is_forbidden(const Prediction *prediction, State state) {
  return prediction_verdict(prediction, state) == VERDICT_FORBIDDEN;
}

// What the code allows, and what it adds to what its language's model allows for the source.
static void compare(const CheckedTest *checked, Check *check, const Prediction *by_sc, Arena *arena) {
  const Test *test = checked->test;
  const ModelResult *allowed = &check->of_code.result;
  bool broken = false, thin_air = false;
  check->states = ARENA_ARRAY(arena, CheckState, allowed->state_count + (size_t)1);
  for (unsigned i = 0; i < allowed->state_count; i++) {
    State state = prediction_state(test, allowed->states[i], arena);
    bool added = !checked->source.result.undefined && is_forbidden(&checked->source, state);
    bool weak = is_forbidden(&checked->sc, state);
    check->states[check->state_count++] =
        (CheckState){state, added, weak, weak && prediction_verdict(by_sc, state) == VERDICT_ALLOWED};
    broken |= added && !prediction_is_thin_air(&checked->source, state);
    thin_air |= added;
  }
  for (unsigned i = 0; i < check->state_count && broken; i++)
    check->states[i].is_added &= !prediction_is_thin_air(&checked->source, check->states[i].state);
  check->verdict = checked->source.result.undefined ? CHECK_RACY
                   : broken                         ? CHECK_BROKEN
                   : thin_air                       ? CHECK_THIN_AIR
                                                    : CHECK_KEPT;
}

static const char *line_of(const Execution *execution, unsigned event, Arena *arena) {
  Text text = {0};
  event_print_line(execution, event, &text);
  const char *line = arena_string(arena, text_string(&text));
  text_free(&text);
  return line;
}

// Why nothing is raised; NULL where that needs no reason.
static const char *excuse(const CheckedTest *checked, const Check *check, Arena *arena) {
  const ModelResult *source = &checked->source.result;
  const char *language = checked->test->dialect->language;
  if (check->verdict == CHECK_THIN_AIR)
    return "only RC11's no-thin-air axiom forbids that state, against load buffering; ISO C11 does not";
  if (check->verdict != CHECK_RACY)
    return NULL;
  const char *what = arena_printf(arena, "the source has a data race, so that %s forbids nothing", language);
  return source->racy ? arena_printf(arena, "%s: %s and %s", what, line_of(source->racy, source->race[0], arena),
                                     line_of(source->racy, source->race[1], arena))
                      : what;
}

// Whether its language's model could judge the source; else the test's own verdict is set.
static bool is_judged(const CheckedTest *checked, Check *check) {
  const Prediction *source = &checked->source;
  if (test_has_grace(checked->test)) {
    fail(check, "that a grace period waits is in no machine code of a thread's");
    check->failed = false;
    return false;
  }
  if (source->program && !source->result.unmodelled && !source->result.gave_up)
    return true;
  fail(check, source->why ? source->why : "its language's model does not speak of it");
  check->failed = !source->program || source->result.gave_up;
  return false;
}

static const Judge *judge_named(const Judge *judges, const char *name) {
  return &judges[model_index(model_find(name))];
}

static void check_one(const CheckedTest *checked, const Judge *judges, const EnumerationLimits *limits, Check *check,
                      Arena *arena) {
  const Test *test = checked->test;
  if (!is_judged(checked, check) || !list(test, check, arena))
    return;
  check->code = machine_code_read(test, check->build->cpu, check->listings, arena);
  if (!check->code.program) {
    fail(check, check->code.why);
    return;
  }
  Prediction by_sc = machine_code_by_sc(&check->code, judges, limits, arena);
  check->of_code = machine_code_by_cpu(&check->code, judges, limits, arena);
  if (check->of_code.result.unmodelled) {
    fail(check, check->of_code.why);
    return;
  }
  compare(checked, check, &by_sc, arena);
  check->why = excuse(checked, check, arena);
  check->why = check->why ? check->why : check->of_code.why ? check->of_code.why : checked->source.why;
  bool is_partial = check->of_code.result.gave_up, is_good = check->verdict == CHECK_KEPT;
  if (is_partial && (is_good || check->verdict == CHECK_THIN_AIR))
    fail(check, check->of_code.why);
  else if (is_good && check->of_code.result.hang && !checked->source.result.hang)
    fail(check, "the code may wait for ever, where the source does not");
}

// ---- All of them

typedef struct {
  const CheckOptions *options;
  const Judge *judges, *kernels; // for tests in C11, and in the kernel's dialect
} Session;

static bool check_test(const Session *s, const Test *test, Check *checks) {
  Arena *arena = arena_new();
  const CheckOptions *o = s->options;
  JudgeOptions options = {.limits = o->limits};
  const Judge *judges = test->dialect == &dialect_linux ? s->kernels : s->judges;
  CheckedTest checked = {.test = test, .checks = checks, .count = o->build_count};
  checked.source = judge_test(judge_named(judges, "c11"), test, &options, arena);
  checked.sc = judge_test(judge_named(judges, "sc"), test, &options, arena);
  for (unsigned b = 0; b < o->build_count && !stop_wanted(o->stop); b++)
    check_one(&checked, judges, &o->limits, &checks[b], arena);
  bool going = !stop_wanted(o->stop) && o->each(&checked, arena, o->context);
  arena_free(arena);
  return going;
}

static ThreadBuild plan(const Test *test, const CheckBuild *build, Check *check, Arena *arena) {
  const Compiler **compilers = ARENA_ARRAY(arena, const Compiler *, test->thread_count);
  ObjectFile *objects = ARENA_ARRAY(arena, ObjectFile, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++)
    compilers[t] = build->of_thread[t < build->thread_count ? t : build->thread_count - 1];
  *check = (Check){.build = build, .objects = objects};
  return (ThreadBuild){test, compilers, objects};
}

static void list_all(const ThreadBuild *builds, unsigned count, Arena *arena) {
  ObjectFile **objects = ARENA_ARRAY(arena, ObjectFile *, (size_t)count * LIMIT_THREADS);
  unsigned listed = 0;
  for (unsigned i = 0; i < count; i++)
    for (unsigned t = 0; t < builds[i].test->thread_count; t++)
      if (!builds[i].objects[t].shared)
        objects[listed++] = &builds[i].objects[t];
  build_listings(objects, listed, arena);
}

// Compiles some tests in every way, then judges them one after the other. How many were.
static unsigned check_batch(const Session *s, const Test *const *tests, unsigned count, Arena *arena, Diag *diag) {
  const CheckOptions *o = s->options;
  unsigned total = count * o->build_count, done = 0;
  Check *checks = ARENA_ARRAY(arena, Check, total);
  ThreadBuild *builds = ARENA_ARRAY(arena, ThreadBuild, total);
  for (unsigned i = 0; i < total; i++)
    builds[i] = plan(tests[i / o->build_count], &o->builds[i % o->build_count], &checks[i], arena);
  CompileLimits limits = {.stop = o->stop, .progress = o->progress, .context = o->context};
  if (!build_threads_all(builds, total, &limits, arena, diag))
    return 0;
  list_all(builds, total, arena);
  while (done < count && !stop_wanted(o->stop) && check_test(s, tests[done], &checks[(size_t)done * o->build_count]))
    done++;
  for (unsigned i = 0; i < total; i++)
    build_release(builds[i].objects, builds[i].test->thread_count);
  return done;
}

unsigned check_all(const CheckOptions *options, Diag *diag) {
  Arena *arena = arena_new();
  Session session = {options, judges_all(arena), judges_for(dialect_linux.name, arena)};
  unsigned done = 0, batch = BATCH_UNITS / (options->build_count ? options->build_count : 1);
  batch = batch ? batch : 1;
  for (unsigned made = batch; done < options->test_count && made == batch && !diag->errors;) {
    Arena *scratch = arena_new();
    batch = batch < options->test_count - done ? batch : options->test_count - done;
    made = check_batch(&session, options->tests + done, batch, scratch, diag);
    done += made;
    arena_free(scratch);
  }
  arena_free(arena);
  return done;
}
