// The tree of a litmus test: what everything else works from. Made by parse.h, printed by print.h.
//
// What C leaves open is settled, so that a test means one thing to all who read the tree: operands and arguments are
// evaluated from left to right and before the operation itself (of two accesses in one expression the left one comes
// first in program order; C11's model alone judges operands in every order); the right side of an assignment comes
// before the store; signed arithmetic wraps; an index that is beyond the location at run time wraps around it (modulo
// its length, as an unsigned 64-bit number).
//
// The tree of a test and all it points at live in one arena. Trees are immutable once made: what changes a test
// (insert.h) builds a new one that shares what it did not change.
#pragma once
#include "harness/base/diag.h"
#include "harness/base/value.h"
#include "harness/lang/dialect.h"
#include "harness/lang/type.h"

typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Prop Prop;

// An element of a location: `*x` and `x` as an operand of an atomic are {x, NULL}; `y+r0`, `*(y+1)` and `y[r0]` have an
// index, in elements.
// In a dialect with pointers it may be what a value points to.
typedef struct {
  unsigned location; // index into Test.locations
  Expr *index;       // NULL: element 0
  Expr *pointer;     // not NULL: its value is the address, and the other two say nothing
  BaseType base;     // where `pointer`: of the element
} Address;

// One access to memory, or a fence. What an operation does not have is 0.
typedef struct {
  AccessOp op;
  const Order *order;    // NULL: plain, the access is not atomic
  const Order *failure;  // ACCESS_COMPARE_EXCHANGE: of its read where it fails
  const char *cpu_fence; // ACCESS_CPU_FENCE: the name that arch/ gives it
  Address address;       // not of fences
  Expr *operand;         // what is stored, exchanged or combined; NULL for loads, fences and locks
  Expr *compared;        // ACCESS_COMPARE_SWAP, ACCESS_ADD_UNLESS: what is expected
  // ACCESS_COMPARE_EXCHANGE: where the expected value is, and where what was found is put on failure.
  bool expected_in_register; // `&r0`: else in a location, as in herd's tests
  unsigned expected_register;
  Address expected;
  bool weak;        // ACCESS_COMPARE_EXCHANGE: may fail though it found what it expected
  bool is_volatile; // loads and stores through a pointer to volatile
} Access;

// UNARY_CAST converts the operand to the expression's type.
typedef enum { UNARY_NEGATE, UNARY_COMPLEMENT, UNARY_NOT, UNARY_CAST } UnaryOp;

typedef enum {
  BINARY_MULTIPLY,
  BINARY_DIVIDE,    // the right operand is a constant other than 0, and other than -1 where signed
  BINARY_REMAINDER, // the same
  BINARY_ADD,
  BINARY_SUBTRACT,
  BINARY_SHIFT_LEFT,  // the right operand is a constant within the left one's width
  BINARY_SHIFT_RIGHT, // the same
  BINARY_LESS,
  BINARY_LESS_EQUAL,
  BINARY_GREATER,
  BINARY_GREATER_EQUAL,
  BINARY_EQUAL,
  BINARY_NOT_EQUAL,
  BINARY_AND,
  BINARY_XOR,
  BINARY_OR,
  BINARY_LOGICAL_AND, // evaluates its right operand only where C does
  BINARY_LOGICAL_OR,
  BINARY_COUNT
} BinaryOp;

// How C writes an operator of two operands (C17 6.5.5 to 6.5.14). All group from left to right.
typedef struct {
  const char *symbol;
  unsigned precedence; // the higher binds the tighter
  bool is_logical;     // `&&`, `||`
} Operator;

extern const Operator binary_operators[BINARY_COUNT];
enum {
  PRECEDENCE_CONDITIONAL = 0,
  PRECEDENCE_LOOSEST = 1,
  PRECEDENCE_ADDITIVE = 9,
  PRECEDENCE_UNARY = 11,
  PRECEDENCE_PRIMARY = 12
};

typedef enum { EXPR_CONSTANT, EXPR_REGISTER, EXPR_UNARY, EXPR_BINARY, EXPR_CONDITIONAL, EXPR_ACCESS } ExprKind;

struct Expr {
  ExprKind kind;
  BaseType type; // of the value, after C's promotions and conversions; means nothing where there is no value
  Span span;
  union {
    Value constant;
    unsigned reg; // index into Thread.registers
    struct {
      UnaryOp op;
      Expr *operand;
    } unary;
    struct {
      BinaryOp op;
      Expr *left, *right;
    } binary;
    struct {
      Expr *condition, *yes, *no; // `condition ? yes : no`: one of the two is evaluated
    } conditional;
    Access access; // its value: access_has_value
  };
};

