#include "harness/machine/topology.h"

#include "harness/machine/tree.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

// Takes stock of what hwloc has loaded.
static bool take_stock(Topology *topology, Diag *diag) {
  hwloc_const_bitmap_t set = hwloc_topology_get_allowed_cpuset(topology->hwloc);
  int count = set ? hwloc_bitmap_weight(set) : 0;
  if (count <= 0)
    return diag_error(diag, "hwloc sees no PU that we may use");
  topology->pus = calloc((size_t)count, sizeof(hwloc_obj_t));
  if (!topology->pus)
    return diag_error(diag, "out of memory for %d PUs", count);
  for (int pu = hwloc_bitmap_first(set); pu >= 0; pu = hwloc_bitmap_next(set, pu)) {
    hwloc_obj_t object = hwloc_get_pu_obj_by_os_index(topology->hwloc, (unsigned)pu);
    if (object)
      topology->pus[topology->pu_count++] = object;
  }
  if (!topology->pu_count)
    return diag_error(diag, "hwloc sees no PU that we may use");
  for (unsigned i = 0; i < topology->pu_count; i++) {
    hwloc_obj_t core = tree_group(topology->pus[i], PLACEMENT_SMT);
    bool first = true;
    for (unsigned j = 0; j < i && first; j++)
      first = tree_group(topology->pus[j], PLACEMENT_SMT) != core;
    topology->core_count += first;
  }
  return true;
}

// What stands where a topology comes from.
typedef enum { FROM_HERE, FROM_SYNTHETIC, FROM_XML } Origin;

static bool load(Topology *topology, Origin origin, const char *description, Diag *diag) {
  if (hwloc_topology_init(&topology->hwloc)) {
    topology->hwloc = NULL;
    return diag_error(diag, "hwloc cannot start: %s", strerror(errno));
  }
  if (origin == FROM_SYNTHETIC && hwloc_topology_set_synthetic(topology->hwloc, description))
    return diag_error(diag, "'%s' is no synthetic topology that hwloc understands", description);
  if (origin == FROM_XML && hwloc_topology_set_xml(topology->hwloc, description))
    return diag_error(diag, "hwloc cannot read '%s' as a topology in XML", description);
  // By default hwloc shows PUs that the process is kept from by taskset.
  unsigned long flags =
      origin == FROM_HERE ? HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM | HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING : 0;
  if (hwloc_topology_set_flags(topology->hwloc, flags))
    return diag_error(diag, "hwloc cannot keep to the CPUs that this process is bound to: %s", strerror(errno));
  if (hwloc_topology_load(topology->hwloc))
    return diag_error(diag, "hwloc cannot load the topology: %s", strerror(errno));
  topology->here = origin == FROM_HERE;
  return take_stock(topology, diag);
}

static Topology *make(Origin origin, const char *description, Diag *diag) {
  Topology *topology = calloc(1, sizeof *topology);
  if (!topology) {
    diag_error(diag, "out of memory for the topology");
    return NULL;
  }
  if (load(topology, origin, description, diag))
    return topology;
  topology_free(topology);
  return NULL;
}

Topology *topology_new(Diag *diag) { return make(FROM_HERE, NULL, diag); }
Topology *topology_synthetic(const char *description, Diag *diag) { return make(FROM_SYNTHETIC, description, diag); }
Topology *topology_xml(const char *path, Diag *diag) { return make(FROM_XML, path, diag); }

void topology_free(Topology *topology) {
  if (!topology)
    return;
  if (topology->hwloc)
    hwloc_topology_destroy(topology->hwloc);
  free(topology->pus);
  free(topology);
}

unsigned topology_cores(const Topology *topology) { return topology->core_count; }
unsigned topology_pu_count(const Topology *topology) { return topology->pu_count; }

unsigned topology_pu(const Topology *topology, unsigned index) {
  assert(index < topology->pu_count);
  return topology->pus[index]->os_index;
}

bool topology_has_pu(const Topology *topology, unsigned pu) { return tree_pu(topology, pu) != NULL; }

unsigned topology_cache_line(const Topology *topology) {
  for (hwloc_obj_t around = topology->pus[0]; around; around = around->parent)
    if (hwloc_obj_type_is_dcache(around->type) && around->attr->cache.linesize)
      return around->attr->cache.linesize;
  return 0;
}

bool topology_bind(const Topology *topology, unsigned pu, Diag *diag) {
  hwloc_obj_t object = tree_pu(topology, pu);
  if (!topology->here)
    return diag_error(diag, "cannot bind to PU %u of a topology that is not this machine's", pu);
  if (!object)
    return diag_error(diag, "cannot bind to PU %u: it is not ours to use", pu);
  if (hwloc_set_cpubind(topology->hwloc, object->cpuset, HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT))
    return diag_error(diag, "cannot bind to PU %u: %s", pu, strerror(errno));
  hwloc_bitmap_t bound = hwloc_bitmap_alloc();
  bool done = bound && !hwloc_get_cpubind(topology->hwloc, bound, HWLOC_CPUBIND_THREAD) &&
              hwloc_bitmap_isequal(bound, object->cpuset);
  hwloc_bitmap_free(bound);
  return done || diag_error(diag, "cannot bind to PU %u: the system took the request and did not follow it", pu);
}

// "512 KiB"
static void print_size(uint64_t bytes, Text *out) {
  if (bytes >= 1 << 20 && bytes % (1 << 20) == 0)
    text_printf(out, "%llu MiB", (unsigned long long)(bytes >> 20));
  else
    text_printf(out, "%llu KiB", (unsigned long long)(bytes >> 10));
}

static void print_object(const Topology *topology, hwloc_obj_t object, Text *out) {
  char name[64];
  hwloc_obj_type_snprintf(name, sizeof name, object, 0);
  text_add(out, name);
  if (hwloc_obj_type_is_cache(object->type)) {
    text_add_char(out, ' ');
    print_size(object->attr->cache.size, out);
    return;
  }
  if (object->os_index != HWLOC_UNKNOWN_INDEX && object->type != HWLOC_OBJ_MACHINE)
    text_printf(out, " %u", object->os_index);
  int kinds = hwloc_cpukinds_get_nr(topology->hwloc, 0);
  if (object->type == HWLOC_OBJ_CORE && kinds > 1)
    text_printf(out, " (kind %d)", hwloc_cpukinds_get_by_cpuset(topology->hwloc, object->cpuset, 0));
}

// An object, and on the same line what lies in it for as long as that is one thing.
static void print_tree(const Topology *topology, hwloc_obj_t object, unsigned depth, Text *out) {
  text_repeat(out, ' ', (size_t)depth * 2);
  print_object(topology, object, out);
  while (object->arity == 1) {
    object = object->first_child;
    if (object->type == HWLOC_OBJ_L1ICACHE)
      continue;
    text_add(out, " + ");
    print_object(topology, object, out);
  }
  text_add_char(out, '\n');
  for (hwloc_obj_t child = object->first_child; child; child = child->next_sibling)
    print_tree(topology, child, depth + 1, out);
}

void topology_print(const Topology *topology, Text *out) {
  print_tree(topology, hwloc_get_root_obj(topology->hwloc), 0, out);
}
