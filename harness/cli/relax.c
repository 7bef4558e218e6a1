// weakmem relax: the weakest orders with which nothing forbidden can happen.
#include "harness/study/relax.h"
#include "harness/base/file.h"
#include "harness/base/suggestion.h"
#include "harness/cli/code_files.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/relax_code.h"
#include "harness/cli/tests.h"
#include "harness/code/assembly.h"
#include "harness/lang/print.h"
#include "results/sheet.h"

#include <string.h>

typedef struct {
  Common common;
  const char *const *targets; // NULL: all
  unsigned target_count;
  TextList compilers; // of a file of C; none: those that are usual
  RelaxOptions relax;
  bool no_prices;
} Settings;

static error_t read_targets(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  return option_list(state, name, text, s->common.arena, &s->targets, &s->target_count);
}

static error_t check(struct argp_state *state, void *settings) {
  const Common *common = &((const Settings *)settings)->common;
  if (!common->argument_count)
    return option_error(state, "relax", "needs a test, as in `weakmem relax MP`");
  if (common->argument_count > 1)
    return option_error(state, common->arguments[1], "one test at a time: %s is another", common->arguments[0]);
  return 0;
}

static const Option table[] = {{"target", 0, "NAME,...",
                                "The models that must forbid it (default: the language's, and every CPU's)", OPTION_OWN,
                                .read = read_targets},
                               {"per-thread", 0, NULL, "Threads of the same code may end in orders of their own",
                                OPTION_FLAG, .place = offsetof(Settings, relax.per_thread)},
                               {"explain", 0, NULL, "The execution that each weaker order would allow, event by event",
                                OPTION_FLAG, .place = offsetof(Settings, relax.explain)},
                               {"no-prices", 0, NULL, "Do not measure what the orders cost here", OPTION_FLAG,
                                .place = offsetof(Settings, no_prices)},
                               {"time", 't', "SECONDS", "For one model to decide one step (default 10)", OPTION_SECONDS,
                                .place = offsetof(Settings, relax.seconds), .low = 0.001, .high = 1e6},
                               {"cc", 0, "CC,...", "Of a file of C: compilers (default: gcc and clang, for every CPU)",
                                OPTION_LIST, .place = offsetof(Settings, compilers)},
                               OPTION_COMMON_FORMAT(option_formats, "text (default), json, tsv or markdown"),
                               OPTION_COMMON_OUTPUT("Write the test with these orders"),
                               OPTION_COMMON_QUIET("No progress and no warnings"),
                               {0}};

static const Options relax_options = {
    .arguments = "TEST|FILE|FILE.c",
    .summary =
        "The weakest memory orders with which a test still cannot end in a state that its condition asks for, "
        "race, or wait for ever. Each order goes down a step at a time as long as C11, or the kernel's model, "
        "and every CPU's allow nothing of that; each step further is refuted by an execution. If the test as "
        "written is not safe, it begins with every order at its strongest. Of C of your own (FILE.c, as for `check`), "
        "the orders that its text names, line by line, judged by what compilers make of it for every CPU.",
    .examples = "  weakmem relax MCS-lock                     which of its orders are needed, and for what\n"
                "  weakmem relax mine.litmus -o weak.litmus   the test with the orders found\n"
                "  weakmem relax MP --target aarch64          for one CPU alone: compilers may do more\n"
                "  weakmem relax seqlock.c                    your own C: which orders it needs, line by line\n"
                "  weakmem relax SB --explain                 the executions that weaker orders allow\n"
                "\n"
                "Exit status: 0 done; 1 no orders do; 2 bad usage or a bad test; 3 a model could not decide a\n"
                "step, which was not taken then, or it was interrupted.\n",
    .table = table,
    .check = check};

typedef struct {
  const Settings *settings;
  const Console *console;
  Progress progress;
  const Test *test;
} Session;

// ---- Models

static const Judge *find_judges(const Settings *s, const Test *test, unsigned *count, Diag *diag) {
  Judge *judges = ARENA_ARRAY(s->common.arena, Judge, model_count + (size_t)s->target_count);
  *count = 0;
  for (unsigned i = 0; i < model_count && !s->targets; i++)
    if (model_all[i] != model_find("sc"))
      judges[(*count)++] = judge_of(model_for(i, test->dialect->name), s->common.arena);
  for (unsigned i = 0; s->targets && i < s->target_count; i++) {
    const Model *model = model_find(s->targets[i]);
    if (model && test_judged_by(test, model)) {
      judges[(*count)++] = judge_of(model, s->common.arena);
      continue;
    }
    Suggestion suggestion = suggestion_for(s->targets[i]);
    for (unsigned k = 0; k < model_count; k++)
      suggestion_try(&suggestion, model_all[k]->name);
    diag_error(diag, "--target: no model '%s' for tests in %s%s", s->targets[i], test->dialect->language,
               suggestion_text(&suggestion, s->common.arena));
  }
  return judges;
}