typedef enum {
  STMT_DECLARE, // `int r0 = e;` or `int r0;` (0 where a path does not assign)
  STMT_ASSIGN,  // `r0 = e;`
  STMT_EXPR,    // an expression for its effect; stores and fences are of this kind alone
  STMT_IF,
  STMT_WHILE,   // also `do` and `for`
  STMT_BREAK,   // out of the loop that it stands in
  STMT_CONTINUE // to the end of the body of that loop
} StmtKind;

struct Stmt {
  StmtKind kind;
  Span span;
  Stmt *next;             // the statement after this one in its block
  unsigned reg;           // STMT_DECLARE, STMT_ASSIGN
  Expr *expr;             // the value, the condition or the effect; NULL where a declaration has no value, and of jumps
  Stmt *body, *else_body; // STMT_IF, STMT_WHILE; NULL: empty. A loop's else_body is what is done between the body and
                          // the condition, `for`'s last clause: statements of STMT_ASSIGN and STMT_EXPR
  bool body_first;        // STMT_WHILE: `do`, which has no such clause
};

typedef struct {
  const char *name;
  BaseType type;
  bool is_atomic;       // declared so by the init block or by any thread that names it
  unsigned length;      // elements; 1 unless it is an array
  bool is_array;        // declared with [n]
  bool is_grouped;      // states show its elements as one value, `x={1,2}`, as the test names them
  Value *initial;       // `length` values
  bool has_initial;     // the init block names it (printing alone needs to know)
  bool has_offset;      // Layout= places it
  unsigned line_offset; // bytes from the start of a 64-byte line, 0 to 63
} Location;

typedef struct {
  const char *name;
  Type type;
  Value initial; // 0 unless the init block says `0:r0 = v`
  bool has_initial;
} Register;

// `volatile int* y`: how a thread sees a location.
typedef struct {
  unsigned location;
  Type type;
} Parameter;

// A line of code: a label, an instruction, or a label and the instruction that it stands before.
typedef struct {
  const char *label;       // NULL: none
  Span span;               // of the instruction's text in the source; empty: there is none
  const char *calls;       // of compiled code: the function elsewhere that it calls or goes to; NULL: none
  const char *source_file; // of compiled code: what it was compiled from, as the compiler named it; NULL: not known
  unsigned source_line;    // and the line of it; 0: not known
  // Of compiled code in which calls are followed (code/listing.h):
  unsigned scope;  // labels are those of this call of a function; 0: the thread's own function
  unsigned enters; // the line that a call goes to; 0: none
  unsigned after;  // the line behind the call, in all lines of the function called
  bool is_end;     // no instruction: the listing of the function that was called ends here
} CodeLine;

typedef struct {
  Parameter *parameters;
  unsigned parameter_count;
  Register *registers; // in the order they are first declared; then those only the init block or condition names
  unsigned register_count;
  Stmt *body;            // NULL: empty
  const CodeLine *lines; // in a CPU's assembly, instead of statements
  unsigned line_count;
} Thread;

// What a state assigns a value to.
typedef struct {
  bool is_register;
  unsigned thread, reg;       // where is_register
  unsigned location, element; // where not
  bool may_point;             // its value may be an address, when the test is run
} Observable;

typedef enum {
  PROP_TRUE,
  PROP_FALSE,
  PROP_EQUAL,
  PROP_NOT_EQUAL,
  PROP_AND,
  PROP_OR,
  PROP_IMPLIES,
  PROP_NOT,
  PROP_HOLDS
} PropKind;

struct Prop {
  PropKind kind;
  Span span;
  unsigned observable;     // PROP_EQUAL, PROP_NOT_EQUAL: index into Test.observables
  bool against_observable; // ... compared with another observable instead of a value
  unsigned other;
  Value value;
  Prop *left, *right; // PROP_NOT has a left only
  const Expr *expr;   // PROP_HOLDS: is not 0; its registers are those of the first thread, all observed
};

typedef enum { QUANTIFIER_NONE, QUANTIFIER_EXISTS, QUANTIFIER_NOT_EXISTS, QUANTIFIER_FORALL } Quantifier;

typedef struct {
  Quantifier quantifier; // NONE: no condition was written; it is then `forall (true)`
  Prop *body;            // never NULL
} Condition;

// A `Key=value` line of the header, kept as written (Layout= is parsed too).
typedef struct {
  const char *key, *value;
} HeaderLine;

