#include "harness/code/steps.h"

#include <stdlib.h>
#include <string.h>

enum { LOCALS = 16, DEPTH = 32 };

typedef struct {
  const char *name;
  size_t length;
  CodeValue value;
} Local;

// An operand as far as it was looked at.
typedef struct {
  bool has_address, is_loaded;
  CodeValue address, value;
} Seen;

// Steps being carried out: a row's, or within it a verb's.
typedef struct Frame {
  Reading *t;
  const RowMatch *match; // NULL in a verb
  Seen *seen;            // by name of the row
  const char *at;        // in the steps
  unsigned bits;
  Local locals[LOCALS];
  unsigned local_count, depth;
  Span span;        // of the instruction
  const char *text; // it
} Frame;

static CodeValue expression(Frame *f, unsigned strength);
static CodeValue name_value(Frame *f, const char *name, size_t length);

static CodeValue number(Value n) {
  unsigned bits = 0;
  while (bits < 128 && (UnsignedValue)n >> bits)
    bits++;
  return (CodeValue){{.constant = {-1, n}}, bits ? bits : 1};
}

static CodeValue constant(EventValue value) {
  return value.location < 0 ? number(value.number) : (CodeValue){{.constant = value}, 64};
}

static CodeValue in_register(unsigned reg, unsigned bits) {
  return (CodeValue){{.is_register = true, .reg = reg}, bits};
}

static bool is_constant(CodeValue v) { return !v.operand.is_register; }
static bool is_number(CodeValue v) { return is_constant(v) && v.operand.constant.location < 0; }
static bool on_stack(CodeValue v) { return is_constant(v) && v.operand.constant.location == CODE_STACK; }

static CodeValue fail(Frame *f, const char *why) {
  if (!f->t->failed)
    diag_error_at(f->t->diag, f->t->source, f->span, "'%s': %s", f->text, why);
  f->t->failed = true;
  return number(0);
}

// ---- Emitting ----

static unsigned emit(Frame *f, Instr instr) {
  Reading *t = f->t;
  if (t->count >= CODE_INSTRS) {
    fail(f, "the thread is too long");
    return 0;
  }
  t->instrs = arena_grow(t->arena, t->instrs, &t->capacity, t->count + 1, sizeof *t->instrs);
  instr.span = f->span;
  instr.text = f->text;
  instr.tags = instr.tags ? instr.tags : "";
  instr.write_tags = instr.write_tags ? instr.write_tags : "";
  t->instrs[t->count] = instr;
  return (unsigned)t->count++;
}

static void patch(Frame *f, unsigned at) { f->t->instrs[at].target = (unsigned)f->t->count; }

static unsigned temporary(Frame *f) {
  Reading *t = f->t;
  if (++t->temporaries > t->temporary_peak)
    t->temporary_peak = t->temporaries;
  return CODE_TEMPORARY + t->temporaries - 1;
}

static void emit_operation(Frame *f, unsigned dst, Operation operation, unsigned bits, bool is_signed, CodeValue a,
                           CodeValue b) {
  emit(f, (Instr){.kind = INSTR_OPERATION,
                  .operation = operation,
                  .dst = dst,
                  .a = a.operand,
                  .b = b.operand,
                  .bits = bits,
                  .is_signed = is_signed});
}

// A value of its own, that later steps do not change.
static CodeValue copy(Frame *f, CodeValue v) {
  if (is_constant(v) || v.operand.reg >= CODE_TEMPORARY)
    return v;
  unsigned dst = temporary(f);
  emit_operation(f, dst, OP_SECOND, 64, false, number(0), v);
  return in_register(dst, v.bits);
}

static CodeValue operate(Frame *f, Operation operation, unsigned bits, bool is_signed, CodeValue a, CodeValue b) {
  if (is_constant(a) && is_constant(b)) {
    CodeValue folded = constant(operation_apply(operation, bits, is_signed, a.operand.constant, b.operand.constant));
    if (is_signed)
      folded.bits = 128;
    return folded;
  }
  if (on_stack(a) || on_stack(b))
    return fail(f, "what it computes from the stack's address is not followed");
  bool truth = operation >= OP_EQ && operation <= OP_GE;
  unsigned dst = temporary(f);
  emit_operation(f, dst, operation, bits, is_signed, a, b);
  return in_register(dst, is_signed && !truth ? 128 : operation == OP_NOT || truth ? 1 : bits);
}

static CodeValue narrowed(Frame *f, CodeValue v, unsigned bits) {
  if (v.bits <= bits || on_stack(v))
    return v;
  return operate(f, OP_MOVE, bits, false, v, number(0));
}

// As a signed number, which is no register's value.
static CodeValue signed_from(Frame *f, CodeValue v, unsigned bits) {
  return operate(f, OP_MOVE, bits, true, v, number(0));
}

// As it is kept: unsigned.
static CodeValue unsigned_in(Frame *f, CodeValue v, unsigned bits) {
  v.bits = 128;
  return narrowed(f, v, bits);
}

static CodeValue extended(Frame *f, CodeValue v, unsigned from, bool is_signed) {
  if (!is_signed)
    return narrowed(f, v, from);
  return from >= 64 ? v : unsigned_in(f, signed_from(f, v, from), 64);
}

static CodeValue arithmetic_right(Frame *f, CodeValue v, CodeValue by, unsigned bits) {
  CodeValue s = operate(f, OP_SHR, bits, true, signed_from(f, v, bits), by);
  return unsigned_in(f, s, bits);
}

