#include "results/record.h"

#include "harness/base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA "weakmem.run/1"

static const char *or_empty(const char *text) { return text ? text : ""; }

// ---- Record -> JSON

// JSON is UTF-8; file names and compilers' messages need not be. What is not becomes '?'.
static json_t *string_of(const char *text) {
  json_t *string = json_string(or_empty(text));
  if (string)
    return string;
  Text clean = {0};
  for (size_t at = 0, length = strlen(text), size; at < length; at += size) {
    uint32_t code;
    size = utf8_lenient(text + at, length - at, &code);
    text_add_bytes(&clean, code == UTF8_REPLACEMENT ? "?" : text + at, code == UTF8_REPLACEMENT ? 1 : size);
  }
  string = json_string(text_string(&clean));
  text_free(&clean);
  return string;
}

static void set_string(json_t *object, const char *key, const char *text) {
  json_object_set_new(object, key, string_of(text));
}

// JSON has no unsigned numbers: what does not fit a signed one is written as text.
static void set_count(json_t *object, const char *key, uint64_t count) {
  char digits[32];
  if (count <= INT64_MAX) {
    json_object_set_new(object, key, json_integer((json_int_t)count));
    return;
  }
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
  set_string(object, key, digits);
}

static json_t *number_of(double number) {
  if (number > -1e15 && number < 1e15 && number == (double)(int64_t)number)
    return json_integer((json_int_t)number);
  return json_real(number);
}

json_t *record_machine_to_json(const Identity *machine) {
  json_t *object = json_object();
  set_string(object, "arch", machine->arch);
  set_string(object, "cpu", machine->cpu);
  set_string(object, "vendor", machine->vendor);
  json_object_set_new(object, "family", json_integer(machine->family));
  json_object_set_new(object, "model", json_integer(machine->model));
  json_object_set_new(object, "stepping", json_integer(machine->stepping));
  set_string(object, "microcode", machine->microcode);
  json_object_set_new(object, "cores", json_integer(machine->cores));
  json_object_set_new(object, "pus", json_integer(machine->pus));
  set_string(object, "virtual", machine->virtual_);
  json_object_set_new(object, "emulated", json_boolean(machine->emulated));
  set_string(object, "kernel", machine->kernel);
  json_object_set_new(object, "cache_line", json_integer(machine->cache_line));
  json_object_set_new(object, "lse", json_boolean(machine->has_lse));
  return object;
}

static json_t *settings_to_json(const Record *record) {
  json_t *object = json_object();
  for (unsigned i = 0; i < record->setting_count; i++) {
    const RecordSetting *setting = &record->settings[i];
    json_object_set_new(object, setting->name,
                        setting->is_number ? number_of(setting->number) : string_of(setting->text));
  }
  return object;
}

static json_t *placement_to_json(const Record *record) {
  json_t *object = json_object(), *pus = json_array();
  set_string(object, "name", record->placement);
  for (unsigned i = 0; i < record->pu_count; i++)
    json_array_append_new(pus, json_integer(record->pus[i]));
  json_object_set_new(object, "pus", pus);
  return object;
}

static json_t *state_to_json(const RecordState *state) {
  json_t *object = json_object();
  set_string(object, "state", state->state);
  set_count(object, "count", state->count);
  json_object_set_new(object, "witness", json_boolean(state->witness));
  if (state->weak >= 0)
    json_object_set_new(object, "weak", json_boolean(state->weak));
  if (state->thin_air)
    json_object_set_new(object, "thin_air", json_true());
  if (state->verdict_count) {
    json_t *verdicts = json_object();
    for (unsigned i = 0; i < state->verdict_count; i++)
      set_string(verdicts, state->verdicts[i].model, state->verdicts[i].verdict);
    json_object_set_new(object, "verdict", verdicts);
  }
  return object;
}

static json_t *compiler_to_json(const Record *record) {
  json_t *object = json_object();
  set_string(object, "path", record->compiler_path);
  set_string(object, "version", record->compiler_version);
  set_string(object, "flags", record->compiler_flags);
  return object;
}

