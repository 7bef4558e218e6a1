#include "harness/build/perpetual_shape.h"

#include <string.h>

// What the walk over a test's statements gathers.
typedef struct {
  const Test *test;
  unsigned *writers;  // of each location
  unsigned *stores;   // of each location: how many
  Value *last;        // of each location: what its last store writes
  unsigned thread;    // being walked
  unsigned *assigned; // of each register of the thread: how often
  const Expr **value; // of each register of the thread: what it was assigned
  StraightCode *code; // of each thread of a test in assembly
  const char *reason; // why not; NULL so far
} Walk;

// What an observable's value is where it is not a load's, and a load's by digit, before they become words.
typedef struct {
  int load; // index into loads; -1: fixed
  const Value *values;
} Meaning;

static bool refuse(Walk *walk, const char *reason) {
  walk->reason = reason;
  return false;
}

// Negated as a CPU does it: the most negative number stays what it is.
static Value negated(Value value) { return (Value)(0 - (UnsignedValue)value); }

// What an expression of constants comes to. False for any other, and for operators that it has no case for.
static bool constant(const Expr *expr, Value *value) {
  if (expr->kind == EXPR_CONSTANT) {
    *value = expr->constant;
    return true;
  }
  if (expr->kind != EXPR_UNARY || !constant(expr->unary.operand, value))
    return false;
  switch (expr->unary.op) {
  case UNARY_NEGATE:
    *value = type_wrap(expr->type, negated(*value));
    return true;
  case UNARY_COMPLEMENT:
    *value = type_wrap(expr->type, ~*value);
    return true;
  case UNARY_NOT:
    *value = *value == 0;
    return true;
  case UNARY_CAST:
    *value = type_wrap(expr->type, *value);
    return true;
  }
  return false;
}

static bool accept_place(Walk *walk, unsigned place) {
  const Location *location = &walk->test->locations[place];
  unsigned bits = base_type_bits(location->type);
  if (location->is_array)
    return refuse(walk, "it has an array");
  if (location->has_offset)
    return refuse(walk, "Layout= says where a location lies");
  if (location->type == BASE_BOOL || bits < 16)
    return refuse(walk, "a location of 8 bits cannot tell iterations apart");
  if (bits > 64)
    return refuse(walk, "a location is wider than 64 bits");
  return true;
}

static bool accept_access(Walk *walk, const Access *access) {
  if (order_is_grace(access->order))
    return refuse(walk, "it has SRCU's critical sections or grace periods");
  if (access->address.index)
    return refuse(walk, "it has an array");
  if (!access->order && !access->is_volatile)
    return refuse(
        walk, "an access is neither atomic nor volatile, so the compiler may move it from one iteration to another");
  return accept_place(walk, access->address.location);
}

static bool accept_value(Walk *walk, const Expr *expr) {
  Value ignored;
  if (expr->kind == EXPR_ACCESS)
    return expr->access.op == ACCESS_LOAD ? accept_access(walk, &expr->access)
                                          : refuse(walk, "it has a read-modify-write");
  return constant(expr, &ignored) || refuse(walk, "it computes with what it has read");
}

static bool add_store(Walk *walk, unsigned location, Value value) {
  if (walk->stores[location] && walk->writers[location] != walk->thread)
    return refuse(walk, "two threads store to one location, and its order of stores would not be known");
  walk->writers[location] = walk->thread;
  walk->stores[location]++;
  walk->last[location] = type_wrap(walk->test->locations[location].type, value);
  return true;
}

static bool accept_store(Walk *walk, const Access *store) {
  Value value;
  if (!accept_access(walk, store))
    return false;
  return constant(store->operand, &value) ? add_store(walk, store->address.location, value)
                                          : refuse(walk, "a store's value is not a constant");
}

static bool accept_effect(Walk *walk, const Stmt *stmt) {
  const Access *access = stmt_access(stmt);
  if (access && access_is_fence(access->op))
    return true;
  return access && access->op == ACCESS_STORE ? accept_store(walk, access) : accept_value(walk, stmt->expr);
}

static bool accept_stmt(Walk *walk, const Stmt *stmt) {
  switch (stmt->kind) {
  case STMT_DECLARE:
    if (!stmt->expr)
      return true;
    // fallthrough
  case STMT_ASSIGN:
    if (walk->assigned[stmt->reg]++)
      return refuse(walk, "a register is assigned more than once");
    walk->value[stmt->reg] = stmt->expr;
    return accept_value(walk, stmt->expr);
  case STMT_EXPR:
    return accept_effect(walk, stmt);
  case STMT_IF:
  case STMT_WHILE:
  case STMT_BREAK:
  case STMT_CONTINUE:
    break;
  }
  return refuse(walk, "it has a branch or a loop");
}

