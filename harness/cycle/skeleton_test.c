#include "harness/cycle/skeleton.h"

#include <stdint.h>
#include <string.h>

// A value, as far as the condition tells it, and the touches that it was made from.
typedef struct {
  bool known;
  Value value;
  uint64_t from;
} Known;

typedef struct {
  const Test *test;
  const Vocabulary *words;
  Skeleton *out;
  const char *why;
  unsigned thread;
  Known registers[LIMIT_REGISTERS];
  bool has_asked[LIMIT_REGISTERS]; // of this thread
  Value asked[LIMIT_REGISTERS];
  const FenceWord *fence; // since the last touch
  uint64_t control;       // what the way here depends on
} Reader;

// The first reason stands.
static Known refuse(Reader *r, const char *why) {
  r->why = r->why ? r->why : why;
  return (Known){0};
}

static Known read_expr(Reader *r, const Expr *expr);

// C17 6.5, for the small numbers of litmus tests; large ones wrap.
static Known read_binary(Reader *r, const Expr *expr) {
  Known left = read_expr(r, expr->binary.left), right = read_expr(r, expr->binary.right);
  Known out = {left.known && right.known, 0, left.from | right.from};
  Value a = left.value, b = right.value;
  switch (expr->binary.op) {
  case BINARY_ADD:
    out.value = (Value)((UnsignedValue)a + (UnsignedValue)b);
    break;
  case BINARY_SUBTRACT:
    out.value = (Value)((UnsignedValue)a - (UnsignedValue)b);
    break;
  case BINARY_MULTIPLY:
    out.value = (Value)((UnsignedValue)a * (UnsignedValue)b);
    break;
  case BINARY_AND:
    out.value = a & b;
    break;
  case BINARY_OR:
    out.value = a | b;
    break;
  case BINARY_XOR:
    out.value = a ^ b;
    break;
  case BINARY_EQUAL:
    out.value = a == b;
    break;
  case BINARY_NOT_EQUAL:
    out.value = a != b;
    break;
  case BINARY_LESS:
    out.value = a < b;
    break;
  case BINARY_LESS_EQUAL:
    out.value = a <= b;
    break;
  case BINARY_GREATER:
    out.value = a > b;
    break;
  case BINARY_GREATER_EQUAL:
    out.value = a >= b;
    break;
  default:
    out.known = false;
  }
  return out;
}

static Known read_unary(Reader *r, const Expr *expr) {
  Known out = read_expr(r, expr->unary.operand);
  switch (expr->unary.op) {
  case UNARY_NEGATE:
    out.value = (Value) - (UnsignedValue)out.value;
    break;
  case UNARY_COMPLEMENT:
    out.value = ~out.value;
    break;
  case UNARY_NOT:
    out.value = !out.value;
    break;
  case UNARY_CAST:
    break;
  }
  return out;
}

static bool is_order(const char *name, const Access *access) {
  return name && !strcmp(name, order_name(access->order));
}

static const Annotation *annotation_of(const Reader *r, const Access *access, TouchKind kind) {
  for (unsigned i = 0; i < r->words->annotation_count; i++) {
    const Annotation *row = &r->words->annotations[i];
    const char *order = kind == TOUCH_UPDATE         ? row->update
                        : kind == TOUCH_READ         ? row->load
                        : access->op == ACCESS_STORE ? row->store
                                                     : row->exchange;
    if (is_order(order, access))
      return row;
  }
  return NULL;
}

static Known read_fence(Reader *r, const Access *access) {
  const FenceWord *fence = NULL;
  for (unsigned i = 0; i < r->words->fence_count && access->op == ACCESS_FENCE; i++)
    if (is_order(r->words->fences[i].order, access))
      fence = &r->words->fences[i];
  if (!fence || r->fence)
    return refuse(r,
                  fence ? "two fences stand between two accesses" : "no word of cycles stands for one of its fences");
  r->fence = fence;
  return (Known){0};
}

static const Update *update_of(const Reader *r, AccessOp op) {
  for (unsigned i = 0; i < r->words->update_count; i++)
    if (r->words->updates[i].op == op)
      return &r->words->updates[i];
  return NULL;
}

// The element that is accessed. False where it cannot be told, or is not all of a location.
static bool read_address(Reader *r, const Access *access, Touch *touch) {
  if (access->address.pointer || r->test->locations[access->address.location].is_array) {
    refuse(r, "it accesses arrays, or what a pointer points to");
    return false;
  }
  touch->location = access->address.location;
  if (!access->address.index)
    return true;
  Known index = read_expr(r, access->address.index);
  touch->address = index.from;
  if (!index.known || index.value)
    refuse(r, "an address is not told by its condition");
  return !r->why;
}

// What an access of this kind reads, if the condition asks for that: `asked` is the register that it goes to, or -1.
static Known found(const Reader *r, int reg) {
  return reg >= 0 && r->has_asked[reg] ? (Known){true, r->asked[reg], 0} : (Known){0};
}

static void read_operands(Reader *r, const Access *access, int reg, Touch *touch) {
  Known operand = access->operand ? read_expr(r, access->operand) : (Known){0}, value = found(r, reg);
  Known compared = access->compared ? read_expr(r, access->compared) : (Known){0};
  if (access->op == ACCESS_COMPARE_EXCHANGE && access->expected_in_register) {
    compared = r->registers[access->expected_register];
    value = value.known && value.value ? (Known){compared.known, compared.value, 0} : (Known){0}; // it was found
  }
  touch->data = operand.from | compared.from;
  touch->written = operand.value;
  touch->asked = value.known;
  touch->read = value.value;
  if (access->op == ACCESS_FETCH_ADD)
    touch->written = (Value)((UnsignedValue)touch->written + (UnsignedValue)value.value);
  bool fails = touch->update && (access->op == ACCESS_COMPARE_EXCHANGE || access->op == ACCESS_COMPARE_SWAP) &&
               (!value.known || value.value != compared.value);
  if ((access->operand && !operand.known) || fails)
    refuse(r, "its condition does not tell what a write writes");
}

