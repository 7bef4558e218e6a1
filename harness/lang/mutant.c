#include "harness/lang/mutant.h"

#include "harness/lang/orders.h"

#include <string.h>

typedef enum { CHANGE_DROP, CHANGE_SWAP, CHANGE_UNWRAP, CHANGE_FREE } ChangeKind;

// What is done to a statement; nothing else is copied otherwise than it is.
typedef struct {
  ChangeKind kind;
  const Stmt *at, *with; // CHANGE_SWAP: with that one
  Arena *arena;
} Change;

// ---- A changed tree

// `r0 & 128`, `r0 ^ r0`, `r0 - r0`: made to depend on a register.
static bool is_idle(const Expr *expr) {
  if (expr->kind != EXPR_BINARY || expr->binary.left->kind != EXPR_REGISTER)
    return false;
  const Expr *right = expr->binary.right;
  switch (expr->binary.op) {
  case BINARY_AND:
    return right->kind == EXPR_CONSTANT;
  case BINARY_XOR:
  case BINARY_SUBTRACT:
    return right->kind == EXPR_REGISTER && right->reg == expr->binary.left->reg;
  default:
    return false;
  }
}

static bool visit_idle(const Expr *expr, void *context) {
  (void)context;
  return is_idle(expr);
}

static Expr *change_expr(const Change *change, const Expr *expr) {
  if (!expr)
    return NULL;
  Expr *made = ARENA_NEW(change->arena, Expr);
  *made = *expr;
  if (change->kind == CHANGE_FREE && is_idle(expr)) {
    *made = (Expr){.kind = EXPR_CONSTANT, .type = expr->type, .span = expr->span};
    return made;
  }
  Expr **parts[EXPR_PARTS];
  unsigned count = expr_parts(made, parts);
  for (unsigned i = 0; i < count; i++)
    *parts[i] = change_expr(change, *parts[i]);
  return made;
}

static Stmt *change_block(const Change *change, const Stmt *block);

// Puts a statement at the end of a block.
static Stmt **append(const Change *change, Stmt **end, const Stmt *stmt) {
  Stmt *made = ARENA_NEW(change->arena, Stmt);
  *made = *stmt;
  made->next = NULL;
  if (stmt == change->at)
    made->expr = change_expr(change, stmt->expr);
  made->body = change_block(change, stmt->body);
  made->else_body = change_block(change, stmt->else_body);
  *end = made;
  return &made->next;
}

static Stmt *change_block(const Change *change, const Stmt *block) {
  Stmt *first = NULL, **end = &first;
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    if (change->kind == CHANGE_DROP && stmt == change->at)
      continue;
    if (change->kind == CHANGE_UNWRAP && stmt == change->at) {
      for (const Stmt *inner = stmt->body; inner; inner = inner->next)
        end = append(change, end, inner);
      continue;
    }
    const Stmt *chosen = stmt;
    if (change->kind == CHANGE_SWAP && (stmt == change->at || stmt == change->with))
      chosen = stmt == change->at ? change->with : change->at;
    end = append(change, end, chosen);
  }
  return first;
}

// ---- The places

typedef struct {
  const Test *test;
  Arena *arena;
  Mutant *mutants;
  size_t capacity;
  unsigned count, site, thread;
  bool loops; // a thread may wait for another: what it waits for stays where it is
} Maker;

static void add_test(Maker *m, const Test *test, const char *what) {
  m->mutants = arena_grow(m->arena, m->mutants, &m->capacity, m->count + (size_t)1, sizeof *m->mutants);
  m->mutants[m->count++] = (Mutant){test, arena_printf(m->arena, "P%u %s", m->thread, what), m->site};
}

static void add(Maker *m, Change change, const char *what) {
  change.arena = m->arena;
  Test *made = ARENA_NEW(m->arena, Test);
  *made = *m->test;
  made->threads = ARENA_ARRAY(m->arena, Thread, made->thread_count);
  memcpy(made->threads, m->test->threads, made->thread_count * sizeof *made->threads);
  made->threads[m->thread].body = change_block(&change, m->test->threads[m->thread].body);
  add_test(m, made, what);
}

// Where a statement stands, for people: "line 5".
static const char *place(const Maker *m, const Stmt *stmt) {
  unsigned line, column;
  source_position(m->test->source, stmt->span.offset, &line, &column);
  return arena_printf(m->arena, "line %u", line);
}

