#include "harness/lang/insert.h"
#include "harness/lang/accesses.h"

#include <assert.h>
#include <string.h>

// A walk in program order that copies as it goes. `pending`: an access may have happened since the last fence.
typedef struct {
  Arena *arena;
  Stmt fence; // what is put in
  bool pending;
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
  Stmt *fence = copy(walk, &walk->fence);
  fence->span = span;
  append(block, fence);
  walk->pending = false;
}

static bool same_fence(const Stmt *a, const Stmt *b) {
  if (a->kind != b->kind)
    return false;
  return a->kind == STMT_CPU_FENCE
             ? !strcmp(a->cpu_fence, b->cpu_fence)
             : a->kind == STMT_FENCE && a->fence.order == b->fence.order && a->fence.is_signal == b->fence.is_signal;
}

static Stmt *walk_block(Walk *walk, const Stmt *block);

// Either branch may be the one that was taken.
static void walk_branches(Walk *walk, Stmt *made) {
  bool before = walk->pending;
  made->branch.then_block = walk_block(walk, made->branch.then_block);
  bool after_then = walk->pending;
  walk->pending = before;
  made->branch.else_block = walk_block(walk, made->branch.else_block);
  walk->pending |= after_then;
}

// The body follows the condition or, where that has no access, an earlier turn of itself; the condition follows the
// body, so a fence ends the body where it must.
static void walk_body(Walk *walk, Stmt *made) {
  bool condition_accesses = expr_accesses(made->loop.condition);
  bool before = walk->pending;
  if (!condition_accesses && block_accesses(made->loop.body))
    walk->pending = true;
  made->loop.body = walk_block(walk, made->loop.body);
  if (condition_accesses && walk->pending) {
    Block body = {.first = made->loop.body, .end = &body.first};
    while (*body.end)
      body.end = &(*body.end)->next;
    put_fence(walk, &body, made->span);
    made->loop.body = body.first;
  }
  walk->pending |= before || condition_accesses;
}

static Stmt *walk_block(Walk *walk, const Stmt *block) {
  Block made = {.end = &made.first};
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    bool accesses = stmt_accesses(stmt);
    if (accesses && walk->pending)
      put_fence(walk, &made, stmt->span);
    Stmt *new = copy(walk, stmt);
    append(&made, new);
    if (accesses)
      walk->pending = true;
    if (same_fence(stmt, &walk->fence))
      walk->pending = false;
    if (stmt->kind == STMT_IF)
      walk_branches(walk, new);
    else if (stmt->kind == STMT_WHILE)
      walk_body(walk, new);
  }
  return made.first;
}

static Stmt fence_named(const char *name) {
  static const struct {
    const char *name;
    Order order;
    bool is_signal;
  } fences[] = {{"compiler", ORDER_SEQ_CST, true},
                {"fence-acquire", ORDER_ACQUIRE, false},
                {"fence-release", ORDER_RELEASE, false},
                {"fence-acq_rel", ORDER_ACQ_REL, false},
                {"fence-seq_cst", ORDER_SEQ_CST, false}};
  for (size_t i = 0; i < sizeof fences / sizeof *fences; i++)
    if (!strcmp(fences[i].name, name))
      return (Stmt){.kind = STMT_FENCE, .fence = {fences[i].order, fences[i].is_signal}};
  return (Stmt){.kind = STMT_CPU_FENCE, .cpu_fence = name};
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
    Walk walk = {.arena = arena, .fence = fence_named(arena_string(arena, fences[t]))};
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
