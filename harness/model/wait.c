#include "harness/model/wait.h"

#include <stdint.h>
#include <string.h>

enum {
  WATCH_LIMIT = 1 << 16, // instructions times registers
  HELD_LIMIT = 1 << 12   // registers that are compared, of all instructions
};

typedef struct {
  const ProgramThread *thread;
  uint64_t *live; // by instruction: a bit for each register, and behind them the reservation
  unsigned words; // of one instruction's
  uint64_t *now;  // being computed
} Liveness;

static uint64_t *live_at(const Liveness *l, unsigned instr) { return l->live + (size_t)instr * l->words; }

static bool is_live(const Liveness *l, unsigned instr, unsigned reg) {
  return live_at(l, instr)[reg / 64] >> reg % 64 & 1;
}

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
  for (unsigned w = 0; w < l->words; w++)
    l->now[w] |= live_at(l, instr)[w];
}

// What is live at the start of an instruction. A register that only makes what nobody looks at is not.
static void before(Liveness *l, unsigned at) {
  const Instr *instr = &l->thread->instrs[at];
  unsigned reservation = l->thread->register_count;
  memset(l->now, 0, l->words * sizeof *l->now);
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
      live_at(l, count)[o->reg / 64] |= (uint64_t)1 << o->reg % 64;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned i = count; i-- > 0;) {
      before(l, i);
      if (memcmp(l->now, live_at(l, i), l->words * sizeof *l->now) != 0) {
        memcpy(live_at(l, i), l->now, l->words * sizeof *l->now);
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

// What a thread holds where it is watched; false where that is too much.
static bool find_held(const Liveness *l, LoopWatch *watch, Arena *arena) {
  unsigned count = l->thread->instr_count, registers = l->thread->register_count;
  watch->first = ARENA_ARRAY(arena, unsigned, count + 1);
  watch->registers = ARENA_ARRAY(arena, unsigned, HELD_LIMIT);
  watch->holds_reservation = ARENA_ARRAY(arena, bool, count);
  for (unsigned i = 0; i < count; i++) {
    unsigned next = watch->first[i];
    for (unsigned r = 0; r < registers && watch->watched[i]; r++) {
      if (!is_live(l, i, r))
        continue;
      if (next == HELD_LIMIT)
        return false;
      watch->registers[next++] = r;
    }
    watch->holds_reservation[i] = is_live(l, i, registers);
    watch->first[i + 1] = next;
  }
  return true;
}

LoopWatch loop_watch(const Program *program, unsigned thread, Arena *arena) {
  const ProgramThread *t = &program->threads[thread];
  LoopWatch watch = {.watched = ARENA_ARRAY(arena, bool, t->instr_count + 1)}, none = {0};
  if ((size_t)t->instr_count * t->register_count > WATCH_LIMIT || !mark_loops(t, watch.watched))
    return none;
  Liveness l = {.thread = t, .words = (t->register_count + 1 + 63) / 64};
  l.live = ARENA_ARRAY(arena, uint64_t, (size_t)(t->instr_count + 1) * l.words);
  l.now = ARENA_ARRAY(arena, uint64_t, l.words);
  find_live(&l, program, thread);
  return find_held(&l, &watch, arena) ? watch : none;
}
