#include "harness/cost/cost.h"
#include "harness/cost/measure.h"
#include "harness/cost/operation.h"
#include "harness/cost/perf.h"
#include "harness/machine/clock.h"

#include <assert.h>
#include <string.h>

enum { EVERY_COUNT = 8, PAIRED_CORES = 16 };

static const struct {
  const char *name, *title;
} groups[COST_GROUPS] = {
    [COST_FENCES] = {"fences", "Fences, alone"},
    [COST_CONTEXTS] = {"contexts", "Fences in context: what they add to the accesses around them"},
    [COST_ACCESSES] = {"accesses", "Loads, stores and read-modify-writes that hit"},
    [COST_INCREMENTS] = {"increments", "i++, alone and contended"},
    [COST_LINES] = {"lines", "An access, by what its line went through before"},
    [COST_LATENCY] = {"latency", "A line's way from one core to another"},
    [COST_SHARING] = {"sharing", "Counters of several cores: one word, one line, lines apart"},
    [COST_ALIGNMENT] = {"alignment", "Four bytes, aligned and not"},
    [COST_IDIOMS] = {"idioms", "Locks, and publication by a pointer"},
    [COST_KERNEL] = {"kernel", "The Linux kernel's barriers and atomics, as its headers make them here"},
};

const char *cost_group_name(CostGroup group) { return groups[group].name; }
const char *cost_group_title(CostGroup group) { return groups[group].title; }

bool cost_group_by_name(const char *name, CostGroup *group) {
  for (unsigned i = 0; i < COST_GROUPS; i++)
    if (!strcmp(groups[i].name, name)) {
      *group = (CostGroup)i;
      return true;
    }
  return false;
}

static const struct {
  const char *context, *sentence;
} contexts[] = {
    {COST_AFTER_STORE, "right after a store that hits"},
    {COST_AFTER_OTHER, "right after a store to a line that another core owns"},
    {COST_BETWEEN_LOADS, "between two loads that hit"},
};

const char *cost_context_sentence(const char *context) {
  for (unsigned i = 0; i < sizeof contexts / sizeof *contexts; i++)
    if (!strcmp(contexts[i].context, context))
      return contexts[i].sentence;
  return context;
}

// The PUs that take part, one a core: two near neighbours first, so that "another core" is not the farthest one.
static void choose_pus(Cost *cost) {
  const Topology *topology = cost->topology;
  cost->cores = topology_cores(topology) < COST_PUS ? topology_cores(topology) : COST_PUS;
  cost->pus = ARENA_ARRAY(cost->arena, unsigned, cost->cores);
  unsigned count = cost->cores < 2 ? cost->cores : 2;
  Placement near = placement_default(topology, count, cost->arena), all;
  memcpy(cost->pus, near.pus, count * sizeof *cost->pus);
  bool found = placement_find(topology, PLACEMENT_SHARED_PUS, topology_pu_count(topology) + 1, cost->arena, &all, NULL);
  assert(found);
  for (unsigned i = 0; found && i < topology_cores(topology) && count < cost->cores; i++)
    if (all.pus[i] != cost->pus[0] && all.pus[i] != cost->pus[1])
      cost->pus[count++] = all.pus[i];
  cost->cores = count;
}

// Whether two bodies are one machine code, run in one place, less the same base.
static bool same_code(const CostOperation *a, const CostOperation *b) {
  size_t size = a->code ? (size_t)(a->code_end - a->code) : 0;
  bool others = a->others == b->others || (a->others == a->body && b->others == b->body);
  return size && b->code && size == (size_t)(b->code_end - b->code) && !memcmp(a->code, b->code, size) && others &&
         a->base == b->base && a->before == b->before && a->share == b->share && a->offset == b->offset &&
         a->per_round == b->per_round;
}

// The earlier row that this one is another name of; NULL.
static const CostRow *find_same(const Cost *cost, const CostRow *row) {
  for (const CostRow *at = cost->rows; at < row; at++)
    if (!at->same && !at->reason && at->cores == row->cores && at->pus == row->pus && same_code(at->how, row->how))
      return at;
  return NULL;
}

