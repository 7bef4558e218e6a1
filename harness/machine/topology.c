#include "harness/machine/topology.h"

#include "harness/machine/host.h"
#include "harness/machine/tree.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PU_LIMIT = 1 << 16 }; // of machines that are described

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

// Where a topology comes from.
typedef enum { FROM_HERE, FROM_SYNTHETIC, FROM_XML } Origin;

typedef struct {
  Origin origin;
  const char *description; // synthetic: the text; XML: all of the document
  size_t length;
} Description;

static bool load(Topology *topology, const Description *from, Diag *diag) {
  if (hwloc_topology_init(&topology->hwloc)) {
    topology->hwloc = NULL;
    return diag_error(diag, "hwloc cannot start: %s", strerror(errno));
  }
  if (from->origin == FROM_SYNTHETIC && hwloc_topology_set_synthetic(topology->hwloc, from->description))
    return diag_error(diag, "'%s' is no synthetic topology that hwloc understands", from->description);
  if (from->origin == FROM_XML &&
      hwloc_topology_set_xmlbuffer(topology->hwloc, from->description, (int)from->length + 1))
    return diag_error(diag, "hwloc cannot read this as a topology in XML");
  // By default hwloc shows PUs that the process is kept from by taskset.
  unsigned long flags =
      from->origin == FROM_HERE ? HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM | HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING : 0;
  if (hwloc_topology_set_flags(topology->hwloc, flags))
    return diag_error(diag, "hwloc cannot keep to the CPUs that this process is bound to: %s", strerror(errno));
  if (hwloc_topology_load(topology->hwloc))
    return diag_error(diag, "hwloc cannot load the topology: %s", strerror(errno));
  topology->here = from->origin == FROM_HERE;
  return take_stock(topology, diag);
}

static Topology *make(const Description *from, Diag *diag) {
  Topology *topology = calloc(1, sizeof *topology);
  if (!topology) {
    diag_error(diag, "out of memory for the topology");
    return NULL;
  }
  if (load(topology, from, diag))
    return topology;
  topology_free(topology);
  return NULL;
}

Topology *topology_new(Diag *diag) { return make(&(Description){.origin = FROM_HERE}, diag); }

// Whether each PU lies in the sets of all that is around it: the placements rely on that.
static bool is_sound(const Topology *topology) {
  for (unsigned i = 0; i < topology->pu_count; i++) {
    hwloc_obj_t around = topology->pus[i];
    if (around->os_index >= PU_LIMIT || hwloc_bitmap_weight(around->cpuset) != 1)
      return false;
    for (; around; around = around->parent)
      if (!around->cpuset || !hwloc_bitmap_isset(around->cpuset, topology->pus[i]->os_index))
        return false;
  }
  return true;
}

