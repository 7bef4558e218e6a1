// The parser's state, and the steps and rules that every front end is made of. The litmus language's C is one: parse.h.
// Another (a CPU's assembly) shares the header, the initial values and the condition, and reads the threads by itself:
//
//   Parser *p = parser_new(source, dialect, arena, diag);
//   if (p && parse_header(p)) {
//     parse_init(p);      // then p->token is the first one after the braces; p->token.span says where the threads
//     begin
//     ...                 // makes test->threads; p->lexer.offset and parser_advance take the parser behind them
//     parse_sections(p);  // locations, filter, condition
//   }
//   Test *test = parser_end(p);
//
// A rule that fails has reported why and returns NULL or false. Its caller passes that on up to where the text can be
// picked up again: the next statement, thread or section.
#pragma once
#include "harness/base/suggestion.h"
#include "harness/lang/lexer.h"
#include "harness/lang/test.h"

#include <stdint.h>

// What is known of a location besides what the tree says.
typedef struct {
  bool has_type;   // the init block or a thread gave it one
  bool is_given;   // the init block gave it a value
  Span span;       // where it was first named
  Number *numbers; // the initial values of its elements
} LocationNote;

enum { EVERY_THREAD = 0x7fffffff };

// `0:r0 = 3` of the init block, until its thread is known.
typedef struct {
  unsigned thread; // EVERY_THREAD: each that names it, by the time that all is read
  const char *name;
  Type type;
  bool has_type, is_given;
  Number number;
  Span span;
  int reg; // once known; -1: there is no such thread, or no room
} InitRegister;

// A name in `locations`, the filter or the condition, until all names are known.
typedef struct {
  bool is_register;
  unsigned thread;
  const char *name;
  Type type; // where is_register and no statement names it
  bool has_element;
  unsigned element;
  bool is_whole;   // from `locations`, where the name of an array stands for all its elements
  bool is_hidden;  // from the filter
  bool is_grouped; // an element of an array that is named as one value
  Span span;
  Number number;       // of a comparison: what it is compared with
  unsigned observable; // once known
} Mention;

typedef struct {
  const Source *source;
  Arena *arena;
  Diag *diag;
  Lexer lexer;
  Token token;                       // the one to be read next
  size_t previous_end;               // where the one before it ends
  size_t problem_end;                // where the last thing ends that was no token, and was reported
  unsigned depth;                    // of blocks and parentheses
  unsigned terms;                    // of this statement's expressions or this condition
  unsigned deepest;                  // the greatest depth in this condition
  size_t condition_begin, group_end; // this condition begins; the parentheses that it begins with end. Offsets
  bool is_bare;                      // there are no threads: a condition's names are taken as they come, and those of
                                     // an expression are results
  unsigned errors;                   // in `diag` before this test
  Diagnostic *last;                  // ... and the last one of them

  Test *test;
  LocationNote notes[LIMIT_LOCATIONS];
  unsigned element_count; // of all locations
  InitRegister *init_registers;
  size_t init_register_count, init_register_capacity;
  Mention *mentions;
  size_t mention_count, mention_capacity;
  Span layout; // of the value of Layout=; empty where there is none
  bool has_layout;

  // The thread that is being read.
  unsigned thread;
  unsigned *register_blocks;   // in which block each register was declared last
  Span *register_spans;        // and where
  unsigned block, block_count; // the block being read, and how many there were
  unsigned statement_count;
  unsigned loops;            // that the statement being read stands in
  struct LiveRegister *live; // each declaration of a register in the blocks that are open
  size_t live_count, live_capacity;
  bool in_for;                // what is read is a `for`'s clauses
  bool block_dissolves;       // its statements become those of the block around it
  uint64_t moved_registers;   // a bit for each that is declared in such a block
  uint64_t unknown_registers; // a bit for each that was made only so that its absence is reported once
  bool parameters_failed;     // then names it does not know are not reported
} Parser;

#define ERROR_AT(p, span, ...) diag_error_at((p)->diag, (p)->source, (span), __VA_ARGS__)
#define WARNING_AT(p, span, ...) diag_warning_at((p)->diag, (p)->source, (span), __VA_ARGS__)

// NULL, reported, where the source is too long or no text. The test that is made is p->test.
Parser *parser_new(const Source *source, const Dialect *dialect, Arena *arena, Diag *diag);
// Once all is read: the types of initial values, what the names of the condition name. NULL where anything was reported
// as an error.
Test *parser_end(Parser *p);

// The sections of a test, in their order.
bool parse_header(Parser *p);   // to the '{' of the initial values
void parse_init(Parser *p);     // to the '}'
void parse_thread(Parser *p);   // C's
void parse_sections(Parser *p); // to the end of the file, or to a thread that follows

