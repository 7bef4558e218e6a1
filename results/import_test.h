// A test of a log, as lang reads it: its condition and its states, its registers called as they are here. Private to
// results.
#pragma once
#include "harness/lang/test.h"
#include "results/import_code.h"
#include "results/record.h"

typedef struct {
  uint64_t count;
  bool starred;
  const char *text; // "1:EAX=0; x=1;"
} LogState;

typedef struct {
  const char *condition; // as the log has it; NULL: it has none
  const LogState *states;
  size_t state_count;
  const Code *code;  // the test's; NULL: the log has none
  const Test *suite; // the suite's test of that name; NULL: it has none
} LogTest;

typedef struct {
  bool is_suite;    // the suite's test asks for the same
  const char *arch; // what the names of its registers tell; "" if nothing
} LogFacts;

// The record's condition, its states in order, and its witnesses. Registers are called as the suite's test has them,
// else r0, r1, ... by program order if there is code that tells it, else by the order of their names; those of C keep
// their names. What lang does not read (a fault, an address) stays as it stands in the log, and the stars tell the
// witnesses.
LogFacts import_test(const LogTest *log, Arena *arena, Record *record);
