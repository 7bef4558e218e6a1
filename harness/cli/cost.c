// weakmem cost: what barriers and atomics cost here.
#include "harness/base/time.h"
#include "harness/cli/console.h"
#include "harness/cli/cost_view.h"
#include "harness/cli/options.h"
#include "results/records.h"

typedef struct {
  Arena *arena;
  CostChoice choice;
  bool chosen, quiet;
  unsigned format; // index into formats
  const char *output;
  unsigned *pus;
  unsigned pu_count;
} CostSettings;

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_TSV };
static const char *const formats[] = {"text", "json", "tsv", NULL};

static error_t parse_only(struct argp_state *state, CostSettings *s, const char *text) {
  const char *const *names;
  unsigned count;
  error_t error = option_list(state, "--only", text, s->arena, &names, &count);
  for (unsigned i = 0; !error && i < count; i++) {
    CostGroup group;
    if (cost_group_by_name(names[i], &group)) {
      s->choice.groups[group] = s->chosen = true;
      continue;
    }
    Text known = {0};
    for (group = 0; group < COST_GROUPS; group++)
      text_printf(&known, "%s%s", group ? ", " : "", cost_group_name(group));
    error = option_error(state, "--only", "no group '%s'; there are %s", names[i], text_string(&known));
    text_free(&known);
  }
  return error;
}

static error_t parse(int key, char *text, struct argp_state *state) {
  CostSettings *s = state->input;
  switch (key) {
  case 'g':
    return parse_only(state, s, text);
  case 'f':
    return option_choice(state, "--format", text, formats, &s->format);
  case 'o':
    s->output = text;
    return 0;
  case 'p':
    return option_pus(state, "--pus", text, s->arena, &s->pus, &s->pu_count);
  case 'q':
    s->quiet = true;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option argp_options[] = {
    {.name = "only",
     .key = 'g',
     .arg = "GROUPS",
     .doc = "These groups: fences, contexts, accesses, increments, lines, "
            "latency, sharing, alignment, idioms"},
    {.name = "format", .key = 'f', .arg = "FORMAT", .doc = "text (the default), json or tsv"},
    {.name = "output", .key = 'o', .arg = "FILE", .doc = "Append the result to a file of records, as a line of JSON"},
    {.name = "pus", .key = 'p', .arg = "PUS", .doc = "The PUs to use, as in 0,2: the first one measures"},
    {.name = "quiet", .key = 'q', .doc = "No progress, no warnings"},
    {0}};

static const Options cost_options = {
    .summary = "Measures what fences and atomic operations cost on this CPU, in the places where code pays for them.",
    .examples = "  weakmem cost                            everything, a few seconds\n"
                "  weakmem cost --only fences,contexts     the fences\n"
                "  weakmem cost --format json -o costs.jsonl\n"
                "  weakmem cost --only lines --pus 0,4     between two cores of your choice\n",
    .options = argp_options,
    .parse = parse};

typedef struct {
  const Console *console;
  Progress progress;
} Watch;

// Goes on until the user stops it, and says on a terminal what is being measured.
static bool keep_on(void *context, const CostRow *row) {
  const Watch *watch = context;
  progress_show(&watch->progress, "%s: %s, %s", cost_group_name(row->group), row->operation, row->context);
  return !*watch->console->stop;
}

static void measure(Cost *cost, const CostSettings *s, const Console *console) {
  CostRow **rows = ARENA_ARRAY(s->arena, CostRow *, cost->row_count);
  unsigned count = 0;
  for (unsigned i = 0; i < cost->row_count; i++)
    if (s->choice.groups[cost->rows[i].group])
      rows[count++] = &cost->rows[i];
  Watch watch = {.console = console, .progress = progress_new(console, s->quiet)};
  cost_measure(cost, rows, count, keep_on, &watch);
  progress_clear(&watch.progress);
}

static void print(const Cost *cost, const CostSettings *s, const Identity *identity, const char *line,
                  const Console *console) {
  Text text = {0};
  SheetStyle style = console_style(console->out);
  Sheet *rows;
  switch (s->format) {
  case FORMAT_TEXT:
    cost_view_text(cost, &s->choice, identity, &style, &text);
    if (*console->stop)
      text_add(
          &text,
          "Interrupted: what was not measured by then is left out, and figures may have fewer samples than that.\n");
    break;
  case FORMAT_TSV:
    rows = cost_view_rows(cost, &s->choice);
    sheet_tsv_names(rows, &text);
    sheet_tsv(rows, &text);
    break;
  case FORMAT_JSON:
    text_add(&text, line);
    break;
  }
  fputs(text_string(&text), console->out);
  text_free(&text);
}

static int measure_and_print(Cost *cost, const CostSettings *s, RecordWriter *writer, const Console *console,
                             Diag *diag) {
  Identity identity = identity_read(cost->topology, s->arena);
  const char *started = time_rfc3339(s->arena);
  Placement placement = {.kind = PLACEMENT_CUSTOM, .threads = cost->cores, .pus = cost->pus};
  Conditions conditions = conditions_begin(cost->topology, &placement);
  measure(cost, s, console);
  conditions_end(&conditions, cost->topology, &placement, diag);
  Sheet *object = cost_view_object(cost, &s->choice, &identity);
  sheet_set(object, "started", cell_text(started));
  if (*console->stop)
    sheet_set(object, "interrupted", cell_flag(true));
  Text line = {0};
  sheet_json(object, NULL, &line);
  text_add_char(&line, '\n');
  print(cost, s, &identity, text_string(&line), console);
  bool written = !writer || record_writer_add_line(writer, &line, diag);
  text_free(&line);
  return written && !*console->stop ? EXIT_OK : EXIT_MACHINE;
}

// The PUs of --pus must be ours, and each another one: threads that shared one would wait for each other's time slice.
static bool check_pus(const CostSettings *s, const Topology *topology, Diag *diag) {
  for (unsigned i = 0; i < s->pu_count; i++) {
    if (!topology_has_pu(topology, s->pus[i]))
      return diag_error(diag, "--pus: there is no PU %u that we may use", s->pus[i]);
    for (unsigned j = 0; j < i; j++)
      if (s->pus[i] == s->pus[j])
        return diag_error(diag, "--pus: PU %u is there twice", s->pus[i]);
  }
  return true;
}

static int run(const CostSettings *s, const Console *console, Diag *diag) {
  RecordWriter *writer = s->output ? record_writer_open(s->output, diag) : NULL;
  if (s->output && !writer)
    return EXIT_USAGE;
  int status = EXIT_MACHINE;
  Topology *topology = topology_new(diag);
  if (topology && !check_pus(s, topology, diag))
    status = EXIT_USAGE;
  Cost *cost = topology && !diag->errors ? cost_new(topology, s->pus, s->pu_count, diag) : NULL;
  if (cost)
    status = measure_and_print(cost, s, writer, console, diag);
  cost_free(cost);
  topology_free(topology);
  record_writer_close(writer);
  return status;
}

int command_cost(int argc, char **argv, const Console *console) {
  CostSettings settings = {.arena = arena_new()};
  int status;
  if (options_parse(&cost_options, argc, argv, &settings, console, &status)) {
    for (CostGroup group = 0; group < COST_GROUPS && !settings.chosen; group++)
      settings.choice.groups[group] = true;
    Diag diag = {.arena = settings.arena};
    status = run(&settings, console, &diag);
    if (!settings.quiet || diag.errors)
      console_report(console, &diag);
  }
  arena_free(settings.arena);
  return status;
}
