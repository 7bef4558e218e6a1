// What an expression that accesses no memory comes to.
#pragma once
#include "harness/lang/test.h"

// The value by C's rules (in 64 bits and more, signed arithmetic wraps), of the type the expression has, given those of
// the registers.
Value expr_value(const Expr *expr, const Value *registers);
