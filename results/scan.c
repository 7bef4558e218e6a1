#include "results/scan.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 16, FIRST_NODES = 256 };

// ---- JSON (RFC 8259) as a list of values in the order of the text

typedef enum { NODE_NULL, NODE_FALSE, NODE_TRUE, NODE_INTEGER, NODE_REAL, NODE_STRING, NODE_ARRAY, NODE_OBJECT } Kind;

typedef struct {
  Kind kind;
  unsigned after; // index of the value behind it and all that is in it
  const char *key;
  union {
    int64_t integer;
    double real;
    const char *string;
    unsigned count; // of what an array or an object holds
  };
} Node;

struct RecordScan {
  char *text; // a copy of the line, in which strings are decoded in place
  size_t text_capacity;
  char *at;
  Node *nodes;
  unsigned node_count, node_capacity;
  RecordState *states;
  RecordVerdict *verdicts;
  RecordSetting *settings;
  unsigned *pus;
  unsigned verdict_count; // of all states
  unsigned part_capacity; // of each of the four
};

static void *grow(void *old, size_t count, size_t size) {
  void *grown = reallocarray(old, count, size);
  if (!grown)
    abort();
  return grown;
}

RecordScan *record_scan_new(void) {
  RecordScan *scan = grow(NULL, 1, sizeof *scan);
  *scan = (RecordScan){0};
  return scan;
}

void record_scan_free(RecordScan *scan) {
  if (!scan)
    return;
  free(scan->text);
  free(scan->nodes);
  free(scan->states);
  free(scan->verdicts);
  free(scan->settings);
  free(scan->pus);
  free(scan);
}

static void skip_blanks(RecordScan *scan) {
  while (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n')
    scan->at++;
}

static bool take(RecordScan *scan, char c) {
  skip_blanks(scan);
  if (*scan->at != c)
    return false;
  scan->at++;
  return true;
}

static unsigned node_new(RecordScan *scan) {
  if (scan->node_count == scan->node_capacity) {
    scan->node_capacity = scan->node_capacity ? scan->node_capacity * 2 : FIRST_NODES;
    scan->nodes = grow(scan->nodes, scan->node_capacity, sizeof *scan->nodes);
  }
  scan->nodes[scan->node_count] = (Node){.kind = NODE_NULL};
  return scan->node_count++;
}

// What stands behind a backslash; 0 where it is not one character.
static char unescape(char c) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *found = c ? strchr(from, c) : NULL;
  if (!found)
    return '\0';
  return to[found - from];
}

// Behind the opening quote. NULL where it does not end, or is not plain.
static const char *read_string(RecordScan *scan) {
  char *start = scan->at, *to = start;
  for (char *at = start;;) {
    unsigned char c = (unsigned char)*at;
    if (c < ' ' || c >= 0x7f)
      return NULL;
    if (c == '"') {
      *to = '\0';
      scan->at = at + 1;
      return start;
    }
    if (c == '\\') {
      c = (unsigned char)unescape(at[1]);
      if (!c)
        return NULL;
      at++;
    }
    *to++ = (char)c;
    at++;
  }
}

static bool read_number(RecordScan *scan, Node *node) {
  enum { DIGITS = 18 }; // that surely fit
  char *start = scan->at, *at = start;
  bool negative = *at == '-', real = false;
  at += negative;
  if (!isdigit((unsigned char)*at) || (*at == '0' && isdigit((unsigned char)at[1])))
    return false;
  int64_t value = 0;
  unsigned digits = 0;
  for (; isdigit((unsigned char)*at); at++)
    if (++digits <= DIGITS)
      value = value * 10 + (*at - '0');
  if (*at == '.') {
    real = true;
    if (!isdigit((unsigned char)*++at))
      return false;
    while (isdigit((unsigned char)*at))
      at++;
  }
  if (*at == 'e' || *at == 'E') {
    real = true;
    at++;
    at += *at == '+' || *at == '-';
    if (!isdigit((unsigned char)*at))
      return false;
    while (isdigit((unsigned char)*at))
      at++;
  }
  scan->at = at;
  if (real)
    *node = (Node){.kind = NODE_REAL, .key = node->key, .real = strtod(start, NULL)};
  else
    *node = (Node){.kind = NODE_INTEGER, .key = node->key, .integer = negative ? -value : value};
  return real ? isfinite(node->real) : digits <= DIGITS;
}