static CodeValue rotated(Frame *f, CodeValue v, CodeValue by, unsigned bits) {
  CodeValue low = operate(f, OP_SHR, bits, false, narrowed(f, v, bits), by);
  CodeValue high = operate(f, OP_SHL, bits, false, v, operate(f, OP_SUB, 64, false, number(bits), by));
  return operate(f, OP_OR, bits, false, low, high);
}

// ---- Registers ----

unsigned code_state(Reading *t, const char *name) {
  for (size_t i = 0; i < t->state_count; i++)
    if (!strcmp(t->states[i].name, name))
      return (unsigned)i;
  t->states = arena_grow(t->arena, t->states, &t->state_capacity, t->state_count + 1, sizeof *t->states);
  t->states[t->state_count] = (CodeState){.name = name, .initial = {-1, 0}};
  return (unsigned)t->state_count++;
}

static CodeValue read_register(Frame *f, const CodeRegister *reg) {
  if (!*reg->name)
    return number(0);
  unsigned index = code_state(f->t, reg->name);
  if (f->t->states[index].is_lost)
    return fail(f, "the ways to this place do not agree on what points into the stack");
  if (f->t->states[index].is_known)
    return constant(f->t->states[index].known);
  CodeValue v = in_register(index, reg->kind == 'f' ? 1 : 64);
  if (reg->shift)
    v = operate(f, OP_SHR, 64, false, v, number(reg->shift));
  return narrowed(f, v, reg->bits);
}

static void set_state(Frame *f, unsigned index, CodeValue v) {
  CodeState *state = &f->t->states[index];
  state->is_known = on_stack(v);
  state->is_lost = false;
  if (state->is_known)
    state->known = v.operand.constant;
  else
    emit_operation(f, index, OP_SECOND, 64, false, number(0), v);
}

static void write_register(Frame *f, const CodeRegister *reg, CodeValue v) {
  if (!*reg->name)
    return;
  v = narrowed(f, v, reg->bits);
  unsigned index = code_state(f->t, reg->name);
  if (reg->bits == 8 || reg->bits == 16) { // the rest stays
    Value mask = (((Value)1 << reg->bits) - 1) << reg->shift;
    CodeValue rest = operate(f, OP_AND, 64, false, in_register(index, 64), number((Value)(uint64_t)~mask));
    v = operate(f, OP_OR, 64, false, rest, operate(f, OP_SHL, 64, false, v, number(reg->shift)));
  }
  set_state(f, index, v);
}

// ---- Memory ----

static const char *joined(Frame *f, const char *a, const char *b) {
  if (!b || !*b)
    return a;
  return *a ? arena_printf(f->t->arena, "%s %s", a, b) : b;
}

// The tags of the row's words, and those given.
static const char *tags_of(Frame *f, const char *given, bool write) {
  for (unsigned i = 0; f->match && i < f->match->group_count; i++)
    given = joined(f, given, write ? f->match->words[i]->write_tags : f->match->words[i]->read_tags);
  return given;
}

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

static CodeSlot *slot_at(Frame *f, Value offset, unsigned bits, bool make) {
  Reading *t = f->t;
  for (size_t i = 0; i < t->slot_count; i++) {
    CodeSlot *slot = &t->slots[i];
    if (slot->offset == offset && (make || slot->bits >= bits)) {
      slot->bits = make ? bits : slot->bits;
      return slot;
    }
    if (offset < slot->offset + (Value)(slot->bits / 8) && slot->offset < offset + (Value)(bits / 8)) {
      fail(f, "it accesses a part of what lies on the stack");
      return NULL;
    }
  }
  if (!make) {
    fail(f, "it reads what nothing before it in the code put on the stack");
    return NULL;
  }
  t->slots = arena_grow(t->arena, t->slots, &t->slot_capacity, t->slot_count + 1, sizeof *t->slots);
  const char *name = arena_printf(t->arena, "stack %d", (int)offset);
  t->slots[t->slot_count] = (CodeSlot){offset, bits, code_state(t, name)};
  return &t->slots[t->slot_count++];
}

static Instr access(Frame *f, InstrKind kind, CodeValue address, const char *tags) {
  if (on_stack(address))
    fail(f, "such an access to the stack is not followed");
  return (Instr){.kind = kind,
                 .address = address.operand,
                 .dst = NO_REGISTER,
                 .bits = f->bits,
                 .tags = tags_of(f, tags, kind == INSTR_WRITE)};
}

// An access to the thread's own stack that orders others. It is made elsewhere, where nobody looks, by its tags.
static CodeValue own_place(Frame *f) {
  if (f->t->code->own_location < 0)
    return fail(f, "such an access to the stack is not followed");
  return constant((EventValue){f->t->code->own_location, 0});
}

static CodeValue load_slot(Frame *f, CodeValue address) {
  const CodeSlot *slot = slot_at(f, address.operand.constant.number, f->bits, false);
  if (!slot)
    return number(0);
  if (f->t->states[slot->reg].is_lost)
    return fail(f, "the ways to this place do not agree on what points into the stack");
  if (f->t->states[slot->reg].is_known)
    return constant(f->t->states[slot->reg].known);
  return copy(f, narrowed(f, in_register(slot->reg, slot->bits), f->bits));
}

static CodeValue load(Frame *f, CodeValue address, const char *tags, bool exclusive) {
  if (on_stack(address) && !exclusive) {
    if (*tags_of(f, tags, false)) {
      Instr ordering = access(f, INSTR_READ, own_place(f), tags);
      ordering.dst = temporary(f);
      emit(f, ordering);
    }
    return load_slot(f, address);
  }
  Instr instr = access(f, INSTR_READ, address, tags);
  instr.dst = temporary(f);
  instr.is_exclusive = exclusive;
  emit(f, instr);
  return in_register(instr.dst, f->bits);
}

