#include "results/fields_read.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum {
  DEPTH = 8,   // of objects and lists in a table
  NAMES = 256, // of an object of any names: each is compared with those before it
  DIGITS = 400 // of a number that need not be whole
};

// An object or a list that has begun and not ended.
typedef struct {
  const Fields *fields; // of an object; NULL: a list, or an object of any names
  const Field *field;   // of an object the one whose value comes next, NULL: it is none of ours; of others their own
  char *object;         // what the field's place counts from
  size_t capacity;      // of a list
  const char *name;     // of an object of any names: the one whose value comes next
  uint64_t found;       // fields of the object, a bit each
} Frame;

typedef struct {
  const Fields *fields; // of the outermost object
  char *object;
  Arena *arena;
  Frame frames[DEPTH];
  unsigned depth;
  unsigned long passed; // how deep we are in what is passed over
  const char *schema, *why;
  bool in_schema;   // its value comes next
  bool schema_only; // read no further
} Reader;

#define AT(Type, object, place) (*(Type *)(void *)((object) + (place)))

// ---- Faults: the first counts

static void fault(Reader *r, const char *name, const char *what) {
  if (!r->why)
    r->why = arena_printf(r->arena, "\"%s\" %s", name, what);
}

static void reject(Reader *r, const Field *field) {
  static const char *const expected[] = {[FIELD_TEXT] = "is not a string",
                                         [FIELD_COUNT] = "is not a count",
                                         [FIELD_UNSIGNED] = "is not a count",
                                         [FIELD_INTEGER] = "is not a number",
                                         [FIELD_REAL] = "is not a number",
                                         [FIELD_MEASURE] = "is not a number",
                                         [FIELD_FLAG] = "is not true or false",
                                         [FIELD_MAYBE] = "is not true or false",
                                         [FIELD_OBJECT] = "is not an object",
                                         [FIELD_LIST] = "is not a list of objects",
                                         [FIELD_NUMBERS] = "is not a list of counts",
                                         [FIELD_TEXTS] = "is not a list of strings",
                                         [FIELD_NAMES] = "is not an object of strings",
                                         [FIELD_VALUES] = "is not an object"};
  fault(r, field->name, expected[field->kind]);
}

// ---- Where a value belongs

static void set_absent(const Fields *fields, char *object) {
  for (unsigned i = 0; i < fields->count; i++) {
    const Field *field = &fields->rows[i];
    if (field->kind == FIELD_TEXT)
      AT(const char *, object, field->place) = "";
    else if (field->kind == FIELD_INTEGER || field->kind == FIELD_MAYBE)
      AT(int, object, field->place) = -1;
    else if (field->kind == FIELD_MEASURE)
      AT(double, object, field->place) = NAN;
    else if (field->kind == FIELD_OBJECT)
      set_absent(field->fields, object + field->place);
  }
}

static Frame *top(Reader *r) { return r->depth ? &r->frames[r->depth - 1] : NULL; }

// What the next value is of; NULL where it is passed over.
static const Field *next_field(Reader *r) {
  Frame *frame = r->passed ? NULL : top(r);
  return frame ? frame->field : NULL;
}

static bool is_whole(const Frame *frame) { return frame->fields; } // an object with fields of its own

// A new element of a list, or of an object of any names.
static void *add_element(Reader *r, Frame *frame, size_t size) {
  unsigned *count = &AT(unsigned, frame->object, frame->field->count);
  char **list = &AT(char *, frame->object, frame->field->place);
  *list = arena_grow(r->arena, *list, &frame->capacity, *count + (size_t)1, size);
  return *list + size * (*count)++;
}

static void push(Reader *r, Frame frame) {
  assert(r->depth < DEPTH); // no table is so deep
  r->frames[r->depth++] = frame;
}

// ---- Values

static void take_text(Reader *r, const char *bytes, size_t length, const char **out) {
  *out = arena_copy(r->arena, bytes, length);
}

