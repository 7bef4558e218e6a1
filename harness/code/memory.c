#include "harness/code/memory.h"

enum { SLOTS = 256 }; // of a thread: what is known of them is kept for every line

// ---- The stack ----

static Value end_of(Value offset, unsigned bits) { return offset + (Value)(bits / 8); }

static bool meets(Value a, unsigned a_bits, Value b, unsigned b_bits) {
  return a < end_of(b, b_bits) && b < end_of(a, a_bits);
}

bool code_overlaps(const Reading *t, Value offset, unsigned bits) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (meets(offset, bits, t->slots[i].offset, t->slots[i].bits))
      return true;
  return false;
}

const CodeSlot *code_slot(const Reading *t, Value offset, unsigned bits) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (t->slots[i].offset == offset && t->slots[i].bits == bits)
      return &t->slots[i];
  return NULL;
}

// The slot that begins there; made where it is new. NULL, reported, where there are too many.
static CodeSlot *slot_at(Reading *t, Value offset) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (t->slots[i].offset == offset)
      return &t->slots[i];
  if (t->slot_count >= SLOTS) {
    code_fail(t, "it uses too much of the stack");
    return NULL;
  }
  t->slots = arena_grow(t->arena, t->slots, &t->slot_capacity, t->slot_count + 1, sizeof *t->slots);
  t->slots[t->slot_count] =
      (CodeSlot){offset, 0, code_state(t, arena_printf(t->arena, "stack %d", (int)offset)), false};
  return &t->slots[t->slot_count++];
}

static void set_slot(Reading *t, Value offset, unsigned bits, CodeValue v) {
  CodeSlot *slot = slot_at(t, offset);
  if (!slot)
    return;
  slot->bits = slot->bits > bits ? slot->bits : bits;
  t->states[slot->reg].bits = bits;
  code_set_state(t, slot->reg, v);
}

// Bytes from here on of what was put into a slot.
static CodeValue slot_part(Reading *t, const CodeSlot *slot, Value from, unsigned bits) {
  CodeValue v = code_in_register(slot->reg, t->states[slot->reg].bits);
  if (from > slot->offset)
    v = code_operate(t, OP_SHR, v.bits, false, v, code_number(8 * (from - slot->offset)));
  return code_copy(t, code_narrowed(t, v, bits));
}

// What a slot had there is written over; what lies before and behind stays.
static void cut_slot(Reading *t, const CodeSlot *slot, Value offset, unsigned bits) {
  CodeState *state = &t->states[slot->reg];
  Value begin = slot->offset, end = end_of(begin, state->bits), stop = end_of(offset, bits);
  if (state->is_lost || !meets(begin, state->bits, offset, bits) || (begin == offset && end <= stop))
    return;
  bool before = begin<offset, behind = end> stop;
  CodeSlot cut = *slot; // slots may move
  if ((before || behind) && !code_is_held(state)) {
    state->is_known = false;
    state->is_lost = true;
    return;
  }
  state->is_known = false;
  if (behind)
    set_slot(t, stop, 8 * (unsigned)(end - stop), slot_part(t, &cut, stop, 8 * (unsigned)(end - stop)));
  if (before)
    set_slot(t, begin, 8 * (unsigned)(offset - begin), slot_part(t, &cut, begin, 8 * (unsigned)(offset - begin)));
  else if (begin != offset)
    t->states[cut.reg].bits = 0;
}

static void put_on_stack(Reading *t, Value offset, unsigned bits, CodeValue v) {
  size_t count = t->slot_count;
  for (size_t i = 0; i < count; i++)
    cut_slot(t, &t->slots[i], offset, bits);
  set_slot(t, offset, bits, v);
  CodeSlot *slot = slot_at(t, offset);
  if (slot)
    slot->is_written = true;
}

void code_zero_on_stack(Reading *t, Value offset, unsigned bits) {
  CodeSlot *slot = slot_at(t, offset);
  if (slot)
    t->states[slot->reg].bits = slot->bits = bits; // registers are 0 at first
}

