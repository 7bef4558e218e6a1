// The lines of a thread, one after the other.
#include "harness/code/jump.h"
#include "harness/code/memory.h"
#include "harness/code/steps.h"

#include <stdio.h>
#include <string.h>

enum { READINGS = 32 }; // of a thread whose loops lose what points into the stack

// Points to the stack as it is known where a line is jumped to: all ways there must agree.
typedef struct {
  bool is_set;
  bool is_guess; // so far nothing is known to go there: it has what the line before left
  size_t count;
  CodeState *states;
} Arrival;

static CodeState *copy_states(const Reading *t) {
  CodeState *copy = ARENA_ARRAY(t->arena, CodeState, t->state_count);
  if (t->state_count)
    memcpy(copy, t->states, t->state_count * sizeof *copy);
  return copy;
}

static bool same_known(const CodeState *a, const CodeState *b) {
  return a->bits == b->bits && a->is_known == b->is_known && (!a->is_known || event_value_equal(a->known, b->known));
}

// Whether the register has it on both ways, though it is not known to be the same.
static bool both_held(const CodeState *a, const CodeState *b) {
  return a->bits == b->bits && code_is_held(a) && code_is_held(b);
}

// What an arrival knows of a register; of one that came up since then, nothing.
static CodeState known_there(const Arrival *arrival, size_t state) {
  return state < arrival->count ? arrival->states[state] : (CodeState){0};
}

// Whether the way here does not agree with what was gone by there.
static bool differs(const Reading *t, const Arrival *arrival, size_t state) {
  CodeState there = known_there(arrival, state);
  const CodeState *here = &t->states[state];
  return !there.is_lost && (here->is_lost || !same_known(here, &there)) && (there.is_known || !both_held(here, &there));
}

// The first jump back to a line that nothing else goes to: the thread is read again, with what is known here.
static void enter(Reading *t, Arrival *arrival, unsigned line) {
  bool any = false;
  for (size_t i = 0; i < t->state_count; i++)
    any |= differs(t, arrival, i);
  arrival->is_guess = false;
  if (!any)
    return;
  t->entries = arena_grow(t->arena, t->entries, &t->entry_capacity, t->entry_count + 1, sizeof *t->entries);
  t->entries[t->entry_count++] = (CodeEntry){line, copy_states(t), t->state_count};
  t->again = true;
}

// A jump back to a line. All that was gone by from there on is to hold still; where it does not, the thread is read
// again, and that is lost from there on.
static void come_back(Reading *t, Arrival *arrival, unsigned line) {
  if (arrival->is_guess) {
    enter(t, arrival, line);
    return;
  }
  for (size_t i = 0; i < t->state_count; i++) {
    if (!differs(t, arrival, i))
      continue;
    t->losses = arena_grow(t->arena, t->losses, &t->loss_capacity, t->loss_count + 1, sizeof *t->losses);
    CodeState there = known_there(arrival, i);
    t->losses[t->loss_count++] = (CodeLoss){line, t->states[i].name, both_held(&t->states[i], &there)};
    t->again = true;
  }
}

static void lose(Reading *t, Arrival *arrival) {
  bool any = false;
  for (size_t i = 0; i < t->loss_count; i++)
    if (t->losses[i].line == t->line) {
      unsigned state = code_state(t, t->losses[i].state); // may move the states
      t->states[state].is_lost |= !t->losses[i].is_held || !code_is_held(&t->states[state]);
      t->states[state].is_known = false;
      any = true;
    }
  if (any)
    *arrival = (Arrival){.is_set = true, .count = t->state_count, .states = copy_states(t)};
}

static bool is_nothing(const CodeState *state) { return !state->bits && !state->is_known && !state->is_lost; }

// Whether on a way on which nothing was put into this slot nothing was put where it lies, either. What is there then no
// code may read.
static bool is_free(const Reading *t, const CodeState *way, size_t count, size_t state, unsigned bits) {
  const CodeSlot *slot = NULL;
  for (size_t i = 0; i < t->slot_count && !slot; i++)
    slot = t->slots[i].reg == state ? &t->slots[i] : NULL;
  for (size_t i = 0; slot && i < t->slot_count; i++) {
    const CodeSlot *other = &t->slots[i];
    bool meets =
        other->offset < slot->offset + (Value)(bits / 8) && slot->offset < other->offset + (Value)(other->bits / 8);
    if (other != slot && meets && other->reg < count && !is_nothing(&way[other->reg]))
      return false;
  }
  return slot;
}

// What is known of a state that may be either.
static void differ(CodeState *merged, const CodeState *here, const CodeState *there) {
  if (!here->is_lost && !there->is_lost && same_known(here, there))
    return;
  merged->is_lost = !both_held(here, there);
  merged->is_known = false;
}