static bool take_word(RecordScan *scan, const char *word) {
  size_t length = strlen(word);
  if (strncmp(scan->at, word, length) != 0)
    return false;
  scan->at += length;
  return true;
}

static bool read_value(RecordScan *scan, const char *key, unsigned depth);

// Behind the opening bracket or brace, of the node `self`.
static bool read_members(RecordScan *scan, unsigned self, char close, unsigned depth) {
  bool object = close == '}';
  unsigned count = 0;
  if (!take(scan, close)) {
    do {
      const char *key = NULL;
      if (object && (!take(scan, '"') || !(key = read_string(scan)) || !take(scan, ':')))
        return false;
      if (!read_value(scan, key, depth + 1))
        return false;
      count++;
    } while (take(scan, ','));
    if (!take(scan, close))
      return false;
  }
  scan->nodes[self].kind = object ? NODE_OBJECT : NODE_ARRAY;
  scan->nodes[self].count = count;
  return true;
}

static bool read_value(RecordScan *scan, const char *key, unsigned depth) {
  if (depth > DEPTH)
    return false;
  unsigned self = node_new(scan);
  scan->nodes[self].key = key;
  skip_blanks(scan);
  bool good = true;
  char c = *scan->at;
  if (c == '"') {
    scan->at++;
    const char *string = read_string(scan);
    good = string;
    scan->nodes[self].kind = NODE_STRING;
    scan->nodes[self].string = string;
  } else if (c == '{' || c == '[') {
    scan->at++;
    good = read_members(scan, self, c == '{' ? '}' : ']', depth);
  } else if (c == 't' || c == 'f' || c == 'n') {
    good = take_word(scan, c == 't' ? "true" : c == 'f' ? "false" : "null");
    scan->nodes[self].kind = c == 't' ? NODE_TRUE : c == 'f' ? NODE_FALSE : NODE_NULL;
  } else {
    good = read_number(scan, &scan->nodes[self]);
  }
  scan->nodes[self].after = scan->node_count;
  return good;
}

static bool read_line(RecordScan *scan, const char *line, size_t length) {
  if (length + 1 > scan->text_capacity) {
    scan->text_capacity = (length + 1) * 2;
    scan->text = grow(scan->text, scan->text_capacity, 1);
  }
  memcpy(scan->text, line, length);
  scan->text[length] = '\0';
  scan->at = scan->text;
  scan->node_count = 0;
  if (!read_value(scan, NULL, 0) || scan->nodes[0].kind != NODE_OBJECT)
    return false;
  skip_blanks(scan);
  return scan->at == scan->text + length;
}

// ---- Values -> Record

typedef enum { FIELD_STRING, FIELD_COUNT, FIELD_NUMBER, FIELD_INTEGER, FIELD_UNSIGNED, FIELD_FLAG, FIELD_WEAK } Type;

typedef struct {
  const char *key;
  Type type;
  size_t offset;
} Field;

#define RECORD(key, type, member)                                                                                      \
  { key, type, offsetof(Record, member) }