bool code_stack_is_written(const Reading *t, Value offset, unsigned bits) {
  for (size_t i = 0; i < t->slot_count; i++)
    if (t->slots[i].is_written && meets(offset, bits, t->slots[i].offset, t->slots[i].bits))
      return true;
  return false;
}

// The slot that has the byte there; NULL: none has.
static const CodeSlot *slot_with(const Reading *t, Value at) {
  const CodeSlot *lost = NULL;
  for (size_t i = 0; i < t->slot_count; i++) {
    const CodeState *state = &t->states[t->slots[i].reg];
    if (!state->is_lost && meets(t->slots[i].offset, state->bits, at, 8))
      return &t->slots[i];
    if (state->is_lost && meets(t->slots[i].offset, t->slots[i].bits, at, 8))
      lost = &t->slots[i];
  }
  return lost;
}

// What lies on the stack, joined where it was put there in pieces.
CodeValue code_load_stack(Reading *t, Value offset, unsigned bits) {
  CodeValue whole = code_number(0);
  for (Value at = offset, stop = end_of(offset, bits); at < stop && !t->failed;) {
    const CodeSlot *slot = slot_with(t, at);
    if (!slot)
      return code_fail(t, at == offset ? "it reads what nothing before it in the code put on the stack"
                                       : "it reads more of the stack than was put there");
    const CodeState *state = &t->states[slot->reg];
    if (state->is_lost)
      return code_fail(t, "the ways to this place do not agree on what lies on the stack");
    Value end = end_of(slot->offset, state->bits);
    end = end < stop ? end : stop;
    bool whole_slot = slot->offset == offset && end == stop;
    if (state->is_known && whole_slot && (bits == 64 || !code_is_held(state)))
      return code_constant(state->known);
    if (!code_is_held(state))
      return code_fail(t, "it reads a part of an address of the stack");
    CodeValue part = slot_part(t, slot, at, 8 * (unsigned)(end - at));
    whole = at == offset ? part
                         : code_operate(t, OP_OR, bits, false, whole,
                                        code_operate(t, OP_SHL, bits, false, part, code_number(8 * (at - offset))));
    at = end;
  }
  return whole;
}

// ---- Events ----

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

// ---- Memory of structures ----

static CodeLayout *layout_of(const Reading *t, CodeValue address) {
  int location = code_is_constant(address) ? address.operand.constant.location : -1;
  return location >= 0 && (unsigned)location < t->code->layout_count ? t->code->layouts[location] : NULL;
}

// Makes it known that an access takes place, if it is known where. Whether it takes several elements: one that orders
// nothing then becomes an access to each.
static bool takes_several(Reading *t, const CodeAccess *a, bool orders) {
  CodeLayout *layout = layout_of(t, a->address);
  Value offset = a->address.operand.constant.number;
  if (!layout)
    return false;
  if (!code_layout_touch(layout, offset, a->bits)) {
    code_fail(t, "it accesses what lies outside of what is shared");
    return false;
  }
  bool several = code_layout_element(layout, (unsigned)offset).bits < a->bits;
  if (several && orders)
    code_fail(t, "others access a part of what it accesses, and mixed sizes are not judged");
  return several && !orders;
}

// The part of an access that falls to the element at `offset`.
static CodeAccess part_of(const Reading *t, const CodeAccess *a, unsigned offset) {
  int location = a->address.operand.constant.location;
  CodeAccess part = *a;
  part.address = code_constant((EventValue){location, offset});
  part.bits = code_layout_element(t->code->layouts[location], offset).bits;
  return part;
}

