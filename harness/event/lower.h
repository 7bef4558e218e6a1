// What the files that lower a test share: the code being made, and what it is made of. From the inside out:
// instructions (lower_code.c), operations on memory (lower_memory.c), accesses (lower_access.c), expressions
// (lower_expression.c); statements and the program are from_test.c's. No other file includes this.
#pragma once
#include "arch/cpus.h"
#include "harness/event/program.h"
#include "harness/event/values.h"
#include "harness/lang/test.h"

// The jumps out of the loop that is being lowered, and those to the end of its body, until they are known: the last
// one of each; its target is the one before it.
typedef struct {
  unsigned breaks, continues;
} Loop;

typedef struct Operands Operands; // lower_expression.c

typedef struct {
  const Test *test;
  const Model *model;
  const Cpu *cpu; // of the model; NULL: the events are what the language's model says they are
  const char *const *features;
  Arena *arena;
  Diag *diag;
  Program *program;
  bool unsequenced;         // the order of an expression's operands is open
  const Operands *operands; // of the expression that is being lowered, where their values are at hand; NULL: none
  unsigned thread;          // being lowered
  Loop loop;                // the innermost
  bool copies;              // the expression being lowered assigns a register, which may have been read by then
  Instr *instrs;
  size_t count, capacity;
  unsigned temporaries, temporary_peak; // registers beyond the test's: in use, and the most there ever were
} Lowering;

// The type that arithmetic is done in.
typedef struct {
  unsigned bits;
  bool is_signed;
} Width;

static inline Width width_of(BaseType type) { return (Width){base_type_bits(type), base_type_signed(type)}; }

static inline Operand number(Value value) { return (Operand){.constant = {-1, value}}; }
static inline Operand in_register(unsigned reg) { return (Operand){.is_register = true, .reg = reg}; }

// ---- lower_code.c

unsigned lower_temporary(Lowering *l);                  // a register beyond the test's
unsigned lower_emit(Lowering *l, Instr instr);          // appends an instruction and says where it is
void lower_patch(Lowering *l, unsigned at);             // what jumps there jumps to here
void lower_unmodelled(Lowering *l, const char *reason); // the first reason is kept

// The result of an operation, in a temporary.
Operand lower_operate(Lowering *l, Span span, Operation operation, Width width, Operand a, Operand b);
// The value converted to another type; values that it can hold stay as they are.
Operand lower_convert(Lowering *l, Span span, Operand value, BaseType from, BaseType to);
void lower_move(Lowering *l, unsigned dst, Operand value, BaseType from, BaseType to, Span span);
// No execution goes on where it does not hold; `fair`: one that fails for ever is none either.
void lower_assume(Lowering *l, Operand holds, Span span, bool fair);

// ---- lower_memory.c

// One operation, of C11's point of view. The same is one event in C11 and a row of steps on a CPU.
typedef struct {
  LowerOperation kind;
  const char *name; // "load", "fetch_add"
  const Order *order;
  Span span;
  Operand address, value; // value: LOWER_STORE, LOWER_RMW
  Operation operation;    // LOWER_RMW
  BaseType type;
  unsigned dst; // LOWER_LOAD, LOWER_RMW, LOWER_FAIL
} MemoryOperation;

// The operation's events: itself in a language's model, the steps of its row in a CPU's table.
void lower_memory(Lowering *l, const MemoryOperation *op);

// ---- lower_access.c

// What an access works on, lowered; what it does not use is not looked at.
typedef struct {
  Operand at, expected_at; // addresses
  Operand value, compared; // of the accessed location's type
} AccessOperands;

// Says why no model speaks of an access to the location, where none does.
void lower_check_modelled(Lowering *l, const Location *location, const Order *order);
// What it evaluates to; nothing to be read where the access has no value.
Operand lower_access(Lowering *l, const Access *access, const AccessOperands *on, Span span);

// ---- lower_expression.c

// The value of a whole expression, in any of the orders of its operands that the model leaves open.
Operand lower_whole(Lowering *l, const Expr *expr);