static FieldValue *named_value(Reader *r, Frame *frame) {
  FieldValue *values = (FieldValue *)(void *)AT(char *, frame->object, frame->field->place);
  unsigned count = AT(unsigned, frame->object, frame->field->count);
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(values[i].name, frame->name))
      return &values[i];
  return add_element(r, frame, sizeof(FieldValue));
}

static const char **named_text(Reader *r, Frame *frame) {
  const char **pairs = (const char **)(void *)AT(char *, frame->object, frame->field->place);
  unsigned count = AT(unsigned, frame->object, frame->field->count);
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(pairs[(size_t)2 * i], frame->name))
      return &pairs[(size_t)2 * i];
  return add_element(r, frame, 2 * sizeof *pairs);
}

// Digits alone, and no more than fit.
static bool read_count(const char *digits, size_t length, uint64_t *out) {
  *out = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned digit = (unsigned)(digits[i] - '0');
    if (digit > 9 || *out > (UINT64_MAX - digit) / 10)
      return false;
    *out = *out * 10 + digit;
  }
  return length > 0;
}

static bool read_int(const char *digits, size_t length, int least, int *out) {
  bool negative = length && *digits == '-';
  uint64_t count;
  if (!read_count(digits + negative, length - negative, &count) || count > INT32_MAX)
    return false;
  *out = negative ? -(int)count : (int)count;
  return *out >= least;
}

static bool read_real(const char *digits, size_t length, double *out) {
  char copy[DIGITS + 1];
  if (length > DIGITS)
    return false;
  memcpy(copy, digits, length);
  copy[length] = '\0';
  *out = strtod(copy, NULL);
  return isfinite(*out);
}

static void on_named_number(Reader *r, Frame *frame, const char *digits, size_t length) {
  double number;
  if (frame->field->kind == FIELD_VALUES && read_real(digits, length, &number))
    *named_value(r, frame) = (FieldValue){.name = frame->name, .is_number = true, .number = number};
  else
    reject(r, frame->field);
}

static int on_number(void *context, const char *digits, size_t length) {
  Reader *r = context;
  const Field *field = next_field(r);
  Frame *frame = top(r);
  char *at = field ? frame->object + field->place : NULL;
  int number;
  bool good = true;
  if (!field)
    return 1;
  switch (field->kind) {
  case FIELD_COUNT:
    good = read_count(digits, length, (uint64_t *)(void *)at);
    break;
  case FIELD_UNSIGNED:
  case FIELD_INTEGER:
    good = read_int(digits, length, field->kind == FIELD_UNSIGNED ? 0 : -1, (int *)(void *)at);
    break;
  case FIELD_REAL:
  case FIELD_MEASURE:
    good = read_real(digits, length, (double *)(void *)at);
    break;
  case FIELD_NUMBERS:
    good = !is_whole(frame) && read_int(digits, length, 0, &number);
    if (good)
      *(unsigned *)add_element(r, frame, sizeof(unsigned)) = (unsigned)number;
    break;
  case FIELD_NAMES:
  case FIELD_VALUES:
    good = !is_whole(frame);
    if (good)
      on_named_number(r, frame, digits, length);
    break;
  case FIELD_TEXT:
  case FIELD_FLAG:
  case FIELD_MAYBE:
  case FIELD_OBJECT:
  case FIELD_LIST:
  case FIELD_TEXTS:
    good = false;
  }
  if (!good)
    reject(r, field);
  return 1;
}

static int on_string(void *context, const unsigned char *string, size_t length) {
  Reader *r = context;
  const char *bytes = (const char *)string;
  if (r->in_schema && r->depth == 1 && !r->passed) {
    take_text(r, bytes, length, &r->schema);
    return !r->schema_only;
  }
  const Field *field = next_field(r);
  Frame *frame = top(r);
  if (!field)
    return 1;
  if (memchr(bytes, '\0', length))
    fault(r, field->name, "holds a zero byte");
  else if (field->kind == FIELD_TEXT)
    take_text(r, bytes, length, &AT(const char *, frame->object, field->place));
  else if (field->kind == FIELD_COUNT && read_count(bytes, length, &AT(uint64_t, frame->object, field->place)))
    return 1;
  else if (field->kind == FIELD_TEXTS && !is_whole(frame))
    take_text(r, bytes, length, add_element(r, frame, sizeof(char *)));
  else if (field->kind == FIELD_VALUES && !is_whole(frame)) {
    FieldValue *value = named_value(r, frame);
    *value = (FieldValue){.name = frame->name};
    take_text(r, bytes, length, &value->text);
  } else if (field->kind == FIELD_NAMES && !is_whole(frame)) {
    const char **pair = named_text(r, frame);
    pair[0] = frame->name;
    take_text(r, bytes, length, &pair[1]);
  } else
    reject(r, field);
  return 1;
}

