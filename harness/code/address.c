#include "harness/code/address.h"
#include "harness/code/jump.h"

CodeValue code_modified(Reading *t, CodeValue v, const Modifier *m, unsigned bits) {
  switch (m->kind) {
  case MODIFIER_NONE:
    return v;
  case MODIFIER_LEFT:
    return code_operate(t, OP_SHL, bits, false, v, code_number(m->amount));
  case MODIFIER_RIGHT:
    return code_operate(t, OP_SHR, bits, false, code_narrowed(t, v, bits), code_number(m->amount));
  case MODIFIER_ARITHMETIC:
    return code_arithmetic_right(t, v, code_number(m->amount), bits);
  case MODIFIER_ROTATE:
    return code_rotated(t, v, code_number(m->amount), bits);
  case MODIFIER_EXTEND:
    v = code_narrowed(t, code_extended(t, v, m->bits, m->is_signed), bits);
    return m->amount ? code_operate(t, OP_SHL, bits, false, v, code_number(m->amount)) : v;
  }
  return v;
}

CodeValue code_added(Reading *t, CodeValue a, CodeValue b) {
  if (code_is_number(b) && !b.operand.constant.number)
    return a;
  if (code_is_number(a) && !a.operand.constant.number)
    return b;
  return code_operate(t, OP_ADD, 64, false, a, b);
}

CodeValue code_symbol_value(Reading *t, const char *name) {
  int location = t->code->location_of(t->code->context, name);
  if (location >= 0)
    return code_constant((EventValue){location, 0});
  int line = code_label(t, t->line, name);
  if (line >= 0)
    return code_line_place(t, (unsigned)line);
  if (!t->failed)
    diag_error_at(t->diag, t->source, t->span, "'%s': '%s' is no register, location or label", t->text, name);
  t->failed = true;
  return code_number(0);
}

CodeValue code_address_of(Reading *t, const CodeOperand *m, CodeSeen *seen) {
  if (seen->has_address)
    return seen->address;
  CodeValue base = m->has_base ? code_read_register(t, &m->reg) : code_number(0);
  CodeValue at = base;
  if (m->has_index) {
    CodeValue index = code_read_register(t, &m->index);
    index = m->scale > 1 ? code_operate(t, OP_MUL, 64, false, index, code_number(m->scale))
                         : code_modified(t, index, &m->modifier, 64);
    at = code_added(t, at, index);
  }
  if (m->symbol)
    at = code_added(t, code_symbol_value(t, m->symbol), at);
  at = code_added(t, at, code_number(code_as_64(m->number)));
  if (m->write_back == WRITE_BACK_BEFORE)
    at = code_copy(t, at);
  if (m->write_back == WRITE_BACK_AFTER)
    at = code_copy(t, base);
  seen->has_address = true;
  seen->address = at;
  if (m->write_back != WRITE_BACK_NONE)
    code_write_register(
        t, &m->reg,
        m->write_back == WRITE_BACK_BEFORE ? at : code_added(t, at, code_number(code_as_64(m->number_after))));
  return at;
}
