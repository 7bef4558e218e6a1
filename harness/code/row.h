// Which row of a CPU's table an instruction is. Private to code.
#pragma once
#include "harness/code/operand.h"

enum { ROW_GROUPS = 6, ROW_NAMES = 8 };

// What a letter of a row stands for.
typedef struct {
  char name;
  const CodeOperand *operand; // NULL: `text` is an expression
  const char *text;
  char kind; // the operand's letter
} RowName;

typedef struct {
  const InstructionRow *row;
  const char *groups[ROW_GROUPS]; // as the row has them; the lengths of their names
  size_t group_lengths[ROW_GROUPS];
  const Word *words[ROW_GROUPS]; // which word each was
  unsigned group_count;
  RowName names[ROW_NAMES];
  unsigned name_count;
  unsigned bits; // what the instruction works at
} RowMatch;

// False, reported at the place in `source`, where no row tells of the instruction. Operands are in the order of the
// rows.
bool row_find(const InstructionSet *set, const AssemblyDialect *dialect, const Source *source, const CodeText *text,
              Diag *diag, RowMatch *out);

// A copy of `steps` with the words' texts in the place of their groups.
const char *row_steps(const RowMatch *match, Arena *arena);