static void store_slot(Frame *f, CodeValue address, CodeValue v) {
  const CodeSlot *slot = slot_at(f, address.operand.constant.number, f->bits, true);
  if (slot)
    set_state(f, slot->reg, v);
}

static void store(Frame *f, CodeValue address, CodeValue v, const char *tags) {
  v = narrowed(f, v, f->bits);
  if (on_stack(address)) {
    if (*tags_of(f, tags, true)) {
      Instr ordering = access(f, INSTR_WRITE, own_place(f), tags);
      ordering.value = number(0).operand;
      emit(f, ordering);
    }
    store_slot(f, address, v);
    return;
  }
  if (on_stack(v)) {
    fail(f, "the address of the thread's stack leaves it");
    return;
  }
  Instr instr = access(f, INSTR_WRITE, address, tags);
  instr.value = v.operand;
  emit(f, instr);
}

// How what a store-exclusive says of itself depends on the two accesses.
typedef enum { STATUS_FREE, STATUS_PICKED, STATUS_DEPENDS } Status;

// 0 where it stored, 1 where it did not.
static CodeValue store_exclusive(Frame *f, CodeValue address, CodeValue v, const char *tags, Status how) {
  unsigned status = temporary(f);
  unsigned either = emit(f, (Instr){.kind = INSTR_EITHER});
  Instr instr = access(f, INSTR_WRITE, address, tags);
  instr.value = narrowed(f, v, f->bits).operand;
  instr.is_exclusive = true;
  instr.dst = how == STATUS_FREE ? NO_REGISTER : status;
  emit(f, instr);
  if (how != STATUS_DEPENDS)
    emit_operation(f, status, OP_PICK, 64, false, number(0), how == STATUS_FREE ? number(0) : in_register(status, 1));
  unsigned done = emit(f, (Instr){.kind = INSTR_JUMP});
  patch(f, either);
  emit(f, (Instr){.kind = INSTR_FORGET});
  emit(f, (Instr){.kind = INSTR_ASSUME, .fair = true, .a = number(0).operand}); // but not for ever
  emit_operation(f, status, OP_SECOND, 64, false, number(0), number(1));
  patch(f, done);
  return in_register(status, 1);
}

// What lies in a slot of the stack; 0 where nothing is known to: what is there belongs to who called.
static CodeValue slot_value(Frame *f, CodeValue address) {
  for (size_t i = 0; i < f->t->slot_count; i++)
    if (f->t->slots[i].offset == address.operand.constant.number)
      return load_slot(f, address);
  return number(0);
}

static CodeValue update(Frame *f, CodeValue address, Operation operation, CodeValue v, const char *reads,
                        const char *writes) {
  if (on_stack(address)) {
    CodeValue found = slot_value(f, address);
    Instr ordering = access(f, INSTR_RMW, own_place(f), reads);
    ordering.write_tags = tags_of(f, writes, true);
    ordering.operation = OP_SECOND;
    ordering.value = number(0).operand;
    emit(f, ordering);
    v = narrowed(f, v, f->bits);
    store_slot(f, address, operation == OP_SECOND ? v : operate(f, operation, f->bits, false, found, v));
    return found;
  }
  Instr instr = access(f, INSTR_RMW, address, reads);
  instr.write_tags = tags_of(f, writes, true);
  instr.operation = operation;
  instr.value = narrowed(f, v, f->bits).operand;
  instr.dst = temporary(f);
  emit(f, instr);
  return in_register(instr.dst, f->bits);
}

static void assume(Frame *f, CodeValue holds) { emit(f, (Instr){.kind = INSTR_ASSUME, .a = holds.operand}); }

// A read-modify-write that found what was expected, or one that did not, and then is a read, or writes that back. What
// it writes was picked by the comparison. Where it found what was expected, what it returns is either what it found or,
// picked by the comparison, what was expected (Arm ARM, C6.2 "CAS").
static CodeValue compare_and_swap(Frame *f, CodeValue address, CodeValue old, CodeValue v, const char *reads,
                                  const char *writes, bool rewrites) {
  if (on_stack(address))
    return fail(f, "such an access to the stack is not followed");
  unsigned result = temporary(f), picked = temporary(f);
  old = copy(f, narrowed(f, old, f->bits));
  emit_operation(f, picked, OP_PICK, 64, false, narrowed(f, v, f->bits), old);
  unsigned either = emit(f, (Instr){.kind = INSTR_EITHER});
  CodeValue found = update(f, address, OP_SECOND, in_register(picked, f->bits), reads, writes);
  f->t->instrs[f->t->count - 1].picks = true;
  assume(f, operate(f, OP_EQ, f->bits, false, found, old));
  unsigned other_source = emit(f, (Instr){.kind = INSTR_EITHER});
  emit_operation(f, result, OP_SECOND, 64, false, number(0), found);
  unsigned one_source = emit(f, (Instr){.kind = INSTR_JUMP});
  patch(f, other_source);
  emit_operation(f, result, OP_PICK, 64, false, old, found);
  patch(f, one_source);
  unsigned done = emit(f, (Instr){.kind = INSTR_JUMP});
  patch(f, either);
  Instr other = access(f, rewrites ? INSTR_RMW : INSTR_READ, address, reads);
  other.write_tags = tags_of(f, writes, true);
  other.operation = OP_MOVE;
  other.value = number(0).operand;
  other.dst = found.operand.reg;
  emit(f, other);
  assume(f, operate(f, OP_NE, f->bits, false, found, old));
  emit_operation(f, result, OP_SECOND, 64, false, number(0), found);
  patch(f, done);
  return in_register(result, f->bits);
}

