#include "results/columns.h"

#include <stdlib.h>
#include <string.h>

// ---- Writing

typedef struct {
  unsigned marks;
  Arena *arena;
  Text *out;
} Writer;

static void write_name(const Writer *w, const char *name) { text_printf(w->out, "=%s\n", name); }

static void write_values(const Writer *w, const Field *field, const void *const *objects, unsigned count) {
  Text last = {0};
  for (unsigned i = 0; i < count; i++) {
    Text value = {0};
    fields_write_value(objects[i], field, &(JsonText){.out = &value});
    if (strcmp(text_string(&value), text_string(&last)) != 0)
      text_add(w->out, text_string(&value));
    text_add_char(w->out, '\n');
    text_free(&last);
    last = value;
  }
  text_free(&last);
}

static void write_fields(const Writer *w, const Fields *fields, const char *prefix, const void *const *objects,
                         unsigned count);

static void write_list(const Writer *w, const Field *field, const char *name, const void *const *objects,
                       unsigned count) {
  size_t total = 0;
  for (unsigned i = 0; i < count; i++) {
    unsigned length = fields_list_length(objects[i], field);
    text_printf(w->out, "%u\n", length);
    total += length;
  }
  const void **elements = ARENA_ARRAY(w->arena, const void *, total + 1);
  unsigned at = 0;
  for (unsigned i = 0; i < count; i++)
    for (unsigned k = 0; k < fields_list_length(objects[i], field); k++)
      elements[at++] = fields_list_element(objects[i], field, k);
  write_fields(w, field->fields, arena_printf(w->arena, "%s.", name), elements, at);
}

static void write_part(const Writer *w, const Field *field, const char *name, const void *const *objects,
                       unsigned count) {
  const void **parts = ARENA_ARRAY(w->arena, const void *, count + 1);
  for (unsigned i = 0; i < count; i++)
    parts[i] = (const char *)objects[i] + field->place;
  write_fields(w, field->fields, arena_printf(w->arena, "%s.", name), parts, count);
}

static void write_fields(const Writer *w, const Fields *fields, const char *prefix, const void *const *objects,
                         unsigned count) {
  for (unsigned i = 0; i < fields->count; i++) {
    const Field *field = &fields->rows[i];
    if (!(field->marks & w->marks))
      continue;
    const char *name = arena_printf(w->arena, "%s%s", prefix, field->name);
    if (field->kind == FIELD_OBJECT) {
      write_part(w, field, name, objects, count);
      continue;
    }
    write_name(w, name);
    if (field->kind == FIELD_LIST)
      write_list(w, field, name, objects, count);
    else
      write_values(w, field, objects, count);
  }
}

void columns_write(const Fields *fields, unsigned marks, const void *objects, unsigned count, Text *out) {
  Writer w = {.marks = marks, .arena = arena_new(), .out = out};
  const void **each = ARENA_ARRAY(w.arena, const void *, count + 1);
  for (unsigned i = 0; i < count; i++)
    each[i] = (const char *)objects + i * fields->size;
  write_fields(&w, fields, "", each, count);
  arena_free(w.arena);
}

// ---- Reading

typedef struct {
  const char *name;
  char *at, *end; // what is left of its lines
  const char *last;
} Column;

typedef struct {
  unsigned marks;
  Arena *arena;
  Column *columns;
  unsigned count;
  size_t capacity;
  FieldsFault *fault;
} Reader;

static bool fail(const Reader *r, const char *name, const char *why) {
  if (!r->fault->why)
    r->fault->why = arena_printf(r->arena, "column \"%.40s\" %s", name, why);
  return false;
}

// Takes a line off; NULL where there is none.
static char *take_line(char **at, char *end) {
  if (*at >= end)
    return NULL;
  char *line = *at, *newline = memchr(line, '\n', (size_t)(end - line));
  *at = newline ? newline + 1 : end;
  if (newline)
    *newline = '\0';
  return line;
}

