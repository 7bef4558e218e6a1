#include "harness/model/expression.h"

#include <string.h>

// The table compares bytes, so that what lies between the fields is 0.
static ExprId intern(ValuePool *pool, const ValueExpr *e) {
  ValueExpr key;
  memset(&key, 0, sizeof key);
  key.kind = e->kind;
  key.operation = e->operation;
  key.bits = e->bits;
  key.is_signed = e->is_signed;
  key.a = e->a;
  key.b = e->b;
  key.base = e->base;
  key.read = e->read;
  key.constant.location = e->constant.location;
  key.constant.number = e->constant.number;
  pool->table.key_size = sizeof key;
  ExprId id = (ExprId)table_add(&pool->table, &key, sizeof key);
  pool->exprs = pool->table.keys;
  pool->count = pool->table.count;
  return id;
}

ExprId value_constant(ValuePool *pool, EventValue constant) {
  int base = constant.location >= 0 ? constant.location : NO_BASE;
  return intern(pool, &(ValueExpr){.kind = VALUE_CONSTANT, .base = base, .constant = constant});
}

ExprId value_read(ValuePool *pool, unsigned event, unsigned bits) {
  return intern(pool, &(ValueExpr){.kind = VALUE_READ, .base = NO_BASE, .read = event, .bits = bits});
}

static bool is_zero(const ValuePool *pool, ExprId id) {
  const ValueExpr *e = &pool->exprs[id];
  return e->kind == VALUE_CONSTANT && e->constant.location < 0 && e->constant.number == 0;
}

// What the operation gives whatever its operands are; -1 where that depends on them.
static int known_result(const ValuePool *pool, Operation operation, ExprId a, ExprId b) {
  bool equal = a == b;
  switch (operation) {
  case OP_XOR:
  case OP_SUB:
  case OP_NE:
  case OP_LT:
  case OP_GT:
    return equal ? 0 : -1;
  case OP_EQ:
  case OP_LE:
  case OP_GE:
    return equal ? 1 : -1;
  case OP_AND:
  case OP_MUL:
    return is_zero(pool, a) || is_zero(pool, b) ? 0 : -1;
  default:
    return -1;
  }
}

static bool is_number(const ValuePool *pool, ExprId id, Value number) {
  const ValueExpr *e = &pool->exprs[id];
  return e->kind == VALUE_CONSTANT && e->constant.location < 0 && e->constant.number == number;
}

// Whether it is 0 or 1 whatever is read.
static bool is_truth(const ValuePool *pool, ExprId id) {
  const ValueExpr *e = &pool->exprs[id];
  return e->kind == VALUE_OPERATION && ((e->operation >= OP_EQ && e->operation <= OP_GE) || e->operation == OP_NOT);
}

// Whether it is a number of that many bits without a sign, or a pointer, whatever is read.
static bool fits(const ValuePool *pool, ExprId id, unsigned bits) {
  const ValueExpr *e = &pool->exprs[id];
  switch (e->kind) {
  case VALUE_CONSTANT:
    return e->constant.number >= 0 && (bits >= 127 || !((UnsignedValue)e->constant.number >> bits));
  case VALUE_READ:
    return e->bits && e->bits <= bits;
  case VALUE_OPERATION:
    return is_truth(pool, id) || (!e->is_signed && e->bits && e->bits <= bits);
  }
  return false;
}

// The number that its lowest bits are, without a sign.
static ExprId lowest(ValuePool *pool, ExprId id, unsigned bits) {
  return value_operation(pool, OP_MOVE, bits, false, id, value_constant(pool, (EventValue){-1, 0}));
}

// What was extended from fewer bits by its sign, as registers of 64 bits keep it; 0: it was not.
static unsigned extended_from(const ValuePool *pool, ExprId id) {
  const ValueExpr *e = &pool->exprs[id];
  if (e->kind != VALUE_OPERATION || e->operation != OP_MOVE || e->is_signed || e->bits != 64)
    return 0;
  e = &pool->exprs[e->a];
  return e->kind == VALUE_OPERATION && e->operation == OP_MOVE && e->is_signed && e->bits < 64 ? e->bits : 0;
}