static int on_bool(void *context, int value) {
  Reader *r = context;
  const Field *field = next_field(r);
  if (field && field->kind == FIELD_FLAG)
    AT(bool, top(r)->object, field->place) = value;
  else if (field && field->kind == FIELD_MAYBE)
    AT(int, top(r)->object, field->place) = value != 0;
  else if (field && !(field->kind == FIELD_VALUES && !is_whole(top(r))))
    reject(r, field);
  return 1;
}

// As good as absent, where something may be.
static int on_null(void *context) {
  Reader *r = context;
  const Field *field = next_field(r);
  if (field && is_whole(top(r)))
    top(r)->found &= ~(UINT64_C(1) << (field - top(r)->fields->rows));
  else if (field && field->kind != FIELD_VALUES)
    reject(r, field);
  return 1;
}

// ---- Objects and lists

static void open_object(Reader *r, const Fields *fields, char *object) {
  if (fields->size)
    memset(object, 0, fields->size);
  set_absent(fields, object);
  push(r, (Frame){.fields = fields, .object = object});
}

// A list of the field, or its object of any names, begins anew.
static void open_list(Reader *r, const Frame *frame, const Field *field) {
  AT(char *, frame->object, field->place) = NULL;
  AT(unsigned, frame->object, field->count) = 0;
  push(r, (Frame){.field = field, .object = frame->object});
}

static int on_open_object(void *context) {
  Reader *r = context;
  Frame *frame = top(r);
  const Field *field = next_field(r);
  if (!frame && !r->passed && !r->schema) {
    r->schema = ""; // it is an object at least
    open_object(r, r->fields, r->object);
    return 1;
  }
  bool inner = field && is_whole(frame);
  if (inner && field->kind == FIELD_OBJECT)
    open_object(r, field->fields, frame->object + field->place);
  else if (inner && (field->kind == FIELD_NAMES || field->kind == FIELD_VALUES))
    open_list(r, frame, field);
  else if (field && !inner && field->kind == FIELD_LIST)
    open_object(r, field->fields, add_element(r, frame, field->fields->size));
  else {
    if (field && (inner || field->kind != FIELD_VALUES))
      reject(r, field);
    r->passed++;
  }
  return 1;
}

static int on_open_list(void *context) {
  Reader *r = context;
  const Field *field = next_field(r);
  bool inner = field && is_whole(top(r));
  if (inner && (field->kind == FIELD_LIST || field->kind == FIELD_NUMBERS || field->kind == FIELD_TEXTS)) {
    open_list(r, top(r), field);
  } else {
    if (field && (inner || field->kind != FIELD_VALUES))
      reject(r, field);
    r->passed++;
  }
  return 1;
}

static void check_required(Reader *r, const Frame *frame) {
  for (unsigned i = 0; i < frame->fields->count; i++)
    if (frame->fields->rows[i].marks & FIELD_REQUIRED && !(frame->found >> i & 1)) {
      r->why = arena_printf(r->arena, "no record: \"%s\" is missing", frame->fields->rows[i].name);
      return;
    }
}

static int on_close(void *context) {
  Reader *r = context;
  if (r->passed) {
    r->passed--;
    return 1;
  }
  const Frame *frame = top(r);
  if (is_whole(frame) && (r->depth == 1 || !r->why))
    check_required(r, frame);
  r->depth--;
  return 1;
}

