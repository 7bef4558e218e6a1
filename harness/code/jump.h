// Where control goes in machine code: labels, jumps and branches. Private to code.
#pragma once
#include "harness/code/reading.h"

// The line of a label as line `from` names it; -1 where there is none.
int code_label(const Reading *t, unsigned from, const char *name);
// The line that a return from this one goes to.
unsigned code_return_line(const Reading *t);
// The first line of the function that this one goes to; its return is this one's too where it takes
// its place, else comes back.
unsigned code_enter(Reading *t, bool takes_place);
// A line's place, as a value.
CodeValue code_line_place(const Reading *t, unsigned line);
// A jump to the first instruction of a line, whose place is known later.
void code_jump_to(Reading *t, unsigned line);
// The same if the condition is not 0.
void code_branch(Reading *t, CodeValue condition, unsigned line);
// To where a value points: one of the lines that have a label, the one after a call, or the end. `returns`: the value
// is in the register of the return address; a compiled function goes by no other.
void code_jump_by(Reading *t, CodeValue to, bool returns);
