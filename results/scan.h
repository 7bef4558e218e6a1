// A record from its line of JSON in one pass, without a tree of the JSON: fifty times as fast as record_from_json, for
// files of millions. Private to results.
#pragma once
#include "results/record.h"

typedef struct RecordScan RecordScan;

RecordScan *record_scan_new(void);
void record_scan_free(RecordScan *scan);

// Reads plain records alone: false where the line is damaged or foreign, and where it is anything unusual (text that is
// not ASCII, numbers beyond 64 bits); record_from_json then decides. What it does read, record_from_json would read
// alike. The record points into `scan`, until the next call.
bool record_scan(RecordScan *scan, const char *line, size_t length, Record *out);
