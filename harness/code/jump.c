#include "harness/code/jump.h"

#include <string.h>

int code_label(const Reading *t, unsigned from, const char *name) {
  const CodeLine *lines = t->code->lines;
  for (unsigned i = 0; i < t->code->line_count; i++)
    if (lines[i].label && lines[i].scope == lines[from].scope && !strcmp(lines[i].label, name))
      return (int)i;
  return -1;
}

unsigned code_return_line(const Reading *t) {
  unsigned line = t->return_lines[t->code->lines[t->line].scope];
  return line ? line : t->code->line_count;
}

unsigned code_enter(Reading *t, bool takes_place) {
  unsigned enters = t->code->lines[t->line].enters;
  const CodeLine *first = &t->code->lines[enters];
  t->return_lines[first->scope] = takes_place ? code_return_line(t) : first->after;
  return enters;
}

CodeValue code_line_place(const Reading *t, unsigned line) {
  return code_constant((EventValue){(int)(t->code->first_place + line), 0});
}

void code_jump_to(Reading *t, unsigned line) {
  t->fixups = arena_grow(t->arena, t->fixups, &t->fixup_capacity, t->fixup_count + 1, sizeof *t->fixups);
  t->fixups[t->fixup_count++] = (CodeFixup){code_emit(t, (Instr){.kind = INSTR_JUMP}), line};
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

void code_branch(Reading *t, CodeValue condition, unsigned line) {
  if (code_is_constant(condition)) {
    if (condition.operand.constant.location >= 0 || condition.operand.constant.number)
      code_jump_to(t, line);
    return;
  }
  unsigned skip = code_emit(t, (Instr){.kind = INSTR_BRANCH, .a = condition.operand});
  if (!comes_next(t, line))
    code_jump_to(t, line);
  code_patch(t, skip);
}

void code_jump_by(Reading *t, CodeValue to, bool returns) {
  if (code_on_stack(to)) {
    code_fail(t, "it jumps into the stack");
    return;
  }
  // A function goes nowhere else but back.
  if (t->code->has_stack && !returns) {
    code_fail(t, "it goes to where a value points, which is not followed");
    return;
  }
  unsigned first = t->code->has_stack ? code_return_line(t) : 0,
           last = t->code->has_stack ? first : t->code->line_count;
  for (unsigned line = first; line <= last; line++) {
    bool is_target =
        line == t->code->line_count || t->code->lines[line].label || (line && t->code->lines[line - 1].span.length);
    if (!is_target)
      continue;
    CodeValue here = code_operate(t, OP_EQ, 64, false, to, code_line_place(t, line));
    if (code_is_constant(here)) {
      if (here.operand.constant.number) {
        code_jump_to(t, line);
        return;
      }
      continue;
    }
    unsigned skip = code_emit(t, (Instr){.kind = INSTR_BRANCH, .a = here.operand});
    code_jump_to(t, line);
    code_patch(t, skip);
  }
  code_assume(t, code_number(0)); // nowhere
}
