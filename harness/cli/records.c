// weakmem records: what `weakmem run` kept of this machine: listed, or dropped.
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "results/compiler_name.h"
#include "results/history.h"
#include "results/record_sum.h"
#include "results/stream.h"
#include "results/view.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  Common common;
  const char *cc, *cflags, *fence; // NULL: any
  bool drop, all;
} Settings;

static const Option table[] = {
    {"cc", 0, "CC", "Those of this compiler, as `run --cc` was told", OPTION_TEXT, .place = offsetof(Settings, cc)},
    {"cflags", 0, "FLAGS", "Those with these flags", OPTION_TEXT, .place = offsetof(Settings, cflags)},
    {"fence", 'F', "NAME", "Those with this fence; none is none", OPTION_TEXT, .place = offsetof(Settings, fence)},
    {"drop", 0, NULL, "Drop them", OPTION_FLAG, .place = offsetof(Settings, drop)},
    {"all", 0, NULL, "With --drop: all that is kept", OPTION_FLAG, .place = offsetof(Settings, all)},
    OPTION_COMMON_FORMAT(option_formats, "text (default), json, tsv or markdown"),
    OPTION_COMMON_QUIET("No warnings and no notes"),
    {0}};

static bool chooses(const Settings *s) { return s->common.argument_count || s->cc || s->cflags || s->fence; }

static error_t check(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  if (s->drop && !s->all && !chooses(s))
    return option_error(state, "--drop", "which? A test, --cc, --cflags or --fence says so; --all drops everything");
  if (s->all && (!s->drop || chooses(s)))
    return option_error(state, "--all", "goes with --drop and nothing else");
  return 0;
}

static const Options records_options = {
    .arguments = "[TEST|FAMILY]...",
    .summary = "Lists what `weakmem run` kept of this machine, which `compare` and `report` show: a row for each\n"
               "test, fence, compiler, flags and way of running it, and what all runs of that together counted.\n"
               "Nothing else is ever added up, and a short run takes the place of no longer one.",
    .examples = "  weakmem records                          what is kept, and in which file\n"
                "  weakmem records SB --fence none          of one test, without fences\n"
                "  weakmem records --drop --cc ./mycc       drop what this compiler compiled\n"
                "  weakmem records --drop --cflags -O0 SB   of SB, what these flags did\n"
                "  weakmem records --drop --all             drop everything\n"
                "\n"
                "`weakmem run --no-keep` keeps nothing.\n"
                "Exit status: 0 done; 2 bad usage, or no such record is kept; 3 the file cannot be written.\n",
    .table = table,
    .check = check};

// ---- Which of them

static bool is_one_of(const Record *record, const Common *common) {
  bool is = !common->argument_count;
  for (size_t i = 0; i < common->argument_count && !is; i++)
    is = !strcmp(record->test, common->arguments[i]) || !strcmp(record->family, common->arguments[i]);
  return is;
}

static bool is_chosen(const Record *record, void *settings) {
  const Settings *s = settings;
  return is_one_of(record, &s->common) && (!s->cc || !strcmp(s->cc, record->compiler_path)) &&
         (!s->cflags || !strcmp(s->cflags, record->compiler_flags)) && (!s->fence || !strcmp(s->fence, record->fence));
}

// ---- What is kept

typedef struct {
  Settings *settings;
  const char *path;
  RecordSums sums;
  unsigned count; // of records
} Kept;

static void take(const Record *record, void *context) {
  Kept *kept = context;
  if (!is_chosen(record, kept->settings))
    return;
  record_sums_add(&kept->sums, record);
  kept->count++;
}

enum {
  TEST,
  FENCE,
  RUNS,
  ITERATIONS,
  WITNESSES,
  SECONDS,
  FORBIDDEN,
  COMPILER,
  HOW,
  SINCE,
  PATH,
  VERSION,
  FLAGS,
  ENGINE,
  ACTORS,
  PLACEMENT,
  PUS,
  CPU,
  KERNEL,
  DIGEST
};
static const SheetColumn columns[] = {
    [TEST] = {.name = "test", .fit = FIT_KEY},
    [FENCE] = {.name = "fence", .fit = FIT_KEY},
    [RUNS] = {.name = "runs", .kind = KIND_COUNT},
    [ITERATIONS] = {.name = "iterations", .kind = KIND_COUNT},
    [WITNESSES] = {.name = "witnesses", .kind = KIND_COUNT},
    [SECONDS] = {.name = "seconds", .kind = KIND_NUMBER, .places = 2},
    [FORBIDDEN] = {.name = "forbidden", .title = "forbidden, yet seen"},
    [COMPILER] = {.title = "compiler", .name = "compiled", .in = IN_TEXT},
    [HOW] = {.name = "how", .in = IN_TEXT},
    [SINCE] = {.name = "since", .fit = FIT_OPTIONAL},
    [PATH] = {.name = "compiler", .in = IN_DATA},
    [VERSION] = {.name = "version", .in = IN_DATA},
    [FLAGS] = {.name = "flags", .in = IN_DATA},
    [ENGINE] = {.name = "engine", .in = IN_DATA},
    [ACTORS] = {.name = "actors", .in = IN_DATA},
    [PLACEMENT] = {.name = "placement", .in = IN_DATA},
    [PUS] = {.name = "pus", .in = IN_DATA},
    [CPU] = {.name = "cpu", .in = IN_DATA},
    [KERNEL] = {.name = "kernel", .in = IN_DATA},
    [DIGEST] = {.name = "digest", .in = IN_DATA},
};