static const Field record_fields[] = {
    RECORD("test", FIELD_STRING, test),
    RECORD("family", FIELD_STRING, family),
    RECORD("file", FIELD_STRING, file),
    RECORD("digest", FIELD_STRING, digest),
    RECORD("started", FIELD_STRING, started),
    RECORD("weakmem", FIELD_STRING, weakmem),
    RECORD("status", FIELD_STRING, status),
    RECORD("message", FIELD_STRING, message),
    RECORD("engine", FIELD_STRING, engine),
    RECORD("actors", FIELD_STRING, actors),
    RECORD("fence", FIELD_STRING, fence),
    RECORD("seed", FIELD_COUNT, seed),
    RECORD("iterations", FIELD_COUNT, iterations),
    RECORD("frames", FIELD_COUNT, frames),
    RECORD("lost", FIELD_COUNT, lost),
    RECORD("filtered", FIELD_COUNT, filtered),
    RECORD("forbidden_state", FIELD_STRING, forbidden_state),
    RECORD("forbidden_by", FIELD_STRING, forbidden_by),
    RECORD("seconds", FIELD_NUMBER, seconds),
    RECORD("condition", FIELD_STRING, condition),
    RECORD("witnesses", FIELD_COUNT, witnesses),
    RECORD("source", FIELD_STRING, source),
    RECORD("program", FIELD_STRING, program),
};
#define MACHINE(key, type, member)                                                                                     \
  { key, type, offsetof(Identity, member) }
static const Field machine_fields[] = {
    MACHINE("arch", FIELD_STRING, arch),
    MACHINE("cpu", FIELD_STRING, cpu),
    MACHINE("vendor", FIELD_STRING, vendor),
    MACHINE("family", FIELD_INTEGER, family),
    MACHINE("model", FIELD_INTEGER, model),
    MACHINE("stepping", FIELD_INTEGER, stepping),
    MACHINE("microcode", FIELD_STRING, microcode),
    MACHINE("cores", FIELD_UNSIGNED, cores),
    MACHINE("pus", FIELD_UNSIGNED, pus),
    MACHINE("virtual", FIELD_STRING, virtual_),
    MACHINE("emulated", FIELD_FLAG, emulated),
    MACHINE("kernel", FIELD_STRING, kernel),
    MACHINE("cache_line", FIELD_UNSIGNED, cache_line),
    MACHINE("lse", FIELD_FLAG, has_lse),
};
#define COMPILER(key, member)                                                                                          \
  { key, FIELD_STRING, offsetof(Record, member) }
static const Field compiler_fields[] = {COMPILER("path", compiler_path), COMPILER("version", compiler_version),
                                        COMPILER("flags", compiler_flags)};
#define STATE(key, type, member)                                                                                       \
  { key, type, offsetof(RecordState, member) }
static const Field state_fields[] = {STATE("state", FIELD_STRING, state), STATE("count", FIELD_COUNT, count),
                                     STATE("witness", FIELD_FLAG, witness), STATE("weak", FIELD_WEAK, weak),
                                     STATE("thin_air", FIELD_FLAG, thin_air)};

static bool set_field(const Field *field, const Node *node, char *object) {
  void *out = object + field->offset;
  if (node->kind == NODE_NULL) // absent; record_from_json says for which fields
    return false;
  switch (field->type) {
  case FIELD_STRING:
    if (node->kind == NODE_STRING)
      *(const char **)out = node->string;
    return node->kind == NODE_STRING;
  case FIELD_COUNT: // counts that are written as text are left to record_from_json
    if (node->kind == NODE_INTEGER)
      *(uint64_t *)out = (uint64_t)node->integer;
    return node->kind == NODE_INTEGER && node->integer >= 0;
  case FIELD_NUMBER:
    if (node->kind == NODE_INTEGER || node->kind == NODE_REAL)
      *(double *)out = node->kind == NODE_REAL ? node->real : (double)node->integer;
    return node->kind == NODE_INTEGER || node->kind == NODE_REAL;
  case FIELD_INTEGER:
  case FIELD_UNSIGNED:
    if (node->kind != NODE_INTEGER || node->integer < (field->type == FIELD_INTEGER ? -1 : 0) ||
        node->integer > INT32_MAX)
      return false;
    *(int *)out = (int)node->integer; // an unsigned one is represented alike
    return true;
  case FIELD_FLAG:
    *(bool *)out = node->kind == NODE_TRUE;
    return node->kind == NODE_TRUE || node->kind == NODE_FALSE;
  case FIELD_WEAK:
    *(int *)out = node->kind == NODE_TRUE;
    return node->kind == NODE_TRUE || node->kind == NODE_FALSE;
  }
  return false;
}