json_t *record_to_json(const Record *record) {
  json_t *object = json_object();
  set_string(object, "schema", SCHEMA);
  set_string(object, "test", record->test);
  if (record->family && *record->family)
    set_string(object, "family", record->family);
  set_string(object, "file", record->file);
  set_string(object, "digest", record->digest);
  set_string(object, "started", record->started);
  set_string(object, "weakmem", record->weakmem);
  set_string(object, "status", record->status);
  if (record->message && *record->message)
    set_string(object, "message", record->message);
  json_object_set_new(object, "machine", record_machine_to_json(&record->machine));
  json_object_set_new(object, "compiler", compiler_to_json(record));
  set_string(object, "engine", record->engine);
  json_object_set_new(object, "settings", settings_to_json(record));
  set_string(object, "actors", record->actors);
  set_string(object, "fence", record->fence);
  json_object_set_new(object, "placement", placement_to_json(record));
  set_count(object, "seed", record->seed);
  set_count(object, "iterations", record->iterations);
  if (record->frames)
    set_count(object, "frames", record->frames);
  if (record->lost)
    set_count(object, "lost", record->lost);
  if (record->filtered)
    set_count(object, "filtered", record->filtered);
  if (record->forbidden_state && *record->forbidden_state) {
    set_string(object, "forbidden_state", record->forbidden_state);
    set_string(object, "forbidden_by", record->forbidden_by);
  }
  json_object_set_new(object, "seconds", json_real(record->seconds));
  set_string(object, "condition", record->condition);
  set_count(object, "witnesses", record->witnesses);
  if (record->source && *record->source)
    set_string(object, "source", record->source);
  if (record->program && *record->program)
    set_string(object, "program", record->program);
  json_t *histogram = json_array();
  for (unsigned i = 0; i < record->state_count; i++)
    json_array_append_new(histogram, state_to_json(&record->states[i]));
  json_object_set_new(object, "histogram", histogram);
  if (record->litmus && *record->litmus)
    set_string(object, "litmus", record->litmus);
  return object;
}

bool record_add_line(const json_t *object, Text *out) {
  char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15)); // 2.614, not 2.6139999999999999
  if (!line)
    return false;
  text_add(out, line);
  text_add_char(out, '\n');
  free(line);
  return true;
}

// ---- JSON -> Record
//
// A field that is absent is empty, or 0; one of another type than ours makes the line none of ours.

typedef struct {
  Arena *arena;
  Diag *diag;
  bool good;
} Reader;

static void reject(Reader *reader, const char *key, const char *expected) {
  if (reader->good)
    diag_error(reader->diag, "\"%s\" is not %s", key, expected);
  reader->good = false;
}

static const char *get_string(Reader *reader, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (!value || json_is_null(value))
    return "";
  if (!json_is_string(value)) {
    reject(reader, key, "a string");
    return "";
  }
  return arena_copy(reader->arena, json_string_value(value), json_string_length(value));
}

// Digits alone, and no more than fit: the library's functions take a sign, and say nothing of an overflow.
static bool read_digits(const char *text, uint64_t *out) {
  const char *at = text;
  for (*out = 0; *at >= '0' && *at <= '9'; at++) {
    uint64_t digit = (uint64_t)(*at - '0');
    if (*out > (UINT64_MAX - digit) / 10)
      return false;
    *out = *out * 10 + digit;
  }
  return at > text && !*at;
}

static uint64_t get_count(Reader *reader, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (!value)
    return 0;
  if (json_is_integer(value) && json_integer_value(value) >= 0)
    return (uint64_t)json_integer_value(value);
  uint64_t count;
  if (json_is_string(value) && read_digits(json_string_value(value), &count))
    return count;
  reject(reader, key, "a count");
  return 0;
}

static int get_integer(Reader *reader, const json_t *object, const char *key, int absent) {
  const json_t *value = json_object_get(object, key);
  if (!value || json_is_null(value))
    return absent;
  if (json_is_integer(value) && json_integer_value(value) >= -1 && json_integer_value(value) <= INT32_MAX)
    return (int)json_integer_value(value);
  reject(reader, key, "a number");
  return absent;
}

static unsigned get_unsigned(Reader *reader, const json_t *object, const char *key) {
  int value = get_integer(reader, object, key, 0);
  if (value < 0)
    reject(reader, key, "a count");
  return value < 0 ? 0 : (unsigned)value;
}

static int get_flag(Reader *reader, const json_t *object, const char *key, int absent) {
  const json_t *value = json_object_get(object, key);
  if (!value || json_is_null(value))
    return absent;
  if (!json_is_boolean(value))
    reject(reader, key, "true or false");
  return json_is_true(value);
}

