// Random small programs, judged and run: no state may be seen that the models forbid, and no two models may contradict
// each other where a theorem says that they do not.
//
// usage: bench-random [--seconds N] [--seed S] [--program N] [--time T] [--no-run]
//
// Programs are drawn for N seconds (default 60), in batches with a compiler and flags of their own, and each is run for
// T seconds (default 0.03) by each engine that can. --program runs that one program of the seed alone, with all
// compilers and flags. Exit status 1: something was found; it is printed with what repeats it.
//
// Of each program:
// - its canonical text parses to the same tree;
// - what sequential consistency allows every other model allows;
// - what a CPU's model allows for the lowered program C11 allows, but for what its no-thin-air axiom alone forbids (the
//   mappings are proved correct: Lahav et al., PLDI 2017, section 5; Podkopaev, Lahav, Vafeiadis, POPL 2019);
// - what is seen is allowed by this CPU's model and, no-thin-air aside, by C11. Where the program has a data race on
//   accesses that the compiler may move nothing is forbidden.
#include "harness/base/time.h"
#include "harness/lang/parse.h"
#include "harness/lang/print.h"
#include "harness/model/judge.h"
#include "harness/run/run.h"
#include "tests/bench/random_program.h"

#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 16, FAILURES_SHOWN = 20 };

typedef struct {
  double seconds, time;
  uint64_t seed;
  long program; // -1: all
  bool no_run;
} Settings;

// How a batch is compiled.
typedef struct {
  const char *cc, *cflags;
} Build;

static const Build builds[] = {{"gcc", "-O2"}, {"clang", "-O2"}, {"gcc", "-O3"}, {"clang", "-O1"},
                               {"gcc", "-O0"}, {"clang", "-O3"}, {"gcc", "-O1"}};
enum { BUILDS = sizeof builds / sizeof *builds };

typedef struct {
  unsigned programs, racy, unmodelled, undecided;
  unsigned runs, by_perpetual, by_processes, on_one_pu;
  uint64_t iterations, states, weak;
  uint64_t allowed, allowed_seen; // by this CPU's model, of decided programs that ran
  unsigned failures;
} Counts;

typedef struct {
  Settings settings;
  Topology *topology;
  const Judge *judges;
  unsigned judge_count;
  Counts counts;
} Hunt;

typedef struct {
  const char *text;
  const Test *test; // NULL: it was found to be wrong
  Prediction *predictions;
  bool *seen; // of each state that this CPU's model allows
  unsigned index;
  RandomTraits traits;
  bool is_judged; // what is seen may be held against the models
} Candidate;

// ---- What was found

