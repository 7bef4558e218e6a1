// Grades: what the states of a code file mean.
#pragma once
#include "harness/lang/code_file.h"

// The expression that is all of the text, over the results' names as numbers of 64 bits; NULL, reported. It accesses no
// memory.
const Expr *code_grade_parse(const CodeFile *code, const Source *source, Arena *arena, Diag *diag);

// The worst grade that holds of a state of that test; NULL: none does, and the state is acceptable.
const Grade *code_grade(const CodeFile *code, const Value *results);
const char *grade_name(GradeKind kind); // "forbidden"