static double get_number(Reader *reader, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (value && !json_is_number(value))
    reject(reader, key, "a number");
  return json_number_value(value);
}

// The object or array of that key; NULL where it is absent.
static const json_t *get_object(Reader *reader, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (value && !json_is_object(value))
    reject(reader, key, "an object");
  return json_is_object(value) ? value : NULL;
}

static const json_t *get_array(Reader *reader, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (value && !json_is_array(value))
    reject(reader, key, "an array");
  return json_is_array(value) ? value : NULL;
}

static Identity read_machine(Reader *reader, const json_t *object) {
  return (Identity){.arch = get_string(reader, object, "arch"),
                    .cpu = get_string(reader, object, "cpu"),
                    .vendor = get_string(reader, object, "vendor"),
                    .family = get_integer(reader, object, "family", -1),
                    .model = get_integer(reader, object, "model", -1),
                    .stepping = get_integer(reader, object, "stepping", -1),
                    .microcode = get_string(reader, object, "microcode"),
                    .cores = get_unsigned(reader, object, "cores"),
                    .pus = get_unsigned(reader, object, "pus"),
                    .virtual_ = get_string(reader, object, "virtual"),
                    .emulated = get_flag(reader, object, "emulated", 0),
                    .kernel = get_string(reader, object, "kernel"),
                    .cache_line = get_unsigned(reader, object, "cache_line"),
                    .has_lse = get_flag(reader, object, "lse", 0)};
}

static void read_settings(Reader *reader, const json_t *object, Record *out) {
  out->settings = ARENA_ARRAY(reader->arena, RecordSetting, json_object_size(object) + 1);
  for (void *at = json_object_iter((json_t *)object); at; at = json_object_iter_next((json_t *)object, at)) {
    const json_t *value = json_object_iter_value(at);
    RecordSetting *setting = &out->settings[out->setting_count];
    *setting = (RecordSetting){.name = arena_string(reader->arena, json_object_iter_key(at)),
                               .is_number = json_is_number(value),
                               .number = json_number_value(value)};
    if (json_is_string(value))
      setting->text = arena_string(reader->arena, json_string_value(value));
    out->setting_count += json_is_number(value) || json_is_string(value);
  }
}

static void read_placement(Reader *reader, const json_t *object, Record *out) {
  out->placement = get_string(reader, object, "name");
  const json_t *pus = get_array(reader, object, "pus");
  out->pus = ARENA_ARRAY(reader->arena, unsigned, json_array_size(pus) + 1);
  for (size_t i = 0; i < json_array_size(pus); i++) {
    json_int_t pu = json_integer_value(json_array_get(pus, i));
    if (pu < 0 || pu > INT32_MAX || !json_is_integer(json_array_get(pus, i)))
      reject(reader, "pus", "a list of PUs");
    else
      out->pus[out->pu_count++] = (unsigned)pu;
  }
}

static void read_verdicts(Reader *reader, const json_t *object, RecordState *out) {
  out->verdicts = ARENA_ARRAY(reader->arena, RecordVerdict, json_object_size(object) + 1);
  for (void *at = json_object_iter((json_t *)object); at; at = json_object_iter_next((json_t *)object, at)) {
    const json_t *value = json_object_iter_value(at);
    if (!json_is_string(value))
      reject(reader, "verdict", "an object of strings");
    else
      out->verdicts[out->verdict_count++] = (RecordVerdict){arena_string(reader->arena, json_object_iter_key(at)),
                                                            arena_string(reader->arena, json_string_value(value))};
  }
}

static void read_state(Reader *reader, const json_t *object, RecordState *out) {
  if (!json_is_object(object) || !json_is_string(json_object_get(object, "state"))) {
    reject(reader, "histogram", "a list of states");
    return;
  }
  *out = (RecordState){.state = get_string(reader, object, "state"),
                       .count = get_count(reader, object, "count"),
                       .witness = get_flag(reader, object, "witness", 0),
                       .weak = get_flag(reader, object, "weak", -1),
                       .thin_air = get_flag(reader, object, "thin_air", 0) > 0};
  read_verdicts(reader, get_object(reader, object, "verdict"), out);
}

static void read_histogram(Reader *reader, const json_t *array, Record *out) {
  out->states = ARENA_ARRAY(reader->arena, RecordState, json_array_size(array) + 1);
  for (size_t i = 0; i < json_array_size(array) && reader->good; i++)
    read_state(reader, json_array_get(array, i), &out->states[out->state_count++]);
}

