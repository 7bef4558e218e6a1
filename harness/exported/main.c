// The program that a test is where there is no weakmem: runs it, tells people on stderr what was seen, and writes its
// record to standard output.
#include "harness/base/time.h"
#include "harness/exported/exported.h"
#include "harness/machine/clock.h"
#include "harness/run/measure.h"
#include "results/record.h"

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

// NOLINTNEXTLINE(readability-non-const-parameter): the engines ask for such a function
static const KernelCode *own_code(const void *context, char *reason, size_t room) {
  (void)context, (void)reason, (void)room;
  return exported.code;
}

typedef struct {
  const uint64_t *state;
  uint64_t count;
} Row;

static int by_state(const void *a, const void *b) {
  return shape_compare(exported.shape, ((const Row *)a)->state, ((const Row *)b)->state);
}

static RecordState read_row(const Row *row, Arena *arena) {
  uint64_t whole[SHAPE_WORDS] = {0}; // what only the filter looks at is not kept, nor asked for here
  Text text = {0};
  memcpy(whole, row->state, shape_words(exported.shape, exported.shape->shown) * sizeof *whole);
  shape_print(exported.shape, row->state, &text);
  RecordState state = {.state = arena_string(arena, text_string(&text)),
                       .count = row->count,
                       .witness = (exported.code->classify(whole) & STATE_WITNESS) != 0,
                       .weak = -1};
  text_free(&text);
  return state;
}

// The histogram, sorted by state.
static void read_tally(Record *record, const Tally *tally, Arena *arena) {
  Row *rows = NULL, row;
  size_t capacity = 0;
  for (unsigned at = 0; (row.count = tally_next(tally, &at, &row.state)) != 0;) {
    rows = arena_grow(arena, rows, &capacity, record->state_count + (size_t)1, sizeof *rows);
    rows[record->state_count++] = row;
  }
  if (rows)
    qsort(rows, record->state_count, sizeof *rows, by_state);
  record->states = ARENA_ARRAY(arena, RecordState, record->state_count + (size_t)1);
  for (unsigned i = 0; i < record->state_count; i++) {
    record->states[i] = read_row(&rows[i], arena);
    record->iterations += rows[i].count;
    record->witnesses += record->states[i].witness ? rows[i].count : 0;
  }
  record->lost = tally->lost;
}

// What an engine told of itself. Returns why threads met as they did; NULL where there is nothing to say.
static const char *read_report(Record *record, const Report *report, Arena *arena) {
  record->frame_witnesses = report->frame_witnesses;
  record->filtered = report->hidden;
  record->settings = ARENA_ARRAY(arena, RecordSetting, report->setting_count + 1);
  for (; record->setting_count < report->setting_count; record->setting_count++) {
    const Setting *setting = &report->settings[record->setting_count];
    record->settings[record->setting_count] =
        (RecordSetting){arena_string(arena, setting->name), setting->is_number, setting->number,
                        setting->is_number ? NULL : arena_string(arena, setting->text)};
  }
  return *report->meeting_reason ? arena_printf(arena, "threads met in %s: %s", report->meeting, report->meeting_reason)
                                 : NULL;
}

static const char *run_test(Record *record, const Topology *topology, const Placement *placement, const Settings *s,
                            Arena *arena) {
  enum { WITHOUT_LIMIT = 600 };
  double seconds = s->seconds || s->iterations ? s->seconds : 1;
  Clock clock = exported.shape->perpetual ? (Clock){0} : clock_calibrate(topology, placement);
  Measurement measurement = {.session = {.shape = exported.shape,
                                         .actors = ACTORS_THREADS,
                                         .seconds = seconds,
                                         .iterations = s->iterations,
                                         .seed = record->seed,
                                         .ticks_per_second = clock.ticks_per_second,
                                         .no_clock = clock.reason},
                             .bindings = measure_bindings(topology, placement, NULL, arena),
                             .load = own_code,
                             .timeout = s->timeout    ? s->timeout
                                        : seconds > 0 ? 10 + 3 * seconds
                                                      : WITHOUT_LIMIT,
                             .stop = &stop};
  Measured measured = measure_session(&measurement, arena);
  record->status = run_status_name(measured.status);
  record->message = measured.message;
  record->seconds = measured_seconds(&measured);
  const char *remark = measured.report ? read_report(record, measured.report, arena) : NULL;
  if (measured.tally)
    read_tally(record, measured.tally, arena);
  measured_free(&measured);
  return remark;
}

