#include "results/fields.h"

#include <math.h>
#include <string.h>

// ---- What is at a field's place

#define AT(Type, object, place) (*(const Type *)(const void *)((const char *)(object) + (place)))

static const char *text_at(const void *object, const Field *field) {
  const char *text = AT(char *, object, field->place);
  return text ? text : "";
}

unsigned fields_list_length(const void *object, const Field *field) { return AT(unsigned, object, field->count); }

static const void *element_of(const void *object, const Field *field, size_t size, unsigned index) {
  return AT(char *, object, field->place) + index * size;
}

const void *fields_list_element(const void *object, const Field *field, unsigned index) {
  return element_of(object, field, field->fields->size, index);
}

static bool is_absent(const void *object, const Field *field);

static bool is_empty(const Fields *fields, const void *object) {
  for (unsigned i = 0; i < fields->count; i++)
    if (!is_absent(object, &fields->rows[i]))
      return false;
  return true;
}

static bool is_absent(const void *object, const Field *field) {
  switch (field->kind) {
  case FIELD_TEXT:
    return !*text_at(object, field);
  case FIELD_COUNT:
    return !AT(uint64_t, object, field->place);
  case FIELD_UNSIGNED:
    return !AT(unsigned, object, field->place);
  case FIELD_REAL:
    return AT(double, object, field->place) == 0;
  case FIELD_MEASURE:
    return isnan(AT(double, object, field->place));
  case FIELD_FLAG:
    return !AT(bool, object, field->place);
  case FIELD_INTEGER:
  case FIELD_MAYBE:
    return AT(int, object, field->place) < 0;
  case FIELD_OBJECT:
    return is_empty(field->fields, (const char *)object + field->place);
  case FIELD_LIST:
  case FIELD_NUMBERS:
  case FIELD_TEXTS:
  case FIELD_NAMES:
  case FIELD_VALUES:
    break;
  }
  return !fields_list_length(object, field);
}

// ---- Writing

// Readers may have no integers beyond 64 bits with a sign: these are written as text.
static void write_count(uint64_t count, JsonText *json) {
  if (count <= INT64_MAX) {
    json_text_count(json, count);
    return;
  }
  Text digits = {0};
  text_printf(&digits, "%llu", (unsigned long long)count);
  json_text_string(json, text_string(&digits));
  text_free(&digits);
}

static void write_list(const void *object, const Field *field, JsonText *json) {
  json_text_open(json, '[');
  for (unsigned i = 0; i < fields_list_length(object, field); i++)
    if (field->kind == FIELD_LIST)
      fields_write(field->fields, element_of(object, field, field->fields->size, i), json);
    else if (field->kind == FIELD_TEXTS)
      json_text_string(json, AT(char *, element_of(object, field, sizeof(char *), i), 0));
    else
      json_text_count(json, AT(unsigned, element_of(object, field, sizeof(unsigned), i), 0));
  json_text_close(json, ']');
}

static void write_names(const void *object, const Field *field, JsonText *json) {
  json_text_open(json, '{');
  for (unsigned i = 0; i < fields_list_length(object, field); i++)
    if (field->kind == FIELD_NAMES) {
      const char *const *pair = element_of(object, field, 2 * sizeof *pair, i);
      json_text_key(json, pair[0]);
      json_text_string(json, pair[1]);
    } else {
      const FieldValue *value = element_of(object, field, sizeof *value, i);
      json_text_key(json, value->name);
      if (value->is_number)
        json_text_number(json, value->number);
      else
        json_text_string(json, value->text);
    }
  json_text_close(json, '}');
}

void fields_write_value(const void *object, const Field *field, JsonText *json) {
  switch (field->kind) {
  case FIELD_TEXT:
    json_text_string(json, text_at(object, field));
    break;
  case FIELD_COUNT:
    write_count(AT(uint64_t, object, field->place), json);
    break;
  case FIELD_UNSIGNED:
    json_text_count(json, AT(unsigned, object, field->place));
    break;
  case FIELD_INTEGER:
    json_text_integer(json, AT(int, object, field->place));
    break;
  case FIELD_REAL:
  case FIELD_MEASURE:
    if (isnan(AT(double, object, field->place)))
      json_text_null(json);
    else
      json_text_real(json, AT(double, object, field->place));
    break;
  case FIELD_FLAG:
    json_text_bool(json, AT(bool, object, field->place));
    break;
  case FIELD_MAYBE:
    if (is_absent(object, field))
      json_text_null(json);
    else
      json_text_bool(json, AT(int, object, field->place) > 0);
    break;
  case FIELD_OBJECT:
    fields_write(field->fields, (const char *)object + field->place, json);
    break;
  case FIELD_LIST:
  case FIELD_NUMBERS:
  case FIELD_TEXTS:
    write_list(object, field, json);
    break;
  case FIELD_NAMES:
  case FIELD_VALUES:
    write_names(object, field, json);
    break;
  }
}

