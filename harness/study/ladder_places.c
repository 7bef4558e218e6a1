#include "harness/study/ladder_places.h"

#include "harness/cost/cost.h"

#include <string.h>

// A walk over a thread's accesses in program order.
typedef struct {
  Arena *arena;
  Places out;
  size_t place_capacity;
  unsigned open; // places from this one on have nothing after them yet
  Neighbour last;
  const char **names;
  size_t name_count, name_capacity;
  uint64_t loaded, updated, stored; // locations, by bit: loaded; stored after they were loaded; written at all
} Walk;

_Static_assert(LIMIT_LOCATIONS <= 64, "a bit for each location");

static void note(Walk *walk, Neighbour kind, const Address *address) {
  for (; walk->open < walk->out.count; walk->open++)
    walk->out.places[walk->open].after = kind;
  walk->last = kind;
  uint64_t bit = (uint64_t)1 << address->location;
  if (kind == NEIGHBOUR_LOAD) {
    walk->loaded |= bit;
    return;
  }
  walk->stored |= bit;
  if (kind == NEIGHBOUR_STORE)
    walk->updated |= walk->loaded & bit;
}

static void name_access(Walk *walk, const char *operation, Order order) {
  if (order == ORDER_PLAIN)
    return;
  walk->names = arena_grow(walk->arena, walk->names, &walk->name_capacity, walk->name_count + 2, sizeof *walk->names);
  walk->names[walk->name_count++] =
      arena_printf(walk->arena, "%s-%s", operation, order_name(order) + strlen("memory_order_"));
  walk->names[walk->name_count] = NULL;
}

static void walk_expr(Walk *walk, const Expr *expr) {
  if (!expr)
    return;
  switch (expr->kind) {
  case EXPR_CONSTANT:
  case EXPR_REGISTER:
    break;
  case EXPR_UNARY:
    walk_expr(walk, expr->unary.operand);
    break;
  case EXPR_BINARY:
    walk_expr(walk, expr->binary.left);
    walk_expr(walk, expr->binary.right);
    break;
  case EXPR_LOAD:
    walk_expr(walk, expr->load.address.index);
    name_access(walk, "load", expr->load.order);
    note(walk, NEIGHBOUR_LOAD, &expr->load.address);
    break;
  case EXPR_EXCHANGE:
    walk_expr(walk, expr->exchange.address.index);
    walk_expr(walk, expr->exchange.value);
    name_access(walk, "exchange", expr->exchange.order);
    note(walk, NEIGHBOUR_UPDATE, &expr->exchange.address);
    break;
  case EXPR_COMPARE_EXCHANGE:
    walk_expr(walk, expr->compare_exchange.address.index);
    walk_expr(walk, expr->compare_exchange.desired);
    name_access(walk, "compare_exchange", expr->compare_exchange.success);
    note(walk, NEIGHBOUR_UPDATE, &expr->compare_exchange.address);
    break;
  case EXPR_FETCH: // every operation is priced as the addition
    walk_expr(walk, expr->fetch.address.index);
    walk_expr(walk, expr->fetch.operand);
    name_access(walk, "fetch_add", expr->fetch.order);
    note(walk, NEIGHBOUR_UPDATE, &expr->fetch.address);
    break;
  }
}

static void add_place(Walk *walk) {
  walk->out.places =
      arena_grow(walk->arena, walk->out.places, &walk->place_capacity, walk->out.count + 1, sizeof(Place));
  walk->out.places[walk->out.count++] = (Place){.before = walk->last};
}

// What was put in is never of the kind of the statement that it stands before: that one accesses memory.
static void walk_block(Walk *walk, const Stmt *original, const Stmt *fenced) {
  for (; fenced; fenced = fenced->next) {
    if (!original || original->kind != fenced->kind) {
      add_place(walk);
      continue;
    }
    switch (fenced->kind) {
    case STMT_DECLARE:
    case STMT_ASSIGN:
      walk_expr(walk, fenced->assign.value);
      break;
    case STMT_STORE:
      walk_expr(walk, fenced->store.address.index);
      walk_expr(walk, fenced->store.value);
      name_access(walk, "store", fenced->store.order);
      note(walk, NEIGHBOUR_STORE, &fenced->store.address);
      break;
    case STMT_FENCE:
    case STMT_CPU_FENCE:
      break;
    case STMT_EXPR:
      walk_expr(walk, fenced->expr);
      break;
    case STMT_IF:
      walk_expr(walk, fenced->branch.condition);
      walk_block(walk, original->branch.then_block, fenced->branch.then_block);
      walk_block(walk, original->branch.else_block, fenced->branch.else_block);
      break;
    case STMT_WHILE:
      walk_expr(walk, fenced->loop.condition);
      walk_block(walk, original->loop.body, fenced->loop.body);
      break;
    }
    original = original->next;
  }
}

static Walk walk_thread(const Test *original, const Test *fenced, unsigned thread, Arena *arena) {
  Walk walk = {.arena = arena};
  walk_block(&walk, original->threads[thread].body, fenced->threads[thread].body);
  return walk;
}

Places ladder_places(const Test *original, const Test *fenced, unsigned thread, Arena *arena) {
  return walk_thread(original, fenced, thread, arena).out;
}

const char *const *ladder_accesses(const Test *test, unsigned thread, Arena *arena) {
  static const char *const none[] = {NULL};
  Walk walk = walk_thread(test, test, thread, arena);
  return walk.names ? walk.names : none;
}

const Location *ladder_lost_update(const Test *test) {
  Arena *arena = arena_new();
  uint64_t stored_once = 0, stored_twice = 0, updated = 0;
  for (unsigned t = 0; t < test->thread_count; t++) {
    Walk walk = walk_thread(test, test, t, arena);
    stored_twice |= stored_once & walk.stored;
    stored_once |= walk.stored;
    updated |= walk.updated;
  }
  arena_free(arena);
  for (unsigned i = 0; i < test->location_count; i++)
    if (updated & stored_twice & (uint64_t)1 << i)
      return &test->locations[i];
  return NULL;
}

const char *place_context(Place place) {
  if (place.before == NEIGHBOUR_STORE)
    return COST_AFTER_STORE;
  return place.before == NEIGHBOUR_LOAD && place.after == NEIGHBOUR_LOAD ? COST_BETWEEN_LOADS : COST_ALONE;
}

const char *place_contended(Place place) {
  return place.before == NEIGHBOUR_STORE ? COST_AFTER_OTHER : place_context(place);
}

void place_print(Place place, Text *out) {
  static const char *const names[] = {[NEIGHBOUR_NONE] = "nothing",
                                      [NEIGHBOUR_LOAD] = "a load",
                                      [NEIGHBOUR_STORE] = "a store",
                                      [NEIGHBOUR_UPDATE] = "a read-modify-write"};
  if (place.before == place.after)
    text_printf(out, "between two %s",
                place.before == NEIGHBOUR_LOAD    ? "loads"
                : place.before == NEIGHBOUR_STORE ? "stores"
                                                  : "read-modify-writes");
  else
    text_printf(out, "between %s and %s", names[place.before], names[place.after]);
}
