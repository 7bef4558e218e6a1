#include "harness/event/straight.h"

typedef struct {
  const Program *program;
  StraightThread *out;
} Follower;

static StraightRegister operand(const Follower *f, const Operand *from) {
  if (from->is_register)
    return f->out->registers[from->reg];
  return (StraightRegister){.kind = STRAIGHT_VALUE, .value = from->constant};
}

static void set(const Follower *f, unsigned reg, StraightRegister value) {
  if (reg != NO_REGISTER)
    f->out->registers[reg] = value;
}

// What was read may be moved about, whole. A value that depends on it is other, even where it is known.
static StraightRegister computed(const Instr *instr, StraightRegister a, StraightRegister b) {
  if (instr->operation == OP_SECOND && a.kind == STRAIGHT_VALUE)
    return b;
  if ((instr->operation == OP_PICK || (instr->operation == OP_MOVE && instr->bits >= 16)) && b.kind == STRAIGHT_VALUE)
    return a.kind == STRAIGHT_VALUE
               ? (StraightRegister){STRAIGHT_VALUE,
                                    operation_apply(instr->operation, instr->bits, instr->is_signed, a.value, b.value),
                                    0}
               : a;
  if (a.kind != STRAIGHT_VALUE || b.kind != STRAIGHT_VALUE)
    return (StraightRegister){.kind = STRAIGHT_OTHER};
  EventValue value = operation_apply(instr->operation, instr->bits, instr->is_signed, a.value, b.value);
  return (StraightRegister){.kind = STRAIGHT_VALUE, .value = value};
}

static const char *add_access(const Follower *f, const Instr *instr, unsigned at) {
  StraightRegister address = operand(f, &instr->address);
  unsigned element;
  if (instr->is_exclusive)
    return "it has a read-modify-write";
  if (address.kind != STRAIGHT_VALUE)
    return "it computes with what it has read";
  if (!program_element(f->program, address.value, &element))
    return "an access is to no location";
  const ProgramLocation *location = &f->program->locations[address.value.location];
  if (location->length > 1)
    return "it has an array";
  if (location->bits && location->bits != instr->bits)
    return "an access has another width than its location";
  StraightAccess access = {
      .is_store = instr->kind == INSTR_WRITE, .location = (unsigned)address.value.location, .instr = at};
  if (access.is_store) {
    StraightRegister stored = operand(f, &instr->value);
    if (stored.kind != STRAIGHT_VALUE || stored.value.location >= 0)
      return "a store's value is not a constant";
    access.value = stored.value;
  } else {
    set(f, instr->dst, (StraightRegister){.kind = STRAIGHT_LOAD, .access = f->out->access_count});
  }
  f->out->accesses[f->out->access_count++] = access;
  return NULL;
}

static const char *follow(const Follower *f, const Instr *instr, unsigned at) {
  switch (instr->kind) {
  case INSTR_READ:
  case INSTR_WRITE:
    return add_access(f, instr, at);
  case INSTR_OPERATION:
    set(f, instr->dst, computed(instr, operand(f, &instr->a), operand(f, &instr->b)));
    return NULL;
  case INSTR_RMW:
    return "it has a read-modify-write";
  case INSTR_FENCE:
  case INSTR_FORGET:
    return NULL;
  default:
    return "it has a branch or a loop";
  }
}

const char *program_straight(const Program *program, unsigned thread, Arena *arena, StraightThread *out) {
  const ProgramThread *from = &program->threads[thread];
  *out = (StraightThread){.accesses = ARENA_ARRAY(arena, StraightAccess, from->instr_count),
                          .registers = ARENA_ARRAY(arena, StraightRegister, from->register_count)};
  Follower f = {program, out};
  for (unsigned r = 0; r < from->register_count; r++)
    out->registers[r] = (StraightRegister){.kind = STRAIGHT_VALUE, .value = from->initial[r]};
  const char *why = NULL;
  for (unsigned i = 0; i < from->instr_count && !why; i++)
    why = follow(&f, &from->instrs[i], i);
  return why;
}
