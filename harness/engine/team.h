// A team: the actors of one run, each pinned to its PU, that share memory and work in rounds.
//
// Actors are threads, or processes forked from the caller; either way the memory that they share is one region, mapped
// at the same address in all of them. The caller is no actor: it posts a round and waits. What process actors need to
// know beyond the region (the object of dlopen, the caller's own variables) must be there before team_new, which forks;
// they die with the thread that called it.
#pragma once
#include "harness/base/group.h"
#include "harness/engine/names.h"

#include <stdint.h>

typedef struct Team Team;

// Where the memory that actors share is to be; all NULL: wherever the system puts it.
typedef struct {
  // Puts a mapping that was touched where it is to be. False with the reason in `diag`.
  bool (*place)(const void *context, void *region, size_t bytes, Diag *diag);
  // The NUMA nodes that hold its pages, a bit each; 0: not known.
  uint64_t (*nodes)(const void *context, const void *region, size_t bytes);
  const void *context;
} MemoryBinding;

// Where the actors of a run sit.
typedef struct {
  unsigned threads;
  bool crowded;          // some of them share a PU, so whoever waits must yield
  unsigned pus;          // that they sit on
  const unsigned *seats; // of each of those the first thread that sits there
  bool spare_pu;         // the caller finds a PU that no actor is on
  // Pins the calling thread, or process, to the actor's PU. False with the reason in `diag`.
  bool (*bind)(const void *context, unsigned actor, Diag *diag);
  const void *context;
  MemoryBinding memory;
} Binding;

// What an actor does in a round. `shared` is the team's region; what it writes elsewhere is lost with process actors.
typedef void (*TeamWork)(unsigned actor, void *shared, void *round);

// Starts an actor for each thread. NULL with the reason (cannot pin, no memory) in `diag`. `shared_bytes` are zeroed,
// touched, and on huge pages where the system gives them.
Team *team_new(const Binding *binding, Actors actors, size_t shared_bytes, Diag *diag);
void *team_shared(Team *team);
// The NUMA nodes that hold the region's pages now, a bit each; 0: not known.
uint64_t team_nodes(const Team *team);
// Runs `work` once in every actor, all let go together; returns when all are done. `round` must point into the shared
// region or be NULL. False where an actor died: the team can then only be freed.
bool team_round(Team *team, TeamWork work, void *round);
// Whether an actor died, which only a process can without its caller, and how.
bool team_died(const Team *team, GroupEnd *end);
// Ends and joins or reaps every actor, and unmaps the region. NULL is allowed.
void team_free(Team *team);

// For actors within a round: waits until all actors of the team have come here, as kernel_meet does. Costs about a line
// transfer per actor.
void team_meet(Team *team);
