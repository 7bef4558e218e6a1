// What came of a plan's tasks: where each stands, by its file of records; and all records in one file.
#pragma once
#include "harness/base/stop.h"
#include "harness/study/plan.h"
#include "results/objects.h"

typedef enum {
  FLEET_DONE,
  FLEET_RUNNING, // its file is locked by who works on it
  FLEET_WAITING, // nobody has begun it
  FLEET_STOPPED, // it ended in good order before all was done, as a scheduler that preempts asks for
  FLEET_FAILED,  // it said why
  FLEET_LOST,    // it began, and ended without a word: killed, or its machine went down
  FLEET_DAMAGED, // its file has lines that are no records of it; where is in `diag`
  FLEET_STATES
} FleetState;

extern const char *const fleet_state_names[FLEET_STATES];

typedef struct {
  FleetState state;
  unsigned runs, failed; // items that have a record; of these, which did not come to their end
  unsigned again;        // records of items that have one already: left out
  unsigned attempts;
  const char *node, *job, *at; // of the last attempt; "" before the first
  const char *why;             // not done; "" if not said
} FleetTask;

// What is handed on while a file is read; it lives until the call returns. Each may be NULL.
typedef struct {
  void (*record)(const Record *record, void *context); // each item's first
  void (*attempt)(const RecordAttempt *attempt, void *context);
  void *context;
} FleetWatch;

// Reads the file of one task. A damaged file is told as errors, with their places.
FleetTask fleet_task(const Plan *plan, const char *folder, unsigned number, const FleetWatch *watch, Arena *arena,
                     const Stop *stop, Diag *diag);

typedef struct {
  unsigned long records, missing, again;
} FleetMerge;

// Writes the records of all tasks, each item's once, in the place of the file `path` ("-": to standard output). In what
// records differ from the plan are warnings. False,
// and the file stays as it was, where a file of records is damaged, `stop` came, it cannot be written, or it is a part
// of the campaign.
bool fleet_merge(const Plan *plan, const char *folder, const char *path, FleetMerge *out, const Stop *stop, Diag *diag);

// Puts the lines of a damaged file that are records of the task, or attempts at it, in its place, and says behind them
// that it was mended. The file as it was is kept beside it: *kept, N.jsonl.damaged, or N.jsonl.damaged-2 and so on
// where that is there; NULL where it is damaged no more. False with the reason.
bool fleet_mend(const Plan *plan, const char *folder, unsigned number, const char **kept, Diag *diag);
