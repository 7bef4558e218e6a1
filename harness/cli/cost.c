// weakmem cost: what barriers and atomics cost here.
#include "harness/base/time.h"
#include "harness/cli/console.h"
#include "harness/cli/cost_view.h"
#include "harness/cli/options.h"
#include "results/records.h"

typedef struct {
  Common common;
  CostChoice choice;
  bool chosen;
} CostSettings;

static error_t read_only(struct argp_state *state, const char *name, const char *text, void *settings) {
  CostSettings *s = settings;
  const char *const *names;
  unsigned count;
  error_t error = option_list(state, name, text, s->common.arena, &names, &count);
  for (unsigned i = 0; !error && i < count; i++) {
    CostGroup group;
    if (cost_group_by_name(names[i], &group)) {
      s->choice.groups[group] = s->chosen = true;
      continue;
    }
    Text known = {0};
    for (group = 0; group < COST_GROUPS; group++)
      text_printf(&known, "%s%s", group ? ", " : "", cost_group_name(group));
    error = option_error(state, name, "no group '%s'; there are %s", names[i], text_string(&known));
    text_free(&known);
  }
  return error;
}

static const Option table[] = {
    {"only", 'g', "GROUPS",
     "These groups: fences, contexts, accesses, increments, lines, latency, sharing, alignment, idioms, kernel",
     OPTION_OWN, .read = read_only},
    OPTION_COMMON_FORMAT(option_formats, "text (default), json, tsv or markdown"),
    OPTION_COMMON_OUTPUT("Append the result to a file of records, as a line of JSON"),
    {"pus", 'p', "PUS", "The PUs to use, as in 0,2: the first one measures", OPTION_PUS, .place = 0},
    OPTION_COMMON_QUIET("No progress, no warnings"),
    {0}};

static const Options cost_options = {
    .summary = "Measures what fences and atomic operations cost on this CPU, in the places where code pays for them.",
    .examples = "  weakmem cost                            everything, a few seconds\n"
                "  weakmem cost --only fences,contexts     the fences\n"
                "  weakmem cost --format json -o costs.jsonl\n"
                "  weakmem cost --only lines --pus 0,4     between two cores of your choice\n",
    .table = table};

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
  CostRow **rows = ARENA_ARRAY(s->common.arena, CostRow *, cost->row_count);
  unsigned count = 0;
  for (unsigned i = 0; i < cost->row_count; i++)
    if (s->choice.groups[cost->rows[i].group])
      rows[count++] = &cost->rows[i];
  Watch watch = {.console = console, .progress = progress_new(console, s->common.quiet)};
  cost_measure(cost, rows, count, keep_on, &watch);
  progress_clear(&watch.progress);
}

static void print(const Cost *cost, const CostSettings *s, const Identity *identity, const char *line,
                  const Console *console) {
  Text text = {0};
  SheetStyle style = console_style(console->out, s->common.markdown);
  switch (s->common.format) {
  case FORMAT_TEXT:
    cost_view_text(cost, &s->choice, identity, &style, &text);
    if (*console->stop)
      text_add(
          &text,
          "Interrupted: what was not measured by then is left out, and figures may have fewer samples than that.\n");
    break;
  case FORMAT_TSV:
    sheet_tsv_all(cost_view_rows(cost, &s->choice), &text);
    break;
  case FORMAT_JSON:
    text_add(&text, line);
    break;
  }
  console_print(console, &text);
}

static int measure_and_print(Cost *cost, const CostSettings *s, RecordWriter *writer, const Console *console,
                             Diag *diag) {
  Identity identity = identity_read(cost->topology, s->common.arena);
  const char *started = time_rfc3339(s->common.arena);
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
  for (unsigned i = 0; i < s->common.pu_count; i++) {
    if (!topology_has_pu(topology, s->common.pus[i]))
      return diag_error(diag, "--pus: there is no PU %u that we may use", s->common.pus[i]);
    for (unsigned j = 0; j < i; j++)
      if (s->common.pus[i] == s->common.pus[j])
        return diag_error(diag, "--pus: PU %u is there twice", s->common.pus[i]);
  }
  return true;
}

static int run(const CostSettings *s, const Console *console, Diag *diag) {
  RecordWriter *writer = s->common.output ? record_writer_open(s->common.output, diag) : NULL;
  if (s->common.output && !writer)
    return EXIT_USAGE;
  int status = EXIT_MACHINE;
  Topology *topology = topology_new(diag);
  if (topology && !check_pus(s, topology, diag))
    status = EXIT_USAGE;
  Cost *cost = topology && !diag->errors ? cost_new(topology, s->common.pus, s->common.pu_count, diag) : NULL;
  if (cost)
    status = measure_and_print(cost, s, writer, console, diag);
  cost_free(cost);
  topology_free(topology);
  record_writer_close(writer);
  return status;
}

int command_cost(int argc, char **argv, const Console *console) {
  CostSettings settings = {.common.arena = arena_new()};
  int status;
  if (options_parse(&cost_options, argc, argv, &settings, console, &status)) {
    for (CostGroup group = 0; group < COST_GROUPS && !settings.chosen; group++)
      settings.choice.groups[group] = true;
    Diag diag = {.arena = settings.common.arena};
    status = run(&settings, console, &diag);
    if (!settings.common.quiet || diag.errors)
      console_report(console, &diag);
  }
  arena_free(settings.common.arena);
  return status;
}
