#include "harness/code/steps.h"
#include "harness/code/address.h"
#include "harness/code/jump.h"
#include "harness/code/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LOCALS = 16, DEPTH = 32 };

typedef struct {
  const char *name;
  size_t length;
  CodeValue value;
} Local;

// Steps being carried out: a row's, or within it a verb's.
typedef struct Frame {
  Reading *t;
  const RowMatch *match; // NULL in a verb
  CodeSeen *seen;        // by name of the row
  const char *at;        // in the steps
  unsigned bits;
  Local locals[LOCALS];
  unsigned local_count, depth;
} Frame;

static CodeValue expression(Frame *f, unsigned strength);
static CodeValue name_value(Frame *f, const char *name, size_t length);

// ---- Operands ----

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

// An access at the width the instruction works at, with the tags given to its read and its write.
static CodeAccess access_to(Frame *f, CodeValue address, const char *reads, const char *writes) {
  return (CodeAccess){address, f->bits, tags_of(f, reads, false), tags_of(f, writes, true)};
}

static CodeValue operand_value(Frame *f, const RowName *name, CodeSeen *seen) {
  const CodeOperand *operand = name->operand;
  switch (operand->kind) {
  case CODE_REGISTER: {
    if (name->kind == 'Z' && !operand->reg.number)
      return code_number(0);
    bool modifies = operand->modifier.kind != MODIFIER_NONE;
    CodeValue v = code_read_register(f->t, &operand->reg);
    return modifies ? code_modified(f->t, v, &operand->modifier, f->bits) : code_narrowed(f->t, v, f->bits);
  }
  case CODE_IMMEDIATE:
    if (operand->symbol)
      return code_added(f->t, code_symbol_value(f->t, operand->symbol), code_number(code_as_64(operand->number)));
    return code_narrowed(f->t, code_modified(f->t, code_number(code_as_64(operand->number)), &operand->modifier, 64),
                         f->bits);
  case CODE_MEMORY:
    if (name->kind == 'M')
      return code_address_of(f->t, operand, seen);
    if (!seen->is_loaded) {
      CodeAccess a = access_to(f, code_address_of(f->t, operand, seen), "", "");
      seen->value = code_load(f->t, &a, false);
    }
    seen->is_loaded = true;
    return seen->value;
  case CODE_NAME:
    return code_symbol_value(f->t, operand->symbol);
  }
  return code_number(0);
}

static const RowName *row_name(const Frame *f, const char *name, size_t length, CodeSeen **seen) {
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
    code_fail(f->t, "the table's steps have too many names");
}

// `c.lt`: a part of a condition field; or a register by its name.
static bool named_register(Frame *f, const char *name, size_t length, CodeRegister *reg) {
  const char *dot = memchr(name, '.', length);
  CodeSeen *seen;
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
    return code_fail(f->t, "the table's steps are nested too deep");
  const char *at = f->at;
  f->at = text;
  CodeValue v = expression(f, 0);
  f->at = at;
  f->depth--;
  return v;
}

// Where a call comes back to.
static unsigned line_after(const Reading *t) {
  const CodeLine *line = &t->code->lines[t->line];
  return line->enters ? t->code->lines[line->enters].after : t->line + 1;
}

static CodeValue return_place(Frame *f) {
  if (f->t->code->has_stack && !f->t->code->lines[f->t->line].calls)
    return code_fail(f->t, "it calls itself, or what a value points to, which is not followed");
  return code_line_place(f->t, line_after(f->t));
}

static CodeValue name_value(Frame *f, const char *name, size_t length) {
  const Local *l = local(f, name, length);
  if (l)
    return l->value;
  CodeSeen *seen;
  const RowName *operand = row_name(f, name, length, &seen);
  if (operand)
    return operand->operand ? operand_value(f, operand, seen) : steps_value(f, operand->text);
  if (length == 4 && !memcmp(name, "bits", 4))
    return code_number(f->bits);
  if (length == 4 && !memcmp(name, "next", 4))
    return return_place(f);
  CodeRegister reg;
  if (named_register(f, name, length, &reg))
    return code_narrowed(f->t, code_read_register(f->t, &reg), f->bits);
  return code_fail(f->t, arena_printf(f->t->arena, "the table's steps have no name '%.*s'", (int)length, name));
}

static void store(Frame *f, CodeValue address, CodeValue v, const char *tags) {
  CodeAccess a = access_to(f, address, "", tags);
  code_store(f->t, &a, v);
}