// Another way to a line that is still to be read: what the two do not agree on is lost there.
static void merge(const Reading *t, Arrival *arrival) {
  CodeState *merged = copy_states(t);
  for (size_t i = 0; i < t->state_count; i++) {
    CodeState here = t->states[i], there = known_there(arrival, i);
    if (is_nothing(&here) && there.bits && is_free(t, t->states, t->state_count, i, there.bits))
      merged[i] = there;
    else if (!is_nothing(&there) || !here.bits || !is_free(t, arrival->states, arrival->count, i, here.bits))
      differ(&merged[i], &here, &there);
  }
  *arrival = (Arrival){.is_set = true, .count = t->state_count, .states = merged};
}

static void arrive(Reading *t, Arrival *arrivals, unsigned line) {
  Arrival *arrival = &arrivals[line];
  if (!arrival->is_set)
    *arrival = (Arrival){.is_set = true, .count = t->state_count, .states = copy_states(t)};
  else if (line > t->line)
    merge(t, arrival);
  else
    come_back(t, arrival, line);
}

// What is known at a line where ways meet, or where nothing goes on from the line before.
static void take_over(Reading *t, const Arrival *arrival) {
  for (size_t i = 0; i < t->state_count; i++) {
    CodeState there = known_there(arrival, i);
    t->states[i].is_known = there.is_known;
    t->states[i].is_lost = there.is_lost;
    t->states[i].known = there.known;
    t->states[i].bits = there.bits;
  }
}

// What is known at a line that nothing has gone to yet, nor goes on to: what was found when it was read before, else
// what the line before left.
static void guess(Reading *t, Arrival *arrival) {
  const CodeEntry *entry = NULL;
  for (size_t i = 0; i < t->entry_count; i++)
    if (t->entries[i].line == t->line)
      entry = &t->entries[i];
  for (size_t i = 0; entry && i < t->state_count; i++)
    t->states[i].is_known = t->states[i].is_lost = false;
  for (size_t i = 0; entry && i < entry->count; i++) {
    CodeState *state = &t->states[code_state(t, entry->states[i].name)];
    state->is_known = entry->states[i].is_known;
    state->is_lost = entry->states[i].is_lost;
    state->known = entry->states[i].known;
    state->bits = entry->states[i].bits;
  }
  *arrival = (Arrival){.is_set = true, .is_guess = !entry, .count = t->state_count, .states = copy_states(t)};
}

// The function that the line goes to, as rows know it.
static const char *callee(const Reading *t, const CodeLine *line) {
  if (line->enters)
    return FOLLOWED_FUNCTION;
  const CodeCallee *known = t->code->callees;
  while (known && known->name && strcmp(known->name, line->calls) != 0)
    known++;
  return known && known->name ? known->as : line->calls;
}

// What goes to a function elsewhere is an instruction of its own, spelled with its name: "bl __aarch64_swp4_rel".
static void name_callee(const Reading *t, const CodeLine *line, CodeText *text) {
  size_t length = strlen(text->mnemonic);
  snprintf(text->mnemonic + length, sizeof text->mnemonic - length, " %s", callee(t, line));
  text->callee = line->calls;
  text->operand_count = 0;
}

static bool read_line(Reading *t, Arrival *arrivals, bool *falls_through) {
  const CodeLine *line = &t->code->lines[t->line];
  size_t jumps = t->fixup_count;
  CodeText text;
  RowMatch match;
  t->jumps = false;
  if (!code_text_read(t->set, t->source, line->span, t->arena, t->diag, &text))
    return false;
  if (line->calls)
    name_callee(t, line, &text);
  if (!row_find(t->set, t->code->dialect, t->source, &text, t->diag, &match) || !code_carry_out(t, &match))
    return false;
  for (size_t i = jumps; i < t->fixup_count; i++)
    arrive(t, arrivals, t->fixups[i].line);
  *falls_through = !t->jumps;
  return true;
}

// Where the lines of a function go by name: what else it has is reached from the line before, or not at all. NULL of a
// thread that may go to where a register points.
static const bool *find_targets(const Reading *t) {
  if (!t->code->has_stack)
    return NULL;
  bool *targets = ARENA_ARRAY(t->arena, bool, t->code->line_count + 1);
  Diag quiet = {.arena = t->arena};
  for (unsigned i = 0; i < t->code->line_count; i++) {
    CodeText text;
    Span span = t->code->lines[i].span;
    if (!span.length || !code_text_read(t->set, t->source, span, t->arena, &quiet, &text))
      continue; // which is reported when it is reached
    for (unsigned o = 0; o < text.operand_count; o++) {
      bool is_name = text.operands[o].kind == CODE_NAME && text.operands[o].symbol;
      int line = is_name ? code_label(t, i, text.operands[o].symbol) : -1;
      if (line >= 0)
        targets[line] = true;
    }
  }
  return targets;
}