// The field of a key; NULL where it is none of these. Fields mostly come in our order: the search goes on from `*from`.
static const Field *find_field(const Field *fields, unsigned count, const char *key, unsigned *from) {
  for (unsigned i = 0; i < count; i++) {
    unsigned at = (*from + i) % count;
    if (!strcmp(fields[at].key, key)) {
      *from = at + 1;
      return &fields[at];
    }
  }
  return NULL;
}

static bool set_fields(const RecordScan *scan, const Node *object, const Field *fields, unsigned count, void *out) {
  unsigned from = 0;
  if (object->kind != NODE_OBJECT)
    return false;
  for (const Node *node = object + 1; node < &scan->nodes[object->after]; node = &scan->nodes[node->after]) {
    const Field *field = find_field(fields, count, node->key, &from);
    if (field && !set_field(field, node, out))
      return false;
  }
  return true;
}
#define SET_FIELDS(scan, node, fields, out) set_fields(scan, node, fields, sizeof(fields) / sizeof *(fields), out)

static bool set_verdicts(RecordScan *scan, const Node *object, RecordState *state) {
  if (object->kind != NODE_OBJECT)
    return false;
  state->verdicts = scan->verdicts + scan->verdict_count;
  state->verdict_count = 0;
  for (const Node *node = object + 1; node < &scan->nodes[object->after]; node = &scan->nodes[node->after]) {
    if (node->kind != NODE_STRING)
      return false;
    state->verdicts[state->verdict_count++] = (RecordVerdict){node->key, node->string};
  }
  scan->verdict_count += state->verdict_count;
  return true;
}

static bool set_states(RecordScan *scan, const Node *array, Record *out) {
  if (array->kind != NODE_ARRAY)
    return false;
  out->states = scan->states;
  out->state_count = 0;
  for (const Node *node = array + 1; node < &scan->nodes[array->after]; node = &scan->nodes[node->after]) {
    RecordState *state = &scan->states[out->state_count++];
    *state = (RecordState){.weak = -1};
    if (!SET_FIELDS(scan, node, state_fields, state) || !state->state)
      return false;
    for (const Node *field = node + 1; field < &scan->nodes[node->after]; field = &scan->nodes[field->after])
      if (!strcmp(field->key, "verdict") && !set_verdicts(scan, field, state))
        return false;
  }
  return true;
}

static bool set_settings(RecordScan *scan, const Node *object, Record *out) {
  if (object->kind != NODE_OBJECT)
    return false;
  out->settings = scan->settings;
  out->setting_count = 0;
  for (const Node *node = object + 1; node < &scan->nodes[object->after]; node = &scan->nodes[node->after]) {
    RecordSetting *setting = &scan->settings[out->setting_count];
    *setting = (RecordSetting){.name = node->key, .is_number = node->kind != NODE_STRING};
    if (node->kind == NODE_STRING)
      setting->text = node->string;
    else if (node->kind == NODE_INTEGER || node->kind == NODE_REAL)
      setting->number = node->kind == NODE_REAL ? node->real : (double)node->integer;
    else
      continue;
    out->setting_count++;
  }
  return true;
}

static bool set_placement(RecordScan *scan, const Node *object, Record *out) {
  static const Field fields[] = {{"name", FIELD_STRING, offsetof(Record, placement)}};
  if (!SET_FIELDS(scan, object, fields, out))
    return false;
  for (const Node *node = object + 1; node < &scan->nodes[object->after]; node = &scan->nodes[node->after]) {
    if (strcmp(node->key, "pus") != 0)
      continue;
    if (node->kind != NODE_ARRAY)
      return false;
    out->pu_count = 0;
    for (const Node *pu = node + 1; pu < &scan->nodes[node->after]; pu = &scan->nodes[pu->after]) {
      if (pu->kind != NODE_INTEGER || pu->integer < 0 || pu->integer > INT32_MAX)
        return false;
      scan->pus[out->pu_count++] = (unsigned)pu->integer;
    }
  }
  return true;
}

