// weakmem topo: the machine, its clock, and the placements that tests will use.
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/machine/clock.h"
#include "harness/machine/identity.h"
#include "results/view.h"

#include <stdlib.h>
#include <string.h>

enum { THREADS_MOST = 64 };

typedef struct {
  Common common;
  unsigned threads;  // 0: two to four
  const char *input; // NULL: this machine
} Settings;

static const char *const formats[] = {"text", "json", "markdown", NULL};

static const Option table[] = {
    {"threads", 't', "N", "Placements of N threads (default: two, three and four)", OPTION_UNSIGNED,
     .place = offsetof(Settings, threads), .low = 1, .high = THREADS_MOST},
    OPTION_COMMON_FORMAT(formats, "text (default), json or markdown"),
    {"input", 'i', "DESCRIPTION", "Another machine: a file that lstopo wrote (.xml), or hwloc's synthetic words",
     OPTION_TEXT, .place = offsetof(Settings, input)},
    {0},
};

static const Options options = {
    .summary = "Shows the machine as tests see it: what cores share, the clock, and where threads are placed.",
    .examples = "  weakmem topo\n"
                "  weakmem topo --threads 6\n"
                "  taskset -c 1 weakmem topo            what is left of it then\n"
                "  weakmem topo --input 'pack:2 l3:4 core:8 pu:2'\n",
    .table = table,
};

// What the command has found out.
typedef struct {
  const Settings *settings;
  const Topology *topology;
  Arena *arena;
  bool here; // not a description
  Identity identity;
  Placement measured; // what the clock was calibrated for
  Clock clock;
  double ghz;
} Survey;

static unsigned fewest_threads(const Survey *survey) {
  return survey->settings->threads ? survey->settings->threads : 2;
}
static unsigned most_threads(const Survey *survey) { return survey->settings->threads ? survey->settings->threads : 4; }

static bool same_pus(const Placement *a, const Placement *b) {
  return a->kind == b->kind && !memcmp(a->pus, b->pus, a->threads * sizeof *a->pus);
}

static void print_machine(const Survey *survey, Text *out) {
  const Identity *id = &survey->identity;
  if (!survey->here) {
    text_printf(out, "A described machine: %u cores, %u PUs\n\n", topology_cores(survey->topology),
                topology_pu_count(survey->topology));
    return;
  }
  identity_print(id, out);
  text_add_char(out, '\n');
  if (identity_caveat(id))
    text_printf(out, "%s\n", identity_caveat(id));
  if (*id->vendor)
    text_printf(out, "%s", id->vendor);
  if (id->family >= 0)
    text_printf(out, "%sfamily %d, model %d, stepping %d", *id->vendor ? " " : "", id->family, id->model, id->stepping);
  if (*id->microcode)
    text_printf(out, ", microcode %s", id->microcode);
  text_printf(out, "%sLinux %s, lines of %u bytes\n\n", *id->vendor || id->family >= 0 ? "; " : "", id->kernel,
              id->cache_line);
}

static void print_room(const Survey *survey, Text *out) {
  text_add(out, "\nSystem\n");
  for (unsigned i = 0; i < ROOM_COUNT; i++) {
    const char *fact = survey->identity.room[i];
    text_printf(out, "  %-22s  %s\n", room_title((RoomFact)i), *fact ? fact : "not known");
  }
}

static void print_clock(const Survey *survey, Text *out) {
  const Clock *clock = &survey->clock;
  double tick_ns = 1e9 / clock->ticks_per_second;
  text_add(out, "\nClock\n");
  if (clock->ticks_per_second > 0 && clock->step > 0) {
    text_printf(out, "  counter    %.4g MHz, in steps of %.0f tick%s (%.3g ns), %.3g ns to read\n",
                clock->ticks_per_second * 1e-6, clock->step, clock->step == 1 ? "" : "s", clock->step * tick_ns,
                clock->read_ns);
    if (placement_oversubscribed(&survey->measured))
      text_add(out, "  skew       not measured: it takes two PUs\n");
    else {
      text_printf(out, "  skew       %lld ticks (%.3g ns) between PUs ", (long long)clock->skew,
                  (double)clock->skew * tick_ns);
      text_add_numbers(out, survey->measured.pus, survey->measured.threads);
      text_printf(out, ", give or take %lld (%.3g ns)\n", (long long)clock->skew_error,
                  (double)clock->skew_error * tick_ns);
    }
  }
  text_printf(out, "  core       %.2f GHz\n", survey->ghz);
  text_printf(out, "  threads    %s%s\n",
              clock->usable ? "can meet by the counter" : "meet in memory: ", clock->usable ? "" : clock->reason);
}

