// Each thread is its accesses in turn: what an edge within it says stands between them. Values that depend on what was
// read without changing by it are made by `r0 & 128`, as diy makes them: compilers keep them.
#include "harness/cycle/write.h"
#include "harness/cycle/events.h"

#include <string.h>

enum { NEVER_SET = 128 }; // a bit that no value of a cycle has

typedef struct {
  const Cycle *cycle;
  const Dialect *dialect;
  Events events;
  Test *test;
  Arena *arena;
  unsigned thread;
  Stmt **end;                      // where the next statement goes
  unsigned registers[CYCLE_EDGES]; // of each read: what holds its value
  Prop *condition;
} Writer;

static Expr *new_expr(Writer *w, Expr expr) {
  Expr *made = ARENA_NEW(w->arena, Expr);
  *made = expr;
  made->type = BASE_INT;
  return made;
}

static Expr *constant(Writer *w, unsigned value) {
  return new_expr(w, (Expr){.kind = EXPR_CONSTANT, .constant = value});
}

static Expr *binary(Writer *w, BinaryOp op, Expr *left, Expr *right) {
  return new_expr(w, (Expr){.kind = EXPR_BINARY, .binary = {op, left, right}});
}

static Expr *value_of(Writer *w, unsigned reg) { return new_expr(w, (Expr){.kind = EXPR_REGISTER, .reg = reg}); }

// `r0 & 128`: 0.
static Expr *nothing_of(Writer *w, unsigned reg) {
  return binary(w, BINARY_AND, value_of(w, reg), constant(w, NEVER_SET));
}

static Stmt *put(Writer *w, Stmt stmt) {
  Stmt *made = ARENA_NEW(w->arena, Stmt);
  *made = stmt;
  *w->end = made;
  w->end = &made->next;
  return made;
}

static unsigned new_register(Writer *w) {
  Thread *thread = &w->test->threads[w->thread];
  thread->registers[thread->register_count] =
      (Register){.name = arena_printf(w->arena, "r%u", thread->register_count), .type = {.base = BASE_INT}};
  return thread->register_count++;
}

static unsigned declare(Writer *w, Expr *value) {
  unsigned reg = new_register(w);
  put(w, (Stmt){.kind = STMT_DECLARE, .reg = reg, .expr = value});
  return reg;
}

// `/\ observed=value`.
static void demand(Writer *w, Observable observed, unsigned value) {
  Test *test = w->test;
  test->observables[test->observable_count] = observed;
  Prop *prop = ARENA_NEW(w->arena, Prop);
  *prop = (Prop){.kind = PROP_EQUAL, .observable = test->observable_count, .value = value};
  test->observable_total = ++test->observable_count;
  Prop *both = ARENA_NEW(w->arena, Prop);
  *both = (Prop){.kind = PROP_AND, .left = w->condition, .right = prop};
  w->condition = w->condition ? both : prop;
}

static void demand_register(Writer *w, unsigned reg, unsigned value) {
  demand(w, (Observable){.is_register = true, .thread = w->thread, .reg = reg}, value);
}

static const Order *order_named(const Writer *w, const char *name) {
  return strcmp(name, "plain") != 0 ? dialect_order(w->dialect, name) : NULL;
}

static Expr *access_expr(Writer *w, AccessOp op, const char *order, Address address, Expr *operand) {
  return new_expr(w,
                  (Expr){.kind = EXPR_ACCESS,
                         .access = {.op = op, .order = order_named(w, order), .address = address, .operand = operand}});
}

// What stands between two accesses of a thread. *index and *data: what the second one's address and data depend on.
static void write_edge(Writer *w, unsigned source, Expr **index, Expr **data) {
  const Edge *edge = &w->cycle->edges[source];
  unsigned reg = w->registers[source];
  switch (edge->kind) {
  case EDGE_FENCE: {
    Expr *fence = new_expr(
        w, (Expr){.kind = EXPR_ACCESS, .access = {.op = ACCESS_FENCE, .order = order_named(w, edge->fence->order)}});
    put(w, (Stmt){.kind = STMT_EXPR, .expr = fence});
    break;
  }
  case EDGE_ADDRESS:
    *index = nothing_of(w, reg);
    break;
  case EDGE_DATA:
    *data = nothing_of(w, reg);
    break;
  case EDGE_CONTROL: {
    Expr *is_read = binary(w, BINARY_EQUAL, value_of(w, reg), constant(w, w->events.events[source].value));
    w->end = &put(w, (Stmt){.kind = STMT_IF, .expr = is_read})->body;
    break;
  }
  default:
    break;
  }
}