static CodeValue load_parts(Reading *t, const CodeAccess *a) {
  unsigned begin = (unsigned)a->address.operand.constant.number;
  CodeValue whole = code_number(0);
  for (unsigned at = begin; at < begin + a->bits / 8;) {
    CodeAccess part = part_of(t, a, at);
    CodeValue v = code_load(t, &part, false);
    whole = at == begin
                ? v
                : code_operate(t, OP_OR, a->bits, false, whole,
                               code_operate(t, OP_SHL, a->bits, false, v, code_number((Value)8 * (at - begin))));
    at += part.bits / 8;
  }
  return whole;
}

static void store_parts(Reading *t, const CodeAccess *a, CodeValue v) {
  unsigned begin = (unsigned)a->address.operand.constant.number;
  v = code_copy(t, v);
  for (unsigned at = begin; at < begin + a->bits / 8;) {
    CodeAccess part = part_of(t, a, at);
    code_store(t, &part, code_operate(t, OP_SHR, a->bits, false, v, code_number((Value)8 * (at - begin))));
    at += part.bits / 8;
  }
}

// ---- Accesses ----

// An access to the thread's own stack that orders others. It is made elsewhere, where nobody looks, by its tags.
static CodeValue own_place(Reading *t) {
  if (t->code->own_location < 0)
    return code_fail(t, "such an access to the stack is not followed");
  return code_constant((EventValue){t->code->own_location, 0});
}

CodeValue code_load(Reading *t, const CodeAccess *a, bool exclusive) {
  if (code_on_stack(a->address) && !exclusive) {
    if (*a->reads) {
      Instr ordering = instr_of(t, INSTR_READ, own_place(t), a);
      ordering.dst = code_temporary(t);
      code_emit(t, ordering);
    }
    return code_load_stack(t, a->address.operand.constant.number, a->bits);
  }
  if (takes_several(t, a, *a->reads || exclusive))
    return load_parts(t, a);
  Instr instr = instr_of(t, INSTR_READ, a->address, a);
  instr.dst = code_temporary(t);
  instr.is_exclusive = exclusive;
  code_emit(t, instr);
  return code_in_register(instr.dst, a->bits);
}

void code_store(Reading *t, const CodeAccess *a, CodeValue v) {
  v = code_narrowed(t, v, a->bits);
  if (code_on_stack(a->address)) {
    if (*a->writes) {
      Instr ordering = instr_of(t, INSTR_WRITE, own_place(t), a);
      ordering.value = code_number(0).operand;
      code_emit(t, ordering);
    }
    put_on_stack(t, a->address.operand.constant.number, a->bits, v);
    return;
  }
  if (code_on_stack(v)) {
    code_fail(t, "the address of the thread's stack leaves it");
    return;
  }
  if (takes_several(t, a, *a->writes)) {
    store_parts(t, a, v);
    return;
  }
  Instr instr = instr_of(t, INSTR_WRITE, a->address, a);
  instr.value = v.operand;
  code_emit(t, instr);
}

CodeValue code_store_exclusive(Reading *t, const CodeAccess *a, CodeValue v, CodeStatus how) {
  if (code_on_stack(v))
    return code_fail(t, "the address of the thread's stack leaves it");
  takes_several(t, a, true);
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
  Value offset = a->address.operand.constant.number;
  return slot_with(t, offset) ? code_load_stack(t, offset, a->bits) : code_number(0);
}

CodeValue code_update(Reading *t, const CodeAccess *a, Operation operation, CodeValue v) {
  if (code_on_stack(a->address)) {
    CodeValue found = slot_value(t, a);
    Instr ordering = instr_of(t, INSTR_RMW, own_place(t), a);
    ordering.operation = OP_SECOND;
    ordering.value = code_number(0).operand;
    code_emit(t, ordering);
    v = code_narrowed(t, v, a->bits);
    put_on_stack(t, a->address.operand.constant.number, a->bits,
                 operation == OP_SECOND ? v : code_operate(t, operation, a->bits, false, found, v));
    return found;
  }
  if (code_on_stack(v))
    return code_fail(t, "the address of the thread's stack leaves it");
  takes_several(t, a, true);
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