// The placements for a number of threads, `chosen` the one that `run` takes. Room for PLACEMENT_COUNT.
static unsigned list_placements(const Survey *survey, unsigned threads, Placement *all, Placement *chosen) {
  *chosen = placement_default(survey->topology, threads, survey->arena);
  unsigned count = placement_all(survey->topology, threads, survey->arena, all);
  if (chosen->kind == PLACEMENT_CUSTOM)
    all[count++] = *chosen;
  return count;
}

enum { MARK, NAME, PUS, SENTENCE };
static const SheetColumn columns[] = {
    [MARK] = {.name = "mark", .kind = KIND_MARK, .width = 1, .is_fixed = true},
    [NAME] = {.name = "name", .width = 10},
    [PUS] = {.name = "pus", .width = 15},
    [SENTENCE] = {.name = "sentence", .fit = FIT_RUNS_ON},
};

static Sheet *placement_sheet(const Survey *survey) {
  Sheet *sheet = SHEET_NEW(survey->arena, columns);
  sheet->is_bare = true;
  sheet->indent = 2;
  return sheet;
}

static void print_placements(const Survey *survey, const SheetStyle *style, Text *out) {
  text_add(out, "\nPlacements (* is what run takes)\n");
  for (unsigned threads = fewest_threads(survey); threads <= most_threads(survey); threads++) {
    Placement chosen, all[PLACEMENT_COUNT];
    unsigned count = list_placements(survey, threads, all, &chosen);
    Sheet *sheet = placement_sheet(survey);
    text_printf(out, "  %u thread%s\n", threads, threads == 1 ? "" : "s");
    for (unsigned i = 0; i < count; i++) {
      Cell *cells = sheet_row(sheet);
      Text pus = {0};
      text_add(&pus, "PU ");
      text_add_numbers(&pus, all[i].pus, all[i].threads);
      cells[MARK] = cell_text(same_pus(&all[i], &chosen) ? "*" : "");
      cells[NAME] = cell_text(placement_name(all[i].kind));
      cells[PUS] = cell_text(arena_string(survey->arena, text_string(&pus)));
      cells[SENTENCE] = cell_text(placement_sentence(all[i].kind));
      text_free(&pus);
    }
    sheet_text(sheet, style, out);
  }
}

// What the machine does not offer to the fewest threads that are shown, and so to no more either.
static void print_absent(const Survey *survey, const SheetStyle *style, Text *out) {
  unsigned threads = fewest_threads(survey);
  Sheet *sheet = placement_sheet(survey);
  text_printf(out, "\nNot here for %u thread%s\n", threads, threads == 1 ? "" : "s");
  for (unsigned kind = 0; kind < PLACEMENT_CUSTOM; kind++) {
    Placement ignored;
    const char *reason;
    if (kind == PLACEMENT_SHARED_PUS ||
        placement_find(survey->topology, (PlacementKind)kind, threads, survey->arena, &ignored, &reason))
      continue;
    Cell *cells = sheet_row(sheet);
    cells[NAME] = cell_text(placement_name((PlacementKind)kind));
    cells[SENTENCE] = cell_text(reason);
  }
  sheet_text(sheet, style, out);
}

static void print_text(const Survey *survey, const SheetStyle *style, Text *out) {
  print_machine(survey, out);
  topology_print(survey->topology, out);
  if (survey->here) {
    print_room(survey, out);
    print_clock(survey, out);
  }
  print_placements(survey, style, out);
  print_absent(survey, style, out);
}

// ---- JSON

// Six digits are what a measurement has.
static Cell measured_cell(double value) {
  char digits[32];
  snprintf(digits, sizeof digits, "%.6g", value);
  return cell_number(strtod(digits, NULL));
}