// parser.c: tokens
void parser_advance(Parser *p);
Token parser_peek(const Parser *p); // the token after p->token
bool parser_at(const Parser *p, const char *text);
bool parser_take(Parser *p, const char *text); // advances where the token is this one
// Advances over `text`, or reports that `text` was expected `where` ("after the condition").
bool parser_expect(Parser *p, const char *text, const char *where);
// Reports what was expected instead of the token that is there. Returns false.
bool parser_expected(Parser *p, const char *what);
// The same for what is no more than out of place, whatever line it is on.
bool parser_unexpected(Parser *p, const char *what);
Span parser_span_from(const Parser *p, size_t begin); // from there to the end of the last token read
bool parser_at_thread(const Parser *p);               // `P1 (`
bool parser_at_section(const Parser *p);              // `locations`, `filter`, a quantifier, `final`, `with`, the end
bool parser_enter(Parser *p);                         // one level deeper; false, reported, where that is too deep
void parser_leave(Parser *p);
bool parser_count_term(Parser *p, Span span);
bool parser_at_register(const Parser *p);                            // the `0:` or `P0:` before its name
bool parse_thread_prefix(Parser *p, unsigned *thread);               // over that
bool parser_number(Parser *p, Number *number);                       // [ '-' ] NUMBER
bool parse_address_value(Parser *p, Number *number);                 // NAME [ '[' NUMBER ']' ]
bool parse_element(Parser *p, bool *has_element, unsigned *element); // [ '[' NUMBER ']' ] after a location
// Over a whole group `( ... )`, `[ ... ]`, `{ ... }`, or over one token.
void parser_skip_group(Parser *p);

// Names, locations and registers
// The name at the token, which becomes `what` ("a register"); NULL where there is none, or a word of C, or too long.
const char *parser_name(Parser *p, const char *what);
bool name_is_reserved(Token token);
const char *token_text(Parser *p, Token token); // a copy, cut where it is long
// Indices, or -1.
int location_find(const Test *test, const char *name);
int register_find(const Thread *thread, const char *name);
// The location of that name, made where it is new. -1, reported, beyond the limit.
int location_intern(Parser *p, const char *name, Span span);
bool location_set_length(Parser *p, unsigned location, Value length, Span span);
// The same for a register's, which may begin with '%' where it is a CPU's.
const char *parser_register_name(Parser *p);
// Gives a register the name and type that the CPU has for it, where the dialect's registers are the CPU's.
bool parser_cpu_register(Parser *p, const char **name, Type *type, Span span);
int register_add(Parser *p, unsigned thread, const char *name, Type type, Span span);
// parse_type.c
bool token_begins_type(const Parser *p, Token token);
bool parser_at_type(const Parser *p);
bool parse_type(Parser *p, Type *type);
// The `*` after it, where the dialect has pointers.
void parse_stars(Parser *p, Type *type);

// Once all is read, by parser_end.
void resolve_initial_values(Parser *p);
void resolve_mentions(Parser *p);
void parse_layout(Parser *p);

// parse_expression.c
Expr *parse_expression(Parser *p);
// The same, where `++` or `--` may follow.
Expr *parse_target(Parser *p);
// Reports a `++` or `--` at the token, which no expression has.
bool check_no_step(Parser *p);
Expr *binary_new(Parser *p, BinaryOp op, Expr *left, Expr *right);
Expr *constant_new(Parser *p, Value value, BaseType type, size_t begin);
// A register of this thread, perhaps one that so far only the init block declares. -1 where there is none.
int parser_register(Parser *p, const char *name, Span span);
bool is_parameter(const Thread *thread, int location);
// The type of what is at an address, as this thread sees it.
Type address_type(const Parser *p, const Address *address);
// Whether a value is converted to the type as C does it: not a literal that no type of C holds.
bool check_conversion(Parser *p, const Expr *value, BaseType type);

// parse_simple.c: statements that have no others in them
// A list of statements that grows at its end.
typedef struct {
  Stmt *first, **end;
} Block;
Stmt *statement_new(Parser *p, StmtKind kind, size_t begin);
// Adds a statement to its block; false, reported, where the thread has no room for it.
bool block_append(Parser *p, Block *block, Stmt *stmt);
// An assignment in any of C's forms, a call, or an expression for its effect; without the `;`.
bool parse_simple(Parser *p, Block *block);

// The call of a primitive, from its name to the ')'.
bool parse_access(Parser *p, const Primitive *primitive, Access *access);

// dialects.c
const Dialect *dialect_of(const Source *source, size_t header); // that a test of C is in, by what it uses behind it
const Dialect *dialect_with(const Dialect *but, Token token);   // another that has a primitive of that name, or NULL

// parse_primitive.c: the primitives of the test's dialect
const Primitive *primitive_find(const Parser *p, Token name); // NULL where there is none
bool unknown_primitive(Parser *p);                            // reports that the token names none. Returns false
bool primitive_has_value(const Primitive *primitive);
const char *primitive_describe(Parser *p, const Primitive *primitive); // "atomic_store(location, value)", for messages
bool parse_order(Parser *p, Access *access);      // the access's first order, or the one of its failure
bool parse_fence_name(Parser *p, Access *access); // a CPU's: letters, digits, '_', '.' and '-'
