#include "harness/lang/insert.h"

#include <assert.h>
#include <string.h>

// What the jumps of a loop's body do.
typedef struct {
  bool condition_follows; // `continue` goes to a condition that accesses
  bool broken, continued; // `pending` at a `break`, and at a `continue`
} Exits;

// A walk in program order that copies as it goes. `pending`: an access may have happened since the last fence.
typedef struct {
  Arena *arena;
  Access fence; // what is put in
  bool pending;
  Exits *exits; // of the loop that is walked over
} Walk;

typedef struct {
  Stmt *first, **end;
} Block;

static void append(Block *block, Stmt *stmt) {
  *block->end = stmt;
  block->end = &stmt->next;
}

static Stmt *copy(const Walk *walk, const Stmt *stmt) {
  Stmt *made = ARENA_NEW(walk->arena, Stmt);
  *made = *stmt;
  made->next = NULL;
  return made;
}

static void put_fence(Walk *walk, Block *block, Span span) {
  Expr *fence = ARENA_NEW(walk->arena, Expr);
  *fence = (Expr){.kind = EXPR_ACCESS, .span = span, .access = walk->fence};
  append(block, copy(walk, &(Stmt){.kind = STMT_EXPR, .span = span, .expr = fence}));
  walk->pending = false;
}

static bool is_fence(const Stmt *stmt, const Access *fence) {
  const Access *a = stmt_access(stmt);
  if (!a || a->op != fence->op)
    return false;
  return fence->cpu_fence ? !strcmp(a->cpu_fence, fence->cpu_fence) : a->order == fence->order;
}

static bool accesses(const Expr *expr, void *context) {
  (void)context;
  return expr_accesses(expr);
}

static Stmt *walk_block(Walk *walk, const Stmt *block);

// Either branch may be the one that was taken.
static void walk_branches(Walk *walk, Stmt *made) {
  bool before = walk->pending;
  made->body = walk_block(walk, made->body);
  bool after_then = walk->pending;
  walk->pending = before;
  made->else_body = walk_block(walk, made->else_body);
  walk->pending |= after_then;
}

static Stmt *end_with_fence(Walk *walk, Stmt *first, Span span) {
  Block block = {.first = first, .end = &block.first};
  while (*block.end)
    block.end = &(*block.end)->next;
  put_fence(walk, &block, span);
  return block.first;
}

// The body follows the condition or, where that has no access, an earlier turn of itself; a last clause follows the
// body, and the condition what comes before it, so that a fence ends it where it must.
static void walk_loop(Walk *walk, Stmt *made) {
  bool condition_accesses = expr_accesses(made->expr), before = walk->pending;
  bool others_access = block_each(made->body, accesses, NULL) || block_each(made->else_body, accesses, NULL);
  Exits exits = {.condition_follows = condition_accesses && !made->else_body}, *outer = walk->exits;
  walk->exits = &exits;
  walk->pending |= condition_accesses || others_access;
  made->body = walk_block(walk, made->body);
  walk->pending |= exits.continued;
  made->else_body = walk_block(walk, made->else_body);
  if (condition_accesses && walk->pending && made->else_body)
    made->else_body = end_with_fence(walk, made->else_body, made->span);
  else if (condition_accesses && walk->pending)
    made->body = end_with_fence(walk, made->body, made->span);
  walk->exits = outer;
  walk->pending |= before || condition_accesses || exits.broken;
}

// `break` or `continue`
static void walk_jump(Walk *walk, Block *made, const Stmt *stmt) {
  assert(walk->exits); // it stands in a loop
  if (stmt->kind == STMT_BREAK) {
    walk->exits->broken |= walk->pending;
    return;
  }
  if (walk->exits->condition_follows && walk->pending)
    put_fence(walk, made, stmt->span);
  walk->exits->continued |= walk->pending;
}

static Stmt *walk_block(Walk *walk, const Stmt *block) {
  Block made = {.end = &made.first};
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    bool accesses = expr_accesses(stmt->expr) && !stmt->body_first;
    if (accesses && walk->pending)
      put_fence(walk, &made, stmt->span);
    if (stmt->kind == STMT_BREAK || stmt->kind == STMT_CONTINUE)
      walk_jump(walk, &made, stmt);
    Stmt *new = copy(walk, stmt);
    append(&made, new);
    if (accesses)
      walk->pending = true;
    if (is_fence(stmt, &walk->fence))
      walk->pending = false;
    if (stmt->kind == STMT_IF)
      walk_branches(walk, new);
    else if (stmt->kind == STMT_WHILE)
      walk_loop(walk, new);
  }
  return made.first;
}

static Access fence_named(const Dialect *dialect, const char *name) {
  const DialectFence *fence = dialect_fence(dialect, name);
  return fence ? (Access){.op = fence->op, .order = dialect_order(dialect, fence->order)}
               : (Access){.op = ACCESS_CPU_FENCE, .cpu_fence = name};
}

const Test *test_with_fences(const Test *test, const char *const *fences, Arena *arena) {
  Test *made = ARENA_NEW(arena, Test);
  *made = *test;
  made->threads = ARENA_ARRAY(arena, Thread, test->thread_count);
  bool any = false;
  for (unsigned t = 0; t < test->thread_count; t++) {
    made->threads[t] = test->threads[t];
    if (!strcmp(fences[t], "none"))
      continue;
    any = true;
    Walk walk = {.arena = arena, .fence = fence_named(test->dialect, arena_string(arena, fences[t]))};
    made->threads[t].body = walk_block(&walk, test->threads[t].body);
  }
  return any ? made : test;
}

const Test *test_with_fence(const Test *test, const char *fence, uint64_t threads, Arena *arena) {
  const char *fences[LIMIT_THREADS];
  assert(test->thread_count <= LIMIT_THREADS);
  for (unsigned t = 0; t < test->thread_count; t++)
    fences[t] = threads >> t & 1 ? fence : "none";
  return test_with_fences(test, fences, arena);
}
