// What a Topology holds. Private to machine/.
#pragma once
#include "harness/machine/placement_kind.h"

#include <hwloc.h>
#include <stdbool.h>

typedef struct Topology {
  hwloc_topology_t hwloc;
  bool here; // this machine, not a description: threads can be bound
  unsigned pu_count, core_count;
  hwloc_obj_t *pus; // in the order of their OS index
} Topology;

// The largest object around a PU that is no farther than `nearness`, which is one of PLACEMENT_SAME_PU (the PU itself)
// to PLACEMENT_MACHINE. Two PUs share what `nearness` names, or something nearer, exactly if this is the same object.
hwloc_obj_t tree_group(hwloc_obj_t pu, PlacementKind nearness);

// The PU with that OS index; NULL where it is not ours to use.
hwloc_obj_t tree_pu(const Topology *topology, unsigned pu);