static bool find_columns(Reader *r, char *text) {
  char *end = text + strlen(text), *at = text;
  if (*text != '=')
    return fail(r, "", "has no name");
  while (at < end) {
    char *name = take_line(&at, end) + 1, *next = strstr(at, "\n="); // its values, if there are any
    next = *at == '=' ? at : next ? next + 1 : end;
    r->columns = arena_grow(r->arena, r->columns, &r->capacity, r->count + 1, sizeof *r->columns);
    r->columns[r->count++] = (Column){.name = name, .at = at, .end = next};
    at = next;
  }
  return true;
}

static Column *column_of(const Reader *r, const char *name) {
  for (unsigned i = 0; i < r->count; i++)
    if (!strcmp(r->columns[i].name, name))
      return &r->columns[i];
  return NULL;
}

// The next value; NULL, with the fault, where the column ends or begins with nothing.
static const char *next_value(const Reader *r, Column *column) {
  const char *line = take_line(&column->at, column->end);
  if (line && *line)
    column->last = line;
  if (!line || !column->last) {
    fail(r, column->name, line ? "begins without a value" : "is too short");
    return NULL;
  }
  return column->last;
}

static bool read_object(const Reader *r, const Fields *fields, const char *prefix, Text *out);

static bool read_list(const Reader *r, const Field *field, Column *column, Text *out) {
  const char *digits = next_value(r, column), *prefix = arena_printf(r->arena, "%s.", column->name);
  char *end;
  unsigned long length = digits ? strtoul(digits, &end, 10) : 0;
  if (!digits || !*digits || *end)
    return fail(r, column->name, "has a length that is no number");
  text_add_char(out, '[');
  for (unsigned long i = 0; i < length; i++) {
    size_t before = out->length;
    text_add(out, i ? "," : "");
    if (!read_object(r, field->fields, prefix, out))
      return false;
    if (out->length < before + 4) // "{}": nothing ends the list
      return fail(r, column->name, "is of nothing");
  }
  text_add_char(out, ']');
  return true;
}

static bool read_field(const Reader *r, const Field *field, Column *column, Text *out) {
  if (field->kind == FIELD_LIST)
    return read_list(r, field, column, out);
  const char *value = next_value(r, column);
  text_add(out, value ? value : "");
  return value;
}

static bool read_object(const Reader *r, const Fields *fields, const char *prefix, Text *out) {
  const char *comma = "";
  text_add_char(out, '{');
  if (fields->schema) {
    text_printf(out, "\"schema\":\"%s\"", fields->schema);
    comma = ",";
  }
  for (unsigned i = 0; i < fields->count; i++) {
    const Field *field = &fields->rows[i];
    const char *name = arena_printf(r->arena, "%s%s", prefix, field->name);
    bool part = field->kind == FIELD_OBJECT;
    Column *column = part ? NULL : column_of(r, name);
    if (!(field->marks & r->marks) || (!part && !column))
      continue;
    text_printf(out, "%s\"%s\":", comma, field->name);
    comma = ",";
    if (!(part ? read_object(r, field->fields, arena_printf(r->arena, "%s.", name), out)
               : read_field(r, field, column, out)))
      return false;
  }
  text_add_char(out, '}');
  return true;
}

bool columns_read(const Fields *fields, unsigned marks, char *text, Arena *arena, const char ***lines, unsigned *count,
                  FieldsFault *fault) {
  Reader r = {.marks = marks, .arena = arena, .fault = fault};
  *fault = (FieldsFault){0};
  *count = 0;
  *lines = NULL;
  size_t capacity = 0;
  if (!find_columns(&r, text))
    return false;
  const Column *first = column_of(&r, fields->rows[0].name);
  if (!first)
    return fail(&r, fields->rows[0].name, "is missing");
  while (first->at < first->end) {
    Text line = {0};
    bool good = read_object(&r, fields, "", &line);
    *lines = arena_grow(arena, *lines, &capacity, *count + 1, sizeof **lines);
    (*lines)[(*count)++] = text_finish(&line, arena);
    if (!good)
      return false;
  }
  for (unsigned i = 0; i < r.count; i++)
    if (r.columns[i].last && r.columns[i].at < r.columns[i].end)
      return fail(&r, r.columns[i].name, "is too long");
  return true;
}