static CostRow *add_row(Cost *cost, size_t *capacity, const CostOperation *how, unsigned cores, const char *context) {
  cost->rows = arena_grow(cost->arena, cost->rows, capacity, cost->row_count + 1, sizeof *cost->rows);
  CostRow *row = &cost->rows[cost->row_count++];
  *row = (CostRow){.group = how->group,
                   .operation = how->operation,
                   .context = context,
                   .cores = cores,
                   .pus = cost->pus,
                   .how = how};
  if (how->missing)
    row->reason = how->missing();
  if (!row->reason && cores > cost->cores)
    row->reason = "no second core";
  Worker worker = {.workspace = cost->workspace, .at = cost->workspace->pages + how->offset};
  if (!row->reason && how->may_fault && !measure_survives(how->body, &worker))
    row->reason = "this machine refuses it";
  return row;
}

// A row for each of the counts of cores that are measured: every one up to eight, then twice as many, and all.
static void add_counts(Cost *cost, size_t *capacity, const CostOperation *how) {
  unsigned last = cost->cores < 2 ? 2 : cost->cores;
  for (unsigned cores = 2; cores <= last;) {
    const char *dash = *how->context ? "-" : "";
    const char *context = cores == 2 && *how->context
                              ? how->context
                              : arena_printf(cost->arena, "%s%s%u-cores", how->context, dash, cores);
    add_row(cost, capacity, how, cores, context);
    unsigned next = how->cores == CORES_ENDS ? last : cores < EVERY_COUNT ? cores + 1 : 2 * cores;
    cores = cores < last && next > last ? last : next > cores ? next : last + 1;
  }
}

// A row for each pair of cores; of many cores, sixteen that lie evenly among them.
static void add_pairs(Cost *cost, size_t *capacity, const CostOperation *how) {
  if (cost->cores < 2) {
    add_row(cost, capacity, how, 2, "2-cores");
    return;
  }
  unsigned count = cost->cores < PAIRED_CORES ? cost->cores : PAIRED_CORES;
  for (unsigned i = 0; i < count; i++)
    for (unsigned j = i + 1; j < count; j++) {
      unsigned *pus = ARENA_ARRAY(cost->arena, unsigned, 2);
      pus[0] = cost->pus[i * cost->cores / count];
      pus[1] = cost->pus[j * cost->cores / count];
      const char *context = arena_printf(cost->arena, "%u-%u", pus[0], pus[1]);
      add_row(cost, capacity, how, 2, context)->pus = pus;
    }
}

static void add_rows(Cost *cost, size_t *capacity, const CostOperation *how) {
  switch (how->cores) {
  case CORES_ONE:
    add_row(cost, capacity, how, 1, how->context);
    break;
  case CORES_TWO:
    add_row(cost, capacity, how, 2, how->context);
    break;
  case CORES_EACH:
  case CORES_ENDS:
    add_counts(cost, capacity, how);
    break;
  case CORES_PAIRS:
    add_pairs(cost, capacity, how);
    break;
  }
}

// Every row of the tables, group by group.
static void fill_rows(Cost *cost) {
  const CostTable tables[] = {
      cost_fence_table(),     cost_access_table(), cost_counter_table(),          cost_line_table(),
      cost_alignment_table(), cost_idiom_table(),  cost_kernel_table(cost->arena)};
  size_t capacity = 0;
  for (unsigned group = 0; group < COST_GROUPS; group++)
    for (unsigned t = 0; t < sizeof tables / sizeof *tables; t++)
      for (unsigned i = 0; i < tables[t].count; i++)
        if (tables[t].rows[i].group == group)
          add_rows(cost, &capacity, &tables[t].rows[i]);
  for (unsigned i = 0; i < cost->row_count; i++) // they lie still from now on
    if (!cost->rows[i].reason)
      cost->rows[i].same = find_same(cost, &cost->rows[i]);
}

