#include "results/record.h"

#include <string.h>

enum {
  OPTIONAL = FIELD_OPTIONAL,
  REQUIRED = FIELD_REQUIRED,
  TEST = RECORD_TEST,
  COMPILER = RECORD_COMPILER,
  WAY = RECORD_WAY,
  MACHINE = RECORD_MACHINE,
  SYSTEM = RECORD_SYSTEM,
  TOLD = RECORD_TOLD,
  SHARED = RECORD_SHARED
};

static const Field machine_rows[] = {
    FIELD_ROW(Identity, "arch", FIELD_TEXT, arch, MACHINE | SHARED),
    FIELD_ROW(Identity, "cpu", FIELD_TEXT, cpu, MACHINE | SHARED),
    FIELD_ROW(Identity, "vendor", FIELD_TEXT, vendor, MACHINE | SHARED),
    FIELD_ROW(Identity, "family", FIELD_INTEGER, family, MACHINE | SHARED),
    FIELD_ROW(Identity, "model", FIELD_INTEGER, model, MACHINE | SHARED),
    FIELD_ROW(Identity, "stepping", FIELD_INTEGER, stepping, MACHINE | SHARED),
    FIELD_ROW(Identity, "microcode", FIELD_TEXT, microcode, SYSTEM | SHARED),
    FIELD_ROW(Identity, "cores", FIELD_UNSIGNED, cores, MACHINE | SHARED),
    FIELD_ROW(Identity, "pus", FIELD_UNSIGNED, pus, MACHINE | SHARED),
    FIELD_ROW(Identity, "virtual", FIELD_TEXT, virtual_, MACHINE | SHARED),
    FIELD_ROW(Identity, "emulated", FIELD_FLAG, emulated, MACHINE | SHARED),
    FIELD_ROW(Identity, "kernel", FIELD_TEXT, kernel, SYSTEM | SHARED),
    FIELD_ROW(Identity, "cache_line", FIELD_UNSIGNED, cache_line, SHARED),
    FIELD_ROW(Identity, "lse", FIELD_FLAG, has_lse, SHARED),
    FIELD_ROW(Identity, "governor", FIELD_TEXT, room[ROOM_GOVERNOR], OPTIONAL | SYSTEM | SHARED),
    FIELD_ROW(Identity, "boost", FIELD_TEXT, room[ROOM_BOOST], OPTIONAL | SYSTEM | SHARED),
    FIELD_ROW(Identity, "smt", FIELD_TEXT, room[ROOM_SMT], OPTIONAL | SYSTEM | SHARED),
    FIELD_ROW(Identity, "mitigations", FIELD_TEXT, room[ROOM_MITIGATIONS], OPTIONAL | SYSTEM | SHARED),
    FIELD_ROW(Identity, "huge_pages", FIELD_TEXT, room[ROOM_HUGE_PAGES], OPTIONAL | SYSTEM | SHARED),
    FIELD_ROW(Identity, "cpu_limit", FIELD_TEXT, room[ROOM_CPU_LIMIT], OPTIONAL | SYSTEM | SHARED),
    FIELD_ROW(Identity, "cpuset", FIELD_TEXT, room[ROOM_CPUSET], OPTIONAL | SYSTEM | SHARED),
    FIELD_ROW(Identity, "nodes", FIELD_TEXT, room[ROOM_NODES], OPTIONAL | SYSTEM | SHARED),
};
const Fields machine_fields = {NULL, sizeof(Identity), FIELD_TABLE(machine_rows)};

static const Field state_rows[] = {
    FIELD_ROW(RecordState, "state", FIELD_TEXT, state, REQUIRED | TOLD | SHARED),
    FIELD_ROW(RecordState, "count", FIELD_COUNT, count, TOLD | SHARED),
    FIELD_ROW(RecordState, "witness", FIELD_FLAG, witness, TOLD | SHARED),
    FIELD_ROW(RecordState, "weak", FIELD_MAYBE, weak, 0),
    FIELD_ROW(RecordState, "by", FIELD_TEXT, by, OPTIONAL),
    FIELD_ROW(RecordState, "thin_air", FIELD_FLAG, thin_air, OPTIONAL),
    FIELD_ROW(RecordState, "grade", FIELD_TEXT, grade, OPTIONAL),
    FIELD_ROW(RecordState, "means", FIELD_TEXT, means, OPTIONAL),
    FIELD_ROWS(RecordState, "verdict", FIELD_NAMES, verdicts, verdict_count, OPTIONAL, NULL),
};
static const Fields state_fields = {NULL, sizeof(RecordState), FIELD_TABLE(state_rows)};

