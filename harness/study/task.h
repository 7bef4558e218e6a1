// A task of a plan, run on this machine. What it does is in DIR/records/N.jsonl: a line when it begins, each record as
// soon as it is whole, a line when it ends. Whatever ends it, the next attempt goes on with what is not in the file.
#pragma once
#include "harness/study/campaign.h"
#include "harness/study/plan.h"

// What is told while it runs. Any may be NULL.
typedef struct {
  void (*run)(const Campaign *campaign, const CampaignRun *run, void *context);            // a record was added
  void (*progress)(unsigned done, unsigned count, const CampaignRun *next, void *context); // before the next run
  void *context;
} TaskWatch;

typedef enum {
  TASK_DONE,    // every item is in the file, whether it came to its end, failed or was refused here
  TASK_STOPPED, // `stop` came
  TASK_HELD,    // another run works on it
  TASK_DAMAGED, // its file has lines that are no records; where is in `diag`
  TASK_FAILED   // why is in `diag`, and in the file if it can be written
} TaskEnd;

// Runs what is left of task `number`. Waits up to `wait` seconds for another run that holds its file. `*done`: how many
// of its items are in the file afterwards.
TaskEnd task_run(const Plan *plan, const char *folder, unsigned number, double wait, const Topology *topology,
                 const TaskWatch *watch, Arena *arena, const Stop *stop, unsigned *done, Diag *diag);

// This machine's name: the scheduler's for it, else its own.
const char *task_node(Arena *arena);