// They mostly come in the table's order: the search begins behind the one before.
static const Field *find_field(const Fields *fields, const Field *before, const char *name, size_t length) {
  unsigned from = before ? (unsigned)(before - fields->rows) + 1 : 0;
  for (unsigned i = 0; i < fields->count; i++) {
    const Field *field = &fields->rows[(from + i) % fields->count];
    if (strlen(field->name) == length && !memcmp(field->name, name, length))
      return field;
  }
  return NULL;
}

static int on_key(void *context, const unsigned char *string, size_t length) {
  Reader *r = context;
  Frame *frame = r->passed ? NULL : top(r);
  const char *name = (const char *)string;
  if (!frame)
    return 1;
  r->in_schema = r->depth == 1 && length == strlen("schema") && !memcmp(name, "schema", length);
  if (is_whole(frame)) {
    const Field *field = find_field(frame->fields, frame->field, name, length);
    frame->field = field;
    frame->found |= field ? UINT64_C(1) << (field - frame->fields->rows) : 0;
  } else if (memchr(name, '\0', length) || AT(unsigned, frame->object, frame->field->count) == NAMES) {
    fault(r, frame->field->name, "has a name that is none, or too many");
    frame->name = "";
  } else {
    frame->name = arena_copy(r->arena, name, length);
  }
  return 1;
}

static const yajl_callbacks callbacks = {.yajl_null = on_null,
                                         .yajl_boolean = on_bool,
                                         .yajl_number = on_number,
                                         .yajl_string = on_string,
                                         .yajl_start_map = on_open_object,
                                         .yajl_map_key = on_key,
                                         .yajl_end_map = on_close,
                                         .yajl_start_array = on_open_list,
                                         .yajl_end_array = on_close};

// ---- The whole

static const char *json_fault(yajl_handle parser, Arena *arena) {
  unsigned char *text = yajl_get_error(parser, 0, NULL, 0);
  const char *colon = text ? strchr((const char *)text, ':') : NULL; // "lexical error: invalid char in json text.\n"
  const char *why = colon ? colon + 1 + strspn(colon + 1, " ") : "unknown";
  const char *fault = arena_printf(arena, "not JSON: %.*s", (int)strcspn(why, ".\n"), why);
  yajl_free_error(parser, text);
  return fault;
}

static bool parse(Reader *r, const char *json, size_t length, FieldsFault *fault) {
  yajl_handle parser = yajl_alloc(&callbacks, NULL, r);
  if (!parser)
    abort();
  bool good = yajl_parse(parser, (const unsigned char *)json, length) == yajl_status_ok;
  if (!good)
    *fault = (FieldsFault){json_fault(parser, r->arena), yajl_get_bytes_consumed(parser), false};
  else if (yajl_complete_parse(parser) != yajl_status_ok) {
    good = false;
    *fault = (FieldsFault){"it is cut short", 0, true};
  }
  yajl_free(parser);
  return good;
}

static const char *schema_fault(const Reader *r) {
  unsigned version;
  if (!r->fields->schema)
    return r->schema ? NULL : "no object";
  if (!r->schema || !*r->schema)
    return "no record: it names no \"schema\"";
  if (!strcmp(r->schema, r->fields->schema))
    return NULL;
  bool newer = sscanf(r->schema, "weakmem.%*[a-z]/%9u", &version) == 1 && version > 1;
  return arena_printf(r->arena, "%s: \"%.40s\"",
                      newer ? "a newer schema than this weakmem knows" : "a record of another kind", r->schema);
}

bool fields_read(const Fields *fields, const char *json, size_t length, Arena *arena, void *object,
                 FieldsFault *fault) {
  Reader reader = {.fields = fields, .object = object, .arena = arena};
  *fault = (FieldsFault){0};
  if (!parse(&reader, json, length, fault))
    return false;
  const char *other = schema_fault(&reader);
  fault->why = other ? other : reader.why;
  return !fault->why;
}

const char *fields_schema(const char *json, size_t length, Arena *arena) {
  static const Fields none = {0};
  Reader reader = {.fields = &none, .arena = arena, .schema_only = true};
  FieldsFault ignored;
  (void)parse(&reader, json, length, &ignored);
  return reader.schema ? reader.schema : "";
}