static void assign(Frame *f, const char *name, size_t length, CodeValue v) {
  CodeSeen *seen;
  const RowName *operand = local(f, name, length) ? NULL : row_name(f, name, length, &seen);
  CodeRegister reg;
  if (operand && operand->operand) {
    if (operand->operand->kind == CODE_REGISTER)
      code_write_register(f->t, &operand->operand->reg, v);
    else if (operand->operand->kind == CODE_MEMORY)
      store(f, code_address_of(f->t, operand->operand, seen), v, "");
    else
      code_fail(f->t, "it has nowhere to put its result");
  } else if (!local(f, name, length) && named_register(f, name, length, &reg)) {
    code_write_register(f->t, &reg, v);
  } else {
    bind_local(f, name, length, code_copy(f->t, v));
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
    code_fail(f->t, arena_printf(f->t->arena, "the table's steps lack '%s' before '%.20s'", symbol, f->at));
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

static CodeValue loaded(Frame *f, bool exclusive) { // load(a, TAGS)
  CodeValue address = expression(f, 0);
  CodeAccess a = access_to(f, address, tag_words(f), "");
  return code_load(f->t, &a, exclusive);
}

static CodeValue call_load(Frame *f) { return loaded(f, false); }
static CodeValue call_load_exclusive(Frame *f) { return loaded(f, true); }

static CodeValue call_store(Frame *f) { // store(a, e, TAGS)
  CodeValue address = argument(f), v = expression(f, 0);
  store(f, address, v, tag_words(f));
  return code_number(0);
}

static CodeValue stored_exclusively(Frame *f, CodeStatus how) {
  CodeValue address = argument(f), v = expression(f, 0);
  CodeAccess a = access_to(f, address, "", tag_words(f));
  return code_store_exclusive(f->t, &a, v, how);
}

static CodeValue call_store_exclusive(Frame *f) { return stored_exclusively(f, STATUS_FREE); }
static CodeValue call_store_reserved(Frame *f) { return stored_exclusively(f, STATUS_PICKED); }
static CodeValue call_store_conditional(Frame *f) { return stored_exclusively(f, STATUS_DEPENDS); }

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
      CodeAccess a = access_to(f, address, reads, tag_words(f));
      return code_update(f->t, &a, updates[i].operation, v);
    }
  return code_fail(f->t, "the table's steps have an unknown update");
}

static CodeValue swap_if(Frame *f, bool locked) {
  CodeValue address = argument(f), old = argument(f), v = expression(f, 0);
  const char *reads = tag_words(f);
  CodeAccess a = access_to(f, address, reads, tag_words(f));
  return code_compare_and_swap(f->t, &a, old, v, locked);
}

static CodeValue call_cas(Frame *f) { return swap_if(f, false); }
static CodeValue call_cas_locked(Frame *f) { return swap_if(f, true); }

// What is read and written by a load-exclusive and a store-exclusive that stores.
static CodeValue as_pair(Frame *f, CodeValue (*call)(Frame *f)) {
  size_t before = f->t->count;
  CodeValue v = call(f);
  for (size_t i = before; i < f->t->count; i++)
    f->t->instrs[i].is_pair = f->t->instrs[i].kind == INSTR_RMW;
  return v;
}

static CodeValue call_pair(Frame *f) { return as_pair(f, call_rmw); }
static CodeValue call_cas_pair(Frame *f) { return as_pair(f, call_cas); }

static unsigned constant_argument(Frame *f) {
  CodeValue v = expression(f, 0);
  if (!code_is_number(v) || v.operand.constant.number < 1 || v.operand.constant.number > 128) {
    code_fail(f->t, "the table's steps want a number of bits");
    return 64;
  }
  return (unsigned)v.operand.constant.number;
}

static CodeValue call_signed(Frame *f) {
  CodeValue v = expression(f, 0);
  unsigned from = take(f, ",") ? constant_argument(f) : f->bits;
  return code_narrowed(f->t, code_extended(f->t, v, from, true), f->bits < from ? from : 64);
}

static CodeValue call_low(Frame *f) {
  CodeValue v = argument(f);
  return code_narrowed(f->t, v, constant_argument(f));
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
  return code_operate(f->t, OP_LT, f->bits, true, code_signed_from(f->t, a, f->bits),
                      code_signed_from(f->t, b, f->bits));
}

static CodeValue call_sar(Frame *f) {
  CodeValue a = argument(f), b = expression(f, 0);
  return code_arithmetic_right(f->t, a, b, f->bits);
}

static CodeValue signed_division(Frame *f, Operation operation) {
  CodeValue a = argument(f), b = expression(f, 0);
  CodeValue v = code_operate(f->t, operation, f->bits, true, code_signed_from(f->t, a, f->bits),
                             code_signed_from(f->t, b, f->bits));
  return code_unsigned_in(f->t, v, f->bits);
}

static CodeValue call_sdiv(Frame *f) { return signed_division(f, OP_DIV); }
static CodeValue call_srem(Frame *f) { return signed_division(f, OP_REM); }

