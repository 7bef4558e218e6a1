// Which PUs of this machine make a placement.
#include "harness/machine/placement.h"
#include "harness/machine/tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// The PUs that may still be given out, those that were, and those that other instances have.
typedef struct {
  hwloc_bitmap_t free, used, taken;
} Pool;

static Pool pool_new(void) {
  Pool pool = {hwloc_bitmap_alloc(), hwloc_bitmap_alloc(), hwloc_bitmap_alloc()};
  if (!pool.free || !pool.used || !pool.taken)
    abort();
  return pool;
}

static void pool_free(Pool *pool) {
  hwloc_bitmap_free(pool->taken);
  hwloc_bitmap_free(pool->free);
  hwloc_bitmap_free(pool->used);
}

static int count_in(hwloc_const_bitmap_t some, hwloc_obj_t object) {
  int count = 0;
  for (int pu = hwloc_bitmap_first(object->cpuset); pu >= 0; pu = hwloc_bitmap_next(object->cpuset, pu))
    count += hwloc_bitmap_isset(some, (unsigned)pu);
  return count;
}

// Takes a PU from below an object, spreading: at each level from the part that was used least, the first of those.
static unsigned take(Pool *pool, hwloc_obj_t object) {
  while (object->type != HWLOC_OBJ_PU) {
    hwloc_obj_t best = NULL;
    for (hwloc_obj_t child = object->first_child; child; child = child->next_sibling)
      if (hwloc_bitmap_intersects(pool->free, child->cpuset) &&
          (!best || count_in(pool->used, child) < count_in(pool->used, best)))
        best = child;
    assert(best);
    object = best;
  }
  hwloc_bitmap_clr(pool->free, object->os_index);
  hwloc_bitmap_set(pool->used, object->os_index);
  return object->os_index;
}

// Every PU that is not taken, or the first of each core: threads get cores of their own as long as there are enough.
static void fill(const Topology *topology, bool one_per_core, Pool *pool) {
  hwloc_bitmap_zero(pool->free);
  hwloc_bitmap_zero(pool->used);
  for (unsigned i = 0; i < topology->pu_count; i++) {
    hwloc_obj_t core = tree_group(topology->pus[i], PLACEMENT_SMT);
    if (!hwloc_bitmap_isset(pool->taken, topology->pus[i]->os_index) &&
        (!one_per_core || !hwloc_bitmap_intersects(pool->free, core->cpuset)))
      hwloc_bitmap_set(pool->free, topology->pus[i]->os_index);
  }
}

// A part of what the threads share: within it they would be nearer than they should.
typedef struct {
  hwloc_obj_t object;
  int free, used;
} Part;

// Whether `threads` more threads fit so that no two in a row are in one part, the first not in `last`: of n places in a
// row every second one, at most, goes to one part.
static bool fits(const Part *parts, unsigned count, const Part *last, unsigned threads) {
  unsigned places = 0;
  for (unsigned i = 0; i < count && places < threads; i++) {
    unsigned most = last && &parts[i] == last ? threads / 2 : (threads + 1) / 2;
    places += (unsigned)parts[i].free < most ? (unsigned)parts[i].free : most;
  }
  return places >= threads;
}

// The part for the next thread, of those from which the remaining threads still fit: the one used least.
static Part *choose(Part *parts, unsigned count, const Part *last, unsigned remaining) {
  Part *best = NULL;
  for (unsigned i = 0; i < count; i++) {
    Part *part = &parts[i];
    if (part == last || !part->free || (best && part->used >= best->used))
      continue;
    part->free--;
    bool good = fits(parts, count, part, remaining);
    part->free++;
    if (good)
      best = part;
  }
  return best;
}

// The parts of `whole`, an object of the nearness asked for, that are one step nearer.
static unsigned split(const Topology *topology, hwloc_obj_t whole, PlacementKind kind, const Pool *pool, Part *parts) {
  unsigned count = 0;
  for (unsigned i = 0; i < topology->pu_count; i++) {
    hwloc_obj_t pu = topology->pus[i];
    if (!hwloc_bitmap_isset(pool->free, pu->os_index) || tree_group(pu, kind) != whole)
      continue;
    hwloc_obj_t part = tree_group(pu, (PlacementKind)(kind - 1));
    unsigned at = 0;
    while (at < count && parts[at].object != part)
      at++;
    if (at == count)
      parts[count++] = (Part){.object = part};
    parts[at].free++;
  }
  return count;
}

// Tries to place the threads within one object.
static bool place_within(const Topology *topology, hwloc_obj_t whole, PlacementKind kind, unsigned threads, Pool *pool,
                         Part *parts, unsigned *pus) {
  unsigned count = split(topology, whole, kind, pool, parts);
  if (count < 2 || !fits(parts, count, NULL, threads))
    return false;
  Part *last = NULL;
  for (unsigned t = 0; t < threads; t++) {
    last = choose(parts, count, last, threads - t - 1);
    assert(last);
    last->free--;
    last->used++;
    pus[t] = take(pool, last->object);
  }
  return true;
}