// A difference of 64 bits may be one of pointers, which is no number, unless both were extended from fewer.
ExprId value_no_difference(ValuePool *pool, ExprId a) {
  unsigned from = extended_from(pool, a);
  if (from)
    return value_operation(pool, OP_EQ, 0, false, lowest(pool, a, from), value_constant(pool, (EventValue){-1, 0}));
  const ValueExpr e = pool->exprs[a];
  if (e.kind != VALUE_OPERATION || e.is_signed || !e.bits || (e.operation != OP_SUB && e.operation != OP_XOR))
    return NO_EXPR;
  if (e.bits < 64)
    return value_operation(pool, OP_EQ, 0, false, lowest(pool, e.a, e.bits), lowest(pool, e.b, e.bits));
  from = extended_from(pool, e.a);
  return from && from == extended_from(pool, e.b) ? value_operation(pool, OP_EQ, 0, false, e.a, e.b) : NO_EXPR;
}

// Whether its lowest bits are 0 whatever is read.
static bool ends_in_zeros(const ValuePool *pool, ExprId id, unsigned bits) {
  const ValueExpr *e = &pool->exprs[id];
  if (e->kind != VALUE_OPERATION || e->operation != OP_AND || !value_is_constant(pool, e->b))
    return false;
  EventValue mask = pool->exprs[e->b].constant;
  return mask.location < 0 && bits < 64 && !((UnsignedValue)mask.number << (128 - bits));
}

// Some of the lowest bits of an operation, as the operation on those, where that shows a part of a register that was
// put there; NO_EXPR else.
static ExprId lowest_of(ValuePool *pool, ExprId a, unsigned bits) {
  const ValueExpr e = pool->exprs[a];
  ExprId zero = value_constant(pool, (EventValue){-1, 0});
  if (e.kind != VALUE_OPERATION || e.is_signed || e.bits < bits)
    return NO_EXPR;
  if (e.operation == OP_OR && ends_in_zeros(pool, e.a, bits))
    return value_operation(pool, OP_MOVE, bits, false, e.b, zero);
  if (e.operation != OP_XOR || !value_is_constant(pool, e.b) || !fits(pool, e.b, bits))
    return NO_EXPR;
  return value_operation(pool, OP_XOR, bits, false, value_operation(pool, OP_MOVE, bits, false, e.a, zero), e.b);
}

// The opposite of a truth that is a comparison for equality, or an opposite itself; NO_EXPR of others.
static ExprId opposite(ValuePool *pool, ExprId id) {
  const ValueExpr e = pool->exprs[id];
  if (e.kind != VALUE_OPERATION)
    return NO_EXPR;
  if (e.operation == OP_NOT && is_truth(pool, e.a))
    return e.a;
  if (e.operation != OP_EQ && e.operation != OP_NE)
    return NO_EXPR;
  return value_operation(pool, e.operation == OP_EQ ? OP_NE : OP_EQ, e.bits, e.is_signed, e.a, e.b);
}

// a == b of other numbers, where these are made of them; NO_EXPR: they are not.
static ExprId equal_parts(ValuePool *pool, ExprId a, ExprId b) {
  ExprId zero = value_constant(pool, (EventValue){-1, 0});
  if (is_zero(pool, b)) {
    ExprId same = value_no_difference(pool, a);
    return same != NO_EXPR ? same : value_operation(pool, OP_NOT, 0, false, a, zero);
  }
  if (is_truth(pool, a) && is_number(pool, b, 1))
    return a;
  unsigned from = extended_from(pool, a);
  return from && from == extended_from(pool, b)
             ? value_operation(pool, OP_EQ, 0, false, lowest(pool, a, from), lowest(pool, b, from))
             : NO_EXPR;
}

// Whether of what it was made from it keeps all bits that are kept of it.
static bool cuts_more(const ValueExpr *e, unsigned bits) {
  return bits && e->kind == VALUE_OPERATION && e->operation == OP_MOVE && e->bits >= bits;
}

// What is equal to the operation and was made in another way, as machine code does from flags what a compare-exchange
// knows already; NO_EXPR: nothing known to be. A path whose branches contradict each other is then seen to.
static ExprId simpler(ValuePool *pool, Operation operation, unsigned bits, bool is_signed, ExprId a, ExprId b) {
  bool of_truth = is_truth(pool, a);
  switch (operation) {
  case OP_NOT:
    return opposite(pool, a);
  case OP_EQ:
    return equal_parts(pool, a, b);
  case OP_NE:
    return of_truth && is_zero(pool, b) ? a : NO_EXPR;
  case OP_MOVE:
    if ((of_truth && bits > 1) || (!is_signed && fits(pool, a, bits)))
      return a;
    if (cuts_more(&pool->exprs[a], bits))
      return value_operation(pool, OP_MOVE, bits, is_signed, pool->exprs[a].a, b);
    return is_signed ? NO_EXPR : lowest_of(pool, a, bits);
  case OP_AND:
    return (of_truth && is_number(pool, b, 1)) || (a == b && !is_signed && fits(pool, a, bits)) ? a : NO_EXPR;
  case OP_XOR:
    return of_truth && is_number(pool, b, 1) ? value_operation(pool, OP_NOT, 0, false, a, b) : NO_EXPR;
  case OP_SHL:
  case OP_OR:
    return !is_signed && is_zero(pool, b) && fits(pool, a, bits) ? a : NO_EXPR;
  default:
    return NO_EXPR;
  }
}

