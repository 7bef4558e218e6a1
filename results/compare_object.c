// Costs and fence ladders of a machine.
#include "results/compare.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static CompareMachine *find_machine(Comparison *c, const Identity *machine) {
  const Record record = {.machine = *machine};
  unsigned column = comparison_column(c, &record, false);
  c->beyond += column == UINT_MAX;
  return column == UINT_MAX ? NULL : &c->machines[column];
}

static CompareCost *cost_find(Comparison *c, CompareMachine *machine, const char *operation, const char *context) {
  for (size_t i = 0; i < machine->cost_count; i++)
    if (!strcmp(machine->costs[i].operation, operation) && !strcmp(machine->costs[i].context, context))
      return &machine->costs[i];
  if (machine->cost_count == COMPARE_COSTS) {
    c->unkept++;
    return NULL;
  }
  machine->costs =
      arena_grow(c->arena, machine->costs, &machine->cost_capacity, machine->cost_count + 1, sizeof *machine->costs);
  CompareCost *cost = &machine->costs[machine->cost_count++];
  *cost = (CompareCost){
      .group = "", .operation = arena_string(c->arena, operation), .context = arena_string(c->arena, context)};
  return cost;
}

static double or_zero(double figure) { return isnan(figure) ? 0 : figure; }

static void set_cost(Comparison *c, CompareCost *cost, const RecordCost *row) {
  if (*row->group && !*cost->group)
    cost->group = arena_string(c->arena, row->group);
  cost->ns = row->ns;
  cost->cycles = or_zero(row->cycles);
  cost->spread = or_zero(row->spread);
  cost->stable = row->stable != 0;
}

bool comparison_add_cost(Comparison *c, const char *line, size_t length, FieldsFault *fault) {
  RecordCosts costs;
  if (!costs_read(line, length, c->arena, &costs, fault))
    return false;
  CompareMachine *machine = find_machine(c, &costs.machine);
  if (!machine)
    return true;
  machine->cost_ghz = costs.ghz;
  for (unsigned i = 0; i < costs.row_count; i++) {
    const RecordCost *row = &costs.rows[i];
    CompareCost *cost = isnan(row->ns) ? NULL : cost_find(c, machine, row->operation, row->context);
    if (cost)
      set_cost(c, cost, row);
  }
  return true;
}

bool comparison_add_fences(Comparison *c, const char *line, size_t length, FieldsFault *fault) {
  CompareLadder *ladder = ARENA_NEW(c->arena, CompareLadder);
  if (!ladder_read(line, length, c->arena, &ladder->ladder, fault))
    return false;
  CompareMachine *machine = find_machine(c, &ladder->ladder.machine);
  if (!machine)
    return true;
  if (machine->ladder_count == COMPARE_LADDERS) {
    c->unkept++;
    return true;
  }
  ladder->json = arena_copy(c->arena, line, length);
  CompareLadder **at = &machine->ladders;
  while (*at)
    at = &(*at)->next;
  *at = ladder;
  machine->ladder_count++;
  return true;
}
