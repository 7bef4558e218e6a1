#include "harness/cli/relax_code.h"

#include "harness/base/suggestion.h"
#include "harness/cli/check_views.h"
#include "results/sheet.h"

#include <string.h>

typedef struct {
  const RelaxCodeRun *run;
  Progress progress;
  CheckBuild *builds;
  unsigned count;
  Arena *arena;
} Session;

// ---- The ways to compile

static void find_builds_for(Session *s, const Cpu *cpu, bool asked, Diag *diag) {
  const RelaxCodeRun *run = s->run;
  unsigned before = s->count, count = run->compilers ? run->compiler_count : CHECK_USUAL;
  Diag none = {.arena = s->arena};
  for (unsigned i = 0; i < count; i++)
    s->count += check_build_find(run->compilers ? run->compilers[i] : check_usual[i], "-O2", cpu, s->arena,
                                 &s->builds[s->count], &none);
  const char *why = none.first ? none.first->message : "none is named";
  if (s->count == before && asked)
    diag_error(diag, "no compiler makes code for %s: %s", cpu->name, why);
  else if (s->count == before)
    diag_warning(diag, "nothing is said of %s: %s", cpu->name, why);
}

static void find_builds(Session *s, Diag *diag) {
  const RelaxCodeRun *run = s->run;
  unsigned most = (run->targets ? run->target_count : cpu_count) * (run->compilers ? run->compiler_count : CHECK_USUAL);
  s->builds = ARENA_ARRAY(s->arena, CheckBuild, most + (size_t)1);
  for (unsigned i = 0; i < cpu_count && !run->targets; i++)
    find_builds_for(s, cpu_all[i], false, diag);
  for (unsigned i = 0; run->targets && i < run->target_count; i++) {
    const Model *model = model_find(run->targets[i]);
    const Cpu *cpu = model ? model->cpu : NULL;
    Suggestion suggestion = suggestion_for(run->targets[i]);
    for (unsigned k = 0; k < cpu_count && !cpu; k++)
      suggestion_try(&suggestion, cpu_all[k]->name);
    if (cpu)
      find_builds_for(s, cpu, true, diag);
    else
      diag_error(diag, "--target: no CPU '%s'%s", run->targets[i], suggestion_text(&suggestion, s->arena));
  }
  if (!diag->errors && !s->count)
    diag_error(diag, "there is no compiler for these CPUs");
}

// ---- The sheet

static const char *order_text(const CodePlace *place, const char *order) {
  return !strcmp(order, "relaxed") && strstr(place->order->in, "_fence") ? "left out" : order;
}

static const char *objection_text(const CodeObjection *o, Arena *arena) {
  if (!o->kind)
    return "";
  static const char *const verbs[] = {[OBJECTION_STATE] = " allows ",
                                      [OBJECTION_RACE] = " races: ",
                                      [OBJECTION_HANG] = ": waits for ever: ",
                                      [OBJECTION_OPEN] = ": cannot be told: ",
                                      [OBJECTION_MUTE] = ": "};
  return arena_printf(arena, "%s%s%s", check_build_string(o->build, arena), verbs[o->kind], o->what);
}

enum { PLACE, WRITTEN, BEGUN, ORDER, FURTHER };

static Sheet *places_sheet(const CodeRelaxed *relaxed, Arena *arena) {
  static const SheetColumn columns[] = {
      [PLACE] = {.name = "place", .title = "", .fit = FIT_KEY},
      [WRITTEN] = {.name = "written", .title = "as written"},
      [BEGUN] = {.name = "begun", .title = "from"},
      [ORDER] = {.name = "order", .title = "enough"},
      [FURTHER] = {.name = "further", .title = "one step further", .fit = FIT_RUNS_ON}};
  Sheet *sheet = SHEET_NEW(arena, columns);
  if (!relaxed->raised)
    sheet->columns[BEGUN].in = IN_DATA;
  for (unsigned i = 0; i < relaxed->orders.count; i++) {
    const CodePlace *place = &relaxed->places[i];
    if (!place->used)
      continue;
    Cell *cells = sheet_row(sheet);
    cells[PLACE] = cell_text(code_order_name(place->order, arena));
    cells[WRITTEN] = cell_text(place->order->written);
    cells[BEGUN] = cell_text(order_text(place, place->begun));
    cells[ORDER] = cell_text(order_text(place, place->found));
    if (strcmp(place->found, place->begun) != 0)
      cells[ORDER].tone = TONE_GOOD;
    Text steps = {0};
    for (unsigned k = 0; k < place->step_count; k++)
      text_printf(&steps, "%s%s: %s", k ? "  " : "", order_text(place, place->steps[k].order),
                  objection_text(&place->steps[k].objection, arena));
    cells[FURTHER] = cell_text(text_finish(&steps, arena));
  }
  return sheet;
}

