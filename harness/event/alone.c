#include "harness/event/alone.h"

#include <string.h>

enum { STEPS = 1000000, CHOICES = 1 << 14 };

// Where the thread is, and what it and the memory hold.
typedef struct {
  unsigned at;
  bool reserved; // by an exclusive read
  EventValue *registers, *memory;
} Point;

typedef struct {
  const Program *program;
  const ProgramThread *thread;
  Arena *arena;
  unsigned *first; // by location: of its element 0 in the memory
  size_t cells;
  Point now;
  Point *choices; // the other way of each choice that was taken, the last one first tried
  size_t choice_count, choice_capacity;
  AloneRun run;
} Alone;

static Point copy(const Alone *a, unsigned at) {
  Point point = {at, a->now.reserved, ARENA_ARRAY(a->arena, EventValue, a->thread->register_count + (size_t)1),
                 ARENA_ARRAY(a->arena, EventValue, a->cells + 1)};
  if (a->thread->register_count)
    memcpy(point.registers, a->now.registers, a->thread->register_count * sizeof *point.registers);
  if (a->cells)
    memcpy(point.memory, a->now.memory, a->cells * sizeof *point.memory);
  return point;
}

static void begin(Alone *a) {
  const Program *program = a->program;
  a->first = ARENA_ARRAY(a->arena, unsigned, program->location_count + (size_t)1);
  for (unsigned l = 0; l < program->location_count; l++) {
    a->first[l] = (unsigned)a->cells;
    a->cells += program->locations[l].length;
  }
  a->now.memory = ARENA_ARRAY(a->arena, EventValue, a->cells + 1);
  for (unsigned l = 0; l < program->location_count; l++)
    for (unsigned e = 0; e < program->locations[l].length; e++)
      a->now.memory[a->first[l] + e] = program->locations[l].initial[e];
  a->now.registers = ARENA_ARRAY(a->arena, EventValue, a->thread->register_count + (size_t)1);
  if (a->thread->register_count)
    memcpy(a->now.registers, a->thread->initial, a->thread->register_count * sizeof *a->now.registers);
}

static EventValue value_of(const Alone *a, Operand operand) {
  return operand.is_register ? a->now.registers[operand.reg] : operand.constant;
}

static bool is_zero(EventValue v) { return v.location < 0 && !v.number; }

static void set(Alone *a, unsigned reg, EventValue v) {
  if (reg != NO_REGISTER)
    a->now.registers[reg] = v;
}

// Where an access takes place; NULL: it fits no element, which is told.
static EventValue *place(Alone *a, const Instr *instr) {
  EventValue address = value_of(a, instr->address);
  unsigned element, bits = 0;
  bool fits = program_element(a->program, address, &element);
  if (fits)
    bits = program_element_bits(&a->program->locations[address.location], element);
  if (fits && (!bits || bits == instr->bits))
    return &a->now.memory[a->first[address.location] + element];
  a->run.misfits = true;
  a->run.address = address;
  a->run.bits = instr->bits;
  return NULL;
}

static void access(Alone *a, const Instr *instr) {
  EventValue *at = place(a, instr);
  if (!at)
    return;
  EventValue found = *at, value = value_of(a, instr->value);
  if (instr->kind == INSTR_READ) {
    set(a, instr->dst, found);
    a->now.reserved |= instr->is_exclusive;
    return;
  }
  if (instr->kind == INSTR_RMW)
    value = operation_apply(instr->operation, instr->bits, instr->is_signed, found, value);
  *at = value;
  set(a, instr->dst, instr->kind == INSTR_RMW ? found : (EventValue){-1, 0});
  a->now.reserved &= !instr->is_exclusive;
}

static void choose(Alone *a, unsigned other) {
  if (a->choice_count == CHOICES) {
    a->run.why = "it makes too many choices";
    return;
  }
  a->choices = arena_grow(a->arena, a->choices, &a->choice_capacity, a->choice_count + 1, sizeof *a->choices);
  a->choices[a->choice_count++] = copy(a, other);
}

// No path goes on from here: to the last choice's other way.
static void turn_back(Alone *a) {
  if (a->choice_count)
    a->now = a->choices[--a->choice_count];
  else
    a->run.why = "no path leads to its end";
}

static void step(Alone *a) {
  const Instr *instr = &a->thread->instrs[a->now.at++];
  switch (instr->kind) {
  case INSTR_WRITE:
    if (instr->is_exclusive && !a->now.reserved) {
      turn_back(a);
      return;
    }
    access(a, instr);
    return;
  case INSTR_READ:
  case INSTR_RMW:
    access(a, instr);
    return;
  case INSTR_FENCE:
    set(a, instr->marks ? instr->dst : NO_REGISTER, (EventValue){-1, 0});
    return;
  case INSTR_OPERATION:
    set(a, instr->dst,
        operation_apply(instr->operation, instr->bits, instr->is_signed, value_of(a, instr->a), value_of(a, instr->b)));
    return;
  case INSTR_BRANCH:
  case INSTR_CHOOSE:
    if (is_zero(value_of(a, instr->a)))
      a->now.at = instr->target;
    return;
  case INSTR_JUMP:
    a->now.at = instr->target;
    return;
  case INSTR_EITHER:
    choose(a, instr->target);
    return;
  case INSTR_FORGET:
    a->now.reserved = false;
    return;
  case INSTR_ASSUME:
    if (is_zero(value_of(a, instr->a)))
      turn_back(a);
    return;
  }
}

static const EventValue *state_of(const Alone *a) {
  EventValue *state = ARENA_ARRAY(a->arena, EventValue, a->program->observable_total + (size_t)1);
  for (unsigned i = 0; i < a->program->observable_total; i++) {
    const ProgramObservable *o = &a->program->observables[i];
    state[i] =
        program_shown(o, o->is_register ? a->now.registers[o->reg] : a->now.memory[a->first[o->location] + o->element]);
  }
  return state;
}

AloneRun program_run_alone(const Program *program, Arena *arena) {
  Alone a = {.program = program, .thread = &program->threads[0], .arena = arena};
  begin(&a);
  unsigned steps = 0;
  while (a.now.at < a.thread->instr_count && !a.run.misfits && !a.run.why) {
    step(&a);
    if (++steps > STEPS)
      a.run.why = "it goes on beyond 1000000 steps";
  }
  if (!a.run.misfits && !a.run.why)
    a.run.state = state_of(&a);
  return a.run;
}
