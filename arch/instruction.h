// Instructions as data: how a CPU's assembler spells them, and what each does as steps of the event program. A CPU adds
// rows; harness/code reads assembler text by them and knows no CPU.
//
// Operands of a row, separated by commas, each a letter for its kind and one for its name:
//   R  a general register of any width; the first one says how wide the instruction works
//   B H W X  one of 8, 16, 32, 64 bits
//   Z  a general register, or 0 where it is the one whose number is 0 there (POWER's RA|0)
//   C  a condition field
//   N  a general register that reads as 0
//   O  a register or an immediate, with a shift or an extension where one is written
//   E  a register, an immediate, or what lies in memory
//   V  a vector register
//   #  an immediate; one that is a certain number stands as that number, without a name
//   M  memory: its name is the address
//   @  a place in the code
//   {group}  one of the CPU's words; {group:x} binds what it means to x
// A name that stands twice demands the same operand.
//
// Steps, separated by semicolons:
//   d = e                   d: an operand (one in memory is written), a register or a flag by its name, a name of the
//                           row's own
//   store(a, e)             writes e to memory
//   fence(TAGS)
//   update(a)               puts the address of an operand in memory into its base
//   forget()                ends the reservation of an exclusive load
//   goto l   goto (e)       to a place, to where a value points
//   return                  to the end of the function
//   enter                   to the begin of the function that is called
//   if (e) goto l   if (e) return
//                           what follows depends on e
//   unsupported(why)        refuses the instruction, with a sentence
//   name(e, ...)            a verb of the CPU (Verb)
// Expressions have C's operators on unsigned numbers of the instruction's width, and
//   load(a)                 the read of an access. What is read or written has the tags of the row's words, and those
//                           given last: load(a, TAGS), store(a, e, TAGS), rmw(a, op, e, TAGS), of a
//                           read-modify-write the read's, then the write's
//   rmw(a, op, e)           reads what is there and writes it `op` e: add sub and or xor max min smax smin swap
//   cas(a, old, new)        writes new where it finds old; what it found, or `old`, picked by that. cas_locked: always
//                           what it found
//   pair(a, op, e)          and cas_pair(a, old, new): the same by a load-exclusive and a store-exclusive that stores
//   load_exclusive(a)       and store_exclusive(a, e): 0 where it stored, 1 where it did not. store_conditional: that
//                           depends on the two accesses, too; store_reserved: by a pick dependency
//   signed(e)  signed(e, n) sign-extended from the width, or n bits, to 64;  low(e, n): n bits of it, the rest 0
//   lt(a, b)  sar(a, n)  sdiv(a, b)  srem(a, b): signed;  ror(a, n) rotated right;  flip(e) with its bits reversed
//   at(n, e)                e, worked out in n bits
//   pick(c, a, b)           a or b; a dependency on the one taken, on c only as the architecture defines a choice
//   select(c, a, b)         the same, and a dependency on all three
//   old(e, d)               d; a dependency on e too
//   shift(e)                by how much the operand is shifted where it is written
//   bits                    the width;  next: the place after the instruction
#pragma once
#include "arch/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>

// What registers and their parts are called.
typedef struct {
  const char *spelling; // "w#": # is a number from first to last; without one it is the spelling itself
  unsigned first, last;
  const char *of; // what it is (a part of): "x#", the number being `offset` more; "": it reads as 0 and drops writes
  int offset;
  unsigned bits, shift; // where in that
  char kind;            // 'r' general, 'c' a condition field, 'v' a vector; 'f' known to steps alone
} RegisterName;

// A word within spellings and operands, {group} in rows: "swp{order}" stands for one row a word.
typedef struct {
  const char *group, *spelling;       // "order", "al"
  const char *text;                   // what {group} in the steps stands for, and {group:x} among the operands binds
  unsigned bits;                      // the width that the instruction works at; 0: says nothing of it
  const char *read_tags, *write_tags; // of the instruction's reads and writes; NULL: none
} Word;

// A function that does nothing to memory, and whose result nothing depends on, as spellings have it.
#define IDLE_FUNCTION "<idle>"
#define HEAVY_FUNCTION "<heavy>" // membarrier(2): an event with the tag HEAVY
// One whose own instructions follow. Its row goes there by 'enter', or by the 'return' of what ends with it.
#define FOLLOWED_FUNCTION "<followed>"

typedef struct {
  const char *spelling; // in lower case; of more than one word: "lock add{size}"; with the name of a function
                        // elsewhere that it goes to: "bl __aarch64_swp4_rel", "bl " IDLE_FUNCTION
  const char *operands;
  const char *steps;
  const char *section; // of the manual that the table names
} InstructionRow;

// Steps that rows share. Its parameters are single letters.
typedef struct {
  const char *name, *parameters, *steps;
} Verb;

// How a kind of litmus test writes the CPU's assembly.
typedef struct {
  const char *name;       // the first word of a test: "AArch64"
  bool destination_first; // operands stand the other way round than in the rows
  bool shows_parts;       // states show a part of a register under its own name, not under the whole register's
  unsigned bits;          // of an access that nothing else gives a width to
} AssemblyDialect;

// How GNU C takes the CPU's assembly as a statement, with registers as its operands: `%[r3]`.
typedef struct {
  const char *parts;     // the letter by which an operand is printed as its 64, 32, 16 and 8 bits, in this order; NULL:
                         // it is printed alike
  const char *immediate; // what stands before a number: "#"
  bool brackets;         // memory is `[base, #4]`, else `4(base)`
  const char *constraint; // of a register that any instruction takes: "r"
  const char *reserved;   // registers, separated by blanks, that compilers keep for themselves or that instructions
                          // do not take everywhere: one of the compiler's choice does their work
  const char *clobbers;   // what instructions change besides memory and registers that they name: "\"cc\""
  const char *extensions; // has the assembler take instructions that not every CPU has. "": there is none
  const char *clear;      // sets all flags to 0, which they begin with; %[nothing] is 0. "": there are none
} AssemblerSyntax;

// The statement's word.
#define ASSEMBLER_STATEMENT "__asm__"

typedef struct {
  const char *arch;   // the folder's name: "aarch64"
  const char *manual; // that sections are of
  const RegisterName *names;
  unsigned name_count;
  const Word *words;
  unsigned word_count;
  const InstructionRow *rows;
  unsigned row_count;
  const Verb *verbs;
  unsigned verb_count;
  const AssemblyDialect *dialects;
  unsigned dialect_count;
  const Vocabulary *cycles; // how its tests are made from cycles
  bool post_index;          // an immediate after `[base]` is added to the base
  const char *parameters;   // registers of a function's parameters, in order, separated by blanks
  const char *stack;        // the stack pointer
  const char *return_to;    // the register of the return address; NULL: it lies on the stack
  AssemblerSyntax syntax;
} InstructionSet;

#define INSTRUCTION_COUNT(table) (sizeof(table) / sizeof(table)[0])
// The tables that every set has, under these names.
#define INSTRUCTION_TABLES                                                                                             \
  .names = names, .name_count = INSTRUCTION_COUNT(names), .words = words, .word_count = INSTRUCTION_COUNT(words),      \
  .rows = rows, .row_count = INSTRUCTION_COUNT(rows), .dialects = dialects,                                            \
  .dialect_count = INSTRUCTION_COUNT(dialects)

// Of every CPU that has one, NULL-terminated.
extern const InstructionSet *const instruction_sets[];

// The set that has a dialect of this name, and which that is; NULL where none has.
const InstructionSet *instructions_of_dialect(const char *name, size_t length, const AssemblyDialect **dialect);
const InstructionSet *instructions_of_arch(const char *arch);
