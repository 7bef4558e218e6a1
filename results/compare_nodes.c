#include "results/compare_nodes.h"

#include "results/student.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double CHANCE = 0.05, FOLD = 10, LEAST_T = 1.9; // no p of a smaller t is below CHANCE

struct NodeEntry {
  uint32_t group, node;
  uint64_t count;
};

struct NodeGroup {
  unsigned cell, way;
  unsigned total;      // the group of its iterations; of that one, itself
  const char *state;   // NULL: iterations; "": what the condition asks for
  size_t first, count; // of its entries, once they are in order
};

// ---- Adding

static unsigned group_find(Nodes *n, unsigned cell, unsigned way, const char *state, unsigned total) {
  Text key = {0};
  text_printf(&key, "%u %u %s%s", cell, way, state ? "=" : "", state ? state : "");
  size_t index = table_add(&n->group_table, text_string(&key), key.length);
  text_free(&key);
  if (index == n->group_count) {
    n->groups = arena_grow(n->arena, n->groups, &n->group_capacity, n->group_count + 1, sizeof *n->groups);
    n->groups[n->group_count++] =
        (NodeGroup){.cell = cell, .way = way, .total = total, .state = state ? arena_string(n->arena, state) : NULL};
    if (!state)
      n->groups[index].total = (unsigned)index;
  }
  return (unsigned)index;
}

static void add_entry(Nodes *n, unsigned group, unsigned node, uint64_t count) {
  if (n->entry_count == n->entry_capacity) {
    n->entry_capacity += n->entry_capacity / 2 + 1024;
    n->entries = reallocarray(n->entries, n->entry_capacity, sizeof *n->entries);
    if (!n->entries)
      abort();
  }
  n->entries[n->entry_count++] = (NodeEntry){group, node, count};
}

void nodes_add(Nodes *n, unsigned cell, unsigned way, uint64_t seen, const Record *record) {
  const char *name = record->campaign.node;
  if (!name || !*name)
    return;
  n->names.arena = n->group_table.arena = n->arena;
  unsigned node = (unsigned)table_add(&n->names, name, strlen(name));
  unsigned total = group_find(n, cell, way, NULL, 0);
  add_entry(n, total, node, record->iterations);
  add_entry(n, group_find(n, cell, way, "", total), node, seen);
  for (unsigned i = 0; i < record->state_count; i++)
    if (record->states[i].count)
      add_entry(n, group_find(n, cell, way, record->states[i].state, total), node, record->states[i].count);
}

void nodes_free(Nodes *n) {
  free(n->entries);
  *n = (Nodes){.arena = n->arena};
}

// ---- In order

static int by_group(const void *a, const void *b) {
  const NodeEntry *x = a, *y = b;
  int group = (x->group > y->group) - (x->group < y->group), node = (x->node > y->node) - (x->node < y->node);
  return group ? group : node;
}

// Each node once in each group.
static void order(Nodes *n) {
  if (n->entry_count)
    qsort(n->entries, n->entry_count, sizeof *n->entries, by_group);
  size_t kept = 0;
  for (size_t i = 0; i < n->entry_count; i++)
    if (kept && !by_group(&n->entries[kept - 1], &n->entries[i]))
      n->entries[kept - 1].count += n->entries[i].count;
    else
      n->entries[kept++] = n->entries[i];
  n->entry_count = kept;
  for (unsigned g = 0; g < n->group_count; g++)
    n->groups[g].count = 0;
  for (size_t i = kept; i-- > 0;) {
    n->groups[n->entries[i].group].first = i;
    n->groups[n->entries[i].group].count++;
  }
}

// ---- One state over all nodes

typedef struct {
  uint64_t count, iterations;
  double angle;
} Point;

// A point for each node that ran it.
static Point *points_of(const Nodes *n, const NodeGroup *group, Arena *arena) {
  const NodeGroup *total = &n->groups[group->total];
  const NodeEntry *all = &n->entries[total->first], *seen = &n->entries[group->first], *end = seen + group->count;
  Point *points = ARENA_ARRAY(arena, Point, total->count + 1);
  for (size_t i = 0; i < total->count; i++) {
    while (seen < end && seen->node < all[i].node)
      seen++;
    uint64_t count = seen < end && seen->node == all[i].node ? seen->count : 0;
    double share = all[i].count ? (double)count / (double)all[i].count : 0;
    points[i] = (Point){count, all[i].count, asin(sqrt(share > 1 ? 1 : share))};
  }
  return points;
}

typedef struct {
  double mean, squares, floors; // of angles: their mean, squared distances from it; of 1/4N the sum
  uint64_t count, iterations;
} Sums;

static double floor_of(const Point *point) { return point->iterations ? 0.25 / (double)point->iterations : 0.25; }

static Sums sums_of(const Point *points, size_t count) {
  Sums sums = {0};
  for (size_t i = 0; i < count; i++) {
    sums.mean += points[i].angle / (double)count;
    sums.floors += floor_of(&points[i]);
    sums.count += points[i].count;
    sums.iterations += points[i].iterations;
  }
  for (size_t i = 0; i < count; i++)
    sums.squares += (points[i].angle - sums.mean) * (points[i].angle - sums.mean);
  return sums;
}