// ---- Operands ----

static CodeValue modified(Frame *f, CodeValue v, const Modifier *m, unsigned bits) {
  switch (m->kind) {
  case MODIFIER_NONE:
    return v;
  case MODIFIER_LEFT:
    return operate(f, OP_SHL, bits, false, v, number(m->amount));
  case MODIFIER_RIGHT:
    return operate(f, OP_SHR, bits, false, narrowed(f, v, bits), number(m->amount));
  case MODIFIER_ARITHMETIC:
    return arithmetic_right(f, v, number(m->amount), bits);
  case MODIFIER_ROTATE:
    return rotated(f, v, number(m->amount), bits);
  case MODIFIER_EXTEND:
    v = narrowed(f, extended(f, v, m->bits, m->is_signed), bits);
    return m->amount ? operate(f, OP_SHL, bits, false, v, number(m->amount)) : v;
  }
  return v;
}

static CodeValue added(Frame *f, CodeValue a, CodeValue b) {
  if (is_number(b) && !b.operand.constant.number)
    return a;
  if (is_number(a) && !a.operand.constant.number)
    return b;
  return operate(f, OP_ADD, 64, false, a, b);
}

static CodeValue place(const Reading *t, unsigned line) {
  return constant((EventValue){(int)(t->code->first_place + line), 0});
}

static CodeValue symbol_value(Frame *f, const char *name) {
  int location = f->t->code->location_of(f->t->code->context, name);
  if (location >= 0)
    return constant((EventValue){location, 0});
  int line = code_label(f->t, name);
  if (line >= 0)
    return place(f->t, (unsigned)line);
  if (!f->t->failed)
    diag_error_at(f->t->diag, f->t->source, f->span, "'%s': '%s' is no register, location or label", f->text, name);
  f->t->failed = true;
  return number(0);
}

static Value as_64(Value n) { return (Value)(uint64_t)n; }

// The address, once; what is written back to the base is.
static CodeValue address_of(Frame *f, const CodeOperand *m, Seen *seen) {
  if (seen->has_address)
    return seen->address;
  CodeValue base = m->has_base ? read_register(f, &m->reg) : number(0);
  CodeValue at = base;
  if (m->has_index) {
    CodeValue index = read_register(f, &m->index);
    index =
        m->scale > 1 ? operate(f, OP_MUL, 64, false, index, number(m->scale)) : modified(f, index, &m->modifier, 64);
    at = added(f, at, index);
  }
  if (m->symbol)
    at = added(f, symbol_value(f, m->symbol), at);
  at = added(f, at, number(as_64(m->number)));
  if (m->write_back == WRITE_BACK_BEFORE)
    at = copy(f, at);
  if (m->write_back == WRITE_BACK_AFTER)
    at = copy(f, base);
  seen->has_address = true;
  seen->address = at;
  if (m->write_back != WRITE_BACK_NONE)
    write_register(f, &m->reg, m->write_back == WRITE_BACK_BEFORE ? at : added(f, at, number(as_64(m->number_after))));
  return at;
}

static CodeValue operand_value(Frame *f, const RowName *name, Seen *seen) {
  const CodeOperand *operand = name->operand;
  switch (operand->kind) {
  case CODE_REGISTER: {
    if (name->kind == 'Z' && !operand->reg.number)
      return number(0);
    bool modifies = operand->modifier.kind != MODIFIER_NONE;
    CodeValue v = read_register(f, &operand->reg);
    return modifies ? modified(f, v, &operand->modifier, f->bits) : narrowed(f, v, f->bits);
  }
  case CODE_IMMEDIATE:
    if (operand->symbol)
      return added(f, symbol_value(f, operand->symbol), number(as_64(operand->number)));
    return narrowed(f, modified(f, number(as_64(operand->number)), &operand->modifier, 64), f->bits);
  case CODE_MEMORY:
    if (name->kind == 'M')
      return address_of(f, operand, seen);
    if (!seen->is_loaded)
      seen->value = load(f, address_of(f, operand, seen), "", false);
    seen->is_loaded = true;
    return seen->value;
  case CODE_NAME:
    return symbol_value(f, operand->symbol);
  }
  return number(0);
}

static const RowName *row_name(const Frame *f, const char *name, size_t length, Seen **seen) {
  for (unsigned i = 0; f->match && length == 1 && i < f->match->name_count; i++)
    if (f->match->names[i].name == *name) {
      *seen = &f->seen[i];
      return &f->match->names[i];
    }
  return NULL;
}

static Local *local(Frame *f, const char *name, size_t length) {
  for (unsigned i = 0; i < f->local_count; i++)
    if (f->locals[i].length == length && !memcmp(f->locals[i].name, name, length))
      return &f->locals[i];
  return NULL;
}

static void bind_local(Frame *f, const char *name, size_t length, CodeValue v) {
  Local *l = local(f, name, length);
  if (!l && f->local_count < LOCALS)
    l = &f->locals[f->local_count++];
  if (l)
    *l = (Local){name, length, v};
  else
    fail(f, "the table's steps have too many names");
}