static CodeValue call_ror(Frame *f) {
  CodeValue a = argument(f), b = expression(f, 0);
  return code_rotated(f->t, a, b, f->bits);
}

static CodeValue call_flip(Frame *f) {
  return code_operate(f->t, OP_REVERSE, f->bits, false, expression(f, 0), code_number(0));
}
static CodeValue call_zeros(Frame *f) {
  return code_operate(f->t, OP_ZEROS, f->bits, false, expression(f, 0), code_number(0));
}

static CodeValue call_old(Frame *f) {
  CodeValue a = argument(f), b = expression(f, 0);
  return code_is_constant(a) ? b : code_operate(f->t, OP_SECOND, 64, false, a, b);
}

// Either value goes into one register, by a path each.
static CodeValue choose(Frame *f, bool picks) {
  CodeValue c = argument(f), a = argument(f), b = expression(f, 0);
  if (code_is_constant(c))
    return c.operand.constant.number ? a : b;
  if (code_on_stack(a) || code_on_stack(b))
    return code_fail(f->t, "what it computes from the stack's address is not followed");
  unsigned bits = a.bits > b.bits ? a.bits : b.bits, dst = code_temporary(f->t), result = code_temporary(f->t);
  unsigned other = code_emit(f->t, (Instr){.kind = INSTR_CHOOSE, .a = c.operand});
  code_emit_operation(f->t, dst, OP_SECOND, 64, false, code_number(0), a);
  unsigned done = code_emit(f->t, (Instr){.kind = INSTR_JUMP});
  code_patch(f->t, other);
  code_emit_operation(f->t, dst, OP_SECOND, 64, false, code_number(0), b);
  code_patch(f->t, done);
  if (picks) {
    code_emit_operation(f->t, result, OP_PICK, 64, false, code_in_register(dst, bits), c);
    return code_in_register(result, bits);
  }
  code_emit_operation(f->t, result, OP_SECOND, 64, false, c, code_in_register(dst, bits));
  code_emit_operation(f->t, result, OP_SECOND, 64, false, a, code_in_register(result, bits));
  code_emit_operation(f->t, result, OP_SECOND, 64, false, b, code_in_register(result, bits));
  return code_in_register(result, bits);
}

static CodeValue call_pick(Frame *f) { return choose(f, true); }
static CodeValue call_select(Frame *f) { return choose(f, false); }

static CodeValue call_fence(Frame *f) {
  blanks(f);
  size_t length = strcspn(f->at, ")");
  code_emit(f->t, (Instr){.kind = INSTR_FENCE, .tags = arena_copy(f->t->arena, f->at, length)});
  f->at += length;
  return code_number(0);
}

static CodeValue call_unsupported(Frame *f) {
  size_t length = strcspn(f->at, ")");
  const char *why = arena_copy(f->t->arena, f->at, length);
  f->at += length;
  return code_fail(f->t, why);
}

static CodeValue call_forget(Frame *f) {
  code_emit(f->t, (Instr){.kind = INSTR_FORGET});
  return code_number(0);
}

// By how much an operand is shifted where it is written.
static CodeValue call_shift(Frame *f) {
  blanks(f);
  CodeSeen *seen;
  const RowName *name = row_name(f, f->at, 1, &seen);
  if (!name || !name->operand)
    return code_fail(f->t, "the table's steps shift what is no operand");
  f->at++;
  return code_number(name->operand->modifier.amount);
}

// Puts an operand's address into its base.
static CodeValue call_update(Frame *f) {
  blanks(f);
  CodeSeen *seen;
  const RowName *name = row_name(f, f->at, 1, &seen);
  if (!name || !name->operand || name->operand->kind != CODE_MEMORY)
    return code_fail(f->t, "the table's steps update what is no address");
  f->at++;
  code_write_register(f->t, &name->operand->reg, code_copy(f->t, code_address_of(f->t, name->operand, seen)));
  return code_number(0);
}

static bool run(Frame *f);

static CodeValue call_verb(Frame *f, const Verb *verb) {
  if (f->depth >= DEPTH)
    return code_fail(f->t, "the table's steps are nested too deep");
  Frame inner = {.t = f->t, .at = verb->steps, .bits = f->bits, .depth = f->depth + 1};
  for (const char *p = verb->parameters; *p; p += strspn(p, ", ")) {
    size_t length = word_length(p);
    bind_local(&inner, p, length, argument(f));
    p += length;
  }
  run(&inner);
  const Local *result = local(&inner, "result", 6);
  return result ? result->value : code_number(0);
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
      {"pair", call_pair},
      {"cas_pair", call_cas_pair},
      {"cas_locked", call_cas_locked},
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
  CodeValue v = code_number(0);
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
    return code_fail(f->t, arena_printf(f->t->arena, "the table's steps have no verb '%.*s'", (int)length, name));
  expect(f, ")");
  return v;
}