static bool read_lines(Reading *t, const bool *targets, unsigned *starts) {
  Arrival *arrivals = ARENA_ARRAY(t->arena, Arrival, t->code->line_count + 1);
  bool good = true, falls_through = true;
  for (t->line = 0; t->line < t->code->line_count; t->line++) {
    const CodeLine *line = &t->code->lines[t->line];
    starts[t->line] = (unsigned)t->count;
    Arrival *arrival = &arrivals[t->line];
    if (targets && !falls_through && !arrival->is_set && !targets[t->line])
      continue; // behind a jump or the end: padding, data
    if (arrival->is_set && falls_through)
      merge(t, arrival);
    if (arrival->is_set)
      take_over(t, arrival);
    else if (targets && !falls_through)
      guess(t, arrival);
    else if (line->label)
      *arrival = (Arrival){.is_set = true, .count = t->state_count, .states = copy_states(t)};
    lose(t, arrival);
    falls_through |= arrival->is_set;
    if (line->is_end && falls_through) {
      t->span = t->code->lines[t->line - 1].span;
      return diag_error_at(t->diag, t->source, t->span, "what is called does not end where its listing does");
    }
    if (line->span.length && !read_line(t, arrivals, &falls_through)) {
      good = false;
      t->failed = false; // other lines may have errors of their own
    }
  }
  starts[t->line] = (unsigned)t->count;
  if (arrivals[t->line].is_set)
    take_over(t, &arrivals[t->line]);
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

// Temporary registers come after the others.
static void settle_all(Reading *t) {
  for (size_t i = 0; i < t->count; i++) {
    Instr *instr = &t->instrs[i];
    instr->dst = settle(t, instr->dst);
    settle_operand(t, &instr->address);
    settle_operand(t, &instr->value);
    settle_operand(t, &instr->a);
    settle_operand(t, &instr->b);
  }
}

// Jumps go to where their lines begin.
static void place_jumps(Reading *t, const unsigned *starts) {
  for (size_t i = 0; i < t->fixup_count; i++)
    t->instrs[t->fixups[i].instr].target = starts[t->fixups[i].line];
}

// Whether some path goes on behind the last instruction: then what is listed is not the whole function.
static bool falls_off(const Reading *t) {
  unsigned *open = ARENA_ARRAY(t->arena, unsigned, 2 * t->count + 1), count = 0;
  bool *reached = ARENA_ARRAY(t->arena, bool, t->count + 1);
  open[count++] = 0;
  while (count) {
    unsigned at = open[--count];
    if (at >= t->count || reached[at])
      continue;
    reached[at] = true;
    const Instr *instr = &t->instrs[at];
    bool jumps = instr->kind == INSTR_JUMP,
         nowhere = instr->kind == INSTR_ASSUME && !instr->fair && !instr->a.is_register && !instr->a.constant.number;
    if (jumps || instr->kind == INSTR_BRANCH || instr->kind == INSTR_EITHER || instr->kind == INSTR_CHOOSE)
      open[count++] = instr->target;
    if (jumps || nowhere)
      continue;
    if (at + 1 == t->count)
      return true;
    open[count++] = at + 1;
  }
  return !t->count;
}

static bool state_of_name(Reading *t, const char *name, unsigned *state) {
  CodeRegister reg;
  if (*name == '%' || !code_register_find(t->set, name, strlen(name), t->arena, &reg))
    reg = (CodeRegister){.name = name};
  *state = code_state(t, reg.name);
  return true;
}

static void begin(Reading *t) {
  const ThreadCode *code = t->code;
  t->return_lines = ARENA_ARRAY(t->arena, unsigned, code->line_count + (size_t)1);
  if (code->has_stack) {
    unsigned stack = code_state(t, t->set->stack);
    t->states[stack].is_known = true;
    t->states[stack].known = (EventValue){CODE_STACK, 0};
  }
  if (t->set->return_to) {
    unsigned back = code_state(t, t->set->return_to);
    t->states[back].initial = (EventValue){(int)(code->first_place + code->line_count), 0};
  }
  for (unsigned i = 0; code->frame_is_zero && i < code->observed_count; i++)
    code_zero_on_stack(t, (Value)CODE_FRAME + code->observed[i].offset, code->observed[i].bits);
  for (unsigned i = 0; i < code->initial_count; i++) {
    unsigned state;
    EventValue value = code->initial[i].value;
    if (!state_of_name(t, code->initial[i].name, &state))
      continue;
    t->states[state].is_known = value.location == CODE_STACK || code_in_layout(code, code_constant(value));
    t->states[state].known = value;
    if (value.location != CODE_STACK)
      t->states[state].initial = value;
  }
}

// A field of 128 bits whose halves were put there: they are joined behind the last line.
static bool find_halves(Reading *t, Value offset, CodeObserved *field) {
  const CodeSlot *low = code_slot(t, offset, 64), *high = code_slot(t, offset + 8, 64);
  if (!low || !high)
    return false;
  unsigned low_reg = low->reg, high_reg = high->reg;
  field->reg = code_state(t, arena_printf(t->arena, "whole %d", (int)offset));
  code_emit_operation(t, field->reg, OP_SHL, 128, false, code_in_register(high_reg, 64), code_number(64));
  code_emit_operation(t, field->reg, OP_OR, 128, false, code_in_register(field->reg, 128),
                      code_in_register(low_reg, 64));
  return true;
}

// What a field is where the thread ends.
static bool find_last(Reading *t, Value offset, CodeObserved *field) {
  CodeValue v = code_load_stack(t, offset, field->bits);
  field->reg = code_state(t, arena_printf(t->arena, "result %u", field->offset));
  code_set_state(t, field->reg, v);
  if (!code_is_held(&t->states[field->reg]))
    code_fail(t, "the address of the thread's stack leaves it");
  return !t->failed;
}

// The register that a field of the frame is kept in; 0 is in it if nothing was put there.
static bool find_field(Reading *t, CodeObserved *field) {
  Value offset = (Value)CODE_FRAME + field->offset;
  field->is_written = code_stack_is_written(t, offset, field->bits);
  if (t->code->frame_is_zero)
    return find_last(t, offset, field);
  const CodeSlot *slot = code_slot(t, offset, field->bits);
  if (!slot && field->bits == 128 && find_halves(t, offset, field))
    return true;
  if (!slot && code_overlaps(t, offset, field->bits))
    return diag_error(t->diag, "P%u: the %u bits at %u of what it leaves behind are not written as such",
                      t->code->thread, field->bits, field->offset);
  field->reg = slot ? slot->reg : code_state(t, "nothing");
  return true;
}

static bool find_observed(Reading *t) {
  bool good = true;
  for (unsigned i = 0; i < t->code->observed_count; i++) {
    CodeObserved *observed = &t->code->observed[i];
    good &= observed->name ? state_of_name(t, observed->name, &observed->reg) : find_field(t, observed);
  }
  return good;
}

// Reads the lines until nothing more is lost.
static bool read_all(Reading *t, unsigned *starts) {
  const bool *targets = find_targets(t);
  for (unsigned turn = 0; turn < READINGS; turn++) {
    Diag before = *t->diag;
    size_t losses = t->loss_count, entries = t->entry_count;
    bool good = read_lines(t, targets, starts);
    if (!t->again)
      return good;
    *t->diag = before; // what was told may come of what is lost by now
    if (before.last)
      before.last->next = NULL;
    *t = (Reading){.code = t->code,
                   .set = t->set,
                   .source = t->source,
                   .arena = t->arena,
                   .diag = t->diag,
                   .losses = t->losses,
                   .loss_count = t->entry_count > entries ? losses : t->loss_count, // others may come of the guess
                   .loss_capacity = t->loss_capacity,
                   .entries = t->entries,
                   .entry_count = t->entry_count,
                   .entry_capacity = t->entry_capacity};
    begin(t);
  }
  return diag_error(t->diag, "P%u: what points into the stack is not settled after %u readings", t->code->thread,
                    READINGS);
}

bool code_thread(const ThreadCode *code, Arena *arena, Diag *diag, ProgramThread *out) {
  Reading t = {.code = code, .set = code->set, .source = code->source, .arena = arena, .diag = diag};
  begin(&t);
  unsigned *starts = ARENA_ARRAY(arena, unsigned, code->line_count + 1);
  if (!read_all(&t, starts))
    return false;
  place_jumps(&t, starts);
  if (code->has_stack && falls_off(&t))
    return diag_error(diag, "P%u: its code does not end where its listing does", code->thread);
  if (!find_observed(&t))
    return false;
  settle_all(&t);
  unsigned registers = (unsigned)t.state_count + t.temporary_peak;
  *out = (ProgramThread){.source = code->source,
                         .instrs = t.instrs,
                         .instr_count = (unsigned)t.count,
                         .register_count = registers,
                         .initial = ARENA_ARRAY(arena, EventValue, registers)};
  for (unsigned r = 0; r < registers; r++)
    out->initial[r] = r < t.state_count ? t.states[r].initial : (EventValue){-1, 0};
  return true;
}