// Both accesses of an update, `read` the first of them.
static void write_update(Writer *w, unsigned read, Address address) {
  const Update *update = w->cycle->edges[read].update;
  const Event *event = &w->events.events[read];
  const Annotation *annotation = event->annotation;
  AccessOp op = (AccessOp)update->op;
  Expr *access = access_expr(w, op, annotation->update, address, constant(w, event->value + 1));
  if (op == ACCESS_FETCH_ADD)
    access->access.operand = constant(w, 1);
  if (op == ACCESS_COMPARE_SWAP)
    access->access.compared = constant(w, event->value);
  if (op == ACCESS_COMPARE_EXCHANGE) {
    w->registers[read] = declare(w, constant(w, event->value));
    access->access.expected_in_register = true;
    access->access.expected_register = w->registers[read];
    access->access.failure = order_named(w, annotation->failure);
    demand_register(w, declare(w, access), 1);
    return;
  }
  w->registers[read] = declare(w, access);
  demand_register(w, w->registers[read], event->value);
}

static void write_event(Writer *w, unsigned i) {
  const Event *event = &w->events.events[i];
  const Edge *before = &w->cycle->edges[(i + w->cycle->count - 1) % w->cycle->count];
  Expr *index = NULL, *data = NULL;
  if (!before->external)
    write_edge(w, i - 1, &index, &data);
  if (before->kind == EDGE_UPDATE)
    return;
  Address address = {.location = event->location, .index = index};
  if (w->cycle->edges[i].kind == EDGE_UPDATE) {
    write_update(w, i, address);
  } else if (event->direction == DIRECTION_READ) {
    w->registers[i] = declare(w, access_expr(w, ACCESS_LOAD, event->annotation->load, address, NULL));
    demand_register(w, w->registers[i], event->value);
  } else {
    Expr *value = constant(w, event->value);
    value = data ? binary(w, BINARY_ADD, value, data) : value;
    if (event->annotation->exchange)
      declare(w, access_expr(w, ACCESS_EXCHANGE, event->annotation->exchange, address, value));
    else
      put(w, (Stmt){.kind = STMT_EXPR, .expr = access_expr(w, ACCESS_STORE, event->annotation->store, address, value)});
  }
}

// A thread's parameters are the locations that it accesses.
static void add_parameter(Writer *w, unsigned location) {
  Thread *thread = &w->test->threads[w->thread];
  for (unsigned i = 0; i < thread->parameter_count; i++)
    if (thread->parameters[i].location == location)
      return;
  const Location *l = &w->test->locations[location];
  thread->parameters[thread->parameter_count++] = (Parameter){location, {.base = l->type, .is_atomic = l->is_atomic}};
}

static void make_locations(Writer *w) {
  static const char names[] = "xyzabcdefghijklmnopqrstuvw";
  Test *test = w->test;
  test->location_count = w->events.location_count;
  test->locations = ARENA_ARRAY(w->arena, Location, test->location_count);
  for (unsigned i = 0; i < test->location_count; i++)
    test->locations[i] = (Location){.name = arena_copy(w->arena, &names[i], 1),
                                    .type = BASE_INT,
                                    .length = 1,
                                    .initial = ARENA_NEW(w->arena, Value)};
  for (unsigned i = 0; i < w->events.count; i++)
    test->locations[w->events.events[i].location].is_atomic =
        w->cycle->words->typed && !annotation_is_plain(w->events.events[i].annotation);
}

static void make_threads(Writer *w) {
  Test *test = w->test;
  const Events *e = &w->events;
  test->thread_count = e->thread_count;
  test->threads = ARENA_ARRAY(w->arena, Thread, e->thread_count);
  for (unsigned i = 0; i < e->count; i++) {
    if (!i || e->events[i].thread != e->events[i - 1].thread) {
      w->thread = e->events[i].thread;
      Thread *thread = &test->threads[w->thread];
      thread->parameters = ARENA_ARRAY(w->arena, Parameter, e->location_count);
      thread->registers = ARENA_ARRAY(w->arena, Register, (size_t)2 * e->count);
      w->end = &thread->body;
    }
    add_parameter(w, e->events[i].location);
    write_event(w, i);
  }
}

static const Dialect *dialect_of(const Cycle *cycle) {
  const Dialect *const *dialect = dialect_all;
  while (*dialect && strcmp((*dialect)->name, cycle->words->dialect) != 0)
    dialect++;
  return *dialect;
}

Test *cycle_test(const Cycle *cycle, Arena *arena, const char **why) {
  static const Source none = {.name = "", .bytes = ""};
  Writer w = {.cycle = cycle, .arena = arena, .test = ARENA_NEW(arena, Test), .dialect = dialect_of(cycle)};
  *why = events_of(cycle, &w.events);
  if (*why)
    return NULL;
  Test *test = w.test;
  *test = (Test){.name = "", .story = "", .source = &none, .dialect = w.dialect};
  test->observables = ARENA_ARRAY(arena, Observable, (size_t)2 * cycle->count);
  make_locations(&w);
  make_threads(&w);
  for (unsigned i = 0; i < test->location_count; i++)
    if (w.events.writes[i] > 1)
      demand(&w, (Observable){.location = i}, w.events.writes[i]);
  test->condition = (Condition){QUANTIFIER_EXISTS, w.condition};
  return test;
}
