// topology.h without hwloc: the PUs that we may use, and pinning to them, where the system is Linux. Elsewhere threads
// sit where the system puts them, and records say so.
#include "harness/base/pus.h"
#include "harness/machine/host.h"
#include "harness/machine/memory.h"
#include "harness/machine/placement.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

struct Topology {
  Arena *arena;
  unsigned *pus; // the first of each core, then the others
  unsigned count, cores, cache_line;
};

#ifdef __linux__

bool topology_bind(const Topology *topology, unsigned pu, Diag *diag) {
  (void)topology;
  cpu_set_t *set = CPU_ALLOC(pu + 1);
  size_t bytes = CPU_ALLOC_SIZE(pu + 1);
  if (!set)
    return diag_error(diag, "no memory for a set of PUs");
  CPU_ZERO_S(bytes, set);
  CPU_SET_S(pu, bytes, set);
  bool bound = !sched_setaffinity(0, bytes, set); // of the calling thread
  int reason = errno;
  CPU_FREE(set);
  return bound || diag_error(diag, "cannot pin a thread to PU %u: %s", pu, strerror(reason));
}

#else

bool topology_bind(const Topology *topology, unsigned pu, Diag *diag) {
  (void)topology, (void)pu, (void)diag;
  return true;
}

#endif

// Nothing here says where memory is.
bool memory_place(const Topology *topology, unsigned node, void *region, size_t bytes, Diag *diag) {
  (void)topology, (void)region, (void)bytes;
  return diag_error(diag, "an exported test cannot put memory on NUMA node %u", node);
}

uint64_t memory_nodes(const Topology *topology, const void *region, size_t bytes) {
  (void)topology, (void)region, (void)bytes;
  return 0;
}

// What Linux says of the core that a PU is of; "" where it says nothing.
static const char *core_of(const Topology *topology, unsigned pu) {
  return host_file(topology->arena,
                   arena_printf(topology->arena, "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", pu));
}

// The first PU of each core comes first, so that threads have cores of their own as long as there are enough.
static void order_by_core(Topology *topology) {
  assert(topology->pus);
  const char **cores = ARENA_ARRAY(topology->arena, const char *, topology->count);
  unsigned *others = ARENA_ARRAY(topology->arena, unsigned, topology->count), other_count = 0;
  for (unsigned i = 0; i < topology->count; i++) {
    const char *core = core_of(topology, topology->pus[i]);
    bool known = false;
    for (unsigned k = 0; k < topology->cores && *core && !known; k++)
      known = !strcmp(cores[k], core);
    if (known) {
      others[other_count++] = topology->pus[i];
      continue;
    }
    cores[topology->cores] = core;
    topology->pus[topology->cores++] = topology->pus[i];
  }
  memcpy(topology->pus + topology->cores, others, other_count * sizeof *others);
}

Topology *topology_new(Diag *diag) {
  Arena *arena = arena_new();
  Topology *topology = ARENA_NEW(arena, Topology);
  topology->arena = arena;
  topology->pus = pus_allowed(arena, &topology->count);
  if (!topology->pus) {
    diag_error(diag, "cannot ask which PUs there are: %s", strerror(errno));
    arena_free(arena);
    return NULL;
  }
  order_by_core(topology);
  const char *line = host_file(arena, "/sys/devices/system/cpu/cpu0/cache/index0/coherency_line_size");
  topology->cache_line = (unsigned)strtoul(line, NULL, 10);
  return topology;
}

void topology_free(Topology *topology) {
  if (topology)
    arena_free(topology->arena);
}

unsigned topology_cores(const Topology *topology) { return topology->cores; }
unsigned topology_pu_count(const Topology *topology) { return topology->count; }
unsigned topology_pu(const Topology *topology, unsigned index) { return topology->pus[index]; }
unsigned topology_cache_line(const Topology *topology) { return topology->cache_line; }

bool topology_has_pu(const Topology *topology, unsigned pu) {
  for (unsigned i = 0; i < topology->count; i++)
    if (topology->pus[i] == pu)
      return true;
  return false;
}

bool placement_custom(const Topology *topology, const unsigned *pus, unsigned count, unsigned threads, Arena *arena,
                      Placement *out, Diag *diag) {
  assert(count);
  for (unsigned i = 0; i < count; i++)
    if (!topology_has_pu(topology, pus[i]))
      return diag_error(diag, "PU %u is not ours to use", pus[i]);
  *out = (Placement){.kind = PLACEMENT_CUSTOM, .threads = threads, .pus = ARENA_ARRAY(arena, unsigned, threads)};
  for (unsigned t = 0; t < threads; t++)
    out->pus[t] = pus[t % count];
  return true;
}

Placement placement_default(const Topology *topology, unsigned threads, Arena *arena) {
  Placement placement;
  placement_custom(topology, topology->pus, topology->count, threads, arena, &placement, NULL);
  if (placement_oversubscribed(&placement))
    placement.kind = PLACEMENT_SHARED_PUS;
  return placement;
}
