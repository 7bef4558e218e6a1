#include "harness/code/memory.h"

enum { SLOTS = 256 }; // of a thread: what is known of them is kept for every line

bool code_overlaps(const Reading *t, Value offset, unsigned bits) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (offset < t->slots[i].offset + (Value)(t->slots[i].bits / 8) && t->slots[i].offset < offset + (Value)(bits / 8))
      return true;
  return false;
}

const CodeSlot *code_slot(const Reading *t, Value offset, unsigned bits) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (t->slots[i].offset == offset && t->slots[i].bits == bits)
      return &t->slots[i];
  return NULL;
}

// Whether an access of the stack meets a slot that begins elsewhere.
static bool straddles(const Reading *t, Value offset, unsigned bits) {
  for (size_t i = 0; i < t->slot_count; i++) {
    const CodeSlot *slot = &t->slots[i];
    if (slot->offset != offset && offset < slot->offset + (Value)(slot->bits / 8) &&
        slot->offset < offset + (Value)(bits / 8))
      return true;
  }
  return false;
}

static CodeSlot *slot_from(Reading *t, Value offset) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (t->slots[i].offset == offset)
      return &t->slots[i];
  return NULL;
}

// The slot to be written; made where it is new.
static const CodeSlot *slot_for(Reading *t, Value offset, unsigned bits) {
  if (straddles(t, offset, bits)) {
    code_fail(t, "it accesses a part of what lies on the stack");
    return NULL;
  }
  CodeSlot *slot = slot_from(t, offset);
  if (!slot && t->slot_count >= SLOTS) {
    code_fail(t, "it uses too much of the stack");
    return NULL;
  }
  if (!slot) {
    t->slots = arena_grow(t->arena, t->slots, &t->slot_capacity, t->slot_count + 1, sizeof *t->slots);
    const char *name = arena_printf(t->arena, "stack %d", (int)offset);
    slot = &t->slots[t->slot_count++];
    *slot = (CodeSlot){offset, bits, code_state(t, name)};
  }
  slot->bits = slot->bits > bits ? slot->bits : bits;
  t->states[slot->reg].bits = bits;
  return slot;
}

static Instr instr_of(Reading *t, InstrKind kind, CodeValue address, const CodeAccess *a) {
  if (code_on_stack(address))
    code_fail(t, "such an access to the stack is not followed");
  return (Instr){.kind = kind,
                 .address = address.operand,
                 .dst = NO_REGISTER,
                 .bits = a->bits,
                 .tags = kind == INSTR_WRITE ? a->writes : a->reads,
                 .write_tags = kind == INSTR_RMW ? a->writes : NULL};
}

// An access to the thread's own stack that orders others. It is made elsewhere, where nobody looks, by its tags.
static CodeValue own_place(Reading *t) {
  if (t->code->own_location < 0)
    return code_fail(t, "such an access to the stack is not followed");
  return code_constant((EventValue){t->code->own_location, 0});
}

static CodeValue load_slot(Reading *t, CodeValue address, unsigned bits) {
  Value offset = address.operand.constant.number;
  const CodeSlot *slot = slot_from(t, offset);
  if (straddles(t, offset, bits))
    return code_fail(t, "it accesses a part of what lies on the stack");
  if (!slot)
    return code_fail(t, "it reads what nothing before it in the code put on the stack");
  const CodeState *state = &t->states[slot->reg];
  if (state->is_lost)
    return code_fail(t, "the ways to this place do not agree on what lies on the stack");
  if (state->bits < bits)
    return code_fail(t, "it reads more of the stack than was put there");
  if (state->is_known)
    return code_constant(state->known);
  return code_copy(t, code_narrowed(t, code_in_register(slot->reg, state->bits), bits));
}

CodeValue code_load(Reading *t, const CodeAccess *a, bool exclusive) {
  if (code_on_stack(a->address) && !exclusive) {
    if (*a->reads) {
      Instr ordering = instr_of(t, INSTR_READ, own_place(t), a);
      ordering.dst = code_temporary(t);
      code_emit(t, ordering);
    }
    return load_slot(t, a->address, a->bits);
  }
  Instr instr = instr_of(t, INSTR_READ, a->address, a);
  instr.dst = code_temporary(t);
  instr.is_exclusive = exclusive;
  code_emit(t, instr);
  return code_in_register(instr.dst, a->bits);
}

static void store_slot(Reading *t, const CodeAccess *a, CodeValue v) {
  const CodeSlot *slot = slot_for(t, a->address.operand.constant.number, a->bits);
  if (slot)
    code_set_state(t, slot->reg, v);
}

void code_store(Reading *t, const CodeAccess *a, CodeValue v) {
  v = code_narrowed(t, v, a->bits);
  if (code_on_stack(a->address)) {
    if (*a->writes) {
      Instr ordering = instr_of(t, INSTR_WRITE, own_place(t), a);
      ordering.value = code_number(0).operand;
      code_emit(t, ordering);
    }
    store_slot(t, a, v);
    return;
  }
  if (code_on_stack(v)) {
    code_fail(t, "the address of the thread's stack leaves it");
    return;
  }
  Instr instr = instr_of(t, INSTR_WRITE, a->address, a);
  instr.value = v.operand;
  code_emit(t, instr);
}