static bool observe_load(Walk *walk, PerpetualShape *shape, unsigned thread, unsigned reg, unsigned location,
                         Meaning *out) {
  BaseType type = walk->test->threads[thread].registers[reg].type.base;
  if (type == BASE_BOOL || base_type_bits(type) < 16)
    return refuse(walk, "a register of 8 bits cannot tell iterations apart");
  if (shape->load_count == PERPETUAL_LOADS)
    return refuse(walk, "it observes too many loads");
  *out = (Meaning){.load = (int)shape->load_count};
  shape->loads[shape->load_count++] = (PerpetualLoad){.thread = thread, .reg = reg, .location = location};
  return true;
}

// What a register's observer needs to know of it. False where it cannot be decoded.
static bool observe_register(Walk *walk, PerpetualShape *shape, unsigned thread, unsigned reg, Meaning *out,
                             Arena *arena) {
  const Register *named = &walk->test->threads[thread].registers[reg];
  const Expr *expr = walk->value[reg];
  Value *fixed = ARENA_NEW(arena, Value);
  *out = (Meaning){.load = -1, .values = fixed};
  if (!expr) {
    *fixed = named->initial;
    return true;
  }
  if (expr->kind != EXPR_ACCESS) {
    (void)constant(expr, fixed);
    *fixed = type_wrap(named->type.base, *fixed);
    return true;
  }
  return observe_load(walk, shape, thread, reg, expr->access.address.location, out);
}

// The same of a thread of a CPU's code.
static bool walk_code(Walk *walk, PerpetualShape *shape, Meaning *values, Arena *arena) {
  const Test *test = walk->test;
  StraightCode *code = &walk->code[walk->thread];
  const char *why = test->dialect->straight(test, walk->thread, arena, code);
  if (why)
    return refuse(walk, why);
  for (unsigned i = 0; i < code->access_count; i++) {
    const LineAccess *access = &code->accesses[i];
    if (!accept_place(walk, access->location) ||
        (access->is_store && !add_store(walk, access->location, access->value)))
      return false;
  }
  for (unsigned o = 0; o < test->observable_total; o++) {
    const Observable *observable = &test->observables[o];
    if (!observable->is_register || observable->thread != walk->thread)
      continue;
    int load = code->loads[observable->reg];
    Value *fixed = ARENA_NEW(arena, Value);
    *fixed = type_wrap(test->threads[walk->thread].registers[observable->reg].type.base, code->values[observable->reg]);
    values[o] = (Meaning){.load = -1, .values = fixed};
    if (load >= 0 &&
        !observe_load(walk, shape, walk->thread, observable->reg, code->accesses[load].location, &values[o]))
      return false;
  }
  return true;
}

static bool walk_thread(Walk *walk, PerpetualShape *shape, Meaning *values, Arena *arena) {
  const Test *test = walk->test;
  if (test_is_assembly(test))
    return walk_code(walk, shape, values, arena);
  const Thread *thread = &test->threads[walk->thread];
  walk->assigned = ARENA_ARRAY(arena, unsigned, thread->register_count + 1);
  walk->value = ARENA_ARRAY(arena, const Expr *, thread->register_count + 1);
  for (const Stmt *stmt = thread->body; stmt; stmt = stmt->next)
    if (!accept_stmt(walk, stmt))
      return false;
  for (unsigned o = 0; o < test->observable_total; o++) {
    const Observable *observable = &test->observables[o];
    if (observable->is_register && observable->thread == walk->thread &&
        !observe_register(walk, shape, walk->thread, observable->reg, &values[o], arena))
      return false;
  }
  return true;
}

// The values that the s-th store to each location writes, as wide as the location.
static void add_stores(const Test *test, const Stmt *stmt, Value **by_location, unsigned *filled) {
  for (; stmt; stmt = stmt->next) {
    Value value;
    const Access *access = stmt_access(stmt);
    if (!access || access->op != ACCESS_STORE || !constant(access->operand, &value))
      continue;
    unsigned location = access->address.location;
    by_location[location][++filled[location]] = type_wrap(test->locations[location].type, value);
  }
}

static Value **stored_values(const Walk *walk, Arena *arena) {
  const Test *test = walk->test;
  Value **by_location = ARENA_ARRAY(arena, Value *, test->location_count + 1);
  unsigned *filled = ARENA_ARRAY(arena, unsigned, test->location_count + 1);
  for (unsigned x = 0; x < test->location_count; x++) {
    by_location[x] = ARENA_ARRAY(arena, Value, walk->stores[x] + 1);
    by_location[x][0] = test->locations[x].initial[0];
  }
  for (unsigned t = 0; t < test->thread_count; t++) {
    add_stores(test, test->threads[t].body, by_location, filled);
    for (unsigned i = 0; test_is_assembly(test) && i < walk->code[t].access_count; i++) {
      const LineAccess *access = &walk->code[t].accesses[i];
      if (access->is_store)
        by_location[access->location][++filled[access->location]] =
            type_wrap(test->locations[access->location].type, access->value);
    }
  }
  return by_location;
}

