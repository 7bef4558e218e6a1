#include "harness/model/path.h"
#include "harness/model/wait.h"

#include <stdlib.h>
#include <string.h>

// How often control went back over a jump, and what had been decided then: turns that only constants decide are not
// counted against the bound.
typedef struct {
  unsigned turns, forks;
} Loop;

// What was control dependent before a branch whose dependence ends.
typedef struct {
  unsigned until;
  Taint control, control_pick;
} Scope;

// The last time that a walk was at an instruction that is watched.
typedef struct {
  bool was_here, kept_turn;
  unsigned event_count, reserved; // then
} Visit;

// What a register held then.
typedef struct {
  ExprId value;
  Taint taint, pick;
} Held;

// A path being walked.
typedef struct {
  unsigned at, steps, forks;
  ExprId *registers;
  Taint *taints; // of the registers
  Taint *picks;  // the same, and what was picked by
  Taint control, control_pick;
  Scope *scopes; // innermost last
  size_t scope_count, scope_capacity;
  unsigned reserved;      // the event that made the reservation, and 1; 0: there is none
  size_t reserved_writes; // writes so far when it was made
  size_t writes;
  PathEvent *events;
  size_t event_count, event_capacity;
  Constraint *constraints;
  size_t constraint_count, constraint_capacity;
  Loop *loops;   // by instruction
  Visit *visits; // by instruction, where loops are watched; else NULL
  Held *held;    // what the watch compares
  bool resumed;  // at a watched instruction that it does not arrive at
} Walk;

typedef struct {
  const Program *program;
  const ProgramThread *thread;
  unsigned index; // of the thread
  Arena *arena;
  ValuePool *pool;
  LoopWatch watch;
  uint64_t steps; // of all paths
  Path *paths;
  size_t path_count, path_capacity;
  Deadline *deadline;
  EnumerationResult *result;
} Walker;

_Static_assert(PATH_COUNT == 20000 && PATH_MEMORY == 256 << 20 && PATH_FORKS == 1024 && PATH_EVENTS == 256 &&
                   PATH_ALL_STEPS == 5000000,
               "the sentences below name them");

static void give_up(Walker *w, const char *why) {
  w->result->gave_up = true;
  w->result->why = why;
}

static Taint taint_union(Taint a, Taint b) {
  for (unsigned w = 0; w < PATH_EVENTS / 64; w++)
    a.bits[w] |= b.bits[w];
  return a;
}

static Taint taint_of_event(size_t event) {
  Taint taint = {0};
  taint.bits[event / 64] = (uint64_t)1 << event % 64;
  return taint;
}

// ---- Walks, copied where they fork ----

static void *copy(const void *from, size_t size) {
  void *to = calloc(1, size ? size : 1);
  if (!to)
    abort(); // as arenas do
  if (size)
    memcpy(to, from, size);
  return to;
}

static Walk walk_copy(const Walker *w, const Walk *from) {
  Walk to = *from;
  unsigned registers = w->thread->register_count;
  to.registers = copy(from->registers, registers * sizeof *to.registers);
  to.taints = copy(from->taints, registers * sizeof *to.taints);
  to.picks = copy(from->picks, registers * sizeof *to.picks);
  to.events = copy(from->events, from->event_count * sizeof *to.events);
  to.event_capacity = from->event_count;
  to.constraints = copy(from->constraints, from->constraint_count * sizeof *to.constraints);
  to.constraint_capacity = from->constraint_count;
  to.scopes = copy(from->scopes, from->scope_count * sizeof *to.scopes);
  to.scope_capacity = from->scope_count;
  to.loops = copy(from->loops, w->thread->instr_count * sizeof *to.loops);
  if (from->visits) {
    to.visits = copy(from->visits, w->thread->instr_count * sizeof *to.visits);
    to.held = copy(from->held, w->watch.first[w->thread->instr_count] * sizeof *to.held);
  }
  return to;
}

static void walk_free(Walk *walk) {
  free(walk->registers);
  free(walk->taints);
  free(walk->picks);
  free(walk->events);
  free(walk->constraints);
  free(walk->scopes);
  free(walk->loops);
  free(walk->visits);
  free(walk->held);
}

