// A campaign over many machines: its plan. A plan is a folder:
//
//   plan.jsonl    the manifest: what was planned, every test with its text, every item, every task
//   records/N.jsonl   what task N did: its records, and each attempt at it (study/task.h, study/fleet.h)
//   KIND.sbatch, submit.sh, Makefile   what starts the tasks (study/plan_scripts.h)
//
// An *item* is a run that is asked for: a test, with a fence, on a placement, by actors, by a compiler. A *task* is
// items in a row, on one machine of one kind, once. The manifest's digest is over all of it, and names the campaign.
#pragma once
#include "harness/build/compiler.h"
#include "harness/lang/suite.h"
#include "harness/machine/topology.h"
#include "harness/run/run.h"

typedef struct {
  const char *name; // also what Slurm's --constraint asks for, and make's target
  const char *cpu;  // that it has; "": not known
  unsigned nodes;   // how many machines of it there are to share the work
} PlanKind;

typedef struct {
  const char *name, *family, *file, *digest;
  const char *litmus; // its text
} PlanTest;

typedef struct {
  unsigned test, compiler;                // indices
  const char *placement, *actors, *fence; // names; the placement may be "default"
} PlanItem;

typedef struct {
  unsigned kind, repetition, first, count; // items from `first` on
  uint64_t seed;
  double seconds; // that it takes, as it was estimated
} PlanTask;

typedef struct {
  const char *weakmem, *binary; // version, and SHA-256 of the program
  const char *arch;             // that this program is for; "": not known
  const char *digest;           // of the manifest
  double seconds;               // of wall time for each run
  double task_seconds;          // that a task was to take
  const char *engine;
  uint64_t seed;
  unsigned repetitions;
  PlanKind *kinds;
  unsigned kind_count;
  bool constrained; // kinds are features that a scheduler knows; else there is one, of any machine
  Compiler *compilers;
  unsigned compiler_count;
  PlanTest *tests;
  unsigned test_count;
  PlanItem *items;
  unsigned item_count;
  PlanTask *tasks;
  unsigned task_count;
} Plan;

// What is asked for: everything in every combination.
typedef struct {
  const Suite *suite;
  const char *const *placements; // names, or "default"; NULL: all that `topology` offers a test
  unsigned placement_count;
  const Topology *topology;
  const char *const *actors, *const *fences; // names
  unsigned actors_count, fence_count;
} PlanAxes;

// Cuts tasks of about `task_seconds`. The plan has its scalar members, kinds and compilers set; the rest is made. False
// if nothing is left to be run, or the plan would be too large.
bool plan_make(Plan *plan, const PlanAxes *axes, Arena *arena, Diag *diag);

// The tasks of a kind are in a row: the first of them, and how many.
unsigned plan_kind_tasks(const Plan *plan, unsigned kind, unsigned *count);
// How long all of a kind's tasks take on one machine, and on its machines together, in seconds.
double plan_kind_seconds(const Plan *plan, unsigned kind);
double plan_kind_wall(const Plan *plan, unsigned kind);

// Whether this can name a kind: it becomes a file's name, make's target, and a word of a shell's commands.
bool plan_is_kind_name(const char *name);

// The manifest as text; sets the plan's digest.
void plan_print(Plan *plan, Arena *arena, Text *out);
// Reads DIR/plan.jsonl. False with the place of what is wrong: damaged, cut short, of another kind. Lives in `arena`.
bool plan_read(const char *folder, Arena *arena, Plan *out, Diag *diag);

// DIR/records/N.jsonl
const char *plan_records_path(const char *folder, unsigned task, Arena *arena);

// The test, read from its text, whose digest must be the plan's.
const Test *plan_test(const Plan *plan, unsigned test, Arena *arena, Diag *diag);
// What an item of a task begins with, so that a task that is repeated makes the same choices.
uint64_t plan_seed(uint64_t seed, unsigned number);
// SHA-256 of the program that runs; "" if it cannot be read.
const char *plan_binary(Arena *arena);