// What the loads' digits mean; loads of locations that nobody stores to become fixed values.
static bool settle_loads(Walk *walk, PerpetualShape *shape, Meaning *values, Arena *arena) {
  const Test *test = walk->test;
  Value **stored = stored_values(walk, arena);
  PerpetualLoad loads[PERPETUAL_LOADS];
  memcpy(loads, shape->loads, sizeof loads);
  shape->load_count = 0;
  shape->state_count = 1;
  for (unsigned o = 0; o < test->observable_total; o++) {
    if (values[o].load < 0)
      continue;
    PerpetualLoad load = loads[values[o].load];
    unsigned k = walk->stores[load.location];
    Value *by_digit = ARENA_ARRAY(arena, Value, k + 1);
    for (unsigned d = 0; d <= k; d++)
      by_digit[d] = type_wrap(test->threads[load.thread].registers[load.reg].type.base, stored[load.location][d]);
    values[o] = (Meaning){.load = k ? (int)shape->load_count : -1, .values = by_digit};
    if (!k)
      continue;
    load.writer = walk->writers[load.location];
    load.stores = k;
    for (unsigned l = 0; l < shape->load_count; l++)
      load.slot += shape->loads[l].thread == load.thread;
    load.weight = shape->state_count;
    shape->loads[shape->load_count++] = load;
    shape->state_count *= k + 1;
    if (shape->state_count > PERPETUAL_STATES)
      return refuse(walk, "it has too many different states");
  }
  return true;
}

// A location's final value is what its only writer stores last.
static void observe_locations(const Walk *walk, Meaning *values, Arena *arena) {
  const Test *test = walk->test;
  for (unsigned o = 0; o < test->observable_total; o++) {
    const Observable *observable = &test->observables[o];
    if (observable->is_register)
      continue;
    unsigned x = observable->location;
    Value *fixed = ARENA_NEW(arena, Value);
    *fixed = walk->stores[x] ? walk->last[x] : test->locations[x].initial[observable->element];
    values[o] = (Meaning){.load = -1, .values = fixed};
  }
}

// As a state has them.
static const PerpetualValue *in_words(const PerpetualShape *shape, const Test *test, const Meaning *values,
                                      Arena *arena) {
  PerpetualValue *out = ARENA_ARRAY(arena, PerpetualValue, test->observable_total + 1);
  for (unsigned o = 0; o < test->observable_total; o++) {
    unsigned digits = values[o].load < 0 ? 1 : shape->loads[values[o].load].stores + 1;
    unsigned count = base_type_bits(observable_base(test, &test->observables[o])) > 64 ? 2 : 1;
    uint64_t *words = ARENA_ARRAY(arena, uint64_t, (size_t)digits * count);
    for (unsigned d = 0; d < digits; d++)
      for (unsigned w = 0; w < count; w++)
        words[d * count + w] = (uint64_t)((UnsignedValue)values[o].values[d] >> 64 * w);
    out[o] = (PerpetualValue){values[o].load, words};
  }
  return out;
}

const PerpetualShape *perpetual_shape(const Test *test, Arena *arena, const char **reason) {
  PerpetualShape *shape = ARENA_NEW(arena, PerpetualShape);
  Meaning *values = ARENA_ARRAY(arena, Meaning, test->observable_total + 1);
  Walk walk = {.test = test,
               .writers = ARENA_ARRAY(arena, unsigned, test->location_count + 1),
               .stores = ARENA_ARRAY(arena, unsigned, test->location_count + 1),
               .last = ARENA_ARRAY(arena, Value, test->location_count + 1),
               .code = ARENA_ARRAY(arena, StraightCode, test->thread_count + 1)};
  *shape = (PerpetualShape){.threads = test->thread_count};
  unsigned most = 1;
  bool accepted = test->thread_count >= 2 || refuse(&walk, "it has one thread only");
  accepted = accepted && (!test_has_addresses(test) || refuse(&walk, "its registers or locations hold addresses"));
  accepted = accepted && (!test->code || refuse(&walk, "its threads are functions of the user's"));
  for (; accepted && walk.thread < test->thread_count; walk.thread++)
    accepted = walk_thread(&walk, shape, values, arena);
  if (accepted)
    observe_locations(&walk, values, arena);
  accepted = accepted && settle_loads(&walk, shape, values, arena);
  for (unsigned x = 0; accepted && x < test->location_count; x++)
    most = walk.stores[x] > most ? walk.stores[x] : most;
  enum { FEWEST = 1024 };
  if (accepted && (PERPETUAL_LIMIT - 1) / most < FEWEST)
    accepted = refuse(&walk, "a location is stored to so often that few iterations could be told apart");
  *reason = walk.reason;
  if (!accepted)
    return NULL;
  shape->iterations = (PERPETUAL_LIMIT - 1) / most;
  shape->values = in_words(shape, test, values, arena);
  return shape;
}
