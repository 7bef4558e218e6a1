#include "harness/code/assemble.h"
#include "harness/code/row.h"
#include "harness/event/values.h"
#include "harness/lang/print.h"

#include <inttypes.h>
#include <string.h>

// A register of the machine that the code uses.
typedef struct {
  const char *name;
  bool is_fixed; // an instruction takes this very one, which it does not name
} UsedRegister;

typedef struct {
  const AssembledThread *of;
  const InstructionSet *set;
  const Source *source;
  Arena *arena;
  Diag *diag;
  Span span; // of the instruction
  UsedRegister *registers;
  size_t register_count, register_capacity;
  bool pointers[LIMIT_LOCATIONS]; // used by name: `at_x`
  bool reads_flags;
  const char *stored; // by the instruction, instead of what the test stores; NULL: nothing is
  Text code;
} Assembler;

static bool refuse(Assembler *a, const char *why) {
  return diag_error_at(a->diag, a->source, a->span, "'%.*s' is not run: %s", (int)a->span.length,
                       a->source->bytes + a->span.offset, why);
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_identifier(const char *name) {
  size_t length = 0;
  while (is_word(name[length]))
    length++;
  return length && !name[length] && (name[0] < '0' || name[0] > '9');
}

static bool is_listed(const char *list, const char *name) {
  size_t length = strlen(name);
  for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
    if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
      return true;
  return false;
}

// ---- Registers ----

static size_t use_register(Assembler *a, const char *name, bool fixed) {
  size_t i = 0;
  while (i < a->register_count && strcmp(a->registers[i].name, name) != 0)
    i++;
  if (i == a->register_count) {
    a->registers = arena_grow(a->arena, a->registers, &a->register_capacity, i + 1, sizeof *a->registers);
    a->registers[a->register_count++] = (UsedRegister){.name = name};
  }
  a->registers[i].is_fixed |= fixed;
  return i;
}

// What a register is called as an operand of the statement; the variable that it is has "cpu_" before it.
static void add_name(const Assembler *a, size_t reg, Text *out) {
  const char *name = a->registers[reg].name;
  if (is_identifier(name))
    text_add(out, name);
  else
    text_printf(out, "symbolic%zu", reg);
}

// "%w[": what prints so many bits of an operand.
static bool add_part(Assembler *a, unsigned bits) {
  const char *parts = a->set->syntax.parts;
  text_add_char(&a->code, '%');
  if (parts) {
    unsigned i = bits == 64 ? 0 : bits == 32 ? 1 : bits == 16 ? 2 : 3;
    if (parts[i] == ' ')
      return refuse(a, "a register has no such part");
    text_add_char(&a->code, parts[i]);
  }
  text_add_char(&a->code, '[');
  return true;
}

// The spelling of the register that reads as 0.
static bool add_zero(Assembler *a, unsigned bits) {
  for (unsigned i = 0; i < a->set->name_count; i++) {
    const RegisterName *name = &a->set->names[i];
    if (!*name->of && name->bits == bits) {
      text_add(&a->code, name->spelling);
      return true;
    }
  }
  return refuse(a, "a register has no such part");
}

static bool add_register(Assembler *a, const CodeRegister *reg) {
  if (reg->kind == 'c') {
    text_printf(&a->code, "%u", reg->number);
    return true;
  }
  if (reg->kind != 'r' || reg->shift)
    return refuse(a, "such a register is not taken");
  if (!*reg->name)
    return add_zero(a, reg->bits);
  if (a->set->return_to && !strcmp(reg->name, a->set->return_to) && !is_listed(a->set->syntax.reserved, reg->name))
    return refuse(a, "the register holds where the thread goes back to");
  size_t used = use_register(a, reg->name, false);
  if (!add_part(a, reg->bits))
    return false;
  add_name(a, used, &a->code);
  text_add_char(&a->code, ']');
  return true;
}

static int location_of(const Test *test, const char *name) {
  for (unsigned i = 0; i < test->location_count; i++)
    if (!strcmp(test->locations[i].name, name))
      return (int)i;
  return -1;
}

// A register that the address of a location is in.
static bool add_pointer(Assembler *a, const char *symbol) {
  int location = location_of(a->of->test, symbol);
  if (location < 0)
    return refuse(a, "it takes the address of a place in the code");
  a->pointers[location] = true;
  if (!add_part(a, 64))
    return false;
  text_printf(&a->code, "at_%s]", symbol);
  return true;
}

// ---- Operands ----

static void add_number(Assembler *a, Value number) {
  if (number < 0)
    text_printf(&a->code, "%" PRId64, (int64_t)number);
  else
    text_printf(&a->code, "%" PRIu64, (uint64_t)number);
}

static bool add_modifier(Assembler *a, const Modifier *m) {
  static const char kinds[] = {
      [MODIFIER_LEFT] = 'l', [MODIFIER_RIGHT] = 'r', [MODIFIER_ARITHMETIC] = 'a', [MODIFIER_ROTATE] = 'o'};
  if (m->kind == MODIFIER_NONE)
    return true;
  int kind = m->kind == MODIFIER_EXTEND ? (m->is_signed ? 's' : 'u') : kinds[m->kind];
  for (unsigned i = 0; i < a->set->word_count; i++) {
    const Word *word = &a->set->words[i];
    if (strcmp(word->group, "shift") != 0 || *word->text != kind || word->bits != m->bits)
      continue;
    text_printf(&a->code, ", %s", word->spelling);
    if (m->amount || m->kind != MODIFIER_EXTEND)
      text_printf(&a->code, " %s%u", a->set->syntax.immediate, m->amount);
    return true;
  }
  return refuse(a, "a shift has no such word");
}

// Base and index as they are printed: a location's name is a base.
typedef struct {
  bool by_name, has_base, has_index;
  const CodeRegister *base, *index;
} AddressParts;

static bool parts_of(Assembler *a, const CodeOperand *m, AddressParts *out) {
  *out = (AddressParts){
      .has_base = m->has_base && *m->reg.name, .has_index = m->has_index, .base = &m->reg, .index = &m->index};
  if (!m->symbol)
    return out->has_base || out->has_index || refuse(a, "its address is a number");
  if (out->has_base && out->has_index)
    return refuse(a, "a location and two registers make one address");
  if (out->has_base) {
    out->has_index = true;
    out->index = out->base;
  }
  out->by_name = out->has_base = true;
  return true;
}

static bool add_base(Assembler *a, const CodeOperand *m, const AddressParts *parts) {
  if (parts->by_name)
    return add_pointer(a, m->symbol);
  return !parts->has_base || add_register(a, parts->base);
}

// [base, #4]  [base, index, lsl #2]  [base, #4]!  [base], #4
static bool add_bracketed(Assembler *a, const CodeOperand *m, const AddressParts *parts) {
  if (parts->has_index && m->number)
    return refuse(a, "an index and a number make one address");
  text_add(&a->code, "[");
  if (!add_base(a, m, parts))
    return false;
  if (parts->has_index) {
    text_add(&a->code, ", ");
    if (!add_register(a, parts->index) || !add_modifier(a, &m->modifier))
      return false;
  } else if (m->number) {
    text_printf(&a->code, ", %s", a->set->syntax.immediate);
    add_number(a, m->number);
  }
  text_add(&a->code, m->write_back == WRITE_BACK_BEFORE ? "]!" : "]");
  if (m->write_back == WRITE_BACK_AFTER) {
    text_printf(&a->code, ", %s", a->set->syntax.immediate);
    add_number(a, m->number_after);
  }
  return true;
}

// 4(base)  4(base,index,8)
static bool add_parenthesised(Assembler *a, const CodeOperand *m, const AddressParts *parts) {
  add_number(a, m->number);
  text_add(&a->code, "(");
  if (!add_base(a, m, parts))
    return false;
  if (parts->has_index) {
    text_add(&a->code, ", ");
    if (!add_register(a, parts->index))
      return false;
    text_printf(&a->code, ", %u", parts->by_name && m->has_base ? 1 : m->scale);
  }
  text_add(&a->code, ")");
  return true;
}

static bool add_memory(Assembler *a, const CodeOperand *m) {
  AddressParts parts;
  if (!parts_of(a, m, &parts))
    return false;
  return a->set->syntax.brackets ? add_bracketed(a, m, &parts) : add_parenthesised(a, m, &parts);
}

static bool same_word(const char *text, const char *word) {
  size_t i = 0;
  for (; text[i] && word[i]; i++)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) != word[i])
      return false;
  return text[i] == word[i];
}

