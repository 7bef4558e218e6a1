#include "harness/export/record.h"
#include "harness/base/json_text.h"
#include "harness/export/pus.h"
#include "harness/lang/print.h"

#include <inttypes.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

static double seconds_of(const RunRecord *record) {
  return record->report && record->report->started ? record->report->ended - record->report->began : 0;
}

// ---- JSON

static void add_string(const char *text, Text *out) {
  JsonText json = {.out = out};
  json_text_string(&json, text);
}

static void add_field(const char *name, const char *value, Text *out) {
  text_printf(out, ",\"%s\":", name);
  add_string(value, out);
}

static void add_count(const char *name, uint64_t count, Text *out) {
  text_printf(out, ",\"%s\":%" PRIu64, name, count);
}

static void add_machine(const Identity *machine, Text *out) {
  text_add(out, ",\"machine\":{\"arch\":");
  add_string(machine->arch, out);
  add_field("cpu", machine->cpu, out);
  add_field("vendor", machine->vendor, out);
  text_printf(out, ",\"family\":%d,\"model\":%d,\"stepping\":%d", machine->family, machine->model, machine->stepping);
  add_field("microcode", machine->microcode, out);
  text_printf(out, ",\"cores\":%u,\"pus\":%u", machine->cores, machine->pus);
  add_field("virtual", machine->virtual_, out);
  text_printf(out, ",\"emulated\":%s", machine->emulated ? "true" : "false");
  add_field("kernel", machine->kernel, out);
  text_printf(out, ",\"cache_line\":%u,\"lse\":%s}", machine->cache_line, machine->has_lse ? "true" : "false");
}

static void add_settings(const Report *report, Text *out) {
  text_add(out, ",\"settings\":{");
  for (unsigned i = 0; report && i < report->setting_count; i++) {
    text_add(out, i ? "," : "");
    add_string(report->settings[i].name, out);
    if (report->settings[i].is_number)
      text_printf(out, ":%.15g", report->settings[i].number);
    else {
      text_add_char(out, ':');
      add_string(report->settings[i].text, out);
    }
  }
  text_add_char(out, '}');
}

static void add_placement(const Placement *placement, Text *out) {
  text_add(out, ",\"placement\":{\"name\":");
  add_string(pus_placement(placement), out);
  text_add(out, ",\"pus\":[");
  for (unsigned t = 0; t < placement->threads && pus_can_pin(); t++)
    text_printf(out, "%s%u", t ? "," : "", placement->pus[t]);
  text_add(out, "]}");
}

static void add_histogram(const Histogram *histogram, Text *out) {
  Text state = {0};
  text_add(out, ",\"histogram\":[");
  for (unsigned i = 0; i < histogram->count; i++) {
    const HistogramRow *row = &histogram->rows[i];
    text_clear(&state);
    state_print(exported.test, row->state, &state);
    text_add(out, i ? ",{\"state\":" : "{\"state\":");
    add_string(text_string(&state), out);
    add_count("count", row->count, out);
    text_printf(out, ",\"witness\":%s}", row->is_witness ? "true" : "false");
  }
  text_add_char(out, ']');
  text_free(&state);
}

static void add_counts(const RunRecord *record, Text *out) {
  add_count("seed", record->seed, out);
  add_count("iterations", record->histogram.total, out);
  if (record->report && record->report->frame_witnesses)
    add_count("frames", record->report->frame_witnesses, out);
  if (record->lost)
    add_count("lost", record->lost, out);
  if (record->filtered)
    add_count("filtered", record->filtered, out);
  text_printf(out, ",\"seconds\":%.9f", seconds_of(record));
  add_field("condition", exported.condition, out);
  add_count("witnesses", record->histogram.witnesses, out);
}

