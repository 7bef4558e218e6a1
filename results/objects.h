// What files of records hold besides records: costs ("weakmem.cost/1"), fence ladders ("weakmem.fences/1"), as far as
// they are read again, and attempts at a campaign's tasks ("weakmem.attempt/1").
#pragma once
#include "results/fields_read.h"
#include "results/record.h"

typedef struct {
  const char *group, *operation, *context; // "" if not said
  double ns, cycles, spread;               // NAN if not said: a row without a cost says why there is none
  int stable;                              // 1, 0; -1: not said
} RecordCost;

typedef struct {
  Identity machine;
  double ghz; // of the clock that `cycles` counts; 0 if not said
  RecordCost *rows;
  unsigned row_count;
} RecordCosts;

typedef struct {
  const char *fence, *orders; // one of the two names it
  const char *threads;        // that have it: "all", "0 1"
  const char *emitted, *status, *note;
  double ns, contended_ns;         // NAN if not measured
  double spread, contended_spread; // of these, as a share of them; NAN if not said
  int stable, contended_stable;    // 1, 0; -1: not said
  const char *no_contended;        // why there is no contended_ns; "" if not said
  const char *same;                // a row that was compiled to the same instructions: "lock-or all"; "": none is said
  uint64_t witnesses, iterations;
  RecordVerdict *verdicts;
  unsigned verdict_count;
  bool bounded, thin_air;
} RecordLadderRow;

typedef struct {
  Identity machine;
  const char *weakmem, *compiler_version, *compiler_flags;
  const char *test, *condition, *target, *answer, *cheapest, *cheapest_threads, *cheapest_c11;
  const char *placement;
  unsigned *pus;
  unsigned pu_count;
  const char **states; // that are asked for
  unsigned state_count;
  bool interrupted;
  RecordLadderRow *rows;
  unsigned row_count;
} RecordLadder;

// What was done of a task of a campaign: a line when it begins, and one when it ends.
typedef struct {
  unsigned task;
  const char *plan, *node, *job, *weakmem; // the job is the scheduler's; "": none's
  const char *at;                          // RFC 3339
  const char *status;                      // "began", "done", "stopped" or "failed"
  const char *message;                     // why not done
} RecordAttempt;

extern const Fields costs_fields, ladder_fields, attempt_fields;

// Appends the line, with its newline.
void attempt_write(const RecordAttempt *attempt, Text *out);

// False, with what is wrong, if the line is no such object or contradicts itself. Live in `arena`.
bool costs_read(const char *line, size_t length, Arena *arena, RecordCosts *out, FieldsFault *fault);
bool ladder_read(const char *line, size_t length, Arena *arena, RecordLadder *out, FieldsFault *fault);
