// What topology.h is here, without hwloc: no tree, and of the placements PUs one by one.
#pragma once
#include "harness/machine/topology.h"

// Whether threads can be pinned at all: on Linux.
bool pus_can_pin(void);
// What the record calls the placement: "custom", "shared-pus"; "unpinned" where threads could not be pinned.
const char *pus_placement(const Placement *placement);