static Record new_record(const Settings *s, const Placement *placement, Arena *arena) {
  return (Record){.test = exported.name,
                  .family = exported.family,
                  .file = exported.file,
                  .digest = exported.digest,
                  .started = time_rfc3339(arena),
                  .weakmem = exported.weakmem,
                  .compiler_path = exported.compiler_path,
                  .compiler_version = COMPILER,
                  .compiler_flags = exported.compiler_flags,
                  .engine = engine_name(exported.shape->perpetual ? ENGINE_PERPETUAL : ENGINE_LOCKSTEP),
                  .actors = actors_name(ACTORS_THREADS),
                  .fence = exported.fence,
                  .placement = !CAN_PIN                                  ? "unpinned"
                               : placement->kind == PLACEMENT_SHARED_PUS ? "shared-pus"
                                                                         : "custom",
                  .pus = placement->pus,
                  .pu_count = CAN_PIN ? placement->threads : 0,
                  .seed = s->seed ? s->seed : measure_seed(),
                  .condition = exported.condition,
                  .litmus = exported.litmus};
}

// ---- for people

static void tell_how(const Record *record, const Placement *placement, Text *out) {
  text_printf(out, "  %s, %u threads, ", record->engine, placement->threads);
  if (!CAN_PIN)
    text_add(out, "which this system does not let us pin");
  text_add(out, record->pu_count ? "PU " : "");
  text_add_numbers(out, record->pus, record->pu_count);
  if (placement_oversubscribed(placement))
    text_add(out, ", which they share");
  for (unsigned i = 0; i < record->setting_count; i++) {
    const RecordSetting *setting = &record->settings[i];
    text_printf(out, "%s%s ", i ? ", " : "; ", setting->name);
    if (setting->is_number)
      text_printf(out, "%g", setting->number);
    else
      text_add(out, setting->text);
  }
  text_add_char(out, '\n');
}

static void tell_states(const Record *record, Text *out) {
  enum { SHOWN = 64 };
  for (unsigned i = 0; i < record->state_count && i < SHOWN; i++) {
    const RecordState *state = &record->states[i];
    text_printf(out, "  %12" PRIu64 "  %6.2f %%  %c  %s\n", state->count,
                100.0 * (double)state->count / (double)record->iterations, state->witness ? '*' : ' ', state->state);
  }
  if (record->state_count > SHOWN)
    text_printf(out, "  and %u more states\n", record->state_count - SHOWN);
}

// What the condition asks for; of what was not seen the bound (the rule of three).
static void tell_witnesses(const Record *record, Text *out) {
  text_printf(out, "  %s: %" PRIu64 " of %" PRIu64, record->condition, record->witnesses, record->iterations);
  if (record->witnesses)
    text_add(out, " (*)");
  else if (record->iterations > 3)
    text_printf(out, ": under %.2g at 95 %% if iterations were independent", record_bound(record->iterations));
  if (record->seconds > 0)
    text_printf(out, "; %.3f s", record->seconds);
  if (record->seconds > 0 && record->witnesses)
    text_printf(out, ", %.3g million witnesses/s", (double)record->witnesses / record->seconds * 1e-6);
  text_add_char(out, '\n');
}

static void tell(const Record *record, const Placement *placement, const char *remark, Text *out) {
  text_printf(out, "%s on ", record->test);
  identity_print(&record->machine, out);
  text_printf(out, "; %s, %s %s\n", COMPILER, record->compiler_path, record->compiler_flags);
  tell_how(record, placement, out);
  if (remark)
    text_printf(out, "  %s\n", remark);
  tell_states(record, out);
  tell_witnesses(record, out);
  if (record->machine.emulated)
    text_add(out, "  emulated: what an emulator does says nothing of this architecture's CPUs\n");
  if (record->message)
    text_printf(out, "  %s: %s\n", record->status, record->message);
}

static bool print_record(const Record *record) {
  Text text = {0};
  record_write(record, &text);
  bool good = fputs(text_string(&text), stdout) >= 0 && !fflush(stdout);
  if (!good)
    fprintf(stderr, "cannot write the record: %s\n", strerror(errno));
  text_free(&text);
  return good;
}

static int run_and_tell(const Settings *s, const Topology *topology, const Placement *placement, Arena *arena) {
  Record record = new_record(s, placement, arena);
  const char *missing = missing_fence(), *remark = NULL;
  record.machine = identity_read(topology, arena);
  if (missing) {
    record.status = run_status_name(RUN_NOT_COMPILED);
    record.message = arena_printf(arena, "this CPU has no fence '%s'", missing);
  } else {
    remark = run_test(&record, topology, placement, s, arena);
  }
  bool done = !strcmp(record.status, run_status_name(RUN_DONE));
  Text text = {0};
  if (!s->quiet || !done)
    tell(&record, placement, remark, &text);
  fputs(text_string(&text), stderr);
  text_free(&text);
  return print_record(&record) && done ? OK : MACHINE;
}

static int place_and_run(const Settings *s, Arena *arena, Diag *diag) {
  Topology *topology = topology_new(diag);
  if (!topology)
    return MACHINE;
  Placement placement = placement_default(topology, exported.shape->threads, arena);
  int status = USAGE;
  if (!s->pus || placement_custom(topology, s->pus, s->pu_count, exported.shape->threads, arena, &placement, diag))
    status = run_and_tell(s, topology, &placement, arena);
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
    status = done ? OK : place_and_run(&settings, arena, &diag);
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