static void weaken(Maker *m, const Stmt *stmt, const Expr *expr) {
  OrderSite site = {.thread = m->thread, .stmt = stmt, .expr = expr};
  const Order *weaker[ORDER_STEPS];
  unsigned count = orders_weaker(m->test, &site, expr->access.order, weaker);
  m->site += count != 0;
  for (unsigned i = 0; i < count; i++)
    add_test(m, test_with_site_orders(m->test, &site, &weaker[i], 1, m->arena),
             arena_printf(m->arena, "with a %s that is %s, not %s, in %s", access_name(expr->access.op),
                          weaker[i]->name, expr->access.order->name, place(m, stmt)));
}

// Each access of a statement whose order says something.
typedef struct {
  Maker *maker;
  const Stmt *stmt;
} Within;

static bool visit_access(const Expr *expr, void *context) {
  const Within *within = context;
  if (expr->kind == EXPR_ACCESS && expr->access.order && !access_is_fence(expr->access.op))
    weaken(within->maker, within->stmt, expr);
  return false;
}

static bool is_fence(const Stmt *stmt) {
  const Access *access = stmt_access(stmt);
  return access && access_is_fence(access->op) && !(access->order && order_is_grace(access->order));
}

// Whether it does one access, and nothing that others of its thread wait for.
static bool is_plain_access(const Stmt *stmt) {
  return (stmt->kind == STMT_DECLARE || stmt->kind == STMT_ASSIGN || stmt->kind == STMT_EXPR) &&
         expr_accesses(stmt->expr) && !is_fence(stmt);
}

typedef struct {
  unsigned reg;
} Wanted;

static bool visit_register(const Expr *expr, void *context) {
  const Wanted *wanted = context;
  return (expr->kind == EXPR_REGISTER && expr->reg == wanted->reg) ||
         (expr->kind == EXPR_ACCESS && expr->access.expected_in_register &&
          expr->access.expected_register == wanted->reg);
}

// Whether one assigns a register that the other reads or assigns.
static bool needs(const Stmt *one, const Stmt *other) {
  if (one->kind == STMT_EXPR)
    return false;
  Wanted wanted = {one->reg};
  return (other->kind != STMT_EXPR && other->reg == one->reg) || expr_each(other->expr, visit_register, &wanted);
}

// With the next access of the block, what fences stand between staying where they are.
static void swap(Maker *m, const Stmt *stmt) {
  const Stmt *other = stmt->next;
  while (other && is_fence(other))
    other = other->next;
  if (!other || !is_plain_access(stmt) || !is_plain_access(other) || needs(stmt, other) || needs(other, stmt))
    return;
  m->site++;
  add(m, (Change){.kind = CHANGE_SWAP, .at = stmt, .with = other},
      arena_printf(m->arena, "with the accesses in %s and %s swapped", place(m, stmt), place(m, other)));
}

static void change_statement(Maker *m, const Stmt *stmt) {
  if (is_fence(stmt)) {
    m->site++;
    add(m, (Change){.kind = CHANGE_DROP, .at = stmt},
        arena_printf(m->arena, "without its fence in %s", place(m, stmt)));
    return;
  }
  expr_each(stmt->expr, visit_access, &(Within){m, stmt});
  if (expr_each(stmt->expr, visit_idle, NULL)) {
    m->site++;
    add(m, (Change){.kind = CHANGE_FREE, .at = stmt},
        arena_printf(m->arena, "without the dependency in %s", place(m, stmt)));
  }
  if (m->loops)
    return;
  if (stmt->kind == STMT_IF && stmt->body && !stmt->else_body && !expr_accesses(stmt->expr)) {
    m->site++;
    add(m, (Change){.kind = CHANGE_UNWRAP, .at = stmt},
        arena_printf(m->arena, "without the branch in %s", place(m, stmt)));
  }
  swap(m, stmt);
}

static void change_statements(Maker *m, const Stmt *block) {
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    change_statement(m, stmt);
    change_statements(m, stmt->body);
    change_statements(m, stmt->else_body);
  }
}

static bool has_loop(const Stmt *block) {
  for (const Stmt *stmt = block; stmt; stmt = stmt->next)
    if (stmt->kind == STMT_WHILE || has_loop(stmt->body) || has_loop(stmt->else_body))
      return true;
  return false;
}

const Mutant *mutants_of(const Test *test, Arena *arena, unsigned *count) {
  Maker m = {.test = test, .arena = arena};
  for (unsigned t = 0; t < test->thread_count; t++)
    m.loops |= has_loop(test->threads[t].body);
  for (m.thread = 0; m.thread < test->thread_count; m.thread++)
    change_statements(&m, test->threads[m.thread].body);
  *count = m.count;
  return m.mutants;
}
