// Program -> text.
#include "harness/lang/print.h"
#include "harness/event/program.h"

void program_print_value(const Program *program, EventValue value, Text *out) {
  if (value.location == LOCATION_ANY) {
    text_add(out, "any value");
    return;
  }
  if (value.location >= 0)
    text_printf(out, "&%s", program_location_name(program, value.location));
  if (value.location >= 0 && value.number)
    text_add_char(out, '+');
  if (value.location < 0 || value.number)
    value_print(value.number, BASE_INT128, out);
}

static void print_operand(const Operand *operand, const Program *program, Text *out) {
  if (operand->is_register)
    text_printf(out, "t%u", operand->reg);
  else
    program_print_value(program, operand->constant, out);
}

static void print_arithmetic(const Instr *instr, const Program *program, Text *out) {
  text_printf(out, "t%u = ", instr->dst);
  switch (instr->operation) {
  case OP_MOVE:
    break;
  case OP_NEG:
  case OP_NOT:
  case OP_COMPLEMENT:
    text_add(out, operation_name(instr->operation));
    break;
  default:
    print_operand(&instr->a, program, out);
    text_printf(out, " %s ", operation_name(instr->operation));
    print_operand(&instr->b, program, out);
    return;
  }
  print_operand(&instr->a, program, out);
}

static void print_body(const Instr *instr, const Program *program, Text *out) {
  switch (instr->kind) {
  case INSTR_READ:
  case INSTR_RMW:
    if (instr->dst != NO_REGISTER)
      text_printf(out, "t%u = ", instr->dst);
    text_add_char(out, '[');
    print_operand(&instr->address, program, out);
    text_add_char(out, ']');
    if (instr->kind == INSTR_READ)
      break;
    text_printf(out, "; %s ", instr->operation == OP_SECOND ? "=" : operation_name(instr->operation));
    print_operand(&instr->value, program, out);
    break;
  case INSTR_WRITE:
    text_add_char(out, '[');
    print_operand(&instr->address, program, out);
    text_add(out, "] = ");
    print_operand(&instr->value, program, out);
    break;
  case INSTR_FENCE:
    text_add(out, "fence");
    break;
  case INSTR_OPERATION:
    print_arithmetic(instr, program, out);
    break;
  case INSTR_BRANCH:
    text_add(out, "unless ");
    print_operand(&instr->a, program, out);
    text_printf(out, " go to %u", instr->target);
    break;
  case INSTR_JUMP:
    text_printf(out, "go to %u", instr->target);
    break;
  case INSTR_EITHER:
    text_printf(out, "maybe go to %u", instr->target);
    break;
  case INSTR_CHOOSE:
    text_add(out, "unless picked by ");
    print_operand(&instr->a, program, out);
    text_printf(out, " go to %u", instr->target);
    break;
  case INSTR_FORGET:
    text_add(out, "forget the reservation");
    break;
  case INSTR_ASSUME:
    text_add(out, "assume ");
    print_operand(&instr->a, program, out);
    break;
  }
}

static void print_instr(const Instr *instr, const Program *program, Text *out) {
  print_body(instr, program, out);
  if (instr->kind == INSTR_READ || instr->kind == INSTR_WRITE || instr->kind == INSTR_RMW ||
      instr->kind == INSTR_FENCE) {
    text_printf(out, "  # %s", instr->text);
    if (*instr->tags)
      text_printf(out, " [%s]", instr->tags);
    if (*instr->write_tags)
      text_printf(out, "[%s]", instr->write_tags);
  }
  text_add_char(out, '\n');
}

void program_print(const Program *program, Text *out) {
  for (unsigned t = 0; t < program->thread_count; t++) {
    const ProgramThread *thread = &program->threads[t];
    text_printf(out, "P%u:\n", t);
    for (unsigned i = 0; i < thread->instr_count; i++) {
      text_printf(out, "%4u  ", i);
      print_instr(&thread->instrs[i], program, out);
    }
  }
}
