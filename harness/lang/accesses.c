#include "harness/lang/accesses.h"

bool expr_accesses(const Expr *expr) {
  if (!expr)
    return false;
  switch (expr->kind) {
  case EXPR_CONSTANT:
  case EXPR_REGISTER:
    return false;
  case EXPR_UNARY:
    return expr_accesses(expr->unary.operand);
  case EXPR_BINARY:
    return expr_accesses(expr->binary.left) || expr_accesses(expr->binary.right);
  case EXPR_LOAD:
  case EXPR_EXCHANGE:
  case EXPR_COMPARE_EXCHANGE:
  case EXPR_FETCH:
    return true;
  }
  return false;
}

bool stmt_accesses(const Stmt *stmt) {
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN:
    return expr_accesses(stmt->assign.value);
  case STMT_STORE:
    return true;
  case STMT_FENCE:
  case STMT_CPU_FENCE:
    return false;
  case STMT_EXPR:
    return expr_accesses(stmt->expr);
  case STMT_IF:
    return expr_accesses(stmt->branch.condition);
  case STMT_WHILE:
    return expr_accesses(stmt->loop.condition);
  }
  return false;
}

bool block_accesses(const Stmt *block) {
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    if (stmt_accesses(stmt))
      return true;
    if (stmt->kind == STMT_IF && (block_accesses(stmt->branch.then_block) || block_accesses(stmt->branch.else_block)))
      return true;
    if (stmt->kind == STMT_WHILE && block_accesses(stmt->loop.body))
      return true;
  }
  return false;
}