// One of the CPU's words, or a label.
static bool add_named(Assembler *a, const CodeOperand *operand, const RowMatch *match, char kind) {
  if (kind != '@') {
    for (unsigned i = 0; i < match->group_count; i++)
      if (same_word(operand->symbol, match->words[i]->spelling)) {
        text_add(&a->code, match->words[i]->spelling);
        return true;
      }
    return refuse(a, "it names what is no word of the CPU's");
  }
  const Thread *thread = &a->of->test->threads[a->of->thread];
  if (!strstr(match->row->steps, "goto"))
    return refuse(a, "it takes the address of a place in the code");
  unsigned line = 0;
  while (line < thread->line_count &&
         !(thread->lines[line].label && !strcmp(thread->lines[line].label, operand->symbol)))
    line++;
  text_printf(&a->code, ".Lline%u_%%=", line);
  return line < thread->line_count || refuse(a, "there is no such label");
}

static bool add_immediate(Assembler *a, const CodeOperand *operand, const RowMatch *match, char kind) {
  if (operand->symbol) {
    bool taken = kind != '#' && match->bits == 64 && !operand->number && operand->modifier.kind == MODIFIER_NONE;
    return taken ? add_pointer(a, operand->symbol) : refuse(a, "it takes a part of a location's address");
  }
  text_add(&a->code, a->set->syntax.immediate);
  add_number(a, operand->number);
  return add_modifier(a, &operand->modifier);
}

