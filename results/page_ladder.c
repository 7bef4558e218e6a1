// Fence ladders in the page's data.
#include "arch/model.h"
#include "results/page_data.h"

#include <math.h>
#include <string.h>

enum { ROWS = 400, STATES = 64, PUS = 64 };

static const char *text_of(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

static uint64_t count_of(const json_t *object, const char *key) {
  json_int_t count = json_integer_value(json_object_get(object, key));
  return count > 0 ? (uint64_t)count : 0;
}

static char letter_of(const char *verdict, bool thin_air) {
  if (!verdict)
    return '-';
  if (!strcmp(verdict, "forbidden"))
    return "ft"[thin_air];
  return "mua"[!strcmp(verdict, "undefined") + 2 * !strcmp(verdict, "allowed")];
}

// A letter a model (page.h).
static void write_verdicts(const json_t *row, PageWriter *writer) {
  Text letters = {0};
  const json_t *verdicts = json_object_get(row, "verdict");
  for (unsigned i = 0; i < model_count; i++)
    text_add_char(&letters, letter_of(text_of(verdicts, model_all[i]->name),
                                      model_all[i]->excused && json_is_true(json_object_get(row, "thin_air"))));
  page_text_field(writer, "verdicts", text_string(&letters));
  text_free(&letters);
}

static void write_row(const json_t *row, PageWriter *writer) {
  const char *orders = text_of(row, "orders");
  const json_t *ns = json_object_get(row, "ns"), *owned = json_object_get(row, "contended_ns");
  page_open(writer, '{');
  page_text_field(writer, "name", orders ? orders : text_of(row, "fence"));
  page_flag_field(writer, "orders", orders);
  page_text_field(writer, "threads", text_of(row, "threads"));
  page_text_field(writer, "emitted", text_of(row, "emitted"));
  if (json_is_number(ns)) {
    page_key(writer, "ns");
    page_number(writer, json_number_value(ns));
  }
  if (json_is_number(owned)) {
    page_key(writer, "owned");
    page_number(writer, json_number_value(owned));
  }
  page_text_field(writer, "status", text_of(row, "status"));
  page_count_field(writer, "seen", count_of(row, "witnesses"));
  page_count_field(writer, "iterations", count_of(row, "iterations"));
  write_verdicts(row, writer);
  page_flag_field(writer, "bounded", json_is_true(json_object_get(row, "bounded")));
  page_text_field(writer, "note", text_of(row, "note"));
  page_close(writer, '}');
}

static void write_strings(const json_t *list, const char *key, size_t most, PageWriter *writer) {
  page_key(writer, key);
  page_open(writer, '[');
  for (size_t i = 0; i < json_array_size(list) && i < most; i++)
    if (json_is_string(json_array_get(list, i)))
      page_text(writer, json_string_value(json_array_get(list, i)));
  page_close(writer, ']');
}

static void write_place(const json_t *placement, PageWriter *writer) {
  const json_t *pus = json_object_get(placement, "pus");
  page_text_field(writer, "placement", text_of(placement, "name"));
  page_key(writer, "pus");
  page_open(writer, '[');
  for (size_t i = 0; i < json_array_size(pus) && i < PUS; i++)
    page_number(writer, json_number_value(json_array_get(pus, i)));
  page_close(writer, ']');
}

void page_ladder(const json_t *ladder, unsigned machine, PageWriter *writer) {
  const json_t *rows = json_object_get(ladder, "rows"), *compiler = json_object_get(ladder, "compiler");
  page_open(writer, '{');
  page_key(writer, "machine");
  page_count(writer, machine);
  page_text_field(writer, "test", text_of(ladder, "test"));
  page_text_field(writer, "condition", text_of(ladder, "condition"));
  page_text_field(writer, "weakmem", text_of(ladder, "weakmem"));
  page_text_field(writer, "target", text_of(ladder, "target"));
  page_text_field(writer, "answer", text_of(ladder, "answer"));
  page_text_field(writer, "cheapest", text_of(ladder, "cheapest"));
  page_text_field(writer, "cheapest_threads", text_of(ladder, "cheapest_threads"));
  page_text_field(writer, "cheapest_c11", text_of(ladder, "cheapest_c11"));
  page_text_field(writer, "compiler", text_of(compiler, "version"));
  page_text_field(writer, "flags", text_of(compiler, "flags"));
  write_place(json_object_get(ladder, "placement"), writer);
  write_strings(json_object_get(ladder, "states"), "states", STATES, writer);
  page_key(writer, "rows");
  page_open(writer, '[');
  for (size_t i = 0; i < json_array_size(rows) && i < ROWS; i++)
    write_row(json_array_get(rows, i), writer);
  page_close(writer, ']');
  page_count_field(writer, "beyond", json_array_size(rows) > ROWS ? json_array_size(rows) - ROWS : 0);
  page_close(writer, '}');
}
