// C made from a test's tree: what both engines print of it.
//
// A location x is a pointer variable `loc_x` to its element type, a register r0 a local variable `reg_r0`: the engine
// declares the first, emit_registers the second. Accesses are compiler builtins (__atomic_load_n, ...); plain accesses
// are plain C, so the compiler may reorder them as it may in any program.
#pragma once
#include "arch/cpus.h"
#include "harness/build/emit_head.h"
#include "harness/lang/test.h"

// What is printed, and where to.
typedef struct Emit {
  const Test *test;
  const Cpu *cpu; // whose fences the kernel's primitives become; NULL: of the CPU we run on
  unsigned thread;
  Text *out;
  // Prints what a store writes instead of its operand, where the engine wants something else there; NULL: the operand.
  void (*stored)(const struct Emit *emit, const Access *store);
  const char *between; // a statement to be put between every two of the thread's; NULL: none
  void *context;       // the engine's own
} Emit;

// What comes after its head (emit_head.h): the threads, and `kernel_code` at the end.
void emit_code(const Test *test, const Shape *shape, Text *out);
// The functions of those threads alone, P0 for thread 0, complete without any header: for compilers that have none, as
// for other CPUs. (A test with a fence of a CPU includes what its cpu.h does.) `cpu`: as Emit has it.
void emit_threads(const Test *test, const Cpu *cpu, const bool *in, Text *out);
// P0, P1, ..., as the lockstep engine calls them.
void emit_thread_functions(const Test *test, Text *out);
void lockstep_emit(const Test *test, const Shape *shape, Text *out);
void perpetual_emit(const Test *test, const Shape *shape, Text *out);
// The same around threads that are the user's own functions.
void users_emit(const Test *test, Text *out);
// The flag with which their object is linked to it: what each is called here, and that names it has are its own.
const char *users_link_flag(const struct CodeFile *code, Arena *arena);
// Of what the lockstep engine calls: the function that resets instances one by one; the statements that count a state
// of values v0, v1, ...; and how small its values are then.
void emit_reset_all(Text *out);
void emit_count_state(const Test *test, Text *out);
void emit_small_bits(const Test *test, Text *out);
// cpu.h, if the test has a fence of the CPU, or of the kernel's primitives one becomes one there.
void emit_cpu_fences(const Emit *emit);

// Declarations of all registers of the thread, with their initial values.
void emit_registers(const Emit *emit, unsigned indent);
void emit_expr(const Emit *emit, const Expr *expr);
// `&x`, `&y[r0]`: a pointer to the element, or to what a pointer points to.
void emit_address(const Emit *emit, Address address);
// One statement, or those from `stmt` to the end of its block, each on lines of its own.
void emit_stmt(const Emit *emit, const Stmt *stmt, unsigned indent);
void emit_block(const Emit *emit, const Stmt *stmt, unsigned indent);

// Why no code is made of a test in the kernel's dialect; NULL: it is, or it is in another.
const char *emit_refuses(const Test *test);
// The first CPU fence in the test that the CPU we run on does not have; NULL: it has all.
const char *emit_missing_fence(const Test *test);

// The locations whose addresses a thread's function is given, in the order of its parameters: those that the thread
// names, then those that only its registers begin with. How many.
unsigned build_given(const Test *test, unsigned thread, unsigned locations[LIMIT_LOCATIONS]);
// Where in its frame a thread leaves a register, in bytes: C's layout of `Frame1`, in which every value is aligned to
// its size, as on every CPU of 64 bits. False if it is not observed, and so not left.
bool build_frame_offset(const Test *test, unsigned thread, unsigned reg, unsigned *offset);
