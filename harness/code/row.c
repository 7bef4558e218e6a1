#include "harness/code/row.h"

#include <stdlib.h>
#include <string.h>

// The group that begins at '{'. Sets its name's length, the letter bound ({group:x}; 0: none) and where it ends.
static const char *group_at(const char *at, size_t *length, char *bound, const char **end) {
  const char *name = at + 1;
  *length = strcspn(name, ":}");
  *bound = '\0';
  if (name[*length] == ':')
    *bound = name[*length + 1];
  *end = strchr(name, '}') + 1;
  return name;
}

static bool in_group(const Word *word, const char *group, size_t length) {
  return strlen(word->group) == length && !memcmp(word->group, group, length);
}

// ---- Spellings ----

// Whether the rest of a spelling fits the rest of a mnemonic, word by word; the first way that does.
static bool fits_spelling(const InstructionSet *set, const char *pattern, const char *text, RowMatch *match) {
  while (*pattern && *pattern != '{') {
    if (*pattern++ != *text++)
      return false;
  }
  if (!*pattern)
    return !*text;
  size_t length;
  char bound;
  const char *end, *group = group_at(pattern, &length, &bound, &end);
  if (match->group_count == ROW_GROUPS)
    return false;
  unsigned mine = match->group_count++;
  match->groups[mine] = group;
  match->group_lengths[mine] = length;
  for (unsigned i = 0; i < set->word_count; i++) {
    const Word *word = &set->words[i];
    size_t size = strlen(word->spelling);
    if (!in_group(word, group, length) || strncmp(text, word->spelling, size) != 0)
      continue;
    unsigned names = match->name_count;
    match->words[mine] = word;
    if (bound && match->name_count < ROW_NAMES)
      match->names[match->name_count++] = (RowName){.name = bound, .text = word->text, .kind = '{'};
    if (fits_spelling(set, end, text + size, match))
      return true;
    match->name_count = names;
    match->group_count = mine + 1;
  }
  match->group_count = mine;
  return false;
}

// ---- Operands ----

static bool same_name(const CodeOperand *operand, const char *word) {
  const char *text = operand->symbol;
  if (operand->kind != CODE_NAME || strlen(text) != strlen(word))
    return false;
  for (size_t i = 0; text[i]; i++)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) != word[i])
      return false;
  return true;
}

static bool is_general(const CodeOperand *operand, unsigned bits) {
  return operand->kind == CODE_REGISTER && operand->reg.kind == 'r' && operand->modifier.kind == MODIFIER_NONE &&
         (!bits || operand->reg.bits == bits);
}

static bool fits_kind(char kind, const CodeOperand *operand, unsigned *width, unsigned *last) {
  switch (kind) {
  case 'R':
    if (!is_general(operand, *width))
      return false;
    *width = operand->reg.bits;
    return true;
  case 'B':
  case 'H':
  case 'W':
  case 'X': {
    unsigned bits = kind == 'B' ? 8 : kind == 'H' ? 16 : kind == 'W' ? 32 : 64;
    *last = *last ? *last : bits;
    return is_general(operand, bits);
  }
  case 'N':
    return is_general(operand, 0) && !*operand->reg.name;
  case 'Z':
    return is_general(operand, 0) || (operand->kind == CODE_IMMEDIATE && operand->number == 0 && !operand->symbol);
  case 'C':
    return operand->kind == CODE_REGISTER && operand->reg.kind == 'c';
  case 'V':
    return operand->kind == CODE_REGISTER && operand->reg.kind == 'v';
  case 'O':
    return (operand->kind == CODE_REGISTER && operand->reg.kind == 'r') || operand->kind == CODE_IMMEDIATE;
  case 'E':
    if (operand->kind == CODE_REGISTER && operand->reg.kind == 'r')
      *last = operand->reg.bits;
    return is_general(operand, 0) || operand->kind == CODE_IMMEDIATE || operand->kind == CODE_MEMORY;
  case '#':
    return operand->kind == CODE_IMMEDIATE && operand->modifier.kind == MODIFIER_NONE;
  case 'M':
    return operand->kind == CODE_MEMORY;
  case '@':
    return operand->kind == CODE_NAME;
  default:
    return false;
  }
}

// Whether two operands of one name are the same.
static bool same_operand(const CodeOperand *a, const CodeOperand *b) {
  return a->kind == CODE_REGISTER && b->kind == CODE_REGISTER && !strcmp(a->reg.name, b->reg.name) &&
         a->reg.bits == b->reg.bits && a->reg.shift == b->reg.shift;
}

