// Dialects of the litmus language: what a test's text may call, as rows.
#pragma once
#include "harness/lang/type.h"

typedef enum {
  ACCESS_LOAD,
  ACCESS_STORE,
  ACCESS_EXCHANGE,
  ACCESS_COMPARE_EXCHANGE,
  ACCESS_COMPARE_SWAP, // an exchange where what is found is as expected; its value is what was found
  ACCESS_ADD_UNLESS,   // a fetch_add where what is found is not as expected
  ACCESS_LOCK,         // waits until it finds 0, and puts 1 there
  ACCESS_IS_LOCKED,    // a look: 1 where it is not 0, else 0
  ACCESS_TRY_LOCK,     // puts 1 where it finds 0; its value is 1 where it did, else 0
  ACCESS_FETCH_ADD,
  ACCESS_FETCH_SUB,
  ACCESS_FETCH_AND,
  ACCESS_FETCH_OR,
  ACCESS_FETCH_XOR,
  ACCESS_FETCH_ANDNOT, // and the complement of its operand
  ACCESS_FETCH_MAX,
  ACCESS_FETCH_MIN,
  ACCESS_FENCE,        // binds CPU and compiler
  ACCESS_SIGNAL_FENCE, // binds the compiler alone
  ACCESS_CPU_FENCE     // `cpu_fence("mfence")`: a fence by the name that arch/ gives it
} AccessOp;

// How an access is ordered. An order is known by its address: there is one row of each.
typedef struct {
  const char *name;       // "acquire": what mappings and records call it
  const char *spelling;   // "memory_order_acquire": as an argument
  const char *tag;        // "ACQ": of the event, where a model judges the dialect itself
  bool of_load, of_store; // whether such an operation may have it; others have any
  const char *as;         // the order of C11 that comes closest to an access of it; NULL: it is one itself, or of none
} Order;

// What a primitive gives, where that is not what its operation does. C makes it of the operation's value.
typedef enum {
  RESULT_OF_OPERATION,
  RESULT_NONE,     // a statement of its own
  RESULT_NEW,      // what a fetch operation put there
  RESULT_NEW_ZERO, // whether that is 0
  RESULT_NEW_NEGATIVE,
  RESULT_UNEXPECTED // whether what was found is not as expected
} Result;

// What a test may call. Of the rows of one operation the first that says all of an access is how it is printed.
typedef struct { // NOLINT(clang-analyzer-optin.performance.Padding): the order is that of the rows
  const char *name;
  // One letter each: a: the address of a location, p: the location itself, `*x` or `y[1]`, v: a value, e: the address
  // of the expected value, c: the expected value, m: an order (of a second one: the order on failure), s: the name of
  // a CPU's fence in quotes
  const char *arguments;
  AccessOp op;
  const char *order; // where no argument says it
  bool weak;         // ACCESS_COMPARE_EXCHANGE
  Result result;
  int value, expected; // those that no argument says; of ACCESS_LOCK and ACCESS_TRY_LOCK none
} Primitive;

// A fence of the dialect's, as --fence and ladders name it: in both of C "compiler" and "membarrier".
typedef struct {
  const char *name;
  AccessOp op;
  const char *order;
  const char *spelling; // "smp_mb()"
} DialectFence;

// The orders that ladders give to accesses, from the weakest on.
typedef struct {
  const char *name;
  const char *load, *store, *update;
} DialectStrength;

enum { STRENGTH_COUNT = 3 };

// A type that is the dialect's own.
typedef struct {
  const char *name; // "atomic_t"; of "struct srcu_struct" what follows the word
  bool is_struct;
  BaseType base;
} DialectType;

struct Test;

// An access of a thread of a CPU's code.
typedef struct {
  bool is_store;
  unsigned location;
  Value value;   // of a store
  unsigned line; // of the thread's lines
} LineAccess;

// What a thread of a CPU's code does that goes straight on: each line makes one access at most, of a whole location,
// and stores constants.
typedef struct {
  LineAccess *accesses;
  unsigned access_count;
  int *loads;    // by register of the test's thread: the access that its final value comes from; -1: it is fixed
  Value *values; // ... then this
} StraightCode;

typedef struct Dialect {
  const char *name;
  const char *word;      // that a test's first line begins with: "C"
  const char *language;  // "C11": whose rules it goes by
  const char *plain_tag; // of the event of a plain access, where a model judges the dialect itself
  const char *plain_as;  // the order that plain accesses are mapped to a CPU's instructions as
  bool addresses;        // initial values and conditions may name a location and mean its address
  bool pointers;         // so may expressions: registers and locations may hold addresses, and accesses go through them
  bool undeclared;       // what a thread assigns is a register, declared or not
  bool scoped;           // of its own model: what follows an `if` does not depend on its condition
  // Registers that no thread declares, since they are the CPU's: gives one its name ("X1" of "W1") and type; false
  // where there is none of that name. NULL: the threads declare theirs.
  bool (*cpu_register)(const struct Dialect *dialect, const char **name, Type *type);
  const void *cpu; // for it; NULL: the threads are statements, not lines of a CPU's code
  // Prints the code of one of these threads as statements of C, which take the addresses of locations from `loc_x` and
  // leave the test's registers in variables of their own (register_identifier). `stored`: by line, the variable of
  // uint64_t that a store there takes instead of what the test stores, NULL where it does not; NULL: none does.
  void (*print_code)(const struct Test *test, unsigned thread, const char *const *stored, Text *out);
  // What one of these threads does, in `arena`; NULL, or a sentence that says why that cannot be told.
  const char *(*straight)(const struct Test *test, unsigned thread, Arena *arena, StraightCode *out);
  const Order *orders;
  unsigned order_count;
  const DialectFence *fences; // the last orders the most, membarrier left out
  unsigned fence_count;
  const DialectStrength *strengths; // STRENGTH_COUNT of them; NULL: its accesses cannot be had in others
  const char *strengthened;         // the orders that may become others, apart by blanks; NULL: all
  const Primitive *primitives;
  unsigned primitive_count;
  const DialectType *types;
  unsigned type_count;
} Dialect;

extern const Dialect dialect_c11, dialect_linux;
extern const Dialect *const dialect_all[]; // those of C, NULL-terminated

// By name ("seq_cst"); NULL where the dialect has none.
const Order *dialect_order(const Dialect *dialect, const char *name);
// By name ("smp_mb"); NULL where the dialect has none.
const DialectFence *dialect_fence(const Dialect *dialect, const char *name);
#define ORDER_HEAVY "heavy" // of membarrier(2), in every dialect of C
bool order_is_heavy(const Order *order);
// Whether it is of RCU's or SRCU's critical sections and grace periods.
bool order_is_grace(const Order *order);
// "plain" for NULL.
const char *order_name(const Order *order);