static void *grow(void *old, size_t *capacity, size_t count, size_t size) {
  if (count <= *capacity)
    return old;
  *capacity = *capacity * 2 > count ? *capacity * 2 : count + 8;
  void *fresh = realloc(old, *capacity * size);
  if (!fresh)
    abort();
  return fresh;
}

// ---- Steps ----

static ExprId operand_value(Walker *w, const Walk *walk, const Operand *operand) {
  return operand->is_register ? walk->registers[operand->reg] : value_constant(w->pool, operand->constant);
}

static Taint operand_taint(const Walk *walk, const Operand *operand) {
  return operand->is_register ? walk->taints[operand->reg] : (Taint){0};
}

static Taint operand_pick(const Walk *walk, const Operand *operand) {
  return operand->is_register ? walk->picks[operand->reg] : (Taint){0};
}

static PathEvent *add_event(Walk *walk, EventKind kind, const char *tags) {
  walk->events = grow(walk->events, &walk->event_capacity, walk->event_count + 1, sizeof *walk->events);
  PathEvent *event = &walk->events[walk->event_count++];
  *event = (PathEvent){.kind = kind,
                       .instr = walk->at,
                       .tags = tags,
                       .address = NO_EXPR,
                       .read = NO_EXPR,
                       .written = NO_EXPR,
                       .mark = -1,
                       .control_taint = walk->control,
                       .control_pick = walk->control_pick};
  return event;
}

static PathEvent *add_access(Walker *w, Walk *walk, const Instr *instr, EventKind kind, const char *tags) {
  PathEvent *event = add_event(walk, kind, tags);
  event->address = operand_value(w, walk, &instr->address);
  event->address_taint = operand_taint(walk, &instr->address);
  event->address_pick = operand_pick(walk, &instr->address);
  if (kind & EVENT_READ)
    event->read = value_read(w->pool, (unsigned)walk->event_count - 1, w->thread->source ? instr->bits : 0);
  return event;
}

static void set_register(Walk *walk, unsigned reg, ExprId value, Taint taint, Taint pick) {
  if (reg == NO_REGISTER)
    return;
  walk->registers[reg] = value;
  walk->taints[reg] = taint;
  walk->picks[reg] = pick;
}

static void step_read(Walker *w, Walk *walk, const Instr *instr) {
  PathEvent *event = add_access(w, walk, instr, EVENT_READ, instr->tags);
  Taint taint = taint_of_event(walk->event_count - 1);
  set_register(walk, instr->dst, event->read, taint, taint);
  if (instr->is_exclusive) {
    walk->reserved = (unsigned)walk->event_count;
    walk->reserved_writes = walk->writes;
  }
}

static bool constrain(Walker *w, Walk *walk, ExprId value, bool nonzero);

// Joins a write to the read that reserved its place; false where none did.
static bool use_reservation(Walker *w, Walk *walk, const Instr *instr, ExprId address) {
  if (!walk->reserved)
    return false;
  PathEvent *read = &walk->events[walk->reserved - 1];
  read->conditional = (unsigned)walk->event_count;
  read->is_close = walk->writes == walk->reserved_writes;
  walk->reserved = 0;
  return constrain(w, walk, value_operation(w->pool, OP_EQ, instr->bits, false, read->address, address), true);
}

// False where it stores conditionally and cannot.
static bool step_write(Walker *w, Walk *walk, const Instr *instr) {
  size_t reserved = walk->reserved ? walk->reserved - 1 : 0;
  if (instr->is_exclusive && !use_reservation(w, walk, instr, operand_value(w, walk, &instr->address)))
    return false;
  PathEvent *event = add_access(w, walk, instr, EVENT_WRITE, instr->tags);
  event->written = operand_value(w, walk, &instr->value);
  event->written_taint = operand_taint(walk, &instr->value);
  event->written_pick = operand_pick(walk, &instr->value);
  walk->writes++;
  if (instr->is_exclusive) {
    Taint taint = taint_union(taint_of_event(walk->event_count - 1), taint_of_event(reserved));
    set_register(walk, instr->dst, value_constant(w->pool, (EventValue){-1, 0}), taint, taint);
  }
  return true;
}

