// The machine as hwloc sees it, the placements it offers, and binding.
//
// A topology respects the set of CPUs that the process was started on (cpusets, taskset). Its PUs are numbered as the
// operating system numbers them.
#pragma once
#include "harness/base/diag.h"

#include <stdint.h>

typedef struct Topology Topology;

// This machine. NULL with the reason in `diag` where hwloc fails. Freed by topology_free.
Topology *topology_new(Diag *diag);
// A machine from hwloc's synthetic description ("pack:2 l3:1 core:4 pu:2") or XML file. Cannot bind. A child process
// reads it first, since hwloc crashes on some that are damaged.
Topology *topology_synthetic(const char *description, Diag *diag);
Topology *topology_xml(const char *path, Diag *diag);
void topology_free(Topology *topology);

unsigned topology_cores(const Topology *topology);              // cores with a PU we may use
unsigned topology_pu_count(const Topology *topology);           // PUs we may use
unsigned topology_pu(const Topology *topology, unsigned index); // OS index of the index-th of them
bool topology_has_pu(const Topology *topology, unsigned pu);
unsigned topology_cache_line(const Topology *topology); // bytes, of the first PU's nearest data cache; 0: not known

// What neighbouring threads share; see DESIGN.md, "Placements". In the order of the table of names.
typedef enum {
  PLACEMENT_SAME_PU,
  PLACEMENT_SMT,
  PLACEMENT_L2,
  PLACEMENT_L3,
  PLACEMENT_PACKAGE,
  PLACEMENT_MACHINE,
  PLACEMENT_KINDS,
  PLACEMENT_SHARED_PUS, // more threads than PUs
  PLACEMENT_CUSTOM,     // --pus; or, as the default, where no placement has room but there are PUs enough
  PLACEMENT_COUNT
} PlacementKind;

typedef struct {
  PlacementKind kind;
  unsigned threads;
  unsigned *pus; // OS index for each thread; owned by the arena
} Placement;

const char *placement_name(PlacementKind kind); // "l3"
bool placement_by_name(const char *name, PlacementKind *kind);
const char *placement_sentence(PlacementKind kind); // "cores that share the last-level cache"

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
// From --pus: threads take the PUs in turn. False, with a sentence in `diag`, where a PU is not ours to use.
bool placement_custom(const Topology *topology, const unsigned *pus, unsigned count, unsigned threads, Arena *arena,
                      Placement *out, Diag *diag);
// Whether some PU has more than one of the threads.
bool placement_oversubscribed(const Placement *placement);

// Pins the calling thread (or single-threaded process) to one PU. Fails, with the reason in *diag, where the OS
// refuses.
bool topology_bind(const Topology *topology, unsigned pu, Diag *diag);

// The tree with caches and PUs, as `weakmem topo` prints it: a line for each part, or for equal cores in a row.
void topology_print(const Topology *topology, Text *out);
