#include "harness/lang/dependency.h"

// The load `r0 = *x` that a thread has first; NULL: another access comes first.
static Stmt *first_load(Stmt *stmt) {
  while (stmt && !expr_accesses(stmt->expr) && stmt->kind != STMT_IF && stmt->kind != STMT_WHILE)
    stmt = stmt->next;
  bool is_load = stmt && (stmt->kind == STMT_DECLARE || stmt->kind == STMT_ASSIGN) && stmt->expr->kind == EXPR_ACCESS &&
                 stmt->expr->access.op == ACCESS_LOAD;
  return is_load ? stmt : NULL;
}

static Expr *new_expr(Arena *arena, Expr expr) {
  Expr *made = ARENA_NEW(arena, Expr);
  *made = expr;
  return made;
}

static Expr *binary(Arena *arena, BinaryOp op, Expr *left, Expr *right) {
  return new_expr(arena,
                  (Expr){.kind = EXPR_BINARY, .type = left->type, .span = left->span, .binary = {op, left, right}});
}

// r0 op r0; NULL: the register's values are not those of its expressions.
static Expr *twice(Arena *arena, BinaryOp op, const Thread *thread, const Stmt *load) {
  BaseType type = thread->registers[load->reg].type.base;
  if (thread->registers[load->reg].type.pointers || base_type_promote(type) != type)
    return NULL;
  Expr reg = {.kind = EXPR_REGISTER, .type = type, .span = load->span, .reg = load->reg};
  return binary(arena, op, new_expr(arena, reg), new_expr(arena, reg));
}

// Whether the access, the first behind the load, was made to depend on nothing: on `zero`.
static bool depend(Access *access, DependencyKind kind, Expr *zero, Arena *arena) {
  if (kind == DEPENDENCY_ADDRESS) {
    if (access->address.pointer || (access->address.index && access->address.index->type != zero->type))
      return false;
    access->address.index = access->address.index ? binary(arena, BINARY_ADD, zero, access->address.index) : zero;
    return true;
  }
  if (access->op != ACCESS_STORE || access->operand->type != zero->type)
    return false;
  access->operand = binary(arena, BINARY_ADD, zero, access->operand);
  return true;
}

// The statements from `stmt` on, copied up to the first access that is no fence, which `*access` is then; the rest is
// shared.
static Stmt *copy_to_access(const Stmt *stmt, Access **access, Arena *arena) {
  if (!stmt)
    return NULL;
  Stmt *made = ARENA_NEW(arena, Stmt);
  *made = *stmt;
  bool accesses = expr_accesses(stmt->expr);
  bool is_fence = accesses && stmt->expr->kind == EXPR_ACCESS && access_is_fence(stmt->expr->access.op);
  if (!accesses || is_fence) {
    if (stmt->kind != STMT_IF && stmt->kind != STMT_WHILE)
      made->next = copy_to_access(stmt->next, access, arena);
  } else if (stmt->expr->kind == EXPR_ACCESS) {
    made->expr = new_expr(arena, *stmt->expr);
    *access = &made->expr->access;
  }
  return made;
}

static bool make(Thread *thread, DependencyKind kind, Arena *arena) {
  const Stmt *load = first_load(thread->body);
  if (!load || !load->next)
    return false;
  Stmt *made = ARENA_NEW(arena, Stmt);
  *made = *load;
  Expr *condition = twice(arena, kind == DEPENDENCY_CONTROL ? BINARY_EQUAL : BINARY_XOR, thread, load);
  Access *access = NULL;
  if (!condition)
    return false;
  if (kind == DEPENDENCY_CONTROL) {
    made->next = ARENA_NEW(arena, Stmt);
    condition->type = BASE_INT;
    *made->next = (Stmt){.kind = STMT_IF, .span = load->span, .expr = condition, .body = load->next};
  } else {
    made->next = copy_to_access(load->next, &access, arena);
    if (!access || !depend(access, kind, condition, arena))
      return false;
  }
  // What stands before the load declares, and is copied.
  Stmt **end = &thread->body;
  for (const Stmt *stmt = thread->body; stmt != load; stmt = stmt->next) {
    *end = ARENA_NEW(arena, Stmt);
    **end = *stmt;
    end = &(*end)->next;
  }
  *end = made;
  return true;
}

const Test *test_with_dependency(const Test *test, unsigned thread, DependencyKind kind, Arena *arena) {
  if (test_is_assembly(test))
    return NULL;
  Test *made = ARENA_NEW(arena, Test);
  *made = *test;
  made->threads = ARENA_ARRAY(arena, Thread, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++)
    made->threads[t] = test->threads[t];
  return make(&made->threads[thread], kind, arena) ? made : NULL;
}