void record_json(const RunRecord *record, Text *out) {
  text_add(out, "{\"schema\":\"weakmem.run/1\"");
  add_field("test", exported.test->name, out);
  if (exported.test->family)
    add_field("family", exported.test->family, out);
  add_field("file", exported.file, out);
  add_field("digest", exported.digest, out);
  add_field("started", record->started, out);
  add_field("weakmem", exported.weakmem, out);
  add_field("status", run_status_name(record->status), out);
  if (record->message)
    add_field("message", record->message, out);
  add_machine(&record->machine, out);
  text_add(out, ",\"compiler\":{\"path\":");
  add_string(exported.compiler_path, out);
  add_field("version", COMPILER, out);
  add_field("flags", exported.compiler_flags, out);
  text_add_char(out, '}');
  add_field("engine", engine_name(exported.engine), out);
  add_settings(record->report, out);
  add_field("actors", actors_name(ACTORS_THREADS), out);
  add_field("fence", exported.fence, out);
  add_placement(record->placement, out);
  add_counts(record, out);
  add_histogram(&record->histogram, out);
  add_field("litmus", exported.litmus, out);
  text_add(out, "}\n");
}

// ---- text

static void print_how(const RunRecord *record, Text *out) {
  const Placement *placement = record->placement;
  text_printf(out, "  %s, %u threads, ", engine_name(exported.engine), placement->threads);
  if (!pus_can_pin())
    text_add(out, "which this system does not let us pin");
  else
    for (unsigned t = 0; t < placement->threads; t++)
      text_printf(out, t ? ",%u" : "PU %u", placement->pus[t]);
  if (placement_oversubscribed(placement))
    text_add(out, ", which they share");
  for (unsigned i = 0; record->report && i < record->report->setting_count; i++) {
    text_printf(out, "%s%s ", i ? ", " : "; ", record->report->settings[i].name);
    if (record->report->settings[i].is_number)
      text_printf(out, "%g", record->report->settings[i].number);
    else
      text_add(out, record->report->settings[i].text);
  }
  text_add_char(out, '\n');
  if (record->report && record->report->meeting_reason[0])
    text_printf(out, "  threads met in %s: %s\n", record->report->meeting, record->report->meeting_reason);
}

static void print_states(const Histogram *histogram, Text *out) {
  enum { SHOWN = 64 };
  for (unsigned i = 0; i < histogram->count && i < SHOWN; i++) {
    const HistogramRow *row = &histogram->rows[i];
    text_printf(out, "  %12" PRIu64 "  %6.2f %%  %c  ", row->count,
                100.0 * (double)row->count / (double)histogram->total, row->is_witness ? '*' : ' ');
    state_print(exported.test, row->state, out);
    text_add_char(out, '\n');
  }
  if (histogram->count > SHOWN)
    text_printf(out, "  and %u more states\n", histogram->count - SHOWN);
}

// What the condition asks for; of what was not seen the bound (the rule of three).
static void print_witnesses(const RunRecord *record, Text *out) {
  const Histogram *histogram = &record->histogram;
  double seconds = seconds_of(record);
  text_printf(out, "  %s: %" PRIu64 " of %" PRIu64, exported.condition, histogram->witnesses, histogram->total);
  if (histogram->witnesses)
    text_add(out, " (*)");
  else if (histogram->total > 3)
    text_printf(out, ": under %.2g at 95 %% if iterations were independent", 3.0 / (double)histogram->total);
  if (seconds > 0)
    text_printf(out, "; %.3f s", seconds);
  if (seconds > 0 && histogram->witnesses)
    text_printf(out, ", %.3g million witnesses/s", (double)histogram->witnesses / seconds * 1e-6);
  text_add_char(out, '\n');
}

void record_text(const RunRecord *record, Text *out) {
  text_printf(out, "%s on ", exported.test->name);
  identity_print(&record->machine, out);
  text_printf(out, "; %s, %s %s\n", COMPILER, exported.compiler_path, exported.compiler_flags);
  print_how(record, out);
  print_states(&record->histogram, out);
  print_witnesses(record, out);
  if (record->machine.emulated)
    text_add(out, "  emulated: what an emulator does says nothing of this architecture's CPUs\n");
  if (record->message)
    text_printf(out, "  %s: %s\n", run_status_name(record->status), record->message);
}
