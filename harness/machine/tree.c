#include "harness/machine/tree.h"

// How near two PUs are that have this object in common, in the terms of placements; -1 for an object that is no
// reason to be near (dies, groups).
static int nearness_of(hwloc_obj_t object) {
  if (object->type == HWLOC_OBJ_PU)
    return PLACEMENT_SAME_PU;
  if (object->type == HWLOC_OBJ_CORE)
    return PLACEMENT_SMT;
  if (hwloc_obj_type_is_cache(object->type))
    return object->attr->cache.depth <= 2 ? PLACEMENT_L2 : PLACEMENT_L3;
  if (object->type == HWLOC_OBJ_PACKAGE)
    return PLACEMENT_PACKAGE;
  return object->type == HWLOC_OBJ_MACHINE ? PLACEMENT_MACHINE : -1;
}

hwloc_obj_t tree_group(hwloc_obj_t pu, PlacementKind nearness) {
  hwloc_obj_t group = pu;
  for (hwloc_obj_t around = pu; around; around = around->parent) {
    int near = nearness_of(around);
    if (near > (int)nearness)
      break;
    if (near >= 0)
      group = around;
  }
  return group;
}

hwloc_obj_t tree_pu(const Topology *topology, unsigned pu) {
  for (unsigned i = 0; i < topology->pu_count; i++)
    if (topology->pus[i]->os_index == pu)
      return topology->pus[i];
  return NULL;
}
