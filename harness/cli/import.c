// weakmem import: other tools' logs as records, and records of exported tests, judged by the models.
#include "results/import.h"
#include "arch/names.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/sources.h"
#include "harness/study/label_record.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  Common common;
  ImportOptions import;
  RecordWriter *writer;     // of `output`, once there is something to write
  RecordLabeller *labeller; // once there is a record to judge
} Settings;

static error_t read_arch(struct argp_state *state, const char *name, const char *text, void *settings) {
  unsigned found = 0;
  error_t error = option_choice(state, name, text, arch_names, &found);
  if (!error)
    ((Settings *)settings)->import.arch = arch_names[found];
  return error;
}

static const Option table[] = {OPTION_COMMON_OUTPUT("Append the records to FILE"),
                               {"arch", 0, "ARCH",
                                "The machine's architecture, where the log has none, as uname -m says", OPTION_OWN,
                                .read = read_arch},
                               {"machine", 0, "NAME", "The machine's name, where the log has none", OPTION_TEXT,
                                .place = offsetof(Settings, import.machine)},
                               OPTION_COMMON_QUIET("No warnings"),
                               {0}};

static error_t check(struct argp_state *state, void *settings) {
  bool any = ((const Settings *)settings)->common.argument_count;
  return any ? 0 : option_error(state, "LOG", "which log? `-` is standard input");
}

static const Options import_options = {
    .arguments = "LOG...",
    .summary = "Turns logs of litmus7 and herd7 into records, an object a line; judges records of tests that\n"
               "`weakmem show --export` took to another machine; and finds what `weakmem share` printed in any\n"
               "text.",
    .examples = "  weakmem import there/records.jsonl -o mine.jsonl       what exported tests saw\n"
                "  weakmem import run.log -o run.jsonl                    then: weakmem compare run.jsonl\n"
                "  weakmem import --arch aarch64 --machine 'Neoverse N1' *.log\n"
                "  weakmem import issue.txt -o theirs.jsonl               what others shared in it\n"
                "  litmus7 MP.litmus | weakmem import - | weakmem compare - --published\n"
                "\n"
                "Registers become r0, r1, ... in program order. Damaged tests are skipped, each with a warning.\n"
                "Exit status: 0 done; 2 a log holds no test that can be read.\n",
    .table = table,
    .check = check};

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
    s->labeller = record_labeller_new(s->common.arena);
  record_label(s->labeller, record, arena, diag);
}

// Only what has something to hold is made.
static bool open_output(Settings *s, Diag *diag) {
  if (s->common.output && !s->writer)
    s->writer = record_writer_open(s->common.output, diag);
  return !s->common.output || s->writer;
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
  if (diag.errors || !s->common.quiet)
    console_report(console, &diag);
  arena_free(arena);
  return good;
}

// Records that are appended to their own file are there twice, and counted twice.
static bool check_output(const Settings *s, Diag *diag) {
  struct stat status;
  if (!s->common.output || stat(s->common.output, &status) || !S_ISREG(status.st_mode))
    return true;
  for (size_t i = 0; i < s->common.argument_count; i++)
    if (source_is_file(s->common.arguments[i], &status))
      return diag_error(diag, "-o: %s is one of the files that are imported", s->common.output);
  return true;
}

static int import(Settings *s, const Console *console) {
  Diag diag = {.arena = s->common.arena};
  bool good = check_output(s, &diag);
  console_report(console, &diag);
  for (size_t i = 0; i < s->common.argument_count && !diag.errors; i++)
    good &= import_log(s, s->common.arguments[i], console);
  record_writer_close(s->writer);
  return good ? EXIT_OK : EXIT_USAGE;
}

int command_import(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.common.arena = arena};
  int status;
  if (options_parse(&import_options, argc, argv, &settings, console, &status))
    status = import(&settings, console);
  arena_free(arena);
  return status;
}
