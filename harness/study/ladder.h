// The fence ladder of a test: for each fence, in each of the test's threads, what it costs, what the models say of the
// weak states that the condition asks for, and how often they were seen; and which is the cheapest that forbids them.
#pragma once
#include "harness/base/stop.h"
#include "harness/study/ladder_rows.h"

// What a ladder needs from where it stands: the machine, and somebody who watches.
typedef struct {
  const Topology *topology;
  const Stop *stop; // polled; NULL
  void (*progress)(void *context, const char *what, unsigned done, unsigned count);
  void *context;
} LadderSite;

// Measures and judges the whole ladder. False, with the reason, where it cannot be made at all. Where it was stopped
// rows are left that are not `done`. All it points at must outlive it; it lives in `arena`.
bool ladder_make(const LadderOptions *options, const Test *test, const LadderSite *site, const Identity *machine,
                 const Compiler *compiler, Arena *arena, Ladder *out, Diag *diag);

// Lets go of what was compiled, once nothing more of it is to be looked at.
void ladder_release(const Ladder *ladder);
