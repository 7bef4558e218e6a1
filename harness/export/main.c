// The program that a test is where there is no weakmem: runs it, tells people on stderr what was seen, and writes its
// record to standard output.
#include "arch/cpu.h"
#include "harness/base/time.h"
#include "harness/export/pus.h"
#include "harness/export/record.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
      printf(help, argv[0], exported.test->name);
    if (*done || !read_option(option, s, arena))
      return *done;
  }
  return optind == argc || complain(argv[0], "options alone", argv[optind]);
}

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

static uint64_t draw_seed(void) {
  uint64_t seed = 0;
  FILE *file = fopen("/dev/urandom", "r");
  if (!file || fread(&seed, sizeof seed, 1, file) != 1)
    seed = (uint64_t)(clock_seconds() * 1e9);
  if (file)
    fclose(file);
  seed &= (1ull << 53) - 1; // readers of JSON may hold numbers as doubles
  return seed ? seed : 1;
}

static RunOptions run_options(const Settings *s) {
  RunOptions options = {.seconds = s->seconds, .iterations = s->iterations, .seed = s->seed ? s->seed : draw_seed()};
  if (!s->seconds && !s->iterations)
    options.seconds = 1;
  enum { WITHOUT_LIMIT = 600 };
  options.timeout = s->timeout ? s->timeout : options.seconds ? 10 + 3 * options.seconds : WITHOUT_LIMIT;
  return options;
}

static bool write_record(const RunRecord *record, bool quiet) {
  Text text = {0};
  if (!quiet || record->status != RUN_DONE)
    record_text(record, &text);
  fputs(text_string(&text), stderr);
  text_clear(&text);
  record_json(record, &text);
  bool good = fputs(text_string(&text), stdout) >= 0 && !fflush(stdout);
  if (!good)
    fprintf(stderr, "cannot write the record: %s\n", strerror(errno));
  text_free(&text);
  return good;
}

static RunRecord run(const Topology *topology, const Placement *placement, const RunOptions *options, ChildEnd *end,
                     Arena *arena) {
  RunRecord record = {.machine = identity_read(topology, arena),
                      .placement = placement,
                      .started = time_rfc3339(arena),
                      .seed = options->seed};
  const char *missing = missing_fence();
  if (missing) {
    record.status = RUN_NOT_COMPILED;
    record.message = arena_printf(arena, "this CPU has no fence '%s'", missing);
    return record;
  }
  ChildRun child = {.topology = topology, .placement = placement, .options = *options, .stop = &stop};
  *end = child_run_exported(&child, arena);
  record.status = end->status;
  record.message = end->message;
  record.report = end->report;
  if (!end->report)
    return record;
  record.histogram = tally_histogram(end->tally, exported.test, arena);
  record.lost = tally_overflow(end->tally);
  if (exported.test->filter && end->report->executed > record.histogram.total + record.lost)
    record.filtered = end->report->executed - record.histogram.total - record.lost;
  return record;
}

static int run_and_tell(const Settings *s, Arena *arena, Diag *diag) {
  Topology *topology = topology_new(diag);
  unsigned threads = exported.test->thread_count;
  Placement placement;
  int status = MACHINE;
  if (topology && !s->pus)
    placement = placement_default(topology, threads, arena);
  else if (topology && !placement_custom(topology, s->pus, s->pu_count, threads, arena, &placement, diag))
    status = USAGE;
  if (!diag->errors) {
    RunOptions options = run_options(s);
    ChildEnd end = {0};
    RunRecord record = run(topology, &placement, &options, &end, arena);
    status = write_record(&record, s->quiet) && record.status == RUN_DONE ? OK : MACHINE;
    child_end_free(&end);
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