static void fail(Hunt *hunt, const Candidate *program, const char *command, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void fail(Hunt *hunt, const Candidate *program, const char *command, const char *format, ...) {
  if (hunt->counts.failures++ >= FAILURES_SHOWN)
    return;
  va_list arguments;
  va_start(arguments, format);
  printf("FAIL: program %u: ", program->index);
  vprintf(format, arguments);
  va_end(arguments);
  printf("\nagain: bench-random --seed %llu --program %u\n%s%s\n", (unsigned long long)hunt->settings.seed,
         program->index, command ? command : "", program->text);
  fflush(stdout);
}

static const char *print_state(const Test *test, State state, Arena *arena) {
  Text text = {0};
  state_print(test, state, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

// ---- The language

static const Test *parse(const char *text, Arena *arena, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "random.litmus", .bytes = text, .length = strlen(text)};
  return test_parse(source, arena, diag);
}

static void check_text(Hunt *hunt, Candidate *program, Arena *arena) {
  Diag diag = {.arena = arena};
  Text text = {0};
  program->test = parse(program->text, arena, &diag);
  if (!program->test) {
    diag_format(&diag, &text);
    fail(hunt, program, NULL, "it does not parse:\n%s", text_string(&text));
  } else {
    test_print(program->test, &text);
    const Test *again = parse(arena_string(arena, text_string(&text)), arena, &diag);
    if (!again || !test_equal(program->test, again))
      fail(hunt, program, NULL, "what is printed of it parses to another tree:\n%s", text_string(&text));
  }
  text_free(&text);
}

// ---- Models against models

static const Prediction *prediction_by(const Hunt *hunt, const Candidate *program, const char *model) {
  for (unsigned j = 0; j < hunt->judge_count; j++)
    if (!strcmp(hunt->judges[j].name, model))
      return &program->predictions[j];
  return NULL;
}

static const Prediction *prediction_here(const Hunt *hunt, const Candidate *program) {
  return cpu_here() ? prediction_by(hunt, program, cpu_here()->model->name) : NULL;
}

static bool is_decided(const Prediction *p) {
  return p && p->program && !p->result.gave_up && !p->result.bound_reached && !p->result.unmodelled;
}

// Every state that `narrow` allows `wide` must not forbid.
static void check_within(Hunt *hunt, const Candidate *program, const Prediction *narrow, const Prediction *wide,
                         Arena *arena) {
  for (unsigned i = 0; i < narrow->result.state_count; i++) {
    State state = prediction_state(program->test, narrow->result.states[i], arena);
    if (prediction_verdict(wide, state) != VERDICT_FORBIDDEN || prediction_is_thin_air(wide, state))
      continue;
    fail(hunt, program, NULL, "%s allows a state that %s forbids: %s", narrow->judge->name, wide->judge->name,
         print_state(program->test, state, arena));
    return;
  }
}

static void check_models(Hunt *hunt, Candidate *program, Arena *arena) {
  JudgeOptions options = {.limits = judge_limits(2)};
  program->predictions = judge_test_by(hunt->judges, hunt->judge_count, program->test, &options, arena);
  const Prediction *sc = prediction_by(hunt, program, "sc"), *c11 = prediction_by(hunt, program, "c11");
  const Prediction *here = prediction_here(hunt, program);
  bool racy = c11->program && c11->result.undefined;
  hunt->counts.racy += racy;
  hunt->counts.unmodelled += sc->result.unmodelled;
  for (unsigned j = 0; j < hunt->judge_count; j++) {
    const Prediction *p = &program->predictions[j];
    hunt->counts.undecided += p->result.gave_up || p->result.bound_reached;
    if (is_decided(p) && is_decided(sc) && p != sc)
      check_within(hunt, program, sc, p, arena);
    if (is_decided(p) && is_decided(c11) && p != c11)
      check_within(hunt, program, p, c11, arena);
  }
  program->is_judged = is_decided(here) && !(program->traits.compiler_may_move && (racy || !is_decided(c11)));
  program->seen = here ? ARENA_ARRAY(arena, bool, here->result.state_count + 1) : NULL;
}

// ---- Models against the machine

typedef struct {
  const Build *build;
  Compiler compiler;
  RunOptions options;
  Placement placement;
} Way;

static void mark_seen(const Prediction *here, Candidate *program, State state) {
  for (unsigned i = 0; i < here->result.state_count; i++) {
    bool same = true;
    for (unsigned o = 0; o < program->test->observable_count && same; o++)
      same = here->result.states[i][o].number == state.values[o];
    program->seen[i] |= same;
  }
}

static const char *command_of(const Way *way, const RunResult *result, Arena *arena) {
  return arena_printf(arena,
                      "or:    weakmem run --cc %s --cflags '%s' --engine %s --actors %s --placement %s --seed %llu "
                      "--time 1 - (given the test below)\n",
                      way->build->cc, way->build->cflags, engine_name(result->engine), actors_name(way->options.actors),
                      placement_name(way->placement.kind), (unsigned long long)result->seed);
}

static void check_state(Hunt *hunt, Candidate *program, const Way *way, const RunResult *result,
                        const HistogramRow *row, Arena *arena) {
  const Prediction *sc = prediction_by(hunt, program, "sc"), *c11 = prediction_by(hunt, program, "c11");
  const Prediction *here = prediction_here(hunt, program);
  hunt->counts.states++;
  hunt->counts.weak += is_decided(sc) && prediction_verdict(sc, row->state) == VERDICT_FORBIDDEN;
  if (!program->is_judged)
    return;
  mark_seen(here, program, row->state);
  const Prediction *by = NULL;
  if (prediction_verdict(here, row->state) == VERDICT_FORBIDDEN)
    by = here;
  else if (c11->program && prediction_verdict(c11, row->state) == VERDICT_FORBIDDEN &&
           !prediction_is_thin_air(c11, row->state))
    by = c11;
  if (by)
    fail(hunt, program, command_of(way, result, arena), "%s by %s: seen %llu times though %s forbids it: %s",
         engine_name(result->engine), way->build->cc, (unsigned long long)row->count, by->judge->name,
         print_state(program->test, row->state, arena));
}

static void run(Hunt *hunt, Candidate *program, const Way *way, const Compiled *compiled, Arena *arena) {
  RunResult result = run_test(program->test, compiled, hunt->topology, &way->placement, &way->options, arena, NULL);
  hunt->counts.runs++;
  hunt->counts.by_perpetual += result.engine == ENGINE_PERPETUAL;
  hunt->counts.by_processes += way->options.actors == ACTORS_PROCESSES;
  hunt->counts.on_one_pu += way->placement.kind == PLACEMENT_SAME_PU;
  hunt->counts.iterations += result.histogram.total;
  if (result.status != RUN_DONE)
    fail(hunt, program, command_of(way, &result, arena), "%s: %s", run_status_name(result.status),
         result.message ? result.message : "");
  for (unsigned i = 0; i < result.histogram.count; i++)
    check_state(hunt, program, way, &result, &result.histogram.rows[i], arena);
}

// Compiles the batch for an engine and runs what that made, each program in a way of its own.
static void run_batch(Hunt *hunt, Candidate *programs, unsigned count, Engine engine, const Build *build,
                      Arena *arena) {
  const Test *tests[BATCH];
  Candidate *owners[BATCH];
  unsigned tested = 0;
  for (unsigned i = 0; i < count; i++)
    if (programs[i].test && (engine == ENGINE_LOCKSTEP || build_engine(programs[i].test, engine, NULL) == engine)) {
      owners[tested] = &programs[i];
      tests[tested++] = programs[i].test;
    }
  Way way = {.build = build,
             .options = {.seconds = hunt->settings.time,
                         .engine = engine,
                         .cc = build->cc,
                         .cflags = build->cflags,
                         .seed = hunt->settings.seed + programs->index + 1}};
  Diag diag = {.arena = arena};
  if (!tested || !compiler_find(way.options.cc, way.options.cflags, arena, &way.compiler, &diag))
    return; // a compiler that this machine does not have
  Compiled **compiled = build_compile(tests, tested, way.options.engine, &way.compiler, arena, NULL, NULL, NULL);
  for (unsigned i = 0; i < tested; i++) {
    unsigned threads = tests[i]->thread_count, turn = owners[i]->index;
    way.options.actors = turn % 7 == 3 ? ACTORS_PROCESSES : ACTORS_THREADS;
    if (turn % 8 != 5 || !placement_find(hunt->topology, PLACEMENT_SAME_PU, threads, arena, &way.placement, NULL))
      way.placement = placement_default(hunt->topology, threads, arena);
    run(hunt, owners[i], &way, compiled[i], arena);
  }
}

static void count_seen(Hunt *hunt, const Candidate *program) {
  const Prediction *here = prediction_here(hunt, program);
  if (!program->is_judged)
    return;
  hunt->counts.allowed += here->result.state_count;
  for (unsigned i = 0; i < here->result.state_count; i++)
    hunt->counts.allowed_seen += program->seen[i];
}

// ---- The hunt

static void hunt_batch(Hunt *hunt, unsigned first, unsigned count, const Build *some_builds, unsigned build_count) {
  Arena *arena = arena_new();
  hunt->judges = judges_all(arena);
  hunt->judge_count = model_count;
  Candidate programs[BATCH] = {0};
  for (unsigned i = 0; i < count; i++) {
    Text text = {0};
    programs[i].index = first + i;
    programs[i].traits = random_program(hunt->settings.seed, first + i, &text);
    programs[i].text = arena_string(arena, text_string(&text));
    text_free(&text);
    check_text(hunt, &programs[i], arena);
    if (programs[i].test)
      check_models(hunt, &programs[i], arena);
    hunt->counts.programs++;
  }
  for (unsigned b = 0; b < build_count && !hunt->settings.no_run; b++) {
    run_batch(hunt, programs, count, ENGINE_LOCKSTEP, &some_builds[b], arena);
    run_batch(hunt, programs, count, ENGINE_PERPETUAL, &some_builds[b], arena);
  }
  for (unsigned i = 0; i < count && !hunt->settings.no_run; i++)
    if (programs[i].test)
      count_seen(hunt, &programs[i]);
  arena_free(arena);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
  (void)status, (void)kind, (void)walk;
  return remove(path);
}

// What is compiled here no one needs again: it is kept out of the user's cache, and gone after each batch.
static void clear_cache(const char *folder) {
  char *inner = NULL;
  if (asprintf(&inner, "%s/weakmem", folder) >= 0)
    nftw(inner, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  free(inner);
}

static void hunt_for(Hunt *hunt, const char *cache) {
  double began = time_seconds();
  if (hunt->settings.program >= 0) {
    hunt_batch(hunt, (unsigned)hunt->settings.program, 1, builds, BUILDS);
    clear_cache(cache);
    return;
  }
  for (unsigned batch = 0; time_seconds() - began < hunt->settings.seconds; batch++) {
    hunt_batch(hunt, batch * BATCH, BATCH, &builds[batch % BUILDS], 1);
    clear_cache(cache);
  }
}

static void print_counts(const Counts *c) {
  printf("%u programs: %u racy, %u unmodelled; %u predictions undecided\n", c->programs, c->racy, c->unmodelled,
         c->undecided);
  printf("%u runs: %u by perpetual, %u by processes, %u on one PU; %llu iterations\n", c->runs, c->by_perpetual,
         c->by_processes, c->on_one_pu, (unsigned long long)c->iterations);
  printf("%llu states seen, %llu of them weak; of %llu states that the CPU's model allows %.1f %% were not seen\n",
         (unsigned long long)c->states, (unsigned long long)c->weak, (unsigned long long)c->allowed,
         c->allowed ? 100.0 * (double)(c->allowed - c->allowed_seen) / (double)c->allowed : 0);
  printf("%s: %u failures\n", c->failures ? "FAIL" : "PASS", c->failures);
}

static bool read_settings(int argc, char **argv, Settings *out) {
  static const struct option options[] = {
      {"seconds", required_argument, NULL, 's'}, {"seed", required_argument, NULL, 'r'},
      {"program", required_argument, NULL, 'p'}, {"time", required_argument, NULL, 't'},
      {"no-run", no_argument, NULL, 'n'},        {0}};
  *out = (Settings){.seconds = 60, .time = 0.03, .seed = 1, .program = -1};
  for (int key; (key = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
    char *end = NULL;
    errno = 0;
    switch (key) {
    case 's':
      out->seconds = strtod(optarg, &end);
      break;
    case 't':
      out->time = strtod(optarg, &end);
      break;
    case 'r':
      out->seed = strtoull(optarg, &end, 0);
      break;
    case 'p':
      out->program = strtol(optarg, &end, 10);
      break;
    case 'n':
      out->no_run = true;
      continue;
    default:
      return false;
    }
    if (errno || end == optarg || *end)
      return false;
  }
  return optind == argc && out->seconds > 0 && out->time > 0 && out->program >= -1 && out->program < INT32_MAX;
}

int main(int argc, char **argv) {
  Hunt hunt = {0};
  if (!read_settings(argc, argv, &hunt.settings)) {
    fprintf(stderr, "usage: bench-random [--seconds N] [--seed S] [--program N] [--time T] [--no-run]\n");
    return 2;
  }
  char cache[] = "/tmp/weakmem-random-XXXXXX";
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  hunt.topology = topology_new(&diag);
  bool ready = hunt.topology && mkdtemp(cache) && !setenv("XDG_CACHE_HOME", cache, 1);
  if (ready) {
    printf("seed %llu\n", (unsigned long long)hunt.settings.seed);
    hunt_for(&hunt, cache);
    remove(cache);
    print_counts(&hunt.counts);
  } else {
    fprintf(stderr, "%s\n", diag.first ? diag.first->message : "there is no room for a cache");
  }
  topology_free(hunt.topology);
  arena_free(arena);
  return ready && !hunt.counts.failures ? EXIT_SUCCESS : EXIT_FAILURE;
}
