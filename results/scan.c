#include "results/scan.h"

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
  DEPTH = 16, // of what is not ours and passed over
  NAMES = 64  // of an object that has any: more are unusual
};

struct RecordScan {
  char *text; // a copy of the line, in which strings are decoded in place, and WORD zeros
  size_t capacity;
  char *at;
  Record blank; // a record without any field
  RecordState *states;
  RecordVerdict *verdicts;
  RecordSetting *settings;
  unsigned *pus;
  size_t verdict_count; // of all states
};

// ---- JSON (RFC 8259), of which each function takes one thing at scan->at. False, or NULL, where it is not there, or
// is unusual.

enum { WORD = 8 };
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

// The high bit of each byte that is zero, and maybe of some above the lowest of them.
static uint64_t zeros(uint64_t word) { return (word - EACH(1)) & ~word & EACH(0x80); }

// How many of the next bytes stand for themselves in a string, up to a word: neither quote, backslash, control
// character nor anything beyond ASCII.
static unsigned plain_bytes(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  word = le64toh(word);
  uint64_t below_blank = (word - EACH(' ')) | word; // or beyond ASCII
  uint64_t odd =
      (below_blank & EACH(0x80)) | zeros(word ^ EACH('"')) | zeros(word ^ EACH('\\')) | zeros(word ^ EACH(0x7f));
  return odd ? (unsigned)__builtin_ctzll(odd) / 8 : WORD;
}

// What stands behind a backslash; 0 where it is not one character.
static char unescape(char c) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *found = c ? strchr(from, c) : NULL;
  if (!found)
    return '\0';
  return to[found - from];
}

// The rest of a string from its first backslash on.
static const char *read_escaped(RecordScan *scan, const char *start, char *at) {
  for (char *to = at;; at++) {
    unsigned char c = (unsigned char)*at;
    if (c < ' ' || c >= 0x7f)
      return NULL;
    if (c == '"') {
      *to = '\0';
      scan->at = at + 1;
      return start;
    }
    if (c == '\\') {
      c = (unsigned char)unescape(*++at);
      if (!c)
        return NULL;
    }
    *to++ = (char)c;
  }
}