// A pointer and a number make a pointer into the same location, or a number.
static int base_of(const ValuePool *pool, ExprId a, ExprId b) {
  int first = pool->exprs[a].base, second = pool->exprs[b].base;
  return second == NO_BASE || first == second ? first : first == NO_BASE ? second : NO_BASE;
}

ExprId value_operation(ValuePool *pool, Operation operation, unsigned bits, bool is_signed, ExprId a, ExprId b) {
  if (operation == OP_SECOND)
    return b;
  if (operation == OP_PICK)
    return a;
  int known = known_result(pool, operation, a, b);
  if (known >= 0)
    return value_constant(pool, (EventValue){-1, known});
  if (value_is_constant(pool, a) && value_is_constant(pool, b))
    return value_constant(
        pool, operation_apply(operation, bits, is_signed, pool->exprs[a].constant, pool->exprs[b].constant));
  bool equality = operation == OP_EQ || operation == OP_NE;
  if (equality && (value_is_constant(pool, a) || (a > b && !value_is_constant(pool, b)))) {
    ExprId first = a; // either way round is one
    a = b;
    b = first;
  }
  ExprId same = simpler(pool, operation, bits, is_signed, a, b);
  if (same != NO_EXPR)
    return same;
  if (equality || operation == OP_NOT) {
    bits = 0; // of any type
    is_signed = false;
  }
  return intern(pool, &(ValueExpr){.kind = VALUE_OPERATION,
                                   .operation = operation,
                                   .bits = bits,
                                   .is_signed = is_signed,
                                   .a = a,
                                   .b = b,
                                   .base = base_of(pool, a, b)});
}

enum { TRUTH_STEPS = 4096 }; // subexpressions that are looked at

typedef struct {
  const ValuePool *pool;
  TruthKnown known;
  ExprId truth; // the one that is not known; NO_EXPR where all are
  unsigned steps;
  bool is_so; // what is taken for it
} Flags;

static int known_truth(const Flags *f, ExprId id) {
  return is_truth(f->pool, id) ? f->known.ask(f->known.context, id) : -1;
}

// Whether no more than one truth that is not known decides an expression.
static bool one_truth(Flags *f, ExprId id) {
  const ValueExpr *e = &f->pool->exprs[id];
  if (e->kind == VALUE_CONSTANT || id == f->truth || known_truth(f, id) >= 0)
    return true;
  if (e->kind == VALUE_READ || ++f->steps > TRUTH_STEPS)
    return false;
  if (!is_truth(f->pool, id))
    return one_truth(f, e->a) && one_truth(f, e->b);
  bool first = f->truth == NO_EXPR;
  f->truth = first ? id : f->truth;
  return first;
}

static EventValue value_where(const Flags *f, ExprId id) {
  const ValueExpr *e = &f->pool->exprs[id];
  int known = id == f->truth ? f->is_so : known_truth(f, id);
  if (known >= 0)
    return (EventValue){-1, known};
  if (e->kind == VALUE_CONSTANT)
    return e->constant;
  return operation_apply(e->operation, e->bits, e->is_signed, value_where(f, e->a), value_where(f, e->b));
}

bool value_truth(const ValuePool *pool, ExprId value, TruthKnown known, ExprId *truth, bool nonzero[2]) {
  const ValueExpr *e = &pool->exprs[value];
  Flags f = {.pool = pool, .known = known, .truth = NO_EXPR};
  if (e->kind != VALUE_OPERATION || !one_truth(&f, e->a) || !one_truth(&f, e->b))
    return false;
  for (unsigned so = 0; so < 2; so++) {
    f.is_so = so != 0;
    EventValue is = operation_apply(e->operation, e->bits, e->is_signed, value_where(&f, e->a), value_where(&f, e->b));
    nonzero[so] = is.location >= 0 || is.number != 0;
  }
  *truth = f.truth;
  return true;
}
