// The machine as hwloc sees it, and binding.
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
// The one or the other, by how it is described (a file ends in ".xml"); this machine, if it is NULL.
Topology *topology_described(const char *description, Diag *diag);
void topology_free(Topology *topology);

unsigned topology_cores(const Topology *topology);              // cores with a PU we may use
unsigned topology_pu_count(const Topology *topology);           // PUs we may use
unsigned topology_pu(const Topology *topology, unsigned index); // OS index of the index-th of them
bool topology_has_pu(const Topology *topology, unsigned pu);
unsigned topology_cache_line(const Topology *topology); // bytes, of the first PU's nearest data cache; 0: not known

// Pins the calling thread (or single-threaded process) to one PU. Fails, with the reason in *diag, where the OS
// refuses.
bool topology_bind(const Topology *topology, unsigned pu, Diag *diag);

// The tree with caches and PUs, as `weakmem topo` prints it: a line for each part, or for equal cores in a row.
void topology_print(const Topology *topology, Text *out);