static const char *judge_names(const Judge *judges, unsigned count, Arena *arena) {
  const char *names = judges[0].name;
  for (unsigned i = 1; i < count; i++)
    names = arena_printf(arena, "%s%s%s", names, i + 1 < count ? ", " : " and ", judges[i].name);
  return names;
}

// ---- The sheet

static const char *order_text(const Order *order) { return order ? order->name : "left out"; }

// "c11 allows 1:r0=1; 1:r1=0;"
static const char *objection_text(const Objection *o, Arena *arena) {
  switch (o->kind) {
  case OBJECTION_STATE:
    return arena_printf(arena, "%s allows %s", o->judge->name, o->what);
  case OBJECTION_RACE:
    return arena_printf(arena, "%s: a data race", o->judge->name);
  case OBJECTION_HANG:
    return arena_printf(arena, "%s: waits for ever: %s", o->judge->name, o->what);
  default:
    return arena_printf(arena, "%s cannot tell: %s", o->judge->name, o->what);
  }
}

static const char *steps_text(const RelaxPlace *place, Arena *arena) {
  const char *text = "";
  for (unsigned i = 0; i < place->step_count; i++)
    text = arena_printf(arena, "%s%s%s: %s", text, i ? "  " : "", order_text(place->steps[i].order),
                        objection_text(&place->steps[i].objection, arena));
  return text;
}

static Cell price_cell(RelaxPrice price, Arena *arena) {
  if (!price.known)
    return (Cell){0};
  return cell_shown(cell_number(price.ns), arena_printf(arena, "%.2f%s", price.ns, price.stable ? "" : " ~"));
}

enum { PLACE, WRITTEN, BEGUN, BEGUN_NS, ORDER, NS, FURTHER };

static Sheet *places_sheet(const Relaxed *relaxed, Arena *arena) {
  static const SheetColumn columns[] = {
      [PLACE] = {.name = "place", .title = "", .fit = FIT_KEY},
      [WRITTEN] = {.name = "written", .title = "as written"},
      [BEGUN] = {.name = "begun", .title = "from"},
      [BEGUN_NS] = {.name = "begun_ns", .title = "ns", .kind = KIND_NUMBER, .places = 2, .fit = FIT_OPTIONAL},
      [ORDER] = {.name = "order", .title = "enough"},
      [NS] = {.name = "ns", .kind = KIND_NUMBER, .places = 2, .fit = FIT_OPTIONAL},
      [FURTHER] = {.name = "further", .title = "one step further", .fit = FIT_RUNS_ON}};
  Sheet *sheet = SHEET_NEW(arena, columns);
  if (!relaxed->raised)
    sheet->columns[BEGUN].in = IN_DATA;
  for (unsigned i = 0; i < relaxed->place_count; i++) {
    const RelaxPlace *place = &relaxed->places[i];
    Cell *cells = sheet_row(sheet);
    cells[PLACE] = cell_text(place->name);
    cells[WRITTEN] = cell_text(order_text(place->written));
    cells[BEGUN] = cell_text(order_text(place->begun));
    cells[BEGUN_NS] = price_cell(place->begun_price, arena);
    cells[ORDER] = cell_text(order_text(place->order));
    if (place->order != place->begun)
      cells[ORDER].tone = TONE_GOOD;
    cells[NS] = price_cell(place->price, arena);
    cells[FURTHER] = cell_text(steps_text(place, arena));
  }
  return sheet;
}

// Whether some order is that of several threads.
static bool changes_together(const Relaxed *relaxed) {
  for (unsigned i = 0; i < relaxed->place_count; i++)
    if (relaxed->places[i].count > 1)
      return true;
  return false;
}