void fields_write(const Fields *fields, const void *object, JsonText *json) {
  json_text_open(json, '{');
  if (fields->schema) {
    json_text_key(json, "schema");
    json_text_string(json, fields->schema);
  }
  for (unsigned i = 0; i < fields->count; i++) {
    const Field *field = &fields->rows[i];
    bool may_be_absent = field->marks & FIELD_OPTIONAL || field->kind == FIELD_MAYBE || field->kind == FIELD_MEASURE;
    if (!may_be_absent || !is_absent(object, field)) {
      json_text_key(json, field->name);
      fields_write_value(object, field, json);
    }
  }
  json_text_close(json, '}');
}

// ---- Keys

// A text ends in a zero, a list begins with its length: no two objects have the same bytes.
static void key_text(const char *text, Text *out) {
  text_add_bytes(out, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void key_element(const void *object, const Field *field, unsigned index, unsigned marks, Text *out) {
  if (field->kind == FIELD_LIST) {
    fields_key(field->fields, element_of(object, field, field->fields->size, index), marks, out);
  } else if (field->kind == FIELD_NUMBERS) {
    text_add_bytes(out, element_of(object, field, sizeof(unsigned), index), sizeof(unsigned));
  } else if (field->kind == FIELD_TEXTS) {
    key_text(AT(char *, element_of(object, field, sizeof(char *), index), 0), out);
  } else if (field->kind == FIELD_NAMES) {
    const char *const *pair = element_of(object, field, 2 * sizeof *pair, index);
    key_text(pair[0], out);
    key_text(pair[1], out);
  } else {
    const FieldValue *value = element_of(object, field, sizeof *value, index);
    key_text(value->name, out);
    text_add_char(out, value->is_number ? 'n' : 't');
    if (value->is_number)
      text_add_bytes(out, (const char *)&value->number, sizeof value->number);
    else
      key_text(value->text, out);
  }
}

static void key_field(const void *object, const Field *field, unsigned marks, Text *out) {
  const char *at = (const char *)object + field->place;
  switch (field->kind) {
  case FIELD_TEXT:
    key_text(text_at(object, field), out);
    return;
  case FIELD_COUNT:
    text_add_bytes(out, at, sizeof(uint64_t));
    return;
  case FIELD_UNSIGNED:
  case FIELD_INTEGER:
  case FIELD_MAYBE:
    text_add_bytes(out, at, sizeof(int));
    return;
  case FIELD_REAL:
  case FIELD_MEASURE:
    text_add_bytes(out, at, sizeof(double));
    return;
  case FIELD_FLAG:
    text_add_bytes(out, at, sizeof(bool));
    return;
  case FIELD_OBJECT:
    fields_key(field->fields, at, marks, out);
    return;
  case FIELD_LIST:
  case FIELD_NUMBERS:
  case FIELD_TEXTS:
  case FIELD_NAMES:
  case FIELD_VALUES:
    break;
  }
  text_add_bytes(out, (const char *)object + field->count, sizeof(unsigned));
  for (unsigned i = 0; i < fields_list_length(object, field); i++)
    key_element(object, field, i, marks, out);
}

void fields_key(const Fields *fields, const void *object, unsigned marks, Text *out) {
  for (unsigned i = 0; i < fields->count; i++)
    if (fields->rows[i].marks & marks)
      key_field(object, &fields->rows[i], marks, out);
}

bool fields_equal(const Fields *fields, const void *a, const void *b, unsigned marks) {
  Text x = {0}, y = {0};
  fields_key(fields, a, marks, &x);
  fields_key(fields, b, marks, &y);
  bool equal = x.length == y.length && !memcmp(text_string(&x), text_string(&y), x.length);
  text_free(&x);
  text_free(&y);
  return equal;
}
