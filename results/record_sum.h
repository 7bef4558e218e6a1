// Records of the same run added up: what several runs of one thing saw together.
#pragma once
#include "harness/base/table.h"
#include "results/record.h"

// Adds a record to one of the same run (record_same_run): its counts, its time and its states, new ones in `arena`.
// What only one of them says (verdicts, an alarm, the text) is the sum's; how it was run is as the sum had it, and
// `started` is the earlier. Nothing is added, and false returned, where a count would be beyond 64 bits.
bool record_add(Record *sum, const Record *more, Arena *arena);

// Of each same run one record, in the order in which the first of each was added.
typedef struct {
  Arena *arena;
  Record *records;
  unsigned count;
  size_t capacity;
  Table runs, told;
} RecordSums;

RecordSums record_sums_new(Arena *arena);
// A record that was added before, to the letter, is not added again. Its texts are not copied. The index of its run.
unsigned record_sums_add(RecordSums *sums, const Record *record);
// NULL: none of the same run was added.
const Record *record_sums_find(const RecordSums *sums, const Record *record);