typedef struct Test {
  const char *name;
  const char *family; // "classic" for a test that comes with weakmem; NULL for others
  const char *story;  // the description: the text of the first comment or string after the name; "" if none
  const Source *source;
  const Dialect *dialect;
  HeaderLine *header;
  unsigned header_count;
  const struct CodeFile *code; // the threads are functions of the user's (code_file.h); NULL: what stands here
  Location *locations;
  unsigned location_count;
  Thread *threads;
  unsigned thread_count;
  // What a state shows: every register and location that the condition or `locations` names, each once, registers
  // first by thread and name, then locations by name and element; after them those that only the filter names.
  Observable *observables;
  unsigned observable_count; // shown in states
  unsigned observable_total; // with those that only the filter names, which come last
  Condition condition;
  Prop *filter; // NULL: none. States that do not satisfy it are not counted
} Test;

// The limits of the language. Beyond them is an error with a place. So no tree is deeper than LIMIT_NESTING blocks and
// LIMIT_TERMS operators, which is the depth of every walk over one.
enum {
  LIMIT_FILE = 1 << 20, // bytes
  LIMIT_THREADS = 64,
  LIMIT_LOCATIONS = 64,
  LIMIT_ELEMENTS = 1024,   // of all locations together
  LIMIT_REGISTERS = 64,    // a thread
  LIMIT_STATEMENTS = 1024, // a thread
  LIMIT_NESTING = 64,      // of blocks and parentheses
  LIMIT_TERMS = 1024,      // operands and operators of one statement's expressions; comparisons of a condition
  LIMIT_NAME = 128,        // bytes
  LIMIT_POINTERS = 4,      // pointers to one another
  LIMIT_OBSERVABLES = 128
};

// "load", "fetch_add": what people and records call it.
const char *access_name(AccessOp op);
// A load's value, or what was there before a read-modify-write; of a compare_exchange 1 on success, 0 on failure.
// Stores and fences have none.
bool access_has_value(AccessOp op);
bool access_is_fence(AccessOp op);
bool access_is_fetch(AccessOp op);

// The type of the element at an address.
BaseType address_base(const Test *test, const Address *address);
// The type of what a value of the thread points to where no cast says it: what its register is declared to, else int.
BaseType pointer_base(const Test *test, unsigned thread, const Expr *pointer);

// The access that is all of the statement; NULL: it is another kind of statement.
const Access *stmt_access(const Stmt *stmt);

// The type of what an observable observes.
BaseType observable_base(const Test *test, const Observable *observable);
// The bits of its value in a run's states: 128 where it may be an address, which is an address_value there.
unsigned observable_bits(const Test *test, const Observable *observable);

// Walks over trees. Expressions come in the order of evaluation: operands before the operation they belong to. A walk
// ends at the first expression for which `visit` returns true, and returns it; NULL: there was none.
typedef bool ExprVisit(const Expr *expr, void *context);
const Expr *expr_each(const Expr *expr, ExprVisit *visit, void *context); // NULL has none
// Of the statements of a block and of the blocks within it.
const Expr *block_each(const Stmt *block, ExprVisit *visit, void *context);
const Expr *test_each(const Test *test, ExprVisit *visit, void *context);
// Whether one of its threads has a heavy fence, membarrier(2).
bool test_has_heavy_fence(const Test *test);
// Whether one has something of RCU's or SRCU's, and of locks.
bool test_has_grace(const Test *test);
bool test_has_locks(const Test *test);
// Whether a thread has a loop, in which it may wait for another. What is in assembly says nothing of its own.
bool test_has_loop(const Test *test);

// Where an expression keeps the expressions it is made of, in the order of evaluation; what it could have and has not
// is NULL. How many.
enum { EXPR_PARTS = 6 };
unsigned expr_parts(Expr *expr, Expr **parts[EXPR_PARTS]);

// Whether evaluating it accesses memory. NULL does not.
bool expr_accesses(const Expr *expr);

// The address of an element as a value: a number that no type of up to 64 bits has.
Value address_value(unsigned location, unsigned element);
bool value_is_address(Value value, unsigned *location, unsigned *element);
// Whether registers, locations or expressions of a test of C's hold addresses; no test has any where the dialect has no
// pointers.
bool test_has_addresses(const Test *test);
// Whether the threads are lines of a CPU's assembly.
bool test_is_assembly(const Test *test);
// In such a test addresses beyond those of the locations are places in the code: before each line of each thread, and
// at its end. Where a thread's begin.
unsigned test_first_place(const Test *test, unsigned thread);
// The place of a thread's label; -1 where there is none.
int test_label_place(const Test *test, unsigned thread, const char *label);

// Whether two trees are the same but for where they stand in their sources.
bool test_equal(const Test *a, const Test *b);
