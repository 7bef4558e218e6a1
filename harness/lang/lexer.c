// Tokens, and numbers as C writes them, up to 128 bits.
#include "harness/lang/lexer.h"
#include "harness/base/utf8.h"

#include <string.h>

// Longest first where one begins another.
static const char *const symbols[] = {
    "<<=", ">>=", "/\\", "\\/", "=>", "==", "!=", "<>", "<=", ">=", "<<", ">>", "&&", "||", "++", "--", "+=",
    "-=",  "*=",  "/=",  "%=",  "&=", "|=", "^=", "->", "(",  ")",  "{",  "}",  "[",  "]",  ";",  ",",  ":",
    "*",   "&",   "+",   "-",   "/",  "%",  "^",  "|",  "~",  "!",  "=",  "<",  ">",  "?",  ".",
};

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_name(char c) { return is_name_start(c) || is_digit(c); }

static bool starts_with(const Lexer *lexer, size_t offset, const char *text) {
  size_t length = strlen(text);
  return lexer->source->length - offset >= length && !memcmp(lexer->source->bytes + offset, text, length);
}

// The byte there, NUL beyond the end.
static char byte_at(const Lexer *lexer, size_t offset) {
  if (offset >= lexer->source->length)
    return '\0';
  return lexer->source->bytes[offset];
}

void lexer_skip_blanks(Lexer *lexer) {
  while (is_blank(byte_at(lexer, lexer->offset)))
    lexer->offset++;
}

// In code, `(*b` reads b unless a `*)` of its own follows before the statement ends. It is looked for only so far
// ahead, that a line of nothing but `(*b` takes linear time.
static bool is_access(const Lexer *lexer) {
  enum { AHEAD = 256 };
  char after = byte_at(lexer, lexer->offset + 2);
  if (!lexer->in_code || (!is_name_start(after) && after != '('))
    return false;
  if (lexer->pointers)
    return true;
  unsigned depth = 0;
  for (size_t i = lexer->offset + 2; i < lexer->offset + AHEAD; i++) {
    char c = byte_at(lexer, i);
    if (!c || c == ';' || c == '{' || c == '}' || c == '\n')
      return true;
    if (starts_with(lexer, i, "(*")) {
      depth++;
      i++;
    } else if (starts_with(lexer, i, "*)")) {
      if (!depth--)
        return false;
      i++;
    }
  }
  return true;
}

static bool skip_nested_comment(Lexer *lexer) {
  unsigned depth = 0;
  while (lexer->offset < lexer->source->length) {
    if (starts_with(lexer, lexer->offset, "(*")) {
      depth++;
      lexer->offset += 2;
    } else if (starts_with(lexer, lexer->offset, "*)")) {
      lexer->offset += 2;
      if (!--depth)
        return true;
    } else {
      lexer->offset++;
    }
  }
  return false;
}

static bool skip_c_comment(Lexer *lexer) {
  lexer->offset += 2;
  while (lexer->offset < lexer->source->length) {
    if (starts_with(lexer, lexer->offset, "*/")) {
      lexer->offset += 2;
      return true;
    }
    lexer->offset++;
  }
  return false;
}

bool lexer_comment(Lexer *lexer, Span *text, bool *closed) {
  size_t begin = lexer->offset;
  size_t tail = 2; // what closes it
  if (starts_with(lexer, begin, "(*") && !is_access(lexer)) {
    *closed = skip_nested_comment(lexer);
  } else if (starts_with(lexer, begin, "/*")) {
    *closed = skip_c_comment(lexer);
  } else if (starts_with(lexer, begin, "//")) {
    while (lexer->offset < lexer->source->length && lexer->source->bytes[lexer->offset] != '\n')
      lexer->offset++;
    *closed = true;
    tail = 0;
  } else {
    return false;
  }
  if (!*closed)
    tail = 0;
  *text = (Span){begin + 2, lexer->offset - begin - 2 - tail};
  return true;
}

static size_t symbol_length(const Lexer *lexer) {
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
    if (starts_with(lexer, lexer->offset, symbols[i]))
      return strlen(symbols[i]);
  return 0;
}

// A string ends on its line; there are no escapes.
static Token string_token(const Lexer *lexer) {
  size_t end = lexer->offset + 1;
  while (end < lexer->source->length && byte_at(lexer, end) != '"' && byte_at(lexer, end) != '\n')
    end++;
  if (byte_at(lexer, end) != '"')
    return (Token){
        .kind = TOKEN_BAD, .span = {lexer->offset, end - lexer->offset}, .problem = "no '\"' ends this string"};
  return (Token){.kind = TOKEN_STRING, .span = {lexer->offset, end + 1 - lexer->offset}};
}

static Token bad_token(const Lexer *lexer) {
  size_t end = lexer->offset + 1;
  if (byte_at(lexer, lexer->offset) == '\'' && byte_at(lexer, end) && byte_at(lexer, end + 1) == '\'')
    return (Token){.kind = TOKEN_BAD,
                   .span = {lexer->offset, 3},
                   .problem = "characters are not in the language: write the number"};
  uint32_t code;
  const Source *source = lexer->source;
  return (Token){
      .kind = TOKEN_BAD,
      .span = {lexer->offset, utf8_lenient(source->bytes + lexer->offset, source->length - lexer->offset, &code)},
      .problem = "this character has no meaning in the litmus language"};
}