static void step_rmw(Walker *w, Walk *walk, const Instr *instr) {
  bool one = w->program->rmw_is_one_event;
  ExprId value = operand_value(w, walk, &instr->value);
  Taint taint = operand_taint(walk, &instr->value), pick = operand_pick(walk, &instr->value);
  walk->writes++;
  PathEvent *event = add_access(w, walk, instr, one ? EVENT_RMW : EVENT_READ, instr->tags);
  ExprId found = event->read;
  Taint reads = taint_of_event(walk->event_count - 1);
  if (!one) {
    event->has_partner = true;
    event->is_amo = !instr->is_pair;
    event = add_access(w, walk, instr, EVENT_WRITE, instr->write_tags);
    if (instr->operation != OP_SECOND) {
      taint = taint_union(taint, reads);
      pick = taint_union(pick, reads);
    }
    if (instr->picks)
      pick = taint_union(pick, reads);
  }
  event->written = value_operation(w->pool, instr->operation, instr->bits, instr->is_signed, found, value);
  event->written_taint = taint;
  event->written_pick = pick;
  set_register(walk, instr->dst, found, reads, reads);
}

static void step_fence(Walk *walk, const Instr *instr) {
  PathEvent *event = add_event(walk, EVENT_FENCE, instr->tags);
  if (!instr->marks)
    return;
  event->mark = instr->address.constant.location;
  event->written_taint = operand_taint(walk, &instr->value);
  event->written_pick = operand_pick(walk, &instr->value);
}

static void step_operation(Walker *w, Walk *walk, const Instr *instr) {
  ExprId a = operand_value(w, walk, &instr->a), b = operand_value(w, walk, &instr->b);
  Taint taint = operand_taint(walk, &instr->a);
  if (instr->operation != OP_PICK)
    taint = taint_union(taint, operand_taint(walk, &instr->b));
  set_register(walk, instr->dst, value_operation(w->pool, instr->operation, instr->bits, instr->is_signed, a, b), taint,
               taint_union(operand_pick(walk, &instr->a), operand_pick(walk, &instr->b)));
}

static void add_constraint(Walk *walk, Constraint constraint) {
  walk->constraints =
      grow(walk->constraints, &walk->constraint_capacity, walk->constraint_count + 1, sizeof *walk->constraints);
  walk->constraints[walk->constraint_count++] = constraint;
}

// Where two reads of machine code read the same, the later one's value is the earlier one's from here on: branches on
// either then go the same way. Dependencies are the taints' matter.
static void unite(const Walker *w, Walk *walk, ExprId same) {
  const ValueExpr *e = &w->pool->exprs[same];
  if (!w->thread->source || e->kind != VALUE_OPERATION || e->operation != OP_EQ ||
      w->pool->exprs[e->a].kind != VALUE_READ || w->pool->exprs[e->b].kind != VALUE_READ)
    return;
  bool in_turn = w->pool->exprs[e->a].read < w->pool->exprs[e->b].read;
  for (unsigned r = 0; r < w->thread->register_count; r++)
    if (walk->registers[r] == (in_turn ? e->b : e->a))
      walk->registers[r] = in_turn ? e->a : e->b;
}

// What the path demands of a value: 0, another value than 0 (1), or nothing (-1).
static int demanded(const void *context, ExprId value) {
  const Walk *walk = context;
  for (size_t i = 0; i < walk->constraint_count; i++)
    if (walk->constraints[i].value == value && !walk->constraints[i].fair)
      return walk->constraints[i].nonzero;
  return -1;
}

// Demands a value; false where the path demanded the opposite before, or it is a constant and the opposite.
static bool constrain(Walker *w, Walk *walk, ExprId value, bool nonzero) {
  const ValueExpr *e = &w->pool->exprs[value];
  if (e->kind == VALUE_OPERATION && (e->operation == OP_NOT || e->operation == OP_NE)) {
    ExprId of = e->operation == OP_NOT ? e->a : value_operation(w->pool, OP_EQ, e->bits, e->is_signed, e->a, e->b);
    return constrain(w, walk, of, !nonzero);
  }
  if (e->kind == VALUE_CONSTANT)
    return (e->constant.location >= 0 || e->constant.number != 0) == nonzero;
  ExprId same = value_no_difference(w->pool, value);
  if (same != NO_EXPR)
    return constrain(w, walk, same, !nonzero);
  bool where[2];
  ExprId truth;
  if (value_truth(w->pool, value, (TruthKnown){demanded, walk}, &truth, where))
    return where[0] == where[1] ? where[0] == nonzero : constrain(w, walk, truth, where[1] == nonzero);
  int before = demanded(walk, value);
  if (before >= 0)
    return before == nonzero;
  add_constraint(walk, (Constraint){.value = value, .nonzero = nonzero});
  if (nonzero)
    unite(w, walk, value);
  return true;
}

