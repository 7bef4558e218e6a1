#include "harness/machine/memory.h"

#include "harness/machine/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Those of the machine's nodes that have memory and are ours to use.
static hwloc_bitmap_t usable_nodes(const Topology *topology) {
  hwloc_bitmap_t nodes = hwloc_bitmap_alloc();
  hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_nodeset(topology->hwloc);
  hwloc_obj_t node = NULL;
  while (nodes && (node = hwloc_get_next_obj_by_type(topology->hwloc, HWLOC_OBJ_NUMANODE, node)))
    if (node->attr->numanode.local_memory && hwloc_bitmap_isset(allowed, node->os_index))
      hwloc_bitmap_set(nodes, node->os_index);
  return nodes;
}

bool memory_has_node(const Topology *topology, unsigned node, Diag *diag) {
  hwloc_bitmap_t nodes = usable_nodes(topology);
  char *list = NULL;
  bool has = nodes && hwloc_bitmap_isset(nodes, node);
  if (!has && (!nodes || hwloc_bitmap_list_asprintf(&list, nodes) < 0))
    list = NULL;
  hwloc_bitmap_free(nodes);
  if (!has)
    diag_error(diag, "this machine has no memory for us on NUMA node %u, but on %s", node,
               list && *list ? list : "none");
  free(list);
  return has;
}

uint64_t memory_nodes(const Topology *topology, const void *region, size_t bytes) {
  hwloc_bitmap_t nodes = hwloc_bitmap_alloc();
  uint64_t out = 0;
  if (nodes && topology->here &&
      !hwloc_get_area_memlocation(topology->hwloc, region, bytes, nodes, HWLOC_MEMBIND_BYNODESET))
    for (unsigned node = 0; node < 64; node++)
      out |= (uint64_t)(hwloc_bitmap_isset(nodes, node) != 0) << node;
  hwloc_bitmap_free(nodes);
  return out;
}

bool memory_place(const Topology *topology, unsigned node, void *region, size_t bytes, Diag *diag) {
  enum { HOW = HWLOC_MEMBIND_BYNODESET | HWLOC_MEMBIND_STRICT | HWLOC_MEMBIND_MIGRATE };
  if (!topology->here)
    return diag_error(diag, "cannot put memory on node %u of a topology that is not this machine's", node);
  hwloc_bitmap_t nodes = hwloc_bitmap_alloc(), there = hwloc_bitmap_alloc();
  bool taken = nodes && there && !hwloc_bitmap_only(nodes, node) &&
               !hwloc_set_area_membind(topology->hwloc, region, bytes, nodes, HWLOC_MEMBIND_BIND, HOW);
  int reason = errno;
  bool done = taken && !hwloc_get_area_memlocation(topology->hwloc, region, bytes, there, HWLOC_MEMBIND_BYNODESET) &&
              hwloc_bitmap_isequal(nodes, there);
  hwloc_bitmap_free(nodes);
  hwloc_bitmap_free(there);
  if (!taken)
    return diag_error(diag, "cannot put memory on NUMA node %u: %s", node, strerror(reason));
  return done ||
         diag_error(diag, "cannot put memory on NUMA node %u: the system took the request and did not follow it", node);
}