static bool bind(RowMatch *match, RowName name) {
  for (unsigned i = 0; i < match->name_count; i++)
    if (match->names[i].name == name.name)
      return match->names[i].operand && name.operand && same_operand(match->names[i].operand, name.operand);
  if (match->name_count == ROW_NAMES)
    return false;
  match->names[match->name_count++] = name;
  return true;
}

static bool fits_word(const InstructionSet *set, const char **pattern, const CodeOperand *operand, RowMatch *match) {
  size_t length;
  char bound;
  const char *group = group_at(*pattern, &length, &bound, pattern);
  for (unsigned i = 0; i < set->word_count; i++) {
    const Word *word = &set->words[i];
    if (!in_group(word, group, length) || !same_name(operand, word->spelling) || match->group_count == ROW_GROUPS)
      continue;
    match->groups[match->group_count] = group;
    match->group_lengths[match->group_count] = length;
    match->words[match->group_count++] = word;
    return !bound || bind(match, (RowName){.name = bound, .text = word->text, .kind = '{'});
  }
  return false;
}

// Operands are seen in the order of the rows: `from` is the first, `step` 1 or -1.
static bool fits_operands(const InstructionSet *set, const CodeText *text, bool reversed, RowMatch *match) {
  const char *pattern = match->row->operands;
  unsigned width = 0, last = 0, count = 0;
  while (*pattern) {
    if (count == text->operand_count)
      return false;
    const CodeOperand *operand = &text->operands[reversed ? text->operand_count - 1 - count : count];
    if (*pattern >= '0' && *pattern <= '9') {
      char *end;
      if (operand->kind != CODE_IMMEDIATE || operand->number != (Value)strtoul(pattern, &end, 10))
        return false;
      pattern = end;
    } else if (*pattern == '{') {
      if (!fits_word(set, &pattern, operand, match))
        return false;
    } else {
      if (!fits_kind(pattern[0], operand, &width, &last) ||
          !bind(match, (RowName){.name = pattern[1], .operand = operand, .kind = pattern[0]}))
        return false;
      pattern += 2;
    }
    count++;
    pattern += strspn(pattern, ", ");
  }
  match->bits = width ? width : last;
  return count == text->operand_count;
}

static bool fits(const InstructionSet *set, const AssemblyDialect *dialect, const InstructionRow *row,
                 const CodeText *text, bool *spelled, RowMatch *match) {
  *match = (RowMatch){.row = row};
  if (row->spelling[0] != '{' && row->spelling[0] != text->mnemonic[0])
    return false;
  if (!fits_spelling(set, row->spelling, text->mnemonic, match))
    return false;
  *spelled = true;
  unsigned bits = 0;
  if (!fits_operands(set, text, dialect->destination_first, match))
    return false;
  for (unsigned i = 0; i < match->group_count; i++)
    bits = match->words[i]->bits ? match->words[i]->bits : bits;
  if (bits || !match->bits)
    match->bits = bits ? bits : dialect->bits;
  return true;
}

bool row_find(const InstructionSet *set, const AssemblyDialect *dialect, const Source *source, const CodeText *text,
              Diag *diag, RowMatch *out) {
  const InstructionRow *spelled = NULL;
  for (unsigned i = 0; i < set->row_count; i++) {
    bool is_spelled = false;
    if (fits(set, dialect, &set->rows[i], text, &is_spelled, out))
      return true;
    if (is_spelled && !spelled)
      spelled = &set->rows[i];
  }
  Span span = text->mnemonic_span;
  if (!spelled && text->callee)
    return diag_error_at(diag, source, span, "no row of the %s table tells what a call of '%s' does", set->arch,
                         text->callee);
  if (!spelled)
    return diag_error_at(diag, source, span, "no row of the %s table tells what '%.*s' does", set->arch,
                         (int)span.length, source->bytes + span.offset);
  if (text->operand_count) {
    const CodeOperand *last = &text->operands[text->operand_count - 1];
    span.length = last->span.offset + last->span.length - span.offset;
  }
  return diag_error_at(diag, source, span, "no row of the %s table tells of '%s' with these operands", set->arch,
                       text->mnemonic);
}

const char *row_steps(const RowMatch *match, Arena *arena) {
  const char *steps = match->row->steps;
  if (!strchr(steps, '{'))
    return steps;
  Text text = {0};
  while (*steps) {
    if (*steps != '{') {
      text_add_char(&text, *steps++);
      continue;
    }
    size_t length;
    char bound;
    const char *group = group_at(steps, &length, &bound, &steps);
    for (unsigned i = 0; i < match->group_count; i++)
      if (match->group_lengths[i] == length && !memcmp(match->groups[i], group, length)) {
        text_add(&text, match->words[i]->text);
        break;
      }
  }
  return text_finish(&text, arena);
}
