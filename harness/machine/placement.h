// The placements that a machine offers: which PUs a test's threads sit on.
#pragma once
#include "harness/machine/placement_kind.h"
#include "harness/machine/topology.h"

typedef struct {
  PlacementKind kind;
  unsigned threads;   // of all instances
  unsigned *pus;      // OS index for each thread, instance by instance; owned by the arena
  unsigned instances; // of a test, at once; 0: one
} Placement;

// How many there are; where one sits, as if it were the only one.
static inline unsigned placement_instances(const Placement *placement) {
  return placement->instances ? placement->instances : 1;
}
static inline Placement placement_instance(const Placement *placement, unsigned index) {
  unsigned threads = placement->threads / placement_instances(placement);
  return (Placement){.kind = placement->kind, .threads = threads, .pus = placement->pus + (size_t)index * threads};
}

const char *placement_name(PlacementKind kind); // "l3"
bool placement_by_name(const char *name, PlacementKind *kind);
const char *placement_sentence(PlacementKind kind); // "cores that share the last-level cache"
const char *placement_reason(PlacementKind kind);   // why a machine does not offer it for so many threads; NULL

// The PUs for `threads` threads such that each thread and the next share the thing named and nothing nearer. False
// where the machine does not offer it for that many threads (reason in `reason` if not NULL: a static sentence). Each
// thread has a PU of its own, and a core of its own as long as there are enough; what is left is spread over the parts
// used least, lower numbers first, so that the same machine always gives the same PUs. The one thread of a test that
// has no other goes where the first of two would.
bool placement_find(const Topology *topology, PlacementKind kind, unsigned threads, Arena *arena, Placement *out,
                    const char **reason);
// The one `run` takes: the first of l2, l3, package, machine, smt that exists; else shared-pus. Never fails.
Placement placement_default(const Topology *topology, unsigned threads, Arena *arena);
// Every placement the machine offers for that many threads, at most PLACEMENT_COUNT, in the order of the enumeration.
unsigned placement_all(const Topology *topology, unsigned threads, Arena *arena, Placement out[PLACEMENT_COUNT]);
// As many instances as there is room for, at most `most`, of what placement_find or placement_default gave, which is
// the first. Each is of the same kind, within one part of the machine, and has its cores for itself, with all of their
// hardware threads; PUs that share more are given out first. One where the kind is shared-pus or custom.
Placement placement_fill(const Topology *topology, const Placement *first, unsigned most, Arena *arena);
// From --pus: threads take the PUs in turn. False, with a sentence in `diag`, where a PU is not ours to use.
bool placement_custom(const Topology *topology, const unsigned *pus, unsigned count, unsigned threads, Arena *arena,
                      Placement *out, Diag *diag);
// Whether a PU is one of the placement's; whether it is a hardware thread of a core that the placement uses by another.
bool placement_has(const Placement *placement, unsigned pu);
bool placement_is_sibling(const Topology *topology, const Placement *placement, unsigned pu);
// The PUs that are neither: what is done there takes none of the placement's cores. `*count` of them, in `arena`.
unsigned *placement_spare(const Topology *topology, const Placement *placement, Arena *arena, unsigned *count);
// Whether some PU has more than one of the threads.
bool placement_oversubscribed(const Placement *placement);