CodeValue code_store_exclusive(Reading *t, const CodeAccess *a, CodeValue v, CodeStatus how) {
  if (code_on_stack(v))
    return code_fail(t, "the address of the thread's stack leaves it");
  unsigned status = code_temporary(t);
  unsigned either = code_emit(t, (Instr){.kind = INSTR_EITHER});
  Instr instr = instr_of(t, INSTR_WRITE, a->address, a);
  instr.value = code_narrowed(t, v, a->bits).operand;
  instr.is_exclusive = true;
  instr.dst = how == STATUS_FREE ? NO_REGISTER : status;
  code_emit(t, instr);
  if (how != STATUS_DEPENDS)
    code_emit_operation(t, status, OP_PICK, 64, false, code_number(0),
                        how == STATUS_FREE ? code_number(0) : code_in_register(status, 1));
  unsigned done = code_emit(t, (Instr){.kind = INSTR_JUMP});
  code_patch(t, either);
  code_emit(t, (Instr){.kind = INSTR_FORGET});
  code_emit(t, (Instr){.kind = INSTR_ASSUME, .fair = true, .a = code_number(0).operand}); // but not for ever
  code_emit_operation(t, status, OP_SECOND, 64, false, code_number(0), code_number(1));
  code_patch(t, done);
  return code_in_register(status, 1);
}

// What lies in a slot of the stack; 0 where nothing is known to: what is there belongs to who called.
static CodeValue slot_value(Reading *t, const CodeAccess *a) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (t->slots[i].offset == a->address.operand.constant.number)
      return load_slot(t, a->address, a->bits);
  return code_number(0);
}

CodeValue code_update(Reading *t, const CodeAccess *a, Operation operation, CodeValue v) {
  if (code_on_stack(a->address)) {
    CodeValue found = slot_value(t, a);
    Instr ordering = instr_of(t, INSTR_RMW, own_place(t), a);
    ordering.operation = OP_SECOND;
    ordering.value = code_number(0).operand;
    code_emit(t, ordering);
    v = code_narrowed(t, v, a->bits);
    store_slot(t, a, operation == OP_SECOND ? v : code_operate(t, operation, a->bits, false, found, v));
    return found;
  }
  Instr instr = instr_of(t, INSTR_RMW, a->address, a);
  instr.operation = operation;
  instr.value = code_narrowed(t, v, a->bits).operand;
  instr.dst = code_temporary(t);
  code_emit(t, instr);
  return code_in_register(instr.dst, a->bits);
}

// What was found, or what was expected, picked by it: both ways.
static void add_picked(Reading *t, unsigned result, CodeValue old, CodeValue found) {
  unsigned other_source = code_emit(t, (Instr){.kind = INSTR_EITHER});
  code_emit_operation(t, result, OP_SECOND, 64, false, code_number(0), found);
  unsigned one_source = code_emit(t, (Instr){.kind = INSTR_JUMP});
  code_patch(t, other_source);
  code_emit_operation(t, result, OP_PICK, 64, false, old, found);
  code_patch(t, one_source);
}

// A read-modify-write that found what was expected, or one that did not, and then is a read. What it writes was picked
// by the comparison. Where one that is not locked found what was expected, what it returns is either what it found or,
// picked by the comparison, what was expected (Arm ARM, C6.2 "CAS").
CodeValue code_compare_and_swap(Reading *t, const CodeAccess *a, CodeValue old, CodeValue v, bool locked) {
  if (code_on_stack(a->address))
    return code_fail(t, "such an access to the stack is not followed");
  unsigned result = code_temporary(t), picked = code_temporary(t);
  old = code_copy(t, code_narrowed(t, old, a->bits));
  code_emit_operation(t, picked, OP_PICK, 64, false, code_narrowed(t, v, a->bits), old);
  unsigned either = code_emit(t, (Instr){.kind = INSTR_EITHER});
  CodeValue found = code_update(t, a, OP_SECOND, code_in_register(picked, a->bits));
  t->instrs[t->count - 1].picks = true;
  code_assume(t, code_operate(t, OP_EQ, a->bits, false, found, old));
  if (!locked)
    add_picked(t, result, old, found);
  else
    code_emit_operation(t, result, OP_SECOND, 64, false, code_number(0), found);
  unsigned done = code_emit(t, (Instr){.kind = INSTR_JUMP});
  code_patch(t, either);
  Instr other = instr_of(t, INSTR_READ, a->address, a);
  other.dst = found.operand.reg;
  code_emit(t, other);
  code_assume(t, code_operate(t, OP_NE, a->bits, false, found, old));
  code_emit_operation(t, result, OP_SECOND, 64, false, code_number(0), found);
  code_patch(t, done);
  return code_in_register(result, a->bits);
}