// Behind the opening quote.
static const char *read_string(RecordScan *scan) {
  char *start = scan->at, *at = start;
  unsigned plain;
  while ((plain = plain_bytes(at)) == WORD)
    at += WORD;
  at += plain;
  if (*at != '"')
    return *at == '\\' ? read_escaped(scan, start, at) : NULL;
  *at = '\0';
  scan->at = at + 1;
  return start;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

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

static const char *take_string(RecordScan *scan) { return take(scan, '"') ? read_string(scan) : NULL; }

typedef struct {
  bool real;
  int64_t integer;
  double number; // of both kinds
} Number;

static bool take_digits(char **at) {
  if (!is_digit(**at))
    return false;
  while (is_digit(**at))
    ++*at;
  return true;
}

static bool take_number(RecordScan *scan, Number *out) {
  enum { DIGITS = 18 }; // that surely fit
  skip_blanks(scan);
  char *start = scan->at, *at = start;
  bool negative = *at == '-', real = false;
  at += negative;
  const char *first = at;
  if (!is_digit(*at) || (*at == '0' && is_digit(at[1])))
    return false;
  int64_t value = 0;
  for (; is_digit(*at); at++)
    if (at - first < DIGITS)
      value = value * 10 + (*at - '0');
  bool fits = at - first <= DIGITS;
  if (*at == '.') {
    real = true;
    at++;
    if (!take_digits(&at))
      return false;
  }
  if (*at == 'e' || *at == 'E') {
    real = true;
    at++;
    at += *at == '+' || *at == '-';
    if (!take_digits(&at))
      return false;
  }
  scan->at = at;
  value = negative ? -value : value;
  *out = (Number){.real = real, .integer = value, .number = real ? strtod(start, NULL) : (double)value};
  return real ? isfinite(out->number) : fits;
}

static bool take_word(RecordScan *scan, const char *word) {
  size_t length = strlen(word);
  skip_blanks(scan);
  if (strncmp(scan->at, word, length) != 0)
    return false;
  scan->at += length;
  return true;
}

static bool take_flag(RecordScan *scan, bool *out) {
  *out = take_word(scan, "true");
  return *out || take_word(scan, "false");
}

// The key of a member and its colon.
static const char *take_key(RecordScan *scan) {
  const char *key = take_string(scan);
  return key && take(scan, ':') ? key : NULL;
}

// A value of any kind, of which nothing is kept.
static bool skip_value(RecordScan *scan, unsigned depth) {
  Number number;
  bool flag;
  skip_blanks(scan);
  bool object = *scan->at == '{';
  if (*scan->at == '"')
    return take_string(scan);
  if (*scan->at == '-' || is_digit(*scan->at))
    return take_number(scan, &number);
  if (*scan->at == 'n')
    return take_word(scan, "null");
  if (!object && *scan->at != '[')
    return take_flag(scan, &flag);
  char close = object ? '}' : ']';
  scan->at++;
  if (take(scan, close))
    return true;
  do {
    if (depth == DEPTH || (object && !take_key(scan)) || !skip_value(scan, depth + 1))
      return false;
  } while (take(scan, ','));
  return take(scan, close);
}

// ---- The fields of a record, and of the objects in it

typedef enum {
  FIELD_STRING,
  FIELD_COUNT,
  FIELD_NUMBER,
  FIELD_INTEGER, // from -1
  FIELD_UNSIGNED,
  FIELD_FLAG,
  FIELD_WEAK, // a flag that may be unknown
  FIELD_SCHEMA,
  FIELD_OBJECT, // with fields of its own
  FIELD_SETTINGS,
  FIELD_PUS,
  FIELD_HISTOGRAM,
  FIELD_VERDICTS
} FieldType;

typedef struct Fields Fields;

typedef struct {
  const char *key;
  FieldType type;
  size_t offset;
  const Fields *fields; // of FIELD_OBJECT
} Field;

struct Fields {
  const Field *fields;
  unsigned count;  // up to 64
  uint64_t wanted; // a bit for each of those that must be there
};

#define FIELDS(name, array, must)                                                                                      \
  static_assert(sizeof(array) / sizeof *(array) <= 64, "a bit each");                                                  \
  static const Fields name = {array, sizeof(array) / sizeof *(array), must}

static const Field machine_array[] = {{"arch", FIELD_STRING, offsetof(Identity, arch), NULL},
                                      {"cpu", FIELD_STRING, offsetof(Identity, cpu), NULL},
                                      {"vendor", FIELD_STRING, offsetof(Identity, vendor), NULL},
                                      {"family", FIELD_INTEGER, offsetof(Identity, family), NULL},
                                      {"model", FIELD_INTEGER, offsetof(Identity, model), NULL},
                                      {"stepping", FIELD_INTEGER, offsetof(Identity, stepping), NULL},
                                      {"microcode", FIELD_STRING, offsetof(Identity, microcode), NULL},
                                      {"cores", FIELD_UNSIGNED, offsetof(Identity, cores), NULL},
                                      {"pus", FIELD_UNSIGNED, offsetof(Identity, pus), NULL},
                                      {"virtual", FIELD_STRING, offsetof(Identity, virtual_), NULL},
                                      {"emulated", FIELD_FLAG, offsetof(Identity, emulated), NULL},
                                      {"kernel", FIELD_STRING, offsetof(Identity, kernel), NULL},
                                      {"cache_line", FIELD_UNSIGNED, offsetof(Identity, cache_line), NULL},
                                      {"lse", FIELD_FLAG, offsetof(Identity, has_lse), NULL}};
FIELDS(machine_fields, machine_array, 0);

static const Field compiler_array[] = {{"path", FIELD_STRING, offsetof(Record, compiler_path), NULL},
                                       {"version", FIELD_STRING, offsetof(Record, compiler_version), NULL},
                                       {"flags", FIELD_STRING, offsetof(Record, compiler_flags), NULL}};
FIELDS(compiler_fields, compiler_array, 0);

static const Field placement_array[] = {{"name", FIELD_STRING, offsetof(Record, placement), NULL},
                                        {"pus", FIELD_PUS, 0, NULL}};
FIELDS(placement_fields, placement_array, 0);

static const Field state_array[] = {{"state", FIELD_STRING, offsetof(RecordState, state), NULL},
                                    {"count", FIELD_COUNT, offsetof(RecordState, count), NULL},
                                    {"witness", FIELD_FLAG, offsetof(RecordState, witness), NULL},
                                    {"weak", FIELD_WEAK, offsetof(RecordState, weak), NULL},
                                    {"thin_air", FIELD_FLAG, offsetof(RecordState, thin_air), NULL},
                                    {"verdict", FIELD_VERDICTS, 0, NULL}};
FIELDS(state_fields, state_array, 1);

enum { SCHEMA = 0, TEST = 1, STATUS = 7, MACHINE = 9 };

// In the order in which records have them.
static const Field record_array[] = {[SCHEMA] = {"schema", FIELD_SCHEMA, 0, NULL},
                                     [TEST] = {"test", FIELD_STRING, offsetof(Record, test), NULL},
                                     {"family", FIELD_STRING, offsetof(Record, family), NULL},
                                     {"file", FIELD_STRING, offsetof(Record, file), NULL},
                                     {"digest", FIELD_STRING, offsetof(Record, digest), NULL},
                                     {"started", FIELD_STRING, offsetof(Record, started), NULL},
                                     {"weakmem", FIELD_STRING, offsetof(Record, weakmem), NULL},
                                     [STATUS] = {"status", FIELD_STRING, offsetof(Record, status), NULL},
                                     {"message", FIELD_STRING, offsetof(Record, message), NULL},
                                     [MACHINE] = {"machine", FIELD_OBJECT, offsetof(Record, machine), &machine_fields},
                                     {"compiler", FIELD_OBJECT, 0, &compiler_fields},
                                     {"engine", FIELD_STRING, offsetof(Record, engine), NULL},
                                     {"settings", FIELD_SETTINGS, 0, NULL},
                                     {"actors", FIELD_STRING, offsetof(Record, actors), NULL},
                                     {"fence", FIELD_STRING, offsetof(Record, fence), NULL},
                                     {"placement", FIELD_OBJECT, 0, &placement_fields},
                                     {"seed", FIELD_COUNT, offsetof(Record, seed), NULL},
                                     {"iterations", FIELD_COUNT, offsetof(Record, iterations), NULL},
                                     {"frames", FIELD_COUNT, offsetof(Record, frames), NULL},
                                     {"lost", FIELD_COUNT, offsetof(Record, lost), NULL},
                                     {"filtered", FIELD_COUNT, offsetof(Record, filtered), NULL},
                                     {"forbidden_state", FIELD_STRING, offsetof(Record, forbidden_state), NULL},
                                     {"forbidden_by", FIELD_STRING, offsetof(Record, forbidden_by), NULL},
                                     {"seconds", FIELD_NUMBER, offsetof(Record, seconds), NULL},
                                     {"condition", FIELD_STRING, offsetof(Record, condition), NULL},
                                     {"witnesses", FIELD_COUNT, offsetof(Record, witnesses), NULL},
                                     {"source", FIELD_STRING, offsetof(Record, source), NULL},
                                     {"program", FIELD_STRING, offsetof(Record, program), NULL},
                                     {"histogram", FIELD_HISTOGRAM, 0, NULL},
                                     {"litmus", FIELD_STRING, offsetof(Record, litmus), NULL}};
FIELDS(record_fields, record_array, 1 << SCHEMA | 1 << TEST | 1 << STATUS | 1 << MACHINE);

// The index of a key's field; `count` where it is none of these. They mostly come in one order: the search begins at
// `from`.
static unsigned find_field(const Fields *fields, const char *key, unsigned from) {
  unsigned at = from;
  for (unsigned i = 0; i < fields->count; i++, at++) {
    at = at < fields->count ? at : 0;
    if (fields->fields[at].key[0] == key[0] && !strcmp(fields->fields[at].key, key))
      return at;
  }
  return fields->count;
}

static bool scan_field(RecordScan *scan, const Field *field, Record *record, void *out);

// An object's fields into `out`, which is `record` or a part of it. Of a key that comes twice record_from_json takes
// the last; that is left to it.
static bool scan_fields(RecordScan *scan, const Fields *fields, Record *record, void *out) {
  uint64_t found = 0;
  unsigned from = 0;
  if (!take(scan, '{'))
    return false;
  if (take(scan, '}'))
    return !fields->wanted;
  do {
    const char *key = take_key(scan);
    if (!key)
      return false;
    unsigned at = find_field(fields, key, from);
    if (at == fields->count) {
      if (!skip_value(scan, 0))
        return false;
      continue;
    }
    from = at + 1;
    if ((found >> at & 1) || !scan_field(scan, &fields->fields[at], record, out))
      return false;
    found |= UINT64_C(1) << at;
  } while (take(scan, ','));
  return take(scan, '}') && (found & fields->wanted) == fields->wanted;
}

// ---- The parts that there are any number of. record_scan has made room for as many as the line can hold.

static bool scan_states(RecordScan *scan, Record *record) {
  if (!take(scan, '['))
    return false;
  if (take(scan, ']'))
    return true;
  do {
    RecordState *state = &scan->states[record->state_count++];
    *state = (RecordState){.weak = -1};
    if (!scan_fields(scan, &state_fields, record, state))
      return false;
  } while (take(scan, ','));
  return take(scan, ']');
}

static bool scan_verdicts(RecordScan *scan, RecordState *state) {
  state->verdicts = scan->verdicts + scan->verdict_count;
  if (!take(scan, '{'))
    return false;
  if (take(scan, '}'))
    return true;
  do {
    const char *model = take_key(scan), *verdict = model ? take_string(scan) : NULL;
    if (!verdict || state->verdict_count == NAMES)
      return false;
    for (unsigned i = 0; i < state->verdict_count; i++)
      if (!strcmp(state->verdicts[i].model, model))
        return false;
    state->verdicts[state->verdict_count++] = (RecordVerdict){model, verdict};
  } while (take(scan, ','));
  scan->verdict_count += state->verdict_count;
  return take(scan, '}');
}

static bool scan_setting(RecordScan *scan, Record *record) {
  RecordSetting setting = {.name = take_key(scan)};
  Number number;
  if (!setting.name || record->setting_count == NAMES)
    return false;
  for (unsigned i = 0; i < record->setting_count; i++)
    if (!strcmp(record->settings[i].name, setting.name))
      return false;
  skip_blanks(scan);
  if (*scan->at == '"') {
    setting.text = take_string(scan);
    if (!setting.text)
      return false;
  } else if (take_number(scan, &number)) {
    setting.is_number = true;
    setting.number = number.number;
  } else {
    return false;
  }
  record->settings[record->setting_count++] = setting;
  return true;
}

static bool scan_settings(RecordScan *scan, Record *record) {
  if (!take(scan, '{'))
    return false;
  if (take(scan, '}'))
    return true;
  do {
    if (!scan_setting(scan, record))
      return false;
  } while (take(scan, ','));
  return take(scan, '}');
}

static bool scan_pus(RecordScan *scan, Record *record) {
  Number number;
  if (!take(scan, '['))
    return false;
  if (take(scan, ']'))
    return true;
  do {
    if (!take_number(scan, &number) || number.real || number.integer < 0 || number.integer > INT32_MAX)
      return false;
    record->pus[record->pu_count++] = (unsigned)number.integer;
  } while (take(scan, ','));
  return take(scan, ']');
}

// ---- A field

static bool scan_integer(RecordScan *scan, int64_t least, int *out) {
  Number number;
  if (!take_number(scan, &number) || number.real || number.integer < least || number.integer > INT32_MAX)
    return false;
  *out = (int)number.integer;
  return true;
}

// One that is null is as good as absent, or is not: record_from_json knows.
static bool scan_field(RecordScan *scan, const Field *field, Record *record, void *object) {
  void *out = (char *)object + field->offset;
  Number number;
  bool flag;
  switch (field->type) {
  case FIELD_STRING:
    return (*(const char **)out = take_string(scan));
  case FIELD_COUNT: // counts that are written as text are left to record_from_json
    if (!take_number(scan, &number) || number.real || number.integer < 0)
      return false;
    *(uint64_t *)out = (uint64_t)number.integer;
    return true;
  case FIELD_NUMBER:
    if (!take_number(scan, &number))
      return false;
    *(double *)out = number.number;
    return true;
  case FIELD_INTEGER:
    return scan_integer(scan, -1, out);
  case FIELD_UNSIGNED:
    return scan_integer(scan, 0, out); // an unsigned one is represented alike
  case FIELD_FLAG:
    return take_flag(scan, out);
  case FIELD_WEAK:
    if (!take_flag(scan, &flag))
      return false;
    *(int *)out = flag;
    return true;
  case FIELD_SCHEMA: {
    const char *schema = take_string(scan);
    return schema && !strcmp(schema, "weakmem.run/1");
  }
  case FIELD_OBJECT:
    return scan_fields(scan, field->fields, record, out);
  case FIELD_SETTINGS:
    return scan_settings(scan, record);
  case FIELD_PUS:
    return scan_pus(scan, record);
  case FIELD_HISTOGRAM:
    return scan_states(scan, record);
  case FIELD_VERDICTS:
    return scan_verdicts(scan, object);
  }
  return false;
}

// ---- A line

static void *grow(void *old, size_t count, size_t size) {
  void *grown = reallocarray(old, count, size);
  if (!grown)
    abort();
  return grown;
}

// Strings that are absent are empty.
static void set_absent(const Fields *fields, Record *record, void *object) {
  for (unsigned i = 0; i < fields->count; i++) {
    void *out = (char *)object + fields->fields[i].offset;
    if (fields->fields[i].type == FIELD_STRING)
      *(const char **)out = "";
    else if (fields->fields[i].type == FIELD_OBJECT)
      set_absent(fields->fields[i].fields, record, out);
  }
}

RecordScan *record_scan_new(void) {
  RecordScan *scan = grow(NULL, 1, sizeof *scan);
  *scan = (RecordScan){.blank = {.machine = {.family = -1, .model = -1, .stepping = -1}}};
  scan->settings = grow(NULL, NAMES, sizeof *scan->settings);
  set_absent(&record_fields, &scan->blank, &scan->blank);
  return scan;
}

void record_scan_free(RecordScan *scan) {
  if (!scan)
    return;
  free(scan->text);
  free(scan->states);
  free(scan->verdicts);
  free(scan->settings);
  free(scan->pus);
  free(scan);
}

// Room for a line and for all that it can hold.
static void make_room(RecordScan *scan, size_t length) {
  enum { STATE = sizeof "{\"state\":\"\"}", VERDICT = sizeof "\"\":\"\"", PU = sizeof "0" }; // each with a comma
  if (length + 1 + WORD <= scan->capacity)
    return;
  scan->capacity = (length + 1 + WORD) * 2;
  scan->text = grow(scan->text, scan->capacity, 1);
  scan->states = grow(scan->states, scan->capacity / STATE + 1, sizeof *scan->states);
  scan->verdicts = grow(scan->verdicts, scan->capacity / VERDICT + 1, sizeof *scan->verdicts);
  scan->pus = grow(scan->pus, scan->capacity / PU + 1, sizeof *scan->pus);
}

bool record_scan(RecordScan *scan, const char *line, size_t length, Record *out) {
  make_room(scan, length);
  memcpy(scan->text, line, length);
  memset(scan->text + length, 0, 1 + WORD);
  scan->at = scan->text;
  scan->verdict_count = 0;
  *out = scan->blank;
  out->states = scan->states;
  out->settings = scan->settings;
  out->pus = scan->pus;
  if (!scan_fields(scan, &record_fields, out, out))
    return false;
  skip_blanks(scan);
  return scan->at == scan->text + length;
}