// Student's t of one of n points, held against all others.
static double deleted_t(const Point *point, const Sums *sums, size_t count) {
  double n = (double)count, distance = point->angle - sums->mean;
  double variance = (sums->squares - distance * distance * n / (n - 1)) / (n - 2);
  double least = (sums->floors - floor_of(point)) / (n - 1), own = floor_of(point);
  variance = variance > least ? variance : least;
  double error = (variance > own ? variance : own) + variance / (n - 1);
  return fabs(distance * n / (n - 1)) / sqrt(error);
}

static bool is_tenfold(const NodeOdd *odd) {
  double here = (double)odd->count * (double)odd->others_iterations,
         there = (double)odd->others_count * (double)odd->iterations;
  return here >= FOLD * there || there >= FOLD * here;
}

typedef struct {
  Nodes *nodes;
  NodeFindings out;
  size_t odd_capacity, spread_capacity;
} Judging;

static void compare_state_of(Judging *j, const NodeGroup *group, Arena *arena) {
  const NodeGroup *total = &j->nodes->groups[group->total];
  Point *points = points_of(j->nodes, group, arena);
  Sums sums = sums_of(points, total->count);
  NodeFindings *out = &j->out;
  out->compared += total->count;
  for (size_t i = 0; i < total->count; i++) {
    double t = deleted_t(&points[i], &sums, total->count);
    if (!(t > LEAST_T))
      continue;
    NodeOdd odd = {.cell = group->cell,
                   .way = group->way,
                   .node = table_key(&j->nodes->names, j->nodes->entries[total->first + i].node),
                   .state = group->state,
                   .count = points[i].count,
                   .iterations = points[i].iterations,
                   .others_count = sums.count - points[i].count,
                   .others_iterations = sums.iterations - points[i].iterations,
                   .others = (unsigned)total->count - 1,
                   .p = student_p(t, (double)total->count - 2)};
    if (odd.p > CHANCE)
      continue;
    out->odd = arena_grow(j->nodes->arena, out->odd, &j->odd_capacity, out->odd_count + 1, sizeof *out->odd);
    out->odd[out->odd_count++] = odd;
  }
}

static int by_share(const void *a, const void *b) {
  double x = ((const Point *)a)->angle, y = ((const Point *)b)->angle;
  return (x > y) - (x < y);
}

static double share_of(const Point *point) {
  return point->iterations ? (double)point->count / (double)point->iterations : 0;
}

static void spread_of(Judging *j, const NodeGroup *group, Arena *arena) {
  size_t count = j->nodes->groups[group->total].count;
  Point *points = points_of(j->nodes, group, arena);
  qsort(points, count, sizeof *points, by_share);
  if (count < 2 || !points[count - 1].count)
    return;
  NodeFindings *out = &j->out;
  out->spreads =
      arena_grow(j->nodes->arena, out->spreads, &j->spread_capacity, out->spread_count + 1, sizeof *out->spreads);
  out->spreads[out->spread_count++] =
      (NodeSpread){.cell = group->cell,
                   .way = group->way,
                   .nodes = (unsigned)count,
                   .least = share_of(&points[0]),
                   .median = (share_of(&points[(count - 1) / 2]) + share_of(&points[count / 2])) / 2,
                   .most = share_of(&points[count - 1])};
}

// ---- Over all

static int by_p(const void *a, const void *b) {
  double x = ((const NodeOdd *)a)->p, y = ((const NodeOdd *)b)->p;
  return (x > y) - (x < y);
}

// Holm's step-down over all that was compared; what is left are those that are named.
static void step_down(NodeFindings *out) {
  unsigned kept = 0;
  double adjusted = 0;
  if (out->odd_count)
    qsort(out->odd, out->odd_count, sizeof *out->odd, by_p);
  for (unsigned i = 0; i < out->odd_count; i++) {
    NodeOdd odd = out->odd[i];
    odd.p *= (double)(out->compared - i);
    adjusted = odd.p > adjusted ? odd.p : adjusted;
    if (adjusted > CHANCE)
      break;
    odd.p = adjusted;
    if (is_tenfold(&odd))
      out->odd[kept++] = odd;
    else
      out->slight++;
  }
  out->odd_count = kept;
}

static int by_width(const void *a, const void *b) {
  const NodeSpread *x = a, *y = b;
  double wide = x->most * (y->least > 0 ? y->least : 1e-18), other = y->most * (x->least > 0 ? x->least : 1e-18);
  return (wide < other) - (wide > other);
}

NodeFindings nodes_judge(Nodes *n) {
  Judging j = {.nodes = n};
  order(n);
  for (unsigned g = 0; g < n->group_count; g++) {
    const NodeGroup *group = &n->groups[g];
    if (!group->state)
      continue;
    Arena *arena = arena_new();
    if (!*group->state)
      spread_of(&j, group, arena);
    else if (n->groups[group->total].count >= NODES_FEWEST)
      compare_state_of(&j, group, arena);
    arena_free(arena);
  }
  step_down(&j.out);
  if (j.out.spread_count)
    qsort(j.out.spreads, j.out.spread_count, sizeof *j.out.spreads, by_width);
  return j.out;
}