// ---- Whole paths ----

static void mark(const ValuePool *pool, ExprId id, bool *live) {
  if (id == NO_EXPR || live[id] || value_is_constant(pool, id))
    return;
  live[id] = true;
}

// Operands stand before what is made of them: one pass from the last expression to the first marks them all.
static void find_live(const Walker *w, Path *path) {
  const ValuePool *pool = w->pool;
  bool *live = calloc(pool->count + 1, sizeof *live);
  if (!live)
    abort();
  for (unsigned i = 0; i < path->event_count; i++) {
    mark(pool, path->events[i].address, live);
    mark(pool, path->events[i].read, live);
    mark(pool, path->events[i].written, live);
  }
  for (unsigned i = 0; i < path->constraint_count; i++)
    mark(pool, path->constraints[i].value, live);
  for (unsigned i = 0; i < w->program->observable_total; i++) {
    const ProgramObservable *o = &w->program->observables[i];
    if (o->is_register && o->thread == w->index)
      mark(pool, path->registers[o->reg], live);
  }
  for (size_t id = pool->count; id-- > 0;)
    if (live[id] && pool->exprs[id].kind == VALUE_OPERATION) {
      mark(pool, pool->exprs[id].a, live);
      mark(pool, pool->exprs[id].b, live);
    }
  for (size_t id = 0; id < pool->count; id++)
    path->live_count += live[id];
  path->live = ARENA_ARRAY(w->arena, ExprId, path->live_count);
  for (size_t id = 0, next = 0; id < pool->count; id++)
    if (live[id])
      path->live[next++] = (ExprId)id;
  free(live);
}

static void keep(Walker *w, const Walk *walk, PathEnd end, unsigned wait_from) {
  if (deadline_passed(w->deadline, w->result))
    return;
  if (w->path_count >= PATH_COUNT || arena_used(w->arena) > PATH_MEMORY) {
    give_up(w, "a thread has more than 20000 paths, or more than 256 MiB of them");
    return;
  }
  w->paths = arena_grow(w->arena, w->paths, &w->path_capacity, w->path_count + 1, sizeof *w->paths);
  Path *path = &w->paths[w->path_count++];
  *path = (Path){.event_count = (unsigned)walk->event_count, .end = end, .wait_from = wait_from};
  path->events = ARENA_ARRAY(w->arena, PathEvent, walk->event_count);
  path->constraints = ARENA_ARRAY(w->arena, Constraint, walk->constraint_count);
  path->registers = ARENA_ARRAY(w->arena, ExprId, w->thread->register_count);
  if (walk->event_count)
    memcpy(path->events, walk->events, walk->event_count * sizeof *path->events);
  for (size_t i = 0; i < walk->constraint_count; i++)
    if (!walk->constraints[i].fair || (end == PATH_WAITS && walk->constraints[i].event >= wait_from))
      path->constraints[path->constraint_count++] = walk->constraints[i];
  if (w->thread->register_count)
    memcpy(path->registers, walk->registers, w->thread->register_count * sizeof *path->registers);
  find_live(w, path);
}

static void walk_on(Walker *w, Walk *walk);

static bool may_fork(Walker *w, Walk *walk) {
  if (++walk->forks > PATH_FORKS)
    give_up(w, "a path of a thread has more than 1024 branches");
  return walk->forks <= PATH_FORKS;
}

// Goes both ways: here on, in a copy to `target`. `value` is NO_EXPR where nothing decides.
static void fork_walk(Walker *w, Walk *walk, ExprId value, unsigned target) {
  if (!may_fork(w, walk))
    return;
  Walk other = walk_copy(w, walk);
  walk->at++;
  if (value == NO_EXPR || constrain(w, walk, value, true))
    walk_on(w, walk);
  other.at = target;
  if (value == NO_EXPR || constrain(w, &other, value, false))
    walk_on(w, &other);
  walk_free(&other);
}

static void enter_scope(Walk *walk, unsigned until) {
  walk->scopes = grow(walk->scopes, &walk->scope_capacity, walk->scope_count + 1, sizeof *walk->scopes);
  walk->scopes[walk->scope_count++] = (Scope){until, walk->control, walk->control_pick};
}

