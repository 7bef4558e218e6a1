// Any bytes as a file of records: what the scanner reads, the JSON reader reads alike; a record that is read is written
// and read back alike; and all of them, compared with themselves and each other, make text, JSON and columns.
#include "results/compare.h"
#include "results/scan.h"
#include "results/stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_record(const Record *a, const Record *b) {
  json_t *x = record_to_json(a), *y = record_to_json(b);
  bool same = json_equal(x, y);
  json_decref(x);
  json_decref(y);
  return same;
}

static void check_line(const char *line, size_t length, Arena *arena) {
  RecordScan *scan = record_scan_new();
  Record fast, slow;
  Diag diag = {.arena = arena};
  json_t *json = json_loadb(line, length, 0, NULL);
  bool read = json && record_from_json(json, arena, &slow, &diag);
  if (record_scan(scan, line, length, &fast)) {
    bool sound = record_check(&fast, &diag);
    if (!json || sound != read || (read && !same_record(&fast, &slow)))
      abort();
  }
  record_scan_free(scan);
  json_decref(json);
}

static void check_lines(const char *bytes, size_t size, Arena *arena) {
  for (const char *end = bytes + size; bytes < end;) {
    const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
    check_line(bytes, (size_t)((newline ? newline : end) - bytes), arena);
    bytes = newline ? newline + 1 : end;
  }
}

static void on_record(const Record *record, void *context) {
  Comparison *comparison = context;
  Record again;
  Diag diag = {.arena = comparison->arena};
  json_t *json = record_to_json(record);
  if (!record_from_json(json, comparison->arena, &again, &diag) || !same_record(record, &again))
    abort();
  json_decref(json);
  comparison_add(comparison, record);
}

static bool on_object(const char *schema, const json_t *object, void *context, Diag *why) {
  bool good = !strcmp(schema, "weakmem.cost/1") ? comparison_add_cost(context, object, why)
                                                : comparison_add_fences(context, object, why);
  if (good != !why->first)
    abort();
  return good;
}

static const char *model_of(const char *arch) { return !strcmp(arch, "x86_64") ? "x86-tso" : NULL; }

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
  Comparison comparison = {.arena = arena, .model_of = model_of, .keep = kind & 1, .test = kind & 2 ? "SB" : NULL};
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
  Comparison comparison = {.arena = arena};
  Diag diag = {.arena = arena};
  StreamHandlers handlers = {.record = on_record, .object = on_object, .context = &comparison};
  StreamCount count = {0};
  comparison_file(&comparison, "fuzz", false);
  stream_bytes("fuzz", bytes, size, &handlers, &count, &diag);
  comparison_finish(&comparison);
  compare_json(&comparison, &(Changes){0}, out);
  comparison_free(&comparison);
  fclose(out);
  json_t *json = json_loads(text, 0, NULL);
  if (!json)
    abort();
  json_decref(json);
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
  check_lines(bytes, size - 1, arena);
  compare(bytes, size - 1, data[0], arena, out);
  check_json(bytes, size - 1, arena);
  fclose(out);
  arena_free(arena);
  return 0;
}