static const char *answer(const Session *c, const Relaxed *relaxed) {
  Arena *arena = c->settings->common.arena;
  const char *begin =
      relaxed->raised ? arena_printf(arena, "As written: %s\n", objection_text(&relaxed->written, arena)) : "";
  if (relaxed->strongest.kind)
    return arena_printf(arena, "%sWith every order at its strongest: %s\nNo orders do.\n", begin,
                        objection_text(&relaxed->strongest, arena));
  unsigned weaker = 0;
  for (unsigned i = 0; i < relaxed->place_count; i++)
    weaker += relaxed->places[i].order != relaxed->places[i].begun;
  bool races = false; // of which languages' models speak
  for (unsigned i = 0; i < relaxed->judge_count; i++)
    races |= !relaxed->judges[i].model->cpu;
  const char *found = weaker ? arena_printf(arena, "%u of %u orders can be weaker%s", weaker, relaxed->place_count,
                                            relaxed->raised ? " than the strongest" : "")
                      : relaxed->raised ? "Every order has to be at its strongest"
                                        : "No order can be weaker";
  const char *end = relaxed->interrupted ? "It was interrupted: more may be."
                    : relaxed->partial   ? "Where a model cannot tell, more may be."
                    : changes_together(relaxed)
                        ? "None can be weaker still in all threads of its row; --per-thread takes them apart."
                    : weaker ? "None can be weaker still."
                             : "";
  return arena_printf(arena, "%s%s: %s forbid%s what the test asks for%s waits without end. %s\n", begin, found,
                      judge_names(relaxed->judges, relaxed->judge_count, arena), relaxed->judge_count == 1 ? "s" : "",
                      races ? ", data races and" : " and", end);
}

static void print_explanations(const Relaxed *relaxed, Text *out) {
  for (unsigned i = 0; i < relaxed->place_count; i++)
    for (unsigned k = 0; k < relaxed->places[i].step_count; k++) {
      const RelaxStep *step = &relaxed->places[i].steps[k];
      if (step->objection.explanation)
        text_printf(out, "\n%s %s:\n%s", relaxed->places[i].name, order_text(step->order), step->objection.explanation);
    }
  if (relaxed->strongest.explanation)
    text_printf(out, "\nWith every order at its strongest:\n%s", relaxed->strongest.explanation);
}

static void print_json(const Session *c, const Relaxed *relaxed, Text *out) {
  Arena *arena = c->settings->common.arena;
  Sheet *object = sheet_object(arena);
  sheet_set(object, "schema", cell_text("weakmem.relax/1"));
  sheet_set(object, "test", cell_text(c->test->name));
  Sheet *models = sheet_list(arena);
  for (unsigned i = 0; i < relaxed->judge_count; i++)
    sheet_add(models, cell_text(relaxed->judges[i].name));
  sheet_set(object, "models", cell_sheet(models));
  sheet_set(object, "enough", cell_flag(!relaxed->strongest.kind));
  sheet_set(
      object, "minimal",
      cell_flag(!relaxed->strongest.kind && !relaxed->partial && !relaxed->interrupted && !changes_together(relaxed)));
  sheet_set(object, "answer", cell_text(answer(c, relaxed)));
  sheet_set(object, "places", cell_sheet(places_sheet(relaxed, arena)));
  Text made = {0};
  test_print(relaxed->made, &made);
  sheet_set(object, "litmus", cell_text(text_finish(&made, arena)));
  sheet_json(object, NULL, out);
  text_add_char(out, '\n');
}

static void print(const Session *c, const Relaxed *relaxed) {
  const Common *common = &c->settings->common;
  Text text = {0};
  SheetStyle style = console_style(c->console->out, common->markdown);
  switch (common->format) {
  case FORMAT_TEXT: {
    Sheet *sheet = places_sheet(relaxed, common->arena);
    sheet->title = c->test->name;
    sheet->notes = answer(c, relaxed);
    sheet_text(sheet, &style, &text);
    print_explanations(relaxed, &text);
    break;
  }
  case FORMAT_TSV:
    sheet_tsv_all(places_sheet(relaxed, common->arena), &text);
    break;
  case FORMAT_JSON:
    print_json(c, relaxed, &text);
    break;
  }
  console_print(c->console, &text);
}

// ---- The command

static void show_step(void *context, const char *what) {
  progress_show(&((const Session *)context)->progress, "%s", what);
}

static bool keep_measuring(void *context, const CostRow *row) {
  const Session *c = context;
  progress_show(&c->progress, "cost: %s", row->operation);
  return !*c->console->stop;
}