// `c.lt`: a part of a condition field; or a register by its name.
static bool named_register(Frame *f, const char *name, size_t length, CodeRegister *reg) {
  const char *dot = memchr(name, '.', length);
  Seen *seen;
  const RowName *field = dot ? row_name(f, name, (size_t)(dot - name), &seen) : NULL;
  if (field && field->operand && field->operand->kind == CODE_REGISTER) {
    const char *whole = arena_printf(f->t->arena, "%s%.*s", field->operand->reg.name, (int)(name + length - dot), dot);
    *reg = (CodeRegister){.name = whole, .bits = 1, .kind = 'f'};
    return true;
  }
  return code_register_find(f->t->set, name, length, f->t->arena, reg);
}

static CodeValue steps_value(Frame *f, const char *text) {
  if (++f->depth > DEPTH)
    return fail(f, "the table's steps are nested too deep");
  const char *at = f->at;
  f->at = text;
  CodeValue v = expression(f, 0);
  f->at = at;
  f->depth--;
  return v;
}

static CodeValue name_value(Frame *f, const char *name, size_t length) {
  const Local *l = local(f, name, length);
  if (l)
    return l->value;
  Seen *seen;
  const RowName *operand = row_name(f, name, length, &seen);
  if (operand)
    return operand->operand ? operand_value(f, operand, seen) : steps_value(f, operand->text);
  if (length == 4 && !memcmp(name, "bits", 4))
    return number(f->bits);
  if (length == 4 && !memcmp(name, "next", 4))
    return place(f->t, f->t->line + 1);
  CodeRegister reg;
  if (named_register(f, name, length, &reg))
    return narrowed(f, read_register(f, &reg), f->bits);
  return fail(f, arena_printf(f->t->arena, "the table's steps have no name '%.*s'", (int)length, name));
}

static void assign(Frame *f, const char *name, size_t length, CodeValue v) {
  Seen *seen;
  const RowName *operand = local(f, name, length) ? NULL : row_name(f, name, length, &seen);
  CodeRegister reg;
  if (operand && operand->operand) {
    if (operand->operand->kind == CODE_REGISTER)
      write_register(f, &operand->operand->reg, v);
    else if (operand->operand->kind == CODE_MEMORY)
      store(f, address_of(f, operand->operand, seen), v, "");
    else
      fail(f, "it has nowhere to put its result");
  } else if (!local(f, name, length) && named_register(f, name, length, &reg)) {
    write_register(f, &reg, v);
  } else {
    bind_local(f, name, length, copy(f, v));
  }
}

// ---- Reading steps ----

static void blanks(Frame *f) { f->at += strspn(f->at, " \n"); }

static bool take(Frame *f, const char *symbol) {
  blanks(f);
  size_t length = strlen(symbol);
  if (strncmp(f->at, symbol, length) != 0)
    return false;
  f->at += length;
  return true;
}

static void expect(Frame *f, const char *symbol) {
  if (!take(f, symbol))
    fail(f, arena_printf(f->t->arena, "the table's steps lack '%s' before '%.20s'", symbol, f->at));
}

static size_t word_length(const char *at) {
  return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
}

// What stands up to ',' or ')', after a comma; "" where there is nothing.
static const char *tag_words(Frame *f) {
  if (!take(f, ","))
    return "";
  blanks(f);
  size_t length = strcspn(f->at, ",)");
  const char *text = arena_copy(f->t->arena, f->at, length);
  f->at += length;
  return text;
}

static CodeValue argument(Frame *f) {
  CodeValue v = expression(f, 0);
  take(f, ",");
  return v;
}

// ---- Functions ----

static CodeValue call_load(Frame *f) { // load(a, TAGS)
  CodeValue address = expression(f, 0);
  return load(f, address, tag_words(f), false);
}

static CodeValue call_load_exclusive(Frame *f) {
  CodeValue address = expression(f, 0);
  return load(f, address, tag_words(f), true);
}

static CodeValue call_store(Frame *f) { // store(a, e, TAGS)
  CodeValue address = argument(f), v = expression(f, 0);
  store(f, address, v, tag_words(f));
  return number(0);
}

static CodeValue call_store_exclusive(Frame *f) {
  CodeValue address = argument(f), v = expression(f, 0);
  return store_exclusive(f, address, v, tag_words(f), STATUS_FREE);
}

static CodeValue call_store_reserved(Frame *f) {
  CodeValue address = argument(f), v = expression(f, 0);
  return store_exclusive(f, address, v, tag_words(f), STATUS_PICKED);
}

static CodeValue call_store_conditional(Frame *f) {
  CodeValue address = argument(f), v = expression(f, 0);
  return store_exclusive(f, address, v, tag_words(f), STATUS_DEPENDS);
}

static CodeValue call_rmw(Frame *f) { // rmw(a, op, e, TAGS, TAGS)
  static const struct {
    const char *name;
    Operation operation;
  } updates[] = {{"add", OP_ADD},         {"sub", OP_SUB},    {"and", OP_AND}, {"or", OP_OR},
                 {"xor", OP_XOR},         {"max", OP_MAX},    {"min", OP_MIN}, {"smax", OP_MAX_SIGNED},
                 {"smin", OP_MIN_SIGNED}, {"swap", OP_SECOND}};
  CodeValue address = argument(f);
  blanks(f);
  size_t length = word_length(f->at);
  for (size_t i = 0; i < sizeof updates / sizeof *updates; i++)
    if (strlen(updates[i].name) == length && !strncmp(updates[i].name, f->at, length)) {
      f->at += length;
      take(f, ",");
      CodeValue v = expression(f, 0);
      const char *reads = tag_words(f);
      return update(f, address, updates[i].operation, v, reads, tag_words(f));
    }
  return fail(f, "the table's steps have an unknown update");
}

