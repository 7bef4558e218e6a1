#include "harness/model/wait.h"

#include <string.h>

enum { WATCH_LIMIT = 1 << 16 }; // instructions times registers

typedef struct {
  const ProgramThread *thread;
  LoopWatch *watch;
  uint64_t *now; // being computed
} Liveness;

static uint64_t *live_at(const LoopWatch *watch, unsigned instr) { return watch->live + (size_t)instr * watch->words; }

static void use(Liveness *l, const Operand *operand) {
  if (operand->is_register)
    l->now[operand->reg / 64] |= (uint64_t)1 << operand->reg % 64;
}

// Whether the register is looked at after the instruction; from its start on it is not.
static bool define(Liveness *l, unsigned reg) {
  if (reg == NO_REGISTER)
    return false;
  bool live = l->now[reg / 64] >> reg % 64 & 1;
  l->now[reg / 64] &= ~((uint64_t)1 << reg % 64);
  return live;
}

static void flow_from(Liveness *l, unsigned instr) {
  for (unsigned w = 0; w < l->watch->words; w++)
    l->now[w] |= live_at(l->watch, instr)[w];
}

// What is live at the start of an instruction. A register that only makes what nobody looks at is not.
static void before(Liveness *l, unsigned at) {
  const Instr *instr = &l->thread->instrs[at];
  unsigned reservation = l->thread->register_count;
  memset(l->now, 0, l->watch->words * sizeof *l->now);
  if (instr->kind != INSTR_JUMP)
    flow_from(l, at + 1);
  if (instr->kind == INSTR_JUMP || instr->kind == INSTR_BRANCH || instr->kind == INSTR_CHOOSE ||
      instr->kind == INSTR_EITHER)
    flow_from(l, instr->target);
  switch (instr->kind) {
  case INSTR_READ:
    define(l, instr->dst);
    if (instr->is_exclusive)
      define(l, reservation);
    use(l, &instr->address);
    break;
  case INSTR_FORGET:
    define(l, reservation);
    break;
  case INSTR_WRITE:
    if (instr->is_exclusive) {
      define(l, instr->dst);
      l->now[reservation / 64] |= (uint64_t)1 << reservation % 64;
    }
    use(l, &instr->address);
    use(l, &instr->value);
    break;
  case INSTR_RMW:
    define(l, instr->dst);
    use(l, &instr->address);
    use(l, &instr->value);
    break;
  case INSTR_OPERATION:
    if (define(l, instr->dst)) {
      use(l, &instr->a);
      use(l, &instr->b);
    }
    break;
  case INSTR_BRANCH:
  case INSTR_CHOOSE:
  case INSTR_ASSUME:
    use(l, &instr->a);
    break;
  case INSTR_FENCE:
  case INSTR_JUMP:
  case INSTR_EITHER:
    break;
  }
}

static void find_live(Liveness *l, const Program *program, unsigned thread) {
  unsigned count = l->thread->instr_count;
  for (unsigned i = 0; i < program->observable_total; i++) {
    const ProgramObservable *o = &program->observables[i];
    if (o->is_register && o->thread == thread)
      live_at(l->watch, count)[o->reg / 64] |= (uint64_t)1 << o->reg % 64;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned i = count; i-- > 0;) {
      before(l, i);
      if (memcmp(l->now, live_at(l->watch, i), l->watch->words * sizeof *l->now) != 0) {
        memcpy(live_at(l->watch, i), l->now, l->watch->words * sizeof *l->now);
        changed = true;
      }
    }
  }
}

// Marks where a loop begins, and where a branch inside of it leads to inside of it.
static bool mark_loops(const ProgramThread *thread, bool *watched) {
  bool any = false;
  for (unsigned jump = 0; jump < thread->instr_count; jump++) {
    unsigned head = thread->instrs[jump].target;
    if (thread->instrs[jump].kind != INSTR_JUMP || head > jump)
      continue;
    any = watched[head] = true;
    for (unsigned i = head; i < jump; i++) {
      const Instr *instr = &thread->instrs[i];
      if (instr->kind != INSTR_BRANCH && instr->kind != INSTR_CHOOSE && instr->kind != INSTR_EITHER)
        continue;
      watched[i + 1] = true;
      if (instr->target >= head && instr->target <= jump)
        watched[instr->target] = true;
    }
  }
  return any;
}

LoopWatch loop_watch(const Program *program, unsigned thread, Arena *arena) {
  const ProgramThread *t = &program->threads[thread];
  LoopWatch watch = {.words = (t->register_count + 1 + 63) / 64};
  bool *watched = ARENA_ARRAY(arena, bool, t->instr_count + 1);
  if ((size_t)t->instr_count * t->register_count > WATCH_LIMIT || !mark_loops(t, watched))
    return watch;
  watch.watched = watched;
  watch.live = ARENA_ARRAY(arena, uint64_t, (size_t)(t->instr_count + 1) * watch.words);
  Liveness l = {t, &watch, ARENA_ARRAY(arena, uint64_t, watch.words)};
  find_live(&l, program, thread);
  return watch;
}
