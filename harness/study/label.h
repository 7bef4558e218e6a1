// Labels: what the memory models say of every state that a run has seen, by the machine code that ran, and who made it.
#pragma once
#include "harness/event/from_test.h"
#include "harness/machine/identity.h"
#include "harness/run/run.h"
#include "harness/study/machine_code.h"
#include "results/record.h"

// The models, read once for a campaign.
typedef struct Labeller Labeller;

// Whose a state is that should not have been seen.
typedef enum {
  CULPRIT_UNKNOWN,  // C11 forbids it, and the code could not be read
  CULPRIT_COMPILER, // C11 forbids it, and this CPU's model allows it for the code
  CULPRIT_CPU       // this CPU's model forbids it for the code: the CPU's, or weakmem's
} Culprit;

// What a run shows that it should not. Where C11 leaves the program undefined (a race), or no model speaks of its
// accesses, it forbids nothing.
typedef struct {
  const char *state; // as the record has it; NULL: all that was seen may be
  uint64_t count;
  Culprit culprit;
  const char *model;  // that forbids it: this CPU's for the code that ran, else "c11" by more than no-thin-air
  const char *axiom;  // of that model, or its text
  const char *why;    // the explanation, in lines; "" where there was no time for one
  const char *unread; // CULPRIT_UNKNOWN: why the code could not be read
  const char *also;   // another state that the lockstep engine showed instead, and that should not be; NULL: none
  uint64_t confirmed; // times that the lockstep engine saw it, where the perpetual one did first; else 0
} Violation;

typedef struct {
  Violation violation; // of the state seen most often among those that are forbidden
  const char
      *unconfirmed; // a sentence: what one engine saw that should not be, and the other did not show; NULL: nothing
  const char *undecided; // a sentence: which models could not decide the test within their bound; NULL: all did
} Labels;

// Lives in `arena`. `seconds`: what the decisions on one test may take, all models together.
Labeller *labeller_new(const Identity *machine, double seconds, Arena *arena);

// Marks every state of the record, one for each row of the histogram and in its order: weak or not, allowed or not by
// C11 and by each CPU's model, and a weak one by whom; and what its condition asks for, by each of them and by sc. A
// model that cannot speak of the test (a fence of another CPU) or could not decide is left out. The test is the one
// that ran, its fences in it; `compiled` is what ran, whose code this CPU's model is asked about. NULL: it ran
// elsewhere, each CPU's code is what the mapping says, and no CPU is blamed. Of the user's own code nothing is said:
// its grades say it.
Labels label_record(Labeller *labeller, const Test *test, const Compiled *compiled, const Histogram *histogram,
                    Record *record, Arena *arena);
