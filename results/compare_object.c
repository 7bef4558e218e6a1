// Costs and fence ladders: objects with a machine and rows.
#include "results/compare_parts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

// ---- What must hold of them

static bool is_name(const json_t *json) { return json_is_string(json) && json_string_length(json) > 0; }

// A number from 0 on, or absent.
static bool is_measure(const json_t *json) { return !json || json_is_null(json) || json_number_value(json) >= 0; }

static bool check_numbers(const json_t *row, const char *const *keys, size_t index, Diag *diag) {
  for (; *keys; keys++) {
    const json_t *number = json_object_get(row, *keys);
    if (number && !json_is_null(number) && !json_is_number(number))
      return diag_error(diag, "row %zu: \"%s\" is not a number", index + 1, *keys);
    if (!is_measure(number))
      return diag_error(diag, "row %zu: \"%s\" is less than 0", index + 1, *keys);
  }
  return true;
}

static bool check_cost(const json_t *row, size_t index, Diag *diag) {
  static const char *const numbers[] = {"ns", "cycles", "spread", NULL};
  if (!is_name(json_object_get(row, "operation")))
    return diag_error(diag, "row %zu names no \"operation\"", index + 1);
  return check_numbers(row, numbers, index, diag);
}

static bool check_rung(const json_t *row, size_t index, Diag *diag) {
  static const char *const numbers[] = {"ns", "contended_ns", "witnesses", "iterations", NULL};
  if (!is_name(json_object_get(row, "fence")))
    return diag_error(diag, "row %zu names no \"fence\"", index + 1);
  if (!check_numbers(row, numbers, index, diag))
    return false;
  const json_t *witnesses = json_object_get(row, "witnesses"), *iterations = json_object_get(row, "iterations");
  if (!json_is_integer(witnesses) || !json_is_integer(iterations) ||
      json_integer_value(witnesses) > json_integer_value(iterations))
    return diag_error(diag, "row %zu: its witnesses are no part of its iterations", index + 1);
  return true;
}

static bool check_rows(const json_t *object, bool (*check)(const json_t *, size_t, Diag *), Diag *diag) {
  const json_t *rows = json_object_get(object, "rows");
  if (!json_is_array(rows) || !json_is_object(json_object_get(object, "machine")))
    return diag_error(diag, "\"rows\" or \"machine\" is missing");
  for (size_t i = 0; i < json_array_size(rows); i++)
    if (!check(json_array_get(rows, i), i, diag))
      return false;
  return true;
}

// The column of the machine that an object is of; UINT_MAX where there are too many. False where it names none.
static bool find_column(Comparison *c, const json_t *object, unsigned *column, Diag *diag) {
  Identity machine;
  if (!record_machine_from_json(json_object_get(object, "machine"), c->arena, &machine, diag))
    return false;
  *column = comparison_column(c, &machine, "", "", false);
  c->beyond += *column == UINT_MAX;
  return true;
}

// ---- Costs

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

static double number_of(const json_t *row, const char *key) { return json_number_value(json_object_get(row, key)); }

static void set_cost(Comparison *c, CompareCost *cost, const json_t *row) {
  const char *group = json_string_value(json_object_get(row, "group"));
  if (group && !*cost->group)
    cost->group = arena_string(c->arena, group);
  cost->ns = number_of(row, "ns");
  cost->cycles = number_of(row, "cycles");
  cost->spread = number_of(row, "spread");
  cost->stable = !json_is_false(json_object_get(row, "stable"));
}

bool comparison_add_cost(Comparison *c, const json_t *object, Diag *diag) {
  unsigned column = UINT_MAX;
  if (!check_rows(object, check_cost, diag) || !find_column(c, object, &column, diag))
    return false;
  if (column == UINT_MAX)
    return true;
  const json_t *rows = json_object_get(object, "rows");
  c->machines[column].cost_ghz = number_of(object, "ghz");
  for (size_t i = 0; i < json_array_size(rows); i++) {
    const json_t *row = json_array_get(rows, i);
    const char *context = json_string_value(json_object_get(row, "context"));
    if (!json_is_number(json_object_get(row, "ns"))) // a row without a cost says why there is none
      continue;
    CompareCost *cost = cost_find(c, &c->machines[column], json_string_value(json_object_get(row, "operation")),
                                  context ? context : "");
    if (cost)
      set_cost(c, cost, row);
  }
  return true;
}

// ---- Ladders

bool comparison_add_fences(Comparison *c, const json_t *object, Diag *diag) {
  unsigned column = UINT_MAX;
  if (!is_name(json_object_get(object, "test")))
    return diag_error(diag, "\"test\" is missing");
  if (!check_rows(object, check_rung, diag) || !find_column(c, object, &column, diag))
    return false;
  if (column == UINT_MAX)
    return true;
  CompareMachine *machine = &c->machines[column];
  if (machine->ladder_count == COMPARE_LADDERS) {
    c->unkept++;
    return true;
  }
  char *json = json_dumps(object, JSON_COMPACT);
  if (!json)
    return diag_error(diag, "it cannot be written as JSON");
  CompareLadder **at = &machine->ladders;
  while (*at)
    at = &(*at)->next;
  *at = ARENA_NEW(c->arena, CompareLadder);
  (*at)->json = arena_string(c->arena, json);
  machine->ladder_count++;
  free(json);
  return true;
}