// In the first object, by the order of PUs, that has room.
static bool place_near(const Topology *topology, PlacementKind kind, unsigned threads, Pool *pool, Part *parts,
                       unsigned *pus) {
  for (int one_per_core = kind != PLACEMENT_SMT; one_per_core >= 0; one_per_core--) {
    fill(topology, one_per_core, pool);
    hwloc_obj_t tried = NULL;
    for (unsigned i = 0; i < topology->pu_count; i++) {
      hwloc_obj_t whole = tree_group(topology->pus[i], kind);
      if (whole != tried && place_within(topology, whole, kind, threads, pool, parts, pus))
        return true;
      tried = whole;
    }
  }
  return false;
}

// Thread t on the kind t mod count, from the most capable kind to the least.
static bool place_kinds(const Topology *topology, unsigned threads, Pool *pool, unsigned *pus) {
  int kinds = hwloc_cpukinds_get_nr(topology->hwloc, 0);
  if (kinds < 2)
    return false;
  hwloc_bitmap_t of_kind = hwloc_bitmap_alloc();
  unsigned placed = 0;
  for (int one_per_core = 1; of_kind && one_per_core >= 0 && placed < threads; one_per_core--) {
    fill(topology, one_per_core, pool);
    for (placed = 0; placed < threads; placed++) {
      unsigned kind = (unsigned)kinds - 1 - placed % (unsigned)kinds;
      int failed = hwloc_cpukinds_get_info(topology->hwloc, kind, of_kind, NULL, NULL, NULL, 0);
      hwloc_bitmap_and(of_kind, of_kind, pool->free);
      if (failed || hwloc_bitmap_iszero(of_kind))
        break;
      pus[placed] = (unsigned)hwloc_bitmap_first(of_kind);
      hwloc_bitmap_clr(pool->free, pus[placed]);
    }
  }
  hwloc_bitmap_free(of_kind);
  return placed == threads;
}

// All PUs in turn, spread over the machine, cores of their own first; then the same again, as often as it takes.
static void place_in_turn(const Topology *topology, unsigned threads, Pool *pool, unsigned *pus) {
  fill(topology, true, pool);
  for (unsigned t = 0; t < threads; t++) {
    if (t >= topology->pu_count) {
      pus[t] = pus[t - topology->pu_count];
      continue;
    }
    if (t == topology->core_count)
      for (unsigned i = 0; i < topology->pu_count; i++)
        if (!hwloc_bitmap_isset(pool->used, topology->pus[i]->os_index))
          hwloc_bitmap_set(pool->free, topology->pus[i]->os_index);
    pus[t] = take(pool, hwloc_get_root_obj(topology->hwloc));
  }
}

static bool place(const Topology *topology, PlacementKind kind, unsigned threads, Pool *pool, Arena *arena,
                  unsigned *pus) {
  switch (kind) {
  case PLACEMENT_SAME_PU:
    fill(topology, true, pool);
    for (unsigned t = 0; t < threads; t++)
      pus[t] = (unsigned)hwloc_bitmap_first(pool->free);
    return !hwloc_bitmap_iszero(pool->free);
  case PLACEMENT_SMT:
  case PLACEMENT_L2:
  case PLACEMENT_L3:
  case PLACEMENT_PACKAGE:
  case PLACEMENT_MACHINE:
    return place_near(topology, kind, threads, pool, ARENA_ARRAY(arena, Part, topology->pu_count), pus);
  case PLACEMENT_KINDS:
    return place_kinds(topology, threads, pool, pus);
  case PLACEMENT_SHARED_PUS:
    place_in_turn(topology, threads, pool, pus);
    return threads > topology->pu_count;
  case PLACEMENT_CUSTOM:
  case PLACEMENT_COUNT:
    break;
  }
  return false;
}

// Where that leaves what is taken alone.
static bool find(const Topology *topology, PlacementKind kind, unsigned threads, Pool *pool, Arena *arena,
                 Placement *out) {
  assert(threads >= 1 && kind < PLACEMENT_COUNT);
  // One thread goes where the first of two would: then every placement of the machine is one for it too.
  unsigned looked_for = threads == 1 && kind != PLACEMENT_SHARED_PUS ? 2 : threads;
  unsigned *pus = ARENA_ARRAY(arena, unsigned, looked_for);
  bool found = place(topology, kind, looked_for, pool, arena, pus);
  if (found)
    *out = (Placement){.kind = kind, .threads = threads, .pus = pus};
  return found;
}

bool placement_find(const Topology *topology, PlacementKind kind, unsigned threads, Arena *arena, Placement *out,
                    const char **reason) {
  Pool pool = pool_new();
  bool found = find(topology, kind, threads, &pool, arena, out);
  pool_free(&pool);
  if (!found && reason)
    *reason = placement_reason(kind);
  return found;
}

