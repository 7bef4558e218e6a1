// Whether statements access shared memory. Private to lang.
#pragma once
#include "harness/lang/test.h"

bool expr_accesses(const Expr *expr); // NULL does not
// The statement itself, the condition of an `if` or `while` included, its blocks not.
bool stmt_accesses(const Stmt *stmt);
// Any statement of a block, blocks within it included.
bool block_accesses(const Stmt *block);