// A jump out of a loop may leave several.
static void leave_scopes(Walk *walk) {
  while (walk->scope_count && walk->scopes[walk->scope_count - 1].until <= walk->at) {
    const Scope *scope = &walk->scopes[--walk->scope_count];
    walk->control = scope->control;
    walk->control_pick = scope->control_pick;
  }
}

// A branch; true where it is decided and the walk goes on.
static bool step_branch(Walker *w, Walk *walk, const Instr *instr) {
  ExprId value = operand_value(w, walk, &instr->a);
  if (instr->kind == INSTR_BRANCH) {
    if (instr->until)
      enter_scope(walk, instr->until);
    walk->control = taint_union(walk->control, operand_taint(walk, &instr->a));
    walk->control_pick = taint_union(walk->control_pick, operand_pick(walk, &instr->a));
  }
  if (instr->target == walk->at + 1) {
    walk->at++;
    return true;
  }
  if (!value_is_constant(w->pool, value)) {
    fork_walk(w, walk, value, instr->target);
    return false;
  }
  EventValue constant = w->pool->exprs[value].constant;
  walk->at = constant.location < 0 && constant.number == 0 ? instr->target : walk->at + 1;
  return true;
}

// A jump; false where it closes a loop that has had its turns.
static bool step_jump(Walker *w, Walk *walk, const Instr *instr) {
  Loop *loop = &walk->loops[walk->at];
  if (instr->target <= walk->at && walk->forks != loop->forks) {
    loop->forks = walk->forks;
    if (loop->turns++ >= w->program->unroll)
      return false;
  }
  walk->at = instr->target;
  return true;
}

// ---- Waits ----

static bool taint_within(const Taint *a, const Taint *b) {
  for (unsigned w = 0; w < PATH_EVENTS / 64; w++)
    if (a->bits[w] & ~b->bits[w])
      return false;
  return true;
}

static bool taint_has(const Taint *taint, size_t event) { return taint->bits[event / 64] >> event % 64 & 1; }

// Whether what depends on `later` depends on an earlier event too, as far as a model tells: it is a later read of the
// same place. That reads from the same write, or is ordered behind the earlier one by the write that it reads from.
static bool stands_for(const Walk *walk, size_t earlier, const Taint *later) {
  const PathEvent *a = &walk->events[earlier];
  for (size_t i = earlier + 1; a->kind & EVENT_READ && i < walk->event_count; i++) {
    const PathEvent *b = &walk->events[i];
    if (b->kind & EVENT_READ && b->address == a->address && taint_has(later, i) &&
        taint_within(&a->address_taint, &b->address_taint) && taint_within(&a->address_pick, &b->address_pick))
      return true;
    if (b->kind & EVENT_WRITE)
      return false;
  }
  return false;
}

// Whether a register that has the value it had depends on no less than it did: a turn less is then no dependency more.
static bool depends_as_then(const Walk *walk, const Taint *then, const Taint *now) {
  for (size_t e = 0; e < walk->event_count; e++)
    if (taint_has(then, e) && !taint_has(now, e) && !stands_for(walk, e, now))
      return false;
  return true;
}

// Whether the thread may stand as it stood when it was here last.
static bool may_stand_as_then(const Walker *w, const Walk *walk) {
  const LoopWatch *watch = &w->watch;
  for (unsigned i = watch->first[walk->at]; i < watch->first[walk->at + 1]; i++) {
    unsigned r = watch->registers[i];
    const Held *then = &walk->held[i];
    bool constant = value_is_constant(w->pool, then->value) && value_is_constant(w->pool, walk->registers[r]);
    if ((constant && then->value != walk->registers[r]) || !depends_as_then(walk, &then->taint, &walk->taints[r]) ||
        !depends_as_then(walk, &then->pick, &walk->picks[r]))
      return false;
  }
  return walk->visits[walk->at].reserved == walk->reserved || !watch->holds_reservation[walk->at];
}

static void remember(const Walker *w, Walk *walk, bool kept_turn) {
  const LoopWatch *watch = &w->watch;
  walk->visits[walk->at] = (Visit){true, kept_turn, (unsigned)walk->event_count, walk->reserved};
  for (unsigned i = watch->first[walk->at]; i < watch->first[walk->at + 1]; i++) {
    unsigned r = watch->registers[i];
    walk->held[i] = (Held){walk->registers[r], walk->taints[r], walk->picks[r]};
  }
}

