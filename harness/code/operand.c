#include "harness/code/operand.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  const InstructionSet *set;
  const Source *source;
  Arena *arena;
  Diag *diag;
  size_t at, end; // bytes of the source
} Scanner;

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static char lower(char c) {
  if (c >= 'A' && c <= 'Z')
    c = (char)(c + 32);
  return c;
}
static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
static bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '$'; }

static char peek_at(const Scanner *s, size_t ahead) {
  char next = '\0';
  if (s->at + ahead < s->end)
    next = s->source->bytes[s->at + ahead];
  return next;
}
static char peek(const Scanner *s) { return peek_at(s, 0); }

static void skip_blanks(Scanner *s) {
  while (s->at < s->end && is_blank(peek(s)))
    s->at++;
}

static bool take(Scanner *s, char c) {
  skip_blanks(s);
  if (peek(s) != c)
    return false;
  s->at++;
  return true;
}

static bool error(Scanner *s, size_t begin, const char *what) {
  size_t length = s->end > begin ? s->end - begin : 1;
  return diag_error_at(s->diag, s->source, (Span){begin, length}, "%s", what);
}

static Span name_here(Scanner *s) {
  skip_blanks(s);
  size_t begin = s->at;
  if (peek(s) == '%')
    s->at++;
  while (is_name(peek(s)))
    s->at++;
  return (Span){begin, s->at - begin};
}