static Cell clock_cell(const Survey *survey) {
  const Clock *clock = &survey->clock;
  Sheet *object = sheet_object(survey->arena);
  sheet_set(object, "ticks_per_second", measured_cell(clock->ticks_per_second));
  sheet_set(object, "step", measured_cell(clock->step));
  sheet_set(object, "read_ns", measured_cell(clock->read_ns));
  sheet_set(object, "skew", cell_integer(clock->skew));
  sheet_set(object, "skew_error", cell_integer(clock->skew_error));
  sheet_set(object, "usable", cell_flag(clock->usable));
  sheet_set(object, "core_ghz", measured_cell(survey->ghz));
  sheet_set(object, "reason", cell_text(clock->reason));
  return cell_sheet(object);
}

// One that is not offered has a reason instead of PUs.
static void add_placement(Sheet *list, unsigned threads, PlacementKind kind, const Placement *placement,
                          const Placement *chosen, const char *reason) {
  Sheet *object = sheet_object(list->arena);
  sheet_set(object, "threads", cell_count(threads));
  sheet_set(object, "name", cell_text(placement_name(kind)));
  if (placement) {
    sheet_set(object, "pus", cell_numbers(placement->pus, placement->threads, list->arena));
    sheet_set(object, "default", cell_flag(same_pus(placement, chosen)));
    sheet_set(object, "sentence", cell_text(placement_sentence(kind)));
  } else {
    sheet_set(object, "reason", cell_text(reason));
  }
  sheet_add(list, cell_sheet(object));
}

static Cell placements_cell(const Survey *survey) {
  Sheet *list = sheet_list(survey->arena);
  for (unsigned threads = fewest_threads(survey); threads <= most_threads(survey); threads++) {
    Placement chosen = placement_default(survey->topology, threads, survey->arena);
    for (PlacementKind kind = 0; kind < PLACEMENT_CUSTOM; kind++) {
      Placement placement;
      const char *reason = "";
      bool found = placement_find(survey->topology, kind, threads, survey->arena, &placement, &reason);
      add_placement(list, threads, kind, found ? &placement : NULL, &chosen, reason);
    }
    if (chosen.kind == PLACEMENT_CUSTOM)
      add_placement(list, threads, chosen.kind, &chosen, &chosen, NULL);
  }
  return cell_sheet(list);
}

static void print_json(const Survey *survey, Text *out) {
  unsigned count = topology_pu_count(survey->topology);
  unsigned *pus = ARENA_ARRAY(survey->arena, unsigned, count);
  for (unsigned i = 0; i < count; i++)
    pus[i] = topology_pu(survey->topology, i);
  Sheet *object = sheet_object(survey->arena);
  sheet_set(object, "schema", cell_text("weakmem.topo/1"));
  sheet_set(object, "cores", cell_count(topology_cores(survey->topology)));
  sheet_set(object, "pus", cell_numbers(pus, count, survey->arena));
  sheet_set(object, "placements", placements_cell(survey));
  if (survey->here) {
    sheet_set(object, "machine", view_machine(&survey->identity, survey->arena));
    sheet_set(object, "clock", clock_cell(survey));
  }
  sheet_json(object, &(SheetJson){.spaced = true}, out);
  text_add_char(out, '\n');
}

static void measure(Survey *survey) {
  survey->identity = identity_read(survey->topology, survey->arena);
  survey->measured = placement_default(survey->topology, fewest_threads(survey), survey->arena);
  survey->clock = clock_calibrate(survey->topology, &survey->measured);
  survey->ghz = clock_core_ghz();
}

static int look(const Settings *settings, const Console *console, Diag *diag) {
  Topology *topology = topology_described(settings->input, diag);
  if (!topology)
    return settings->input ? EXIT_USAGE : EXIT_MACHINE;
  Survey survey = {.settings = settings, .topology = topology, .arena = diag->arena, .here = !settings->input};
  SheetStyle style = console_style(console->out, settings->common.markdown);
  Text out = {0};
  if (survey.here)
    measure(&survey);
  if (settings->common.format == FORMAT_TEXT)
    print_text(&survey, &style, &out);
  else
    print_json(&survey, &out);
  console_print(console, &out);
  topology_free(topology);
  return EXIT_OK;
}

int command_topo(int argc, char **argv, const Console *console) {
  Settings settings = {.common.arena = arena_new()};
  int status;
  if (options_parse(&options, argc, argv, &settings, console, &status)) {
    Diag diag = {.arena = settings.common.arena};
    status = look(&settings, console, &diag);
    console_report(console, &diag);
  }
  arena_free(settings.common.arena);
  return status;
}