static const Field mutant_rows[] = {
    FIELD_ROW(RecordMutant, "what", FIELD_TEXT, what, REQUIRED | TOLD),
    FIELD_ROW(RecordMutant, "iterations", FIELD_COUNT, iterations, TOLD),
    FIELD_ROW(RecordMutant, "witnesses", FIELD_COUNT, witnesses, TOLD),
    FIELD_ROW(RecordMutant, "seconds", FIELD_REAL, seconds, TOLD),
};
static const Fields mutant_fields = {NULL, sizeof(RecordMutant), FIELD_TABLE(mutant_rows)};

static const Field compiler_rows[] = {
    FIELD_ROW(Record, "path", FIELD_TEXT, compiler_path, COMPILER | SHARED),
    FIELD_ROW(Record, "version", FIELD_TEXT, compiler_version, COMPILER | TOLD | SHARED),
    FIELD_ROW(Record, "flags", FIELD_TEXT, compiler_flags, COMPILER | TOLD | SHARED),
};
static const Fields compiler_fields = {NULL, 0, FIELD_TABLE(compiler_rows)};

static const Field placement_rows[] = {
    FIELD_ROW(Record, "name", FIELD_TEXT, placement, WAY | TOLD | SHARED),
    FIELD_ROWS(Record, "pus", FIELD_NUMBERS, pus, pu_count, WAY | TOLD | SHARED, NULL),
};
static const Fields placement_fields = {NULL, 0, FIELD_TABLE(placement_rows)};

static const Field campaign_rows[] = {
    FIELD_ROW(RecordCampaign, "plan", FIELD_TEXT, plan, OPTIONAL),
    FIELD_ROW(RecordCampaign, "kind", FIELD_TEXT, kind, OPTIONAL),
    FIELD_ROW(RecordCampaign, "node", FIELD_TEXT, node, OPTIONAL),
    FIELD_ROW(RecordCampaign, "task", FIELD_UNSIGNED, task, OPTIONAL),
    FIELD_ROW(RecordCampaign, "item", FIELD_UNSIGNED, item, OPTIONAL),
    FIELD_ROW(RecordCampaign, "repetition", FIELD_UNSIGNED, repetition, OPTIONAL),
    FIELD_ROWS(RecordCampaign, "differs", FIELD_TEXTS, differs, differs_count, OPTIONAL, NULL),
};
static const Fields campaign_fields = {NULL, sizeof(RecordCampaign), FIELD_TABLE(campaign_rows)};

