// A mapping: how a dialect's operations become a CPU's instructions, as compilers emit them.
#pragma once
#include <stdbool.h>

// The operations of a dialect that are mapped. Orders are named as the dialect names them (C11: "relaxed" ...
// "seq_cst"); plain and volatile accesses are mapped as relaxed.
// LOWER_FAIL is the read of a compare_exchange that fails. It has rows only if that read is not mapped as a load is.
typedef enum { LOWER_LOAD, LOWER_STORE, LOWER_RMW, LOWER_FENCE, LOWER_FAIL } LowerOperation;

typedef enum {
  STEP_READ,   // the operation's read
  STEP_WRITE,  // the operation's write
  STEP_RMW,    // one instruction that reads and writes: two events joined by rmw, tagged by `tags` and `write_tags`
  STEP_PAIR,   // the same by a load-exclusive and a store-exclusive, in a loop that ends when the store succeeds
  STEP_FENCE,  // a fence event
  STEP_MARK,   // a fence event at the operation's location, which it does not access
  STEP_BRANCH, // a branch that depends on what the operation read, to the next instruction (POWER's cmp; bc)
} StepKind;

typedef struct {
  StepKind kind;
  const char *instruction; // as the assembler spells it, without operands: "ldar"
  const char *tags;        // the event's tags, separated by blanks; "": none. Of STEP_RMW and STEP_PAIR: the read's
  const char *write_tags;  // STEP_RMW, STEP_PAIR: the write's; NULL for the others
} LowerStep;

// How one operation in one order is emitted. `feature` is NULL for every CPU of the architecture, else the row holds
// only if the CPU has that feature; rows with a feature come first and win.
typedef struct {
  LowerOperation operation;
  unsigned step_count;
  const char *orders;  // those it holds for, separated by blanks: "acquire consume"
  const char *feature; // "lse"
  LowerStep steps[6];
} LowerRow;

// membarrier(2), the heavy side of an asymmetric fence, which is the operating system's on every CPU: a full fence that
// each of the process's other threads executes somewhere between the call and its return, and one of the caller's.
#define HEAVY_ROW                                                                                                      \
  {                                                                                                                    \
    LOWER_FENCE, 1, "heavy", NULL, {                                                                                   \
      { STEP_FENCE, "membarrier", "HEAVY", NULL }                                                                      \
    }                                                                                                                  \
  }

typedef struct Mapping {
  const char *dialect; // "c11"
  const LowerRow *rows;
  unsigned row_count;
} Mapping;

// Whether both are the same instructions; false of NULL.
bool lower_rows_alike(const LowerRow *a, const LowerRow *b);
// The row of an operation. `features`: what the CPU has, NULL-terminated; NULL: nothing. LOWER_FAIL is LOWER_LOAD if it
// has no row of its own. NULL if the operation cannot have that order.
const LowerRow *mapping_row(const Mapping *mapping, LowerOperation operation, const char *order,
                            const char *const *features);
