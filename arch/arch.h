// The architectures: data on every one, in every build; cpu.h, beside each, for the one that we compile for.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// The C11 operations that are lowered. Orders are named as C11 names them ("relaxed" ... "seq_cst"); plain and volatile
// accesses lower as relaxed. The mapping is the psABI's, as GCC and clang emit it (Sewell et al., "C/C++11 mappings to
// processors").
// LOWER_FAIL is the read of a compare_exchange that fails, where that is not as a load is: it has rows only then.
typedef enum { LOWER_LOAD, LOWER_STORE, LOWER_RMW, LOWER_FENCE, LOWER_FAIL } LowerOperation;

typedef enum {
  STEP_READ,   // the operation's read
  STEP_WRITE,  // the operation's write
  STEP_RMW,    // one instruction that reads and writes: two events joined by rmw, tagged by `tags` and `write_tags`
  STEP_PAIR,   // the same by a load-exclusive and a store-exclusive, in a loop that ends when the store succeeds
  STEP_FENCE,  // a fence event
  STEP_BRANCH, // a branch that depends on what the operation read, to the next instruction (POWER's cmp; bc)
} StepKind;

typedef struct {
  StepKind kind;
  const char *instruction; // as the assembler spells it, without operands: "ldar"
  const char *tags;       // the event's tags, separated by blanks; "" for none. For STEP_RMW and STEP_PAIR: of the read
  const char *write_tags; // STEP_RMW, STEP_PAIR: of the write; NULL for the others
} LowerStep;

// How one operation in one order is emitted. `feature` is NULL for every CPU of the architecture, else the row holds
// only where the CPU has that feature; rows with a feature come first and win.
typedef struct {
  LowerOperation operation;
  unsigned step_count;
  const char *orders;  // those it holds for, separated by blanks: "acquire consume"
  const char *feature; // "lse"
  LowerStep steps[6];
} LowerRow;

// A fence of the CPU.
typedef struct {
  const char *name;        // "dmb-ish": what --fence and records call it
  const char *instruction; // "dmb ish"
  const char *tags;        // its event's tags; a tag says which instruction it is, the model says what that orders
  const char *sentence;    // what it orders, in words
  const char *feature;     // NULL: every CPU of the architecture has it
} ArchFence;

// What a tag means: the base sets of cat that an event with it is in. `tag` on reads, writes and fences alike.
typedef struct {
  const char *tag;
  const char *sets; // names of cat base sets, separated by blanks
} ArchTag;

typedef struct {
  const char *name;       // "aarch64": the folder, as in records and --as
  const char *model;      // "aarch64", "x86-tso": what --model calls its model
  const char *title;      // "ARMv8 (AArch64)"
  const char *model_path; // of its model in embedded_arch: "aarch64/model.cat"
  bool rmw_is_one_event;  // C11, sc and RISC-V: an exchange is one event that reads and writes
  const LowerRow *rows;
  unsigned row_count;
  const ArchFence *fences;
  unsigned fence_count;
  const ArchTag *tags;
  unsigned tag_count;
  const char *uname; // uname -m of such a machine; NULL for c11 and sc
  const char *gnu;   // what GNU's tools for it are called by: "aarch64-linux-gnu", as in <gnu>-gcc; NULL as above
  const char *const *features; // that rows ask for and a CPU of today has, NULL-terminated: what is lowered for
                               // where nobody names a CPU
  const char *const *beyond;   // mnemonics that compilers may make of C11 and no row tells of, NULL-terminated; NULL:
                               // none. Code with one of them is not judged as the table lowers it
} Arch;

// In the order of DESIGN.md: sc c11 x86-tso aarch64 riscv power.
extern const Arch *const arch_all[];
extern const unsigned arch_count;

// By folder or by model name; NULL where there is none.
const Arch *arch_find(const char *name);
// The architecture weakmem was compiled for; NULL on one that has no folder.
const Arch *arch_here(void);

// The row for an operation: feature rows first (features: NULL-terminated list of names; NULL: the architecture's own
// `features`). LOWER_FAIL is LOWER_LOAD where it has no row of its own. NULL for c11 and sc, which lower nothing, and
// for an order that the operation cannot have.
const LowerRow *arch_lower(const Arch *arch, LowerOperation operation, const char *order, const char *const *features);
const ArchFence *arch_fence(const Arch *arch, const char *name);
