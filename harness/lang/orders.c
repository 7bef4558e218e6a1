#include "harness/lang/orders.h"

#include <assert.h>
#include <string.h>

// ---- A changed tree

// Tells what orders the access `made`, a copy of that of `was`, is to have.
typedef void Reorder(const Expr *was, Access *made, const void *context);

typedef struct {
  Reorder *reorder;
  const void *context;
  Arena *arena;
} Change;

// A copy; NULL of NULL.
static Expr *change_expr(const Change *change, const Expr *expr) {
  if (!expr)
    return NULL;
  Expr *made = ARENA_NEW(change->arena, Expr);
  *made = *expr;
  Expr **parts[EXPR_PARTS];
  unsigned count = expr_parts(made, parts);
  for (unsigned i = 0; i < count; i++)
    *parts[i] = change_expr(change, *parts[i]);
  if (made->kind == EXPR_ACCESS)
    change->reorder(expr, &made->access, change->context);
  return made;
}

static Stmt *change_block(const Change *change, const Stmt *block) {
  Stmt *first = NULL, **end = &first;
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    Stmt *made = ARENA_NEW(change->arena, Stmt);
    *made = *stmt;
    made->next = NULL;
    made->expr = change_expr(change, stmt->expr);
    const Access *access = stmt_access(made);
    if (access && access->op == ACCESS_FENCE && !access->order)
      continue;
    made->body = change_block(change, stmt->body);
    made->else_body = change_block(change, stmt->else_body);
    *end = made;
    end = &made->next;
  }
  return first;
}

static const Test *change_threads(const Change *change, const Test *test, uint64_t threads) {
  Test *made = ARENA_NEW(change->arena, Test);
  *made = *test;
  made->threads = ARENA_ARRAY(change->arena, Thread, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++) {
    made->threads[t] = test->threads[t];
    if (threads >> t & 1)
      made->threads[t].body = change_block(change, test->threads[t].body);
  }
  return made;
}

// ---- One strength for all

typedef struct {
  const DialectStrength *orders;
  const Dialect *dialect;
} Strengthening;

// Whether a primitive of the dialect does what the access does, in this order.
static bool is_said(const Dialect *dialect, const Access *access, const Order *order) {
  for (unsigned i = 0; i < dialect->primitive_count; i++) {
    const Primitive *row = &dialect->primitives[i];
    if (row->op == access->op && row->weak == access->weak && (!row->order || !strcmp(row->order, order->name)))
      return true;
  }
  return false;
}

static bool may_change(const Dialect *dialect, const Access *access) {
  if (!access->order || access_is_fence(access->op))
    return false;
  const char *at = dialect->strengthened ? strstr(dialect->strengthened, access->order->name) : "";
  size_t length = strlen(access->order->name);
  return at && (!dialect->strengthened || !at[length] || at[length] == ' ');
}

static void strengthen(const Expr *was, Access *access, const void *context) {
  (void)was;
  const Strengthening *s = context;
  if (!may_change(s->dialect, access))
    return;
  const char *order = access->op == ACCESS_LOAD    ? s->orders->load
                      : access->op == ACCESS_STORE ? s->orders->store
                                                   : s->orders->update;
  if (!is_said(s->dialect, access, dialect_order(s->dialect, order)))
    return;
  access->order = dialect_order(s->dialect, order);
  if (access->failure) // the kernel's have one order
    access->failure = access->failure->as ? access->order : dialect_order(s->dialect, s->orders->load);
}

const Test *test_with_orders(const Test *test, unsigned strength, uint64_t threads, Arena *arena) {
  assert(test->thread_count <= LIMIT_THREADS && strength < STRENGTH_COUNT && test->dialect->strengths);
  Strengthening s = {&test->dialect->strengths[strength], test->dialect};
  return change_threads(&(Change){strengthen, &s, arena}, test, threads);
}

// ---- Steps down

// What orders may be weakened to, from the strongest on, of those that the dialect has for such an access.
static const struct {
  const char *order, *weaker[ORDER_STEPS + 1];
} chains[] = {{"seq_cst", {"acq_rel", "acquire", "release", "relaxed"}},
              {"acq_rel", {"acquire", "release", "relaxed"}},
              {"acquire", {"relaxed", "once"}},
              {"consume", {"relaxed"}},
              {"release", {"relaxed", "once"}},
              {"full", {"acquire", "release", "once"}},
              {"mb", {"rmb", "wmb"}},
              {"relaxed", {NULL}},
              {"once", {NULL}}};

static const char *const *weaker_names(const Order *order) {
  for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
    if (!strcmp(chains[i].order, order->name))
      return chains[i].weaker;
  return NULL;
}

static bool orders_nothing(const Order *order) { return !*weaker_names(order); }

static bool fits(const OrderSite *site, const Order *order) {
  const Access *access = &site->expr->access;
  if (!order)
    return false;
  if (access->op == ACCESS_FENCE)
    return !weaker_names(order) || !orders_nothing(order);
  bool loads = access->op == ACCESS_LOAD || site->failure;
  return (!loads || order->of_load) && (access->op != ACCESS_STORE || order->of_store);
}