static const char *pus_of(const Record *record, Arena *arena) {
  Text pus = {0};
  text_add_numbers(&pus, record->pus, record->pu_count);
  return text_finish(&pus, arena);
}

static void add_row(const Record *record, Sheet *sheet) {
  Arena *arena = sheet->arena;
  Text compiler = {0};
  compiler_name(record->compiler_path, record->compiler_version, record->compiler_flags, &compiler);
  const char *pus = pus_of(record, arena);
  Cell *cells = sheet_row(sheet);
  cells[TEST] = cell_text(record->test);
  cells[FENCE] = cell_text(record->fence);
  cells[RUNS] = cell_count(record->runs ? record->runs : 1);
  cells[ITERATIONS] = cell_count(record->iterations);
  cells[WITNESSES] = cell_count(record->witnesses);
  cells[SECONDS] = cell_number(record->seconds);
  if (record->forbidden_state && *record->forbidden_state)
    cells[FORBIDDEN] = cell_toned(cell_text(record->forbidden_state), TONE_ALARM);
  cells[COMPILER] = cell_text(text_finish(&compiler, arena));
  cells[HOW] = cell_text(arena_printf(arena, "%s, %s, %s: %s", record->engine, record->actors, record->placement, pus));
  cells[SINCE] = cell_text(record->started);
  cells[PATH] = cell_text(record->compiler_path);
  cells[VERSION] = cell_text(record->compiler_version);
  cells[FLAGS] = cell_text(record->compiler_flags);
  cells[ENGINE] = cell_text(record->engine);
  cells[ACTORS] = cell_text(record->actors);
  cells[PLACEMENT] = cell_text(record->placement);
  cells[PUS] = cell_text(pus);
  cells[CPU] = cell_text(record->machine.cpu);
  cells[KERNEL] = cell_text(record->machine.kernel);
  cells[DIGEST] = cell_text(record->digest);
}

static void print(const Kept *kept, const Console *console) {
  Arena *arena = kept->sums.arena;
  Sheet *sheet = SHEET_NEW(arena, columns);
  for (unsigned i = 0; i < kept->sums.count; i++)
    add_row(&kept->sums.records[i], sheet);
  Text text = {0};
  if (kept->settings->common.format == FORMAT_JSON) {
    const SheetJson lines = {.lines = true};
    sheet_json(sheet, &lines, &text);
  } else if (kept->settings->common.format == FORMAT_TSV) {
    sheet_tsv_all(sheet, &text);
  } else {
    SheetStyle style = console_style(console->out, kept->settings->common.markdown);
    sheet->notes =
        arena_printf(arena, "%u record%s, kept in %s\n", kept->count, kept->count == 1 ? "" : "s", kept->path);
    sheet_text(sheet, &style, &text);
  }
  console_print(console, &text);
}

static int list(Kept *kept, const Console *console, Diag *diag) {
  StreamHandlers handlers = {.record = take, .context = kept, .arena = kept->sums.arena, .stop = console->stop};
  StreamCount count = {0};
  if (!stream_file(kept->path, &handlers, &count, diag))
    return EXIT_MACHINE;
  if (!kept->count && chooses(kept->settings)) {
    diag_error(diag, "no such record is kept");
    return EXIT_USAGE;
  }
  print(kept, console);
  return EXIT_OK;
}

static int drop(Settings *s, const char *path, const Console *console, Diag *diag) {
  unsigned dropped = 0;
  if (!history_drop(path, is_chosen, s, &dropped, diag))
    return EXIT_MACHINE;
  if (!dropped && chooses(s)) {
    diag_error(diag, "no such record is kept");
    return EXIT_USAGE;
  }
  if (!s->common.quiet)
    fprintf(console->err, "weakmem: note: %u record%s dropped\n", dropped, dropped == 1 ? " is" : "s are");
  return EXIT_OK;
}

static int records(Settings *s, const Console *console) {
  Diag diag = {.arena = s->common.arena};
  const char *path = history_path(s->common.arena);
  Kept kept = {.settings = s, .path = path, .sums = record_sums_new(s->common.arena)};
  int status;
  if (path && !access(path, F_OK)) {
    status = s->drop ? drop(s, path, console, &diag) : list(&kept, console, &diag);
  } else if (chooses(s)) {
    diag_error(&diag, "no such record is kept: nothing is kept of this machine yet");
    status = EXIT_USAGE;
  } else {
    diag_warning(&diag, "nothing is kept of this machine yet: `weakmem run` does so");
    kept.path = path ? path : "no file";
    if (s->common.format != FORMAT_TEXT)
      print(&kept, console);
    status = EXIT_OK;
  }
  if (diag.errors || !s->common.quiet)
    console_report(console, &diag);
  return status;
}

int command_records(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.common.arena = arena};
  int status;
  if (options_parse(&records_options, argc, argv, &settings, console, &status))
    status = records(&settings, console);
  arena_free(arena);
  return status;
}