static bool read_clock(Cost *cost, Diag *diag) {
  Placement placement = {.kind = PLACEMENT_CUSTOM, .threads = 1, .pus = cost->pus};
  Clock clock = clock_calibrate(cost->topology, &placement);
  cost->ns_per_tick = 1e9 / clock.ticks_per_second;
  cost->step_ns = clock.step * cost->ns_per_tick;
  if (!measure_clock(cost, &cost->ghz, &cost->counter_ghz))
    return diag_error(diag, "the system pins no thread to PU %u", cost->pus[0]);
  if (cost->counter_ghz > 0 && !perf_agrees(cost->ghz, cost->counter_ghz))
    diag_warning(diag, "the core clock is %.2f GHz by a chain of adds, but %.2f GHz by the performance counters",
                 cost->ghz, cost->counter_ghz);
  return true;
}

Cost *cost_new(const Topology *topology, const unsigned *pus, unsigned pu_count, Diag *diag) {
  Arena *arena = arena_new();
  Cost *cost = ARENA_NEW(arena, Cost);
  *cost = (Cost){.arena = arena, .topology = topology, .workspace = workspace_new()};
  if (pus) {
    cost->cores = pu_count < COST_PUS ? pu_count : COST_PUS;
    cost->pus = ARENA_ARRAY(arena, unsigned, cost->cores);
    memcpy(cost->pus, pus, cost->cores * sizeof *pus);
  } else {
    choose_pus(cost);
  }
  if (!cost->workspace)
    diag_error(diag, "out of memory");
  if (!cost->workspace || !read_clock(cost, diag)) {
    cost_free(cost);
    return NULL;
  }
  fill_rows(cost);
  return cost;
}

void cost_free(Cost *cost) {
  if (!cost)
    return;
  workspace_free(cost->workspace);
  arena_free(cost->arena);
}

CostRow *cost_find(const Cost *cost, const char *operation, const char *context) {
  for (unsigned i = 0; i < cost->row_count; i++)
    if (!strcmp(cost->rows[i].operation, operation) && !strcmp(cost->rows[i].context, context))
      return &cost->rows[i];
  return NULL;
}

// The row whose samples are this one's.
static CostRow *sampled(Cost *cost, CostRow *row) { return row->same ? &cost->rows[row->same - cost->rows] : row; }

static bool is_done(const CostRow *row) { return row->reason || measure_done(row); }

static void take_over(CostRow *row) {
  const CostRow *from = row->same;
  row->ns = from->ns;
  row->cycles = from->cycles;
  row->spread = from->spread;
  row->samples = from->samples;
  row->outliers = from->outliers;
  row->shared = from->shared;
  row->switches = from->switches;
  row->reason = from->reason;
  row->measured = from->measured;
  row->stable = from->stable;
}

// One turn of each row that needs more. False where there is none left, or the caller wants no more.
static bool take_turns(Cost *cost, CostRow *const *rows, unsigned count, CostKeepOn *keep_on, void *context) {
  bool more = false;
  for (unsigned i = 0; i < count; i++) {
    CostRow *row = sampled(cost, rows[i]);
    if (is_done(row))
      continue;
    if (keep_on && !keep_on(context, row))
      return false;
    measure_turn(cost, row);
    more = true;
  }
  for (unsigned i = 0; i < count; i++)
    if (sampled(cost, rows[i])->measured)
      measure_again(cost, sampled(cost, rows[i]));
  return more;
}

void cost_measure(Cost *cost, CostRow *const *rows, unsigned count, CostKeepOn *keep_on, void *context) {
  for (unsigned i = 0; i < count; i++)
    measure_begin(cost, sampled(cost, rows[i]));
  while (take_turns(cost, rows, count, keep_on, context))
    ;
  for (unsigned i = 0; i < count; i++)
    if (rows[i]->same)
      take_over(rows[i]);
}