static CodeValue swap_if(Frame *f, bool rewrites) {
  CodeValue address = argument(f), old = argument(f), v = expression(f, 0);
  const char *reads = tag_words(f);
  return compare_and_swap(f, address, old, v, reads, tag_words(f), rewrites);
}

static CodeValue call_cas(Frame *f) { return swap_if(f, false); }
static CodeValue call_cas_rewriting(Frame *f) { return swap_if(f, true); }

static unsigned constant_argument(Frame *f) {
  CodeValue v = expression(f, 0);
  if (!is_number(v) || v.operand.constant.number < 1 || v.operand.constant.number > 128) {
    fail(f, "the table's steps want a number of bits");
    return 64;
  }
  return (unsigned)v.operand.constant.number;
}

static CodeValue call_signed(Frame *f) {
  CodeValue v = expression(f, 0);
  unsigned from = take(f, ",") ? constant_argument(f) : f->bits;
  return narrowed(f, extended(f, v, from, true), f->bits < from ? from : 64);
}

static CodeValue call_low(Frame *f) {
  CodeValue v = argument(f);
  return narrowed(f, v, constant_argument(f));
}

static CodeValue call_at(Frame *f) {
  unsigned before = f->bits, bits = constant_argument(f);
  take(f, ",");
  f->bits = bits;
  CodeValue v = expression(f, 0);
  f->bits = before;
  return v;
}

static CodeValue call_lt(Frame *f) {
  CodeValue a = argument(f), b = expression(f, 0);
  return operate(f, OP_LT, f->bits, true, signed_from(f, a, f->bits), signed_from(f, b, f->bits));
}

static CodeValue call_sar(Frame *f) {
  CodeValue a = argument(f), b = expression(f, 0);
  return arithmetic_right(f, a, b, f->bits);
}

static CodeValue signed_division(Frame *f, Operation operation) {
  CodeValue a = argument(f), b = expression(f, 0);
  CodeValue v = operate(f, operation, f->bits, true, signed_from(f, a, f->bits), signed_from(f, b, f->bits));
  return unsigned_in(f, v, f->bits);
}

static CodeValue call_sdiv(Frame *f) { return signed_division(f, OP_DIV); }
static CodeValue call_srem(Frame *f) { return signed_division(f, OP_REM); }

static CodeValue call_ror(Frame *f) {
  CodeValue a = argument(f), b = expression(f, 0);
  return rotated(f, a, b, f->bits);
}

static CodeValue call_flip(Frame *f) { return operate(f, OP_REVERSE, f->bits, false, expression(f, 0), number(0)); }
static CodeValue call_zeros(Frame *f) { return operate(f, OP_ZEROS, f->bits, false, expression(f, 0), number(0)); }

static CodeValue call_old(Frame *f) {
  CodeValue a = argument(f), b = expression(f, 0);
  return is_constant(a) ? b : operate(f, OP_SECOND, 64, false, a, b);
}

// Either value goes into one register, by a path each.
static CodeValue choose(Frame *f, bool picks) {
  CodeValue c = argument(f), a = argument(f), b = expression(f, 0);
  if (is_constant(c))
    return c.operand.constant.number ? a : b;
  if (on_stack(a) || on_stack(b))
    return fail(f, "what it computes from the stack's address is not followed");
  unsigned bits = a.bits > b.bits ? a.bits : b.bits, dst = temporary(f), result = temporary(f);
  unsigned other = emit(f, (Instr){.kind = INSTR_CHOOSE, .a = c.operand});
  emit_operation(f, dst, OP_SECOND, 64, false, number(0), a);
  unsigned done = emit(f, (Instr){.kind = INSTR_JUMP});
  patch(f, other);
  emit_operation(f, dst, OP_SECOND, 64, false, number(0), b);
  patch(f, done);
  if (picks) {
    emit_operation(f, result, OP_PICK, 64, false, in_register(dst, bits), c);
    return in_register(result, bits);
  }
  emit_operation(f, result, OP_SECOND, 64, false, c, in_register(dst, bits));
  emit_operation(f, result, OP_SECOND, 64, false, a, in_register(result, bits));
  emit_operation(f, result, OP_SECOND, 64, false, b, in_register(result, bits));
  return in_register(result, bits);
}

static CodeValue call_pick(Frame *f) { return choose(f, true); }
static CodeValue call_select(Frame *f) { return choose(f, false); }

static CodeValue call_fence(Frame *f) {
  blanks(f);
  size_t length = strcspn(f->at, ")");
  emit(f, (Instr){.kind = INSTR_FENCE, .tags = arena_copy(f->t->arena, f->at, length)});
  f->at += length;
  return number(0);
}

static CodeValue call_unsupported(Frame *f) {
  size_t length = strcspn(f->at, ")");
  const char *why = arena_copy(f->t->arena, f->at, length);
  f->at += length;
  return fail(f, why);
}

static CodeValue call_forget(Frame *f) {
  emit(f, (Instr){.kind = INSTR_FORGET});
  return number(0);
}

// By how much an operand is shifted where it is written.
static CodeValue call_shift(Frame *f) {
  blanks(f);
  Seen *seen;
  const RowName *name = row_name(f, f->at, 1, &seen);
  if (!name || !name->operand)
    return fail(f, "the table's steps shift what is no operand");
  f->at++;
  return number(name->operand->modifier.amount);
}

// Puts an operand's address into its base.
static CodeValue call_update(Frame *f) {
  blanks(f);
  Seen *seen;
  const RowName *name = row_name(f, f->at, 1, &seen);
  if (!name || !name->operand || name->operand->kind != CODE_MEMORY)
    return fail(f, "the table's steps update what is no address");
  f->at++;
  write_register(f, &name->operand->reg, copy(f, address_of(f, name->operand, seen)));
  return number(0);
}

