// The dialects of C, a row each: told from one another by what a test uses.
#include "harness/lang/dialect.h"
#include "harness/lang/parser.h"

#include <string.h>

const Dialect *const dialect_all[] = {&dialect_c11, &dialect_linux, NULL};

static bool has_type(const Dialect *dialect, Token token) {
  for (unsigned i = 0; i < dialect->type_count; i++)
    if (token_is(token, dialect->types[i].name))
      return true;
  return false;
}

static bool has_primitive(const Dialect *dialect, Token token) {
  for (unsigned i = 0; i < dialect->primitive_count; i++)
    if (token_is(token, dialect->primitives[i].name))
      return true;
  return false;
}

// The one dialect of C that has what the token names, of those that differ in it; NULL where none or several do.
static const Dialect *owner_of(Token token, bool is_call) {
  const Dialect *owner = NULL;
  for (const Dialect *const *d = dialect_all; *d; d++)
    if (has_type(*d, token) || (is_call && has_primitive(*d, token))) {
      if (owner)
        return NULL;
      owner = *d;
    }
  return owner;
}

static bool in_header(const Source *source, size_t length, const char *text) {
  const char *found = strstr(source->bytes, text);
  return found && found < source->bytes + length;
}

// The dialect of the first type or call that only one has. Where there is none it is C11, unless the header says
// `Dialect=linux`, or is that of a test that the kernel's developers keep: it has a line `Result:`.
const Dialect *dialect_of(const Source *source, size_t header) {
  Lexer lexer = {.source = source, .offset = header, .in_code = true, .pointers = true};
  Token token = lexer_next(&lexer);
  while (token.kind != TOKEN_END) {
    Token next = lexer_next(&lexer);
    const Dialect *owner = token.kind == TOKEN_NAME ? owner_of(token, token_is(next, "(")) : NULL;
    if (owner)
      return owner;
    token = next;
  }
  return in_header(source, header, "Result:") || in_header(source, header, "\nDialect=linux\n") ? &dialect_linux
                                                                                                : &dialect_c11;
}

const Dialect *dialect_with(const Dialect *but, Token token) {
  for (const Dialect *const *other = dialect_all; *other; other++)
    if (*other != but && has_primitive(*other, token))
      return *other;
  return NULL;
}
