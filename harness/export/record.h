// The run as a record, which `weakmem import` reads, and as text for whoever waits for it.
#pragma once
#include "harness/export/child.h"

typedef struct {
  Identity machine;
  const Placement *placement;
  const char *started; // RFC 3339
  uint64_t seed;
  RunStatus status;
  const char *message;
  const Report *report; // NULL: it did not begin
  Histogram histogram;
  uint64_t lost, filtered;
} RunRecord;

// One line of JSON, schema weakmem.run/1: what results/record.h has of a run of weakmem's own, without what the models
// say, which the import adds.
void record_json(const RunRecord *record, Text *out);
void record_text(const RunRecord *record, Text *out);
