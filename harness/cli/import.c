// weakmem import: other tools' logs as records, and records of exported tests, judged by the models.
#include "results/import.h"
#include "harness/cli/console.h"
#include "harness/cli/gather.h"
#include "harness/cli/options.h"
#include "harness/study/label_record.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  Arena *arena;
  char **logs;
  size_t log_count, log_capacity;
  const char *output; // NULL: standard output
  ImportOptions import;
  RecordWriter *writer; // of `output`, once there is something to write
  bool quiet;
  RecordLabeller *labeller; // once there is a record to judge
} Settings;

enum { KEY_ARCH = 256, KEY_MACHINE };

// As records, uname and --as name them.
static const char *const archs[] = {"x86_64",  "x86",   "aarch64", "arm",  "riscv64", "riscv",
                                    "ppc64le", "ppc64", "power",   "mips", NULL};

static error_t parse_arch(struct argp_state *state, const char *text, ImportOptions *options) {
  unsigned found = 0;
  error_t error = option_choice(state, "--arch", text, archs, &found);
  if (!error)
    options->arch = archs[found];
  return error;
}

static error_t parse(int key, char *text, struct argp_state *state) {
  Settings *s = state->input;
  switch (key) {
  case 'o':
    s->output = text;
    return 0;
  case KEY_ARCH:
    return parse_arch(state, text, &s->import);
  case KEY_MACHINE:
    s->import.machine = text;
    return 0;
  case 'q':
    s->quiet = true;
    return 0;
  case ARGP_KEY_ARG:
    s->logs = arena_grow(s->arena, s->logs, &s->log_capacity, s->log_count + 1, sizeof *s->logs);
    s->logs[s->log_count++] = text;
    return 0;
  case ARGP_KEY_END:
    return s->log_count ? 0 : option_error(state, "LOG", "which log? `-` is standard input");
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option argp_options[] = {
    {.name = "output", .key = 'o', .arg = "FILE", .doc = "Append the records to FILE"},
    {.name = "arch",
     .key = KEY_ARCH,
     .arg = "ARCH",
     .doc = "The machine's architecture, where the log has none: aarch64, ..."},
    {.name = "machine", .key = KEY_MACHINE, .arg = "NAME", .doc = "The machine's name, where the log has none"},
    {.name = "quiet", .key = 'q', .doc = "No warnings"},
    {0}};

static const Options import_options = {
    .arguments = "LOG...",
    .summary = "Turns logs of litmus7 and herd7 into records, an object a line; and judges records of tests\n"
               "that `weakmem show --export` took to another machine.",
    .examples = "  weakmem import there/records.jsonl -o mine.jsonl       what exported tests saw\n"
                "  weakmem import run.log -o run.jsonl                    then: weakmem compare run.jsonl\n"
                "  weakmem import --arch aarch64 --machine 'Neoverse N1' *.log\n"
                "  litmus7 MP.litmus | weakmem import - | weakmem compare - --published\n"
                "\n"
                "Registers become r0, r1, ... in program order. Damaged tests are skipped, which is told.\n"
                "Exit status: 0 done; 2 a log holds no test that can be read.\n",
    .options = argp_options,
    .parse = parse};

static bool write_record(const Settings *s, const Record *record, FILE *out, Diag *diag) {
  if (s->writer)
    return record_writer_add(s->writer, record, diag);
  Text line = {0};
  record_write(record, &line);
  bool good = fputs(text_string(&line), out) >= 0;
  text_free(&line);
  return good;
}

// Records that were made by tests of ours, elsewhere.
static void judge(Settings *s, Record *record, Arena *arena, Diag *diag) {
  if (*record->source || *record->program)
    return;
  if (!s->labeller)
    s->labeller = record_labeller_new(s->arena);
  record_label(s->labeller, record, arena, diag);
}

// Only what has something to hold is made.
static bool open_output(Settings *s, Diag *diag) {
  if (s->output && !s->writer)
    s->writer = record_writer_open(s->output, diag);
  return !s->output || s->writer;
}

// False where the log cannot be read, holds no test, or what it holds cannot be written.
static bool import_log(Settings *s, const char *log, const Console *console) {
  Arena *arena = arena_new(); // one a log
  Diag diag = {.arena = arena};
  Records records;
  bool good = import_file(log, &s->import, arena, &records, &diag);
  if (good && !records.count)
    good = diag_error(&diag, "%s holds no test that can be read", log);
  good = good && open_output(s, &diag);
  for (unsigned i = 0; i < records.count && good && !*console->stop; i++) {
    judge(s, &records.records[i], arena, &diag);
    good = write_record(s, &records.records[i], console->out, &diag);
  }
  if (diag.errors || !s->quiet)
    console_report(console, &diag);
  arena_free(arena);
  return good;
}

// Records that are appended to their own file are there twice, and counted twice.
static bool check_output(const Settings *s, Diag *diag) {
  struct stat status;
  if (!s->output || stat(s->output, &status) || !S_ISREG(status.st_mode))
    return true;
  for (size_t i = 0; i < s->log_count; i++)
    if (gather_same_file(s->logs[i], &status))
      return diag_error(diag, "-o: %s is one of the files that are imported", s->output);
  return true;
}

static int import(Settings *s, const Console *console) {
  Diag diag = {.arena = s->arena};
  bool good = check_output(s, &diag);
  console_report(console, &diag);
  for (size_t i = 0; i < s->log_count && !diag.errors; i++)
    good &= import_log(s, s->logs[i], console);
  record_writer_close(s->writer);
  return good ? EXIT_OK : EXIT_USAGE;
}

int command_import(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.arena = arena};
  int status;
  if (options_parse(&import_options, argc, argv, &settings, console, &status))
    status = import(&settings, console);
  arena_free(arena);
  return status;
}