// hwloc trusts what it is given: a document that is damaged makes it crash. So a process that may crash goes first.
static bool survives(const Description *from) {
  pid_t child = fork();
  if (child < 0)
    return false;
  if (!child) {
    alarm(10);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
      dup2(nowhere, STDERR_FILENO);
    Diag diag = {.arena = arena_new()};
    Topology *topology = make(from, &diag);
    if (topology)
      hwloc_topology_check(topology->hwloc);
    _exit(topology && is_sound(topology) ? 0 : 1);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    continue;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// hwloc would try to make as many PUs as it is asked for: the product of the counts, each after a colon.
static bool is_too_large(const char *description) {
  unsigned long long pus = 1;
  for (const char *colon = strchr(description, ':'); colon; colon = strchr(colon + 1, ':')) {
    unsigned long long count = strtoull(colon + 1, NULL, 10);
    if (count > PU_LIMIT || pus * (count ? count : 1) > PU_LIMIT)
      return true;
    pus *= count ? count : 1;
  }
  return false;
}

Topology *topology_synthetic(const char *description, Diag *diag) {
  const Description from = {.origin = FROM_SYNTHETIC, .description = description};
  if (is_too_large(description))
    diag_error(diag, "'%s' has more than %d PUs", description, PU_LIMIT);
  else if (!survives(&from))
    diag_error(diag, "'%s' is no synthetic topology that hwloc understands", description);
  else
    return make(&from, diag);
  return NULL;
}

Topology *topology_xml(const char *path, Diag *diag) {
  enum { LIMIT = 16 << 20 };
  Topology *topology = NULL;
  Text text = {0};
  errno = 0;
  if (!host_read(path, LIMIT, &text))
    diag_error(diag, "cannot read '%s': %s", path, errno ? strerror(errno) : "it is longer than 16 MiB");
  else {
    const Description from = {.origin = FROM_XML, .description = text_string(&text), .length = text.length};
    if (!survives(&from))
      diag_error(diag, "'%s' is no topology in XML that hwloc understands", path);
    else
      topology = make(&from, diag);
  }
  text_free(&text);
  return topology;
}

Topology *topology_described(const char *description, Diag *diag) {
  if (!description)
    return topology_new(diag);
  size_t length = strlen(description);
  bool file = length > 4 && !strcmp(description + length - 4, ".xml");
  return file ? topology_xml(description, diag) : topology_synthetic(description, diag);
}

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

// What kind of core an object is, on machines with several: the higher, the faster; -1 elsewhere.
static int kind_of(const Topology *topology, hwloc_obj_t object) {
  if (object->type != HWLOC_OBJ_CORE || hwloc_cpukinds_get_nr(topology->hwloc, 0) < 2)
    return -1;
  return hwloc_cpukinds_get_by_cpuset(topology->hwloc, object->cpuset, 0);
}

static void print_object(const Topology *topology, hwloc_obj_t object, bool numbered, Text *out) {
  char name[64];
  hwloc_obj_type_snprintf(name, sizeof name, object, 0);
  text_add(out, name);
  if (hwloc_obj_type_is_cache(object->type)) {
    text_add_char(out, ' ');
    print_size(object->attr->cache.size, out);
  } else if (numbered && object->os_index != HWLOC_UNKNOWN_INDEX && object->type != HWLOC_OBJ_MACHINE)
    text_printf(out, " %u", object->os_index);
  int kind = kind_of(topology, object);
  if (kind >= 0)
    text_printf(out, " (kind %d)", kind);
}

// An object, and on the same line what lies in it for as long as that is one thing. Returns the last of these.
static hwloc_obj_t print_chain(const Topology *topology, hwloc_obj_t object, bool numbered, Text *out) {
  print_object(topology, object, numbered, out);
  while (object->arity == 1) {
    object = object->first_child;
    if (object->type == HWLOC_OBJ_L1ICACHE || (!numbered && object->type == HWLOC_OBJ_PU))
      continue;
    text_add(out, " + ");
    print_object(topology, object, numbered, out);
  }
  return object;
}

// Whether two objects are a core each, with the same caches around it and as many PUs in it.
static bool same_core(const Topology *topology, hwloc_obj_t a, hwloc_obj_t b) {
  while (a->type == b->type && kind_of(topology, a) == kind_of(topology, b) && a->arity == b->arity &&
         (!hwloc_obj_type_is_cache(a->type) || a->attr->cache.size == b->attr->cache.size)) {
    if (a->type == HWLOC_OBJ_CORE || a->type == HWLOC_OBJ_PU)
      return true;
    if (a->arity != 1)
      return false;
    a = a->first_child;
    b = b->first_child;
  }
  return false;
}

// The first of the siblings after `child` that is not the same; *count is how many are.
static hwloc_obj_t skip_same(const Topology *topology, hwloc_obj_t child, unsigned *count) {
  hwloc_obj_t next = child;
  for (*count = 0; next && same_core(topology, child, next); next = next->next_sibling)
    ++*count;
  return next;
}

// Equal cores in a row as one line: "8 x L2 1 MiB + L1d 48 KiB + Core: PU 0-7,96-103".
static void print_cores(const Topology *topology, hwloc_obj_t first, unsigned count, Text *out) {
  hwloc_bitmap_t pus = hwloc_bitmap_alloc();
  text_printf(out, "%u x ", count);
  print_chain(topology, first, false, out);
  for (hwloc_obj_t core = first; count-- && pus; core = core->next_sibling)
    hwloc_bitmap_or(pus, pus, core->cpuset);
  char *list = NULL;
  if (pus && hwloc_bitmap_list_asprintf(&list, pus) >= 0)
    text_printf(out, first->type == HWLOC_OBJ_PU ? " %s" : ": PU %s", list);
  free(list);
  hwloc_bitmap_free(pus);
  text_add_char(out, '\n');
}

static void print_tree(const Topology *topology, hwloc_obj_t object, unsigned depth, Text *out) {
  enum { ENOUGH_TO_FOLD = 3 };
  text_repeat(out, ' ', (size_t)depth * 2);
  object = print_chain(topology, object, true, out);
  text_add_char(out, '\n');
  for (hwloc_obj_t child = object->first_child; child;) {
    unsigned count;
    hwloc_obj_t next = skip_same(topology, child, &count);
    if (count >= ENOUGH_TO_FOLD) {
      text_repeat(out, ' ', (size_t)(depth + 1) * 2);
      print_cores(topology, child, count, out);
      child = next;
    } else {
      print_tree(topology, child, depth + 1, out);
      child = child->next_sibling;
    }
  }
}

void topology_print(const Topology *topology, Text *out) {
  print_tree(topology, hwloc_get_root_obj(topology->hwloc), 0, out);
}
