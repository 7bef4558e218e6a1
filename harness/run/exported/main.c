// The program that a test is where there is no weakmem: runs it, tells people on stderr what was seen, and writes its
// record to standard output.
#include "harness/base/json_text.h"
#include "harness/base/time.h"
#include "harness/machine/clock.h"
#include "harness/machine/identity.h"
#include "harness/run/exported.h"
#include "harness/run/measure.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
enum { CAN_PIN = true };
#else
enum { CAN_PIN = false };
#endif

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

enum { OK = 0, USAGE = 2, MACHINE = 3 }; // exit status, as weakmem's

enum { MOST_PUS = 4096 };

typedef struct {
  double seconds, timeout; // 0: not given
  uint64_t iterations, seed;
  unsigned *pus, pu_count;
  bool quiet;
} Settings;

static Stop stop; // by which signal

static void on_signal(int number) { stop = number; }

static const char help[] =
    "usage: %s [OPTION]... >>records.jsonl\n"
    "\n"
    "The litmus test %s as a program of its own. Runs it, shows on standard error what was seen, and writes a record\n"
    "to standard output: a line of JSON, for `weakmem import` on a machine that has weakmem.\n"
    "\n"
    "  -t, --time SECONDS     how long it runs (1)\n"
    "  -n, --iterations N     stop after that many; without --time however long they take\n"
    "  -p, --pus LIST         pin the threads to these PUs, in turn: 0,2,4-7 (Linux)\n"
    "  -s, --seed N           repeat the choices of an earlier run\n"
    "      --timeout SECONDS  what it may take altogether before it is killed (10 s and three times --time;\n"
    "                         600 s without)\n"
    "  -q, --quiet            no histogram, errors alone\n"
    "  -h, --help             this\n"
    "\n"
    "A state marked * satisfies the body of the condition. What each memory model allows is for the import to say.\n"
    "Exit status: 0 done; 2 bad usage; 3 the machine would not, or the test hung, crashed or was interrupted.\n";

static bool complain(const char *option, const char *expected, const char *text) {
  fprintf(stderr, "%s: expected %s, got '%s'\n", option, expected, text);
  return false;
}

static bool read_seconds(const char *option, const char *text, double *out) {
  char *end;
  *out = strtod(text, &end);
  bool good = end != text && !*end && isfinite(*out) && *out >= 0.001 && *out <= 86400;
  return good || complain(option, "seconds, 0.001 to 86400", text);
}

static bool read_number(const char *option, const char *text, uint64_t *out) {
  char *end;
  errno = 0;
  *out = strtoull(text, &end, 0);
  bool good = *text >= '0' && *text <= '9' && !*end && !errno && *out >= 1 && *out <= INT64_MAX;
  return good || complain(option, "a number from 1 on", text);
}

// "0,2,4-7"
static bool read_pus(const char *text, Arena *arena, Settings *s) {
  s->pus = ARENA_ARRAY(arena, unsigned, MOST_PUS);
  s->pu_count = 0;
  for (const char *at = text;; at++) {
    char *end;
    unsigned long first = strtoul(at, &end, 10), last = first;
    bool good = *at >= '0' && *at <= '9' && first < 1u << 20;
    if (good && *end == '-') {
      at = end + 1;
      last = strtoul(at, &end, 10);
      good = *at >= '0' && *at <= '9' && last >= first && last < 1u << 20;
    }
    if (!good || (*end && *end != ',') || s->pu_count + (last - first + 1) > MOST_PUS)
      return complain("--pus", "PUs such as 0,2,4-7", text);
    for (unsigned long pu = first; pu <= last; pu++)
      s->pus[s->pu_count++] = (unsigned)pu;
    if (!*end)
      return true;
    at = end;
  }
}

enum { OPTION_TIMEOUT = 256 };

static bool read_option(int option, Settings *s, Arena *arena) {
  switch (option) {
  case 't':
    return read_seconds("--time", optarg, &s->seconds);
  case 'n':
    return read_number("--iterations", optarg, &s->iterations);
  case 'p':
    return read_pus(optarg, arena, s);
  case 's':
    return read_number("--seed", optarg, &s->seed);
  case OPTION_TIMEOUT:
    return read_seconds("--timeout", optarg, &s->timeout);
  case 'q':
    s->quiet = true;
    return true;
  default:
    return false; // getopt has said why
  }
}