// The read of the read-modify-write that a write is of, if that is in the turn; else NULL.
static const PathEvent *read_of(const Walk *walk, unsigned from, size_t write) {
  const PathEvent *e = &walk->events[write];
  if (e->kind == EVENT_RMW)
    return e;
  for (size_t i = write; i-- > from;)
    if (walk->events[i].conditional == write || (i + 1 == write && walk->events[i].has_partner))
      return &walk->events[i];
  return NULL;
}

// Whether the turn since then writes nothing, but by read-modify-writes. `several`: it has more accesses than one.
static bool only_looks(const Walk *walk, unsigned from, bool *several) {
  unsigned reads = 0;
  for (size_t i = from; i < walk->event_count; i++) {
    if (walk->events[i].kind & EVENT_WRITE && !read_of(walk, from, i))
      return false;
    reads += (walk->events[i].kind & EVENT_READ) != 0;
  }
  *several = reads > 1;
  return true;
}

// That what a read-modify-write writes is what it read.
static ExprId writes_back(Walker *w, const Walk *walk, unsigned from, size_t write) {
  const PathEvent *e = &walk->events[write];
  const Instr *instr = &w->thread->instrs[e->instr];
  return value_operation(w->pool, OP_EQ, instr->bits, instr->is_signed, read_of(walk, from, write)->read, e->written);
}

// Goes on from an instruction that is watched as if it were the first time there.
static void resume(Walker *w, Walk *walk) {
  remember(w, walk, false);
  walk->resumed = true;
  walk_on(w, walk);
}

// Demands that two values are the same; in a copy the walk goes on where they are not. False where they cannot be, or
// the limits are reached.
static bool split(Walker *w, Walk *walk, ExprId same) {
  if (value_is_constant(w->pool, same) && constrain(w, walk, same, true))
    return true;
  if (!may_fork(w, walk))
    return false;
  Walk other = walk_copy(w, walk);
  if (constrain(w, &other, same, false))
    resume(w, &other);
  walk_free(&other);
  return constrain(w, walk, same, true);
}

// A turn that may have changed nothing. Where it did not, the walk ends in it.
static void end_wait(Walker *w, Walk *walk, unsigned from) {
  const LoopWatch *watch = &w->watch;
  for (unsigned i = watch->first[walk->at]; i < watch->first[walk->at + 1]; i++)
    if (!split(w, walk,
               value_operation(w->pool, OP_EQ, 0, false, walk->held[i].value, walk->registers[watch->registers[i]])))
      return;
  for (size_t i = from; i < walk->event_count; i++)
    if (walk->events[i].kind & EVENT_WRITE && !split(w, walk, writes_back(w, walk, from, i)))
      return;
  keep(w, walk, PATH_WAITS, from);
}

// At an instruction that is watched; false where the walk ended. A model that tells races looks at the accesses of a
// turn too: where these are several, one may race that is not in the last turn, so one turn is kept.
static bool arrive(Walker *w, Walk *walk) {
  Visit *visit = &walk->visits[walk->at];
  bool several,
      repeats = visit->was_here && may_stand_as_then(w, walk) && only_looks(walk, visit->event_count, &several);
  if (!repeats) {
    remember(w, walk, false);
    return true;
  }
  if (several && w->deadline->limits->keeps_turns && !visit->kept_turn) {
    remember(w, walk, true);
    return true;
  }
  end_wait(w, walk, visit->event_count);
  return false;
}