// An instance has the cores of its PUs. How many those are.
static unsigned take_cores(const Topology *topology, const Placement *placement, Pool *pool) {
  unsigned cores = 0;
  for (unsigned t = 0; t < placement->threads; t++) {
    hwloc_obj_t core = tree_group(tree_pu(topology, placement->pus[t]), PLACEMENT_SMT);
    cores += !hwloc_bitmap_isincluded(core->cpuset, pool->taken);
    hwloc_bitmap_or(pool->taken, pool->taken, core->cpuset);
  }
  return cores;
}

Placement placement_fill(const Topology *topology, const Placement *first, unsigned most, Arena *arena) {
  bool one = first->kind == PLACEMENT_SHARED_PUS || first->kind == PLACEMENT_CUSTOM;
  unsigned room = one || most < 1 ? 1 : most < topology->pu_count ? most : topology->pu_count;
  Placement out = *first, next = *first;
  out.pus = ARENA_ARRAY(arena, unsigned, (size_t)room * first->threads);
  out.instances = 0;
  Pool pool = pool_new();
  unsigned cores = take_cores(topology, first, &pool);
  do {
    memcpy(out.pus + (size_t)out.instances * first->threads, next.pus, first->threads * sizeof *out.pus);
    out.instances++;
  } while (out.instances < room && find(topology, first->kind, first->threads, &pool, arena, &next) &&
           take_cores(topology, &next, &pool) == cores); // fewer: its threads would be nearer than the first one's
  pool_free(&pool);
  out.threads = out.instances * first->threads;
  return out;
}

Placement placement_default(const Topology *topology, unsigned threads, Arena *arena) {
  static const PlacementKind order[] = {PLACEMENT_L2,      PLACEMENT_L3,  PLACEMENT_PACKAGE,
                                        PLACEMENT_MACHINE, PLACEMENT_SMT, PLACEMENT_SHARED_PUS};
  Placement placement;
  for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
    if (placement_find(topology, order[i], threads, arena, &placement, NULL))
      return placement;
  // Enough PUs, but no row of them in which each two neighbours share the same thing: or one PU and one thread.
  placement = (Placement){.kind = threads == 1 ? PLACEMENT_SAME_PU : PLACEMENT_CUSTOM,
                          .threads = threads,
                          .pus = ARENA_ARRAY(arena, unsigned, threads)};
  Pool pool = pool_new();
  place_in_turn(topology, threads, &pool, placement.pus);
  pool_free(&pool);
  return placement;
}

unsigned placement_all(const Topology *topology, unsigned threads, Arena *arena, Placement out[PLACEMENT_COUNT]) {
  unsigned count = 0;
  for (unsigned kind = 0; kind < PLACEMENT_COUNT; kind++)
    count += placement_find(topology, (PlacementKind)kind, threads, arena, &out[count], NULL);
  return count;
}

bool placement_custom(const Topology *topology, const unsigned *pus, unsigned count, unsigned threads, Arena *arena,
                      Placement *out, Diag *diag) {
  if (!count)
    return diag_error(diag, "a placement needs at least one PU");
  for (unsigned i = 0; i < count; i++)
    if (!topology_has_pu(topology, pus[i]))
      return diag_error(diag, "PU %u is not ours to use; `weakmem topo` shows those that are", pus[i]);
  *out = (Placement){.kind = PLACEMENT_CUSTOM, .threads = threads, .pus = ARENA_ARRAY(arena, unsigned, threads)};
  for (unsigned t = 0; t < threads; t++)
    out->pus[t] = pus[t % count];
  return true;
}

// ---- Beside it

bool placement_has(const Placement *placement, unsigned pu) {
  for (unsigned t = 0; t < placement->threads; t++)
    if (placement->pus[t] == pu)
      return true;
  return false;
}

bool placement_is_sibling(const Topology *topology, const Placement *placement, unsigned pu) {
  hwloc_obj_t object = tree_pu(topology, pu);
  for (unsigned t = 0; object && t < placement->threads; t++) {
    hwloc_obj_t used = tree_pu(topology, placement->pus[t]);
    if (used && used != object && tree_group(used, PLACEMENT_SMT) == tree_group(object, PLACEMENT_SMT))
      return true;
  }
  return false;
}

unsigned *placement_spare(const Topology *topology, const Placement *placement, Arena *arena, unsigned *count) {
  unsigned *out = ARENA_ARRAY(arena, unsigned, topology->pu_count + 1);
  *count = 0;
  for (unsigned i = 0; i < topology->pu_count; i++) {
    unsigned pu = topology->pus[i]->os_index;
    if (!placement_has(placement, pu) && !placement_is_sibling(topology, placement, pu))
      out[(*count)++] = pu;
  }
  return out;
}