// ---- Expressions ----

// primary := NUMBER | '(' e ')' | ( '-' | '~' | '!' ) primary | NAME | NAME '(' ... ')'
static CodeValue primary(Frame *f) {
  if (++f->depth > DEPTH)
    return code_fail(f->t, "the table's steps are nested too deep");
  CodeValue v;
  blanks(f);
  if (take(f, "(")) {
    v = expression(f, 0);
    expect(f, ")");
  } else if (take(f, "-")) {
    v = code_operate(f->t, OP_NEG, f->bits, false, primary(f), code_number(0));
  } else if (take(f, "~")) {
    v = code_operate(f->t, OP_COMPLEMENT, f->bits, false, primary(f), code_number(0));
  } else if (take(f, "!")) {
    v = code_operate(f->t, OP_NOT, f->bits, false, primary(f), code_number(0));
  } else if (*f->at >= '0' && *f->at <= '9') {
    char *end;
    v = code_number((Value)strtoull(f->at, &end, 0));
    f->at = end;
  } else {
    size_t length = word_length(f->at);
    const char *name = f->at;
    f->at += length;
    if (!length)
      v = code_fail(f->t, arena_printf(f->t->arena, "the table's steps lack an expression before '%.20s'", f->at));
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
    a = code_narrowed(f->t, a, f->bits);
    b = code_narrowed(f->t, b, f->bits);
  }
  return code_operate(f->t, operation, f->bits, false, a, b);
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

static bool find_target(Frame *f, unsigned *line) {
  blanks(f);
  CodeSeen *seen;
  const RowName *name = row_name(f, f->at, 1, &seen);
  if (!name || !name->operand || name->operand->kind != CODE_NAME) {
    code_fail(f->t, "the table's steps go nowhere");
    return false;
  }
  f->at++;
  int found = code_label(f->t, f->t->line, name->operand->symbol);
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

// Whether what stands next is the register of the return address, by its name or as an operand.
static bool is_return_register(Frame *f) {
  const char *back = f->t->set->return_to;
  size_t length = word_length(f->at);
  CodeSeen *seen;
  const RowName *name = row_name(f, f->at, length, &seen);
  if (!back || f->at[length] != ')')
    return false;
  if (name)
    return name->operand && name->operand->kind == CODE_REGISTER && !strcmp(name->operand->reg.name, back);
  return length == strlen(back) && !memcmp(f->at, back, length);
}

// Where 'return' goes: out of the function, or into the one that takes its place.
static unsigned line_left_for(Reading *t) {
  return t->code->lines[t->line].enters ? code_enter(t, true) : code_return_line(t);
}

// step := 'return' | 'enter' | 'if' '(' e ')' ( 'goto' NAME | 'return' ) | 'goto' NAME | 'goto' '(' e ')' | NAME '=' e
// | e
static void step(Frame *f) {
  unsigned line;
  if (take(f, "if (")) {
    CodeValue condition = expression(f, 0);
    expect(f, ")");
    if (take(f, "return")) {
      code_branch(f->t, condition, line_left_for(f->t));
      return;
    }
    expect(f, "goto");
    if (find_target(f, &line))
      code_branch(f->t, condition, line);
    return;
  }
  f->t->jumps |= !strncmp(f->at, "return", 6) || !strncmp(f->at, "goto ", 5);
  if (take(f, "goto (")) {
    bool returns = is_return_register(f);
    CodeValue to = expression(f, 0);
    expect(f, ")");
    code_jump_by(f->t, to, returns);
    return;
  }
  if (take(f, "return")) {
    code_jump_to(f->t, line_left_for(f->t));
    return;
  }
  if (take(f, "enter")) {
    if (f->t->jumps) // by 'return'
      return;
    f->t->jumps = true;
    code_jump_to(f->t, code_enter(f->t, false));
    return;
  }
  if (take(f, "goto ")) {
    if (find_target(f, &line))
      code_jump_to(f->t, line);
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

bool code_carry_out(Reading *t, const RowMatch *match) {
  CodeSeen seen[ROW_NAMES] = {{0}};
  t->span = t->code->lines[t->line].span;
  char *text = arena_copy(t->arena, t->source->bytes + t->span.offset, t->span.length);
  for (char *tab = text; (tab = strchr(tab, '\t'));)
    *tab = ' ';
  t->text = text;
  t->temporaries = 0;
  Frame f = {.t = t, .match = match, .seen = seen, .at = row_steps(match, t->arena), .bits = match->bits};
  return run(&f);
}