static const char *build_names(const Session *s) {
  Text text = {0};
  for (unsigned i = 0; i < s->count; i++)
    text_printf(&text, "%s%s",
                !i                 ? ""
                : i + 1 < s->count ? ", "
                                   : " and ",
                check_build_string(&s->builds[i], s->arena));
  return text_finish(&text, s->arena);
}

static const char *answer(const Session *s, const CodeRelaxed *relaxed) {
  Arena *arena = s->arena;
  const char *begin =
      relaxed->raised ? arena_printf(arena, "As written: %s.\n", objection_text(&relaxed->written, arena)) : "";
  if (relaxed->strongest.kind)
    return arena_printf(
        arena, "%sWith every order at its strongest: %s.\n%s\n", begin, objection_text(&relaxed->strongest, arena),
        relaxed->strongest.kind == OBJECTION_OPEN ? "Whether any orders do is not known." : "No orders do.");
  unsigned weaker = 0, used = 0;
  for (unsigned i = 0; i < relaxed->orders.count; i++) {
    used += relaxed->places[i].used;
    weaker += relaxed->places[i].found != relaxed->places[i].begun;
  }
  const char *end = relaxed->interrupted ? "It was interrupted: more may be."
                    : relaxed->partial   ? "Where it cannot be told, more may be."
                                         : "None can be weaker still.";
  return arena_printf(arena,
                      "%s%u of %u orders can be weaker%s, and nothing that the file forbids can happen, nor a wait "
                      "without end. %s\nThis stands on the machine code of %s, not on C11: another compiler may make "
                      "other code of it. %u of %u codes differed.\n",
                      begin, weaker, used, relaxed->raised ? " than the strongest" : "", end, build_names(s),
                      relaxed->judged, relaxed->asked);
}

static void print_explanations(const CodeRelaxed *relaxed, Arena *arena, Text *out) {
  for (unsigned i = 0; i < relaxed->orders.count; i++)
    for (unsigned k = 0; k < relaxed->places[i].step_count; k++) {
      const CodeStep *step = &relaxed->places[i].steps[k];
      if (step->objection.explanation)
        text_printf(out, "\n%s %s, %s:\n%s", code_order_name(relaxed->places[i].order, arena),
                    order_text(&relaxed->places[i], step->order), check_build_string(step->objection.build, arena),
                    step->objection.explanation);
    }
  if (relaxed->strongest.explanation)
    text_printf(out, "\nWith every order at its strongest:\n%s", relaxed->strongest.explanation);
}

static void print(const Session *s, const CodeRelaxed *relaxed) {
  Arena *arena = s->arena;
  Text text = {0};
  Sheet *places = places_sheet(relaxed, arena);
  if (s->run->common->format == FORMAT_TSV) {
    sheet_tsv_all(places, &text);
  } else if (s->run->common->format == FORMAT_JSON) {
    Sheet *object = sheet_object(arena);
    sheet_set(object, "schema", cell_text("weakmem.relax/1"));
    sheet_set(object, "file", cell_text(s->run->file->name));
    sheet_set(object, "enough", cell_flag(!relaxed->strongest.kind));
    sheet_set(object, "minimal", cell_flag(!relaxed->strongest.kind && !relaxed->partial && !relaxed->interrupted));
    sheet_set(object, "answer", cell_text(answer(s, relaxed)));
    sheet_set(object, "places", cell_sheet(places));
    sheet_json(object, NULL, &text);
    text_add_char(&text, '\n');
  } else {
    SheetStyle style = console_style(s->run->console->out, s->run->common->markdown);
    places->title = s->run->file->name;
    places->notes = answer(s, relaxed);
    sheet_text(places, &style, &text);
    print_explanations(relaxed, arena, &text);
  }
  console_print(s->run->console, &text);
}

// ---- The command

static void show_step(void *context, const char *what) {
  progress_show(&((const Session *)context)->progress, "%s", what);
}

int relax_users_code(const RelaxCodeRun *run, Diag *diag) {
  Arena *arena = run->common->arena;
  Session s = {.run = run, .progress = progress_new(run->console, run->common->quiet), .arena = arena};
  find_builds(&s, diag);
  if (diag->errors)
    return EXIT_USAGE;
  RelaxCodeOptions options = {.builds = s.builds,
                              .build_count = s.count,
                              .judges = judges_all(arena),
                              .options = {.limits = judge_limits(run->seconds)},
                              .explain = run->explain,
                              .stop = run->console->stop,
                              .progress = show_step,
                              .context = &s};
  options.options.limits.stop = run->console->stop;
  CodeRelaxed relaxed = relax_code(run->file, &options, arena, diag);
  progress_clear(&s.progress);
  if (!relaxed.orders.count)
    return EXIT_USAGE;
  print(&s, &relaxed);
  if (relaxed.strongest.kind && relaxed.strongest.kind != OBJECTION_OPEN)
    return EXIT_FORBIDDEN;
  return relaxed.strongest.kind || relaxed.partial || relaxed.interrupted ? EXIT_MACHINE : EXIT_OK;
}
