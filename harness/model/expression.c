#include "harness/model/expression.h"

#include <stdint.h>

static uint64_t mix(uint64_t hash, uint64_t part) {
  hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 29;
}

static uint64_t hash_of(const ValueExpr *e) {
  uint64_t hash = mix(e->kind, e->read);
  hash = mix(hash, (uint64_t)e->operation << 32 | (uint64_t)e->bits << 1 | e->is_signed);
  hash = mix(hash, (uint64_t)e->a << 32 | e->b);
  hash = mix(hash, (uint64_t)e->constant.number ^ (uint64_t)(uint32_t)e->constant.location << 32);
  return mix(hash, (uint64_t)((UnsignedValue)e->constant.number >> 64));
}

static bool same(const ValueExpr *x, const ValueExpr *y) {
  return x->kind == y->kind && x->read == y->read && x->operation == y->operation && x->bits == y->bits &&
         x->is_signed == y->is_signed && x->a == y->a && x->b == y->b && event_value_equal(x->constant, y->constant);
}

// Where an expression is in the table, or would be.
static size_t slot_of(const ValuePool *pool, const ValueExpr *e) {
  size_t slot = hash_of(e) & (pool->table_size - 1);
  while (pool->table[slot] != NO_EXPR && !same(&pool->exprs[pool->table[slot]], e))
    slot = (slot + 1) & (pool->table_size - 1);
  return slot;
}

static void widen(ValuePool *pool) {
  pool->table_size = pool->table_size ? pool->table_size * 2 : 64;
  pool->table = ARENA_ARRAY(pool->arena, ExprId, pool->table_size);
  for (size_t i = 0; i < pool->table_size; i++)
    pool->table[i] = NO_EXPR;
  for (ExprId id = 0; id < pool->count; id++)
    pool->table[slot_of(pool, &pool->exprs[id])] = id;
}

static ExprId intern(ValuePool *pool, const ValueExpr *e) {
  if (pool->count * 2 >= pool->table_size)
    widen(pool);
  size_t slot = slot_of(pool, e);
  if (pool->table[slot] != NO_EXPR)
    return pool->table[slot];
  pool->exprs = arena_grow(pool->arena, pool->exprs, &pool->capacity, pool->count + 1, sizeof *pool->exprs);
  pool->exprs[pool->count] = *e;
  return pool->table[slot] = (ExprId)pool->count++;
}

ExprId value_constant(ValuePool *pool, EventValue constant) {
  return intern(pool, &(ValueExpr){.kind = VALUE_CONSTANT, .constant = constant});
}

ExprId value_read(ValuePool *pool, unsigned event) {
  return intern(pool, &(ValueExpr){.kind = VALUE_READ, .read = event});
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
  return intern(
      pool, &(ValueExpr){
                .kind = VALUE_OPERATION, .operation = operation, .bits = bits, .is_signed = is_signed, .a = a, .b = b});
}
