// An instruction's text, taken apart: its mnemonic and its operands. Private to code.
#pragma once
#include "arch/instruction.h"
#include "harness/base/diag.h"
#include "harness/base/value.h"

#include <stdint.h>

enum { CODE_OPERANDS = 8, CODE_MNEMONIC = 64 };

// A register, or a part of one, as an operand names it.
typedef struct {
  const char *name; // of the whole register, in lower case: "x5"; "" reads as 0
  unsigned bits, shift;
  unsigned number; // that its name ends in
  char kind;       // RegisterName.kind
} CodeRegister;

typedef enum {
  MODIFIER_NONE,
  MODIFIER_LEFT,
  MODIFIER_RIGHT,
  MODIFIER_ARITHMETIC,
  MODIFIER_ROTATE,
  MODIFIER_EXTEND
} ModifierKind;

// What is done to a register before it is an operand: `lsl #2`, `sxtw #3`.
typedef struct {
  ModifierKind kind;
  bool is_signed; // MODIFIER_EXTEND: from `bits`, then left by `amount`
  unsigned bits, amount;
} Modifier;

typedef enum { CODE_REGISTER, CODE_IMMEDIATE, CODE_MEMORY, CODE_NAME } CodeOperandKind;
typedef enum { WRITE_BACK_NONE, WRITE_BACK_BEFORE, WRITE_BACK_AFTER } WriteBack;

typedef struct {
  CodeOperandKind kind;
  Span span;
  CodeRegister reg;   // CODE_REGISTER; CODE_MEMORY: the base
  CodeRegister index; // CODE_MEMORY
  bool has_base, has_index;
  Modifier modifier;    // of the register, or of the index
  unsigned scale;       // of the index: 1, 2, 4, 8
  Value number;         // CODE_IMMEDIATE; CODE_MEMORY: the displacement
  const char *symbol;   // CODE_NAME; what the number is added to; NULL: nothing
  WriteBack write_back; // before: of base and displacement; after: of `number_after` or the index
  Value number_after;
} CodeOperand;

typedef struct {
  char mnemonic[CODE_MNEMONIC]; // in lower case, prefixes before it: "lock addl"
  Span mnemonic_span;
  CodeOperand operands[CODE_OPERANDS];
  unsigned operand_count;
  const char *callee; // the function elsewhere that it calls, by which it is spelled; NULL: none
} CodeText;

// Takes an instruction's text apart. Names beginning with '%' that are no registers are registers of their own kind:
// the symbolic ones of litmus tests. False, reported, where it cannot.
bool code_text_read(const InstructionSet *set, const Source *source, Span span, Arena *arena, Diag *diag,
                    CodeText *out);

// The register of this name, in any case; false where there is none.
bool code_register_find(const InstructionSet *set, const char *name, size_t length, Arena *arena, CodeRegister *out);