// A variable in the place of what an instruction stores.
static bool add_stored(Assembler *a, unsigned bits) {
  if (!add_part(a, bits))
    return false;
  text_printf(&a->code, "%s]", a->stored);
  return true;
}

static bool add_operand(Assembler *a, const CodeOperand *operand, const RowMatch *match) {
  char kind = ' '; // as the row has it
  if (a->stored && operand->kind != CODE_MEMORY)
    return add_stored(a, operand->kind == CODE_REGISTER ? operand->reg.bits : match->bits);
  for (unsigned i = 0; i < match->name_count; i++)
    if (match->names[i].operand == operand)
      kind = match->names[i].kind;
  switch (operand->kind) {
  case CODE_REGISTER:
    if (kind == 'Z' && !operand->reg.number) {
      text_add(&a->code, "0");
      return true;
    }
    return add_register(a, &operand->reg) && add_modifier(a, &operand->modifier);
  case CODE_IMMEDIATE:
    return add_immediate(a, operand, match, kind);
  case CODE_MEMORY:
    return add_memory(a, operand);
  case CODE_NAME:
    return add_named(a, operand, match, kind);
  }
  return false;
}

// ---- Instructions ----

// What stands in a group's place. Where it is nothing, and the group has a word for the width that the instruction
// works at, that one: no operand may say it.
static const char *word_of(const Assembler *a, const RowMatch *match, unsigned group, bool says_width) {
  const Word *word = match->words[group];
  for (unsigned i = 0; i < a->set->word_count && !*word->spelling && !word->bits && says_width; i++)
    if (!strcmp(a->set->words[i].group, word->group) && a->set->words[i].bits == match->bits)
      return a->set->words[i].spelling;
  return word->spelling;
}

static void add_mnemonic(Assembler *a, const RowMatch *match, bool says_width) {
  unsigned group = 0;
  for (const char *at = match->row->spelling; *at; at++) {
    if (*at != '{') {
      text_add_char(&a->code, *at);
      continue;
    }
    text_add(&a->code, word_of(a, match, group++, says_width));
    at = strchr(at, '}');
  }
}