static bool run(Frame *f);

static CodeValue call_verb(Frame *f, const Verb *verb) {
  if (f->depth >= DEPTH)
    return fail(f, "the table's steps are nested too deep");
  Frame inner = {
      .t = f->t, .at = verb->steps, .bits = f->bits, .span = f->span, .text = f->text, .depth = f->depth + 1};
  for (const char *p = verb->parameters; *p; p += strspn(p, ", ")) {
    size_t length = word_length(p);
    bind_local(&inner, p, length, argument(f));
    p += length;
  }
  run(&inner);
  const Local *result = local(&inner, "result", 6);
  return result ? result->value : number(0);
}

static CodeValue call(Frame *f, const char *name, size_t length) {
  static const struct {
    const char *name;
    CodeValue (*call)(Frame *f);
  } functions[] = {
      {"load", call_load},
      {"store", call_store},
      {"load_exclusive", call_load_exclusive},
      {"store_exclusive", call_store_exclusive},
      {"store_conditional", call_store_conditional},
      {"store_reserved", call_store_reserved},
      {"rmw", call_rmw},
      {"cas", call_cas},
      {"cas_rewriting", call_cas_rewriting},
      {"signed", call_signed},
      {"low", call_low},
      {"at", call_at},
      {"lt", call_lt},
      {"sar", call_sar},
      {"sdiv", call_sdiv},
      {"srem", call_srem},
      {"ror", call_ror},
      {"flip", call_flip},
      {"zeros", call_zeros},
      {"old", call_old},
      {"pick", call_pick},
      {"select", call_select},
      {"forget", call_forget},
      {"update", call_update},
      {"shift", call_shift},
      {"fence", call_fence},
      {"unsupported", call_unsupported},
  };
  CodeValue v = number(0);
  bool known = false;
  for (size_t i = 0; i < sizeof functions / sizeof *functions && !known; i++)
    if (strlen(functions[i].name) == length && !memcmp(functions[i].name, name, length)) {
      v = functions[i].call(f);
      known = true;
    }
  for (unsigned i = 0; i < f->t->set->verb_count && !known; i++)
    if (strlen(f->t->set->verbs[i].name) == length && !memcmp(f->t->set->verbs[i].name, name, length)) {
      v = call_verb(f, &f->t->set->verbs[i]);
      known = true;
    }
  if (!known)
    return fail(f, arena_printf(f->t->arena, "the table's steps have no verb '%.*s'", (int)length, name));
  expect(f, ")");
  return v;
}

// ---- Expressions ----

// primary := NUMBER | '(' e ')' | ( '-' | '~' | '!' ) primary | NAME | NAME '(' ... ')'
static CodeValue primary(Frame *f) {
  if (++f->depth > DEPTH)
    return fail(f, "the table's steps are nested too deep");
  CodeValue v;
  blanks(f);
  if (take(f, "(")) {
    v = expression(f, 0);
    expect(f, ")");
  } else if (take(f, "-")) {
    v = operate(f, OP_NEG, f->bits, false, primary(f), number(0));
  } else if (take(f, "~")) {
    v = operate(f, OP_COMPLEMENT, f->bits, false, primary(f), number(0));
  } else if (take(f, "!")) {
    v = operate(f, OP_NOT, f->bits, false, primary(f), number(0));
  } else if (*f->at >= '0' && *f->at <= '9') {
    char *end;
    v = number((Value)strtoull(f->at, &end, 0));
    f->at = end;
  } else {
    size_t length = word_length(f->at);
    const char *name = f->at;
    f->at += length;
    if (!length)
      v = fail(f, arena_printf(f->t->arena, "the table's steps lack an expression before '%.20s'", f->at));
    else
      v = *f->at == '(' && f->at++ ? call(f, name, length) : name_value(f, name, length);
  }
  f->depth--;
  return v;
}

static const struct {
  const char *symbol;
  Operation operation;
  unsigned strength;
} operators[] = {{"<<", OP_SHL, 6}, {">>", OP_SHR, 6}, {"==", OP_EQ, 4}, {"!=", OP_NE, 4},
                 {"<=", OP_LE, 5},  {">=", OP_GE, 5},  {"<", OP_LT, 5},  {">", OP_GT, 5},
                 {"|", OP_OR, 1},   {"^", OP_XOR, 2},  {"&", OP_AND, 3}, {"+", OP_ADD, 7},
                 {"-", OP_SUB, 7},  {"*", OP_MUL, 8},  {"/", OP_DIV, 8}, {"%", OP_REM, 8}};

static CodeValue binary(Frame *f, Operation operation, CodeValue a, CodeValue b) {
  bool exact =
      operation == OP_SHR || operation == OP_DIV || operation == OP_REM || (operation >= OP_EQ && operation <= OP_GE);
  if (exact) { // their operands' upper bits matter
    a = narrowed(f, a, f->bits);
    b = narrowed(f, b, f->bits);
  }
  return operate(f, operation, f->bits, false, a, b);
}

// expression := primary { operator primary }, as in C
static CodeValue expression(Frame *f, unsigned strength) {
  CodeValue left = primary(f);
  for (bool more = true; more && !f->t->failed;) {
    more = false;
    blanks(f);
    for (size_t i = 0; i < sizeof operators / sizeof *operators && !more; i++) {
      size_t length = strlen(operators[i].symbol);
      if (strncmp(f->at, operators[i].symbol, length) != 0)
        continue;
      if (operators[i].strength <= strength)
        return left;
      f->at += length;
      CodeValue right = expression(f, operators[i].strength);
      left = binary(f, operators[i].operation, left, right);
      more = true;
    }
  }
  return left;
}