// What the orders cost here; without, if it cannot be measured.
static void measure(Session *c, Relaxed *relaxed, Diag *diag) {
  Diag own = {.arena = diag->arena};
  Topology *topology = topology_new(&own);
  Cost *cost = topology ? cost_new(topology, NULL, 0, &own) : NULL;
  if (cost)
    relax_price(relaxed, cost, keep_measuring, c);
  else
    diag_warning(diag, "no prices: %s", own.first ? own.first->message : "they cannot be measured");
  cost_free(cost);
  topology_free(topology);
}

static bool save(const Session *c, const Relaxed *relaxed, Diag *diag) {
  Text text = {0};
  test_print(relaxed->made, &text);
  bool saved = file_replace(c->settings->common.output, text_string(&text), text.length, diag);
  text_free(&text);
  return saved;
}

static int relax_test(Session *c, Diag *diag) {
  const Settings *s = c->settings;
  RelaxOptions options = s->relax;
  options.stop = c->console->stop;
  options.progress = show_step;
  options.context = c;
  Relaxed relaxed = relax(c->test, &options, s->common.arena);
  if (!relaxed.judge_count) {
    diag_error(diag, "%s: none of the models speaks of it", c->test->name);
    return EXIT_USAGE;
  }
  if (!s->no_prices && !relaxed.strongest.kind && !relaxed.interrupted)
    measure(c, &relaxed, diag);
  progress_clear(&c->progress);
  print(c, &relaxed);
  bool saved = !s->common.output || relaxed.strongest.kind || save(c, &relaxed, diag);
  if (relaxed.strongest.kind && relaxed.strongest.kind != OBJECTION_OPEN)
    return EXIT_FORBIDDEN;
  return saved && !relaxed.strongest.kind && !relaxed.partial && !relaxed.interrupted ? EXIT_OK : EXIT_MACHINE;
}

// The user's own C, in place of a test.
static int relax_file(const Settings *s, const CodeFiles *code, const Console *console, Diag *diag) {
  const Source *file = code->files[0].given;
  if (code->count > 1)
    diag_error(diag, "that names %u files of code; the orders are those of one", code->count);
  else if (!users_is_c(file->name))
    diag_error(diag, "%s is an object: the orders are in the text it was made of", file->name);
  else if (s->common.output || s->relax.per_thread)
    diag_error(diag, "%s: a place of a file of C is a word of its text, which %s",
               s->common.output ? "-o" : "--per-thread",
               s->common.output ? "is changed by its author" : "all threads share");
  RelaxCodeRun run = {.common = &s->common,
                      .console = console,
                      .file = file,
                      .targets = s->targets,
                      .target_count = s->target_count,
                      .compilers = s->compilers.count ? s->compilers.items : NULL,
                      .compiler_count = s->compilers.count,
                      .seconds = s->relax.seconds,
                      .explain = s->relax.explain};
  return diag->errors ? EXIT_USAGE : relax_users_code(&run, diag);
}

static int run(Settings *settings, const Console *console) {
  Session c = {.settings = settings, .console = console, .progress = progress_new(console, settings->common.quiet)};
  Diag diag = {.arena = settings->common.arena};
  CodeFiles code;
  if (code_files_take(&settings->common, &(CodeOptions){0}, &code, &diag) && code.count) {
    int status = relax_file(settings, &code, console, &diag);
    console_report(console, &diag);
    return status;
  }
  Suite suite = {0};
  if (!diag.errors)
    suite = tests_find(settings->common.arguments, 1, NULL, settings->common.arena, &diag);
  if (!diag.errors && suite.count != 1)
    diag_error(&diag, "%s names %u tests; the orders are those of one", settings->common.arguments[0], suite.count);
  c.test = diag.errors ? NULL : suite.tests[0];
  if (c.test && test_is_assembly(c.test))
    diag_error(&diag, "%s is in %s assembly, whose accesses have no orders to change", c.test->name,
               c.test->dialect->name);
  else if (c.test)
    settings->relax.judges = find_judges(settings, c.test, &settings->relax.judge_count, &diag);
  int status = diag.errors ? EXIT_USAGE : relax_test(&c, &diag);
  if (diag.errors || !settings->common.quiet)
    console_report(console, &diag);
  return status;
}

int command_relax(int argc, char **argv, const Console *console) {
  Settings settings = {.common.arena = arena_new(), .relax.seconds = 10};
  int status;
  if (options_parse(&relax_options, argc, argv, &settings, console, &status))
    status = run(&settings, console);
  arena_free(settings.common.arena);
  return status;
}
