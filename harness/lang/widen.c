#include "harness/lang/widen.h"

#include <stdint.h>

// What may hold or be an address: by bits, each location's and register's. They only grow.
typedef struct {
  const Test *test;
  unsigned thread;
  uint64_t pointed, holds;           // locations: whose address is taken; that hold addresses
  uint64_t registers[LIMIT_THREADS]; // that hold addresses
  unsigned widest;                   // of what pointers point to: bits
  bool grown, widens;                // a bit was new; the widths that are found are given
} Widening;

static void add(Widening *w, uint64_t *bits, uint64_t more) {
  w->grown |= (more & ~*bits) != 0;
  *bits |= more;
}

static bool is_address(Widening *w, Value value) {
  unsigned location, element;
  if (!value_is_address(value, &location, &element) || location >= w->test->location_count)
    return false;
  add(w, &w->pointed, (uint64_t)1 << location);
  return true;
}

static void widen(BaseType *type, unsigned bits) {
  if (base_type_bits(*type) < bits && bits == 64)
    *type = BASE_LONG;
}

static bool gives_found(AccessOp op) {
  return access_has_value(op) && op != ACCESS_COMPARE_EXCHANGE && op != ACCESS_TRY_LOCK && op != ACCESS_IS_LOCKED;
}

// `stores`: its operand may be an address.
static bool follow_access(Widening *w, Expr *expr, bool stores) {
  Access *access = &expr->access;
  uint64_t at = access->address.pointer       ? w->pointed
                : access_is_fence(access->op) ? 0
                                              : (uint64_t)1 << access->address.location;
  if (access->address.pointer) {
    unsigned bits = base_type_bits(access->address.base);
    w->widest = bits > w->widest ? bits : w->widest;
    if (w->widens)
      widen(&access->address.base, w->widest);
  }
  if (stores)
    add(w, &w->holds, at);
  if (access->op == ACCESS_COMPARE_EXCHANGE && access->expected_in_register && w->holds & at)
    add(w, &w->registers[w->thread], (uint64_t)1 << access->expected_register);
  if (w->widens && gives_found(access->op))
    widen(&expr->type, base_type_bits(address_base(w->test, &access->address)));
  return gives_found(access->op) && w->holds & at;
}

// Whether its value may be an address.
static bool follow(Widening *w, Expr *expr) {
  bool of[EXPR_PARTS] = {false}, is = false;
  Expr **parts[EXPR_PARTS];
  unsigned count = expr_parts(expr, parts);
  for (unsigned i = 0; i < count; i++)
    of[i] = *parts[i] && follow(w, *parts[i]);
  switch (expr->kind) {
  case EXPR_CONSTANT:
    return is_address(w, expr->constant);
  case EXPR_REGISTER:
    is = w->registers[w->thread] >> expr->reg & 1;
    break;
  case EXPR_UNARY:
    is = of[0] && expr->unary.op == UNARY_CAST;
    break;
  case EXPR_BINARY:
    is = (of[0] || of[1]) && (expr->binary.op == BINARY_ADD || expr->binary.op == BINARY_SUBTRACT);
    break;
  case EXPR_CONDITIONAL:
    is = of[1] || of[2];
    break;
  case EXPR_ACCESS:
    is = follow_access(w, expr, of[2]);
    break;
  }
  if (is && w->widens)
    widen(&expr->type, 64);
  return is;
}

static void follow_block(Widening *w, Stmt *block) {
  for (Stmt *stmt = block; stmt; stmt = stmt->next) {
    bool is = stmt->expr && follow(w, stmt->expr);
    if (is && (stmt->kind == STMT_DECLARE || stmt->kind == STMT_ASSIGN))
      add(w, &w->registers[w->thread], (uint64_t)1 << stmt->reg);
    follow_block(w, stmt->body);
    follow_block(w, stmt->else_body);
  }
}

static void follow_threads(Widening *w) {
  for (w->thread = 0; w->thread < w->test->thread_count; w->thread++)
    follow_block(w, w->test->threads[w->thread].body);
}

static void begin(Widening *w) {
  for (unsigned l = 0; l < w->test->location_count; l++)
    for (unsigned e = 0; e < w->test->locations[l].length; e++)
      if (is_address(w, w->test->locations[l].initial[e]))
        add(w, &w->holds, (uint64_t)1 << l);
  for (unsigned t = 0; t < w->test->thread_count; t++)
    for (unsigned r = 0; r < w->test->threads[t].register_count; r++)
      if (is_address(w, w->test->threads[t].registers[r].initial))
        add(w, &w->registers[t], (uint64_t)1 << r);
}

void test_widen_addresses(Test *test) {
  Widening w = {.test = test};
  begin(&w);
  do {
    w.grown = false;
    follow_threads(&w);
  } while (w.grown);
  if (!w.pointed)
    return;
  for (unsigned l = 0; l < test->location_count; l++) {
    Location *location = &test->locations[l];
    widen(&location->type, w.holds >> l & 1 ? 64 : 0);
    if (w.widest && w.pointed >> l & 1 && base_type_bits(location->type) > w.widest)
      w.widest = base_type_bits(location->type);
  }
  for (unsigned l = 0; l < test->location_count; l++)
    widen(&test->locations[l].type, w.pointed >> l & 1 ? w.widest : 0);
  for (unsigned t = 0; t < test->thread_count; t++)
    for (unsigned r = 0; r < test->threads[t].register_count; r++)
      widen(&test->threads[t].registers[r].type.base, w.registers[t] >> r & 1 ? 64 : 0);
  w.widens = true;
  follow_threads(&w);
}
