// Memory on a NUMA node of the machine, by hwloc. Nodes are numbered as the operating system numbers them.
#pragma once
#include "harness/machine/topology.h"

// Whether the machine has that node, with memory that we may use; false, with those that it has in `diag`, if not.
bool memory_has_node(const Topology *topology, unsigned node, Diag *diag);
// Moves the pages of a mapping, which were touched, to the node, and checks that they are there. False with the reason
// in `diag` if the system does not do it. `topology` is this machine's.
bool memory_place(const Topology *topology, unsigned node, void *region, size_t bytes, Diag *diag);
// The nodes that hold the pages of a mapping, a bit each, up to node 63; 0 if it is not known.
uint64_t memory_nodes(const Topology *topology, const void *region, size_t bytes);