static bool read_options(int argc, char **argv, Settings *s, Arena *arena, bool *done) {
  static const struct option options[] = {{"time", required_argument, NULL, 't'},
                                          {"iterations", required_argument, NULL, 'n'},
                                          {"pus", required_argument, NULL, 'p'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"timeout", required_argument, NULL, OPTION_TIMEOUT},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  while ((option = getopt_long(argc, argv, "t:n:p:s:qh", options, NULL)) != -1) {
    *done = option == 'h';
    if (*done)
      printf(help, argv[0], exported.name);
    if (*done || !read_option(option, s, arena))
      return *done;
  }
  return optind == argc || complain(argv[0], "options alone", argv[optind]);
}

// ---- the run

typedef struct {
  const uint64_t *state;
  uint64_t count;
  bool is_witness;
} Row;

// What is told of a run.
typedef struct {
  Identity machine;
  Placement placement;
  const char *started; // RFC 3339
  uint64_t seed;
  RunStatus status;
  const char *message;
  Report report;
  double seconds;
  Row *rows; // sorted by state
  unsigned row_count;
  uint64_t total, witnesses, lost;
} Run;

// The first fence of the test that this CPU does not have; NULL: it has all.
static const char *missing_fence(void) {
#define FENCE_ROW(row, function, condition) found |= !strcmp(*fence, row) && (condition);
  for (const char *const *fence = exported.fences; *fence; fence++) {
    bool found = false;
    CPU_FENCES(FENCE_ROW)
    if (!found)
      return *fence;
  }
#undef FENCE_ROW
  return NULL;
}

static const KernelCode *own_code(const void *context, char *reason, size_t room) {
  (void)context, (void)reason, (void)room;
  return exported.code;
}

static int by_state(const void *a, const void *b) {
  return shape_compare(exported.shape, ((const Row *)a)->state, ((const Row *)b)->state);
}

static void read_tally(Run *run, const Tally *tally, Arena *arena) {
  unsigned at = 0;
  const uint64_t *state;
  size_t capacity = 0;
  for (uint64_t count; (count = tally_next(tally, &at, &state)) != 0;) {
    uint64_t whole[SHAPE_WORDS] = {0}; // what only the filter looks at is not kept, nor asked for here
    memcpy(whole, state, tally->words * sizeof *state);
    run->rows = arena_grow(arena, run->rows, &capacity, run->row_count + (size_t)1, sizeof *run->rows);
    Row *row = &run->rows[run->row_count++];
    *row = (Row){arena_array(arena, tally->words + (size_t)1, sizeof *state), count,
                 (exported.code->classify(whole) & STATE_WITNESS) != 0};
    memcpy((uint64_t *)row->state, state, tally->words * sizeof *state);
    run->total += count;
    run->witnesses += row->is_witness ? count : 0;
  }
  run->lost = tally->lost;
  if (run->row_count)
    qsort(run->rows, run->row_count, sizeof *run->rows, by_state);
}

static void run_test(Run *run, const Topology *topology, const Settings *s, Arena *arena) {
  enum { WITHOUT_LIMIT = 600 };
  double seconds = s->seconds || s->iterations ? s->seconds : 1;
  Clock clock = exported.shape->perpetual ? (Clock){0} : clock_calibrate(topology, &run->placement);
  Measurement measurement = {.session = {.shape = exported.shape,
                                         .binding = measure_binding(topology, &run->placement, arena),
                                         .actors = ACTORS_THREADS,
                                         .seconds = seconds,
                                         .iterations = s->iterations,
                                         .seed = run->seed,
                                         .ticks_per_second = clock.ticks_per_second,
                                         .no_clock = clock.reason},
                             .load = own_code,
                             .timeout = s->timeout    ? s->timeout
                                        : seconds > 0 ? 10 + 3 * seconds
                                                      : WITHOUT_LIMIT,
                             .stop = &stop};
  Measured measured = measure_session(&measurement, arena);
  run->status = measured.status;
  run->message = measured.message;
  run->seconds = measured_seconds(&measured);
  if (measured.report)
    run->report = *measured.report;
  if (measured.tally)
    read_tally(run, measured.tally, arena);
  measured_free(&measured);
}

// ---- the record: a line of JSON, schema weakmem.run/1, without what the models say, which the import adds

static void add_text(JsonText *json, const char *key, const char *text) {
  json_text_key(json, key);
  json_text_string(json, text);
}

static void add_count(JsonText *json, const char *key, uint64_t count) {
  json_text_key(json, key);
  json_text_count(json, count);
}

static void add_integer(JsonText *json, const char *key, int64_t integer) {
  json_text_key(json, key);
  json_text_integer(json, integer);
}

static void add_bool(JsonText *json, const char *key, bool value) {
  json_text_key(json, key);
  json_text_bool(json, value);
}

static void open_part(JsonText *json, const char *key, char bracket) {
  json_text_key(json, key);
  json_text_open(json, bracket);
}

static void add_machine(JsonText *json, const Identity *machine) {
  open_part(json, "machine", '{');
  add_text(json, "arch", machine->arch);
  add_text(json, "cpu", machine->cpu);
  add_text(json, "vendor", machine->vendor);
  add_integer(json, "family", machine->family);
  add_integer(json, "model", machine->model);
  add_integer(json, "stepping", machine->stepping);
  add_text(json, "microcode", machine->microcode);
  add_count(json, "cores", machine->cores);
  add_count(json, "pus", machine->pus);
  add_text(json, "virtual", machine->virtual_);
  add_bool(json, "emulated", machine->emulated);
  add_text(json, "kernel", machine->kernel);
  add_count(json, "cache_line", machine->cache_line);
  add_bool(json, "lse", machine->has_lse);
  json_text_close(json, '}');
}

static void add_setting(JsonText *json, const Setting *setting) {
  json_text_key(json, setting->name);
  if (setting->is_number)
    json_text_number(json, setting->number);
  else
    json_text_string(json, setting->text);
}

static void add_how(JsonText *json, const Run *run) {
  add_machine(json, &run->machine);
  open_part(json, "compiler", '{');
  add_text(json, "path", exported.compiler_path);
  add_text(json, "version", COMPILER);
  add_text(json, "flags", exported.compiler_flags);
  json_text_close(json, '}');
  add_text(json, "engine", engine_name(exported.shape->perpetual ? ENGINE_PERPETUAL : ENGINE_LOCKSTEP));
  open_part(json, "settings", '{');
  for (unsigned i = 0; i < run->report.setting_count; i++)
    add_setting(json, &run->report.settings[i]);
  json_text_close(json, '}');
  add_text(json, "actors", actors_name(ACTORS_THREADS));
  add_text(json, "fence", exported.fence);
  open_part(json, "placement", '{');
  add_text(json, "name", !CAN_PIN ? "unpinned" : run->placement.kind == PLACEMENT_SHARED_PUS ? "shared-pus" : "custom");
  open_part(json, "pus", '[');
  for (unsigned t = 0; t < run->placement.threads && CAN_PIN; t++)
    json_text_count(json, run->placement.pus[t]);
  json_text_close(json, ']');
  json_text_close(json, '}');
}

static void add_counts(JsonText *json, const Run *run) {
  add_count(json, "seed", run->seed);
  add_count(json, "iterations", run->total);
  if (run->report.frame_witnesses)
    add_count(json, "frames", run->report.frame_witnesses);
  if (run->lost)
    add_count(json, "lost", run->lost);
  if (run->report.hidden)
    add_count(json, "filtered", run->report.hidden);
  json_text_key(json, "seconds");
  json_text_real(json, run->seconds);
  add_text(json, "condition", exported.condition);
  add_count(json, "witnesses", run->witnesses);
}

static void add_histogram(JsonText *json, const Run *run) {
  Text state = {0};
  open_part(json, "histogram", '[');
  for (unsigned i = 0; i < run->row_count; i++) {
    text_clear(&state);
    shape_print(exported.shape, run->rows[i].state, &state);
    json_text_open(json, '{');
    add_text(json, "state", text_string(&state));
    add_count(json, "count", run->rows[i].count);
    add_bool(json, "witness", run->rows[i].is_witness);
    json_text_close(json, '}');
  }
  json_text_close(json, ']');
  text_free(&state);
}

static void write_record(const Run *run, Text *out) {
  JsonText json = {.out = out};
  json_text_open(&json, '{');
  add_text(&json, "schema", "weakmem.run/1");
  add_text(&json, "test", exported.name);
  if (exported.family)
    add_text(&json, "family", exported.family);
  add_text(&json, "file", exported.file);
  add_text(&json, "digest", exported.digest);
  add_text(&json, "started", run->started);
  add_text(&json, "weakmem", exported.weakmem);
  add_text(&json, "status", run_status_name(run->status));
  if (run->message)
    add_text(&json, "message", run->message);
  add_how(&json, run);
  add_counts(&json, run);
  add_histogram(&json, run);
  add_text(&json, "litmus", exported.litmus);
  json_text_close(&json, '}');
  text_add_char(out, '\n');
}

// ---- for people

static void tell_how(const Run *run, Text *out) {
  const Placement *placement = &run->placement;
  text_printf(out, "  %s, %u threads, ", exported.shape->perpetual ? "perpetual" : "lockstep", placement->threads);
  if (!CAN_PIN)
    text_add(out, "which this system does not let us pin");
  for (unsigned t = 0; t < placement->threads && CAN_PIN; t++)
    text_printf(out, t ? ",%u" : "PU %u", placement->pus[t]);
  if (placement_oversubscribed(placement))
    text_add(out, ", which they share");
  for (unsigned i = 0; i < run->report.setting_count; i++) {
    const Setting *setting = &run->report.settings[i];
    text_printf(out, "%s%s ", i ? ", " : "; ", setting->name);
    if (setting->is_number)
      text_printf(out, "%g", setting->number);
    else
      text_add(out, setting->text);
  }
  text_add_char(out, '\n');
  if (run->report.meeting_reason[0])
    text_printf(out, "  threads met in %s: %s\n", run->report.meeting, run->report.meeting_reason);
}

static void tell_states(const Run *run, Text *out) {
  enum { SHOWN = 64 };
  for (unsigned i = 0; i < run->row_count && i < SHOWN; i++) {
    const Row *row = &run->rows[i];
    text_printf(out, "  %12" PRIu64 "  %6.2f %%  %c  ", row->count, 100.0 * (double)row->count / (double)run->total,
                row->is_witness ? '*' : ' ');
    shape_print(exported.shape, row->state, out);
    text_add_char(out, '\n');
  }
  if (run->row_count > SHOWN)
    text_printf(out, "  and %u more states\n", run->row_count - SHOWN);
}

// What the condition asks for; of what was not seen the bound (the rule of three).
static void tell_witnesses(const Run *run, Text *out) {
  text_printf(out, "  %s: %" PRIu64 " of %" PRIu64, exported.condition, run->witnesses, run->total);
  if (run->witnesses)
    text_add(out, " (*)");
  else if (run->total > 3)
    text_printf(out, ": under %.2g at 95 %% if iterations were independent", 3.0 / (double)run->total);
  if (run->seconds > 0)
    text_printf(out, "; %.3f s", run->seconds);
  if (run->seconds > 0 && run->witnesses)
    text_printf(out, ", %.3g million witnesses/s", (double)run->witnesses / run->seconds * 1e-6);
  text_add_char(out, '\n');
}

static void tell(const Run *run, Text *out) {
  text_printf(out, "%s on ", exported.name);
  identity_print(&run->machine, out);
  text_printf(out, "; %s, %s %s\n", COMPILER, exported.compiler_path, exported.compiler_flags);
  tell_how(run, out);
  tell_states(run, out);
  tell_witnesses(run, out);
  if (run->machine.emulated)
    text_add(out, "  emulated: what an emulator does says nothing of this architecture's CPUs\n");
  if (run->message)
    text_printf(out, "  %s: %s\n", run_status_name(run->status), run->message);
}

static bool report_run(const Run *run, bool quiet) {
  Text text = {0};
  if (!quiet || run->status != RUN_DONE)
    tell(run, &text);
  fputs(text_string(&text), stderr);
  text_clear(&text);
  write_record(run, &text);
  bool good = fputs(text_string(&text), stdout) >= 0 && !fflush(stdout);
  if (!good)
    fprintf(stderr, "cannot write the record: %s\n", strerror(errno));
  text_free(&text);
  return good;
}

static int run_and_tell(const Settings *s, Arena *arena, Diag *diag) {
  Topology *topology = topology_new(diag);
  unsigned threads = exported.shape->threads;
  Run run = {.started = time_rfc3339(arena), .seed = s->seed ? s->seed : measure_seed()};
  int status = MACHINE;
  if (topology && !s->pus)
    run.placement = placement_default(topology, threads, arena);
  else if (topology && !placement_custom(topology, s->pus, s->pu_count, threads, arena, &run.placement, diag))
    status = USAGE;
  if (!diag->errors) {
    const char *missing = missing_fence();
    run.machine = identity_read(topology, arena);
    if (missing) {
      run.status = RUN_NOT_COMPILED;
      run.message = arena_printf(arena, "this CPU has no fence '%s'", missing);
    } else {
      run_test(&run, topology, s, arena);
    }
    status = report_run(&run, s->quiet) && run.status == RUN_DONE ? OK : MACHINE;
  }
  topology_free(topology);
  return status;
}

int main(int argc, char **argv) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Settings settings = {0};
  bool done = false;
  int status = USAGE;
  if (read_options(argc, argv, &settings, arena, &done)) {
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
    status = done ? OK : run_and_tell(&settings, arena, &diag);
  }
  for (const Diagnostic *d = diag.first; d; d = d->next)
    fprintf(stderr, "%s: %s\n", argv[0], d->message);
  arena_free(arena);
  // Who was interrupted ends as interrupted, so that a shell's loop over programs ends too.
  if (stop) {
    signal(stop, SIG_DFL);
    raise(stop);
  }
  return status;
}