bool record_from_json(const json_t *json, Arena *arena, Record *out, Diag *diag) {
  const char *schema = json_string_value(json_object_get(json, "schema"));
  if (!schema)
    return diag_error(diag, "no record: it names no \"schema\"");
  unsigned version;
  if (sscanf(schema, "weakmem.%*[a-z]/%9u", &version) == 1 && version > 1)
    return diag_error(diag, "a newer schema than this weakmem knows: \"%.40s\"", schema);
  if (strcmp(schema, SCHEMA) != 0)
    return diag_error(diag, "a record of another kind: \"%.40s\"", schema);
  static const char *const needed[] = {"test", "status", "machine"};
  for (unsigned i = 0; i < sizeof needed / sizeof *needed; i++)
    if (!json_object_get(json, needed[i]))
      return diag_error(diag, "no record: \"%s\" is missing", needed[i]);
  Reader reader = {.arena = arena, .diag = diag, .good = true};
  Reader *r = &reader;
  const json_t *compiler = get_object(r, json, "compiler");
  *out = (Record){.test = get_string(r, json, "test"),
                  .family = get_string(r, json, "family"),
                  .file = get_string(r, json, "file"),
                  .digest = get_string(r, json, "digest"),
                  .started = get_string(r, json, "started"),
                  .weakmem = get_string(r, json, "weakmem"),
                  .status = get_string(r, json, "status"),
                  .message = get_string(r, json, "message"),
                  .machine = read_machine(r, get_object(r, json, "machine")),
                  .compiler_path = get_string(r, compiler, "path"),
                  .compiler_version = get_string(r, compiler, "version"),
                  .compiler_flags = get_string(r, compiler, "flags"),
                  .engine = get_string(r, json, "engine"),
                  .actors = get_string(r, json, "actors"),
                  .fence = get_string(r, json, "fence"),
                  .seed = get_count(r, json, "seed"),
                  .iterations = get_count(r, json, "iterations"),
                  .frames = get_count(r, json, "frames"),
                  .witnesses = get_count(r, json, "witnesses"),
                  .seconds = get_number(r, json, "seconds"),
                  .condition = get_string(r, json, "condition"),
                  .source = get_string(r, json, "source"),
                  .program = get_string(r, json, "program"),
                  .litmus = get_string(r, json, "litmus"),
                  .lost = get_count(r, json, "lost"),
                  .filtered = get_count(r, json, "filtered"),
                  .forbidden_state = get_string(r, json, "forbidden_state"),
                  .forbidden_by = get_string(r, json, "forbidden_by")};
  read_settings(r, get_object(r, json, "settings"), out);
  read_placement(r, get_object(r, json, "placement"), out);
  read_histogram(r, get_array(r, json, "histogram"), out);
  return reader.good && record_check(out, diag);
}

bool record_machine_from_json(const json_t *object, Arena *arena, Identity *out, Diag *diag) {
  Reader reader = {.arena = arena, .diag = diag, .good = true};
  *out = read_machine(&reader, object);
  return reader.good;
}

// ---- Which runs are the same

static bool same(const char *a, const char *b) { return !strcmp(or_empty(a), or_empty(b)); }

static bool same_machine(const Identity *a, const Identity *b) {
  return same(a->arch, b->arch) && same(a->cpu, b->cpu) && same(a->vendor, b->vendor) && a->family == b->family &&
         a->model == b->model && a->stepping == b->stepping && same(a->microcode, b->microcode) &&
         a->cores == b->cores && a->pus == b->pus && same(a->virtual_, b->virtual_) && a->emulated == b->emulated &&
         same(a->kernel, b->kernel);
}

bool record_same_run(const Record *a, const Record *b) {
  return same(a->digest, b->digest) && same(a->engine, b->engine) && same(a->placement, b->placement) &&
         a->pu_count == b->pu_count && (!a->pu_count || !memcmp(a->pus, b->pus, a->pu_count * sizeof *a->pus)) &&
         same(a->actors, b->actors) && same(a->fence, b->fence) && same(a->compiler_path, b->compiler_path) &&
         same(a->compiler_version, b->compiler_version) && same(a->compiler_flags, b->compiler_flags) &&
         same_machine(&a->machine, &b->machine);
}