// What the steps name besides the row's operands: registers that the instruction has to itself, and flags.
static bool look_at_steps(Assembler *a, const RowMatch *match) {
  const char *steps = row_steps(match, a->arena);
  if (strstr(steps, "return"))
    return refuse(a, "it leaves the thread, or goes to where a value points");
  for (const char *at = steps; *at;) {
    size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    const char *name = at;
    at += length ? length : 1;
    CodeRegister reg;
    if (length < 2 || !code_register_find(a->set, name, length, a->arena, &reg) || !*reg.name)
      continue;
    if (!strcmp(reg.name, a->set->stack))
      return refuse(a, "it uses the stack of the thread that runs it");
    if (a->set->return_to && !strcmp(reg.name, a->set->return_to))
      return refuse(a, "it uses where the thread goes back to");
    a->reads_flags |= reg.kind == 'f';
    if (reg.kind == 'r' && is_listed(a->set->syntax.reserved, reg.name))
      return refuse(a, "it uses a register that compilers keep for themselves");
    if (reg.kind == 'r')
      use_register(a, reg.name, true);
  }
  for (unsigned i = 0; i < match->name_count; i++)
    a->reads_flags |= !match->names[i].operand; // a condition
  if (strstr(steps, "goto (") || strstr(steps, "enter") || strstr(steps, "next"))
    return refuse(a, "it leaves the thread, or goes to where a value points");
  return true;
}

static bool add_instruction(Assembler *a) {
  CodeText text;
  RowMatch match;
  if (!code_text_read(a->set, a->source, a->span, a->arena, a->diag, &text) ||
      !row_find(a->set, a->of->dialect, a->source, &text, a->diag, &match) || !look_at_steps(a, &match))
    return false;
  add_mnemonic(a, &match, text.operand_count > 0);
  for (unsigned i = 0; i < text.operand_count; i++) { // in the order of the rows
    unsigned at = a->of->dialect->destination_first ? text.operand_count - 1 - i : i;
    text_add(&a->code, i ? ", " : " ");
    if (!add_operand(a, &text.operands[at], &match))
      return false;
  }
  return true;
}

static bool add_lines(Assembler *a) {
  const Thread *thread = &a->of->test->threads[a->of->thread];
  bool good = true;
  for (unsigned i = 0; i < thread->line_count; i++) {
    const CodeLine *line = &thread->lines[i];
    if (line->label)
      text_printf(&a->code, "      \".Lline%u_%%=:\\n\"\n", i);
    if (!line->span.length)
      continue;
    a->span = line->span;
    a->stored = a->of->stored ? a->of->stored[i] : NULL;
    text_add(&a->code, "      \"");
    good &= add_instruction(a);
    text_add(&a->code, "\\n\"\n");
  }
  return good;
}

// ---- The statement ----

static const char *whole_of(const Assembler *a, const char *name) {
  CodeRegister reg;
  if (*name == '%' || !code_register_find(a->set, name, strlen(name), a->arena, &reg))
    return name;
  return reg.name;
}

// What a register holds at first, as C.
static void add_initial(const Assembler *a, const char *name, Text *out) {
  const Test *test = a->of->test;
  const Thread *thread = &test->threads[a->of->thread];
  EventValue value = {-1, 0};
  for (unsigned r = 0; r < thread->register_count; r++)
    if (thread->registers[r].has_initial && !strcmp(whole_of(a, thread->registers[r].name), name))
      value = event_value_of(test, thread->registers[r].initial);
  if (value.location < 0)
    text_printf(out, "0x%" PRIx64 "u", (uint64_t)value.number);
  else
    text_printf(out, "(uint64_t)loc_%s + %" PRIu64 "u", test->locations[value.location].name, (uint64_t)value.number);
}

static void add_declarations(const Assembler *a, Text *out) {
  for (size_t i = 0; i < a->register_count; i++) {
    const char *name = a->registers[i].name;
    bool bound = is_identifier(name) && !is_listed(a->set->syntax.reserved, name);
    text_add(out, bound ? "  register uint64_t cpu_" : "  uint64_t cpu_");
    add_name(a, i, out);
    if (bound)
      text_printf(out, " " ASSEMBLER_STATEMENT "(\"%s\")", name);
    text_add(out, " = ");
    add_initial(a, name, out);
    text_add(out, ";\n");
  }
}