// An access whose value goes to a register, or to none: -1.
static Known read_access(Reader *r, const Expr *expr, int reg) {
  const Access *access = &expr->access;
  if (access_is_fence(access->op))
    return read_fence(r, access);
  Touch touch = {.fence = r->fence, .thread = r->thread, .control = r->control};
  r->fence = NULL;
  bool exchanged = access->op == ACCESS_EXCHANGE && (reg < 0 || !r->has_asked[reg]); // nobody looks at its value
  touch.update = exchanged ? NULL : update_of(r, access->op);
  touch.kind = access->op == ACCESS_LOAD                 ? TOUCH_READ
               : access->op == ACCESS_STORE || exchanged ? TOUCH_WRITE
                                                         : TOUCH_UPDATE;
  if (touch.kind == TOUCH_UPDATE && !touch.update)
    return refuse(r, "no word of cycles stands for one of its read-modify-writes");
  touch.annotation = touch.write_annotation = annotation_of(r, access, touch.kind);
  if (!touch.annotation)
    return refuse(r, "no annotation stands for the order of one of its accesses");
  if (!read_address(r, access, &touch))
    return (Known){0};
  read_operands(r, access, reg, &touch);
  if (r->out->count == TOUCHES)
    return refuse(r, "it has too many accesses");
  unsigned number = r->out->count++;
  r->out->touches[number] = touch;
  Known value = found(r, reg);
  value.from = UINT64_C(1) << number;
  return value;
}

static Known read_conditional(Reader *r, const Expr *expr) {
  Known condition = read_expr(r, expr->conditional.condition);
  if (!condition.known)
    return refuse(r, "its condition does not tell which way a thread goes");
  uint64_t before = r->control;
  r->control |= condition.from;
  Known out = read_expr(r, condition.value ? expr->conditional.yes : expr->conditional.no);
  r->control = before;
  out.from |= condition.from;
  return out;
}

static Known read_expr(Reader *r, const Expr *expr) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
    return (Known){true, expr->constant, 0};
  case EXPR_REGISTER:
    return r->registers[expr->reg];
  case EXPR_UNARY:
    return read_unary(r, expr);
  case EXPR_BINARY:
    return read_binary(r, expr);
  case EXPR_CONDITIONAL:
    return read_conditional(r, expr);
  case EXPR_ACCESS:
    return read_access(r, expr, -1);
  }
  return (Known){0};
}

static void read_block(Reader *r, const Stmt *block);

static void read_if(Reader *r, const Stmt *stmt) {
  Known condition = read_expr(r, stmt->expr);
  if (!condition.known) {
    refuse(r, "its condition does not tell which way a thread goes");
    return;
  }
  uint64_t before = r->control;
  r->control |= condition.from;
  read_block(r, condition.value ? stmt->body : stmt->else_body);
  if (r->test->dialect->scoped)
    r->control = before;
}

static void read_block(Reader *r, const Stmt *block) {
  for (const Stmt *stmt = block; stmt && !r->why; stmt = stmt->next)
    switch (stmt->kind) {
    case STMT_DECLARE:
    case STMT_ASSIGN: {
      const Expr *expr = stmt->expr;
      Known value = {.known = true};
      if (expr)
        value = expr->kind == EXPR_ACCESS ? read_access(r, expr, (int)stmt->reg) : read_expr(r, expr);
      r->registers[stmt->reg] = value;
      break;
    }
    case STMT_EXPR:
      read_expr(r, stmt->expr);
      break;
    case STMT_IF:
      read_if(r, stmt);
      break;
    case STMT_WHILE:
    case STMT_BREAK:
    case STMT_CONTINUE:
      refuse(r, "it has a loop");
      break;
    }
}

static void read_thread(Reader *r, const Asked *asked) {
  memset(r->registers, 0, sizeof r->registers);
  const Thread *thread = &r->test->threads[r->thread];
  for (unsigned i = 0; i < thread->register_count; i++)
    r->registers[i] = (Known){true, thread->registers[i].initial, 0};
  memcpy(r->has_asked, asked->has_registers[r->thread], sizeof r->has_asked);
  memcpy(r->asked, asked->registers[r->thread], sizeof r->asked);
  r->fence = NULL;
  r->control = 0;
  r->out->first[r->thread] = r->out->count;
  read_block(r, thread->body);
  if (r->out->count == r->out->first[r->thread])
    refuse(r, "a thread of it accesses nothing");
}

const char *skeleton_of_test(const Test *test, const Vocabulary *words, Skeleton *out) {
  *out = (Skeleton){0};
  Arena *arena = arena_new();
  Asked *asked = ARENA_NEW(arena, Asked);
  Reader r = {.test = test, .words = words, .out = out, .why = skeleton_ask(test, asked, out)};
  for (r.thread = 0; r.thread < test->thread_count && !r.why; r.thread++)
    read_thread(&r, asked);
  out->first[test->thread_count] = out->count;
  arena_free(arena);
  return r.why;
}
