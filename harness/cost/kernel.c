// The Linux kernel's barriers and atomics: what C11 or the CPU has under another name, where the kernel's headers make
// the same instructions here; the figures are those rows'.
#include "arch/cpus.h"
#include "harness/cost/operation.h"

#include <string.h>

static const struct {
  const char *name;
  LowerOperation operation;
  const char *order;       // the kernel's
  const char *as, *others; // of what is no fence: the order of C11's like, and that one's row
} primitives[] = {
    {"smp_rmb", LOWER_FENCE, "rmb", NULL, NULL},
    {"smp_wmb", LOWER_FENCE, "wmb", NULL, NULL},
    {"smp_mb", LOWER_FENCE, "mb", NULL, NULL},
    {"smp_load_acquire", LOWER_LOAD, "acquire", "acquire", "load-acquire"},
    {"smp_store_release", LOWER_STORE, "release", "release", "store-release"},
    {"smp_store_mb", LOWER_STORE, "full", "seq_cst", "store-seq_cst"},
    {"atomic_inc", LOWER_RMW, "noreturn", "relaxed", "increment-relaxed"},
    {"atomic_inc_return", LOWER_RMW, "full", "seq_cst", "fetch_add-seq_cst"},
};

enum { PRIMITIVES = sizeof primitives / sizeof *primitives };

static const char *unlike(void) { return "C11 has nothing here that is made of the same instructions"; }

// What its row is called otherwise; NULL: there is none.
static const char *other_name(const Cpu *cpu, unsigned index) {
  const LowerRow *row = cpu_lower(cpu, "linux", primitives[index].operation, primitives[index].order, NULL);
  const char *as = primitives[index].as;
  if (!row)
    return NULL;
  if (as)
    return lower_rows_alike(row, cpu_lower(cpu, "c11", primitives[index].operation, as, NULL))
               ? primitives[index].others
               : NULL;
  if (!row->step_count)
    return "compiler";
  const CpuFence *fence = row->step_count == 1 ? cpu_fence_of(cpu, row->steps[0].instruction) : NULL;
  return fence ? fence->name : NULL;
}

static const CostOperation *find(const char *operation) {
  const CostTable tables[] = {cost_fence_table(), cost_access_table(), cost_counter_table()};
  for (unsigned t = 0; t < sizeof tables / sizeof *tables; t++)
    for (unsigned i = 0; i < tables[t].count; i++)
      if (!strcmp(tables[t].rows[i].operation, operation) && !strcmp(tables[t].rows[i].context, "alone"))
        return &tables[t].rows[i];
  return NULL;
}

CostTable cost_kernel_table(Arena *arena) {
  CostOperation *rows = ARENA_ARRAY(arena, CostOperation, PRIMITIVES);
  for (unsigned i = 0; i < PRIMITIVES; i++) {
    const char *other = cpu_here() ? other_name(cpu_here(), i) : NULL;
    const CostOperation *like = other ? find(other) : NULL;
    rows[i] = like ? *like : (CostOperation){.context = "alone", .missing = unlike};
    rows[i].group = COST_KERNEL;
    rows[i].operation = primitives[i].name;
  }
  return (CostTable){rows, PRIMITIVES};
}
