// The C of an exported test.
#pragma once
#include "harness/run/run.h"

typedef struct {
  Engine engine;
  const char *fence;      // between the accesses of every thread; "none": none
  const char *cc, *flags; // what the Makefile takes where the user does not say; NULL: cc, -O2
} ExportOptions;

// The C of a test. NULL where it cannot be exported, with the reason in `diag`.
void export_emit(const Test *test, const ExportOptions *options, Arena *arena, Text *out);
