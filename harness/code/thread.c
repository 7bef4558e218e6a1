// The lines of a thread, one after the other.
#include "harness/code/steps.h"

#include <string.h>

// Points to the stack as it is known where a line is jumped to: all ways there must agree.
typedef struct {
  bool is_set;
  size_t count;
  CodeState *states;
} Arrival;

static bool same_known(const CodeState *a, const CodeState *b) {
  return a->is_known == b->is_known && (!a->is_known || event_value_equal(a->known, b->known));
}

static CodeState *copy_states(const Reading *t) {
  CodeState *copy = ARENA_ARRAY(t->arena, CodeState, t->state_count);
  if (t->state_count)
    memcpy(copy, t->states, t->state_count * sizeof *copy);
  return copy;
}

// Whether what is known of the stack agrees with what was known before; registers that came up since then were not.
static bool agrees(const Reading *t, const Arrival *arrival) {
  static const CodeState unknown = {0};
  for (size_t i = 0; i < t->state_count; i++)
    if (!same_known(&t->states[i], i < arrival->count ? &arrival->states[i] : &unknown))
      return false;
  return true;
}

static bool arrive(Reading *t, Arrival *arrivals, unsigned line, Span from) {
  Arrival *arrival = &arrivals[line];
  if (!arrival->is_set)
    *arrival = (Arrival){true, t->state_count, copy_states(t)};
  else if (!agrees(t, arrival) && line < t->code->line_count)
    return diag_error_at(t->diag, t->source, from, "the ways to this place do not agree on what points into the stack");
  return true;
}

// What is known at a line: from the line before, or where nothing goes on from there, from who jumped here.
static void take_over(Reading *t, const Arrival *arrival) {
  for (size_t i = 0; i < t->state_count && i < arrival->count; i++) {
    t->states[i].is_known = arrival->states[i].is_known;
    t->states[i].known = arrival->states[i].known;
  }
}

static bool read_line(Reading *t, Arrival *arrivals, bool *falls_through) {
  const CodeLine *line = &t->code->lines[t->line];
  size_t jumps = t->fixup_count;
  CodeText text;
  RowMatch match;
  t->jumps = false;
  if (!code_text_read(t->set, t->source, line->span, t->arena, t->diag, &text) ||
      !row_find(t->set, t->code->dialect, t->source, &text, t->diag, &match) || !code_carry_out(t, &match))
    return false;
  for (size_t i = jumps; i < t->fixup_count; i++)
    if (!arrive(t, arrivals, t->fixups[i].line, line->span))
      return false;
  *falls_through = !t->jumps;
  return true;
}

static bool read_lines(Reading *t, unsigned *starts) {
  Arrival *arrivals = ARENA_ARRAY(t->arena, Arrival, t->code->line_count + 1);
  bool good = true, falls_through = true;
  for (t->line = 0; t->line < t->code->line_count; t->line++) {
    const CodeLine *line = &t->code->lines[t->line];
    starts[t->line] = (unsigned)t->count;
    if (arrivals[t->line].is_set && !falls_through)
      take_over(t, &arrivals[t->line]);
    else if (line->label && good)
      good = arrive(t, arrivals, t->line, line->span);
    falls_through |= arrivals[t->line].is_set;
    if (!line->span.length)
      continue;
    if (!read_line(t, arrivals, &falls_through)) {
      good = false;
      t->failed = false; // other lines may have errors of their own
    }
  }
  starts[t->line] = (unsigned)t->count;
  return good;
}

// ---- A whole thread ----

static unsigned settle(const Reading *t, unsigned reg) {
  return reg >= CODE_TEMPORARY && reg != NO_REGISTER ? (unsigned)t->state_count + reg - CODE_TEMPORARY : reg;
}

static void settle_operand(const Reading *t, Operand *operand) {
  if (operand->is_register)
    operand->reg = settle(t, operand->reg);
}

// Temporary registers come after the others; jumps go to where their lines begin.
static void settle_all(Reading *t, const unsigned *starts) {
  for (size_t i = 0; i < t->count; i++) {
    Instr *instr = &t->instrs[i];
    instr->dst = settle(t, instr->dst);
    settle_operand(t, &instr->address);
    settle_operand(t, &instr->value);
    settle_operand(t, &instr->a);
    settle_operand(t, &instr->b);
  }
  for (size_t i = 0; i < t->fixup_count; i++)
    t->instrs[t->fixups[i].instr].target = starts[t->fixups[i].line];
}

static bool state_of_name(Reading *t, const char *name, unsigned *state) {
  CodeRegister reg;
  if (*name == '%' || !code_register_find(t->set, name, strlen(name), t->arena, &reg))
    reg = (CodeRegister){.name = name};
  *state = code_state(t, reg.name);
  return true;
}

static void begin(Reading *t) {
  const CodeThread *code = t->code;
  if (code->has_stack) {
    unsigned stack = code_state(t, t->set->stack);
    t->states[stack].is_known = true;
    t->states[stack].known = (EventValue){CODE_STACK, 0};
  }
  if (t->set->return_to) {
    unsigned back = code_state(t, t->set->return_to);
    t->states[back].initial = (EventValue){(int)(code->first_place + code->line_count), 0};
  }
  for (unsigned i = 0; i < code->initial_count; i++) {
    unsigned state;
    if (state_of_name(t, code->initial[i].name, &state))
      t->states[state].initial = code->initial[i].value;
  }
}

bool code_thread(const CodeThread *code, Arena *arena, Diag *diag, ProgramThread *out) {
  Reading t = {.code = code, .set = code->set, .source = code->source, .arena = arena, .diag = diag};
  begin(&t);
  unsigned *starts = ARENA_ARRAY(arena, unsigned, code->line_count + 1);
  if (!read_lines(&t, starts))
    return false;
  for (unsigned i = 0; i < code->observed_count; i++)
    state_of_name(&t, code->observed[i].name, &code->observed[i].reg);
  settle_all(&t, starts);
  unsigned registers = (unsigned)t.state_count + t.temporary_peak;
  *out = (ProgramThread){.instrs = t.instrs,
                         .instr_count = (unsigned)t.count,
                         .register_count = registers,
                         .initial = ARENA_ARRAY(arena, EventValue, registers)};
  for (unsigned r = 0; r < registers; r++)
    out->initial[r] = r < t.state_count ? t.states[r].initial : (EventValue){-1, 0};
  return true;
}
