#include "harness/machine/placement.h"

#include <assert.h>
#include <string.h>

typedef struct {
  const char *name;
  const char *sentence;
  const char *reason; // why a machine does not offer it for so many threads
} Row;

static const Row rows[PLACEMENT_COUNT] = {
    [PLACEMENT_SAME_PU] = {"same-pu", "one PU, in turns: concurrent, not parallel", NULL},
    [PLACEMENT_SMT] = {"smt", "hardware threads of one core", "no core has that many hardware threads for us"},
    [PLACEMENT_L2] = {"l2", "cores that share an L2 cache", "no L2 cache is shared by enough cores"},
    [PLACEMENT_L3] = {"l3", "cores that share the last-level cache, with L2 caches of their own",
                      "no last-level cache is shared by enough cores"},
    [PLACEMENT_PACKAGE] = {"package", "cores of one package that share no cache",
                           "no package has enough cores that share no cache"},
    [PLACEMENT_MACHINE] = {"machine", "packages in turn", "there are not enough packages"},
    [PLACEMENT_KINDS] = {"kinds", "kinds of cores in turn", "the cores are all of one kind, or too few of some kind"},
    [PLACEMENT_SHARED_PUS] = {"shared-pus", "more threads than PUs: some take turns", "there is a PU for each thread"},
    [PLACEMENT_CUSTOM] = {"custom", "PUs chosen one by one", "its PUs must be named"},
};

const char *placement_name(PlacementKind kind) {
  assert(kind < PLACEMENT_COUNT);
  return rows[kind].name;
}

const char *placement_sentence(PlacementKind kind) {
  assert(kind < PLACEMENT_COUNT);
  return rows[kind].sentence;
}

const char *placement_reason(PlacementKind kind) {
  assert(kind < PLACEMENT_COUNT);
  return rows[kind].reason;
}

bool placement_by_name(const char *name, PlacementKind *kind) {
  for (unsigned i = 0; i < PLACEMENT_COUNT; i++)
    if (!strcmp(rows[i].name, name)) {
      *kind = (PlacementKind)i;
      return true;
    }
  return false;
}

bool placement_oversubscribed(const Placement *placement) {
  for (unsigned i = 0; i < placement->threads; i++)
    for (unsigned j = 0; j < i; j++)
      if (placement->pus[i] == placement->pus[j])
        return true;
  return false;
}