// Room for as many parts of each kind as there are values.
static void make_room(RecordScan *scan) {
  scan->verdict_count = 0;
  if (scan->node_count <= scan->part_capacity)
    return;
  scan->part_capacity = scan->node_capacity;
  scan->states = grow(scan->states, scan->part_capacity, sizeof *scan->states);
  scan->verdicts = grow(scan->verdicts, scan->part_capacity, sizeof *scan->verdicts);
  scan->settings = grow(scan->settings, scan->part_capacity, sizeof *scan->settings);
  scan->pus = grow(scan->pus, scan->part_capacity, sizeof *scan->pus);
}

static void set_absent(const Field *fields, unsigned count, void *object) {
  for (unsigned i = 0; i < count; i++)
    if (fields[i].type == FIELD_STRING)
      *(const char **)(void *)((char *)object + fields[i].offset) = "";
}
#define SET_ABSENT(fields, object) set_absent(fields, sizeof(fields) / sizeof *(fields), object)

static bool set_parts(RecordScan *scan, Record *out) {
  const Node *object = &scan->nodes[0];
  for (const Node *node = object + 1; node < &scan->nodes[object->after]; node = &scan->nodes[node->after]) {
    bool good = true;
    if (!strcmp(node->key, "machine"))
      good = SET_FIELDS(scan, node, machine_fields, &out->machine);
    else if (!strcmp(node->key, "compiler"))
      good = SET_FIELDS(scan, node, compiler_fields, out);
    else if (!strcmp(node->key, "placement"))
      good = set_placement(scan, node, out);
    else if (!strcmp(node->key, "settings"))
      good = set_settings(scan, node, out);
    else if (!strcmp(node->key, "histogram"))
      good = set_states(scan, node, out);
    if (!good)
      return false;
  }
  return true;
}

static const char *find_string(const RecordScan *scan, const char *key) {
  const Node *object = &scan->nodes[0];
  for (const Node *node = object + 1; node < &scan->nodes[object->after]; node = &scan->nodes[node->after])
    if (!strcmp(node->key, key))
      return node->kind == NODE_STRING ? node->string : NULL;
  return NULL;
}

// Of a key that comes twice record_from_json takes the last; that is left to it.
static bool keys_differ(const RecordScan *scan, const Node *object) {
  for (const Node *a = object + 1; a < &scan->nodes[object->after]; a = &scan->nodes[a->after])
    for (const Node *b = &scan->nodes[a->after]; b < &scan->nodes[object->after]; b = &scan->nodes[b->after])
      if (a->key[0] == b->key[0] && !strcmp(a->key, b->key))
        return false;
  return true;
}

static bool all_keys_differ(const RecordScan *scan) {
  enum { KEYS = 64 }; // more are unusual
  for (unsigned i = 0; i < scan->node_count; i++)
    if (scan->nodes[i].kind == NODE_OBJECT && (scan->nodes[i].count > KEYS || !keys_differ(scan, &scan->nodes[i])))
      return false;
  return true;
}

bool record_scan(RecordScan *scan, const char *line, size_t length, Record *out) {
  if (!read_line(scan, line, length) || !all_keys_differ(scan))
    return false;
  const char *schema = find_string(scan, "schema");
  if (!schema || strcmp(schema, "weakmem.run/1") != 0 || !find_string(scan, "test") || !find_string(scan, "status"))
    return false;
  make_room(scan);
  *out = (Record){.placement = "",
                  .states = scan->states,
                  .settings = scan->settings,
                  .pus = scan->pus,
                  .machine = {.family = -1, .model = -1, .stepping = -1}};
  SET_ABSENT(record_fields, out);
  SET_ABSENT(compiler_fields, out);
  SET_ABSENT(machine_fields, &out->machine);
  return SET_FIELDS(scan, &scan->nodes[0], record_fields, out) && set_parts(scan, out);
}
