// Records one after the other, in bounded memory: a file may hold millions.
#pragma once
#include "results/record.h"

typedef struct {
  // Each record that is whole; it lives until the call returns.
  void (*record)(const Record *record, void *context);
  // Other objects of ours that a file of records may hold: "weakmem.cost/1", "weakmem.fences/1". NULL: skipped, which
  // is told.
  void (*object)(const char *schema, const json_t *object, void *context);
  void *context;
  const volatile int *stop; // non-zero: read no further. NULL: never
} StreamHandlers;

typedef struct {
  unsigned long records, objects;
  unsigned long skipped; // damaged or foreign lines: the first of them are warnings with file and line in `diag`
} StreamCount;

// Reads a JSON Lines file ("-": standard input), or one that is in memory. False where it cannot be read.
bool stream_file(const char *path, const StreamHandlers *handlers, StreamCount *count, Diag *diag);
bool stream_bytes(const char *name, const char *bytes, size_t length, const StreamHandlers *handlers,
                  StreamCount *count, Diag *diag);
