// What cycles of edges may say of a dialect's accesses, or of a CPU's, as rows: the words of diy (Alglave, Maranget,
// Sarkar and Sewell, "Fences in weak memory models", CAV 2010; the manual of diy7, "Candidate relaxations" and
// "Annotations"). A dialect of C says orders, a CPU instructions.
//
// Instructions of a row are separated by semicolons; in them stand, of the access that is made:
//   {d}  the register that what is read goes to        {v}  that of what is written;  {n}  the same as a constant
//   {a}  its address: a register, or a location's name {e}  what an update is to find, as a constant
//   {t}  a register of its own                         {l}  a label of its own
//   {s}  the register that was read into before, on which it depends
//   {b}  the register of the address that {a} is made of, where it depends
//   {r} {w}  how an update's read and write are made, as their annotations have it
#pragma once
#include <stdbool.h>
#include <stddef.h>

// What a word in the names of tests says of two accesses of a thread, as diy writes them: "dmb.sy", "lwsync", "addr".
typedef struct {
  const char *word;
  const char *fence;      // between them, as cpus.h and C11 name it: that of C11 if it orders everything; NULL: none
  const char *dependency; // of the second on the first: "addr", "data", "ctrl"; NULL: none
} ArchOrder;

// How an access is made. An annotation is known by its address.
typedef struct {
  const char *name;    // "Rel"
  const char *load;    // the order of such a read, "plain": not atomic; of a CPU: its instructions; NULL: there is none
  const char *store;   // of such a write
  const char *update;  // of both accesses of an update; of a CPU: what stands for {r} or {w} there
  const char *failure; // of the read of an update that fails, where an operation has an order of its own for it
  const char *exchange;    // not NULL: the write is an exchange whose value nobody looks at, in this order
  const char *tags;        // of a CPU: of its event, separated by blanks
  const char *update_tags; // any of which tells it of an update's read or write, separated by blanks
} Annotation;

typedef struct {
  const char *name;     // "FenceRel"; names of tests have it in small letters
  const char *order;    // of a CPU: its instruction
  const char *tags;     // of a CPU: of its event
  const char *control;  // what it is called behind a branch on what was read: "Isb" in "DpCtrlIsb"; NULL: nothing
  ArchOrder between;    // what its word says in names of tests; of a CPU
  ArchOrder controlled; // and the word of a control dependency and it
} FenceWord;

// What makes both accesses of an edge from a read to the write next to it.
typedef struct {
  const char *name;  // "Exch"
  const char *word;  // in names of tests
  unsigned op;       // AccessOp, of a dialect of C
  const char *lines; // of a CPU: its instructions; {n} is what `operation` makes what is to be written of what is read
  const char *operation; // "swap", "cas"; "add" and "xor" by a number; "exclusive": two instructions that swap
  const char *tags;      // of both its events, besides those of annotations, separated by blanks
} Update;

// How a CPU's code is put together.
typedef struct {
  const char
      *registers;       // what stands for a register in instructions, separated by blanks: as many as a thread may have
  const char *shown;    // a register {d}, as conditions and initial values have it
  const char *constant; // {v} = {n}
  const char *address;  // {a} = {b}, which depends on {s}; NULL: there are no dependencies, and {a} is a name
  const char *data;     // {v} = {n}, which depends on {s}
  const char *control;  // a branch on {s} to what follows it
} CycleCode;

typedef struct {
  const char *dialect;           // by its name
  const Annotation *annotations; // the first is that of accesses of which nothing is said
  unsigned annotation_count;
  bool silent;             // names of tests do not tell the first one
  bool typed;              // a location's type says whether it is atomic
  const FenceWord *fences; // the first is what `Fenced` means
  unsigned fence_count;
  const Update *updates;
  unsigned update_count;
  const CycleCode *code; // NULL: a dialect of C. Of a CPU's updates reads and writes have annotations of their own
} Vocabulary;

#define VOCABULARY_ROWS(rows) (rows), sizeof(rows) / sizeof *(rows)
