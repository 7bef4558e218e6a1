// What a fence ladder is made of (ladder.h).
#pragma once
#include "harness/cost/cost.h"
#include "harness/model/judge.h"
#include "harness/study/campaign.h"
#include "harness/study/ladder_places.h"

enum {
  LADDER_C11 = 0,       // the judges that are always there: C11's
  LADDER_HERE = 1,      // and this CPU's
  LADDER_ALONE_MAX = 8, // of tests with more threads than these no thread is fenced alone
};

typedef struct {
  RunOptions run;
  const PlacementKind *placement; // NULL: the default one
  const unsigned *pus;            // or these, where not NULL
  unsigned pu_count;
  bool other_models; // those of other CPUs, too
  bool per_thread;   // look for the cheapest combination
  bool orders;       // the ladder of access orders, too
} LadderOptions;

// What is asked for.
typedef enum {
  TARGET_WEAK,         // states that sequential consistency forbids
  TARGET_INTERLEAVING, // it allows all that are asked for: no fence can forbid them
  TARGET_NEVER,        // there is no such state, whatever the order
  TARGET_UNKNOWN       // the models cannot tell: `why`
} Target;

// What a model says of the states asked for: allowed, if it allows one.
typedef struct {
  bool speaks; // false: it does not know of such a fence
  Verdict verdict;
  bool thin_air; // forbidden by RC11's no-thin-air axiom alone: ISO C11 does not forbid them
} LadderVerdict;

typedef enum { ROW_FENCE, ROW_COMBINATION, ROW_ORDERS } RowKind;

// A fence as the rows have it.
typedef struct {
  const char *name;      // "lock-add", "fence-seq_cst"
  const char *emitted;   // what the compiler made of it: instructions; "": none; NULL: not known
  const char *operation; // what it is priced as by harness/cost: for a fence of C11, the instruction
} LadderFence;

typedef struct LadderRow {
  const char *name;          // "none", "mfence"; "none|fence-seq_cst"; "release-acquire"
  const char *threads;       // "all", "P0", "each"
  const char *const *fences; // each thread's; NULL for ROW_ORDERS
  LadderFence *fence;        // of a ROW_FENCE other than "none"
  const Test *test;
  const Campaign *campaign;
  CampaignRun *run;
  MachineCode code;    // that ran
  double ns;           // what the row adds to the test as written: all its places together, each in its context
  double contended_ns; // the same where another core owns the lines that are stored to, unless `no_contended`
  double spread, contended_spread; // of these, as a share of them (cost/rows.h); the sum of what it is made of
  const char *no_contended;        // why there is no such figure: a few words; NULL: there is one
  const struct LadderRow *same;    // an earlier row that was compiled to the same instructions: what was run for it was
                                   // run for this one, too; NULL
  uint64_t seen, iterations;       // iterations that ended in a state asked for; all
  const char *note;                // where model and machine differ, and what else there is to say; NULL: nothing
  LadderVerdict *verdicts;         // of each of the ladder's judges
  RowKind kind;
  bool is_c11;                   // written in C11 alone
  bool priced;                   // ns is known
  bool stable, contended_stable; // the figures it is made of are
  bool done;                     // it was run to its end
} LadderRow;

typedef struct {
  const LadderRow *row; // NULL: none was looked for, or no combination forbids
  bool cheapest;        // else the search was cut short
  unsigned asked;
} LadderCombination;

typedef struct {
  const Test *test;
  Arena *arena;
  LadderOptions options;
  Judge *judges;
  unsigned judge_count;
  Target target;
  const char *why;       // TARGET_UNKNOWN: a sentence
  bool interrupted;      // it was stopped: what was not measured by then is missing, so that there is no answer
  bool also_interleaved; // some states that are asked for are not weak: they are not counted
  const char **states;   // those asked for that are counted, as text; at most a handful
  unsigned state_count;
  const Location *lost_update; // TARGET_INTERLEAVING: where an update may be lost; NULL
  const Identity *machine;
  const Compiler *compiler;
  LadderFence *fences;
  unsigned fence_count;
  LadderRow *rows; // the first is "none"
  unsigned row_count, row_capacity;
  const LadderRow **sorted;                        // by cost
  LadderCombination combinations[LADDER_HERE + 1]; // for each of the two judges
  const LadderRow *answers[LADDER_HERE + 1];       // the cheapest that forbids by that model and in the run, of those
                                                   // whose price is stable; NULL: none
  const LadderRow *unsettled[LADDER_HERE + 1];     // one that forbids, too, and may be cheaper, but has no stable price
} Ladder;