static void add_statement(Assembler *a, Text *out) {
  const AssemblerSyntax *syntax = &a->set->syntax;
  bool clears = a->reads_flags && *syntax->clear;
  text_printf(out, "  " ASSEMBLER_STATEMENT " volatile(\n");
  if (*syntax->extensions)
    text_printf(out, "      \"%s\\n\"\n", syntax->extensions);
  if (clears)
    text_printf(out, "      \"%s\\n\"\n", syntax->clear);
  text_add(out, a->code.length ? text_string(&a->code) : "      \"\"\n");
  text_add(out, "      :");
  for (size_t i = 0; i < a->register_count; i++) {
    text_add(out, i ? ", [" : " [");
    add_name(a, i, out);
    text_printf(out, "] \"+&%s\"(cpu_", syntax->constraint);
    add_name(a, i, out);
    text_add(out, ")");
  }
  const char *comma = " ";
  text_add(out, "\n      :");
  if (clears && strstr(syntax->clear, "%[nothing]")) {
    text_printf(out, " [nothing] \"%s\"((uint64_t)0)", syntax->constraint);
    comma = ", ";
  }
  for (unsigned l = 0; l < a->of->test->location_count; l++) {
    const char *name = a->of->test->locations[l].name;
    if (!a->pointers[l])
      continue;
    text_printf(out, "%s[at_%s] \"%s\"(loc_%s)", comma, name, syntax->constraint, name);
    comma = ", ";
  }
  for (unsigned i = 0; a->of->stored && i < a->of->test->threads[a->of->thread].line_count; i++)
    if (a->of->stored[i]) {
      text_printf(out, "%s[%s] \"%s\"(%s)", comma, a->of->stored[i], syntax->constraint, a->of->stored[i]);
      comma = ", ";
    }
  text_printf(out, "\n      : \"memory\"%s%s);\n", *syntax->clobbers ? ", " : "", syntax->clobbers);
}

// The test's registers, from those of the machine.
static void add_results(Assembler *a, Text *out) {
  const Thread *thread = &a->of->test->threads[a->of->thread];
  for (unsigned r = 0; r < thread->register_count; r++) {
    const char *name = whole_of(a, thread->registers[r].name);
    size_t i = 0;
    while (i < a->register_count && strcmp(a->registers[i].name, name) != 0)
      i++;
    text_add(out, "  const uint64_t ");
    register_identifier(thread, r, out);
    text_add(out, " = ");
    if (i < a->register_count) {
      text_add(out, "cpu_");
      add_name(a, i, out);
    } else {
      add_initial(a, name, out);
    }
    text_add(out, ";\n");
  }
}

// Names that C would not have, and registers that are not read back.
static bool check_names(const Assembler *a) {
  const Test *test = a->of->test;
  const Thread *thread = &test->threads[a->of->thread];
  for (unsigned l = 0; l < test->location_count; l++)
    if (!is_identifier(test->locations[l].name))
      return diag_error(a->diag, "%s is not run: a location is called '%s'", test->name, test->locations[l].name);
  for (unsigned r = 0; r < thread->register_count; r++) {
    CodeRegister reg;
    const char *name = thread->registers[r].name;
    if (code_register_find(a->set, name, strlen(name), a->arena, &reg) && (reg.kind != 'r' || reg.shift))
      return diag_error(a->diag, "%s is not run: '%s' of P%u is not read back", test->name, name, a->of->thread);
    if (event_value_of(test, thread->registers[r].initial).location >= (int)test->location_count)
      return diag_error(a->diag, "%s is not run: '%s' of P%u begins with a place in the code", test->name, name,
                        a->of->thread);
  }
  return true;
}

bool code_assemble(const AssembledThread *thread, Arena *arena, Text *out, Diag *diag) {
  Assembler a = {.of = thread, .set = thread->set, .source = thread->test->source, .arena = arena, .diag = diag};
  bool good = check_names(&a) && add_lines(&a);
  if (good) { // an exported program may be compiled anywhere
    text_printf(out,
                "#ifdef CPU_NAME\n  _Static_assert(!__builtin_strcmp(CPU_NAME, \"%s\"), \"a test in %s assembly\");\n"
                "#endif\n",
                a.set->arch, thread->dialect->name);
    add_declarations(&a, out);
    add_statement(&a, out);
    add_results(&a, out);
  }
  text_free(&a.code);
  return good;
}
