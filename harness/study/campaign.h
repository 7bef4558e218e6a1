// A campaign: tests x placements x fences, each run once and made a record.
#pragma once
#include "harness/base/stop.h"
#include "harness/machine/placement.h"
#include "harness/run/run.h"
#include "harness/study/label.h"
#include "results/records.h"

enum { CAMPAIGN_FILL = 1 << 16 };

typedef struct {
  const Test *const *tests;
  unsigned test_count;
  const char *const *fences; // names, at least one; "none" is none
  unsigned fence_count;
  bool all_placements;            // every one that the machine offers; else
  const PlacementKind *placement; // this one; NULL: the default one
  const unsigned *pus;            // or these, where not NULL
  unsigned pu_count;
  unsigned instances; // of each test at once; CAMPAIGN_FILL: as many as there is room for; 0: one, and it is not said
  RunOptions run;
} CampaignOptions;

// One run of a campaign.
typedef struct {
  const Test *test; // with its fence
  const char *fence;
  Placement placement;
  double seconds; // of wall time; 0: as the campaign's options say
  TuneGiven given;
  bool tuned;           // it found a setting that brings what the condition asks for:
  TuneSetting best;     // ... the best
  Compiled *compiled;   // NULL before it was compiled
  unsigned place;       // of its test among what is compiled bit by bit
  Record record;        // before it was run: what tells the run from others (record_same_run)
  const Record *before; // what earlier records of the same run add up to; NULL: there are none
  bool done;            // the record is whole: it was run, or taken over from an earlier campaign
  bool taken;           // ... taken over: it is what `before` says
  bool killed;          // its processes were ended by a signal that others send, as to whole jobs
  Labels labels;        // what the models say of it, once it was run
  const char *remark;   // why it ran otherwise than asked for or than best; NULL
} CampaignRun;

// A clock as it was calibrated for a placement; NULL: none yet.
typedef struct {
  const Placement *placement;
  Clock clock;
} CampaignClock;

enum { CAMPAIGN_CLOCKS = 16 };

typedef struct {
  const Topology *topology;
  Labeller *labeller;
  RunOptions options;
  Compiler compiler;
  Building *building; // what is compiled bit by bit; NULL: nothing is
  CampaignRun *runs;
  unsigned count;
  CampaignClock clocks[CAMPAIGN_CLOCKS];
  unsigned next_clock;
} Campaign;

// The fences of a dialect's tests here: none, the dialect's own, then those that this CPU has. NULL-terminated.
const char *const *campaign_fences(const Dialect *dialect, Arena *arena);
// Those of `--fence all`, of which a test takes its own: those of every dialect of C. NULL-terminated.
const char *const *campaign_all_fences(Arena *arena);
// Whether a fence can stand in the test: a dialect's own are no other's, and none is put into the user's code.
bool campaign_takes_fence(const Test *test, const char *name);

// Every run that was asked for, test by test; of one in assembly those without a fence. A placement that a test finds
// no room on is a warning, or an error where it leaves no run at all (then false). All it points at must outlive it.
bool campaign_plan(const CampaignOptions *options, const Topology *topology, const Identity *machine,
                   const Compiler *compiler, Arena *arena, Campaign *out, Diag *diag);

// One run that a plan for many machines asks for.
typedef struct {
  const Test *test;
  const char *digest;    // of the test
  const char *fence;     // its name
  const char *placement; // its name; "default": the default one
} CampaignChoice;

// These runs, in this order; `tests`, `fences` and the placements of the options do not count. One that this machine
// cannot do is done already: its record is `refused`, and says why.
void campaign_plan_choices(const CampaignOptions *options, const CampaignChoice *choices, unsigned count,
                           const Topology *topology, const Identity *machine, const Compiler *compiler, Arena *arena,
                           Campaign *out);

// Takes over what earlier records say was done: runs of the same thing (record_same_run) that together are as long as
// what is asked for, but for a tenth. Those that are shorter will be run for the rest. Returns how many were taken
// over.
unsigned campaign_resume(Campaign *campaign, const Records *earlier, Arena *arena);

// What is known of a run that is done: its record, and what earlier ones add to it.
Record campaign_total(const CampaignRun *run, Arena *arena);

// Begins to compile what is left to be run: campaign_run then waits for its own test alone. While it measures,
// compilers are at work on PUs whose cores it does not use, and nowhere else: where there are none, between the runs.
void campaign_begin(Campaign *campaign, Arena *arena, const Stop *stop);
// Or compiles all of it now.
void campaign_compile(Campaign *campaign, Arena *arena, const Stop *stop,
                      void (*progress)(unsigned done, unsigned count, void *context), void *context);

// Runs one and makes its record. Where it ended early the record holds what was counted; where `stop` came before it
// was compiled there is none, and it is not done.
void campaign_run(Campaign *campaign, CampaignRun *run, Arena *arena, const Stop *stop);

// Ends compiling, and lets go of what was compiled, once nothing more is to be run or looked at.
void campaign_release(Campaign *campaign);