unsigned orders_weaker(const Test *test, const OrderSite *site, const Order *order, const Order *weaker[ORDER_STEPS]) {
  unsigned count = 0;
  const char *const *names = order ? weaker_names(order) : NULL;
  for (; names && *names; names++) {
    const Order *one = dialect_order(test->dialect, *names);
    if (fits(site, one) && (site->failure || is_said(test->dialect, &site->expr->access, one)))
      weaker[count++] = one;
  }
  return count;
}

static bool is_weaker(const Order *order, const Order *than) {
  const char *const *names = weaker_names(than);
  for (; names && *names; names++)
    if (!strcmp(*names, order->name))
      return true;
  return false;
}

unsigned order_steps(const Test *test, const OrderSite *site, const Order *order, const Order *steps[ORDER_STEPS]) {
  const Order *all[ORDER_STEPS];
  unsigned count = orders_weaker(test, site, order, all), kept = 0;
  for (unsigned i = 0; i < count; i++) {
    bool between = false;
    for (unsigned k = 0; k < count; k++)
      between |= is_weaker(all[i], all[k]);
    if (!between)
      steps[kept++] = all[i];
  }
  if (!count && order && site->expr->access.op == ACCESS_FENCE)
    steps[kept++] = NULL;
  return kept;
}

// ---- Sites

typedef struct {
  OrderSite *sites;
  size_t capacity;
  unsigned count, thread;
  const Stmt *stmt;
  Arena *arena;
} Sites;

static void add_site(Sites *s, const Expr *expr, bool failure) {
  s->sites = arena_grow(s->arena, s->sites, &s->capacity, s->count + (size_t)1, sizeof *s->sites);
  s->sites[s->count++] = (OrderSite){s->thread, s->stmt, expr, failure};
}

static bool is_site(const Access *access) {
  if (!access->order || order_is_heavy(access->order) || order_is_grace(access->order))
    return false;
  return access->op == ACCESS_FENCE ? strcmp(access->order->name, "barrier") != 0
                                    : !access_is_fence(access->op) && weaker_names(access->order);
}

static bool visit_site(const Expr *expr, void *context) {
  Sites *s = context;
  if (expr->kind != EXPR_ACCESS || !is_site(&expr->access))
    return false;
  if (expr->access.failure && !expr->access.failure->as)
    add_site(s, expr, true);
  add_site(s, expr, false);
  return false;
}

static void find_sites(Sites *s, const Stmt *block) {
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    s->stmt = stmt;
    expr_each(stmt->expr, visit_site, s);
    find_sites(s, stmt->body);
    find_sites(s, stmt->else_body);
  }
}

OrderSite *order_sites(const Test *test, Arena *arena, unsigned *count) {
  Sites s = {.arena = arena};
  for (s.thread = 0; s.thread < test->thread_count; s.thread++)
    find_sites(&s, test->threads[s.thread].body);
  *count = s.count;
  return s.sites;
}

const Order *order_of_site(const OrderSite *site) {
  return site->failure ? site->expr->access.failure : site->expr->access.order;
}

const char *order_site_name(const Test *test, const OrderSite *site, Arena *arena) {
  unsigned line, column;
  source_position(test->source, site->stmt->span.offset, &line, &column);
  return arena_printf(arena, "%s%s in line %u", access_name(site->expr->access.op), site->failure ? "'s failure" : "",
                      line);
}

// ---- Orders of its own for each site

typedef struct {
  const Dialect *dialect;
  const OrderSite *sites;
  const Order *const *orders;
  unsigned count;
} Given;

// C17 7.17.7.4: the failure's order is no stronger than the success's. The kernel's have one order.
static const Order *failure_within(const Dialect *dialect, const Order *order, const Order *failure) {
  if (failure->as)
    return order;
  if (!strcmp(order->name, "seq_cst") || orders_nothing(failure))
    return failure;
  bool acquires = !strcmp(order->name, "acq_rel") || !strcmp(order->name, "acquire");
  if (!acquires)
    return dialect_order(dialect, "relaxed");
  return strcmp(failure->name, "seq_cst") ? failure : dialect_order(dialect, "acquire");
}

static void give(const Expr *was, Access *access, const void *context) {
  const Given *given = context;
  bool any = false;
  for (unsigned i = 0; i < given->count; i++) {
    if (given->sites[i].expr != was)
      continue;
    any = true;
    if (given->sites[i].failure)
      access->failure = given->orders[i];
    else
      access->order = given->orders[i];
  }
  if (any && access->failure)
    access->failure = failure_within(given->dialect, access->order, access->failure);
}

const Test *test_with_site_orders(const Test *test, const OrderSite *sites, const Order *const *orders, unsigned count,
                                  Arena *arena) {
  uint64_t threads = 0;
  for (unsigned i = 0; i < count; i++)
    threads |= (uint64_t)1 << sites[i].thread;
  Given given = {test->dialect, sites, orders, count};
  return change_threads(&(Change){give, &given, arena}, test, threads);
}
