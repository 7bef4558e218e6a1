// Values that depend on what is read: expressions over a path's reads, each kept once.
#pragma once
#include "harness/base/table.h"
#include "harness/event/program.h"

typedef unsigned ExprId; // index into the pool; operands stand before what is made of them
enum { NO_EXPR = 0x7fffffff, NO_BASE = -1 };

typedef enum { VALUE_CONSTANT, VALUE_READ, VALUE_OPERATION } ValueKind;

typedef struct {
  ValueKind kind;
  Operation operation;
  unsigned bits; // VALUE_READ: what is read is a number of as many bits, without a sign, or a pointer; 0: any value
  bool is_signed;
  ExprId a, b;         // VALUE_OPERATION
  int base;            // the only location that it can point into, unless it is a pointer that was read; NO_BASE
  unsigned read;       // VALUE_READ: which event of the path
  EventValue constant; // VALUE_CONSTANT
} ValueExpr;

// Equal expressions have equal ids. The caller sets the table's arena.
typedef struct {
  Table table;
  const ValueExpr *exprs; // the table's keys, `count` of them; they move when another is added
  size_t count;
} ValuePool;

ExprId value_constant(ValuePool *pool, EventValue constant);
ExprId value_read(ValuePool *pool, unsigned event, unsigned bits);
// Folds constants, and what does not depend on its operands' values whatever they are: x ^ x, x & 0, x == x. So a value
// may be known though the reads that it depends on are not.
ExprId value_operation(ValuePool *pool, Operation operation, unsigned bits, bool is_signed, ExprId a, ExprId b);

// That two numbers are the same, where `value` is zero just then, being what they differ by; NO_EXPR: that is not seen.
ExprId value_no_difference(ValuePool *pool, ExprId value);

// Which comparisons are decided already: `ask` says 0, 1, or -1 where that is open.
typedef struct {
  int (*ask)(const void *context, ExprId truth);
  const void *context;
} TruthKnown;

// Whether no more than one comparison that is open decides a value, as a bit of a register of flags that was moved
// about; `truth` is which (NO_EXPR: none), `nonzero` whether the value is other than zero where that is false and where
// it is true.
bool value_truth(const ValuePool *pool, ExprId value, TruthKnown known, ExprId *truth, bool nonzero[2]);

static inline bool value_is_constant(const ValuePool *pool, ExprId id) {
  return pool->exprs[id].kind == VALUE_CONSTANT;
}