static const Field record_rows[] = {
    FIELD_ROW(Record, "test", FIELD_TEXT, test, REQUIRED | TEST | TOLD | SHARED),
    FIELD_ROW(Record, "family", FIELD_TEXT, family, OPTIONAL),
    FIELD_ROW(Record, "file", FIELD_TEXT, file, 0),
    FIELD_ROW(Record, "digest", FIELD_TEXT, digest, TEST | TOLD | SHARED),
    FIELD_ROW(Record, "started", FIELD_TEXT, started, TOLD | SHARED),
    FIELD_ROW(Record, "weakmem", FIELD_TEXT, weakmem, TOLD | SHARED),
    FIELD_ROW(Record, "status", FIELD_TEXT, status, REQUIRED | TOLD | SHARED),
    FIELD_ROW(Record, "message", FIELD_TEXT, message, OPTIONAL),
    FIELD_PART("machine", offsetof(Record, machine), REQUIRED | MACHINE | SYSTEM | SHARED, &machine_fields),
    FIELD_PART("compiler", 0, COMPILER | TOLD | SHARED, &compiler_fields),
    FIELD_ROW(Record, "engine", FIELD_TEXT, engine, WAY | TOLD | SHARED),
    FIELD_ROWS(Record, "settings", FIELD_VALUES, settings, setting_count, TOLD, NULL),
    FIELD_ROW(Record, "actors", FIELD_TEXT, actors, WAY | TOLD | SHARED),
    FIELD_ROW(Record, "fence", FIELD_TEXT, fence, TEST | TOLD | SHARED),
    FIELD_PART("placement", 0, WAY | TOLD | SHARED, &placement_fields),
    FIELD_ROW(Record, "instances", FIELD_UNSIGNED, instances, OPTIONAL | TOLD | SHARED),
    FIELD_ROW(Record, "where", FIELD_TEXT, where, OPTIONAL | WAY | TOLD | SHARED),
    FIELD_ROWS(Record, "memory", FIELD_NUMBERS, memory, memory_count, OPTIONAL | SHARED, NULL),
    FIELD_ROW(Record, "seed", FIELD_COUNT, seed, TOLD),
    FIELD_ROW(Record, "iterations", FIELD_COUNT, iterations, TOLD),
    FIELD_ROW(Record, "runs", FIELD_COUNT, runs, OPTIONAL | TOLD | SHARED),
    FIELD_ROW(Record, "frames", FIELD_COUNT, frame_witnesses, OPTIONAL | TOLD),
    FIELD_ROW(Record, "lost", FIELD_COUNT, lost, OPTIONAL | TOLD | SHARED),
    FIELD_ROW(Record, "filtered", FIELD_COUNT, filtered, OPTIONAL | TOLD | SHARED),
    FIELD_ROW(Record, "forbidden_state", FIELD_TEXT, forbidden_state, OPTIONAL),
    FIELD_ROW(Record, "forbidden_by", FIELD_TEXT, forbidden_by, OPTIONAL),
    FIELD_ROW(Record, "culprit", FIELD_TEXT, culprit, OPTIONAL),
    FIELD_ROW(Record, "seconds", FIELD_REAL, seconds, TOLD | SHARED),
    FIELD_ROW(Record, "steal", FIELD_REAL, steal, OPTIONAL),
    FIELD_ROW(Record, "compiling", FIELD_UNSIGNED, compiling, OPTIONAL),
    FIELD_ROW(Record, "condition", FIELD_TEXT, condition, TOLD | SHARED),
    FIELD_ROWS(Record, "verdict", FIELD_NAMES, verdicts, verdict_count, OPTIONAL, NULL),
    FIELD_ROW(Record, "thin_air", FIELD_FLAG, thin_air, OPTIONAL),
    FIELD_ROW(Record, "witnesses", FIELD_COUNT, witnesses, TOLD),
    FIELD_ROW(Record, "source", FIELD_TEXT, source, OPTIONAL | MACHINE | TOLD),
    FIELD_ROW(Record, "program", FIELD_TEXT, program, OPTIONAL | TOLD),
    FIELD_PART("campaign", offsetof(Record, campaign), OPTIONAL, &campaign_fields),
    FIELD_ROWS(Record, "histogram", FIELD_LIST, states, state_count, TOLD | SHARED, &state_fields),
    FIELD_ROWS(Record, "mutants", FIELD_LIST, mutants, mutant_count, OPTIONAL | TOLD, &mutant_fields),
    FIELD_ROW(Record, "litmus", FIELD_TEXT, litmus, OPTIONAL),
};
const Fields record_fields = {"weakmem.run/1", sizeof(Record), FIELD_TABLE(record_rows)};

void record_write(const Record *record, Text *out) {
  JsonText json = {.out = out};
  fields_write(&record_fields, record, &json);
  text_add_char(out, '\n');
}

bool record_same_run(const Record *a, const Record *b) { return fields_equal(&record_fields, a, b, RECORD_RUN); }

const char *record_verdict(const RecordVerdict *verdicts, unsigned count, const char *model) {
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(verdicts[i].model, model))
      return verdicts[i].verdict;
  return "";
}