// ---- Steps ----

int code_label(const Reading *t, const char *name) {
  for (unsigned i = 0; i < t->code->line_count; i++)
    if (t->code->lines[i].label && !strcmp(t->code->lines[i].label, name))
      return (int)i;
  return -1;
}

// A jump to the first instruction of a line, whose place is known later.
static void jump_to(Frame *f, unsigned line) {
  Reading *t = f->t;
  t->fixups = arena_grow(t->arena, t->fixups, &t->fixup_capacity, t->fixup_count + 1, sizeof *t->fixups);
  t->fixups[t->fixup_count++] = (CodeFixup){emit(f, (Instr){.kind = INSTR_JUMP}), line};
}

// Whether nothing stands between this line and that one.
static bool comes_next(const Reading *t, unsigned line) {
  if (line <= t->line)
    return false;
  for (unsigned i = t->line + 1; i < line; i++)
    if (t->code->lines[i].span.length)
      return false;
  return true;
}

static void branch(Frame *f, CodeValue condition, unsigned line) {
  if (is_constant(condition)) {
    if (condition.operand.constant.location >= 0 || condition.operand.constant.number)
      jump_to(f, line);
    return;
  }
  unsigned skip = emit(f, (Instr){.kind = INSTR_BRANCH, .a = condition.operand});
  if (!comes_next(f->t, line))
    jump_to(f, line);
  patch(f, skip);
}

// To where a value points: one of the lines that have a label, the one after a call, or the end.
static void jump_by(Frame *f, CodeValue to) {
  Reading *t = f->t;
  if (on_stack(to)) {
    fail(f, "it jumps into the stack");
    return;
  }
  // A function goes nowhere else but back.
  unsigned first = t->code->has_stack ? t->code->line_count : 0;
  for (unsigned line = first; line <= t->code->line_count; line++) {
    bool is_target =
        line == t->code->line_count || t->code->lines[line].label || (line && t->code->lines[line - 1].span.length);
    if (!is_target)
      continue;
    CodeValue here = operate(f, OP_EQ, 64, false, to, place(t, line));
    if (is_constant(here)) {
      if (here.operand.constant.number) {
        jump_to(f, line);
        return;
      }
      continue;
    }
    unsigned skip = emit(f, (Instr){.kind = INSTR_BRANCH, .a = here.operand});
    jump_to(f, line);
    patch(f, skip);
  }
  assume(f, number(0)); // nowhere
}

static bool find_target(Frame *f, unsigned *line) {
  blanks(f);
  Seen *seen;
  const RowName *name = row_name(f, f->at, 1, &seen);
  if (!name || !name->operand || name->operand->kind != CODE_NAME) {
    fail(f, "the table's steps go nowhere");
    return false;
  }
  f->at++;
  int found = code_label(f->t, name->operand->symbol);
  if (found < 0) {
    if (!f->t->failed)
      diag_error_at(f->t->diag, f->t->source, name->operand->span, "no label '%s' in P%u", name->operand->symbol,
                    f->t->code->thread);
    f->t->failed = true;
    return false;
  }
  *line = (unsigned)found;
  return true;
}

// step := 'return' | 'if' '(' e ')' ( 'goto' NAME | 'return' ) | 'goto' NAME | 'goto' '(' e ')' | NAME '=' e | e
static void step(Frame *f) {
  unsigned line;
  if (take(f, "if (")) {
    CodeValue condition = expression(f, 0);
    expect(f, ")");
    if (take(f, "return")) {
      branch(f, condition, f->t->code->line_count);
      return;
    }
    expect(f, "goto");
    if (find_target(f, &line))
      branch(f, condition, line);
    return;
  }
  if (take(f, "goto (")) {
    CodeValue to = expression(f, 0);
    expect(f, ")");
    jump_by(f, to);
    return;
  }
  f->t->jumps |= !strncmp(f->at, "return", 6) || !strncmp(f->at, "goto ", 5);
  if (take(f, "return")) {
    jump_to(f, f->t->code->line_count);
    return;
  }
  if (take(f, "goto ")) {
    if (find_target(f, &line))
      jump_to(f, line);
    return;
  }
  size_t length = word_length(f->at);
  const char *name = f->at, *after = name + length + strspn(name + length, " ");
  if (length && after[0] == '=' && after[1] != '=') {
    f->at = after + 1;
    assign(f, name, length, expression(f, 0));
  } else {
    expression(f, 0);
  }
}

static bool run(Frame *f) {
  for (blanks(f); *f->at && !f->t->failed; blanks(f)) {
    step(f);
    blanks(f);
    if (*f->at)
      expect(f, ";");
  }
  return !f->t->failed;
}

static Frame frame_of_line(Reading *t) {
  Span span = t->code->lines[t->line].span;
  t->temporaries = 0;
  return (Frame){.t = t, .span = span, .text = arena_copy(t->arena, t->source->bytes + span.offset, span.length)};
}

bool code_carry_out(Reading *t, const RowMatch *match) {
  Seen seen[ROW_NAMES] = {{0}};
  Frame f = frame_of_line(t);
  f.match = match;
  f.seen = seen;
  f.at = row_steps(match, t->arena);
  f.bits = match->bits;
  return run(&f);
}

bool code_call_idle(Reading *t) {
  Frame f = frame_of_line(t);
  set_state(&f, code_state(t, t->set->result), number(0));
  return !t->failed;
}
