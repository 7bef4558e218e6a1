// weakmem topo: the machine, its clock, and the placements that tests will use.
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/machine/clock.h"
#include "harness/machine/identity.h"
#include "results/record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MOST = 64 };

typedef struct {
  unsigned threads; // 0: two to four
  unsigned format;
  const char *input; // NULL: this machine
} Settings;

static const char *const formats[] = {"text", "json", NULL};
enum { FORMAT_TEXT, FORMAT_JSON };

static const struct argp_option table[] = {
    {"threads", 't', "N", 0, "Placements of N threads (default: two, three and four)", 0},
    {"format", 'f', "FORMAT", 0, "text (default) or json", 0},
    {"input", 'i', "DESCRIPTION", 0, "Another machine: a file that lstopo wrote (.xml), or hwloc's synthetic words", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state) {
  Settings *settings = state->input;
  switch (key) {
  case 't':
    return option_unsigned(state, "--threads", text, 1, THREADS_MOST, &settings->threads);
  case 'f':
    return option_choice(state, "--format", text, formats, &settings->format);
  case 'i':
    settings->input = text;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const Options options = {
    .summary = "Shows the machine as tests see it: what cores share, the clock, and where threads are placed.",
    .examples = "  weakmem topo\n"
                "  weakmem topo --threads 6\n"
                "  taskset -c 1 weakmem topo            what is left of it then\n"
                "  weakmem topo --input 'pack:2 l3:4 core:8 pu:2'\n",
    .options = table,
    .parse = parse,
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

static Topology *read_topology(const char *input, Diag *diag) {
  if (!input)
    return topology_new(diag);
  size_t length = strlen(input);
  bool file = length > 4 && !strcmp(input + length - 4, ".xml");
  return file ? topology_xml(input, diag) : topology_synthetic(input, diag);
}

static bool same_pus(const Placement *a, const Placement *b) {
  return a->kind == b->kind && !memcmp(a->pus, b->pus, a->threads * sizeof *a->pus);
}

static void print_pus(const Placement *placement, Text *out) {
  for (unsigned t = 0; t < placement->threads; t++)
    text_printf(out, "%s%u", t ? "," : "", placement->pus[t]);
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
      print_pus(&survey->measured, out);
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

static void print_placements(const Survey *survey, Text *out) {
  text_add(out, "\nPlacements (* is what run takes)\n");
  for (unsigned threads = fewest_threads(survey); threads <= most_threads(survey); threads++) {
    Placement chosen, all[PLACEMENT_COUNT];
    unsigned count = list_placements(survey, threads, all, &chosen);
    text_printf(out, "  %u thread%s\n", threads, threads == 1 ? "" : "s");
    for (unsigned i = 0; i < count; i++) {
      Text pus = {0};
      print_pus(&all[i], &pus);
      text_printf(out, "  %c %-10s  PU %-12s  %s\n", same_pus(&all[i], &chosen) ? '*' : ' ',
                  placement_name(all[i].kind), text_string(&pus), placement_sentence(all[i].kind));
      text_free(&pus);
    }
  }
}

// What the machine does not offer to the fewest threads that are shown, and so to no more either.
static void print_absent(const Survey *survey, Text *out) {
  text_printf(out, "\nNot here for %u thread%s\n", fewest_threads(survey), fewest_threads(survey) == 1 ? "" : "s");
  for (unsigned kind = 0; kind < PLACEMENT_CUSTOM; kind++) {
    Placement ignored;
    const char *reason;
    if (kind != PLACEMENT_SHARED_PUS && !placement_find(survey->topology, (PlacementKind)kind, fewest_threads(survey),
                                                        survey->arena, &ignored, &reason))
      text_printf(out, "    %-10s  %s\n", placement_name((PlacementKind)kind), reason);
  }
}

static void print_text(const Survey *survey, Text *out) {
  print_machine(survey, out);
  topology_print(survey->topology, out);
  if (survey->here)
    print_clock(survey, out);
  print_placements(survey, out);
  print_absent(survey, out);
}

static json_t *machine_json(const Identity *machine) {
  Text text = {0};
  fields_write(&machine_fields, machine, &(JsonText){.out = &text});
  json_t *json = json_loads(text_string(&text), 0, NULL);
  text_free(&text);
  return json;
}

static json_t *pus_json(const unsigned *pus, unsigned count) {
  json_t *array = json_array();
  for (unsigned i = 0; i < count; i++)
    json_array_append_new(array, json_integer(pus[i]));
  return array;
}

static json_t *clock_json(const Survey *survey) {
  const Clock *clock = &survey->clock;
  json_t *object = json_pack("{s:f, s:f, s:f, s:I, s:I, s:b, s:f}", "ticks_per_second", clock->ticks_per_second, "step",
                             clock->step, "read_ns", clock->read_ns, "skew", (json_int_t)clock->skew, "skew_error",
                             (json_int_t)clock->skew_error, "usable", clock->usable, "core_ghz", survey->ghz);
  if (clock->reason)
    json_object_set_new(object, "reason", json_string(clock->reason));
  return object;
}

static json_t *placement_json(const Placement *placement, const Placement *chosen) {
  return json_pack("{s:i, s:s, s:o, s:b, s:s}", "threads", (int)placement->threads, "name",
                   placement_name(placement->kind), "pus", pus_json(placement->pus, placement->threads), "default",
                   same_pus(placement, chosen), "sentence", placement_sentence(placement->kind));
}

// Every placement, those that are not offered with the reason.
static json_t *placements_json(const Survey *survey) {
  json_t *array = json_array();
  for (unsigned threads = fewest_threads(survey); threads <= most_threads(survey); threads++) {
    Placement chosen = placement_default(survey->topology, threads, survey->arena);
    for (unsigned kind = 0; kind < PLACEMENT_CUSTOM; kind++) {
      Placement placement;
      const char *reason = "";
      bool found = placement_find(survey->topology, (PlacementKind)kind, threads, survey->arena, &placement, &reason);
      json_array_append_new(array, found ? placement_json(&placement, &chosen)
                                         : json_pack("{s:i, s:s, s:s}", "threads", (int)threads, "name",
                                                     placement_name((PlacementKind)kind), "reason", reason));
    }
    if (chosen.kind == PLACEMENT_CUSTOM)
      json_array_append_new(array, placement_json(&chosen, &chosen));
  }
  return array;
}

static void print_json(const Survey *survey, Text *out) {
  unsigned count = topology_pu_count(survey->topology);
  unsigned *pus = ARENA_ARRAY(survey->arena, unsigned, count);
  for (unsigned i = 0; i < count; i++)
    pus[i] = topology_pu(survey->topology, i);
  json_t *object =
      json_pack("{s:s, s:i, s:o, s:o}", "schema", "weakmem.topo/1", "cores", (int)topology_cores(survey->topology),
                "pus", pus_json(pus, count), "placements", placements_json(survey));
  if (survey->here) {
    json_object_set_new(object, "machine", machine_json(&survey->identity));
    json_object_set_new(object, "clock", clock_json(survey));
  }
  char *text = json_dumps(object, JSON_REAL_PRECISION(6));
  json_decref(object);
  text_printf(out, "%s\n", text ? text : "{}");
  free(text);
}

static void measure(Survey *survey) {
  survey->identity = identity_read(survey->topology, survey->arena);
  survey->measured = placement_default(survey->topology, fewest_threads(survey), survey->arena);
  survey->clock = clock_calibrate(survey->topology, &survey->measured);
  survey->ghz = clock_core_ghz();
}

int command_topo(int argc, char **argv, const Console *console) {
  Settings settings = {0};
  int status;
  if (!options_parse(&options, argc, argv, &settings, console, &status))
    return status;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  Topology *topology = read_topology(settings.input, &diag);
  status = topology ? EXIT_OK : settings.input ? EXIT_USAGE : EXIT_MACHINE;
  if (topology) {
    Survey survey = {.settings = &settings, .topology = topology, .arena = arena, .here = !settings.input};
    Text out = {0};
    if (survey.here)
      measure(&survey);
    if (settings.format == FORMAT_TEXT)
      print_text(&survey, &out);
    else
      print_json(&survey, &out);
    fputs(text_string(&out), console->out);
    text_free(&out);
  }
  console_report(console, &diag);
  topology_free(topology);
  arena_free(arena);
  return status;
}
