// Text -> tokens, on demand; blanks and comments lie between them.
#pragma once
#include "harness/base/diag.h"
#include "harness/lang/type.h"

typedef enum { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_STRING, TOKEN_SYMBOL, TOKEN_BAD } TokenKind;

typedef struct {
  TokenKind kind;
  Span span;
  const char *text;    // span.length bytes of the source
  const char *problem; // TOKEN_BAD: what is wrong with it
} Token;

// Where reading stands. A copy reads ahead without moving the original.
typedef struct {
  const Source *source;
  size_t offset;
  bool in_code;  // inside a thread, where `(*x)` is an access and `(* x *)` a comment
  bool pointers; // where `(*(int **)x)` is one too, and a comment of that kind begins with a blank
} Lexer;

Token lexer_next(Lexer *lexer);

// Whether `token` is this name or symbol.
bool token_is(Token token, const char *text);

// Skips blanks (not comments).
void lexer_skip_blanks(Lexer *lexer);

// Where a comment begins here, skips it: `(* nested *)`, `/* */` or `//` to the end of the line. `*text` is what it
// says; *closed is false where the file ends inside it.
bool lexer_comment(Lexer *lexer, Span *text, bool *closed);

// The value and C type of a number (C17 6.4.4.1, and 128-bit types for what is beyond 64 bits). Returns what is wrong
// with it, or NULL.
const char *number_read(Token token, Value *value, BaseType *type);

// A number of a condition or an initial value, whose type is known only once all is read.
typedef struct {
  UnsignedValue magnitude;
  bool is_negative;
  const char *address; // NULL: a number; else the location whose element `magnitude` it points to
  Span span;           // with its sign
} Number;

// Whether a type has that value, or its bits: -1 for an unsigned type and 0xff for a signed one say which are meant.
bool number_fits(Number number, BaseType type);
// What it is in that type, wrapped where it does not fit.
Value number_value(Number number, BaseType type);

// Reports bytes that no test may hold: NUL and other control characters, and what is not UTF-8. True where there are
// none.
bool source_is_text(const Source *source, Diag *diag);