static Token token_here(const Lexer *lexer) {
  char c = byte_at(lexer, lexer->offset);
  if (lexer->offset >= lexer->source->length)
    return (Token){.kind = TOKEN_END, .span = {lexer->source->length, 0}};
  if (is_name(c)) {
    size_t end = lexer->offset;
    while (is_name(byte_at(lexer, end)))
      end++;
    return (Token){.kind = is_digit(c) ? TOKEN_NUMBER : TOKEN_NAME, .span = {lexer->offset, end - lexer->offset}};
  }
  if (c == '"')
    return string_token(lexer);
  size_t length = symbol_length(lexer);
  return length ? (Token){.kind = TOKEN_SYMBOL, .span = {lexer->offset, length}} : bad_token(lexer);
}

Token lexer_next(Lexer *lexer) {
  for (;;) {
    lexer_skip_blanks(lexer);
    Span text;
    bool closed;
    size_t begin = lexer->offset;
    if (!lexer_comment(lexer, &text, &closed))
      break;
    if (!closed)
      return (Token){.kind = TOKEN_BAD,
                     .span = {begin, 2},
                     .text = lexer->source->bytes + begin,
                     .problem = "the file ends inside this comment"};
  }
  Token token = token_here(lexer);
  token.text = lexer->source->bytes + token.span.offset;
  lexer->offset = token.span.offset + token.span.length;
  return token;
}

bool token_is(Token token, const char *text) {
  return (token.kind == TOKEN_NAME || token.kind == TOKEN_SYMBOL) && strlen(text) == token.span.length &&
         !memcmp(text, token.text, token.span.length);
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

// u, l, ul, lu, ll, ull, llu in any case, but both letters of ll alike.
static bool read_suffix(const char *s, size_t length, bool *is_unsigned, unsigned *longs) {
  *is_unsigned = false;
  *longs = 0;
  for (size_t i = 0; i < length;) {
    int c = s[i] | 0x20;
    if (c == 'u' && !*is_unsigned) {
      *is_unsigned = true;
      i++;
    } else if (c == 'l' && !*longs) {
      *longs = i + 1 < length && s[i + 1] == s[i] ? 2 : 1;
      i += *longs;
    } else {
      return false;
    }
  }
  return true;
}

static bool holds(BaseType type, UnsignedValue value) {
  unsigned bits = base_type_bits(type) - (base_type_signed(type) ? 1 : 0);
  return bits == 128 || value >> bits == 0;
}

// C17 6.4.4.1p5: the first type of the list that holds the value.
static BaseType number_type(UnsignedValue value, bool is_decimal, bool is_unsigned, unsigned longs) {
  static const BaseType candidates[] = {BASE_INT,      BASE_UINT,      BASE_LONG,   BASE_ULONG,
                                        BASE_LONGLONG, BASE_ULONGLONG, BASE_INT128, BASE_UINT128};
  const size_t count = sizeof candidates / sizeof *candidates;
  for (size_t i = (size_t)longs * 2; i < count; i++) {
    bool has_sign = base_type_signed(candidates[i]);
    if ((is_unsigned && has_sign) || (is_decimal && !is_unsigned && !has_sign))
      continue;
    if (holds(candidates[i], value))
      return candidates[i];
  }
  return BASE_UINT128;
}

const char *number_read(Token token, Value *value, BaseType *type) {
  const char *s = token.text;
  size_t length = token.span.length, i = 0;
  int base = 10;
  if (length > 1 && s[0] == '0') {
    if ((s[1] | 0x20) == 'x') {
      base = 16;
      i = 2;
    } else if (digit_value(s[1]) < 10) {
      return "a number does not begin with 0 here: write it in decimal or hexadecimal";
    }
  }
  size_t first = i;
  UnsignedValue sum = 0;
  for (; i < length && digit_value(s[i]) < base; i++) {
    UnsignedValue next = sum * (unsigned)base + (unsigned)digit_value(s[i]);
    if (sum > ~(UnsignedValue)0 / (unsigned)base || next < sum * (unsigned)base)
      return "a number of more than 128 bits";
    sum = next;
  }
  bool is_unsigned;
  unsigned longs;
  if (i == first || !read_suffix(s + i, length - i, &is_unsigned, &longs))
    return "this is not a number";
  *value = (Value)sum;
  *type = number_type(sum, base == 10, is_unsigned, longs);
  return NULL;
}

bool number_fits(Number number, BaseType type) {
  if (type == BASE_BOOL)
    return number.magnitude <= 1 && !number.is_negative;
  UnsignedValue highest = (UnsignedValue)1 << (base_type_bits(type) - 1);
  return number.is_negative ? number.magnitude <= highest : number.magnitude <= highest + (highest - 1);
}

Value number_value(Number number, BaseType type) {
  return type_wrap(type, (Value)(number.is_negative ? -number.magnitude : number.magnitude));
}