static bool same_word(const char *text, size_t length, const char *word) {
  if (strlen(word) != length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (lower(text[i]) != word[i])
      return false;
  return true;
}

// ---- Registers ----

// Whether `name` is the spelling, with a number for its '#'.
static bool fits_name(const RegisterName *row, const char *name, size_t length, unsigned *number) {
  const char *mark = strchr(row->spelling, '#');
  if (!mark)
    return same_word(name, length, row->spelling);
  size_t head = (size_t)(mark - row->spelling), tail = strlen(mark + 1);
  if (length < head + tail + 1 || length > head + tail + 2)
    return false;
  for (size_t i = 0; i < head; i++)
    if (lower(name[i]) != row->spelling[i])
      return false;
  for (size_t i = 0; i < tail; i++)
    if (lower(name[length - tail + i]) != mark[1 + i])
      return false;
  unsigned value = 0;
  for (size_t i = head; i < length - tail; i++) {
    if (!is_digit(name[i]))
      return false;
    value = value * 10 + (unsigned)(name[i] - '0');
  }
  *number = value;
  bool leading_zero = name[head] == '0' && length - tail - head > 1;
  return !leading_zero && value >= row->first && value <= row->last;
}

bool code_register_find(const InstructionSet *set, const char *name, size_t length, Arena *arena, CodeRegister *out) {
  if (length && *name == '%') {
    name++;
    length--;
  }
  for (unsigned i = 0; i < set->name_count; i++) {
    const RegisterName *row = &set->names[i];
    unsigned number = 0;
    if (!fits_name(row, name, length, &number))
      continue;
    const char *mark = strchr(row->of, '#');
    unsigned of = (unsigned)((int)number + row->offset);
    const char *whole = row->of;
    if (mark)
      whole = arena_printf(arena, "%.*s%u%s", (int)(mark - row->of), row->of, of, mark + 1);
    *out = (CodeRegister){.name = whole, .bits = row->bits, .shift = row->shift, .number = of, .kind = row->kind};
    return true;
  }
  return false;
}

// ---- Numbers and words ----

// [ '-' | '+' ] digits, decimal or hexadecimal.
static bool read_number(Scanner *s, Value *out) {
  skip_blanks(s);
  size_t begin = s->at;
  bool negative = peek(s) == '-';
  if (peek(s) == '-' || peek(s) == '+')
    s->at++;
  bool hexadecimal = peek(s) == '0' && lower(peek_at(s, 1)) == 'x';
  if (hexadecimal)
    s->at += 2;
  UnsignedValue value = 0;
  size_t digits = s->at;
  for (; is_digit(peek(s)) || (hexadecimal && lower(peek(s)) >= 'a' && lower(peek(s)) <= 'f'); s->at++) {
    char c = lower(peek(s));
    value = value * (hexadecimal ? 16 : 10) + (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);
    if (value >> 64)
      return error(s, begin, "a number of more than 64 bits");
  }
  if (s->at == digits)
    return error(s, begin, "expected a number");
  *out = negative ? -(Value)value : (Value)value;
  return true;
}

static bool at_number(const Scanner *s) {
  char c = peek(s);
  return is_digit(c) || ((c == '-' || c == '+') && is_digit(peek_at(s, 1)));
}

// `lsl #2`, `sxtw`: a word of the group "shift". *found: whether there is one.
static bool read_modifier(Scanner *s, Modifier *out, bool *found) {
  skip_blanks(s);
  size_t begin = s->at;
  Span name = name_here(s);
  *found = false;
  for (unsigned i = 0; i < s->set->word_count && !*found; i++) {
    const Word *word = &s->set->words[i];
    if (strcmp(word->group, "shift") != 0 || !same_word(s->source->bytes + name.offset, name.length, word->spelling))
      continue;
    static const char kinds[] = {
        [MODIFIER_LEFT] = 'l', [MODIFIER_RIGHT] = 'r', [MODIFIER_ARITHMETIC] = 'a', [MODIFIER_ROTATE] = 'o'};
    *out = (Modifier){.kind = MODIFIER_EXTEND, .is_signed = *word->text == 's', .bits = word->bits};
    for (unsigned k = MODIFIER_LEFT; k <= MODIFIER_ROTATE; k++)
      if (*word->text == kinds[k])
        out->kind = (ModifierKind)k;
    *found = true;
  }
  if (!*found) {
    s->at = begin;
    return true;
  }
  bool marked = take(s, '#');
  if (!marked && !at_number(s))
    return out->kind == MODIFIER_EXTEND || error(s, begin, "expected by how much");
  Value amount;
  if (!read_number(s, &amount))
    return false;
  if (amount < 0 || amount > 63)
    return error(s, begin, "a shift by 0 to 63");
  out->amount = (unsigned)amount;
  return true;
}

// ---- Memory ----

static bool add_symbol(Scanner *s, CodeOperand *m, Span name) {
  if (m->symbol)
    return error(s, name.offset, "a second name in one address");
  m->symbol = arena_copy(s->arena, s->source->bytes + name.offset, name.length);
  return true;
}

static bool add_register(Scanner *s, CodeOperand *m, const CodeRegister *reg, size_t begin) {
  if (!m->has_base) {
    m->has_base = true;
    m->reg = *reg;
    return true;
  }
  if (m->has_index)
    return error(s, begin, "a third register in one address");
  m->has_index = true;
  m->index = *reg;
  return true;
}

// A name within an address: a register, maybe scaled (`rbx*4`), or a location.
static bool read_address_name(Scanner *s, CodeOperand *m) {
  Span name = name_here(s);
  const char *text = s->source->bytes + name.offset;
  if (!name.length)
    return error(s, s->at, "expected a register, a number or a location in this address");
  CodeRegister reg = {0};
  if (code_register_find(s->set, text, name.length, s->arena, &reg) && reg.kind == 'r') {
    if (take(s, '*')) {
      Value scale = 0;
      if (!read_number(s, &scale))
        return false;
      m->scale = (unsigned)scale;
      m->has_index = true;
      m->index = reg;
      return true;
    }
    return add_register(s, m, &reg, name.offset);
  }
  if (*text == '%') {
    reg = (CodeRegister){.name = arena_copy(s->arena, text, name.length), .bits = 64, .kind = 'r'};
    return add_register(s, m, &reg, name.offset);
  }
  return add_symbol(s, m, name);
}

// What stands between brackets, or after a displacement in parentheses: terms with ',', '+' or '-' between them.
static bool read_address(Scanner *s, CodeOperand *m, char close) {
  bool first = true;
  for (;; first = false) {
    skip_blanks(s);
    if (take(s, close))
      return !first || error(s, s->at, "expected an address");
    if (!first && peek(s) != '-' && !take(s, ',') && !take(s, '+'))
      return error(s, s->at, "expected ',' or the end of the address");
    skip_blanks(s);
    if (close == ')' && peek(s) == ',') { // (,%rbx,4): no base
      m->has_base = true;
      m->reg = (CodeRegister){.name = "", .bits = 64, .kind = 'r'};
      continue;
    }
    bool found = false;
    if (take(s, '#') || at_number(s)) {
      Value number = 0;
      if (!read_number(s, &number))
        return false;
      if (close == ')' && m->has_index)
        m->scale = (unsigned)number;
      else
        m->number += number;
      continue;
    }
    if (m->has_index && !read_modifier(s, &m->modifier, &found))
      return false;
    if (!found && !read_address_name(s, m))
      return false;
  }
}

static bool check_address(Scanner *s, CodeOperand *m) {
  if (!m->scale)
    m->scale = 1;
  if (m->scale != 1 && m->scale != 2 && m->scale != 4 && m->scale != 8)
    return error(s, m->span.offset, "a scale is 1, 2, 4 or 8");
  return true;
}

// ---- Operands ----

// `1c <P0+0x1c>`: a place in a listing, by its address; as the name ".1c".
static bool at_place(const Scanner *s) {
  Scanner ahead = *s;
  if (peek(&ahead) == '0' && lower(peek_at(&ahead, 1)) == 'x')
    ahead.at += 2;
  size_t begin = ahead.at;
  while (is_digit(peek(&ahead)) || (lower(peek(&ahead)) >= 'a' && lower(peek(&ahead)) <= 'f'))
    ahead.at++;
  return ahead.at > begin && is_blank(peek(&ahead)) && peek_at(&ahead, 1) == '<';
}

static void read_place(Scanner *s, CodeOperand *out) {
  if (lower(peek_at(s, 1)) == 'x')
    s->at += 2;
  size_t begin = s->at;
  while (!is_blank(peek(s)))
    s->at++;
  out->kind = CODE_NAME;
  out->symbol = arena_printf(s->arena, ".%.*s", (int)(s->at - begin), s->source->bytes + begin);
  while (s->at < s->end && peek(s) != '>')
    s->at++;
  take(s, '>');
}

// The element of a vector register that a name has behind it: `v0.d[1]`.
static void read_lane(Scanner *s, Span *name) {
  size_t at = s->at;
  if (peek(s) != '[' || !memchr(s->source->bytes + name->offset, '.', name->length))
    return;
  for (at++; at < s->end && is_digit(s->source->bytes[at]);)
    at++;
  if (at == s->end || s->source->bytes[at] != ']')
    return;
  s->at = at + 1;
  name->length = s->at - name->offset;
}

static bool read_name_operand(Scanner *s, CodeOperand *out) {
  Span name = name_here(s);
  read_lane(s, &name);
  const char *text = s->source->bytes + name.offset;
  if (!name.length)
    return error(s, s->at, "expected an operand");
  if (take(s, '(')) {
    out->kind = CODE_MEMORY;
    return add_symbol(s, out, name) && read_address(s, out, ')') && check_address(s, out);
  }
  if (code_register_find(s->set, text, name.length, s->arena, &out->reg) && out->reg.kind != 'f') {
    out->kind = CODE_REGISTER;
    return true;
  }
  if (*text == '%') {
    out->kind = CODE_REGISTER;
    out->reg = (CodeRegister){.name = arena_copy(s->arena, text, name.length), .bits = 64, .kind = 'r'};
    return true;
  }
  out->kind = CODE_NAME;
  out->symbol = arena_copy(s->arena, text, name.length);
  return true;
}

static bool read_operand(Scanner *s, CodeOperand *out) {
  skip_blanks(s);
  take(s, '*'); // an indirect jump's
  skip_blanks(s);
  *out = (CodeOperand){.kind = CODE_IMMEDIATE, .span = {s->at, 0}};
  char c = peek(s);
  if (c == '[') {
    s->at++;
    out->kind = CODE_MEMORY;
    if (!read_address(s, out, ']') || !check_address(s, out))
      return false;
    if (take(s, '!'))
      out->write_back = WRITE_BACK_BEFORE;
  } else if (c == '(') {
    s->at++;
    out->kind = CODE_MEMORY;
    if (!read_address(s, out, ')') || !check_address(s, out))
      return false;
  } else if (at_place(s)) {
    read_place(s, out);
  } else if (c == '#' || c == '$' || at_number(s)) {
    s->at += c == '#' || c == '$';
    skip_blanks(s);
    if (!at_number(s)) {
      Span name = name_here(s);
      return (name.length || error(s, name.offset, "expected a number")) && add_symbol(s, out, name);
    }
    if (!read_number(s, &out->number))
      return false;
    if (peek(s) == '*') { // a bit of a condition field: 4*cr7+eq
      while (s->at < s->end && peek(s) != ',' && !is_blank(peek(s)))
        s->at++;
      out->kind = CODE_NAME;
      out->symbol = arena_copy(s->arena, s->source->bytes + out->span.offset, s->at - out->span.offset);
    }
    if (peek(s) == '(' && (s->at++, true)) {
      out->kind = CODE_MEMORY;
      if (!read_address(s, out, ')') || !check_address(s, out))
        return false;
    }
  } else if (!read_name_operand(s, out)) {
    return false;
  }
  out->span.length = s->at - out->span.offset;
  return true;
}

// An operand that belongs to the one before it: a shift or an extension, or what is added to a base afterwards.
static bool read_continuation(Scanner *s, CodeOperand *before, bool *found) {
  *found = false;
  skip_blanks(s);
  if (before->kind == CODE_MEMORY && s->set->post_index && before->write_back == WRITE_BACK_NONE &&
      (peek(s) == '#' || at_number(s))) {
    take(s, '#');
    before->write_back = WRITE_BACK_AFTER;
    *found = true;
    return read_number(s, &before->number_after);
  }
  if (before->kind != CODE_REGISTER && before->kind != CODE_IMMEDIATE)
    return true;
  if (!read_modifier(s, &before->modifier, found))
    return false;
  if (*found)
    before->span.length = s->at - before->span.offset;
  return true;
}

// mnemonic := { prefix } word
static bool read_mnemonic(Scanner *s, CodeText *out) {
  size_t length = 0;
  for (bool prefix = true; prefix;) {
    skip_blanks(s);
    size_t begin = s->at;
    while (s->at < s->end && !is_blank(peek(s)))
      s->at++;
    size_t word = s->at - begin;
    if (!word || length + word + 2 > CODE_MNEMONIC)
      return error(s, begin, "expected an instruction");
    out->mnemonic_span = (Span){begin, word};
    prefix = false;
    const char *text = s->source->bytes + begin;
    const char *kept = NULL;
    for (unsigned i = 0; i < s->set->word_count && !prefix; i++)
      if (!strcmp(s->set->words[i].group, "prefix") && same_word(text, word, s->set->words[i].spelling)) {
        prefix = true;
        kept = s->set->words[i].text;
      }
    skip_blanks(s);
    if (prefix && s->at == s->end) // alone, it is an instruction
      prefix = false;
    if (prefix) {
      size_t kept_length = strlen(kept);
      if (length + kept_length + 2 > CODE_MNEMONIC)
        return error(s, begin, "too many prefixes");
      memcpy(out->mnemonic + length, kept, kept_length);
      length += kept_length;
      continue;
    }
    for (size_t i = 0; i < word; i++)
      out->mnemonic[length++] = lower(text[i]);
  }
  out->mnemonic[length] = '\0';
  return true;
}

bool code_text_read(const InstructionSet *set, const Source *source, Span span, Arena *arena, Diag *diag,
                    CodeText *out) {
  Scanner s = {
      .set = set, .source = source, .arena = arena, .diag = diag, .at = span.offset, .end = span.offset + span.length};
  *out = (CodeText){0};
  if (!read_mnemonic(&s, out))
    return false;
  skip_blanks(&s);
  for (bool first = true; s.at < s.end; first = false) {
    if (!first && !take(&s, ','))
      return error(&s, s.at, "expected ',' between two operands");
    bool found = false;
    if (!first && !read_continuation(&s, &out->operands[out->operand_count - 1], &found))
      return false;
    if (!found) {
      if (out->operand_count == CODE_OPERANDS)
        return error(&s, s.at, "more than 8 operands");
      if (!read_operand(&s, &out->operands[out->operand_count]))
        return false;
      out->operand_count++;
    }
    skip_blanks(&s);
  }
  return true;
}