// Follows one path to its end; where it forks, all of them.
static void walk_on(Walker *w, Walk *walk) {
  while (!w->result->gave_up && walk->at < w->thread->instr_count) {
    const Instr *instr = &w->thread->instrs[walk->at];
    leave_scopes(walk);
    if (walk->visits && w->watch.watched && w->watch.watched[walk->at] && !walk->resumed && !arrive(w, walk))
      return;
    walk->resumed = false;
    if (walk->event_count + 2 > PATH_EVENTS) {
      give_up(w, "a path of a thread has more than 255 accesses and fences");
      return;
    }
    if (++w->steps > PATH_ALL_STEPS) {
      give_up(w, "the paths of a thread have more than 5000000 instructions");
      return;
    }
    if (++walk->steps > PATH_STEPS) {
      keep(w, walk, PATH_CUT, 0);
      return;
    }
    switch (instr->kind) {
    case INSTR_READ:
      step_read(w, walk, instr);
      break;
    case INSTR_WRITE:
      if (!step_write(w, walk, instr))
        return;
      break;
    case INSTR_RMW:
      step_rmw(w, walk, instr);
      break;
    case INSTR_FENCE:
      step_fence(walk, instr);
      if (instr->marks)
        set_register(walk, instr->dst, value_constant(w->pool, (EventValue){-1, 0}),
                     taint_of_event(walk->event_count - 1), taint_of_event(walk->event_count - 1));
      break;
    case INSTR_OPERATION:
      step_operation(w, walk, instr);
      break;
    case INSTR_FORGET:
      walk->reserved = 0;
      break;
    case INSTR_BRANCH:
    case INSTR_CHOOSE:
      if (!step_branch(w, walk, instr))
        return;
      continue;
    case INSTR_JUMP:
      if (!step_jump(w, walk, instr)) {
        keep(w, walk, PATH_CUT, 0);
        return;
      }
      continue;
    case INSTR_EITHER:
      fork_walk(w, walk, NO_EXPR, instr->target);
      return;
    case INSTR_ASSUME:
      if (instr->fair)
        add_constraint(walk, (Constraint){operand_value(w, walk, &instr->a), true, true, (unsigned)walk->event_count});
      else if (!constrain(w, walk, operand_value(w, walk, &instr->a), true))
        return;
      break;
    }
    walk->at++;
  }
  if (!w->result->gave_up)
    keep(w, walk, PATH_ENDS, 0);
}

// By how they end, each kind in the order it was found.
static void sort_paths(const Walker *w, ThreadPaths *out) {
  out->paths = ARENA_ARRAY(w->arena, Path, w->path_count);
  unsigned next = 0;
  for (PathEnd end = PATH_ENDS; end < PATH_ENDINGS; end++) {
    for (size_t i = 0; i < w->path_count; i++)
      if (w->paths[i].end == end)
        out->paths[next++] = w->paths[i];
    out->up_to[end] = next;
  }
}

bool paths_of_thread(const Program *program, unsigned thread, Deadline *deadline, Arena *arena, ThreadPaths *out,
                     EnumerationResult *result) {
  *out = (ThreadPaths){.pool = {.table = {.arena = arena}}};
  Walker w = {.program = program,
              .thread = &program->threads[thread],
              .index = thread,
              .deadline = deadline,
              .result = result,
              .arena = arena,
              .pool = &out->pool};
  unsigned registers = w.thread->register_count;
  Walk walk = {.registers = calloc(registers + 1, sizeof *walk.registers),
               .taints = calloc(registers + 1, sizeof *walk.taints),
               .picks = calloc(registers + 1, sizeof *walk.picks),
               .loops = calloc(w.thread->instr_count + 1, sizeof *walk.loops)};
  if (!walk.registers || !walk.taints || !walk.picks || !walk.loops)
    abort();
  if (deadline->limits->waits)
    w.watch = loop_watch(program, thread, arena);
  if (w.watch.watched) {
    walk.visits = calloc(w.thread->instr_count + 1, sizeof *walk.visits);
    walk.held = calloc(w.watch.first[w.thread->instr_count] + 1, sizeof *walk.held);
    if (!walk.visits || !walk.held)
      abort();
  }
  for (unsigned r = 0; r < registers; r++)
    walk.registers[r] = value_constant(w.pool, w.thread->initial[r]);
  walk_on(&w, &walk);
  walk_free(&walk);
  if (result->gave_up)
    return false;
  sort_paths(&w, out);
  return true;
}

bool paths_keep(ThreadPaths *paths, bool (*may_happen)(const ValuePool *pool, const Path *path, void *context),
                void *context) {
  unsigned kept = 0, from = 0;
  for (PathEnd end = 0; end < PATH_ENDINGS; end++) {
    unsigned to = paths->up_to[end];
    for (unsigned p = from; p < to; p++)
      if (may_happen(&paths->pool, &paths->paths[p], context))
        paths->paths[kept++] = paths->paths[p];
    paths->up_to[end] = kept;
    from = to;
  }
  return kept < from;
}
