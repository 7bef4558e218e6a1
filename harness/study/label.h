// Labels: what the memory models say of every state that a run has seen.
#pragma once
#include "harness/event/from_test.h"
#include "harness/machine/identity.h"
#include "harness/run/run.h"
#include "results/record.h"

// The models, read once for a campaign.
typedef struct Labeller Labeller;

// What a run shows that it should not. A race (C11) or accesses that no model speaks of forbid nothing.
typedef struct {
  const char *state; // as the record has it; NULL: all that was seen may be
  uint64_t count;
  const char *model; // that forbids it: this CPU's for the code that ran, else "c11" by more than no-thin-air
  const char *axiom; // of that model, or its text
  const char *why;   // the explanation, in lines; "" where there was no time for one
} Violation;

typedef struct {
  Violation violation;   // of the state seen most often among those that are forbidden
  const char *undecided; // a sentence: which models could not decide the test within their bound; NULL: all did
} Labels;

// Lives in `arena`. `seconds`: what the decisions on one test may take, all models together.
Labeller *labeller_new(const Identity *machine, double seconds, Arena *arena);

// Marks every state of the record, one for each row of the histogram and in its order: weak or not, allowed or not by
// C11 and by each CPU's model. A model that cannot speak of the test (a fence of another CPU) or could not decide is
// left out. The test is the one that ran, its fences in it; `compiled` tells what the CPU's code is made of. NULL: it
// ran elsewhere, and what depends on the code is left in doubt.
Labels label_record(Labeller *labeller, const Test *test, const Compiled *compiled, const Histogram *histogram,
                    Record *record, Arena *arena);

// How the code that ran was lowered, for the model of this machine's CPU. Where that is in doubt, by the
// lowering that allows more.
LowerOptions label_lowering(const Identity *machine, const Cpu *cpu, const Compiled *compiled, Arena *arena);
