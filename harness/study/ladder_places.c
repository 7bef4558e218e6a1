#include "harness/study/ladder_places.h"

#include "arch/cpus.h"
#include "harness/cost/cost.h"

#include <string.h>

// A walk over a thread's accesses in program order.
typedef struct {
  Arena *arena;
  const Dialect *dialect;
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

// The order of C11 by which an access is priced: its own, or, of the kernel's, that which the CPU does in the same way;
// else the kernel's, of which there is no figure.
static const char *priced_order(const Dialect *dialect, LowerOperation operation, const Order *order) {
  const Cpu *cpu = cpu_here();
  bool same = order->as && lower_rows_alike(cpu_lower(cpu, dialect->name, operation, order->name, NULL),
                                            cpu_lower(cpu, dialect_c11.name, operation, order->as, NULL));
  return same ? order->as : order->name;
}

const char *access_priced_as(const Dialect *dialect, AccessOp op, const Order *order, Arena *arena) {
  for (unsigned i = 0; op == ACCESS_FENCE && i < dialect->fence_count; i++)
    if (dialect->fences[i].op == op && dialect_order(dialect, dialect->fences[i].order) == order)
      return dialect->fences[i].name;
  LowerOperation operation = op == ACCESS_LOAD ? LOWER_LOAD : op == ACCESS_STORE ? LOWER_STORE : LOWER_RMW;
  AccessOp priced = access_is_fetch(op) ? ACCESS_FETCH_ADD : op; // all are priced as an addition
  return arena_printf(arena, "%s-%s", access_name(priced), priced_order(dialect, operation, order));
}

static void name_access(Walk *walk, const Access *access) {
  if (!access->order)
    return;
  walk->names = arena_grow(walk->arena, walk->names, &walk->name_capacity, walk->name_count + 2, sizeof *walk->names);
  walk->names[walk->name_count++] = access_priced_as(walk->dialect, access->op, access->order, walk->arena);
  walk->names[walk->name_count] = NULL;
}

static bool visit_access(const Expr *expr, void *context) {
  Walk *walk = context;
  if (expr->kind != EXPR_ACCESS || access_is_fence(expr->access.op))
    return false;
  const Access *access = &expr->access;
  bool updates = access->op != ACCESS_LOAD && access->op != ACCESS_STORE;
  name_access(walk, access);
  note(walk,
       updates                     ? NEIGHBOUR_UPDATE
       : access->op == ACCESS_LOAD ? NEIGHBOUR_LOAD
                                   : NEIGHBOUR_STORE,
       &access->address);
  return false;
}

static void add_place(Walk *walk) {
  walk->out.places =
      arena_grow(walk->arena, walk->out.places, &walk->place_capacity, walk->out.count + 1, sizeof(Place));
  walk->out.places[walk->out.count++] = (Place){.before = walk->last};
}

static bool is_fence(const Stmt *stmt) {
  const Access *access = stmt_access(stmt);
  return access && access_is_fence(access->op);
}

// What was put in stands before a statement that accesses memory, or ends a loop's body.
static void walk_block(Walk *walk, const Stmt *original, const Stmt *fenced) {
  for (; fenced; fenced = fenced->next) {
    if (is_fence(fenced) && !(original && is_fence(original))) {
      add_place(walk);
      continue;
    }
    expr_each(fenced->expr, visit_access, walk);
    walk_block(walk, original->body, fenced->body);
    walk_block(walk, original->else_body, fenced->else_body);
    original = original->next;
  }
}

static Walk walk_thread(const Test *original, const Test *fenced, unsigned thread, Arena *arena) {
  Walk walk = {.arena = arena, .dialect = original->dialect};
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
