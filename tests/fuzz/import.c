// Any bytes as a log: what it makes are records that are written and read back alike.
#include "results/import.h"
#include "results/record_read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const Record *record, Arena *arena) {
  Text first = {0}, second = {0};
  FieldsFault fault;
  Record again;
  record_write(record, &first);
  if (!record_read(first.bytes, first.length, arena, &again, &fault))
    abort();
  record_write(&again, &second);
  if (strcmp(first.bytes, second.bytes) != 0)
    abort();
  text_free(&first);
  text_free(&second);
}

static void check_log(const uint8_t *data, size_t size, Arena *arena) {
  Diag diag = {.arena = arena};
  ImportOptions options = {0};
  Records records;
  if (!import_bytes("fuzz.log", (const char *)data, size, &options, arena, &records, &diag))
    return;
  for (unsigned i = 0; i < records.count; i++) {
    uint64_t total = 0;
    for (unsigned k = 0; k < records.records[i].state_count; k++)
      total += records.records[i].states[k].count;
    if (total != records.records[i].iterations || records.records[i].witnesses > total)
      abort();
    check_record(&records.records[i], arena);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  check_log(data, size, arena);
  arena_free(arena);
  return 0;
}
