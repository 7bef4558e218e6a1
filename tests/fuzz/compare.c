// Any bytes as a file of records: a record that is read is written and read back alike; and all of them, compared with
// themselves and each other, make text, JSON and columns.
#include "results/compare.h"
#include "results/record_read.h"
#include "results/stream.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_record(const Record *record, void *context) {
  Comparison *comparison = context;
  Text first = {0}, second = {0};
  FieldsFault fault;
  Record again;
  record_write(record, &first);
  if (!record_read(first.bytes, first.length, comparison->arena, &again, &fault))
    abort();
  record_write(&again, &second);
  if (strcmp(first.bytes, second.bytes) != 0 || !record_same_run(record, &again))
    abort();
  text_free(&first);
  text_free(&second);
  comparison_add(comparison, record);
}

static bool on_object(const char *schema, const char *line, size_t length, void *context, FieldsFault *fault) {
  bool good = !strcmp(schema, costs_fields.schema) ? comparison_add_cost(context, line, length, fault)
                                                   : comparison_add_fences(context, line, length, fault);
  if (good != !fault->why)
    abort();
  return good;
}

static void check_cells(const Comparison *c) {
  for (unsigned i = 0; i < c->cell_count; i++) {
    const CompareCell *cell = &c->cells[i];
    double share = compare_share(cell);
    if (comparison_cell(c, cell->row, cell->column) != cell || compare_seen(cell) > compare_iterations(cell) ||
        !(share >= 0 && share <= 1))
      abort();
  }
}

// The first byte says what is kept, and how often the file is read.
static void compare(const char *bytes, size_t size, unsigned kind, Arena *arena, FILE *out) {
  Comparison comparison = comparison_new(arena);
  comparison.keep = kind & 1;
  comparison.test = kind & 2 ? "SB" : NULL;
  Diag diag = {.arena = arena};
  StreamHandlers handlers = {.record = on_record, .object = on_object, .context = &comparison};
  StreamCount count = {0};
  for (unsigned file = 0; file <= (kind >> 2 & 1); file++) {
    comparison_file(&comparison, file ? "after" : "before", false);
    stream_bytes("fuzz", bytes, size, &handlers, &count, &diag);
  }
  comparison_finish(&comparison);
  check_cells(&comparison);
  Changes changes = comparison_changes(&comparison);
  for (unsigned i = 0; i < changes.count; i++)
    if (!(changes.changes[i].p >= 0 && changes.changes[i].p <= 1))
      abort();
  CompareStyle style = {.style = {.colour = kind & 8, .width = 80}, .all = kind & 16};
  compare_text(&comparison, &changes, &style, out);
  if (comparison.test)
    compare_histograms(&comparison, &style, out);
  compare_json(&comparison, &changes, out);
  compare_tsv(&comparison, out);
  comparison_free(&comparison);
}

// The object that compare_json prints is one, whatever was read.
static void check_json(const char *bytes, size_t size, Arena *arena) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  Comparison comparison = comparison_new(arena);
  Diag diag = {.arena = arena};
  StreamHandlers handlers = {.record = on_record, .object = on_object, .context = &comparison};
  StreamCount count = {0};
  comparison_file(&comparison, "fuzz", false);
  stream_bytes("fuzz", bytes, size, &handlers, &count, &diag);
  comparison_finish(&comparison);
  compare_json(&comparison, &(Changes){0}, out);
  comparison_free(&comparison);
  fclose(out);
  yajl_val json = yajl_tree_parse(text, NULL, 0);
  if (!json)
    abort();
  yajl_tree_free(json);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size)
    return 0;
  Arena *arena = arena_new();
  FILE *out = fopen("/dev/null", "we");
  if (!out)
    abort();
  const char *bytes = (const char *)data + 1;
  compare(bytes, size - 1, data[0], arena, out);
  check_json(bytes, size - 1, arena);
  fclose(out);
  arena_free(arena);
  return 0;
}
